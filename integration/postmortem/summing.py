"""The summary of a month or a quarter: which period is due, what its issue says now, and when it is closed. Pure; figures come from the ledger."""

from datetime import datetime

from integration.postmortem.generated import Publication, Published, Seen, WantedIssue
from integration.postmortem.periods import MONTH, QUARTER, summed_up
from integration.postmortem.summary import Summaries, Summary
from integration.postmortem.writing.trends import (
    summary_decided,
    summary_outcome,
    summary_pages,
    summary_title,
)
from mappings.models import Policy

MONTHLY, QUARTERLY = "monthly_trends", "quarterly_trends"
MONTHS = {MONTHLY: MONTH, QUARTERLY: QUARTER}
"""The kinds of summaries, with the length of their period in months."""
LOOKS_BACK = 6
"""Periods that the chart of incidents shows."""


def judge_summaries(found: Summaries, seen: Seen, policy: Policy, now: datetime) -> Publication:
    """Return the summary of the period that is due, if there is anything to say, and the end of those before it."""
    period = summed_up(now, MONTHS[seen.series.kind], policy.clocks)
    issues = []
    for each in seen.published:
        if each.period != period.name and each.closed_at is None:
            issues.append(_earlier(each, found.of.get(each.period), seen, policy, now))
    due = found.of.get(period.name)
    if due is not None and (seen.of(period.name) is not None or not due.is_empty):
        pages = summary_pages(due, seen.series, policy, now)
        there = seen.of(period.name)
        taken = there is not None and _asked(due, there) and not _waiting(due)
        outcome = summary_decided() if taken else None
        issues.append(WantedIssue(period.name, summary_title(due.now, seen.series), pages, outcome=outcome))
    return Publication(tuple(issues), next_look=period.next_begins)


def _earlier(each: Published, summary: Summary | None, seen: Seen, policy: Policy, now: datetime) -> WantedIssue:
    """A summary of an earlier period stays while a decision is asked of its readers, and is closed when the last one is taken."""
    if summary is None or not _waiting(summary):
        asked = summary is not None and _asked(summary, each)
        pages = summary_pages(summary, seen.series, policy, now) if summary is not None and asked else ()
        return WantedIssue(
            each.period, _title(summary, seen), pages, outcome=summary_decided() if asked else summary_outcome()
        )
    return WantedIssue(each.period, _title(summary, seen), summary_pages(summary, seen.series, policy, now))


def _title(summary: Summary | None, seen: Seen) -> str:
    return summary_title(summary.now, seen.series) if summary is not None else ""


def _waiting(summary: Summary) -> bool:
    return any(each.is_open for each in summary.asked)


def _asked(summary: Summary, there: Published) -> bool:
    """Tell whether it asked for a decision when it was made: what was answered before that asked nothing of its readers."""
    return any(each.is_open or (each.answered_at or there.made_at) > there.made_at for each in summary.asked)
