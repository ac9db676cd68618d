"""What is the template's and not the writer's: its prompts, instructions in italics or in a quote, and examples that are there to be looked at."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from integration.postmortem.document import Block, Fold, ListBlock, Paragraph, Quote, Style, Text
from integration.postmortem.reading.normalise import normalise

QUESTION_WORDS = frozenset({"what", "how", "who", "when", "why", "which", "where", "whose"})
INSTRUCTIONS = QUESTION_WORDS | frozenset(
    {"include", "describe", "list", "explain", "provide", "add", "summarise", "summarize", "fill", "please", "outline"}
    | {"write", "note", "tell", "state", "give", "enter", "insert", "use", "link", "remove", "delete", "replace"}
    | {
        "example",
        "examples",
        "eg",
        "e",
        "optional",
        "briefly",
        "short",
        "brief",
        "quick",
        "concise",
        "copy",
        "document",
    }
    | {"things", "if", "were", "was", "did", "do", "does", "is", "are", "can", "could", "should", "identify", "specify"}
)
IN_BRACKETS = re.compile(r"[\[<](?!~)[^\[\]<>]*[\]>][.:]?")
TEMPLATE_FOLD = re.compile(r"\b(?:examples?|templates?|hints?|guidance|instructions?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Prompts:
    """The words that the template puts into a section, folded: whole prompts, and each of their lines."""

    wholes: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Collection[str]) -> "Prompts":
        """Fold the prompts of a template, given as visible text or as Markdown."""
        lines = (normalise(line) for text in texts for line in text.splitlines())
        return cls(frozenset(filter(None, map(normalise, texts))), frozenset(filter(None, lines)))

    def has(self, folded: str) -> bool:
        """Tell whether this text, or this line, is the template's; four words of a prompt in a row are enough."""
        if folded in self.wholes or folded in self.lines:
            return True
        return folded.count(" ") >= 3 and any(folded in whole for whole in self.wholes)


NO_PROMPTS = Prompts()


def without_prompts(text: Text) -> Iterator[Text | None]:
    """Yield the lines; ``None`` for those set in italics that read like an instruction, alone or with their neighbours.

    Italic text can also be the answer, so how it reads decides.
    """
    asked = {at for first, end in _prompts_in_italics(text) for at in _line_starts(text.plain, first, end)}
    at = 0
    for raw, line in zip(text.plain.split("\n"), text.lines(), strict=True):
        yield None if at in asked else line
        at += len(raw) + 1


def _prompts_in_italics(text: Text) -> Iterator[tuple[int, int]]:
    """Yield the stretches in italics that fill whole lines and ask the writer for something."""
    for mark in text.marks:
        first, last = text.plain.rfind("\n", 0, mark.start) + 1, text.plain.find("\n", mark.end)
        around = text.plain[first : mark.start] + text.plain[mark.end : last if last >= 0 else None]
        alone = mark.style is Style.EMPHASIS and not any(map(str.isalnum, around))
        if alone and reads_like_a_prompt(text.plain[mark.start : mark.end]):
            yield first, mark.end


def _line_starts(plain: str, first: int, end: int) -> Iterator[int]:
    """Yield the offsets of the lines that begin between two offsets, from the first, which is one."""
    yield first
    yield from (at + 1 for at in range(first, end) if plain[at] == "\n")


def reads_like_a_prompt(text: str) -> bool:
    """Tell whether a text asks the writer for something: a question, an instruction, an example."""
    words = normalise(text).split()
    first = words[1] if words[:1] in (["a"], ["an"], ["the"]) and len(words) > 1 else "".join(words[:1])
    return text.rstrip().endswith("?") or first in INSTRUCTIONS or IN_BRACKETS.fullmatch(text.strip()) is not None


def is_quoted_prompt(quote: Quote) -> bool:
    """Tell whether every paragraph of a quote asks the writer for something."""
    lines = [block.text.plain for block in quote.blocks if isinstance(block, Paragraph)]
    return bool(lines) and all(reads_like_a_prompt(line) for line in lines)


def is_template(fold: Fold, prompts: Prompts) -> bool:
    """Tell whether a fold is an example to look at. A known example that was changed was filled in by somebody."""
    if not TEMPLATE_FOLD.search(fold.summary.plain):
        return False
    lines = [normalise(line.plain) for text in _running_texts(fold.blocks) for line in text.lines() if line]
    ours = sum(prompts.has(line) for line in lines)
    return ours in {0, len(lines)}


def _running_texts(blocks: Iterable[Block]) -> Iterator[Text]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from _running_texts(item.blocks)
