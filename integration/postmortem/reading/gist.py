"""What two short texts have in common, and with which verb a text begins: plain words, no grammar to speak of. Pure."""

from collections.abc import Iterable
from functools import lru_cache

from integration.postmortem.reading.normalise import normalise

LONGEST = 2_000
"""Characters of a text that are looked at."""
SHORTEST_STEM = 3
ENDINGS = ("ing", "ed", "es", "s", "e")
_SAID_FIRST = """
please we i they you to will shall should
must the a an our also immediately then first and now next let us need needs
"""
SAID_FIRST = frozenset(_SAID_FIRST.split())
# Words that tell nothing by themselves: texts that share only these have nothing in common.
_TELLING_NOTHING = """
a about after all also an and any are as at be because been before being both but by can could did do does each every for from had has have
how if in into is it its more most new no none not nobody of on once only or other our out over own per same should so some such than that the
their them then there these they this those through to too under until up was we were what when where which while who why will with without
would yet one two
"""
STOP = frozenset(_TELLING_NOTHING.split())


@lru_cache(maxsize=4096)
def gist(text: str) -> frozenset[str]:
    """Return the words of a text that tell something, each without its ending."""
    return frozenset(_stem(word) for word in normalise(text[:LONGEST]).split() if word not in STOP and len(word) > 1)


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            stem = word[: -len(ending)]
            # "dropped" and "drop", "planning" and "plan".
            return stem[:-1] if len(stem) > SHORTEST_STEM and stem[-1] == stem[-2] and stem[-1] not in "ls" else stem
    return word


def words_from_its_verb(text: str) -> tuple[str, ...]:
    """Return the first words of a text, from the first that can be its verb on: "Please also add a filter" → add, a, filter."""
    words = normalise(text[:LONGEST]).split()
    while words and (words[0] in SAID_FIRST or words[0].endswith("ly")):
        words = words[1:]
    return tuple(words[:6])


def begins_with(words: tuple[str, ...], phrases: Iterable[str]) -> bool:
    """Tell whether one of the phrases stands first, its verb with any ending: "Adding a filter" begins with "add"."""
    return any(_stands_first(words, tuple(normalise(phrase).split())) for phrase in phrases)


def _stands_first(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    if not phrase or len(words) < len(phrase) or words[1 : len(phrase)] != phrase[1:]:
        return False
    return words[0] == phrase[0] or _stem(words[0]) == _stem(phrase[0])
