"""The tree in which the service writes → Jira's wiki markup, which REST v2 takes on Cloud and on Data Center alike.
Pure.

A fold becomes a small heading with what it holds: ``{expand}`` is a macro of add-ons on Data Center and is shown as
text where it is missing.
"""

import re
from dataclasses import dataclass, replace
from typing import assert_never
from urllib.parse import quote, urlsplit

from integration.postmortem.people import Person
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
from integration.trackers.jira.escape import JOINER, escaped, line_start, plain
from integration.trackers.jira.identifiers import is_account, is_key
from integration.trackers.pictures import picture_name

LONGEST = 32_000  # Jira takes 32,767 characters in a comment or description unless an administrator says otherwise.
PICTURE_WIDTH = 720
STATUS_HEADING = "h4. Followthrough"
"""The fixed first line of the status comment."""

_EDGES = " .,;:()…·–—"
"""Beside one of these, markup of ours needs no more distance from its neighbour."""

_CUT = "This is longer than Jira takes in one text, so some of it was left out here."


@dataclass(frozen=True)
class WikiWriter:
    """Renders trees for one kind of Jira: mentions are account ids on Cloud and user names on Data Center.

    ``pictures`` are the names of the charts that hang on the issue as files; a chart that is not among them is left to the table beside it.
    """

    is_cloud: bool
    pictures: frozenset[str] = frozenset()

    def markup(self, tree: Tree, *, first: str = "", last: str = "") -> str:
        """Return at most 32,000 characters: ``first``, the tree, ``last`` (both markup of ours).

        Where the tree is too long, folds are emptied from the last one on; then blocks go from the end. What went is
        said.
        """
        room = LONGEST - len(first) - len(last) - len(_CUT) - 8
        blocks: list[Block] = []
        # From the end, so that the folds that come last are emptied first.
        spare = len(self._all(tree.blocks)) - room
        for block in reversed(tree.blocks):
            if spare > 0 and isinstance(block, Fold):
                emptied = replace(block, blocks=(Paragraph((Plain(_CUT),)),))
                spare -= len(self._block(block)) - len(self._block(emptied))
                blocks.insert(0, emptied)
            else:
                blocks.insert(0, block)
        text = self._all(tuple(blocks))
        if len(text) > room:
            while blocks and len(text) > room:
                blocks.pop()
                text = self._all(tuple(blocks))
            text = "\n\n".join(filter(None, (text, _CUT)))
        return "\n\n".join(filter(None, (first, text, last)))

    def _all(self, blocks: tuple[Block, ...]) -> str:
        return "\n\n".join(filter(None, (self._block(block) for block in blocks)))

    def _block(self, block: Block) -> str:
        match block:
            case Heading(line, level):
                return f"h{min(max(level, 1) + 2, 6)}. {self._line(line)}"
            case Paragraph(line):
                return line_start(self._line(line))
            case Steps(items):
                return "\n".join(f"# {self._line(item)}" for item in items)
            case Bullets(items):
                return "\n".join(f"* {self._line(item)}" for item in items)
            case Grid():
                return self._grid(block)
            case Chart():
                return ""  # Jira draws none; the table beside it says the same.
            case Bars():
                name = picture_name(block)
                return f"!{name}|width={PICTURE_WIDTH}!" if name in self.pictures else ""
            case Fold(can_wait=True):
                return ""
            case Fold(summary, blocks):
                return "\n\n".join(filter(None, (f"h5. {escaped(summary).strip()}", self._all(blocks))))
            case Small(line):
                return f"_{line_start(self._line(line))}_" if self._line(line) else ""
            case _:
                assert_never(block)

    def _grid(self, grid: Grid) -> str:
        head = "||" + "||".join(_cell(escaped(cell)) for cell in grid.header) + "||"
        rows = ["|" + "|".join(_cell(self._line(cell)) for cell in row) + "|" for row in grid.rows]
        return "\n".join([head, *rows])

    def _line(self, line: Line) -> str:
        """Return one line of markup. Neighbouring texts are escaped as one, so that no pattern arises where they
        meet.
        """
        whole, text = "", ""
        for inline in (*line, None):
            markup = "" if inline is None else self._markup(inline)
            if inline is not None and not markup:
                text += _words(inline)
                continue
            for part in (escaped(text), markup):
                whole += JOINER + part if _would_touch(whole, part) else part
            text = ""
        return whole.strip()

    def _markup(self, inline: Inline) -> str:
        """Return the markup of ours that an inline stands for, or nothing where it is text alone."""
        match inline:
            case Plain():
                return ""
            case Strong(text):
                return _hugged("*", text, "*")
            case Code(text):
                return _hugged("{{", text, "}}")
            case Link(text, url):
                address = _address(url)
                return f"[{escaped(text).strip() or address}|{address}]" if address else ""
            case IssueLink(ref):
                # Jira links its own keys, and strikes through those that are done.
                is_own = ref.key.site == "jira" and is_key(ref.locator)
                return ref.locator if is_own else self._markup(Link(ref.locator, ref.url))
            case Mention(person, notify):
                return self._mention(person) if notify else ""
            case _:
                assert_never(inline)

    def _mention(self, person: Person) -> str:
        if person.site != "jira" or not is_account(person.handle):
            return ""
        return f"[~accountid:{person.handle}]" if self.is_cloud else f"[~{person.handle}]"


def _words(inline: Inline) -> str:
    match inline:
        case Plain(text) | Strong(text) | Code(text) | Link(text):
            return text
        case IssueLink(ref):
            return ref.locator
        case Mention(person):
            return person.called
        case _:
            assert_never(inline)


def _would_touch(before: str, after: str) -> bool:
    # Marks and keys need the edge of a word around them; a full stop or a bracket is one.
    return bool(before and after) and before[-1] not in _EDGES and after[0] not in _EDGES


def _hugged(opening: str, text: str, closing: str) -> str:
    inner = escaped(text).strip()
    return f"{opening}{inner}{closing}" if inner else ""


def _cell(markup: str) -> str:
    # A cell without anything in it would end the row's structure.
    return line_start(markup) or " "


def _address(url: str) -> str:
    """Return an http or https address without a character that markup reads, or nothing where it is none."""
    try:
        parts = urlsplit(plain(url).strip())
        host = parts.hostname
    except ValueError:
        return ""
    is_sound = parts.scheme in {"http", "https"} and host and parts.username is None and parts.netloc.isascii()
    if not is_sound or re.search(r"\s", parts.netloc):
        return ""
    address = quote(parts.geturl(), safe="%/:?#@&=+$,.~_-")
    # Two of these side by side would be read as markup inside a link's alias by some renderers.
    return address.replace("~", "%7E").replace("--", "-%2D")
