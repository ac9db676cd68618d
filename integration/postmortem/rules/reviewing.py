"""The clock of the review: it starts when nothing is asked of the authors any more, and runs against the reviewers (issue 5, "Approvals").

One reminder, then the deputies. Where nobody is named to be asked, whoever leads is asked to name somebody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from integration.postmortem.decisions import Memory
from integration.postmortem.findings import Finding, blocking
from integration.postmortem.incident import Issue
from integration.postmortem.notices import Notice, Notices, Step
from integration.postmortem.people import Person
from integration.postmortem.rules.rights import one_by_right
from integration.postmortem.rules.roles import Role, RolesView, Seat
from mappings.models import Policy, Severity


def review_due(since: datetime, severity: Severity | None, policy: Policy) -> datetime:
    """Return when a review that began ``since`` is due: so many working days later, at the same time of day."""
    return _later(since, policy.clocks.review_days.at(severity or policy.clocks.provisional_severity), policy)


def passes_on(since: datetime, severity: Severity | None, policy: Policy) -> datetime:
    """Return when an unanswered review passes to the deputies: after so many working days, and not before it is due."""
    return max(review_due(since, severity, policy), _later(since, policy.clocks.deputies_after_days, policy))


def reminded_at(since: datetime, severity: Severity | None, policy: Policy) -> datetime:
    """Return when reviewers are reminded: one working day before the review is due."""
    days = policy.clocks.review_days.at(severity or policy.clocks.provisional_severity)
    return _later(since, max(0, days - 1), policy)


def moment_of(at: datetime, policy: Policy) -> str:
    """Return an instant as it is shown, in the zone of the mapping."""
    return at.astimezone(ZoneInfo(policy.clocks.zone)).strftime("%Y-%m-%d %H:%M %Z")


def _later(since: datetime, days: int, policy: Policy) -> datetime:
    local = since.astimezone(ZoneInfo(policy.clocks.zone))
    day = policy.clocks.working_day_after(local.date(), days) if days else local.date()
    return datetime.combine(day, local.timetz())


@dataclass(frozen=True)
class Review:
    """A review under way: since when, and the seats that it waits for, by scope."""

    since: datetime
    seats: tuple[tuple[str, Seat], ...]


def review_of(since: datetime | None, approvals: tuple[Finding, ...], roles: RolesView) -> Review | None:
    """Return the review that is under way ``since``: of each scope that is still wanting, its seat."""
    if since is None:
        return None
    wanting = (finding.check.removeprefix("approval_") for finding in blocking(approvals))
    return Review(since, tuple((scope, roles.seat(Role.of_scope(scope))) for scope in wanting))


def turns_of(review: Review | None, severity: Severity | None, policy: Policy) -> tuple[datetime, ...]:
    """Return when what is said of a review changes by itself: when it passes to the deputies."""
    return (passes_on(review.since, severity, policy),) if review is not None else ()


def whom_to_ask(seat: Seat, since: datetime | None, severity: Severity | None, policy: Policy, now: datetime) -> str:
    """Say in words who is asked for the review of a seat, and by when once its clock runs."""
    due = f", please by {moment_of(review_due(since, severity, policy), policy)}" if since is not None else ""
    scope = seat.role.value.partition("_")[0]
    somebody = f"{one_by_right(policy.people.commands.needed(f'approve-{scope}'))} who does not lead the post-mortem"
    if since is not None and now >= passes_on(since, severity, policy):
        stead = " or ".join(person.called for person in seat.deputies) or somebody
        return f"by {stead}, as it went unanswered for a while"
    if not seat.people:
        return f"by {somebody}{due}"
    return f"by {' or '.join(person.called for person in seat.people)}{due}"


def judge_review(
    review: Review,
    incident: Issue,
    severity: Severity | None,
    lead: Person,
    memory: Memory,
    policy: Policy,
    now: datetime,
) -> Notices:
    """Return whom to remind of a review now, or to ask in somebody's stead, and when something turns."""
    due, passes = review_due(review.since, severity, policy), passes_on(review.since, severity, policy)
    reminded = reminded_at(review.since, severity, policy)
    said: list[Notice] = []
    for scope, seat in review.seats:
        step = Step.DEPUTY if now >= passes and seat.deputies else Step.REVIEW if now >= reminded else None
        if step is None or (step is Step.REVIEW and not _could_remind(memory, reminded)):
            continue
        to = _asked(step, seat, lead)
        purpose = f"review:{incident.ref.key.id}:{int(review.since.timestamp())}:{scope}:{step}:{_ids(to)}"
        if purpose not in memory.said:
            said.append(Notice(incident.ref, purpose, step, to, due, scope=scope, is_named=bool(seat.people)))
    return Notices(tuple(said), tuple(at for at in (reminded, due, passes) if at > now))


def _could_remind(memory: Memory, at: datetime) -> bool:
    """A reminder is only for those who could have been reminded, as of every deadline."""
    return memory.looked_at is not None and memory.looked_at < at


def _asked(step: Step, seat: Seat, lead: Person) -> tuple[Person, ...]:
    if step is Step.DEPUTY:
        return seat.deputies
    return seat.people or (lead,)


def _ids(people: Iterable[Person]) -> str:
    return ".".join(sorted(person.id for person in people))
