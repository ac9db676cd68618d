"""The small tree in which the service writes → GitHub Markdown. Pure; all text in it goes through ``escape``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from integration.errors import IssueNotFound
from integration.postmortem.incident import IssueRef
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
from integration.trackers.github import escape
from integration.trackers.github.identifiers import is_login, place_at

# GitHub answers 422 above 65,536 characters; the room between is for what the server counts otherwise.
LIMIT = 65_000
# A comment's largest heading is GitHub's third, which stands below the issue's own title.
HEADING_OFFSET = 2
WHOLE_FROM = 8
"""The least height of a chart from which Mermaid marks whole numbers only: it divides an axis into about ten, and so has halves of a cause below."""
_SHORTENED = "GitHub takes no longer text; the rest is left out here."
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/#@.")


@dataclass(frozen=True)
class Renderer:
    """Renders for one repository (``owner/repo``), in which issues are called ``#12``."""

    project: str

    def markdown(self, tree: Tree, *, last: str = "") -> str:
        """Return the tree as Markdown of at most 65,000 characters, with the lines ``last`` at its end.

        What is too long loses rows of its folded parts, the last ones first, then whole parts, and says so.
        """
        room = LIMIT - len(last) - 2
        text = self._blocks(tree.blocks)
        if len(text) > room:
            text = self._fitting(tree.blocks, room)
        return f"{text}\n\n{last}" if last else text

    def _fitting(self, blocks: tuple[Block, ...], room: int) -> str:
        def shortened(rows: int) -> str:
            return self._blocks(_with_rows(blocks, rows))

        if len(shortened(0)) <= room:
            return shortened(_most(sum(_rows(block) for block in blocks), lambda n: len(shortened(n)) <= room))
        bare = _with_rows(blocks, 0)

        def beginning(parts: int) -> str:
            return self._blocks((*bare[:parts], Paragraph((Plain(_SHORTENED),))))

        return beginning(_most(len(bare), lambda n: len(beginning(n)) <= room))

    def _blocks(self, blocks: tuple[Block, ...]) -> str:
        return "\n\n".join(rendered for block in blocks if (rendered := self._block(block)))

    def _block(self, block: Block) -> str:
        match block:
            case Heading(line, level):
                return f"{'#' * min(level + HEADING_OFFSET, 6)} {self._line(line)}"
            case Paragraph(line):
                return self._line(line)
            case Steps(items):
                return "\n".join(f"{n}. {self._line(item)}" for n, item in enumerate(items, 1))
            case Bullets(items):
                return "\n".join(f"- {self._line(item)}" for item in items)
            case Grid():
                return self._grid(block)
            case Chart(days):
                return _chart(days)
            case Bars():
                return _bars(block)
            case Fold(summary, blocks):
                inner = self._blocks(blocks)
                return f"<details><summary>{escape.in_html(summary)}</summary>\n\n{inner}\n\n</details>"
            case Small(line):
                return f"<sub>{self._line(line)}</sub>"
            case _:
                assert_never(block)

    def _grid(self, grid: Grid) -> str:
        width = len(grid.header)
        rows = [[escape.text(cell) for cell in grid.header], ["---"] * width]
        rows += [[self._line(cell, in_cell=True) for cell in (*row, *((),) * width)[:width]] for row in grid.rows]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows) if width else ""

    def _line(self, line: Line, *, in_cell: bool = False) -> str:
        written = ""
        for part, inline in ((part, self._inline(part, in_cell=in_cell)) for part in _joined(line)):
            if written and inline and _runs_together(written, part, inline):
                written += "&#8203;"
            written += inline
        return escape.line_start(written)

    def _inline(self, part: Inline, *, in_cell: bool) -> str:
        match part:
            case Plain(text):
                return escape.spaced_text(text)
            case Strong(text):
                return _strong(text)
            case Code(text):
                return escape.code(text, in_cell=in_cell)
            case Link(text, url):
                where = escape.address(url)
                return f"[{escape.text(text or url)}]({where})" if where else escape.text(text or url)
            case IssueLink(ref):
                return self._issue(ref)
            case Mention(person, notify):
                can_be_told = notify and person.site == "github" and is_login(person.handle)
                return f"@{person.handle}" if can_be_told and "[" not in person.handle else escape.text(person.called)
            case _:
                assert_never(part)

    def _issue(self, ref: IssueRef) -> str:
        try:
            place = place_at(ref)
        except IssueNotFound:
            where = escape.address(ref.url)
            return f"[{escape.text(ref.locator)}]({where})" if where else escape.text(ref.locator)
        is_here = str(place.repository).casefold() == self.project.casefold()
        return f"#{place.number}" if is_here else str(place)


