"""What an issue form put out: ``### label`` and an answer each; and ticked boxes, wherever they stand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from integration.postmortem.document import Block, Document, Fold, Heading, ListBlock, plain_text
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.reading.prompts import TEMPLATE_FOLD
from integration.postmortem.reading.substance import why_empty

FORM_LEVEL = 3  # docs.github.com, "Syntax for GitHub's form schema": each label becomes a heading of level 3.


@dataclass(frozen=True, slots=True)
class Answer:
    """One field of a form. ``text`` is empty for ``_No response_`` and other non-answers."""

    label: str
    text: str
    blocks: tuple[Block, ...]
    line: int | None = None


def read_form(document: Document) -> tuple[Answer, ...]:
    """Return label and answer of every field, in order. Headings of other levels are part of an answer."""
    fields: list[tuple[Heading, list[Block]]] = []
    for block in document.blocks:
        if isinstance(block, Heading) and block.level == FORM_LEVEL:
            fields.append((block, []))
        elif fields:
            fields[-1][1].append(block)
    return tuple(_answer(heading, tuple(blocks)) for heading, blocks in fields)


def _answer(heading: Heading, blocks: tuple[Block, ...]) -> Answer:
    text = "" if why_empty(blocks) else plain_text(blocks)
    return Answer(heading.text.plain, text, blocks, heading.line)


def answer_to(document: Document, *labels: str) -> str:
    """Return the answer to the first field that goes by one of the labels, folded; empty where there is none."""
    wanted = {normalise(label) for label in labels}
    return next((answer.text for answer in read_form(document) if normalise(answer.label) in wanted), "")


def ticked(document: Document) -> tuple[str, ...]:
    """Return the text of every ticked box, in order. Boxes in quotes and in folded templates are somebody else's."""
    return tuple(text for text, _ in _ticked(document.blocks))


def lines_of_ticks(document: Document) -> dict[str, int | None]:
    """Return the 1-based line of every ticked box, by its text: the first, where two say the same."""
    lines: dict[str, int | None] = {}
    for text, line in _ticked(document.blocks):
        lines.setdefault(text, line)
    return lines


def _ticked(blocks: Iterable[Block]) -> Iterator[tuple[str, int | None]]:
    for block in blocks:
        match block:
            case ListBlock():
                for item in block.items:
                    if item.checked:
                        yield plain_text(item.blocks[:1]), item.line
                    yield from _ticked(item.blocks)
            case Fold() if not TEMPLATE_FOLD.search(block.summary.plain):
                yield from _ticked(block.blocks)
            case _:
                pass
