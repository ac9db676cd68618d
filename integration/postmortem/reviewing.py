"""The weekly review: what is said this week, and what becomes of last week's. Pure; its figures come from the ledger."""

from datetime import datetime

from integration.postmortem.generated import Publication, Published, Seen, WantedIssue
from integration.postmortem.periods import Period, week_of
from integration.postmortem.review import ReviewFigures
from integration.postmortem.writing.review import review_outcome, review_pages, review_title
from mappings.models import Policy


def judge_review(figures: ReviewFigures, seen: Seen, policy: Policy, now: datetime) -> Publication:
    """Return this week's review, if there is anything to say, and the outcome of those before it."""
    week = week_of(now, policy.clocks)
    issues = [
        _over(each, figures, now) for each in seen.published if each.period != week.name and each.closed_at is None
    ]
    if seen.of(week.name) is not None or not figures.is_empty:
        issues.append(_current(week, figures, seen, policy, now))
    return Publication(tuple(issues), next_look=week.next_begins)


def _current(week: Period, figures: ReviewFigures, seen: Seen, policy: Policy, now: datetime) -> WantedIssue:
    if figures.is_empty:
        return WantedIssue(week.name, review_title(week, seen.series), outcome=review_outcome(figures, now))
    return WantedIssue(week.name, review_title(week, seen.series), review_pages(figures, week, seen, policy, now))


def _over(published: Published, figures: ReviewFigures, now: datetime) -> WantedIssue:
    return WantedIssue(published.period, "", outcome=review_outcome(figures, now))
