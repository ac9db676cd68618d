"""Which earlier texts resemble one: a ranked list, nothing more. A score never says that something happened again; people do.

Okapi BM25 over stemmed words, asked a second time with the terms that tell most of the first three hits (relevance feedback), and BM25 over
pieces of words, which bears typing mistakes and compounds. The figures are in docs/learning.md; ``python -m benchmarks.recurrence`` prints them.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import bm25s
import numpy as np
from bm25s.stopwords import STOPWORDS_EN
from numpy.typing import NDArray
from Stemmer import Stemmer

Scores = NDArray[np.float32]
K1, B = 1.0, 0.75
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
_STOP = frozenset(STOPWORDS_EN)


@dataclass(frozen=True)
class Resemblance:
    """One hit: the position of the text among those given, and a score that only orders hits of one question."""

    position: int
    score: float


class Nearest:
    """Holds texts and ranks them. Not safe for threads: the stemmer keeps a cache."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Take the texts; reading them is the expensive part (figures in docs/learning.md)."""
        self._texts = tuple(texts)
        self._stemmer = Stemmer("english")
        words = [words_of(text) for text in self._texts]
        terms = [self._stemmer.stemWords(each) for each in words]
        seen = Counter(term for each in terms for term in set(each))
        self._weight = {term: log(1 + (len(terms) - n + 0.5) / (n + 0.5)) for term, n in seen.items()}
        self._terms = _index(terms)
        self._pieces = _index([pieces_of(each) for each in words]) if len(words) <= MOST_WITH_PIECES else None

    def search(self, text: str, most: int = 5, *, among: Sequence[bool] | None = None) -> tuple[Resemblance, ...]:
        """Return at most ``most`` texts that share at least a term, the nearest first; ``among`` says of each whether it counts."""
        words = words_of(text)
        terms = [term for term in self._stemmer.stemWords(words) if term in self._weight]
        if not terms or self._terms is None:
            return ()
        open_to = np.ones(len(self._texts), bool) if among is None else np.asarray(among, bool)
        first = self._terms.get_scores(terms) * open_to
        scores = _level(self._fed_back(first, terms))
        pieces = [piece for piece in pieces_of(words) if piece in self._pieces.vocab_dict] if self._pieces else []
        if pieces and self._pieces is not None:
            scores = scores + PIECES * _level(self._pieces.get_scores(pieces))
        scores = np.where(open_to, scores, -1.0)
        order = np.argsort(-scores, kind="stable")[:most]
        return tuple(Resemblance(int(n), float(scores[n])) for n in order if scores[n] > 0)

    def _fed_back(self, first: Scores, terms: list[str]) -> Scores:
        """Score again with the terms of the first hits mixed in, weighed by their share in the hit and their rarity."""
        assert self._terms is not None  # noqa: S101  # narrowing for the type checker: the caller has looked
        hits = [int(n) for n in np.argsort(-first, kind="stable")[:FEEDBACK_FROM] if first[n] > 0]
        total = float(sum(first[n] for n in hits)) or 1.0
        added: Counter[str] = Counter()
        for hit in hits:
            found = self._stemmer.stemWords(words_of(self._texts[hit]))
            for term, times in Counter(found).items():
                added[term] += float(first[hit]) / total * times / len(found) * self._weight[term]  # type: ignore[assignment]
        best = added.most_common(FEEDBACK_TERMS)
        mass = sum(weight for _, weight in best) or 1.0
        scores: Scores = (1 - FEEDBACK) / len(terms) * self._terms.get_scores(terms)
        for term, weight in best:
            scores = scores + np.float32(FEEDBACK * weight / mass) * self._terms.get_scores([term])
        return scores


def words_of(text: str) -> list[str]:
    """Return the words that tell something, in lower case: no addresses, numbers or stop words."""
    plain = ADDRESS.sub(" ", text[:LONGEST]).lower()
    return [word for word in WORD.findall(plain) if word not in _STOP]


def pieces_of(words: Sequence[str]) -> list[str]:
    """Return the pieces of four letters of each word, its edges marked by a space."""
    return [f" {word} "[n : n + PIECE] for word in words for n in range(max(1, len(word) - 1))]


def _index(tokens: list[list[str]]) -> Any:
    """Return the index, or ``None`` where no text holds a token."""
    if not any(tokens):
        return None
    found: Any = bm25s.BM25(method="lucene", k1=K1, b=B)  # type: ignore[no-untyped-call]  # the library has no types
    found.index(tokens, show_progress=False)
    return found


def _level(scores: Scores) -> Scores:
    """Return the scores between 0 and 1, so that two kinds can be added."""
    highest = float(scores.max())
    return scores / np.float32(highest) if highest > 0 else scores
