"""Patterns of words (``language.yaml`` says how they are written) against sentences, without regular expressions of admins'. Pure.

A pattern is tried where its first word stands, skips a bounded number of words, and so costs a bounded number of steps per word of text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from mappings.language import GAP, People

LONGEST_GAP = 4
MOST_FILLERS = 2
# Adverbs that may stand between any two words of a pattern without changing what it says; so may whatever ends with -ly.
_FILLERS = """
also again just even still then once too very so quite rather such always himself herself themselves involved ever both all pretty far much a the
"""
FILLERS = frozenset(_FILLERS.split())
# Words that open sentences with a capital and are no names; and endings that names seldom have.
_OPENERS = """
we i you it this that these those there the a an our my your its his her their on in at by for from to with without after before during since until
while when as if because although though but and or so then also however once some many most all no not nobody nothing none each every both only what
who why how where which one two three users customers clients students people data traffic requests tests alerts logs january february march april may
june july august september october november december
"""
OPENERS = frozenset(_OPENERS.split())
NO_NAME_ENDINGS = ("ing", "ings", "ions", "ment", "ments", "ness", "ity", "ities", "ally")
_TOKEN = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_SHORT = {"n't": "not", "'d": "had", "'s": "is"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word: as compared, and where it stands in the sentence. ``name`` tells that it is written like a name."""

    word: str
    start: int
    end: int
    name: bool
    first: bool


@dataclass(frozen=True)
class _Part:
    words: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    person: str = ""
    gap: bool = False


@dataclass(frozen=True)
class _Pattern:
    """``place`` is its place in the mapping, of which the first counts. One of the words that it ``needs`` stands in every sentence in which it
    stands; empty where none can be named."""

    place: int
    label: str
    parts: tuple[_Part, ...]
    needs: frozenset[str]


class Patterns:
    """Patterns made ready: :meth:`find` returns the first label whose pattern stands in a sentence."""

    def __init__(self, labelled: tuple[tuple[str, str], ...], people: People) -> None:
        """Take pairs of (label, pattern); the patterns are taken as checked."""
        self._people = frozenset(
            word.casefold() for word in (*people.pronouns, *people.groups, *_plurals(people.roles))
        )
        self._no_names = frozenset(word.casefold() for word in people.not_names)
        self._by_word: dict[str, list[_Pattern]] = {}
        self._by_beginning: list[_Pattern] = []
        self._by_person: dict[str, list[_Pattern]] = {}
        self._by_person_alone: list[_Pattern] = []
        for place, (label, text) in enumerate(labelled):
            parts = tuple(_part(each) for each in text.split())
            pattern = _Pattern(place, label, parts, _needed(parts))
            if parts[0].person:
                self._keep_of_people(pattern)
            elif parts[0].beginnings:
                self._by_beginning.append(pattern)
            for word in parts[0].words:
                self._by_word.setdefault(word, []).append(pattern)
        self._beginnings = tuple({start for each in self._by_beginning for start in each.parts[0].beginnings})

    def _keep_of_people(self, pattern: _Pattern) -> None:
        for word in pattern.needs:
            self._by_person.setdefault(word, []).append(pattern)
        if not pattern.needs:
            self._by_person_alone.append(pattern)

    def find(self, tokens: tuple[Token, ...]) -> str | None:
        """Return the label of the first pattern that stands in the sentence, or ``None``."""
        words = {token.word for token in tokens}
        # Most patterns are ruled out by a word that the sentence has not, which spares trying them at each of its people.
        of_people = [each for word in words & self._by_person.keys() for each in self._by_person[word]]
        of_people = sorted((*of_people, *self._by_person_alone), key=attrgetter("place"))
        for at, token in enumerate(tokens):
            for pattern in self._starting(token, of_people):
                if self._matches(pattern.parts, tokens, at):
                    return pattern.label
        return None

    def _starting(self, token: Token, of_people: list[_Pattern]) -> Iterator[_Pattern]:
        yield from self._by_word.get(token.word, ())
        if token.word.startswith(self._beginnings):
            yield from (each for each in self._by_beginning if token.word.startswith(each.parts[0].beginnings))
        if of_people and self._is_somebody(token, "{someone}"):
            yield from of_people

    def _matches(self, parts: tuple[_Part, ...], tokens: tuple[Token, ...], at: int) -> bool:
        if not parts:
            return True
        part, rest = parts[0], parts[1:]
        if part.gap:
            return any(self._matches(rest, tokens, at + skipped) for skipped in range(LONGEST_GAP + 1))
        if at >= len(tokens):
            return False
        if not self._is(part, tokens[at]):
            return False
        return any(self._matches(rest, tokens, following) for following in _following(tokens, at + 1))

    def _is(self, part: _Part, token: Token) -> bool:
        if part.person:
            return self._is_somebody(token, part.person)
        return token.word in part.words or (bool(part.beginnings) and token.word.startswith(part.beginnings))

    def _is_somebody(self, token: Token, placeholder: str) -> bool:
        if token.word in self._people:
            return True
        if placeholder == "{role}" or not token.name or token.word in self._no_names or token.word in OPENERS:
            return False
        return not token.first or (placeholder == "{someone}" and not token.word.endswith(NO_NAME_ENDINGS))


def _following(tokens: tuple[Token, ...], at: int) -> Iterator[int]:
    """Yield where the next word of a pattern may stand: here, or behind a few adverbs."""
    yield at
    for passed in range(MOST_FILLERS):
        index = at + passed
        if index >= len(tokens) or not (tokens[index].word in FILLERS or tokens[index].word.endswith("ly")):
            return
        yield index + 1


def tokens_of(sentence: str) -> tuple[Token, ...]:
    """Return the words of a sentence; "didn't" is two words, "did" and "not"."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(sentence):
        text = match[0].replace("’", "'")
        first = not tokens
        name = _like_a_name(text.removesuffix("'s"))
        tokens += (Token(word, match.start(), match.end(), name, first) for word in _spelt_out(text.casefold()))
    return tuple(tokens)


def _spelt_out(word: str) -> tuple[str, ...]:
    if word in ("can't", "cannot"):
        return ("can", "not")
    if word == "won't":
        return ("will", "not")
    for short, full in _SHORT.items():
        if (
            word.endswith(short)
            and len(word) > len(short)
            and (short != "'s" or word in ("he's", "she's", "who's", "it's", "that's"))
        ):
            return (word.removesuffix(short), full)
    return (word.removesuffix("'s"),)


def _like_a_name(text: str) -> bool:
    """Tell whether a word is written as names are: Dana, Anne-Marie, D'Angelo; not API, OpenAI or v2."""
    return text[:1].isupper() and len(text) > 1 and text[1:].islower() and text.isalpha()


def _needed(parts: tuple[_Part, ...]) -> frozenset[str]:
    """Return the fewest words of which one has to stand in a sentence for these parts to stand in it."""
    plain = [part.words for part in parts if part.words and not part.beginnings]
    return min(plain, key=len, default=frozenset())


def _part(text: str) -> _Part:
    if text == GAP:
        return _Part(gap=True)
    if text.startswith("{"):
        return _Part(person=text)
    choices = [choice.replace("’", "'").casefold() for choice in text.split("|")]
    return _Part(
        frozenset(choice for choice in choices if not choice.endswith("*")),
        tuple(choice.removesuffix("*") for choice in choices if choice.endswith("*")),
    )


def _plurals(words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        yield word
        yield f"{word}s"
