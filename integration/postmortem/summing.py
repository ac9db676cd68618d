"""The summary of a month or a quarter: which period is due, what its issue says now, and when it is closed. Pure; figures come from the ledger."""

from datetime import datetime

from integration.postmortem.generated import Publication, Seen, WantedIssue
from integration.postmortem.periods import MONTH, QUARTER, summed_up
from integration.postmortem.summary import Summaries
from integration.postmortem.writing.trends import summary_outcome, summary_pages, summary_title
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
            issues.append(WantedIssue(each.period, "", outcome=summary_outcome()))
    due = found.of.get(period.name)
    if due is not None and (seen.of(period.name) is not None or not due.is_empty):
        pages = summary_pages(due, seen.series, policy, now)
        issues.append(WantedIssue(period.name, summary_title(due.now, seen.series), pages))
    return Publication(tuple(issues), next_look=period.next_begins)
