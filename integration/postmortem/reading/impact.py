"""Sections that ask several things → what is answered of each: a figure, words, a stated none, "unknown", or nothing.

Written for Impact; the factors of "Contributing factors" are read the same way.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from integration.postmortem.document import Block, Fold, Heading, ListBlock, Paragraph, Style, Table, Text
from integration.postmortem.reading.labels import Names, names_of
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.reading.promises import Promise, read_promise
from integration.postmortem.reading.substance import POINTER, why_line_empty

DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "users": ("users affected", "affected users", "transactions affected", "transactions", "customers affected"),
    "money": ("financial impact", "financial", "financial loss", "cost", "revenue impact", "loss"),
    "data": ("data impact", "data exposed", "data loss", "data affected"),
    "downstream": ("downstream effects", "downstream systems", "systems affected"),
    "reputation": ("reputational impact", "reputational", "publicity", "press"),
    "regulatory": ("regulatory implications", "regulatory impact", "legal", "compliance"),
}
"""What Impact asks, and the names by which each goes."""

NONE = re.compile(
    r"(?:none|nil|zero|nobody|no one|nothing|no|not affected|no impact|no effect|no loss|no losses)\b(?! yet\b).*"
    r"|n ?a (?:because|since|as|we|it|the)\b.*|not applicable (?:because|since|as)\b.*"
)
UNKNOWN = re.compile(
    r"(?:still |as yet |currently |so far )?"
    r"(?:unknown|not known|not yet known|unclear|not clear|unsure|not sure|to be determined|tb[cd]|under investigation|we do(?: not|nt) (?:yet )?know"
    r"|(?:being |to be )(?:counted|checked|investigated|determined|established|assessed)"
    r"|no (?:exact |reliable )?(?:figures?|numbers?|estimates?|information|idea)\b(?: \w+){0,3} (?:yet|so far|available|at this time))\b.*"
)
# "1,240 sessions", "3 %", "12 kB", "USD 4,000", "€40k", "2.5 million requests"; not the figures of a date or a version.
FIGURE = re.compile(
    r"(?<![\w.,:/#-])(?P<before>(?:USD|EUR|GBP|CHF|US\$|\$|€|£|¥)\s?)?"
    r"(?P<number>\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<scale>\s?(?:k|K|m|M|bn|thousand|million|billion)(?![A-Za-z]))?"
    r"(?:\s?(?P<unit>%|[A-Za-z$€£][\w/-]*))?(?![:/]\d|\d|\.\d|-\d+-)"
)
SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}


# The question before an answer, as in "Data exposed, corrupted or lost: none" or "Why was it not caught? Nobody looked."
LABEL = re.compile(r"\s*([^\W\d][^:?\n]{0,100})(?:\?:?|:)(?=\s|$)")


NOBODY_YET = Promise()


class Said(StrEnum):
    """What was answered."""

    ANSWERED = "answered"
    NONE = "none"
    UNKNOWN = "unknown"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure with its unit as written (``users``, ``%``, ``USD``; empty where none is)."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing asked, and what was said. ``text`` is as written, empty when missing; ``promise`` is who finds out what is unknown."""

    id: str
    said: Said
    text: str = ""
    quantities: tuple[Quantity, ...] = ()
    line: int | None = None
    promise: Promise = NOBODY_YET


def read_impact(blocks: Iterable[Block], dimensions: Mapping[str, Iterable[str]] = DIMENSIONS) -> tuple[Dimension, ...]:
    """Return one entry for each thing asked, in the order of ``dimensions`` (id → names).

    Found by table row, by "label: answer" in a list or a line, and by sub-heading. The first that says something holds.
    """
    names = names_of(dimensions)
    found: dict[str, Dimension] = {}
    for identifier, text, line in _answers(blocks, names):
        answer = _dimension(identifier, text, line)
        held = found.get(identifier)
        if held is None or held.said is Said.MISSING or (held.said is Said.UNKNOWN and answer.said is Said.ANSWERED):
            found[identifier] = answer
    return tuple(found.get(identifier, Dimension(identifier, Said.MISSING)) for identifier in dimensions)


