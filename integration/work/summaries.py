"""Gathers what summaries of months and quarters are written from: for the period that is due, and for each whose issue is open."""

from dataclasses import replace
from datetime import datetime, timedelta

from integration.ledger.ledger import Ledger
from integration.postmortem.generated import Series
from integration.postmortem.periods import days_of, summed_up
from integration.postmortem.spread import sorted_spread
from integration.postmortem.summary import Summaries, Summary
from integration.postmortem.summing import LOOKS_BACK, MONTHLY, MONTHS
from integration.postmortem.trends import Figures, Window
from mappings.models import Policy

Covered = frozenset[tuple[str, str]] | None


def gather_summaries(ledger: Ledger, series: Series, policy: Policy, now: datetime) -> Summaries:
    """Read the figures of each period that has an issue now, or whose issue is not closed."""
    due = summed_up(now, MONTHS[series.kind], policy.clocks).name
    still_open = [each.period for each in ledger.published(series.ref) if each.closed_at is None]
    is_monthly = series.kind == MONTHLY
    return Summaries(
        {
            period: summary_of(ledger, Window(*days_of(period), now), series.covers, policy, is_monthly=is_monthly)
            for period in dict.fromkeys((due, *still_open))
        }
    )


def summary_of(ledger: Ledger, window: Window, covers: Covered, policy: Policy, *, is_monthly: bool = True) -> Summary:
    """Return the summary of one window; which projects had no launch lately is told by the month."""
    now, before = (_figures(ledger, each, covers, policy) for each in (window, window.before))
    if not is_monthly:
        now = replace(now, spread=replace(now.spread, unlaunched=()))
    windows = [window]
    for _ in range(LOOKS_BACK - 1):
        windows.insert(0, windows[0].before)
    counts = ledger.incidents_between(windows, covers)
    history = tuple((each.called, *count) for each, count in zip(windows, counts, strict=True))
    asked, nominations = ledger.recommendations_to_decide(window, covers), ledger.nominations(window, covers)
    names = ledger.names() if asked or nominations else frozenset[str]()
    return Summary(now, before, history, asked, nominations, names)


def _figures(ledger: Ledger, window: Window, covers: Covered, policy: Policy) -> Figures:
    found = ledger.trends(window, covers)
    last = min(
        window.as_of, datetime.combine(window.last + timedelta(days=1), datetime.min.time(), window.as_of.tzinfo)
    )
    return replace(found, spread=sorted_spread(found.spread, found.places, policy, last))
