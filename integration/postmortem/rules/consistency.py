"""Whether a timeline can be true as it is written: what ends before it began, a year of five figures, a heading's date that no entry has (issue 4.3)."""

from datetime import datetime, timedelta
from itertools import pairwise

from integration.postmortem.reading.milestones import Moment
from integration.postmortem.reading.moments import BROKEN_DATE
from integration.postmortem.reading.timeline import Entry, Timeline

# What cannot come before what. A resolution may come before detection: some incidents are found when they are over.
IN_ORDER = (
    (Moment.BEGAN, Moment.DETECTED, "was detected", "began"),
    (Moment.BEGAN, Moment.MITIGATED, "was mitigated", "began"),
    (Moment.BEGAN, Moment.RESOLVED, "was resolved", "began"),
    (Moment.DETECTED, Moment.ACKNOWLEDGED, "was acknowledged", "was detected"),
    (Moment.MITIGATED, Moment.RESOLVED, "was resolved", "was mitigated"),
)
MOST = 10
"""Entries that may stand out of order before the order is taken for meant."""


def contradictions(timeline: Timeline, opened_at: datetime) -> tuple[str, ...]:
    """Return what cannot be true, each as half a sentence, the most telling first.

    ``opened_at`` is when the issue was opened; an incident that began after that, by its own account, was not this one.
    """
    found = []
    for first, then, says, said in IN_ORDER:
        before, after = timeline.instant(first), timeline.instant(then)
        if before is not None and after is not None and after < before:
            found.append(f"it {says} at {_utc(after)}, it says, before it {said} at {_utc(before)}")
    if timeline.began is not None and timeline.began >= opened_at + timedelta(minutes=1):
        found.append(f"it began at {_utc(timeline.began)}, it says, after this issue was opened at {_utc(opened_at)}")
    for entry in timeline.entries:
        if entry.at is not None and entry.until is not None and entry.until < entry.at:
            found.append(f"{_where(entry)} ends before it starts")
        elif BROKEN_DATE.search(entry.time):
            found.append(f"{_where(entry)} has a year of more than four figures")
    return tuple(found)


def oddities(timeline: Timeline) -> tuple[str, ...]:
    """Return what looks like a slip, each as half a sentence: entries out of order, and a heading's date that the entries do not have."""
    found = [
        f"the heading says {day}, the entries below it {_days(days)}"
        for day, days in timeline.headed
        if day not in days and not min(days) < day < max(days)
    ]
    return (*found, *_out_of_order(timeline.entries))


def _days(days: frozenset[object]) -> str:
    first, last = min(days, key=str), max(days, key=str)
    return f"{first}" if first == last else f"{first} to {last}"


def _out_of_order(entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """Entries go forward within one list or table, or backward throughout, as some logs do; a few that do not are slips."""
    timed = [entry for entry in entries if entry.at is not None]
    steps = [(one, two) for one, two in pairwise(timed) if one.part == two.part and one.at != two.at]
    back = [(one, two) for one, two in steps if one.at is not None and two.at is not None and two.at < one.at]
    if not back or len(back) > min(MOST, len(steps) // 3):
        return ()
    return tuple(f"{_where(two)} stands below {one.time}" for one, two in back)


def _where(entry: Entry) -> str:
    words = entry.text if len(entry.text) <= 40 else entry.text[:39] + "…"
    return f"the entry “{entry.time[:40]} {words}”" if entry.time else f"the entry “{words}”"


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
