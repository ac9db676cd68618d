"""What stands below a cause → its steps, each with the question that it answers and whether evidence stands with it; and the labelled rest. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from integration.postmortem.document import Block, Fold, Heading, Link, ListBlock, Mention, Paragraph, Style, Text
from integration.postmortem.reading.categories import CauseNames, Thread
from integration.postmortem.reading.grids import split_pairs, value_of
from integration.postmortem.reading.impact import LABEL
from integration.postmortem.reading.prompts import TEMPLATE_FOLD
from integration.postmortem.reading.substance import why_line_empty

WHY = re.compile(
    r"\s*(?:(?:\d[.):]?|first|second|third|fourth|fifth|1st|2nd|3rd|[45]th)\s+)?(?:why\b|because\b)", re.IGNORECASE
)
BARE_WHY = re.compile(rf"{WHY.pattern}[\s?:]*", re.IGNORECASE)
"""A why that the template asks: nothing is said by it, and what stands below may answer it."""
ARROW = re.compile(r"\s*(?:→|⇒|=>|->|⟶)\s*")
NUMBERED = re.compile(
    r"\s*(?:root )?causes? ?(?:no\.? ?|#)?\d{1,2}\s*[-:–—.)]*\s*|\s*(?:RC|C)[- ]?\d{1,2}\s*[-:–—.)]+\s*", re.IGNORECASE
)
ISSUE = re.compile(r"(?<![\w/&])(?:[\w.-]+/[\w.-]+)?#\d{1,9}\b|\b[A-Z][A-Z0-9_]{1,9}-\d{1,9}\b")
_COUNTED = re.compile(r"^\s*\d{1,2}[.):]?\s+")
MAX_STEPS = 100
LONGEST = 1_000
"""Characters of a step in which evidence is looked for."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain as written, the question that it answers, and whether a link, an issue or "evidence: …" stands with it."""

    text: str
    thread: Thread = Thread.HAPPENED
    evident: bool = False
    line: int | None = None

    @property
    def answer(self) -> str:
        """Return the step without the question before it: "Why? The column was dropped" says that the column was dropped."""
        text = _COUNTED.sub("", self.text[:LONGEST])
        asked = LABEL.match(text)
        if asked and WHY.match(text):
            return text[asked.end() :].strip()
        return WHY.sub("", text, count=1).strip(" :,")


@dataclass
class Gathered:
    """What belongs to one cause, while its lines are read."""

    values: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    people: list[Mention] = field(default_factory=list)
    line: int | None = None


@dataclass(frozen=True)
class _Line:
    text: Text
    at: int | None
    chained: bool = False
    heading: bool = False


def gather(
    title: str, line: int | None, blocks: Iterable[Block], names: CauseNames, *, in_chain: bool = False
) -> Gathered:
    """Put together what all the lines say that belong to one cause. ``in_chain``: each line is a step, labels aside."""
    found = Gathered({"title": title} if title else {}, line=line)
    reading = _Reading(found, names, in_chain)
    for each in _lines(blocks):
        if found.line is None:
            found.line = each.at
        reading.take(each)
    del found.steps[MAX_STEPS:]
    return found


