"""Decides whether a part of a text says something, or only holds the template, "TBD", a bare link or empty boxes.

It judges form, not content: "No impact" and "N/A because no data was stored" are answers, "N/A" is not.
"""

import re
from collections.abc import Iterable, Iterator
from typing import assert_never

from integration.postmortem.document import (
    Block,
    CodeBlock,
    Divider,
    Fold,
    Heading,
    Item,
    ListBlock,
    Paragraph,
    Quote,
    Row,
    Table,
    Text,
)
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.reading.prompts import (
    IN_BRACKETS,
    NO_PROMPTS,
    QUESTION_WORDS,
    Prompts,
    is_quoted_prompt,
    is_template,
    without_prompts,
)

NOTHING = "nothing is written here yet"
TEMPLATE = "only the template's own words are here"
POINTER = "only a link is here; a sentence of its own would do"
NO_BOX = "no box is ticked yet"
NO_ROW = "the table has no filled row yet"

# All of these are compared with normalised text.
LATER = re.compile(
    r"(?:still |currently |as yet |details? |more details? )?"
    r"(?:n a|na|nyd|unknown|not (?:yet )?(?:known|available|determined|applicable|started|done|written|filled(?: in)?)"
    r"|unclear|to be (?:determined|defined|decided|done|added|completed|confirmed|filled(?: in)?|written|announced)"
    r"|pending|(?:work )?in progress|ongoing|(?:still |under )?investigat(?:ion|ing)(?: is)?(?: ongoing| in progress)?"
    r"|no response|no comments?(?: added)?|(?:none|nothing|not) yet|coming soon|(?:will|to) follow"
    r"|will (?:be )?(?:add|added|update|updated|fill in|filled in|follow)|see (?:above|below)|same as above"
    r"|fill(?: me| this)? in|placeholder|lorem ipsum.*|xx+)"
    r"(?: yet| at this time| at the moment| for now| so far| later| soon| shortly| here)*"
)
TO_DO = re.compile(r"(?:tbd|todo|tba|tbc|wip|fixme)\b(?: \w+){0,11}")
GUESS = re.compile(r"unknown (?:likely|probably|maybe|possibly|perhaps|suspect\w*)(?: \w+){0,20}")
REFERRAL = re.compile(
    r"(?:please |probably |maybe |just )*(?:see|refer to|cf|described in|documented in|details in"
    r"|(?:more|full) (?:details?|info|information) (?:in|at|on))\b(?: \w+){0,20}"
)
SAMPLE = re.compile(
    r"yyyy mm dd(?: hh mm)?(?: utc)?|hh mm|dd mm yyyy|(?:your|the)? ?(?:name|text|owner|date|description)(?: here)?"
)
SAMPLE_PERSON = re.compile(
    r"@(?:owner|name|someone|somebody|person|user|username|handle|assignee|me|you)", re.IGNORECASE
)
# Words around a bare link that add nothing to it.
AROUND_LINKS = frozenset(
    {"ref", "reference", "link", "links", "see", "from", "ticket", "issue", "incident", "slack", "thread", "report"}
    | {"source", "timeline", "page", "details", "detail", "full", "here", "discussion", "the", "and", "in", "of", "for"}
    | {"this", "that", "doc", "document", "google", "at", "on", "by", "more", "status", "postmortem", "to", "a"}
)
# At most nine words before the colon; more are a sentence that introduces what follows.
LABEL = re.compile(r"\s*[^\W\d][^:\s\d]*(?: [^:\s\d]+){0,8}:(?=\s|$)")
COPIED_TO = re.compile(r"(?:cc|fyi)\b[\s:]*(?:@[\w/.-]+[\s,]*)+", re.IGNORECASE)
BRACES = re.compile(r"\{\{[^{}\d]*\}\}")
MARKDOWN_HEADING = re.compile(r"^\s{0,3}#{1,6}\s", re.MULTILINE)
NUMBER = re.compile(r"\W*[A-Za-z]{0,3}[-.]?\d{1,3}\W*")


def why_empty(blocks: Iterable[Block], prompts: Prompts = NO_PROMPTS, boxes_count: bool = False) -> str:
    """Return why the blocks say nothing, as half a sentence; an empty string when they do say something.

    ``boxes_count`` makes an unticked box content: in a list of actions it is a thing to do, elsewhere no choice.
    """
    reason = NOTHING
    for verdict in _verdicts(blocks, prompts, boxes_count):
        if not verdict:
            return ""
        reason = verdict if reason == NOTHING else reason
    return reason


