"""The section "Where else?" → the other systems, and of each whether it is affected, not affected, or not checked yet."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from integration.postmortem.document import Block, Fold, Link, ListBlock, Paragraph, Style, Table, Text
from integration.postmortem.reading.grids import Record, records_of
from integration.postmortem.reading.labels import Names
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.reading.promises import Promise, read_promise
from integration.postmortem.reading.substance import POINTER, why_line_empty

MAX_SYSTEMS = 100
LONGEST_NAME = 100
LONGEST = 1_000
"""Characters of a row in which its state is looked for."""

COLUMNS = Names(
    {
        "system": (
            "service",
            "client",
            "project",
            "consumer",
            "component",
            "where",
            "name",
            "product",
            "application",
            "model",
        ),
        "state": ("status", "affected", "affected?", "result", "is it affected?", "verdict"),
        "how": (
            "how it was checked",
            "how was it checked",
            "how checked",
            "check",
            "evidence",
            "notes",
            "note",
            "comment",
            "reason",
            "why",
        ),
        "owner": ("who", "responsible", "assignee", "who checks"),
        "due": ("date", "by when", "by", "deadline", "when", "due date"),
        "link": ("issue", "incident", "ticket", "tracked in"),
    }
)


class Known(StrEnum):
    """What is said of a system."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not affected"
    NOT_CHECKED = "not checked yet"
    UNSAID = "unsaid"


@dataclass(frozen=True, slots=True)
class System:
    """One other system. ``how`` is what is written on how it was checked; ``links`` are issues and addresses in the row, as written."""

    name: str
    known: Known
    how: str = ""
    promise: Promise = field(default_factory=Promise)
    links: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """All systems of the section; ``none`` is the sentence that says that there are none, empty where none says so."""

    systems: tuple[System, ...] = ()
    none: str = ""

    @property
    def says_how(self) -> bool:
        """Tell whether "none" comes with how anybody knows."""
        return len(normalise(self.none).split()) > 5


# Read in plain text, the first that occurs in this order holds: a denial and a doubt use the words of the claim.
_BE = r"(?:is|are|was|were|be|been|being)"
_HARM = r"(?:affected|impacted|exposed|vulnerable|concerned)"
_DOUBTS = (
    r"not(?: yet)?(?: been)? (?:checked|verified|tested|investigated|known|confirmed|clear)(?: yet)?",
    r"unchecked|unclear|unknown|tb[cd]|pending|being checked|under investigation",
    r"(?:still )?to be (?:checked|verified|tested|confirmed)",
    rf"(?:may|might|could|possibly|potentially|probably|maybe|perhaps) (?:be )?(?:also )?(?:be )?{_HARM}|{_HARM} ?\?",
)
_DENIALS = (
    rf"(?:{_BE} )?(?:not|never) (?:{_BE} )?{_HARM}",
    rf"(?:is|are|was|were)n['’]?t {_HARM}|un(?:affected|impacted)|no impact",
)
_CLAIMS = (rf"(?:{_BE} )?(?:also )?{_HARM}(?: too| as well)?\b", r"has the same (?:fault|bug|problem|gap)\b")
SAYS = tuple(
    (known, re.compile(rf"\b(?:{'|'.join(patterns)})", re.IGNORECASE))
    for known, patterns in ((Known.NOT_CHECKED, _DOUBTS), (Known.NOT_AFFECTED, _DENIALS), (Known.AFFECTED, _CLAIMS))
)
YES_NO = {"yes": Known.AFFECTED, "no": Known.NOT_AFFECTED, "unknown": Known.NOT_CHECKED, "open": Known.NOT_CHECKED}
NONE = re.compile(
    r"(?:none|nowhere(?: else)?|nothing(?: else)?|no (?:other )?(?:live )?(?:systems?|clients?|consumers?|services?|products?)|not applicable|n ?a)\b.*",
)
ISSUE = re.compile(r"(?<![\w/&])(?:[\w.-]+/[\w.-]+)?#\d{1,9}\b|\b[A-Z][A-Z0-9_]{1,9}-\d{1,9}\b")
ISSUE_ADDRESS = re.compile(r"https?://\S+/(?:issues|browse|pull)/[\w-]+")
ARTICLE = re.compile(r"^(?:the|our|also|and|only)\s+", re.IGNORECASE)
_AROUND = " \t\n:;,.()[]|–—-*_"


def read_elsewhere(blocks: Iterable[Block]) -> Elsewhere:
    """Read systems from table rows, list items, and sentences in which a state is said; at most 100."""
    systems: list[System] = []
    none = ""
    for found in _found(blocks):
        if isinstance(found, str):
            none = none or found
        elif len(systems) < MAX_SYSTEMS and found.name:
            systems.append(found)
    return Elsewhere(tuple(systems), none)


