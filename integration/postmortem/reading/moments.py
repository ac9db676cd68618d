"""Dates and times as people write them → values, only where one day or one instant is meant beyond doubt."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from integration.postmortem.reading.durations import leading_duration, read_duration

MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
APART = 8
"""Characters between a date and a time that still make them one stamp: "2026-11-18 at about 09:00"."""

_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_MONTH, _DAY = rf"(?P<month>{_NAME})", r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_EITHER = r"(?P<either>\d{1,2})(?P<between>[/-])(?P<or>\d{1,2})"


def _patterns(*patterns: str) -> tuple[re.Pattern[str], ...]:
    """Compile dates. The look-arounds keep "22025-03-18" from being read as some other date."""
    return tuple(re.compile(rf"(?<![\w./]){pattern}(?![\d/])", re.IGNORECASE) for pattern in patterns)


DATES = _patterns(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!-)",
    r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})",
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
    rf"{_EITHER}(?P=between)(?P<year>\d{{4}})",
    rf"{_DAY}(?: of)?[ -]{_MONTH},?[ -](?P<year>\d{{4}})",
    rf"{_MONTH} {_DAY},? (?P<year>\d{{4}})",
)
WITHOUT_YEAR = _patterns(rf"{_MONTH} {_DAY}(?![a-z])", rf"{_DAY} (?:of )?{_MONTH}(?![a-z])", _EITHER.replace("/-", "/"))
BROKEN_DATE = re.compile(r"(?<!\d)\d{5,9}[-/]\d{1,2}[-/]\d{1,2}")
CLOCK = re.compile(
    r"(?<![\d:.])(?:(?<![A-Za-z_])|(?<=\dT))(?P<hour>\d{1,2})(?:[:h](?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:\.\d+)?)?)?"
    r"(?: ?(?P<half>[ap])\.?m\b\.?|(?P<short>[ap])\b)?(?!\d|:\d)",
    re.IGNORECASE,
)
OFFSETS = {
    **dict.fromkeys(("Z", "UTC", "GMT", "WET"), 0),
    **dict.fromkeys(("BST", "CET", "WEST"), 1),
    **dict.fromkeys(("CEST", "EET"), 2),
    **dict.fromkeys(("SGT", "HKT"), 8),
    **dict.fromkeys(("EST", "CDT"), -5),
    **dict.fromkeys(("MST", "PDT"), -7),
    "EEST": 3,
    "JST": 9,
    "AEST": 10,
    "AEDT": 11,
    "EDT": -4,
    "MDT": -6,
    "PST": -8,
}
"""Abbreviations that mean one offset, in hours."""

DOUBTFUL = ("IST", "CST", "AST", "PT", "ET", "CT", "MT")
"""Abbreviations that mean several offsets: India or Israel, China or Chicago, summer or winter."""

_NAMES = "|".join(sorted((*OFFSETS, *DOUBTFUL), key=len, reverse=True))
_IN_WORDS = r"[Pp]acific|[Ee]astern|[Mm]ountain|[Cc]entral(?= [Tt]ime)"  # Summer or winter is not said.
_SHIFT = r"[+-](?:0?\d|1[0-4])(?::?\d{2})?(?!\d)"
ZONE = re.compile(rf"\s?\(?(?:(?:UTC|GMT)?{_SHIFT}|(?:{_NAMES}|{_IN_WORDS})(?![A-Za-z]))\)?")
ISO_CLOCK = re.compile(r"\dT\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?$")
ZONE_ANYWHERE = re.compile(rf"(?<![A-Za-z])(?:(?:UTC|GMT){_SHIFT}|(?:{_NAMES}|{_IN_WORDS})(?![A-Za-z]))")


RANGE = re.compile(r"\s*(?:-|–|—|to\b|until\b|till\b)\s*", re.IGNORECASE)
UNTIL = re.compile(RANGE.pattern + r"\d{1,2}[:h][0-5]\d(?: ?[ap]\.?m\b\.?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date, a time or both, found in a text from ``start`` to ``end``.

    ``day`` is the day as written or taken over, ``at`` the instant in UTC; each is ``None`` where it is in doubt.
    ``has_date`` and ``has_clock`` say what was written.
    """

    text: str
    start: int
    end: int
    day: date | None
    at: datetime | None
    has_date: bool = False
    has_clock: bool = False


