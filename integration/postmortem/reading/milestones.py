"""The words by which an entry of a timeline says what it marks: that it began, was detected, acknowledged, mitigated, resolved."""

import re
from enum import StrEnum

from integration.postmortem.reading.normalise import normalise


class Moment(StrEnum):
    """The five instants from which durations are computed."""

    BEGAN = "began"
    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


# Read in normalised text. The first of each pair names the moment itself, the second what usually marks it.
NOT = r"(?<!not )(?<!never )(?<!be )(?<!been )"
SAYS = {
    Moment.BEGAN: (
        r"\b(?:incident|outage|problem|fault|issue|impact|degradation) (?:first )?(?:beg[ai]ns?|start(?:s|ed)?)\b"
        r"|^(?:it )?(?:beg[ai]ns?|beginning|start(?:s|ed)?|onset|start of (?:the )?(?:incident|impact|outage))$"
        r"|\bfault occur(?:s|red)\b|\bfirst occurred\b",
        r"\bbegan\b|\b(?:bad|faulty|broken) (?:rollout|release|deploy\w*)\b|\bintroduced\b",
    ),
    Moment.DETECTED: (
        NOT + r"\b(?:detected|detection)\b|^(?:first )?(?:noticed|identified|discovered)\b"
        r"|\bteam (?:became )?aware\b",
        NOT + r"\b(?:noticed|became aware|paged)\b|\balerts? (?:fired|went off|triggered|reporting)\b"
        r"|\breceived (?:an? )?alerts?\b|\b(?:user|customer|client|colleague|student)s?\b.{0,40}\breport\w*\b",
    ),
    Moment.ACKNOWLEDGED: (
        NOT + r"\backnowledged\b|^(?:acknowledgement|acknowledgment|acked|ack)\b",
        NOT
        + r"\b(?:incident (?:was )?declared|took (?:it|this|the incident) on|on ?call (?:engineer )?(?:responds|responded))\b",
    ),
    Moment.MITIGATED: (
        NOT + r"\b(?:mitigated|contained|repaired)\b|^(?:mitigation|containment)\b",
        NOT + r"\b(?:rolled back|rollback|workaround|disabled|switched off|turned off)\b",
    ),
    Moment.RESOLVED: (
        NOT + r"\bresolved\b|^(?:resolution|closed)\b|\bincident (?:is |was )?(?:closed|over)\b",
        NOT + r"\b(?:fixed|fully recovered|all clear|service restored|back (?:to normal|online|up(?: again)?))\b",
    ),
}
SAYS_CLEARLY = {moment: re.compile(clear) for moment, (clear, _) in SAYS.items()}
SAYS_PERHAPS = {moment: re.compile(perhaps) for moment, (_, perhaps) in SAYS.items()}
LONGEST = 2_000
"""Characters of an entry in which the words are looked for; what a moment is called stands at the beginning."""


def marked_clearly(words: str) -> Moment | None:
    """Return the moment that plain words name."""
    return _moment(words, SAYS_CLEARLY)


def marked_perhaps(words: str) -> Moment | None:
    """Return the moment that words usually go with."""
    return _moment(words, SAYS_PERHAPS)


def _moment(words: str, patterns: dict[Moment, re.Pattern[str]]) -> Moment | None:
    folded = normalise(words[:LONGEST])
    return next((moment for moment, pattern in patterns.items() if pattern.search(folded)), None)
