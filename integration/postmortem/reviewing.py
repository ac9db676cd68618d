"""The weekly review: what is listed where, what is said this week, and what becomes of last week's. Pure; its figures come from the ledger."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from integration.postmortem.assessment import Phase
from integration.postmortem.generated import Publication, Seen, WantedIssue
from integration.postmortem.periods import week_of
from integration.postmortem.review import Carried, OpenAction, OpenPostMortem, Review, ReviewFigures
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.writing.review import review_outcome, review_pages, review_title
from mappings.models import Policy

A_WEEK = timedelta(days=7)
EXPIRES_WITHIN = timedelta(days=30)
"""Accepted risks are listed so long before the day on which the question comes back."""


def judge_review(figures: ReviewFigures, seen: Seen, policy: Policy, now: datetime) -> Publication:
    """Return this week's review, if there is anything to say, and the outcome of those before it."""
    week = week_of(now, policy.clocks)
    before = [each for each in seen.published if each.period != week.name]
    last = max((each.made_at for each in before), default=None)
    issues = [
        WantedIssue(each.period, "", outcome=review_outcome(carried_over(figures, each.made_at, now, policy)))
        for each in before
        if each.closed_at is None
    ]
    review = sorted_review(figures, last, policy, now)
    there = seen.of(week.name)
    if not review.is_empty:
        pages = review_pages(review, week, figures.audit_head, seen.series.site, policy, now)
        issues.append(WantedIssue(week.name, review_title(week, seen.series), pages))
    elif there is not None:
        outcome = review_outcome(carried_over(figures, there.made_at, now, policy))
        issues.append(WantedIssue(week.name, "", outcome=outcome))
    return Publication(tuple(issues), next_look=week.next_begins)


def sorted_review(figures: ReviewFigures, last: datetime | None, policy: Policy, now: datetime) -> Review:
    """Sort the open items into the review's lists; ``last`` is when the review before this one was made."""
    today = now.astimezone(ZoneInfo(policy.clocks.zone)).date()
    going = [action for action in figures.actions if not action.is_set_aside]
    lists: dict[str, list[OpenAction]] = {name: [] for name, _ in _LISTS}
    for action in going:
        lists[next(name for name, fits in _LISTS if fits(action, today, policy))].append(action)
    late = [action for action in going if action.is_late(today)]
    ends = today + EXPIRES_WITHIN
    return Review(
        today=today,
        needs=tuple(action for action in going if action.needs and not action.answer),
        **{name: tuple(found) for name, found in lists.items()},
        expiring=tuple(a for a in figures.actions if a.is_set_aside and a.until is not None and a.until <= ends),
        writing=tuple(each for each in figures.postmortems if _is_due(each, now)),
        approving=tuple(each for each in figures.postmortems if each.phase == Phase.IN_REVIEW),
        asked=figures.asked,
        lost=figures.lost,
        withheld=figures.withheld,
        checks=figures.checks,
        for_sponsors=_for_sponsors(late, today, policy),
        carried=carried_over(figures, last, now, policy) if last is not None else None,
        open_actions=len(going),
    )


def _is_due(each: OpenPostMortem, now: datetime) -> bool:
    return each.phase != Phase.IN_REVIEW and each.due is not None and each.due < now + A_WEEK


Fits = Callable[[OpenAction, date, Policy], bool]
_LISTS: tuple[tuple[str, Fits], ...] = (
    ("late", lambda action, today, _: action.is_late(today)),
    (
        "this_week",
        lambda action, today, _: action.due is not None and action.is_owners_turn and action.due < today + A_WEEK,
    ),
    ("unverified", lambda action, _, __: action.outcome == ProofState.UNVERIFIED),
    (
        "lapsed",
        lambda action, _, __: action.outcome in (ProofState.LAPSED, ProofState.REJECTED, ProofState.RISK_EXPIRED),
    ),
    ("ownerless", lambda action, _, __: action.is_ownerless),
    ("quiet", lambda action, today, policy: action.quiet_since(today, policy.clocks) is not None),
    ("others", lambda *_: True),
)


def _for_sponsors(
    late: list[OpenAction], today: date, policy: Policy
) -> tuple[tuple[str, tuple[OpenAction, ...]], ...]:
    """Gather by project what is late for so long that sponsors are told; at severities of ``told_at_once`` they were told on the ticket already."""
    at_once = {severity.value for severity in policy.clocks.told_at_once}
    found: dict[str, list[OpenAction]] = {}
    for action in late:
        if action.due is None or action.severity in at_once:
            continue
        if policy.clocks.working_day_after(action.due, policy.clocks.told_after_days.sponsor) <= today:
            found.setdefault(f"{action.incident.key.site}:{action.incident.project}", []).append(action)
    return tuple((project, tuple(actions)) for project, actions in sorted(found.items()))


def carried_over(figures: ReviewFigures, since: datetime, now: datetime, policy: Policy) -> Carried:
    """Return what became since an instant of what was open then."""
    zone = ZoneInfo(policy.clocks.zone)
    today, then = now.astimezone(zone).date(), since.astimezone(zone).date()
    known = [a for a in figures.actions if not a.is_set_aside and a.known_since is not None and a.known_since < since]
    settled = [each for each in figures.settled if since <= each.settled_at <= now]
    return Carried(
        since=since,
        done=tuple(each for each in settled if each.outcome == ProofState.VERIFIED),
        set_aside=tuple(each for each in settled if each.outcome == ProofState.RISK_ACCEPTED),
        slipped=tuple(a for a in known if a.is_late(today) and a.due is not None and a.due >= then),
        moved=tuple(a for a in known if any(at >= since for _, at in a.moves)),
        going_on=len(known),
    )
