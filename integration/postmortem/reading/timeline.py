"""The timeline section → dated entries, and when the incident began, was detected, acknowledged, mitigated and resolved."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo

from integration.postmortem.document import Block, Fold, Heading, ListBlock, Paragraph, Table, Text
from integration.postmortem.reading.grids import records_of
from integration.postmortem.reading.labels import Names
from integration.postmortem.reading.milestones import Moment, marked_clearly, marked_perhaps
from integration.postmortem.reading.moments import Stamp, read_date, read_offset, read_stamp, read_until, read_zone
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.reading.prompts import TEMPLATE_FOLD
from integration.postmortem.reading.substance import why_line_empty

MAX_ENTRIES = 1_000
SAME_NIGHT = timedelta(hours=12)
"""A clock that falls back by more than this, with no date written, has passed midnight."""

COLUMNS = Names(
    {
        "time": ("when", "timestamp", "date/time", "date and time", "clock", "utc", "time (utc)"),
        "date": ("day",),
        "event": ("what happened", "what", "description", "entry", "action", "details", "activity", "note"),
        "phase": ("milestone", "type", "stage", "step", "phase", "status"),
    }
)


ABOUT_TIMES = re.compile(r"\btimes?\b|\bzone\b", re.IGNORECASE)
PREPOSITIONS = frozenset(
    {"at", "on", "about", "around", "by", "from", "since", "approx", "approximately", "circa", "ca"}
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. ``time`` is as written; ``at`` in UTC, or ``None`` where day, time or zone is in doubt.

    ``until`` is the end of a stretch ("09:00–09:30"), in UTC; ``moment`` is what the entry marks, if anything; ``clear`` when a
    column or plain words say so. ``part`` counts the lists, tables and paragraphs: times are in order within one.
    ``noted`` tells that it was said in a comment, with ``/note`` or ``/resolved``.
    """

    time: str
    at: datetime | None
    text: str
    moment: Moment | None = None
    clear: bool = False
    line: int | None = None
    until: datetime | None = None
    part: int = 0
    noted: bool = False


@dataclass(frozen=True)
class Timeline:
    """The entries in the order in which they are written, and the days that headings name, each with the days of the entries below."""

    entries: tuple[Entry, ...] = ()
    headed: tuple[tuple[date, frozenset[date]], ...] = ()

    def entry(self, moment: Moment) -> Entry | None:
        """Return the entry that marks the moment, clear ones before others: the first, of *resolved* the last."""
        marking = [entry for entry in self.entries if entry.moment is moment]
        marking = [entry for entry in marking if entry.clear] or marking
        if not marking:
            return None
        return marking[-1] if moment is Moment.RESOLVED else marking[0]

    def instant(self, moment: Moment) -> datetime | None:
        """Return when it was, in UTC, or ``None`` where nothing marks it or its time is in doubt.

        Of a stretch, that which ends something counts by its end, if that does not lie before its start.
        """
        entry = self.entry(moment)
        if entry is None or entry.at is None:
            return None
        ends = moment in (Moment.MITIGATED, Moment.RESOLVED) and entry.until is not None
        return max(entry.at, entry.until) if ends and entry.until else entry.at

    @property
    def began(self) -> datetime | None:
        """Return when the incident began."""
        return self.instant(Moment.BEGAN)

    @property
    def detected(self) -> datetime | None:
        """Return when it was detected."""
        return self.instant(Moment.DETECTED)

    @property
    def acknowledged(self) -> datetime | None:
        """Return when somebody took it on."""
        return self.instant(Moment.ACKNOWLEDGED)

    @property
    def mitigated(self) -> datetime | None:
        """Return when it was contained."""
        return self.instant(Moment.MITIGATED)

    @property
    def resolved(self) -> datetime | None:
        """Return when it was resolved."""
        return self.instant(Moment.RESOLVED)


def read_timeline(
    blocks: Iterable[Block], zone: tzinfo | None = UTC, day: date | None = None, heading: str = ""
) -> Timeline:
    """Read table rows, list items, headings with times, and lines with times, at most 1,000.

    ``zone`` and ``day`` hold until the text says otherwise; ``heading`` is that of the section, which may name a zone
    ("Timeline (UTC)"). A day that is written holds for the entries below it.
    """
    reader = _Reader(read_zone(heading, zone), read_date(heading) or day)
    reader.days_of_heading(heading)
    reader.read(blocks)
    return Timeline(tuple(reader.entries), tuple((day, frozenset(days)) for day, days in reader.headed if days))


