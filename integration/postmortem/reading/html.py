"""HTML → blocks: reads what a browser would show, for Jira's rendering and for Markdown that was rendered first.

The one walker for both trackers. It knows tags, not dialects: what a person link looks like comes in as a function.
"""

import re
from collections.abc import Callable, Iterator
from typing import cast

from selectolax.lexbor import LexborHTMLParser, LexborNode

from integration.postmortem.document import (
    Block,
    CodeBlock,
    Divider,
    Document,
    Fold,
    Heading,
    Item,
    ListBlock,
    Paragraph,
    Quote,
    Row,
    Style,
    Table,
    Text,
)
from integration.postmortem.reading.runs import Run

MAX_CHARS = 200_000
"""What is read of one text, in characters. GitHub takes 65,536 and Jira 32,767; rendering adds to that."""

MAX_DEPTH = 80
"""Elements inside one another that are followed. People nest lists four deep; this guards the stack."""

LINE = "data-line"
"""The attribute that carries a source line through the rendering of Markdown."""

HEADINGS = {f"h{level}": level for level in range(1, 7)}
HIDDEN = frozenset({"script", "style", "template", "head", "title", "noscript", "-comment"})
STYLES = {
    **dict.fromkeys(("strong", "b"), Style.STRONG),
    **dict.fromkeys(("em", "i", "cite"), Style.EMPHASIS),
    **dict.fromkeys(("code", "tt", "kbd", "samp"), Style.CODE),
    **dict.fromkeys(("del", "s", "strike"), Style.STRUCK),
}
CONTAINERS = frozenset(
    {"div", "p", "section", "article", "main", "header", "footer", "nav", "aside", "center", "figure", "figcaption"}
    | {"address", "dl", "dt", "dd", "form", "fieldset", "caption", "tbody", "thead", "tfoot", "tr", "td", "th"}
    | {"summary"}
)
BLOCKS = CONTAINERS | HEADINGS.keys() | {"ul", "ol", "table", "blockquote", "pre", "details", "hr", "li"}

# End tags of these may be left out, or do not exist, so their starts say nothing about depth.
OPEN_ENDED = frozenset(
    {"p", "li", "td", "th", "tr", "dt", "dd", "thead", "tbody", "tfoot", "option", "br", "hr", "img", "input", "wbr"}
    | {"area", "base", "col", "embed", "link", "meta", "source", "track"}
)
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
BOX = re.compile(r"\s*(?:\[(?P<tick>[ xX]?)\]|(?P<sign>[☐☑☒✅✔]️?))(?=\s|$)")

Mention = Callable[[dict[str, str | None]], str | None]
"""What a link's attributes say about the person that it stands for, as written in markup, or ``None``."""


def nobody(_attributes: dict[str, str | None]) -> None:
    """Say that no link stands for a person: Markdown has its mentions in the text."""


def blocks_of(html: str, mention: Mention = nobody, max_chars: int = MAX_CHARS) -> Document:
    """Read an HTML fragment. Whatever comes in, a document comes out; what a cap cut off is a problem."""
    problems: list[str] = []
    if len(html) > max_chars:
        html = html[:max_chars]
        problems.append(f"The text is longer than {max_chars:,} characters; the rest was not read.")
    shallow = _up_to_depth(html, 5 * MAX_DEPTH)
    reader = _Reader(mention)
    # With this start the parser takes the rest as the content of a page: a stray <frameset> cannot replace it any more.
    page = LexborHTMLParser("<!DOCTYPE html><body><wbr>" + shallow)
    blocks = tuple(reader.flow(cast(LexborNode, page.body), 0))
    if reader.too_deep or len(shallow) < len(html):
        problems.append(f"Parts are nested more than {MAX_DEPTH} deep; what lies deeper was not read.")
    return Document(blocks, truncated=bool(problems), problems=tuple(problems))


def _up_to_depth(html: str, deepest: int) -> str:
    """Cut the text where tags are open too deep: the parser's own work grows with the square of the depth."""
    depth = 0
    for tag in TAG.finditer(html):
        if tag[2].lower() in OPEN_ENDED:
            continue
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > deepest:
            return html[: tag.start()]
    return html


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    for child in _children(table):
        if child.tag == "tr":
            yield child
        elif child.tag in {"thead", "tbody", "tfoot"}:
            yield from _rows(child)


def _line(node: LexborNode) -> int | None:
    value = node.attributes.get(LINE) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else None


