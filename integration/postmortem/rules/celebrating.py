"""``/celebrate``: what went well and is worth telling others, of teams and not of people (issue 7, "Trend summary issues")."""

from integration.postmortem.reading.arguments import read_people
from integration.postmortem.reading.commands import Command
from integration.postmortem.reading.normalise import contains_words, normalise
from integration.postmortem.rules.bench import Bench, Verdict, needs

CELEBRATE = "celebrate"
FEWEST_LETTERS = 3


def judge_celebrate(said: Command, bench: Bench) -> Verdict:
    """Judge ``/celebrate <what went well>``, anywhere in the case. Somebody who is named would be singled out, in praise as in blame."""
    if not said.args.strip():
        return Verdict.refuse(
            "form", "it needs what went well", "For example: `/celebrate the data team found it before a customer did`"
        )
    if read_people(said.args) or _names_somebody(said.args, bench):
        return Verdict.refuse(
            "names_somebody",
            "it names somebody, and what is told here is about teams",
            "Please name the team, and say it once more.",
        )
    return Verdict(True, CELEBRATE, needs=needs(bench, CELEBRATE))


def _names_somebody(text: str, bench: Bench) -> bool:
    """Tell whether the name of somebody who takes part in the case stands in the text, in whatever case."""
    people = {
        p for issue in bench.case.issues for p in (issue.author, *issue.assignees, *(c.author for c in issue.comments))
    }
    written = (part for p in people for part in (p.handle, p.name, *p.name.split()))
    names = tuple(name for each in written if len(name := normalise(each)) >= FEWEST_LETTERS)
    return contains_words(normalise(text), names)
