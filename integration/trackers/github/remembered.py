"""Answers that came with an ETag, so that asking again is free where nothing changed. In this process only; lost
without harm.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
"""

from collections import OrderedDict
from typing import NamedTuple

MOST_ANSWERS = 2_000
MOST_CHARACTERS = 32_000_000


class Kept(NamedTuple):
    """An answer's ETag, Link header and body as they were sent."""

    etag: str
    link: str
    body: str


class Remembered:
    """The latest answers by address; the least recently used go first. Bounded in number and in characters."""

    def __init__(self, most_answers: int = MOST_ANSWERS, most_characters: int = MOST_CHARACTERS) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._most_answers, self._most_characters, self._characters = most_answers, most_characters, 0

    def get(self, address: str) -> Kept | None:
        """Return what was last kept of that address, or ``None``."""
        found = self._kept.get(address)
        if found is not None:
            self._kept.move_to_end(address)
        return found

    def keep(self, address: str, answer: Kept) -> None:
        """Remember an answer instead of an earlier one from the same address."""
        earlier = self._kept.pop(address, None)
        self._characters += len(answer.body) - (len(earlier.body) if earlier else 0)
        self._kept[address] = answer
        while len(self._kept) > self._most_answers or self._characters > self._most_characters:
            _, oldest = self._kept.popitem(last=False)
            self._characters -= len(oldest.body)