class _Reading:
    """Takes line after line. A question without an answer holds for the lines below it."""

    def __init__(self, found: Gathered, names: CauseNames, in_chain: bool) -> None:
        self._found, self._names = found, names
        self._in_chain, self._thread, self._column = in_chain, Thread.HAPPENED, ""

    def take(self, line: _Line) -> None:
        """Put a line where it belongs."""
        text, found = line.text, self._found
        if line.heading:
            self._turn(text.plain)
            return
        found.links += text.links
        found.people += text.people
        free, pairs = split_pairs(text, self._names.labels)
        asked = LABEL.match(text.plain)
        thread = self._names.thread(asked[1]) if asked and not (pairs and not free) else None
        if thread is not None and asked is not None:
            self._answer(text.after(asked.end()), thread, line)
            return
        if WHY.match(text.plain) and not pairs:
            if BARE_WHY.fullmatch(text.plain):
                self._thread, self._in_chain = Thread.HAPPENED, True
            else:
                self._add(text, self._thread, line)
            return
        for column, value in pairs:
            self._value(column, value, line)
        if free and not why_line_empty(free):
            self._free(free, line, evident="evidence" in dict(pairs))

    def _turn(self, heading: str) -> None:
        """Below "5 whys" each line is a step; below "Why was it not caught?" each answers that."""
        self._thread = self._names.thread(heading) or Thread.HAPPENED
        column = self._names.labels.exactly(heading)
        self._in_chain = column == "why" or self._names.thread(heading) is not None
        self._column = column if column and column not in ("why", "title") else ""

    def _answer(self, rest: Text, thread: Thread, line: _Line) -> None:
        if not rest:
            self._thread, self._in_chain = thread, True
        elif not why_line_empty(rest):
            self._add(line.text, thread, line)

    def _value(self, column: str, value: Text, line: _Line) -> None:
        values = self._found.values
        if column == "why":
            if value:
                self._add(value, Thread.HAPPENED, line)
            else:
                self._thread, self._in_chain = Thread.HAPPENED, True
        elif not values.get(column):
            values[column] = said_of(column, value, self._names)

    def _free(self, free: Text, line: _Line, *, evident: bool) -> None:
        if self._column:
            self._found.values.setdefault(self._column, value_of(free))
            return
        first, *more = steps_of(free.plain)
        if (self._in_chain or line.chained) and (self._found.values.get("title") or self._in_chain):
            self._add(free, self._thread, line, evident=evident)
            return
        seen = is_evident(free)
        self._found.steps += (Step(step, self._thread, seen, line.at) for step in more)
        self._found.values["title"] = self._found.values.get("title") or NUMBERED.sub("", first, count=1)

    def _add(self, text: Text, thread: Thread, line: _Line, *, evident: bool = False) -> None:
        seen = evident or is_evident(text)
        self._found.steps += (Step(step, thread, seen, line.at) for step in steps_of(text.plain))


def said_of(column: str, value: Text, names: CauseNames) -> str:
    """Return what stands beside a label; "unknown" is an answer where a phase is asked for, and elsewhere none."""
    is_unknown = column == "phase" and bool(names.phase(value.plain))
    return value_of(value) or (value.plain if column == "evidence" or is_unknown else "")


def steps_of(text: str) -> list[str]:
    """Split a chain that is drawn with arrows."""
    return [step for step in ARROW.split(text) if step.strip()]


def is_evident(text: Text) -> bool:
    """Tell whether a link, an issue or code stands with a step."""
    return (
        bool(text.links)
        or ISSUE.search(text.plain[:LONGEST]) is not None
        or any(m.style is Style.CODE for m in text.marks)
    )


def _lines(blocks: Iterable[Block], *, chained: bool = False) -> Iterator[_Line]:
    for block in blocks:
        match block:
            case Heading():
                yield _Line(block.text, block.line, heading=True)
            case Paragraph():
                for offset, text in enumerate(block.text.lines()):
                    yield _Line(text, None if block.line is None else block.line + offset, chained)
            case ListBlock():
                is_chain = chained or _is_chain(block)
                for item in block.items:
                    yield from _lines(item.blocks, chained=is_chain)
            case Fold() if not TEMPLATE_FOLD.search(block.summary.plain):
                yield from _lines(block.blocks)
            case _:
                pass


def _is_chain(block: ListBlock) -> bool:
    """A numbered list of several is a chain, and so are single items that are nested: each is why the one above it is so."""
    if block.ordered:
        return len(block.items) > 1
    depth, inner = 0, block
    while len(inner.items) == 1:
        below = [each for each in inner.items[0].blocks if isinstance(each, ListBlock)]
        depth += 1
        if len(below) != 1:
            break
        inner = below[0]
    return depth > 1
