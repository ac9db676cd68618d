"""Tables and lists of "label: value" read as records: which column or label means what comes in as names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from integration.postmortem.document import Block, Item, ListBlock, Paragraph, Row, Table, Text
from integration.postmortem.reading.labels import Names
from integration.postmortem.reading.substance import NOTHING, TEMPLATE, why_line_empty

PAIR = re.compile(r"(?:^|[,;|(\n]|\s[-–—]\s?|(?<=\.)\s)\s*([^\W\d][\w /-]{0,40}?)\s*:(?=\s|$)", re.MULTILINE)

MAX_PAIRS = 40
"""Labels of one text that are read; an action has a dozen."""


@dataclass(frozen=True)
class Record:
    """One row or item: known columns by id, and the others as pairs of heading and text."""

    values: Mapping[str, Text]
    others: tuple[tuple[str, Text], ...] = ()
    line: int | None = None

    def text(self, column: str) -> Text:
        """Return the cell, empty where there is none."""
        return self.values.get(column, Text())

    def plain(self, column: str) -> str:
        """Return the cell's words on one line; empty where it holds a placeholder or nothing."""
        return value_of(self.text(column))


def value_of(text: Text) -> str:
    """Return a cell's words on one line, or an empty string for "TBD", "-", "N/A" and the template's own words."""
    why = why_line_empty(text)
    if why in {NOTHING, TEMPLATE} or why.startswith("“"):
        return ""
    return " ".join(text.plain.split())


def records_of(table: Table, names: Names) -> tuple[Record, ...] | None:
    """Read a table by its header, or else by its first row; ``None`` where no two columns are known."""
    header, rows = table.header, table.rows
    columns = _columns(header, names)
    if not header and rows:
        columns, rows = _columns(rows[0].cells, names), rows[1:]
        header = table.rows[0].cells
    if len(columns) < 2:
        return None
    return tuple(_record(row, header, columns) for row in rows)


def _columns(header: Iterable[Text], names: Names) -> dict[int, str]:
    """Map positions to column ids; the first column that goes by a name keeps it."""
    columns: dict[int, str] = {}
    for index, cell in enumerate(header):
        for identifier in names.find(cell.plain)[:1]:
            if identifier not in columns.values():
                columns[index] = identifier
    return columns


def _record(row: Row, header: tuple[Text, ...], columns: Mapping[int, str]) -> Record:
    values = {columns[index]: cell for index, cell in enumerate(row.cells) if index in columns}
    others = tuple(
        (header[index].plain if index < len(header) else "", cell)
        for index, cell in enumerate(row.cells)
        if index not in columns and cell
    )
    return Record(values, others, row.line)


def record_of(item: Item, names: Names, rest: str) -> Record:
    """Read a list item: ``text — label: value, label: value``, and further pairs on lines or in a list below it.

    What stands before the first known label is the value of the column ``rest``.
    """
    values: dict[str, Text] = {}
    for text in _lines_of(item.blocks):
        free, pairs = split_pairs(text, names)
        if rest not in values and free:
            values[rest] = free
        for column, value in pairs:
            values.setdefault(column, value)
    return Record(values, (), item.line)


def split_pairs(text: Text, names: Names) -> tuple[Text, list[tuple[str, Text]]]:
    """Split a text at known labels into what comes before them and pairs of column id and value."""
    found = ((match, names.exactly(match[1])) for match in PAIR.finditer(text.plain))
    labels = list(islice(((match, column) for match, column in found if column), MAX_PAIRS))
    ends = [match.start() for match, _ in labels[1:]] + [len(text.plain)]
    pairs = [
        (column, _bare(text.between(match.end(), end))) for (match, column), end in zip(labels, ends, strict=False)
    ]
    free = text.between(0, labels[0][0].start()) if labels else text
    return _bare(free), pairs


def _bare(text: Text) -> Text:
    """Drop the punctuation that held the pieces together."""
    plain = text.plain.rstrip(" ,;|–—-")
    if plain.endswith(")") and plain.count(")") > plain.count("("):
        plain = plain[:-1]
    return text.between(0, len(plain))


def _lines_of(blocks: Iterable[Block]) -> Iterator[Text]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from _lines_of(item.blocks)
