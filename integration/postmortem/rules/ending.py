"""How an incident ends without its post-mortem: somebody with the right says, with a reason, that it is none, or which one carries its work.

Both are decisions, shown in the status comment. Tickets that were made already keep their own gates.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.incident import Case, Issue, IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.postmortem.reading.arguments import read_severity
from integration.postmortem.reading.commands import Command, read_commands
from integration.postmortem.reading.references import read_reference
from integration.postmortem.rules.bench import Bench, Verdict, elsewhere_than, needs
from mappings.models import Policy, Severity

INCIDENT, NOT_INCIDENT, DUPLICATE = "incident", "not-incident", "duplicate-of"
ANSWERS = (INCIDENT, NOT_INCIDENT)
_OF_AN_INCIDENT = "incident"
"""The subject of ``/not-incident`` where it was said of an incident; of an issue that was only asked about it ends nothing later."""


@dataclass(frozen=True)
class Ended:
    """Who ended it and why; ``original`` is the incident that carries the work, ``None`` where it is said to be none."""

    by: Person
    why: str
    original: IssueRef | None = None


def answered(decisions: Iterable[Decision], incident: IssueKey) -> Decision | None:
    """Return the latest granted decision on whether this is an incident of its own."""
    words = (*ANSWERS, DUPLICATE)
    found = [d for d in decisions if d.word in words and d.grants and d.issue == incident]
    return found[-1] if found else None


def ended(decisions: Iterable[Decision], incident: IssueKey) -> Ended | None:
    """Return how the incident ended without its post-mortem, or ``None`` where it did not."""
    last = answered(decisions, incident)
    if last is not None and last.word == DUPLICATE:
        site, _, key = last.subject.partition(":")
        return Ended(last.actor, "", IssueRef(IssueKey(site, key), last.reason))
    if last is not None and last.word == NOT_INCIDENT and last.subject == _OF_AN_INCIDENT:
        return Ended(last.actor, last.args)
    return None


def declared(decisions: Iterable[Decision], incident: IssueKey) -> bool:
    """Tell whether somebody with the right said that this is an incident, and nobody said otherwise since."""
    last = answered(decisions, incident)
    return last is not None and last.word == INCIDENT


def originals_named(case: Case, memory: Memory) -> frozenset[str]:
    """Return the incidents of this project that comments on the incident name in ``/duplicate-of``, as the tracker calls them."""
    decided = {decision.comment_id for decision in memory.decisions if decision.issue == case.incident.ref.key}
    found = (
        _original(said, case.incident)
        for comment in case.incident.comments
        if comment.id not in decided
        for said in read_commands(comment.raw, (DUPLICATE,))
        if isinstance(said, Command)
    )
    return frozenset(name for name in found if name)


def _original(said: Command, incident: Issue) -> str:
    """Return the issue of the same project that is named; what lies elsewhere is never asked about (S18)."""
    named = read_reference(said.args, incident.ref)
    return "" if named.casefold() == incident.ref.locator.casefold() else named


def judge_incident_word(said: Command, bench: Bench) -> Verdict:
    """Judge ``/incident sevN``: it takes on what was asked about, or what somebody ended before."""
    if elsewhere := elsewhere_than(bench, ticket=False):
        return elsewhere
    named = read_severity(said.args)
    if named is None:
        return Verdict.refuse("form", "it needs a severity", "For example: `/incident sev2`")
    is_ended = ended(bench.memory.decisions, bench.case.incident.ref.key) is not None
    if _is_incident(bench) and not is_ended:
        return Verdict.refuse("is_incident", "it is an incident already", "Its severity: `/severity sev2 <why>`.")
    return Verdict(True, Severity(named).value, needs=needs(bench, INCIDENT))


def judge_not_incident(said: Command, bench: Bench) -> Verdict:
    """Judge ``/not-incident <why>``; of a governed incident it takes the authority to set findings aside."""
    if elsewhere := elsewhere_than(bench, ticket=False):
        return elsewhere
    if not said.args:
        return Verdict.refuse("form", "it needs a reason", "For example: `/not-incident a planned release`")
    if _is_incident(bench):
        return Verdict(True, NOT_INCIDENT, subject=_OF_AN_INCIDENT, needs=needs(bench, "waive"))
    return Verdict(True, NOT_INCIDENT, needs=needs(bench, NOT_INCIDENT))


def judge_duplicate(said: Command, bench: Bench) -> Verdict:
    """Judge ``/duplicate-of #12``: only a governed incident of the same project can carry the work of another one."""
    if elsewhere := elsewhere_than(bench, ticket=False):
        return elsewhere
    named = _original(said, bench.case.incident)
    original = bench.facts.incidents.get(named.casefold()) if named else None
    if original is None:
        return Verdict.refuse(
            "no_incident",
            "I know no other incident of that name here that is governed",
            "Please name one of this project, for example: `/duplicate-of #12`",
        )
    return Verdict(True, named, subject=str(original), needs=needs(bench, DUPLICATE))


def _is_incident(bench: Bench) -> bool:
    return bench.memory.governed or is_labelled(bench.case.incident, bench.policy)


def is_labelled(incident: Issue, policy: Policy) -> bool:
    """Tell whether a label or the type says that this is an incident."""
    return policy.severity.is_incident(incident.labels, incident.issue_type)
