"""Finds the sections of a post-mortem by what they are called, and says of each whether anything is in it.

Headings of any level and lines in bold come first. A label in running text ("- **Impact**: …", "Impact: …", the first
cell of a two-column row) counts where no heading leads to a filled section.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from integration.postmortem.document import (
    Block,
    Document,
    Fold,
    Heading,
    Item,
    ListBlock,
    Paragraph,
    Style,
    Table,
    Text,
)
from integration.postmortem.reading.labels import Names, names_of
from integration.postmortem.reading.prompts import TEMPLATE_FOLD, Prompts
from integration.postmortem.reading.substance import why_empty

TASK_SECTIONS = frozenset({"remediation", "actions", "action_items", "remediation_actions"})
"""Sections in which an unticked box is a thing to do, and so says something."""

LABEL = re.compile(r"\s*([^\W\d][^:\n]{0,60}?)\s*:(?=\s|$)")
BOLD_LINE, IN_TEXT = 7, 10
"""Ranks below the six levels of headings; a label in a list ranks two lower for each level of the list."""


@dataclass(frozen=True)
class Section:
    """One section as found. ``heading`` is as written; ``why_empty`` is half a sentence, or empty."""

    id: str
    heading: str
    line: int | None
    blocks: tuple[Block, ...]
    has_substance: bool
    why_empty: str = ""


@dataclass(frozen=True)
class Sections:
    """The sections of a document, in reading order; one id can occur more than once."""

    found: tuple[Section, ...] = ()

    def get(self, identifier: str) -> Section | None:
        """Return the first section of that id that says something, else the first one, else ``None``."""
        same = self.all(identifier)
        return next((section for section in same if section.has_substance), same[0] if same else None)

    def all(self, identifier: str) -> tuple[Section, ...]:
        """Return every section of that id."""
        return tuple(section for section in self.found if section.id == identifier)

    def __contains__(self, identifier: str) -> bool:
        return any(section.id == identifier for section in self.found)


@dataclass(frozen=True)
class _Opening:
    """A place where a section begins, or where one that is open may end. ``block`` is what stands there."""

    rank: int
    ids: tuple[str, ...]
    heading: str
    line: int | None
    block: Block
    closes: bool = True


@dataclass
class _Open:
    opening: _Opening
    blocks: list[Block] = field(default_factory=list)


def find_sections(
    document: Document,
    headings: Mapping[str, tuple[str, ...]],
    prompts: Collection[str] = (),
    task_sections: Collection[str] = TASK_SECTIONS,
    parts: Mapping[str, tuple[str, ...]] | None = None,
) -> Sections:
    """Find the sections of a document.

    ``headings`` maps each section id to the names it goes by; ``prompts`` are the texts that the template puts into
    sections; ``task_sections`` are the ids in which an unticked box counts. A section holds what stands under its own
    heading, sub-headings included, but not what stands under another recognised one. ``parts`` maps a section to the names of its parts: within
    it, "Governance: none" is a part of Contributing factors and no section of that name.
    """
    inner = {identifier: names_of({identifier: each}) for identifier, each in (parts or {}).items() if each}
    names, folded, form_level = names_of(headings), Prompts.of(prompts), _form_level(document)

    def sections(found: Iterable[_Open]) -> list[Section]:
        return [
            _section(identifier, part, folded, identifier in task_sections)
            for part in found
            for identifier in part.opening.ids
        ]

    by_heading = sections(_parts(_by_heading(document.blocks, names), form_level, inner))
    headed = {section.id for section in by_heading}
    filled = {section.id for section in by_heading if section.has_substance}
    labelled = _parts(_by_label(document.blocks, names, 0), form_level, inner)
    by_label = sections(part for part in labelled if part.opening.rank >= IN_TEXT)
    rescued = (s for s in by_label if s.id not in filled and (s.has_substance or s.id not in headed))
    return Sections((*by_heading, *rescued))


def _section(identifier: str, part: _Open, prompts: Prompts, boxes_count: bool) -> Section:
    reason = why_empty(part.blocks, prompts, boxes_count)
    opening = part.opening
    return Section(identifier, opening.heading, opening.line, tuple(part.blocks), not reason, reason)


def _parts(events: Iterable[_Opening | Block], form_level: int | None, inner: Mapping[str, Names]) -> list[_Open]:
    """Hand each block to the innermost section that is open. A section ends at the next opening that ranks as high."""
    stack: list[_Open] = []
    done: list[_Open] = []
    for event in events:
        if not isinstance(event, _Opening):
            if stack:
                stack[-1].blocks.append(event)
            continue
        if stack and _is_part(event, stack[-1].opening, inner):
            stack[-1].blocks.append(event.block)
            continue
        if event.ids or (event.closes and form_level in {None, event.rank}):
            while stack and stack[-1].opening.rank >= event.rank:
                stack.pop()
        if event.ids and not (stack and stack[-1].opening.ids == event.ids):
            stack.append(_Open(event))
            done.append(stack[-1])
        elif stack:
            stack[-1].blocks.append(event.block)
    return done


def _is_part(event: _Opening, section: _Opening, inner: Mapping[str, Names]) -> bool:
    """Tell whether what would open a section only names a part of the one that it stands in."""
    name = event.heading.strip().rstrip(":")
    return event.rank > section.rank and any(inner[each].exactly(name) for each in section.ids if each in inner)


def _form_level(document: Document) -> int | None:
    """Return 3 for what an issue form put out, beginning with ``### label``: headings in answers end nothing."""
    first = document.blocks[0] if document.blocks else None
    return 3 if isinstance(first, Heading) and first.level == 3 else None


