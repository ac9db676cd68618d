"""What is wrong with a mapping, so that an admin can mend it: file, line, key, problem, remedy.

All problems are told at once.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class MappingError:
    """One thing that is wrong.

    ``file`` is relative to the mappings folder; ``line`` counts from 1, 0 where the file as a whole is meant; ``key``
    is the dotted path inside the file, empty for the file as a whole; ``problem`` and ``remedy`` are sentences.
    """

    file: str
    line: int
    key: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key + ': ' if self.key else ''}{self.problem} {self.remedy}"


class MappingErrors(Exception):
    """The folder is not taken over. ``errors`` holds every problem found, in the order of files and lines."""

    reason = "mappings"

    def __init__(self, errors: Iterable[MappingError]) -> None:
        self.errors = tuple(sorted(set(errors), key=lambda error: (error.file, error.line, error.key, error.problem)))
        super().__init__(str(self))

    def __str__(self) -> str:
        count = len(self.errors)
        head = (
            "One line of the mappings needs a change:"
            if count == 1
            else f"{count} lines of the mappings need a change:"
        )
        return "\n".join([head, *(f"  {error}" for error in self.errors)])


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the word of ``known`` that was probably meant by ``word``, or None."""
    candidates = sorted(known)
    found = difflib.get_close_matches(word[:60], candidates, n=1, cutoff=0.6)
    return found[0] if found else None


def suggestion(word: str, known: Iterable[str], *, limit: int = 12) -> str:
    """Return the remedy for a word that is not known: what was probably meant, or what there is."""
    candidates = sorted(known)
    meant = nearest(word, candidates)
    if meant:
        return f"Did you mean {meant}?"
    if not candidates or len(candidates) > limit:
        return "Take it out, or look it up in docs/mappings.md."
    return f"Use one of: {', '.join(candidates)}."