def read_date(text: str) -> date | None:
    """Return the one day that a text names; ``None`` for none, for several, and for 01/02/2026, which is two."""
    days = {day for _, day in _dates_in(text)}
    return days.pop() if len(days) == 1 else None


def read_zone(text: str, otherwise: tzinfo | None = None) -> tzinfo | None:
    """Return the zone that a heading names ("all times in UTC", "Time (CEST)"), or ``otherwise`` where it names none.

    ``None`` where it names one that means several offsets ("all times pacific"), or several zones.
    """
    found = {_offset(match[0]) for match in ZONE_ANYWHERE.finditer(text)}
    if not found:
        return otherwise
    return found.pop() if len(found) == 1 else None


def read_stamp(text: str, day: date | None = None, zone: tzinfo | None = UTC) -> Stamp | None:
    """Return the first date and time of a text.

    ``day`` is the day that holds where the text names none; ``zone`` what holds where it names no zone. A zone that is
    written but means several offsets leaves the instant open.
    """
    broken = BROKEN_DATE.search(text)
    span, written = (broken.span(), None) if broken else _first_date(text, day)
    clock = _clock(text, span)
    spans = [found for found in (span, clock.span() if clock else None) if found]
    if not spans:
        return None
    first, last = min(spans), max(spans)
    start, end = first[0], last[1] if last[0] - first[1] <= APART else first[1]
    if clock is None:
        return Stamp(text[start:end], start, end, written, None, has_date=True)
    holds, after = _zone_after(text, clock.end(), zone)
    end = after if clock.end() == end else end
    return Stamp(text[start:end], start, end, written, _instant(written, _time(clock), holds), span is not None, True)


def _first_date(text: str, near: date | None) -> tuple[tuple[int, int] | None, date | None]:
    """Return where the first date stands and which day it is; without one, nowhere and the day that holds so far."""
    if dates := _dates_in(text):
        return dates[0]
    short = sorted((match for pattern in WITHOUT_YEAR for match in pattern.finditer(text)), key=lambda m: m.start())
    if not short:
        return None, near
    if near is None:
        return short[0].span(), None
    # The year is that of the nearest such day; an incident that runs over New Year has both.
    days = (_day(short[0], near.year + step) for step in (0, -1, 1))
    return short[0].span(), min((day for day in days if day), key=lambda day: abs(day - near), default=None)


def _dates_in(text: str) -> list[tuple[tuple[int, int], date | None]]:
    """Return every date with a year, in order; the day is ``None`` where the figures are no date, or could be two."""
    found = [(match.span(), _day(match, int(match["year"]))) for pattern in DATES for match in pattern.finditer(text)]
    return sorted(found, key=lambda pair: pair[0])


def _day(match: re.Match[str], year: int) -> date | None:
    parts = match.groupdict()
    if "either" in parts:
        first, second = int(parts["either"]), int(parts["or"])
        if first <= 12 and second <= 12 and first != second:
            return None
        month, day = (second, first) if first > 12 else (first, second)
    else:
        month, day = _month(parts["month"]), int(parts["day"])
    try:
        return date(year, month, day)
    except ValueError:  # The 31st of February.
        return None


def _month(written: str) -> int:
    return int(written) if written.isdigit() else MONTHS[written[:3].lower()]


def _clock(text: str, date_span: tuple[int, int] | None) -> re.Match[str] | None:
    """Return the first clock time outside the date. A bare number is none: it needs minutes, or am or pm."""
    for match in CLOCK.finditer(text):
        inside = date_span is not None and date_span[0] <= match.start() < date_span[1]
        if not inside and (match["minute"] or match["half"]) and _time(match) is not None:
            return match
    return None


