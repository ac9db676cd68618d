"""The fold "Timeline": how long it took, the entries in order of time, and the same as a picture where the tracker draws one. Pure."""

from datetime import timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from integration.postmortem.reading.durations import in_words
from integration.postmortem.reading.spans import Spans
from integration.postmortem.reading.timeline import Entry, Timeline
from integration.postmortem.writing.tree import Block, Chart, Fold, Grid, Line, Paragraph, line
from integration.postmortem.writing.wording import count

MOST_ROWS, MOST_IN_CHART = 60, 12
"""A picture of more entries than that is drawn too small to be read beside a text."""
LONGEST, LONGEST_IN_CHART, LONGEST_TIME = 160, 60, 40
FEWEST = 2
"""Entries with a sure time that make a picture."""


def timeline_fold(timeline: Timeline, zone: str) -> Fold | None:
    """Return the fold, or ``None`` while there is nothing for it.

    Entries of the section without a sure time stand in the section itself; those told in comments stand below the others.
    """
    timed = [
        entry
        for _, entry in sorted(((e.at, e) for e in timeline.entries if e.at is not None), key=lambda pair: pair[0])
    ]
    unsure = [entry for entry in timeline.entries if entry.noted and entry.at is None]
    if not timed and not unsure:
        return None
    told = _lengths(Spans.of(timeline))
    blocks: list[Block] = [Paragraph(line(told))] if told else []
    if len(timed) >= FEWEST:
        blocks.append(_chart(_telling(timed), zone))
    known = [*timed, *unsure]
    blocks.append(Grid(("When", "What", "Moment"), tuple(_row(entry, zone) for entry in known[:MOST_ROWS])))
    if len(known) > MOST_ROWS:
        rest = count(len(known) - MOST_ROWS, "more entry", "more entries")
        where = "in the text and in comments" if any(entry.noted for entry in known) else "in the text"
        blocks.append(Paragraph(line(f"{rest} {where}.")))
    return Fold(f"Timeline ({count(len(known), 'entry', 'entries')})", tuple(blocks))


def _telling(timed: list[Entry]) -> tuple[Entry, ...]:
    """Return the entries that tell most, in order: those that mark a moment, and then the earliest of the others."""
    best = sorted(range(len(timed)), key=lambda at: timed[at].moment is None)[:MOST_IN_CHART]
    return tuple(timed[at] for at in sorted(best))


def _lengths(spans: Spans) -> str:
    """Say the lengths of time that are known, in one sentence; how long it took says little about how bad it was, so nothing is compared."""
    parts = [
        _length(spans.to_detect, "detected after {}"),
        _length(spans.to_acknowledge, "taken on {} later"),
        _length(spans.to_resolve, "resolved {} after detection"),
        _length(spans.impact, "people were exposed for {}"),
        _length(spans.undetected if spans.undetected != spans.to_detect else None, "{} of that unnoticed"),
    ]
    said = ", ".join(part for part in parts if part)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def how_long(timeline: Timeline) -> str:
    """Say after how long it was detected and resolved, as a sentence that follows another one; empty where neither is known."""
    spans = Spans.of(timeline)
    parts = (_length(spans.to_detect, "detected after {}"), _length(spans.to_resolve, "resolved {} later"))
    said = ", ".join(filter(None, parts))
    return f" {said[:1].upper()}{said[1:]}." if said else ""


def _length(length: timedelta | None, words: str) -> str:
    return words.format(in_words(length)) if length is not None else ""


def _chart(entries: tuple[Entry, ...], zone: str) -> Chart:
    local = [(entry.at.astimezone(ZoneInfo(zone)), entry) for entry in entries if entry.at is not None]
    days = groupby(local, key=lambda pair: pair[0].date())
    return Chart(
        tuple(
            (day.isoformat(), tuple((f"{at:%H:%M}", _short(entry, LONGEST_IN_CHART)) for at, entry in pairs))
            for day, pairs in days
        )
    )


def _row(entry: Entry, zone: str) -> tuple[Line, ...]:
    mark = line(entry.moment.value) if entry.moment else ()
    if entry.at is None:
        return (line(entry.time[:LONGEST_TIME] or "–"), line(_short(entry, LONGEST)), mark)
    at = entry.at.astimezone(ZoneInfo(zone))
    end = f" to {entry.until.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if entry.until else ""
    return (line(f"{at:%Y-%m-%d %H:%M}{end} {at:%Z}"), line(_short(entry, LONGEST)), mark)


def _short(entry: Entry, longest: int) -> str:
    words = " ".join(entry.text.split()) or (entry.moment.value if entry.moment else "–")
    return words if len(words) <= longest else words[: longest - 1] + "…"
