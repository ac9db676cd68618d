"""The block tree of a text as people see it: what GitHub's Markdown and Jira's rendering both come down to. Values only, no parsing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Link:
    """A link: what it reads, and where it leads. A picture is a link too, with its alternative text. The address is not checked."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of running text: the visible words, and what lies in them.

    ``plain`` has ``\\n`` where the reader sees a new line, otherwise single spaces. ``mentions`` are as written: ``@dana``, ``[~dana]``,
    ``[~accountid:…]``; on Jira ``plain`` then shows the display name. ``marks`` are sorted by ``start``.
    """

    plain: str = ""
    links: tuple[Link, ...] = ()
    mentions: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()

    def __str__(self) -> str:
        return self.plain

    def __bool__(self) -> bool:
        return bool(self.plain)

    def is_all(self, style: Style) -> bool:
        """Tell whether every visible letter and digit is in that style (and there is at least one)."""
        inside = [mark for mark in self.marks if mark.style is style]
        letters = [at for at, char in enumerate(self.plain) if char.isalnum()]
        return bool(letters) and all(any(mark.start <= at < mark.end for mark in inside) for at in letters)

    def leading(self, style: Style) -> str:
        """Return the stretch in that style with which the text begins, or an empty string."""
        return next(
            (self.plain[mark.start : mark.end] for mark in self.marks if mark.style is style and mark.start == 0), ""
        )

    def after(self, offset: int) -> "Text":
        """Return what follows ``offset``, without leading blanks, with marks moved along and only the links and mentions still in it."""
        offset += len(self.plain[offset:]) - len(self.plain[offset:].lstrip())
        plain = self.plain[offset:]
        marks = (
            Mark(mark.style, max(mark.start - offset, 0), mark.end - offset) for mark in self.marks if mark.end > offset
        )
        return Text(
            plain,
            tuple(link for link in self.links if link.text in plain),
            self.mentions
            if self.mentions and offset == 0
            else tuple(name for name in self.mentions if _still_in(name, self, offset)),
            tuple(marks),
        )


def _still_in(mention: str, text: Text, offset: int) -> bool:
    """On Jira the mention is not in the visible text; then it is kept, since dropping an owner is worse than repeating one."""
    return mention in text.plain[offset:] or mention not in text.plain


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 6. ``line`` is the 1-based source line here and below, where the source has lines (Markdown)."""

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
    """A table. ``header`` is empty where the first row is not set as one. Rows may be shorter or longer than the header."""

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
    """What was read. ``truncated`` when a cap on size or nesting cut something off; ``problems`` says so in sentences."""

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


def plain_text(blocks: Iterable[Block]) -> str:
    """Return the visible text of the blocks, one piece a line."""
    return "\n".join(text.plain for text, _ in texts_of(blocks))


def links_of(blocks: Iterable[Block]) -> tuple[Link, ...]:
    """Return every link in the blocks, in reading order."""
    return tuple(link for text, _ in texts_of(blocks) for link in text.links)
