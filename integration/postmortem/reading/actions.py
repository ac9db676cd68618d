"""The remediation section → action rows, from a table or from a list.

Reads what people wrote; whether it suffices is judged elsewhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from integration.postmortem.document import Block, Fold, Item, ListBlock, Paragraph, Table, Text
from integration.postmortem.reading.grids import Record, record_of, records_of, value_of
from integration.postmortem.reading.labels import Names, names_of
from integration.postmortem.reading.moments import read_date
from integration.postmortem.reading.normalise import contains_words, normalise
from integration.postmortem.reading.substance import why_line_empty
from integration.postmortem.remediation import ActionKind, ActionRow, Horizon, Need

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("#", "no", "nr", "number", "ref", "action id"),
    "description": ("action", "action item", "task", "what", "remediation", "corrective action", "todo"),
    "owner": ("assignee", "assigned to", "who", "responsible", "dri", "action owner"),
    "due": ("due date", "by", "by when", "deadline", "target date", "eta", "when"),
    "horizon": ("time frame", "timeframe", "timescale"),
    "kind": ("type", "category", "action type"),
    "criteria": ("verification criteria", "verification", "verify", "success criteria", "done when", "how verified"),
    "priority": ("prio", "importance"),
    "ticket": ("issue", "link", "tracking", "tracker", "jira"),
    "needs": ("need", "resources", "resource", "needed"),
}
"""The columns of a table of actions, or the labels in a list of actions, and the names by which each goes."""

Option = TypeVar("Option", Horizon, ActionKind, Need)

OWN_PLACE = frozenset(COLUMNS)
HORIZONS = {
    Horizon.IMMEDIATE: ("immediate", "immediately", "now", "urgent"),
    Horizon.SHORT_TERM: ("short term", "short"),
    Horizon.LONG_TERM: ("long term", "long", "medium term", "medium"),
}
KINDS = {
    ActionKind.PROCESS: ("process", "procedure", "policy", "governance", "documentation", "communication"),
    ActionKind.TECHNICAL: (
        "technical",
        "tech",
        "code",
        "engineering",
        "fix",
        "data",
        "model",
        "tooling",
        "infrastructure",
    ),
    ActionKind.MONITORING: ("monitoring", "detection", "alerting", "alert", "observability"),
    ActionKind.TRAINING: ("training", "education", "awareness"),
}
NEEDS = {
    Need.MONEY: ("money", "budget", "funding", "funds"),
    Need.PEOPLE: ("people", "person", "staff", "headcount", "hiring"),
    Need.TOOL: ("tool", "tools", "tooling", "licence", "license", "licences", "licenses"),
}
ID = re.compile(r"\s*((?:A|AI|ACT|ACTION|R)[- ]?\d{1,3})(?:\s*[:.)]|\s+[-–—]|\s*$)\s*", re.IGNORECASE)
DUE_WORD = re.compile(r"\b(?:due|by|until|before|no later than)\s+(?=[\w.])", re.IGNORECASE)
NOBODY = frozenset({"none", "nobody", "no one", "unassigned", "open", "team", "everyone", "all"})
MAX_ROWS = 500


def read_actions(blocks: Iterable[Block], columns: Mapping[str, Iterable[str]] = COLUMNS) -> tuple[ActionRow, ...]:
    """Return the actions in reading order, at most 500; rows in which everything is a placeholder are left out.

    ``columns`` maps column ids (those of :data:`COLUMNS`, and others, which go to ``fields``) to their names.
    """
    names = names_of({**dict.fromkeys(COLUMNS, ()), **columns})
    rows = []
    for record in _records(blocks, names):
        row = _row(record)
        if row is not None:
            rows.append(row)
        if len(rows) == MAX_ROWS:
            break
    return tuple(rows)


def _records(blocks: Iterable[Block], names: Names) -> Iterator[Record]:
    for block in blocks:
        match block:
            case Table():
                yield from records_of(block, names) or ()
            case ListBlock():
                for item in block.items:
                    yield _from_item(item, names)
            case Fold():
                yield from _records(block.blocks, names)
            case Paragraph() if ID.match(block.text.plain):
                for line in block.text.lines():
                    yield _from_item(Item((Paragraph(line),), None, block.line), names)
            case _:
                pass


def _from_item(item: Item, names: Names) -> Record:
    """Read a list item, with its id before the text, and owner and date where the words tell them apart."""
    record = record_of(item, names, "description")
    values = dict(record.values)
    text = record.text("description")
    if "id" not in values and (found := ID.match(text.plain)):
        values["id"], text = text.between(0, found.end(1)), text.after(found.end())
    if "owner" not in values and len(set(text.mentions)) == 1:
        values["owner"] = Text(text.mentions[0], (), text.people[:1])
    if "due" not in values and (due := _due_in(text.plain)):
        values["due"] = Text(due)
    return Record(values | {"description": text}, record.others, item.line)


def _due_in(plain: str) -> str:
    """Return the date that follows "due" or "by" in a sentence."""
    for word in DUE_WORD.finditer(plain):
        ahead = " ".join(plain[word.end() : word.end() + 24].split()[:3]).strip(".,;)")
        for end in (ahead, *ahead.split()[:1]):
            if read_date(end):
                return end
    return ""


def _row(record: Record) -> ActionRow | None:
    description, criteria = record.plain("description"), record.plain("criteria")
    owner, due_text = _owner(record.text("owner")), " ".join(record.text("due").plain.split())
    if not (description or owner or criteria or value_of(record.text("due"))):
        return None
    known = {column for column in record.values if column in OWN_PLACE}
    return ActionRow(
        description=description,
        id=record.plain("id").strip(" .:)") or None,
        owner=owner,
        due=read_date(due_text),
        due_text=due_text,
        horizon=_choice(record.plain("horizon"), HORIZONS),
        kind=_choice(record.plain("kind"), KINDS),
        criteria=criteria,
        priority=record.plain("priority"),
        ticket=_ticket(record.text("ticket")),
        fields=(
            *((column, record.plain(column)) for column in record.values if column not in known),
            *((name, text.plain) for name, text in record.others),
        ),
        line=record.line,
        needs=_choice(record.plain("needs"), NEEDS),
    )


def _owner(text: Text) -> str:
    """Return who is named, as written: mentions win over the words around them."""
    if text.mentions:
        return "" if why_line_empty(text) else ", ".join(dict.fromkeys(text.mentions))
    plain = " ".join(text.plain.split())
    if text.links:
        return plain
    return "" if normalise(plain) in NOBODY else value_of(text)


def _ticket(text: Text) -> str:
    """Return the reference that people wrote; a link by its text where it has one, so that ``#12`` stays ``#12``."""
    return value_of(text) or next((link.text or link.url for link in text.links), "")


def _choice(text: str, options: Mapping[Option, tuple[str, ...]]) -> Option | None:
    folded = normalise(text)
    meant = [option for option, words in options.items() if contains_words(folded, words)]
    return meant[0] if len(meant) == 1 else None
