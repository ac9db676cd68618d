"""Lengths of time as people write them ("1d 5h 47m", "0h 07m", "11 Days", "1:30:00") → time deltas, only where one length is meant."""

import re
from datetime import timedelta

LONGEST = 80
"""Characters in which a length of time can stand; what is longer is a sentence."""

_UNITS = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_NAMES = r"weeks?|wks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s"
PIECE = re.compile(rf"(?P<number>\d{{1,6}}(?:[.,]\d{{1,3}})?)\s?(?P<unit>{_NAMES})(?![A-Za-z])\.?", re.IGNORECASE)
COLONS = re.compile(r"(?P<hours>\d{1,4}):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d))?(?: ?(?:h|hrs?|hours?))?")
WORDS = {"a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "half an": "0.5", "half a": "0.5"}
IN_WORDS = re.compile(r"\b(half an?|an?|one|two|three)(?= (?:week|day|hour|minute|second)s?\b)", re.IGNORECASE)
ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
ABOUT = re.compile(
    r"^(?:about|around|approximately|approx\.?|circa|ca\.?|roughly|some|~|nearly|almost|over|under|less than|more than|[<>≈])\s*",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"[\s,;&+]*(?:and[\s,]*)?")


def read_duration(text: str) -> timedelta | None:
    """Return the length of time that a text is, or ``None`` where it is something else ("?", "N/A", "a while").

    An aside in brackets does not count ("7h (during support hours 10:00-17:00)"); words before and after the length do, so
    that no figure of a sentence is taken for one.
    """
    plain = " ".join(ASIDE.sub(" ", text[: 2 * LONGEST]).split()).strip(" .*_~")
    if not plain or len(plain) > LONGEST or len(text) > 2 * LONGEST:
        return None
    plain = IN_WORDS.sub(lambda found: WORDS[found[1].casefold()], ABOUT.sub("", plain))
    if clock := COLONS.fullmatch(plain):
        return timedelta(hours=int(clock["hours"]), minutes=int(clock["minutes"]), seconds=int(clock["seconds"] or 0))
    length, end = leading_duration(plain)
    return length if length is not None and end == len(plain) else None


def leading_duration(text: str, start: int = 0) -> tuple[timedelta | None, int]:
    """Return the length with which a text goes on at ``start`` and where it ends; each unit once, larger ones first."""
    length, at, smallest = timedelta(), start, timedelta.max
    while piece := _next_piece(text, at, is_first=at == start):
        unit = _UNITS[piece["unit"][0].lower()]
        if unit >= smallest:
            break
        length, at, smallest = length + unit * float(piece["number"].replace(",", ".")), piece.end(), unit
    return (length, at) if at > start else (None, start)


def _next_piece(text: str, at: int, *, is_first: bool) -> re.Match[str] | None:
    between = None if is_first else BETWEEN.match(text, at)
    return PIECE.match(text, between.end() if between else at)


def in_words(length: timedelta) -> str:
    """Return a length as a reader takes it in: the two largest units, "5 d 5 h", "4 h 20 min", "0 min"."""
    minutes = round(abs(length).total_seconds() / 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (rest, "min")) if number]
    return " ".join(parts[:2]) or "0 min"