def read_quantities(text: str) -> tuple[Quantity, ...]:
    """Return the figures of a text with their units; a currency sign before the figure is its unit."""
    return tuple(_quantity(match) for match in FIGURE.finditer(text))


def _quantity(match: re.Match[str]) -> Quantity:
    number = float(re.sub(r"[,' ]", "", match["number"]))
    scale = SCALES.get((match["scale"] or "").strip().casefold(), 1.0)
    return Quantity(number * scale, (match["before"] or match["unit"] or "").strip())


def _dimension(identifier: str, text: Text, line: int | None) -> Dimension:
    folded, plain = normalise(text.plain), text.plain.strip()
    if UNKNOWN.fullmatch(folded):
        return Dimension(identifier, Said.UNKNOWN, plain, (), line, read_promise(text))
    if why_line_empty(text) not in {"", POINTER} or not (folded or text.links):
        return Dimension(identifier, Said.MISSING, "", (), line)
    quantities = read_quantities(plain)
    if (NONE.fullmatch(folded) and not any(q.value for q in quantities)) or _all_zero(quantities, folded):
        return Dimension(identifier, Said.NONE, plain, quantities, line)
    return Dimension(identifier, Said.ANSWERED, plain, quantities, line)


def _all_zero(quantities: tuple[Quantity, ...], folded: str) -> bool:
    return bool(quantities) and folded[:1] == "0" and not any(quantity.value for quantity in quantities)


def _answers(blocks: Iterable[Block], names: Names) -> Iterator[tuple[str, Text, int | None]]:
    """Yield (id, answer, line) wherever a known name labels something."""
    under: tuple[str, ...] = ()
    for block in blocks:
        match block:
            case Heading():
                under = names.find(block.text.plain)
            case Paragraph() if names.find(block.text.plain) and block.text.is_all(Style.STRONG):
                under = names.find(block.text.plain)
            case Paragraph():
                yield from _in_text(block, names, under)
            case ListBlock():
                for item in block.items:
                    yield from _in_item(item.blocks, names, under)
            case Table():
                for row in block.rows:
                    for identifier in names.find(row.cells[0].plain)[:1] if len(row.cells) > 1 else ():
                        yield identifier, _joined(row.cells[1:]), row.line
            case Fold():
                yield from _answers(block.blocks, names)
            case _:
                pass


def _in_item(blocks: tuple[Block, ...], names: Names, under: tuple[str, ...]) -> Iterator[tuple[str, Text, int | None]]:
    """A label in an item may have its answer in the list below it: "- **Users**:" and then "- about 300"."""
    first = blocks[0] if blocks else None
    if isinstance(first, Paragraph):
        label = LABEL.match(first.text.plain)
        ids = names.find(label[1]) if label and label.end() == len(first.text.plain) else ()
        yield from _answers((first,), names) if ids or not under else _in_text(first, names, under)
        blocks, under = blocks[1:], ids or under
    for block in blocks:
        if isinstance(block, ListBlock):
            for item in block.items:
                yield from _in_item(item.blocks, names, under)
        elif isinstance(block, Paragraph):
            yield from _in_text(block, names, under)


def _in_text(paragraph: Paragraph, names: Names, under: tuple[str, ...]) -> Iterator[tuple[str, Text, int | None]]:
    for offset, text in enumerate(paragraph.text.lines()):
        line = None if paragraph.line is None else paragraph.line + offset
        label = LABEL.match(text.plain)
        ids = names.find(label[1]) if label else ()
        if label and ids:
            yield ids[0], text.after(label.end()), line
        elif under:
            yield under[0], text, line


def _joined(cells: tuple[Text, ...]) -> Text:
    """Join the cells behind a label; links stay, so that "see the report" is recognised for what it is."""
    filled = [cell for cell in cells if cell]
    if len(filled) == 1:
        return filled[0]
    return Text(" ".join(cell.plain for cell in filled), tuple(link for cell in filled for link in cell.links))