def _time(match: re.Match[str]) -> time | None:
    hour, minute, second = int(match["hour"]), int(match["minute"] or 0), int(match["second"] or 0)
    if half := match["half"] or match["short"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "pP" else 0)
    return time(hour, minute, second) if hour < 24 else None


def _zone_after(text: str, at: int, zone: tzinfo | None) -> tuple[tzinfo | None, int]:
    match = ZONE.match(text, at)
    if match is None or (match[0].startswith("-") and not ISO_CLOCK.search(text, 0, at)):
        # "09:00-10:00" is a range; only after an ISO time is it a time west of Greenwich. The zone behind it is that of both ends.
        end = UNTIL.match(text, at)
        behind = ZONE.match(text, end.end()) if end else None
        return (_offset(behind[0]) if behind and behind[0].strip()[0] not in "+-" else zone), at
    return _offset(match[0]), match.end()


def _offset(written: str) -> tzinfo | None:
    """Return the zone of "CEST", "+02:00" or "UTC+2"; ``None`` for an abbreviation that means several."""
    name = written.strip(" ()")
    figures = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", name)
    if figures:
        shift = timedelta(hours=int(figures[2]), minutes=int(figures[3] or 0))
        return timezone(shift if figures[1] == "+" else -shift) if shift < timedelta(hours=24) else None
    hours = OFFSETS.get(name)
    return None if hours is None else timezone(timedelta(hours=hours))


def _instant(day: date | None, clock: time | None, zone: tzinfo | None) -> datetime | None:
    if day is None or clock is None or zone is None:
        return None
    try:
        return datetime.combine(day, clock, zone).astimezone(UTC)
    except OverflowError:  # The first and last days of the calendar, moved beyond it by the zone.
        return None


SINCE_START = re.compile(r"(?:T\s?\+\s?|\+\s?)(?:(?P<clock>\d{1,3}:[0-5]\d)(?![:\d]))?", re.IGNORECASE)
LATER = re.compile(r"\s*(?:later\b|after(?:wards)?(?=\s*(?:[:,;–—-]|$)))", re.IGNORECASE)


def read_until(
    text: str, stamp: Stamp, start: datetime | None, zone: tzinfo | None = UTC
) -> tuple[datetime | None, int]:
    """Return the end of a stretch ("09:00–09:30 CET") in UTC, and where it ends in the text; without one, where the stamp ends.

    An end without a date is on the day of the start, or the next one where the clock falls back over midnight.
    """
    between = RANGE.match(text, stamp.end) if stamp.has_clock else None
    rest = text[between.end() :] if between else ""
    end = read_stamp(rest, stamp.day, zone) if rest else None
    if between is None or end is None or end.start or not end.has_clock:
        return None, stamp.end
    at = end.at
    if at is not None and start is not None and not end.has_date and start - at > timedelta(hours=12):
        at += timedelta(days=1)
    return at, between.end() + end.end


def read_offset(text: str, first: datetime | None, last: datetime | None) -> Stamp | None:
    """Return the instant of "+12 min", "T+00:12" (since the first entry) or "12 min later" (since the one above) at the start of a text."""
    at = len(text) - len(text.lstrip(" *_[("))
    since_start = SINCE_START.match(text, at)
    clock = since_start["clock"] if since_start else None
    length, end = leading_duration(text, since_start.end() if since_start else at)
    if since_start and clock:
        length, end = read_duration(clock), since_start.end()
    later = LATER.match(text, end) if length is not None and not since_start else None
    if length is None or not (since_start or later):
        return None
    end = later.end() if later else end
    anchor = first if since_start else last
    instant = None if anchor is None else _later(anchor, length)
    return Stamp(text[at:end], at, end, instant.date() if instant else None, instant, has_date=True, has_clock=True)


def _later(anchor: datetime, length: timedelta) -> datetime | None:
    try:
        return anchor + length
    except OverflowError:
        return None