class _Reader:
    """Goes through the blocks from top to bottom and remembers the day and the zone that hold."""

    def __init__(self, zone: tzinfo | None, day: date | None) -> None:
        self.entries: list[Entry] = []
        self.zone = zone
        self.day = day
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.part = 0
        self.headed: list[tuple[date, set[date]]] = []

    def read(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            self.part += 1
            match block:
                case Heading():
                    self.heading(block)
                case Paragraph():
                    for offset, line in enumerate(block.text.lines()):
                        self.line(line, None if block.line is None else block.line + offset)
                case ListBlock():
                    self.list_block(block)
                case Table():
                    self.table(block)
                case Fold() if not TEMPLATE_FOLD.search(block.summary.plain):
                    self.read(block.blocks)
                case _:
                    pass

    def heading(self, heading: Heading) -> None:
        """A heading with a time begins an entry, one with a day alone sets the day."""
        plain = heading.text.plain
        stamp = self.stamp(plain)
        if stamp is not None and stamp.has_clock:
            self.add(stamp, plain, heading.line)
        elif stamp is not None:
            self.day = stamp.day
            self.days_of_heading(plain)
        self.zone = read_zone(plain, self.zone)

    def days_of_heading(self, plain: str) -> None:
        """Remember the one day that a heading names, to compare it with the days that are written below."""
        if day := read_date(plain):
            self.headed.append((day, set()))

    def line(self, text: Text, line: int | None, *, in_list: bool = False) -> None:
        """Read a line: with a time at its start or end it is an entry, else it tells more about the one above."""
        stamp = self.stamp(text.plain)
        if stamp is not None and _is_led_by(stamp, text.plain, in_list):
            self.add(stamp, text.plain, line)
        elif self.entries and not self.entries[-1].text and not why_line_empty(text):
            self.entries[-1] = _marked(replace(self.entries[-1], text=text.plain))
        elif in_list and not why_line_empty(text):  # Many a timeline has no times.
            self.keep(Entry("", None, text.plain, line=line, part=self.part))
        else:
            self.zone = read_zone(text.plain, self.zone) if ABOUT_TIMES.search(text.plain) else self.zone

    def list_block(self, block: ListBlock) -> None:
        """Read items: the first line of each is an entry, the rest tells more."""
        for item in block.items:
            first = item.blocks[:1]
            for paragraph in first:
                if isinstance(paragraph, Paragraph):
                    head, *rest = paragraph.text.lines()
                    self.line(head, item.line, in_list=True)
                    for text in rest:
                        self.line(text, item.line)
                else:
                    self.read(first)
            self.read(item.blocks[1:])

    def table(self, table: Table) -> None:
        """Read rows by their columns; where those are not known, the first cell is the time and the rest the text."""
        self.zone = read_zone(" ".join(cell.plain for cell in table.header), self.zone)
        records = records_of(table, COLUMNS)
        if records is None:
            for row in table.rows:
                if row.cells and self.stamp(row.cells[0].plain) is not None:
                    self.row(row.cells[0].plain, _joined(row.cells[1:]), "", row.line)
            return
        for record in records:
            when = f"{record.plain('date')} {record.plain('time')}".strip()
            event = record.plain("event") or " – ".join(text.plain for _, text in record.others)
            self.row(when, event, record.plain("phase"), record.line)

    def row(self, when: str, event: str, phase: str, line: int | None) -> None:
        stamp = self.stamp(when)
        marked = marked_clearly(phase) or marked_perhaps(phase)
        text = event or phase
        if stamp is None:
            if text and when:
                self.keep(Entry(when, None, text, marked, marked is not None, line, part=self.part))
            return
        self.add(stamp, when, line, text, marked)

    def stamp(self, plain: str) -> Stamp | None:
        return read_offset(plain, self.first, self.last) or read_stamp(plain, self.day, self.zone)

    def add(
        self, stamp: Stamp, plain: str, line: int | None, text: str | None = None, marked: Moment | None = None
    ) -> None:
        """Add an entry whose time was found in ``plain``; ``text`` is the rest of it unless a table says otherwise."""
        at, self.day = stamp.at, stamp.day
        if at is not None:
            if not stamp.has_date and self.last is not None and self.last - at > SAME_NIGHT:
                at += timedelta(days=1)
                self.day = stamp.day + timedelta(days=1) if stamp.day else None
            self.first, self.last = self.first or at, at
        if stamp.has_date and stamp.day and self.headed:
            self.headed[-1][1].add(stamp.day)
        until, end = read_until(plain, stamp, at, self.zone)
        words = _without(plain, replace(stamp, end=end)) if text is None else text
        self.keep(Entry(plain[stamp.start : end], at, words, marked, marked is not None, line, until, self.part))

    def keep(self, entry: Entry) -> None:
        if len(self.entries) < MAX_ENTRIES:
            self.entries.append(entry if entry.moment else _marked(entry))


def _marked(entry: Entry) -> Entry:
    """Recognise by its words which moment an entry marks."""
    if clear := marked_clearly(entry.text):
        return replace(entry, moment=clear, clear=True)
    return replace(entry, moment=marked_perhaps(entry.text))


def _is_led_by(stamp: Stamp, plain: str, in_list: bool) -> bool:
    """Tell whether a line is about its time: "09:00 …", "At 09:00 …", "Resolved: 2026-11-18 13:20"."""
    before = [word for word in normalise(plain[: stamp.start]).split() if word not in PREPOSITIONS]
    after = normalise(plain[stamp.end :]).split()
    return not before or (len(before) <= 5 and (in_list or len(after) <= 2))


def _without(plain: str, stamp: Stamp) -> str:
    """Return the words around a stamp; where it stands in the middle of a sentence, the whole sentence."""
    before, after = plain[: stamp.start].strip(), plain[stamp.end :].strip()
    if before.strip(" -–—:([*") and after.strip(" -–—:)].,*"):
        return plain.strip()
    return (before or after).strip(" \t\n-–—:()[]|,")


def _joined(cells: Iterable[Text]) -> str:
    return " – ".join(cell.plain for cell in cells if cell)
