"""The root-cause section → causes: what each is called, its category, lifecycle phase, chain of whys or place in a fishbone, and evidence."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from integration.postmortem.document import Block, Heading, Item, Link, ListBlock, Paragraph, Style, Table, Text
from integration.postmortem.reading.categories import Category, CauseNames, Thread
from integration.postmortem.reading.chains import NUMBERED, WHY, Gathered, Step, gather, is_evident, said_of, steps_of
from integration.postmortem.reading.grids import Record, records_of, split_pairs
from integration.postmortem.reading.impact import LABEL
from integration.postmortem.reading.normalise import normalise

WHY_COLUMN = re.compile(r"(?:\d\w*|first|second|third|fourth|fifth)? ?why ?\d?")
MAX_CAUSES = 50
LEAST_BONES = 2
BOLD = 6
"""A line in bold ranks below headings."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One root cause. ``category_text`` is as written; ``category`` is set where it names exactly one of the six.

    ``steps`` are those of the chain in order, questions and answers as written. ``evidence`` are all links in it. ``sub_category`` and ``phase_id``
    are ids of the mapping, empty where the words name none; ``system`` and ``version`` are as written. ``fishbone`` says that it stands below
    its category, beside others. ``named`` says that somebody is mentioned in it.
    """

    title: str
    category: Category | None = None
    category_text: str = ""
    phase: str = ""
    steps: tuple[Step, ...] = ()
    evidence: tuple[Link, ...] = ()
    evidence_text: str = ""
    line: int | None = None
    sub_category: str = ""
    system: str = ""
    phase_id: str = ""
    version: str = ""
    fishbone: bool = False
    named: bool = False

    @property
    def whys(self) -> tuple[str, ...]:
        """Return the steps as written."""
        return tuple(step.text for step in self.steps)

    def answering(self, thread: Thread) -> tuple[Step, ...]:
        """Return the steps that answer one of the questions."""
        return tuple(step for step in self.steps if step.thread is thread)


def read_causes(blocks: Iterable[Block], names: CauseNames) -> tuple[Cause, ...]:
    """Return the causes in reading order, at most 50.

    A cause is a row of a table, a branch of a fishbone, what stands under a sub-heading, an item of a list, or else the section's text as a
    whole. Lines of the form "Category: data" belong to the cause above them, and so does what answers "Why was it not caught?".
    """
    groups = _groups(tuple(blocks), names)
    found = [cause for group in groups if not group.shared for cause in _causes(group, names)]
    causes = [cause for cause in found if cause.title or cause.steps][:MAX_CAUSES]
    answers = gather("", None, (block for group in groups if group.shared for block in group.blocks), names)
    return tuple(_answered(causes, answers)) if causes or not answers.steps else (_cause(answers, names),)


def _answered(causes: list[Cause], answers: Gathered) -> Iterator[Cause]:
    """Give each cause what stands below them all and answers, say, why they were not caught."""
    steps = tuple(step for step in answers.steps if step.thread is not Thread.HAPPENED)
    for cause in causes:
        yield replace(cause, steps=(*cause.steps, *steps)) if steps else cause


@dataclass(frozen=True)
class _Group:
    """The blocks under one sub-heading, or before the first. ``bone`` is the category that the sub-heading names; what is ``shared`` answers for
    all causes.
    """

    heading: Heading | None
    blocks: tuple[Block, ...]
    bone: Category | None = None
    shared: bool = False


def _groups(blocks: tuple[Block, ...], names: CauseNames) -> list[_Group]:
    """Split at sub-headings, and at lines in bold; headings like "5 whys" belong to the cause above them."""
    groups, gathered = [_Group(None, ())], list[Block]()
    for block in blocks:
        heading = _as_heading(block)
        shared = heading is not None and _stands_beside(heading, groups[-1], gathered, names)
        if heading is None or (not shared and _is_label(heading.text.plain, names)):
            gathered.append(heading or block)
            continue
        groups[-1] = replace(groups[-1], blocks=tuple(gathered))
        found = names.categories.exactly(heading.text.plain)
        groups.append(_Group(heading, (), Category(found) if found else None, shared))
        gathered = [heading] if shared else []
    groups[-1] = replace(groups[-1], blocks=tuple(gathered))
    return groups


def _stands_beside(heading: Heading, group: _Group, before: list[Block], names: CauseNames) -> bool:
    """Tell whether a question has a heading of its own beside those of the causes, or below a list of them, and so asks about all."""
    if names.thread(heading.text.plain) in (None, Thread.HAPPENED):
        return False
    if group.heading is None:
        return bool(_items_that_are_causes(tuple(before), names))
    return group.shared or group.bone is not None or heading.level <= min(group.heading.level, BOLD - 1)


def _as_heading(block: Block) -> Heading | None:
    if isinstance(block, Heading):
        return block
    if isinstance(block, Paragraph) and block.text.is_all(Style.STRONG) and "\n" not in block.text.plain:
        return Heading(BOLD, block.text, block.line)
    return None


def _is_label(plain: str, names: CauseNames) -> bool:
    column = names.labels.exactly(plain)
    return names.thread(plain) is not None or (column is not None and column != "title")


def _causes(group: _Group, names: CauseNames) -> Iterator[Cause]:
    tables = [block for block in group.blocks if isinstance(block, Table)]
    found = [cause for table in tables for cause in _from_table(table, names)]
    if found:
        yield from found
        return
    if group.bone is not None:
        yield from _bone(group.bone, group.blocks, names)
        return
    if group.heading is not None:
        title = NUMBERED.sub("", group.heading.text.plain, count=1)
        yield _cause(gather(title, group.heading.line, group.blocks, names), names)
        return
    items = _items_that_are_causes(group.blocks, names)
    yield from items or [_cause(gather("", None, group.blocks, names), names)]


def _from_table(table: Table, names: CauseNames) -> Iterator[Cause]:
    bones = {
        at: Category(name) for at, cell in enumerate(table.header) if (name := names.categories.exactly(cell.plain))
    }
    if len(bones) >= LEAST_BONES:
        for row in table.rows:
            for at, cell in enumerate(row.cells):
                if at in bones:
                    yield from _bone(bones[at], (Paragraph(cell, row.line),), names)
        return
    for record in records_of(table, names.labels) or ():
        yield _from_record(record, names)


def _bone(category: Category, blocks: Iterable[Block], names: CauseNames) -> Iterator[Cause]:
    """Read what stands below a category: each item, and each line that is in no list, is a cause."""
    for block in blocks:
        if isinstance(block, ListBlock):
            found = [gather("", item.line, item.blocks, names) for item in block.items]
        elif isinstance(block, Paragraph):
            found = [gather("", block.line, (Paragraph(line, block.line),), names) for line in block.text.lines()]
        else:
            continue
        for each in found:
            yield replace(_cause(each, names, category), fishbone=True)


def _from_record(record: Record, names: CauseNames) -> Cause:
    steps = list(_steps_in(record.text("why"), Thread.HAPPENED, record.line))
    for name, text in record.others:
        thread = Thread.HAPPENED if WHY_COLUMN.fullmatch(normalise(name)) else names.thread(name)
        if thread is not None:
            steps += _steps_in(text, thread, record.line)
    values = {column: said_of(column, record.text(column), names) for column in names.labels.ids}
    cells = (*record.values.values(), *(text for _, text in record.others))
    links = [link for text in cells for link in text.links]
    people = [person for text in cells for person in text.people]
    values["title"] = NUMBERED.sub("", values["title"], count=1)
    return _cause(Gathered(values, steps, links, people, record.line), names)


def _steps_in(text: Text, thread: Thread, line: int | None) -> Iterator[Step]:
    yield from (Step(step, thread, is_evident(each), line) for each in text.lines() for step in steps_of(each.plain))


def _items_that_are_causes(blocks: tuple[Block, ...], names: CauseNames) -> list[Cause]:
    """Read a list of causes: no item is a why or a mere label, and nothing but introductions stands around the list."""
    lists = [block for block in blocks if isinstance(block, ListBlock)]
    items = [item for block in lists for item in block.items]
    firsts = [item.blocks[0].text for item in items if item.blocks and isinstance(item.blocks[0], Paragraph)]
    talk = [block for block in blocks if isinstance(block, Paragraph) and not block.text.plain.rstrip().endswith(":")]
    if not firsts or talk or any(WHY.match(text.plain) or _starts_with_label(text, names) for text in firsts):
        return []
    bones = [_bone_of(item, names) for item in items]
    if sum(bone is not None for bone in bones) >= LEAST_BONES:
        return [cause for bone in bones if bone is not None for cause in _bone(*bone, names)]
    return [_cause(gather("", item.line, item.blocks, names), names) for item in items]


def _bone_of(item: Item, names: CauseNames) -> tuple[Category, tuple[Block, ...]] | None:
    """Return the category with which an item begins, and what is said of it: "Data: no status column", or a list below "Data"."""
    first = item.blocks[0] if item.blocks else None
    if not isinstance(first, Paragraph):
        return None
    label = LABEL.match(first.text.plain)
    name = names.categories.exactly(label[1] if label else first.text.plain)
    if name is None:
        return None
    said = first.text.after(label.end()) if label else Text()
    return Category(name), (*((Paragraph(said, first.line),) if said else ()), *item.blocks[1:])


def _starts_with_label(text: Text, names: CauseNames) -> bool:
    free, pairs = split_pairs(text, names.labels)
    asked = LABEL.match(text.plain)
    is_question = asked is not None and names.thread(asked[1]) is not None
    return is_question or (bool(pairs) and not free and pairs[0][0] != "title")


def _cause(found: Gathered, names: CauseNames, bone: Category | None = None) -> Cause:
    values = found.values
    category_text, sub_text = values.get("category", ""), values.get("sub_category", "")
    category, sub = names.category(category_text) if category_text else (bone, "")
    if category is None and not category_text and sub_text:
        category, sub = names.category(sub_text)
    if category is not None and sub_text:
        sub = names.sub_category(sub_text, category)
    phase = values.get("phase", "")
    return Cause(
        title=values.get("title", ""),
        category=category,
        category_text=category_text,
        phase=phase,
        steps=tuple(found.steps),
        evidence=tuple(found.links),
        evidence_text=values.get("evidence", ""),
        line=found.line,
        sub_category=sub,
        system=values.get("system", ""),
        phase_id=names.phase(phase) if phase else "",
        version=values.get("version", ""),
        named=bool(found.people),
    )
