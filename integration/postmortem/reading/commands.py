"""Comment text → commands: ``/word args`` or ``!word args`` at the start of a line that people see as running text.

Read from the raw text, and then asked of the rendered one: a line in a quote, in code, in an HTML comment, folded away
or led by invisible characters is no command (SECURITY.md S16). Who may say what is not decided here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice

from integration.postmortem.document import Block, Heading, ListBlock, Paragraph
from integration.postmortem.reading.markdown import read_markdown
from integration.postmortem.reading.normalise import normalise

MAX_COMMANDS = 50
"""Commands of one comment that are read; whoever needs more posts another comment (S4)."""

MAX_LINES = 200
"""Lines formed like commands that are looked at in one comment, those in quotes and code included: a flood of them must not keep a look busy."""

LINE = re.compile(r" {0,3}[/!]([A-Za-z][A-Za-z-]{0,39})(?:[ \t]+(.*))?[ \t]*")
COULD_BE = re.compile(r"^ {0,3}[/!][A-Za-z]", re.MULTILINE)
# Macros of Jira's wiki markup around what is not the writer's own running text; opened and closed alike.
MACRO = re.compile(r"\{(code|noformat|quote|expand)(?::[^}\n]*)?\}", re.IGNORECASE)
# Characters that change the order in which a line is shown: what is read would not be what people see.
REORDERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Command:
    """One command: ``word`` in lower case, ``args`` the rest of its line as typed, ``line`` 1-based."""

    word: str
    args: str
    line: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word that is no command but close to one, to be answered with "did you mean"."""

    word: str
    meant: str
    line: int


def looks_like_commands(raw: str) -> bool:
    """Tell cheaply whether reading the commands of this comment can find any."""
    return COULD_BE.search(_lines_as_shown(raw)) is not None


def read_commands(raw: str, words: Iterable[str]) -> tuple[Command | Suggestion, ...]:
    """Return the commands of a comment in order, one a line, and near-miss spellings; other unknown words are ignored.

    ``raw`` is what was typed, GitHub Markdown or Jira markup; ``words`` are the known commands, in lower case.
    """
    text = _lines_as_shown(raw)
    return _read(text, frozenset(words)) if COULD_BE.search(text) else ()


@lru_cache(maxsize=1_024)
def _read(text: str, words: frozenset[str]) -> tuple[Command | Suggestion, ...]:
    """Comments without an effect are read again in every look, and several times in each, so what was read is kept."""
    shown = Counter(_as_read(line) for line in _shown_lines(read_markdown(text).blocks))
    known = sorted(words)
    found: list[Command | Suggestion] = []
    for number, word, args, line in islice(_candidates(text), MAX_LINES):
        said = _recognise(word.lower(), args, number, known)
        if said is None or REORDERING.search(line):
            continue
        key = _as_shown(line)
        if shown[key]:
            shown[key] -= 1
            found.append(said)
        if len(found) == MAX_COMMANDS:
            break
    return tuple(found)


def _recognise(word: str, args: str, line: int, known: list[str]) -> Command | Suggestion | None:
    if word in known:
        return Command(word, args, line)
    close = get_close_matches(word, known, n=1, cutoff=0.75)
    return Suggestion(word, close[0], line) if close else None


def _lines_as_shown(raw: str) -> str:
    """Line ends as CommonMark and Jira know them. Other separators of Unicode start no new line for a reader."""
    return raw.replace("\r\n", "\n").replace("\r", "\n")


def _candidates(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield line number, word, args and line wherever a line is formed like a command, outside Jira's macros."""
    inside = ""
    for number, line in enumerate(text.split("\n"), start=1):
        match = LINE.fullmatch(line)
        if match and not inside:
            yield number, match[1], (match[2] or "").strip(), line
        for macro in MACRO.finditer(line):
            name = macro[1].lower()
            inside = "" if inside == name else inside or name


def _as_shown(line: str) -> str:
    return next((_as_read(shown) for shown in _shown_lines(read_markdown(line).blocks)), "")


def _as_read(line: str) -> str:
    """Return the words of a line and whether they begin like a command: the same words without the stroke are no command."""
    return ("/" if line.lstrip()[:1] in ("/", "!") else "") + normalise(line)


def _shown_lines(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the lines of running text. Quotes, folds, code and tables are not asked."""
    for block in blocks:
        if isinstance(block, Paragraph | Heading):
            yield from block.text.plain.split("\n")
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from _shown_lines(item.blocks)