def _chart(days: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]) -> str:
    """Return a Mermaid timeline, which GitHub draws. Nothing of a text is read as a directive: each sign becomes an entity.

    https://mermaid.js.org/syntax/timeline.html ·
    https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/creating-diagrams
    """
    lines = ["```mermaid", "timeline"]
    for day, entries in days:
        lines.append(f"    section {escape.diagram(day)}")
        lines += [f"        {escape.diagram(clock)} : {escape.diagram(words)}" for clock, words in entries]
    return "\n".join([*lines, "```"])


def _bars(bars: Bars) -> str:
    """Return a Mermaid chart of bars, and a line for what was before: https://mermaid.js.org/syntax/xyChart.html"""
    most = max((*bars.now[1], *(bars.before[1] if bars.before else ()), WHOLE_FROM))
    labels = ", ".join(f'"{escape.quoted(label)}"' for label in bars.labels)
    lines = [
        "```mermaid",
        "xychart-beta",
        f'    title "{escape.quoted(bars.title)}"',
        f"    x-axis [{labels}]",
        f'    y-axis "{escape.quoted(bars.now[0])}" 0 --> {most}',
        f"    bar [{', '.join(map(str, bars.now[1]))}]",
    ]
    if bars.before is not None:
        lines.append(f"    line [{', '.join(map(str, bars.before[1]))}]")
    return "\n".join([*lines, "```"])


def _strong(words: str) -> str:
    cleaned = escape.clean(words)
    if not cleaned:
        return ""
    # Stars beside punctuation do not always open and close: https://github.github.com/gfm/#left-flanking-delimiter-run
    tags = ("**", "**") if cleaned[0].isalnum() and cleaned[-1].isalnum() else ("<strong>", "</strong>")
    return f"{tags[0]}{escape.text(words)}{tags[1]}"


def _joined(line: Line) -> Iterator[Inline]:
    """Yield the parts with neighbouring plain texts made one, so that nothing is put together where they meet."""
    text = ""
    for part in line:
        if isinstance(part, Plain):
            text += part.text
            continue
        if text:
            yield Plain(text)
        text = ""
        yield part
    if text:
        yield Plain(text)


def _runs_together(written: str, part: Inline, inline: str) -> bool:
    """Tell whether both would be read as one: ``@dana`` and ``-x``, ``#1`` and ``2``, ``!`` and a link, two pairs of
    stars.
    """
    before, after = written[-1], inline[0]
    if before in _WORD:
        return after in _WORD or isinstance(part, IssueLink | Mention)
    return (before in "*`" and after == before) or (before == "!" and after == "[")


def _most(upper: int, fits: Callable[[int], bool]) -> int:
    """Return the greatest number up to ``upper`` that fits, by halving; 0 is taken to fit."""
    lower = 0
    while lower < upper:
        middle = (lower + upper + 1) // 2
        lower, upper = (middle, upper) if fits(middle) else (lower, middle - 1)
    return lower


def _rows(block: Block, *, folded: bool = False) -> int:
    """Return how many rows and items within folds a block has."""
    match block:
        case Fold(_, blocks):
            return sum(_rows(inner, folded=True) for inner in blocks)
        case Grid(_, rows) if folded:
            return len(rows)
        case Bullets(items) | Steps(items) if folded:
            return len(items)
        case _:
            return 0


def _with_rows(blocks: tuple[Block, ...], keep: int, *, folded: bool = False) -> tuple[Block, ...]:
    """Return the blocks with the first ``keep`` rows of their folded parts; a part that loses some says how many."""
    kept: list[Block] = []
    for block in blocks:
        has = _rows(block, folded=folded)
        kept += _shortened(block, min(keep, has), has)
        keep = max(0, keep - has)
    return tuple(kept)


def _shortened(block: Block, keep: int, has: int) -> tuple[Block, ...]:
    if keep == has:
        return (block,)
    note = Paragraph((Plain(f"{has - keep} more are not shown, as GitHub takes no longer text."),))
    match block:
        case Fold(_, blocks):
            return (replace(block, blocks=_with_rows(blocks, keep, folded=True)),)
        case Grid(_, rows):
            return (replace(block, rows=rows[:keep]), note)
        case Bullets(items) | Steps(items):
            return (replace(block, items=items[:keep]), note)
        case _:
            return (block,)
