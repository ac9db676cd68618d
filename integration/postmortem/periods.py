"""Which period a generated issue is about: weeks by the mapping's calendar, or months and quarters that are over. Pure.

After a downtime only the latest period that has begun is due.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mappings.models import ClocksFile, Weekday

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Period:
    """A period by ``name`` (``2026-W48``), the local day on which its issue is published, that instant, and that of the next one."""

    name: str
    day: date
    begins: datetime
    next_begins: datetime


def week_of(now: datetime, clocks: ClocksFile) -> Period:
    """Return the latest week whose review is due at ``now``: on the mapping's day, or the next working day, from the hour at which days begin."""
    zone = ZoneInfo(clocks.zone)
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    # A review may be put off by holidays beyond its own week, so that the one before may be the latest still.
    begun = [
        monday + WEEK * number for number in (1, 0, -1, -2, -3, -4) if _begins(monday + WEEK * number, clocks) <= now
    ]
    latest = begun[0]
    year, week, _ = latest.isocalendar()
    return Period(f"{year}-W{week:02d}", _day(latest, clocks), _begins(latest, clocks), _begins(latest + WEEK, clocks))


MONTH, QUARTER = 1, 3
"""Lengths of the periods that are summed up, in months."""


def summed_up(now: datetime, months: int, clocks: ClocksFile) -> Period:
    """Return the latest month (1) or quarter (3) whose summary is due at ``now``: on the first working day after it, from the hour at which days
    begin. Its name is ``2026-10`` or ``2026-Q3``.
    """
    zone = ZoneInfo(clocks.zone)
    first = now.astimezone(zone).date().replace(day=1)
    over = first.replace(month=(first.month - 1) // months * months + 1)
    if _after(over, clocks) > now:  # The first working day of this month is still to come.
        over = _stepped(over, -months)
    covered = _stepped(over, -months)
    begins, following = _after(over, clocks), _after(_stepped(over, months), clocks)
    name = f"{covered:%Y-%m}" if months == MONTH else f"{covered.year}-Q{(covered.month + 2) // 3}"
    return Period(name, begins.astimezone(zone).date(), begins, following)


def days_of(name: str) -> tuple[date, date]:
    """Return the first and the last day of the month or quarter of that name."""
    year, _, part = name.partition("-")
    months = QUARTER if part.startswith("Q") else MONTH
    month = (int(part[1:]) - 1) * QUARTER + 1 if months == QUARTER else int(part)
    first = date(int(year), month, 1)
    return first, _stepped(first, months) - timedelta(days=1)


def _stepped(first: date, months: int) -> date:
    """Return the first day of the month that lies so many months after the one of ``first``."""
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def _after(first: date, clocks: ClocksFile) -> datetime:
    return datetime.combine(clocks.working_day_after(first, 0), time(clocks.day_begins), ZoneInfo(clocks.zone))


def _day(monday: date, clocks: ClocksFile) -> date:
    wanted = monday + timedelta(days=list(Weekday).index(clocks.review_day))
    return clocks.working_day_after(wanted, 0)


def _begins(monday: date, clocks: ClocksFile) -> datetime:
    return datetime.combine(_day(monday, clocks), time(clocks.day_begins), ZoneInfo(clocks.zone))
