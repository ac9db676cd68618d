"""Which earlier texts resemble one: a ranked list, nothing more. A score never says that something happened again; people do.

Okapi BM25 over stemmed words, asked a second time with the terms that tell most of the first three hits (relevance feedback), and BM25 over
pieces of words, which bears typing mistakes and compounds. The figures are in docs/learning.md; ``python -m benchmarks.recurrence`` prints them.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from Stemmer import Stemmer

from integration.postmortem.postings import Postings, Scores

FEEDBACK_FROM, FEEDBACK_TERMS, FEEDBACK = 3, 20, 0.15
PIECES = 0.5
"""How much the pieces of words count beside the words. All chosen on the development set, where neighbouring values differ by noise."""
PIECE = 4
MOST_WITH_PIECES = 5_000
"""Texts of which pieces are kept: they gain a hundredth, and of many texts they cost most of the time and the memory."""
LONGEST = 20_000
"""Characters of a text that are read."""
ADDRESS = re.compile(r"https?://\S+")
WORD = re.compile(r"[a-z][a-z0-9]+")
_STOP = frozenset(
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Resemblance:
    """One hit: the key of the text, a score that only orders hits of one question, and how many telling words of the question it holds."""

    position: int
    score: float
    shared: int = 0


class Index:
    """Holds texts under keys and ranks them; one that is put again replaces the former. Not safe for threads: the stemmer keeps a cache."""

    def __init__(self) -> None:
        """Start empty. ``version`` is for whoever fills it."""
        self.version = 0
        self._stemmer = Stemmer("english")
        self._terms, self._pieces = Postings(), Postings()
        self._keys: list[int] = []
        self._instants: list[float] = []
        self._places: dict[int, int] = {}
        self._gone: set[int] = set()

    def __len__(self) -> int:
        return len(self._places)

    def put(self, key: int, text: str, opened_at: datetime | None = None) -> None:
        """Add a text, or replace it. One without an instant is earlier than everything."""
        if key in self._places:
            self._gone.add(self._places[key])
        words = words_of(text)
        self._places[key] = self._terms.add(self._stemmer.stemWords(words))
        if len(self._pieces) <= MOST_WITH_PIECES:
            self._pieces.add(pieces_of(words))
        self._keys.append(key)
        self._instants.append(opened_at.timestamp() if opened_at else float("-inf"))

    def search(
        self, text: str, most: int = 5, *, before: datetime | None = None, among: Sequence[bool] | None = None
    ) -> tuple[Resemblance, ...]:
        """Return at most ``most`` texts that share at least a term, the nearest first.

        ``before`` leaves out what was opened later, ``among`` says of each text, in the order of putting, whether it counts.
        """
        self._terms.settle()
        words = words_of(text)
        counted = Counter(self._stemmer.stemWords(words))
        asked = self._terms.numbered(counted)
        if not asked:
            return ()
        open_to = self._open_to(before, among)
        first = self._terms.scores(asked) * open_to
        scores = _level(self._fed_back(first, asked))
        if len(self._pieces) == len(self._terms) <= MOST_WITH_PIECES:
            self._pieces.settle()
            pieces = self._pieces.numbered(Counter(pieces_of(words)))
            scores = scores + PIECES * _level(self._pieces.scores(pieces))
        scores = np.where(open_to, scores, np.float32(-1))
        best = [int(n) for n in _first(scores, most) if scores[n] > 0]
        shared = self._terms.holding(list(asked), best)
        return tuple(Resemblance(self._keys[n], float(scores[n]), share) for n, share in zip(best, shared, strict=True))

    def _open_to(self, before: datetime | None, among: Sequence[bool] | None) -> NDArray[np.bool_]:
        open_to = np.ones(len(self._terms), bool) if among is None else np.array(among, bool)
        if before is not None:
            open_to &= np.asarray(self._instants) <= before.timestamp()
        if self._gone:
            open_to[np.fromiter(self._gone, np.int64, len(self._gone))] = False
        return open_to

    def _fed_back(self, first: Scores, asked: dict[int, float]) -> Scores:
        """Score again with the terms of the first hits mixed in, weighed by their share in the hit and their rarity."""
        hits = [int(n) for n in _first(first, FEEDBACK_FROM) if first[n] > 0]
        total = float(sum(first[n] for n in hits)) or 1.0
        added: Counter[int] = Counter()
        for hit in hits:
            for term, share in self._terms.bag(hit).items():
                added[term] += float(first[hit]) / total * share * self._terms.weight_of(term)  # type: ignore[assignment]
        best = added.most_common(FEEDBACK_TERMS)
        mass = sum(weight for _, weight in best) or 1.0
        everything = sum(asked.values())
        mixed = {term: (1 - FEEDBACK) * times / everything for term, times in asked.items()}
        for term, weight in best:
            mixed[term] = mixed.get(term, 0.0) + FEEDBACK * weight / mass
        return self._terms.scores(mixed)


def nearest_of(texts: Sequence[str]) -> Index:
    """Return an index of texts whose keys are their positions."""
    index = Index()
    for position, text in enumerate(texts):
        index.put(position, text)
    return index


def _first(scores: Scores, most: int) -> NDArray[np.int64]:
    """Return the positions of the highest scores, the earlier one first where two are alike."""
    if len(scores) > 4 * most:
        bar = np.partition(scores, len(scores) - most)[len(scores) - most]
        candidates = np.flatnonzero(scores >= bar)
    else:
        candidates = np.arange(len(scores))
    order: NDArray[np.int64] = candidates[np.argsort(-scores[candidates], kind="stable")][:most]
    return order


def words_of(text: str) -> list[str]:
    """Return the words that tell something, in lower case: no addresses, numbers or stop words."""
    plain = ADDRESS.sub(" ", text[:LONGEST]).lower()
    return [word for word in WORD.findall(plain) if word not in _STOP]


def pieces_of(words: Sequence[str]) -> list[str]:
    """Return the pieces of four letters of each word, its edges marked by a space."""
    return [f" {word} "[n : n + PIECE] for word in words for n in range(max(1, len(word) - 1))]


def _level(scores: Scores) -> Scores:
    """Return the scores between 0 and 1, so that two kinds can be added."""
    highest = float(scores.max())
    return scores / np.float32(highest) if highest > 0 else scores
