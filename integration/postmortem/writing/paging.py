"""A long text → pages that fit one issue text or comment each. Tables are parted between rows; what comes after the last page is counted. Pure.

Sizes are estimated, since each tracker escapes in its own way; a page that turns out too long all the same is shortened by its renderer, which says so.
"""

import re
from dataclasses import dataclass, field, replace

from integration.postmortem.writing.tree import (
    Block,
    Bullets,
    Code,
    Fold,
    Grid,
    Heading,
    IssueLink,
    Line,
    Link,
    Mention,
    Paragraph,
    Plain,
    Small,
    Steps,
    Strong,
    Tree,
    line,
)
from integration.postmortem.writing.wording import sentence

ROOM = {"github": 58_000, "jira": 27_000}
"""Characters of a page by site, with some distance from what the renderers allow (65,000 and 32,000)."""
_MARKS = re.compile(r"[^\w\s]")
"""Each of these may be escaped by a sign before it."""
_REFERS = re.compile(r"[@#&<>]")
"""Each of these may become an entity, or get a character after it that keeps it from referring to anything."""
PER_CELL, KEPT_TOGETHER = 4, 700


@dataclass
class _Pages:
    """The pages so far, and how much room the last one has left."""

    site: str
    room: int
    most: int
    pages: list[list[Block]] = field(default_factory=lambda: [[]])
    left: int = 0
    dropped: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.pages) > self.most

    def turn(self) -> None:
        self.pages.append([])
        self.left = self.room

    def put(self, block: Block, needed: int) -> None:
        if needed > self.left and self.pages[-1]:
            self.turn()
        self.pages[-1].append(block)
        self.left -= size(block, self.site)


def paged(blocks: tuple[Block, ...], site: str, most: int, more: str) -> tuple[Tree, ...]:
    """Return at most ``most`` pages. ``more`` says where the rest is to be found, with ``{number}`` for how many rows that is."""
    sheets = _Pages(site, ROOM[site], most)
    sheets.left = sheets.room
    under: Heading | None = None
    for block in blocks:
        match block:
            case Heading():
                under = block
                sheets.put(block, size(block, site) + KEPT_TOGETHER)
            case Grid():
                _part(block, under, sheets)
            case Fold(summary, (Grid() as grid,)):
                _part(grid, Heading(line(summary), 2), sheets, fold=block)
            case _:
                sheets.put(block, size(block, site))
    kept = sheets.pages[:most]
    lost = sum(len(block.rows) for page in sheets.pages[most:] for block in map(_grid_in, page) if block is not None)
    if lost:
        kept[-1].append(Paragraph(sentence(more.format(number=f"{lost:,}"))))
    return tuple(Tree(tuple(page)) for page in kept if page)


def _grid_in(block: Block) -> Grid | None:
    match block:
        case Grid():
            return block
        case Fold(_, (Grid() as grid,)):
            return grid
        case _:
            return None


def _part(grid: Grid, under: Heading | None, sheets: _Pages, fold: Fold | None = None) -> None:
    """Put a table on the page, and as much of it as does not fit on the pages after it, each part under its heading."""
    head, rows = size(replace(grid, rows=()), sheets.site), list(grid.rows)
    is_first = True
    while rows:
        if sheets.left < head + KEPT_TOGETHER and sheets.pages[-1]:
            sheets.turn()
        if not is_first and under is not None and fold is None:
            sheets.put(replace(under, line=(*under.line, Plain(" (continued)"))), 0)
        fitting, used = 0, head
        for row in rows:
            used += _row(row, sheets.site)
            if used > sheets.left and fitting:
                break
            fitting += 1
        part = replace(grid, rows=tuple(rows[:fitting]))
        summary = fold.summary if fold and is_first else f"{fold.summary} (continued)" if fold else ""
        sheets.pages[-1].append(Fold(summary, (part,)) if fold else part)
        sheets.left -= used
        rows, is_first = rows[fitting:], False


def size(block: Block, site: str) -> int:
    """Return about how many characters a block takes on that tracker."""
    match block:
        case Heading(words, _) | Paragraph(words) | Small(words, _):
            return _line(words, site) + 8
        case Steps(items) | Bullets(items):
            return sum(_line(item, site) + 4 for item in items)
        case Grid(header, rows):
            return sum(len(cell) + PER_CELL + 6 for cell in header) + sum(_row(row, site) for row in rows)
        case Fold(summary, blocks):
            return len(summary) + 60 + sum(size(inner, site) for inner in blocks)
        case _:
            return 2_000


def _row(row: tuple[Line, ...], site: str) -> int:
    return sum(_line(cell, site) + PER_CELL for cell in row)


def _line(words: Line, site: str) -> int:
    total = 0
    for part in words:
        match part:
            case Plain(text) | Strong(text) | Code(text):
                total += _grown(text) + 4
            case Link(text, url):
                total += _grown(text) + len(url) + 6
            case IssueLink(ref):
                # A tracker calls its own issues by their name alone.
                total += len(ref.locator) + 2 if ref.key.site == site else _grown(ref.locator) + len(ref.url) + 6
            case Mention(person):
                total += _grown(person.called) + 4
    return total


def _grown(text: str) -> int:
    return len(text) + len(_MARKS.findall(text)) + 7 * len(_REFERS.findall(text))
