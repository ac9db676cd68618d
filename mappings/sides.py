"""Tells a contradiction from each of the keys that take part in it: two owners of one word, and references to what is not there."""

from collections.abc import Callable, Collection, Iterable, Iterator

from mappings.errors import suggestion
from mappings.merging import Problem

Sides = tuple[Problem, ...]  # the same contradiction, told from each of the keys that take part in it


def twice(places: Iterable[tuple[str, str, str]], same: Callable[[str], str], remedy: str) -> Iterator[Sides]:
    """Yield each word that two owners claim; ``places`` are (key, owner, word)."""
    seen: dict[str, tuple[str, str, str]] = {}
    for key, owner, word in places:
        first_key, first, first_word = seen.setdefault(same(word), (key, owner, word))
        if first != owner:
            yield (
                (key, f"“{word}” belongs to {first} already.", remedy),
                (first_key, f"“{first_word}” belongs to {owner} already.", remedy),
            )


def refers(key: str, word: str, known: Collection[str], what: str, collection: str = "") -> Iterator[Sides]:
    """Yield a reference to something that does not exist; ``collection`` is the key under which it is missing."""
    if word in known:
        return
    sides: Sides = ((key, f"“{word}” is not among {what}.", suggestion(word, known)),)
    if collection:
        inner = key.split(".", maxsplit=1)[1]
        sides += (
            (collection, f"“{word}” is missing, which {inner} refers to.", "Keep it, or change what refers to it."),
        )
    yield sides
