"""Whether an answer gives a number, and one with its unit. What it amounts to is read elsewhere (``impact``); here it only has to be there."""

import re

from integration.postmortem.reading.impact import read_quantities

MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
)
NO_UNIT = re.compile(
    rf"(?:{MONTHS}|and|or|of|in|on|at|by|for|from|to|since|until|till|with|the|a|an|is|are|was|were|utc|so|as|who|which)",
    re.IGNORECASE,
)
"""Words after a figure that say nothing about what was counted."""

CURRENCY = r"[$€£¥₹₣₩]"
_SCALE = r"(?:k|m|bn|thousand|million|billion|hundred|dozen)"
# "1,240 sessions", "30,5 %", "300+ users", "10–20 users", "100 (of 400) users", "€40k", "USD 4,000"; not "09:00 UTC" or "#12".
WITH_UNIT = re.compile(
    rf"(?<![\w.,:/#-])(?:(?P<before>(?:\b[A-Z]{{3}}|{CURRENCY})\s?)|)"
    r"\d[\d.,']*(?: \d{3})*(?![:\d])"
    rf"(?:\s?{_SCALE}\b)?(?:\s?\+|\s?[-–]\s?\d[\d.,']*(?:\s?{_SCALE}\b)?|\s\([^()]{{0,60}}\))?"
    rf"\s?(?P<unit>%|{CURRENCY}|[^\W\d_][\w/-]*)?",
    re.IGNORECASE,
)
_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|half|dozen|hundred)"
)
# "two systems", "a dozen customers", "half of the sessions"; "hundreds" is no number.
IN_WORDS = re.compile(
    rf"\b(?P<number>{_WORD})\b(?:[ -](?:{_WORD}|of the|of our|of|more|other)\b)*\s?(?P<unit>[^\W\d_]\w*)?",
    re.IGNORECASE,
)
LONGEST = 500
"""Characters of an answer in which a number is looked for."""


def has_number(text: str) -> bool:
    """Tell whether a text gives a number, in figures or in words; the figures of a date or a version are none."""
    text = text[:LONGEST]
    counted = (quantity for quantity in read_quantities(text) if not re.fullmatch(MONTHS, quantity.unit, re.IGNORECASE))
    return any(True for _ in counted) or IN_WORDS.search(text) is not None


def has_number_with_unit(text: str) -> bool:
    """Tell whether a text gives a number and what it counts: "4,000 USD", "about 30 rows", "two days of work"."""
    text = text[:LONGEST]
    found = (*WITH_UNIT.finditer(text), *IN_WORDS.finditer(text))
    return any(_counts(match) for match in found)


def _counts(match: re.Match[str]) -> bool:
    groups = match.groupdict()
    return bool(groups.get("before")) or bool(groups["unit"] and not NO_UNIT.fullmatch(groups["unit"]))
