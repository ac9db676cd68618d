"""Running text → the sentences of it that blame somebody, or tell what might have been. Pure; the words come from ``language.yaml``."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from integration.postmortem.document import Block, Fold, Heading, ListBlock, Paragraph, Table
from integration.postmortem.reading.patterns import Patterns, Token, tokens_of
from mappings.language import LanguageFile

REMEMBERED = 2_048  # sentences
LONGEST_SENTENCE = 1_000  # characters; what is longer is no sentence, but a log or a list
_END = re.compile(r"(?<=[.!?])\s+|\n+")
# What stands between quotation marks or in code is somebody else's wording, or a name.
_QUOTED = re.compile(r'"[^"\n]{1,80}"|“[^”\n]{1,80}”|`[^`\n]{1,80}`')


@dataclass(frozen=True)
class Wording:
    """A sentence as written, the kind of wording that was found in it, what to write instead, and its 1-based source line."""

    sentence: str
    kind: str
    instead: str
    line: int | None = None


def blaming(blocks: Iterable[Block], language: LanguageFile) -> Iterator[Wording]:
    """Yield each sentence that blames somebody, in reading order. Quotes and code are left out: they are other people's words."""
    patterns = _made_ready(language)
    for sentence, line in _sentences(blocks):
        kind = patterns.blame_of(sentence)
        if kind is not None:
            yield Wording(sentence, kind, patterns.instead[kind], line)


def might_have_been(blocks: Iterable[Block], language: LanguageFile) -> Iterator[Wording]:
    """Yield each sentence that says what should, could or would have been."""
    patterns = _made_ready(language)
    for sentence, line in _sentences(blocks):
        if patterns.counterfactual.find(_tokens(sentence)) is not None:
            yield Wording(sentence, "might_have_been", language.might_have_been.instead, line)


class _Ready:
    """The patterns of a mapping made ready, and what was found in the sentences of late: most of a text is the same at the next look."""

    def __init__(self, language: LanguageFile) -> None:
        people = language.people
        self.instead = {kind.id: kind.instead for kind in language.blame}
        self.counterfactual = Patterns(tuple(("might", each) for each in language.might_have_been.says), people)
        self._blame = Patterns(tuple((kind.id, each) for kind in language.blame for each in kind.says), people)
        self._silent = Patterns(tuple(("silent", each) for each in language.silent_when), people)
        self.blame_of = lru_cache(maxsize=REMEMBERED)(self._blame_of)

    def _blame_of(self, sentence: str) -> str | None:
        """Return the kind of blame that stands in a sentence, or ``None``."""
        tokens = _tokens(sentence)
        kind = self._blame.find(tokens)
        return None if kind is None or self._silent.find(tokens) else kind


@lru_cache(maxsize=4)
def _made_ready(language: LanguageFile) -> _Ready:
    return _Ready(language)


def _tokens(sentence: str) -> tuple[Token, ...]:
    return tokens_of(_QUOTED.sub(" ", sentence))


def _sentences(blocks: Iterable[Block]) -> Iterator[tuple[str, int | None]]:
    for text, line in _running_text(blocks):
        for sentence in _END.split(text):
            if sentence and len(sentence) <= LONGEST_SENTENCE:
                yield sentence.strip(), line


def _running_text(blocks: Iterable[Block]) -> Iterator[tuple[str, int | None]]:
    for block in blocks:
        match block:
            case Heading() | Paragraph():
                yield block.text.plain, block.line
            case ListBlock():
                for item in block.items:
                    yield from _running_text(item.blocks)
            case Table():
                for row in block.rows:
                    yield from ((cell.plain, row.line) for cell in row.cells if cell)
            case Fold():
                yield from _running_text(block.blocks)
            case _:  # Quotes are other people's words, code is none, and a divider has none.
                pass
