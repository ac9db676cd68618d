"""How an incident ends without its post-mortem: somebody with the right says, with a reason, that it is none, or which one carries its work.

Both are decisions, shown in the status comment. Tickets that were made already keep their own gates.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.incident import Case, Issue, IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.postmortem.reading.commands import Command, read_commands
from integration.postmortem.reading.references import read_reference
from mappings.models import Policy

INCIDENT, NOT_INCIDENT, DUPLICATE = "incident", "not-incident", "duplicate-of"
ANSWERS = (INCIDENT, NOT_INCIDENT)
OF_AN_INCIDENT = "incident"
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
    if last is not None and last.word == NOT_INCIDENT and last.subject == OF_AN_INCIDENT:
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
        original_named(said, case.incident)
        for comment in case.incident.comments
        if comment.id not in decided
        for said in read_commands(comment.raw, (DUPLICATE,))
        if isinstance(said, Command)
    )
    return frozenset(name for name in found if name)


def original_named(said: Command, incident: Issue) -> str:
    """Return the issue of the same project that is named; what lies elsewhere is never asked about (S18)."""
    named = read_reference(said.args, incident.ref)
    return "" if named.casefold() == incident.ref.locator.casefold() else named


def is_labelled(incident: Issue, policy: Policy) -> bool:
    """Tell whether a label or the type says that this is an incident."""
    return policy.severity.is_incident(incident.labels, incident.issue_type)
