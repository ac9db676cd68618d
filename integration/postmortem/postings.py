"""Which texts hold which tokens, and BM25 over them: arrays that grow by appending and are put in order from time to time. Knows nothing of words.

Putting 6 million entries in order takes a second, so what is new waits in a tail that is read as it stands until it is a tenth of the whole.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Numbers = NDArray[np.int32]
K1, B = 1.0, 0.75
LEAST_TAIL, TAIL_SHARE = 1_000, 10


class Postings:
    """Holds texts as bags of tokens, by the position at which each was added."""

    def __init__(self) -> None:
        """Start empty."""
        self._ids: dict[str, int] = {}
        self._lengths: list[int] = []
        self._starts: list[int] = [0]
        # Forward: the tokens of each text, one after the other, those in order first and then those of the tail.
        self._tokens: Numbers = np.empty(0, np.int32)
        self._times: Numbers = np.empty(0, np.int32)
        self._waiting: list[tuple[Numbers, Numbers]] = []
        self._seen: list[int] = []
        # Inverted, of the texts that are in order: for each token the texts that hold it, and how much it says there.
        self._ordered = 0
        self._bounds: NDArray[np.int64] = np.zeros(1, np.int64)
        self._texts: Numbers = np.empty(0, np.int32)
        self._says: Scores = np.empty(0, np.float32)
        self._mean = 1.0

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, tokens: Sequence[str]) -> int:
        """Add a text; return its position."""
        counted = Counter(tokens)
        ids = np.empty(len(counted), np.int32)
        for at, token in enumerate(counted):
            number = self._ids.setdefault(token, len(self._ids))
            if number == len(self._seen):
                self._seen.append(0)
            self._seen[number] += 1
            ids[at] = number
        self._waiting.append((ids, np.fromiter(counted.values(), np.int32, len(counted))))
        self._lengths.append(len(tokens))
        self._starts.append(self._starts[-1] + len(counted))
        return len(self._lengths) - 1

    def settle(self) -> None:
        """Take in what was added since the last time; asked for before scoring."""
        if not self._waiting:
            return
        self._tokens = np.concatenate([self._tokens, *(ids for ids, _ in self._waiting)])
        self._times = np.concatenate([self._times, *(times for _, times in self._waiting)])
        self._waiting.clear()
        if len(self) - self._ordered > max(LEAST_TAIL, self._ordered // TAIL_SHARE):
            self._order()

    def weight(self, token: str) -> float:
        """Return how much a token tells, by its rarity; 0 for one that no text holds."""
        number = self._ids.get(token)
        if number is None:
            return 0.0
        seen = self._seen[number]
        return log(1 + (len(self) - seen + 0.5) / (seen + 0.5))

    def bag(self, position: int) -> dict[int, float]:
        """Return the tokens of a text by number, each with its share of the text."""
        start, end = self._starts[position], self._starts[position + 1]
        length = self._lengths[position] or 1
        return {
            int(token): float(times) / length
            for token, times in zip(self._tokens[start:end], self._times[start:end], strict=True)
        }

    def weight_of(self, number: int) -> float:
        """Return the same as ``weight`` for a token's number."""
        seen = self._seen[number]
        return log(1 + (len(self) - seen + 0.5) / (seen + 0.5))

    def numbered(self, tokens: Mapping[str, float]) -> dict[int, float]:
        """Return weights of tokens under their numbers; those that no text holds are left out."""
        return {self._ids[token]: weight for token, weight in tokens.items() if token in self._ids}

    def scores(self, weights: Mapping[int, float]) -> Scores:
        """Return for each text the sum over its tokens of weight, rarity and what the token says there (BM25)."""
        scores = np.zeros(len(self), np.float32)
        for number, weight in weights.items():
            if number + 1 < len(self._bounds):
                start, end = self._bounds[number], self._bounds[number + 1]
                scores[self._texts[start:end]] += np.float32(weight * self.weight_of(number)) * self._says[start:end]
        if self._ordered < len(self):
            scores[self._ordered :] = self._tail(weights)
        return scores

    def holding(self, numbers: Sequence[int], positions: Sequence[int]) -> list[int]:
        """Return how many of the tokens each of these texts holds."""
        wanted = np.asarray(numbers, np.int32)
        return [int(np.isin(self._tokens[self._starts[at] : self._starts[at + 1]], wanted).sum()) for at in positions]

    def _tail(self, weights: Mapping[int, float]) -> Scores:
        start = self._starts[self._ordered]
        by_number = np.zeros(len(self._seen), np.float32)
        for number, weight in weights.items():
            by_number[number] = weight * self.weight_of(number)
        tokens, owners = self._tokens[start:], self._owners(self._ordered)
        told = by_number[tokens] * self._said(self._times[start:], owners)
        return np.bincount(owners - self._ordered, told, len(self) - self._ordered).astype(np.float32)

    def _owners(self, first: int) -> Numbers:
        starts = np.asarray(self._starts[first:], np.int64)
        counts = starts[1:] - starts[:-1]
        return np.repeat(np.arange(first, len(self), dtype=np.int32), counts)

    def _said(self, times: Numbers, owners: Numbers) -> Scores:
        lengths = np.asarray(self._lengths, np.float32)[owners]
        said = times / (times + K1 * (1 - B + B * lengths / self._mean))
        return said.astype(np.float32)

    def _order(self) -> None:
        self._ordered = len(self)
        self._mean = float(np.mean(self._lengths)) or 1.0
        owners = self._owners(0)
        order = np.argsort(self._tokens, kind="stable")
        self._texts = owners[order]
        self._says = self._said(self._times, owners)[order]
        self._bounds = np.concatenate(
            [np.zeros(1, np.int64), np.cumsum(np.bincount(self._tokens, minlength=len(self._seen)))]
        )
