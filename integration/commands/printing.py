"""Prints a text of ours in a terminal: the same tree that trackers render, with tables in columns. What people wrote cannot steer the terminal."""

from integration.postmortem.writing.tree import (
    Bars,
    Block,
    Bullets,
    Chart,
    Code,
    Fold,
    Grid,
    Heading,
    Inline,
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
)


def printed(tree: Tree) -> str:
    """Return the tree as plain text."""
    return "\n\n".join(filter(None, map(_block, tree.blocks)))


def _block(block: Block) -> str:
    match block:
        case Heading(words, _):
            said = _line(words)
            return f"{said}\n{'-' * len(said)}"
        case Paragraph(words) | Small(words, _):
            return _line(words)
        case Steps(items):
            return "\n".join(f"{number}. {_line(item)}" for number, item in enumerate(items, 1))
        case Bullets(items):
            return "\n".join(f"- {_line(item)}" for item in items)
        case Grid():
            return _grid(block)
        case Fold(summary, blocks):
            inner = "\n\n".join(filter(None, map(_block, blocks)))
            return f"{clean(summary)}\n{'-' * len(summary)}\n{inner}"
        case Chart() | Bars():
            return ""


def _grid(grid: Grid) -> str:
    rows = [tuple(map(clean, grid.header)), *(tuple(_line(cell) for cell in row) for row in grid.rows)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(grid.header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _line(words: Line) -> str:
    return clean("".join(map(_words, words)))


def _words(part: Inline) -> str:
    match part:
        case Plain(text) | Strong(text) | Code(text):
            return text
        case Link(text, url):
            return f"{text} ({url})"
        case IssueLink(ref):
            return ref.locator
        case Mention(person):
            return person.called


def clean(text: str) -> str:
    """Return a text on one line, without characters that a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)
