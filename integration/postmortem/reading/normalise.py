"""Compares texts as people mean them: the same words in other clothes are the same. Used to match rows and headings."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*\)")
COMPARED = 400
"""Characters that are compared letter by letter; the work grows with their square."""


def normalise(text: str) -> str:
    """Return the words of a text, folded: NFKC, no case, no Markdown links, no punctuation, single blanks between."""
    if text.isascii():  # Most texts are: for them a table does what the rules below come to.
        return " ".join((LINK.sub(r"\1", text) if "](" in text else text).translate(_PLAIN).split())
    folded = unicodedata.normalize("NFKC", LINK.sub(r"\1", text)).casefold()
    return " ".join("".join(_kept(char) for char in folded).split())


def _kept(char: str) -> str:
    if char.isalnum() or unicodedata.category(char).startswith("M"):
        return char
    # Invisible format characters vanish, so that they cannot split a word; an apostrophe joins: don't = dont.
    return "" if unicodedata.category(char) == "Cf" or char in "'’" else " "


_PLAIN = str.maketrans({chr(code): _kept(chr(code).casefold()) for code in range(128)})


def similarity(first: str, second: str) -> float:
    """Return how alike two texts are, 0 to 1: the mean of shared words (Dice) and shared letters in order."""
    one, two = normalise(first), normalise(second)
    if one == two:
        return 1.0
    words = SequenceMatcher(None, one.split(), two.split(), autojunk=False).quick_ratio()
    letters = SequenceMatcher(None, one[:COMPARED], two[:COMPARED], autojunk=False).ratio()
    return (words + letters) / 2


def best_match(text: str, candidates: Sequence[str], at_least: float = 0.6, ahead: float = 0.15) -> int | None:
    """Return the index of the one candidate that is meant, or ``None`` where none is close or two are about as close.

    An equal text wins over all others; two equal ones are ambiguous. Otherwise the best must reach ``at_least`` and
    lead the second by ``ahead``.
    """
    scores = [similarity(text, candidate) for candidate in candidates]
    ranked = sorted(range(len(scores)), key=lambda index: -scores[index])
    if not ranked or scores[ranked[0]] < at_least:
        return None
    best, second = scores[ranked[0]], scores[ranked[1]] if len(ranked) > 1 else 0.0
    clear = second < 1.0 if best == 1.0 else best - second >= ahead
    return ranked[0] if clear else None


def contains_words(text: str, phrases: Iterable[str]) -> bool:
    """Tell whether a normalised text holds one of the normalised phrases, as whole words."""
    padded = f" {text} "
    return any(f" {phrase} " in padded for phrase in phrases)