class _Reader:
    """Walks the elements. ``too_deep`` tells afterwards whether it turned back somewhere."""

    def __init__(self, mention: Mention) -> None:
        self.mention = mention
        self.too_deep = False

    def flow(self, node: LexborNode, depth: int) -> Iterator[Block]:
        """Yield the blocks inside an element; text between them becomes paragraphs."""
        if depth > MAX_DEPTH:
            self.too_deep = True
            return
        run, line = Run(), _line(node)
        for child in _children(node):
            if child.tag in HIDDEN or (child.tag == "summary" and node.tag == "details"):
                continue
            if child.tag in BLOCKS or any(inner.tag in BLOCKS for inner in _children(child)):
                yield from _paragraph(run, line)
                run = Run()
                yield from self.block(child, depth + 1, line)
            else:
                self.inline(child, run, depth + 1)
        yield from _paragraph(run, line)

    def block(self, node: LexborNode, depth: int, around: int | None) -> Iterator[Block]:
        """Yield what one element is. ``around`` is the line of what holds it, for those without their own."""
        line = _line(node) or around
        tag = node.tag or ""
        if tag in HEADINGS:
            yield Heading(HEADINGS[tag], self.text(node, depth), line)
        elif tag in {"ul", "ol"}:
            yield self.list_block(node, depth, line)
        elif tag == "table":
            yield self.table(node, depth, line)
        elif tag == "blockquote":
            yield Quote(tuple(self.flow(node, depth)), line)
        elif tag == "pre":
            first = node.child
            yield CodeBlock(node.text(deep=True).strip("\n"), line or (_line(first) if first is not None else None))
        elif tag == "details":
            yield self.fold(node, depth, line)
        elif tag == "hr":
            yield Divider(line)
        else:
            yield from self.flow(node, depth)

    def list_block(self, node: LexborNode, depth: int, line: int | None) -> ListBlock:
        items = (self.item(child, depth + 1) for child in _children(node) if child.tag not in HIDDEN | {"-text"})
        return ListBlock(node.tag == "ol", tuple(items), line)

    def item(self, node: LexborNode, depth: int) -> Item:
        """Read one list item; a box at its start, drawn or typed, becomes ``checked``."""
        blocks = list(self.flow(node, depth))
        checked = None
        if blocks and isinstance(blocks[0], Paragraph) and (box := BOX.match(blocks[0].text.plain)):
            checked = box["tick"] in {"x", "X"} if box["tick"] is not None else box["sign"][0] in "☑✅✔"
            blocks[0] = Paragraph(blocks[0].text.after(box.end()), blocks[0].line)
        return Item(tuple(blocks), checked, _line(node))

    def table(self, node: LexborNode, depth: int, line: int | None) -> Table:
        """Read a table; its first row is the header when every cell of it is set as one."""
        header: Row | None = None
        rows: list[Row] = []
        for tr in _rows(node):
            cells = [cell for cell in _children(tr) if cell.tag in {"td", "th"}]
            row = Row(tuple(self.text(cell, depth + 2) for cell in cells), _line(tr) or line)
            if cells and header is None and not rows and all(cell.tag == "th" for cell in cells):
                header = row
            else:
                rows.append(row)
        return Table(header.cells if header else (), tuple(rows), line)

    def fold(self, node: LexborNode, depth: int, line: int | None) -> Fold:
        summary = next((child for child in _children(node) if child.tag == "summary"), None)
        text = self.text(summary, depth + 1) if summary is not None else Run().text()
        return Fold(text, tuple(self.flow(node, depth)), line)

    def text(self, node: LexborNode, depth: int) -> Text:
        run = Run()
        for child in _children(node):
            self.inline(child, run, depth + 1)
        return run.text()

    def inline(self, node: LexborNode, run: Run, depth: int) -> None:
        """Add one element's visible text to the run."""
        tag = node.tag or ""
        if tag == "-text":
            run.write(node.text_content or "")
        elif tag in HIDDEN:
            return
        elif tag == "br":
            run.new_line()
        elif tag == "input":
            if node.attributes.get("type") == "checkbox":
                run.write("[x] " if "checked" in node.attributes else "[ ] ")
        elif tag == "img":
            run.picture(node.attributes.get("alt") or "", node.attributes.get("src") or "")
        elif depth > MAX_DEPTH:
            self.too_deep = True
        else:
            self.element(node, run, depth)

    def element(self, node: LexborNode, run: Run, depth: int) -> None:
        tag = node.tag or ""
        if tag in BLOCKS:
            run.new_line()
        start = run.length
        for child in _children(node):
            self.inline(child, run, depth + 1)
        if tag in STYLES:
            run.mark(STYLES[tag], start)
        elif tag == "a":
            if person := self.mention(node.attributes):
                run.mention(start, person)
            elif address := node.attributes.get("href"):
                run.link(start, address)
        elif tag in BLOCKS:
            run.new_line()


def _paragraph(run: Run, line: int | None) -> Iterator[Paragraph]:
    text = run.text()
    if text or text.links:  # A picture may have no words.
        yield Paragraph(text, line)
