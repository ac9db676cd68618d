"""Which period a generated issue is about: weeks by the mapping's calendar. Pure; after a downtime only the latest period that has begun is due."""

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


def _day(monday: date, clocks: ClocksFile) -> date:
    wanted = monday + timedelta(days=list(Weekday).index(clocks.review_day))
    return clocks.working_day_after(wanted, 0)


def _begins(monday: date, clocks: ClocksFile) -> datetime:
    return datetime.combine(_day(monday, clocks), time(clocks.day_begins), ZoneInfo(clocks.zone))
