"""Does what was verified still hold? Some weeks after an action was verified it is asked on the incident, once, closed or not, with one reminder
(issue 7, "Effectiveness checks"). Pure; the days follow from the decisions, so that nothing polls.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.incident import IssueKey
from integration.postmortem.people import Person
from integration.postmortem.rules.evidence import Proof, ProofState
from mappings.models import Policy, Severity

STILL, NO_LONGER = "still-holds", "no-longer-holds"
ANSWERS = (STILL, NO_LONGER)
ASKED_WITHIN = timedelta(days=30)
"""What came due longer ago than this, while nobody looked, is not asked any more."""


@dataclass(frozen=True)
class Check:
    """One action whose effect is looked at again: when it was verified, from when on it is asked, and the answer, if there is one."""

    action_id: str
    kind: str
    ticket: IssueKey
    verified_at: datetime
    due: datetime
    answer: Decision | None = None

    @property
    def day(self) -> date:
        """Return the day by which checks that come due together are asked about in one comment."""
        return self.due.date()


@dataclass(frozen=True)
class Asking:
    """One comment: the checks that came due on a day, to whom, and whether it is the reminder."""

    purpose: str
    day: date
    checks: tuple[Check, ...]
    to: Person | None = None
    again: bool = False


@dataclass(frozen=True)
class Lasting:
    """What is to be asked now, and the later instants at which something will be. ``asked`` are the checks that were asked about, answered or not."""

    now: tuple[Asking, ...] = ()
    later: tuple[datetime, ...] = ()
    asked: tuple[Check, ...] = ()


NOTHING_TO_ASK = Lasting()


def check_of(
    action_id: str,
    kind: str,
    ticket: IssueKey,
    decisions: Iterable[Decision],
    severity: Severity | None,
    policy: Policy,
) -> Check | None:
    """Return the check of an action by the decisions of its case, oldest first; ``None`` where it is not verified, or was refused since."""
    granted = [decision for decision in decisions if decision.grants]
    last = next((d for d in reversed(granted) if d.issue == ticket and d.word in ("verify", "reject")), None)
    if last is None or last.word == "reject":
        return None
    zone, days = ZoneInfo(policy.clocks.zone), policy.learning.effectiveness.days
    day = last.at.astimezone(zone).date() + timedelta(days=days.at(severity or policy.clocks.provisional_severity))
    due = datetime.combine(day, time(policy.clocks.day_begins), zone)
    answer = next((d for d in reversed(granted) if _answers(d, action_id) and d.at >= last.at), None)
    return Check(action_id, kind, ticket, last.at, due, answer)


def _answers(decision: Decision, action_id: str) -> bool:
    return decision.word in ANSWERS and action_id in decision.subject.split()


def open_checks(checks: Iterable[Check], now: datetime) -> tuple[Check, ...]:
    """Return the checks that are due and not answered, in order."""
    return tuple(check for check in checks if check.due <= now and check.answer is None)


def judge_lasting(
    checks: tuple[Check, ...], lead: Person | None, memory: Memory, policy: Policy, now: datetime
) -> Lasting:
    """Return the questions that are to be asked now: of each day one comment, and one reminder where an answer is wanting."""
    wait = timedelta(days=policy.learning.effectiveness.remind_after_days)
    days = {check.day: check.due for check in checks if check.answer is None}
    asked: list[Asking] = []
    for day, due in sorted(days.items()):
        purpose, remind_at = f"holds:{day}", due + wait
        waiting = tuple(check for check in open_checks(checks, now) if check.day == day)
        if not waiting:
            continue
        if purpose not in memory.said:
            asked += [Asking(purpose, day, waiting, lead)] if now < due + ASKED_WITHIN else []
        # Whoever was asked only just is not reminded: the look that asked was before this day.
        elif memory.looked_at is not None and due <= memory.looked_at < remind_at <= now:
            asked += [Asking(f"{purpose}:again", day, waiting, lead, again=True)]
    later = [at for due in days.values() for at in (due, due + wait) if at > now]
    known = tuple(check for check in checks if check.due <= now and f"holds:{check.day}" in memory.said)
    return Lasting(tuple(each for each in asked if each.purpose not in memory.said), tuple(later), known)


def held_no_longer(proof: Proof, check: Check | None) -> Proof:
    """Return the proof as it counts once somebody with the right said that it no longer holds: then the ticket is open work again."""
    if (
        check is None
        or check.answer is None
        or check.answer.word != NO_LONGER
        or proof.state is not ProofState.VERIFIED
    ):
        return proof
    reason = f"it no longer holds, says {check.answer.by}"
    return replace(proof, state=ProofState.LAPSED, why=reason, comes_back=True)
