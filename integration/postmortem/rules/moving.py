"""Dates that were moved to a later day: a move needs a reason, and two of them are told to whoever leads (issue 5, "Clocks")."""

from dataclasses import dataclass
from datetime import date

from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.findings import Finding
from integration.postmortem.incident import IssueKey
from mappings.models import Policy, Severity

OFTEN = 2
"""So many moves of one date are told to whoever leads."""


@dataclass(frozen=True)
class Moves:
    """The day that was first agreed, and every later day that took its place, in the order in which they were seen."""

    first: date | None = None
    later: tuple[date, ...] = ()

    @property
    def is_often(self) -> bool:
        """Tell whether the date was moved so often that somebody else should look."""
        return len(self.later) >= OFTEN


def moves_of(action_id: str, due: date | None, memory: Memory) -> Moves:
    """Return how the date of an action moved, up to the ``due`` that holds now. A day earlier than one before is no move."""
    days = [day for each, day in memory.dates if each == action_id]
    if due is not None and due not in days:
        days.append(due)
    if not days:
        return Moves()
    later: list[date] = []
    for day in days[1:]:
        if day > max((days[0], *later)):
            later.append(day)
    return Moves(days[0], tuple(later))


def judge_moves(
    action_id: str,
    ticket: IssueKey | None,
    moves: Moves,
    decisions: tuple[Decision, ...],
    severity: Severity | None,
    policy: Policy,
) -> tuple[Finding, ...]:
    """Return the finding that the last move has no reason yet; nothing where it has one, or where nothing moved."""
    if not moves.later or ticket is None:
        return ()
    last = moves.later[-1]
    reasons = {d.subject for d in decisions if d.word == "moved" and d.grants and d.issue == ticket}
    if last.isoformat() in reasons:
        return ()
    before = moves.later[-2] if len(moves.later) > 1 else moves.first
    level = policy.level("date_moved", severity)
    reason = f"its date was moved from {before} to {last}"
    return (Finding("date_moved", f"Action {action_id}", False, level, reason, policy.check("date_moved").asks),)
