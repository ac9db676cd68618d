"""What two short texts have in common, and with which verb a text begins: plain words, no grammar to speak of. Pure."""

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


@lru_cache(maxsize=4096)
def words_from_its_verb(text: str) -> tuple[str, ...]:
    """Return the first words of a text, from the first that can be its verb on: "Please also add a filter" → add, a, filter."""
    words = normalise(text[:LONGEST]).split()
    begin = 0
    while begin < len(words) and (words[begin] in SAID_FIRST or words[begin].endswith("ly")):
        begin += 1
    return tuple(words[begin : begin + 6])


def begins_with(words: tuple[str, ...], phrases: tuple[str, ...]) -> bool:
    """Tell whether one of the phrases stands first, its verb with any ending: "Adding a filter" begins with "add"."""
    if not words:
        return False
    return any(words[1 : len(rest) + 1] == rest for rest in _by_verb(phrases).get(_stem(words[0]), ()))


@lru_cache(maxsize=64)
def _by_verb(phrases: tuple[str, ...]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return what has to follow each verb, by the verb without its ending: hundreds of phrases are asked about every action."""
    following: dict[str, tuple[tuple[str, ...], ...]] = {}
    for verb, *rest in filter(None, (normalise(phrase).split() for phrase in phrases)):
        following[_stem(verb)] = (*following.get(_stem(verb), ()), tuple(rest))
    return following