def _found(blocks: Iterable[Block]) -> Iterator[System | str]:
    for block in blocks:
        match block:
            case Table():
                yield from _in_table(block)
            case ListBlock():
                for item in block.items:
                    yield from _in_item(item.blocks, item.line)
            case Paragraph():
                for offset, line in enumerate(block.text.lines()):
                    yield from _in_line(line, None if block.line is None else block.line + offset, in_list=False)
            case Fold():
                yield from _found(block.blocks)
            case _:
                pass


def _in_table(table: Table) -> Iterator[System | str]:
    records = records_of(table, COLUMNS)
    if records is not None:
        yield from (system for record in records if (system := _of_record(record)))
        return
    for row in table.rows:
        name, *others = row.cells or (Text(),)
        rest = _joined(others)
        if name and not why_line_empty(name):
            yield _system(name.plain, rest, row.line)


def _of_record(record: Record) -> System | None:
    name = record.plain("system")
    if not name:
        return None
    state, told = (
        record.text("state").plain,
        _joined([record.text(column) for column in ("state", "how", "owner", "due", "link")]),
    )
    known, rest = _state(state)
    if known is Known.UNSAID:
        known = YES_NO.get(
            normalise(state),
            Known.NOT_CHECKED if state.strip() in {"?", ""} and record.plain("owner") else Known.UNSAID,
        )
        rest = "" if known is not Known.UNSAID else rest
    how = " ".join(filter(None, (rest, record.plain("how"), *(text.plain for _, text in record.others))))
    promise = read_promise(told)
    promise = Promise(promise.owner or record.plain("owner"), promise.due)
    return System(name[:LONGEST_NAME], known, how, promise, _issues(told), record.line)


def _in_item(blocks: tuple[Block, ...], line: int | None) -> Iterator[System | str]:
    """What stands in the lists and paragraphs of an item tells more about its first line."""
    if not blocks or not isinstance(blocks[0], Paragraph):
        yield from _found(blocks)
        return
    first, more = blocks[0].text, [*_texts(blocks[1:])]
    systems = tuple(_in_line(_joined([first, *more]) if more else first, line, in_list=True))
    yield from systems


def _texts(blocks: Iterable[Block]) -> Iterator[Text]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from _texts(item.blocks)


def _in_line(text: Text, line: int | None, *, in_list: bool) -> Iterator[System | str]:
    state = _match(text.plain[:LONGEST])
    if state is None and why_line_empty(text) not in {"", POINTER}:
        return
    if NONE.fullmatch(normalise(text.plain[:LONGEST])):
        yield text.plain
        return
    if state is None and not in_list:
        return  # A sentence that introduces the rest.
    if state is None:
        name = text.leading(Style.STRONG) or re.split(r":\s| [–—-] |,|\(|\n", text.plain, maxsplit=1)[0]
        yield _system(name, text.after(min(len(name), len(text.plain))), line)
        return
    _, match = state
    name = text.plain[: match.start()]
    yield _system(name.split(": ", 1)[0] if ": " in name else name, text.after(match.start()), line)


def _system(name: str, rest: Text, line: int | None) -> System:
    known, after = _state(rest.plain)
    name = ARTICLE.sub("", " ".join(name.split()).strip(_AROUND))
    return System(name[:LONGEST_NAME], known, after, read_promise(rest), _issues(rest), line)


def _state(plain: str) -> tuple[Known, str]:
    """Return the state that a text says, and the rest of the text."""
    found = _match(plain[:LONGEST])
    if found is None:
        return Known.UNSAID, plain.strip(_AROUND)
    known, match = found
    rest = f"{plain[: match.start()]} {plain[match.end() :]}".strip(_AROUND)
    return known, rest + ")" * (rest.count("(") > rest.count(")"))


def _match(plain: str) -> tuple[Known, re.Match[str]] | None:
    return next(((known, match) for known, pattern in SAYS if (match := pattern.search(plain))), None)


def _issues(text: Text) -> tuple[str, ...]:
    links = [link.url for link in text.links if ISSUE_ADDRESS.match(link.url)]
    return tuple(dict.fromkeys((*links, *ISSUE.findall(text.plain[:LONGEST]))))


def _joined(cells: Iterable[Text]) -> Text:
    """Join pieces into one text, keeping whom they name and where they lead."""
    filled = [cell for cell in cells if cell]
    links: tuple[Link, ...] = tuple(link for cell in filled for link in cell.links)
    return Text(
        " ".join(cell.plain for cell in filled), links, tuple(person for cell in filled for person in cell.people)
    )