def _by_heading(blocks: Iterable[Block], names: Names) -> Iterator[_Opening | Block]:
    """Yield openings at headings and at lines in bold, and the blocks between them."""
    for block in blocks:
        match block:
            case Heading():
                yield _Opening(block.level, names.find(block.text.plain), block.text.plain, block.line, block)
            case Paragraph() if _is_bold_line(block.text):
                ids = names.find(block.text.plain)
                yield _Opening(BOLD_LINE, ids, block.text.plain.rstrip(": "), block.line, block)
            case Fold() if _holds_sections(block, names):
                yield from _by_heading(block.blocks, names)
            case _:
                yield block


def _is_bold_line(text: Text) -> bool:
    return "\n" not in text.plain and len(text.plain) <= 80 and text.is_all(Style.STRONG) and text.plain[-1] != "."


def _holds_sections(fold: Fold, names: Names) -> bool:
    if TEMPLATE_FOLD.search(fold.summary.plain):
        return False
    return any(isinstance(block, Heading) and names.find(block.text.plain) for block in fold.blocks)


def _by_label(blocks: Iterable[Block], names: Names, depth: int) -> Iterator[_Opening | Block]:
    """Yield openings at headings and at labels in running text, lists and two-column tables, and what lies between."""
    for event in _by_heading(blocks, names):
        match event:
            case Paragraph():
                yield from _labels_in(event, names, depth)
            case ListBlock():
                for item in event.items:
                    yield from _labels_in_item(item, event.ordered, names, depth + 1)
            case Table():
                yield from _labels_in_table(event, names, depth)
            case _Opening(rank=rank) if (
                depth and rank == BOLD_LINE
            ):  # A line in bold in a list is a label among labels.
                yield replace(event, rank=IN_TEXT + 2 * depth)
            case _:
                yield event


def _labels_in_item(item: Item, ordered: bool, names: Names, depth: int) -> Iterator[_Opening | Block]:
    events = list(_by_label(item.blocks, names, depth))
    if any(isinstance(event, _Opening) for event in events):
        yield from events
    else:
        yield ListBlock(ordered, (item,), item.line)


def _labels_in(paragraph: Paragraph, names: Names, depth: int) -> Iterator[_Opening | Block]:
    numbered = [
        (text, None if paragraph.line is None else paragraph.line + offset)
        for offset, text in enumerate(paragraph.text.lines())
    ]
    openings = [_label(text, names, depth, line) for text, line in numbered]
    if not any(openings):
        yield paragraph
        return
    for (text, line), opening in zip(numbered, openings, strict=True):
        if opening is None:
            yield Paragraph(text, line)
            continue
        yield opening
        if opening.ids and (rest := text.after(_label_end(text))):
            yield Paragraph(rest, line)


def _label(text: Text, names: Names, depth: int, line: int | None) -> _Opening | None:
    """Return the opening with which a line begins: a name in bold, any name before a colon, or nothing but a name."""
    rank, block = IN_TEXT + 2 * depth, Paragraph(text, line)
    bold = text.leading(Style.STRONG)
    if bold and (bold.rstrip().endswith(":") or text.plain[len(bold) :].lstrip()[:1] in {"", ":", "-", "–", "—"}):
        name = bold.strip().rstrip(":")
        return _Opening(rank, names.find(name), name, line, block)
    if label := LABEL.match(text.plain):
        return _Opening(rank + 1, names.find(label[1]), label[1], line, block, closes=False)
    only_a_name = names.exactly(text.plain)
    return _Opening(rank + 1, (only_a_name,), text.plain, line, block) if only_a_name else None


def _label_end(text: Text) -> int:
    """Return where the label of a line ends, its colon or dash included."""
    end = len(text.leading(Style.STRONG))
    if not end:
        label = LABEL.match(text.plain)
        return label.end() if label else len(text.plain)
    rest = text.plain[end:]
    return end + len(rest) - len(rest.lstrip(" :-–—"))


def _labels_in_table(table: Table, names: Names, depth: int) -> Iterator[_Opening | Block]:
    rows = (table.header, *(row.cells for row in table.rows))
    pairs = [cells for cells in rows if len(cells) == 2 and names.exactly(cells[0].plain)]
    if not pairs:
        yield table
    for label, answer in pairs:
        ids = names.find(label.plain)
        yield _Opening(IN_TEXT + 2 * depth, ids, label.plain, table.line, Paragraph(label, table.line))
        yield Paragraph(answer, table.line)
