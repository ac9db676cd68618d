"""The commands of a blameless process: the agenda of the meeting, and telling openly what others may learn from (issue 5, "Blameless process").

What somebody discloses is thanked for and stays where it was written: not even the ledger keeps its words.
"""

from integration.postmortem.reading.commands import Command
from integration.postmortem.rules.bench import Bench, Verdict, elsewhere_than, needs

AGENDA, DISCLOSE = "agenda", "disclose"
WITHOUT_WORDS = frozenset({DISCLOSE})
"""Commands of which only it is remembered that they were given."""


def judge_agenda(_said: Command, bench: Bench) -> Verdict:
    """Judge ``/agenda``: it belongs on the incident, and may be asked for as often as there are meetings."""
    return elsewhere_than(bench, ticket=False) or Verdict(True, AGENDA, needs=needs(bench, AGENDA))


def judge_disclose(said: Command, bench: Bench) -> Verdict:
    """Judge ``/disclose <text>``, anywhere in the case."""
    if not said.args:
        return Verdict.refuse(
            "form", "it needs what you want to tell", "For example: `/disclose I skipped the check that night`"
        )
    return Verdict(True, "disclosed", needs=needs(bench, DISCLOSE))
