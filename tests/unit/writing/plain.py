"""The plainest renderer of a tree: what a reader sees, as text, with folds closed or open. For tests only."""

from typing import assert_never

from integration.postmortem.writing.tree import (
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


def plain(tree: Tree, *, unfolded: bool = False) -> str:
    """Return the tree as text, a block a paragraph; folds show their summary, or all that is in them."""
    return "\n".join(line for block in tree.blocks for line in _block(block, unfolded))


def _block(block: Block, unfolded: bool) -> list[str]:
    match block:
        case Heading():
            return [f"# {_line(block.line)}"]
        case Paragraph():
            return [_line(block.line)]
        case Steps():
            return [f"{number}. {_line(item)}" for number, item in enumerate(block.items, start=1)]
        case Bullets():
            return [f"- {_line(item)}" for item in block.items]
        case Grid():
            rows = [" | ".join(block.header), *(" | ".join(_line(cell) for cell in row) for row in block.rows)]
            assert all(len(row) == len(block.header) for row in block.rows)
            return [f"| {row} |" for row in rows]
        case Chart():
            return [
                f"[{day}: {', '.join(f'{clock} {words}' for clock, words in entries)}]" for day, entries in block.days
            ]
        case Fold():
            inside = [line for each in block.blocks for line in _block(each, unfolded)]
            return [f"> {block.summary}", *(inside if unfolded else [])]
        case Small():
            return [f"({_line(block.line)})"]
        case _:
            assert_never(block)


def _line(line: Line) -> str:
    return "".join(_inline(part) for part in line)


def _inline(part: Inline) -> str:
    match part:
        case Plain():
            return part.text
        case Strong():
            return f"*{part.text}*"
        case Code():
            return f"`{part.text}`"
        case Link():
            return f"{part.text} <{part.url}>"
        case IssueLink():
            return part.ref.short
        case Mention():
            return f"@{part.person.handle}"
        case _:
            assert_never(part)
