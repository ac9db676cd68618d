"""The root-cause section → causes: what each is called, its category, lifecycle phase, chain of whys, and evidence."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from integration.postmortem.document import Block, Fold, Heading, Item, Link, ListBlock, Paragraph, Style, Table, Text
from integration.postmortem.reading.grids import Record, records_of, split_pairs, value_of
from integration.postmortem.reading.labels import Names
from integration.postmortem.reading.normalise import contains_words, normalise
from integration.postmortem.reading.substance import TEMPLATE_FOLD, why_line_empty


class Category(StrEnum):
    """What sort of thing a cause is."""

    DATA = "data"
    MODEL = "model"
    CODE = "code"
    PROCESS = "process"
    HUMAN = "human"
    VENDOR = "vendor"


CATEGORIES: Mapping[Category, tuple[str, ...]] = {
    Category.DATA: ("data", "dataset", "data quality"),
    Category.MODEL: ("model", "prompt", "training", "ml"),
    Category.CODE: ("code", "software", "bug", "configuration", "config", "infrastructure", "technical"),
    Category.PROCESS: ("process", "procedure", "governance", "policy"),
    Category.HUMAN: ("human", "human factors", "people"),
    Category.VENDOR: ("vendor", "supplier", "third party", "provider"),
}
LABELS = Names(
    {
        "title": ("cause", "root cause", "description", "what", "summary"),
        "category": ("type", "kind", "cause category"),
        "sub_category": ("sub-category", "subcategory", "sub category", "subtype"),
        "system": ("affected system", "component", "affected component"),
        "phase": ("lifecycle phase", "lifecycle", "stage", "lifecycle stage"),
        "why": ("whys", "5 whys", "five whys", "chain of whys", "because"),
        "evidence": ("proof", "source", "link", "links"),
    }
)
WHY = re.compile(
    r"\s*(?:(?:\d[.):]?|first|second|third|fourth|fifth|1st|2nd|3rd|[45]th)\s+)?(?:why\b|because\b)", re.IGNORECASE
)
WHY_COLUMN = re.compile(r"(?:\d\w*|first|second|third|fourth|fifth)? ?why ?\d?")
ARROW = re.compile(r"\s*(?:→|⇒|=>|->|⟶)\s*")
NUMBERED = re.compile(
    r"\s*(?:root )?causes? ?(?:no\.? ?|#)?\d{1,2}\s*[-:–—.)]*\s*|\s*(?:RC|C)[- ]?\d{1,2}\s*[-:–—.)]+\s*", re.IGNORECASE
)
MAX_CAUSES = 50
CONTEXT = frozenset({"why did it happen", "why was it not caught", "why was it let through", "five whys", "5 whys"})


@dataclass(frozen=True, slots=True)
class Cause:
    """One root cause. ``category_text`` is as written; ``category`` is set where it names exactly one of the six.

    ``whys`` are the steps of the chain in order, questions and answers as written. ``evidence`` are all links in it. ``sub_category`` and
    ``system`` (the affected system or component) are as written.
    """

    title: str
    category: Category | None = None
    category_text: str = ""
    phase: str = ""
    whys: tuple[str, ...] = ()
    evidence: tuple[Link, ...] = ()
    evidence_text: str = ""
    line: int | None = None
    sub_category: str = ""
    system: str = ""


def read_causes(blocks: Iterable[Block]) -> tuple[Cause, ...]:
    """Return the causes in reading order, at most 50.

    A cause is a row of a table, what stands under a sub-heading, an item of a list, or else the section's text as a
    whole. Lines of the form "Category: data" belong to the cause above them.
    """
    causes = [cause for group in _groups(tuple(blocks)) for cause in _causes(group)]
    return tuple(cause for cause in causes if cause.title or cause.whys)[:MAX_CAUSES]


@dataclass(frozen=True)
class _Group:
    """The blocks under one sub-heading, or before the first."""

    heading: Heading | None
    blocks: tuple[Block, ...]


def _groups(blocks: tuple[Block, ...]) -> list[_Group]:
    """Split at sub-headings, and at lines in bold; headings like "5 whys" belong to the cause above them."""
    groups = [_Group(None, ())]
    for block in blocks:
        heading = _as_heading(block)
        if heading is None:
            groups[-1] = replace(groups[-1], blocks=(*groups[-1].blocks, block))
        elif not _is_label(heading.text.plain):
            groups.append(_Group(heading, ()))
    return groups


def _as_heading(block: Block) -> Heading | None:
    if isinstance(block, Heading):
        return block
    if isinstance(block, Paragraph) and block.text.is_all(Style.STRONG) and "\n" not in block.text.plain:
        return Heading(6, block.text, block.line)
    return None


def _is_label(plain: str) -> bool:
    return normalise(plain) in CONTEXT or (LABELS.exactly(plain) is not None and LABELS.exactly(plain) != "title")


def _causes(group: _Group) -> Iterator[Cause]:
    tables = [records for block in group.blocks if isinstance(block, Table) and (records := records_of(block, LABELS))]
    if tables:
        yield from (_from_record(record) for records in tables for record in records)
        return
    if group.heading is not None:
        yield _gathered(NUMBERED.sub("", group.heading.text.plain, count=1), group.heading.line, group.blocks)
        return
    if items := _items_that_are_causes(group.blocks):
        yield from items
        return
    yield _gathered("", None, group.blocks)


def _from_record(record: Record) -> Cause:
    whys = [record.plain("why"), *(text for name, text in record.others if WHY_COLUMN.fullmatch(normalise(name)))]
    return Cause(
        title=NUMBERED.sub("", record.plain("title"), count=1),
        category=read_category(record.plain("category")),
        category_text=record.plain("category"),
        phase=record.plain("phase"),
        whys=tuple(step for why in whys for step in _steps(why)),
        evidence=tuple(link for text in record.values.values() for link in text.links),
        evidence_text=record.plain("evidence"),
        line=record.line,
        sub_category=record.plain("sub_category"),
        system=record.plain("system"),
    )


def _items_that_are_causes(blocks: tuple[Block, ...]) -> list[Cause]:
    """Read a list of causes: no item is a why or a mere label, and nothing but introductions stands around the list."""
    lists = [block for block in blocks if isinstance(block, ListBlock)]
    items = [item for block in lists for item in block.items]
    firsts = [item.blocks[0].text for item in items if item.blocks and isinstance(item.blocks[0], Paragraph)]
    talk = [block for block in blocks if isinstance(block, Paragraph) and not block.text.plain.rstrip().endswith(":")]
    if not firsts or talk or any(WHY.match(text.plain) or _starts_with_label(text) for text in firsts):
        return []
    return [_from_item(item) for item in items]


def _starts_with_label(text: Text) -> bool:
    free, pairs = split_pairs(text, LABELS)
    return bool(pairs) and not free and pairs[0][0] != "title"


def _from_item(item: Item) -> Cause:
    return _gathered("", item.line, item.blocks)


def _gathered(title: str, line: int | None, blocks: Iterable[Block]) -> Cause:
    """Put one cause together from all the lines that belong to it."""
    values: dict[str, str] = {"title": title}
    whys: list[str] = []
    links: list[Link] = []
    for text, at in _lines(blocks):
        line = at if line is None else line
        links += text.links
        free, pairs = split_pairs(text, LABELS)
        if WHY.match(text.plain) and not pairs:
            whys += _steps(text.plain)
            continue
        for column, value in pairs:
            if column == "why":
                whys += _steps(value_of(value))
            elif not values.get(column):
                values[column] = value_of(value) or ("" if column != "evidence" else value.plain)
        if free and not why_line_empty(free):
            whys += _steps(free.plain)[1:]
            values["title"] = values["title"] or NUMBERED.sub("", _steps(free.plain)[0], count=1)
    return Cause(
        title=values["title"],
        category=read_category(values.get("category", "")),
        category_text=values.get("category", ""),
        phase=values.get("phase", ""),
        whys=tuple(whys),
        evidence=tuple(links),
        evidence_text=values.get("evidence", ""),
        line=line,
        sub_category=values.get("sub_category", ""),
        system=values.get("system", ""),
    )


def _lines(blocks: Iterable[Block]) -> Iterator[tuple[Text, int | None]]:
    for block in blocks:
        match block:
            case Paragraph():
                for offset, text in enumerate(block.text.lines()):
                    yield text, None if block.line is None else block.line + offset
            case ListBlock():
                for item in block.items:
                    yield from _lines(item.blocks)
            case Fold() if not TEMPLATE_FOLD.search(block.summary.plain):
                yield from _lines(block.blocks)
            case _:
                pass


def _steps(text: str) -> list[str]:
    """Split a chain that is drawn with arrows."""
    return [step for step in ARROW.split(text) if step.strip()]


def read_category(text: str) -> Category | None:
    """Return the one category that the words name; "data / process" names two, and so none."""
    folded = normalise(text)
    meant = [category for category, words in CATEGORIES.items() if contains_words(folded, words)]
    return meant[0] if len(meant) == 1 else None