def _verdicts(blocks: Iterable[Block], prompts: Prompts, boxes_count: bool) -> Iterator[str]:
    """Yield for each piece why it says nothing, or an empty string if it does say something."""
    for block in blocks:
        match block:
            case Heading() | Divider():
                pass
            case Paragraph():
                yield from _paragraph(block.text, prompts)
            case ListBlock():
                for item in block.items:
                    yield from _item(item, prompts, boxes_count)
            case Table():
                yield from _table(block, prompts)
            case Quote():
                yield from [TEMPLATE] if is_quoted_prompt(block) else _verdicts(block.blocks, prompts, boxes_count)
            case CodeBlock():
                yield _code(block.text, prompts)
            case Fold():
                yield from [TEMPLATE] if is_template(block, prompts) else _verdicts(block.blocks, prompts, boxes_count)
            case _:
                assert_never(block)


def _item(item: Item, prompts: Prompts, boxes_count: bool) -> Iterator[str]:
    if item.checked is False and not boxes_count:
        yield NO_BOX
    else:
        yield from _verdicts(item.blocks, prompts, boxes_count)


def _paragraph(text: Text, prompts: Prompts) -> Iterator[str]:
    if prompts.has(normalise(text.plain)):
        yield TEMPLATE
        return
    for line in without_prompts(text):
        yield TEMPLATE if line is None else why_line_empty(line, prompts)


def why_line_empty(line: Text, prompts: Prompts = NO_PROMPTS) -> str:
    """Return why one line, cell or answer says nothing; an empty string when it does say something."""
    label = LABEL.match(line.plain)
    if prompts.has(normalise(line.plain)):
        return TEMPLATE
    if not label or TO_DO.fullmatch(normalise(line.plain)):
        return _why_empty(line)
    return _why_empty(line.after(label.end()))


def _why_empty(text: Text) -> str:
    visible = BRACES.sub(" ", text.plain).strip()
    folded = normalise(visible)
    if not folded:
        return TEMPLATE if BRACES.search(text.plain) else POINTER if text.links else NOTHING
    if IN_BRACKETS.fullmatch(visible) or SAMPLE.fullmatch(folded) or SAMPLE_PERSON.fullmatch(visible):
        return TEMPLATE
    if LATER.fullmatch(folded) or TO_DO.fullmatch(folded) or GUESS.fullmatch(folded):
        return f"“{visible[:60]}” stands here so far"
    if visible.endswith("?") and folded.split()[0] in QUESTION_WORDS and "\n" not in visible:
        return TEMPLATE
    if REFERRAL.fullmatch(folded) or COPIED_TO.fullmatch(visible) or _is_bare_link(text):
        return POINTER
    return ""


def _is_bare_link(text: Text) -> bool:
    if not text.links:
        return False
    rest = text.plain
    for link in text.links:
        if link.text == link.url or len(link.text.split()) <= 3:
            rest = rest.replace(link.text, " ", 1) if link.text else rest
    return all(word in AROUND_LINKS for word in normalise(rest).split())


def _code(code: str, prompts: Prompts) -> str:
    if len(MARKDOWN_HEADING.findall(code)) > 1:
        return TEMPLATE  # A whole template, fenced for copying. Nobody writes the headings of an answer into a fence.
    lines = [folded for folded in map(normalise, code.splitlines()) if folded]
    if not lines:
        return NOTHING
    return TEMPLATE if all(prompts.has(line) for line in lines) else ""


def _table(table: Table, prompts: Prompts) -> Iterator[str]:
    yield from ("" if row_says_something(row, prompts) else NO_ROW for row in table.rows)


def row_says_something(row: Row, prompts: Prompts = NO_PROMPTS) -> bool:
    """Tell whether a row was filled in: beyond its first cell, where there are others, since that is often a label."""
    filled = [not why_line_empty(cell, prompts) and not NUMBER.fullmatch(cell.plain) for cell in row.cells]
    numbers = [not why_line_empty(cell, prompts) for cell in row.cells[1:]]
    return any(filled[1:]) or any(numbers) if len(filled) > 1 else any(filled)
