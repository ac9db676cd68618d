"""The block tree of a text as people see it: what GitHub's Markdown and Jira's rendering both come down to.

Values only; the parsing is in ``reading/``.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import TypeVar, assert_never


class Style(StrEnum):
    """How a stretch of text is set."""

    STRONG = "strong"
    EMPHASIS = "emphasis"
    CODE = "code"
    STRUCK = "struck"


@dataclass(frozen=True, slots=True)
class Mark:
    """One stretch of a :class:`Text` in one style; ``start`` and ``end`` are offsets into ``plain``, end exclusive."""

    style: Style
    start: int
    end: int

    def moved(self, start: int, end: int) -> "Mark":
        """Return the part between two offsets, counted from the first."""
        return Mark(self.style, max(self.start, start) - start, min(self.end, end) - start)


@dataclass(frozen=True, slots=True)
class Link:
    """A link: what it reads, and where it leads (not checked). A picture is a link too, with its alternative text."""

    text: str
    url: str
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def moved(self, start: int, end: int) -> "Link":
        """Return the same link, counted from ``start``."""
        return Link(self.text, self.url, max(self.start, start) - start, min(self.end, end) - start)


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody named, as written: ``@dana``, ``[~dana]``, ``[~accountid:…]``. On Jira the text shows the display name."""

    name: str
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def moved(self, start: int, end: int) -> "Mention":
        """Return the same mention, counted from ``start``."""
        return Mention(self.name, max(self.start, start) - start, min(self.end, end) - start)


_LINE_END = re.compile(r"\n")
Spot = TypeVar("Spot", Mark, Link, Mention)


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of running text: the visible words, and what lies in them.

    ``plain`` has ``\\n`` where the reader sees a new line, otherwise single spaces. ``marks`` are sorted by ``start``.
    """

    plain: str = ""
    links: tuple[Link, ...] = ()
    people: tuple[Mention, ...] = ()
    marks: tuple[Mark, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.plain)

    @property
    def mentions(self) -> tuple[str, ...]:
        """Return who is named, as written, in order."""
        return tuple(person.name for person in self.people)

    def is_all(self, style: Style) -> bool:
        """Tell whether every visible letter and digit is in that style (and there is at least one)."""
        if not any(mark.style is style for mark in self.marks):
            return False
        outside, at = [], 0
        for mark in self.marks:
            if mark.style is style:
                outside.append(self.plain[at : mark.start])
                at = max(at, mark.end)
        outside.append(self.plain[at:])
        return _has_letters(self.plain) and not _has_letters("".join(outside))

    def leading(self, style: Style) -> str:
        """Return the stretch in that style with which the text begins, or an empty string."""
        starts = (mark for mark in self.marks if mark.style is style and mark.start == 0)
        return next((self.plain[: mark.end] for mark in starts), "")

    def after(self, offset: int) -> "Text":
        """Return what follows ``offset``, trimmed; see :meth:`between`."""
        return self.between(offset, len(self.plain))

    def between(self, start: int, end: int) -> "Text":
        """Return the stretch, trimmed, with the marks, links and mentions in it."""
        rest = self.plain[start:end]
        plain = rest.strip()
        first = start + len(rest) - len(rest.lstrip())
        last = first + len(plain)
        return Text(
            plain,
            _moved(self.links, first, last),
            _moved(self.people, first, last),
            _moved(self.marks, first, last),
        )

    def lines(self) -> "tuple[Text, ...]":
        """Return the lines that a reader sees, each trimmed."""
        if "\n" not in self.plain:
            return (self,)
        ends = [*(end.start() for end in _LINE_END.finditer(self.plain)), len(self.plain)]
        # Sorting out first what lies in which line keeps the work in step with the length of the text.
        links, people, marks = _by_line(self.links, ends), _by_line(self.people, ends), _by_line(self.marks, ends)
        return tuple(
            Text(self.plain, links.get(line, ()), people.get(line, ()), marks.get(line, ())).between(start, end)
            for line, (start, end) in enumerate(pairwise((0, *ends)))
        )


def _moved(spots: tuple[Spot, ...], start: int, end: int) -> tuple[Spot, ...]:
    """Keep what overlaps the stretch; a spot without length (a picture without words) overlaps where it stands."""
    if not spots:  # So it is with most lines of a long text.
        return ()
    kept = (spot for spot in spots if spot.start < end and (spot.end > start or spot.start == spot.end >= start))
    return tuple(spot.moved(start, end) for spot in kept)


def _by_line(spots: tuple[Spot, ...], ends: list[int]) -> dict[int, tuple[Spot, ...]]:
    lines: dict[int, list[Spot]] = {}
    for spot in spots:
        for line in range(bisect_left(ends, spot.start), bisect_left(ends, spot.end) + 1):
            lines.setdefault(line, []).append(spot)
    return {line: tuple(found) for line, found in lines.items()}


def _has_letters(plain: str) -> bool:
    return any(map(str.isalnum, plain))


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 6. ``line``, here and below, is the 1-based source line, where the source has lines."""

    level: int
    text: Text
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph."""

    text: Text
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list. ``checked`` is ``None`` where it has no box."""

    blocks: tuple["Block", ...]
    checked: bool | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list, numbered or not."""

    ordered: bool
    items: tuple[Item, ...]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    cells: tuple[Text, ...]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table. ``header`` is empty where the first row is not set as one; rows may be shorter or longer than it."""

    header: tuple[Text, ...]
    rows: tuple[Row, ...]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody else's words."""

    blocks: tuple["Block", ...]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Preformatted text, to be shown and never read as structure."""

    text: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Fold:
    """A part that is folded away under a summary (``<details>``)."""

    summary: Text
    blocks: tuple["Block", ...]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Divider:
    """A horizontal rule."""

    line: int | None = None


Block = Heading | Paragraph | ListBlock | Table | Quote | CodeBlock | Fold | Divider


@dataclass(frozen=True, slots=True)
class Document:
    """What was read. ``truncated`` when a cap on size or nesting cut something off; ``problems`` says so."""

    blocks: tuple[Block, ...] = ()
    truncated: bool = False
    problems: tuple[str, ...] = ()


def texts_of(blocks: Iterable[Block]) -> Iterator[tuple[Text, int | None]]:
    """Yield every piece of running text in reading order, with its source line; code comes as unmarked text."""
    for block in blocks:
        match block:
            case Heading() | Paragraph():
                yield block.text, block.line
            case ListBlock():
                for item in block.items:
                    yield from texts_of(item.blocks)
            case Table():
                for row in (Row(block.header, block.line), *block.rows):
                    yield from ((cell, row.line) for cell in row.cells if cell)
            case Quote():
                yield from texts_of(block.blocks)
            case Fold():
                yield block.summary, block.line
                yield from texts_of(block.blocks)
            case CodeBlock():
                yield Text(block.text), block.line
            case Divider():
                pass
            case _:
                assert_never(block)


def plain_text(blocks: Iterable[Block]) -> str:
    """Return the visible text of the blocks, one piece a line."""
    return "\n".join(text.plain for text, _ in texts_of(blocks))


def links_of(blocks: Iterable[Block]) -> tuple[Link, ...]:
    """Return every link in the blocks, in reading order."""
    return tuple(link for text, _ in texts_of(blocks) for link in text.links)
