"""Which earlier texts resemble one: a ranked list, nothing more. A score never says that something happened again; people do.

Tantivy's BM25 over stemmed words, asked a second time with the terms that tell most of the first three hits (relevance feedback), and over
pieces of words, which bears typing mistakes and compounds. The figures are in docs/learning.md; ``python -m benchmarks.recurrence`` prints them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf, log1p

from tantivy import (
    DocAddress,
    Document,
    FieldType,
    Filter,
    Occur,
    Query,
    Schema,
    SchemaBuilder,
    Searcher,
    TextAnalyzerBuilder,
    Tokenizer,
)
from tantivy import Index as Texts

FEEDBACK_FROM, FEEDBACK_TERMS, FEEDBACK = 3, 20, 0.15
PIECES = 0.5
"""How much the pieces of words count beside the words. All chosen on the development set, where neighbouring values differ by noise."""
PIECE = 4
MOST_WITH_PIECES = 5_000
"""Texts of which pieces are kept: they gain a hundredth, and of many texts they cost most of the time."""
LONGEST = 20_000
"""Characters of a text that are read."""
MEMORY = 15_000_000
"""Bytes in which new texts wait to be put in order: the least that Tantivy takes."""
ADDRESS = re.compile(r"https?://\S+")
WORD = re.compile(r"[a-z][a-z0-9]+")
_STOP = frozenset(
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with".split()  # noqa: SIM905
)
_KEY, _AT, _STEMS, _PIECES = "key", "at", "stems", "pieces"
_SPACED = "whitespace"
_COUNTED = "freq"


@dataclass(frozen=True)
class Resemblance:
    """One hit: the key of the text, a score that only orders hits of one question, and how many telling words of the question it holds."""

    key: int
    score: float
    shared: int = 0


@dataclass(frozen=True)
class _Hit:
    key: int
    score: float
    place: DocAddress


class Index:
    """Holds texts under keys, in memory, and ranks them; one that is put again replaces the former. For one thread at a time."""

    def __init__(self) -> None:
        """Start empty. ``version`` is for whoever fills it."""
        self.version = 0
        builder = SchemaBuilder()
        builder.add_integer_field(_KEY, indexed=True, fast=True)
        builder.add_float_field(_AT, indexed=True, fast=True)
        builder.add_text_field(_STEMS, stored=True, tokenizer_name=_SPACED, index_option=_COUNTED)
        builder.add_text_field(_PIECES, tokenizer_name=_SPACED, index_option=_COUNTED)
        self._schema = builder.build()
        self._texts = Texts(self._schema)
        self._texts.config_reader("manual")
        self._writer = self._texts.writer(MEMORY, num_threads=1)
        self._stemmer = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer("english")).build()
        self._keys: set[int] = set()
        self._is_settled = True

    def __len__(self) -> int:
        return len(self._keys)

    def put(self, key: int, text: str, opened_at: datetime | None = None) -> None:
        """Add a text, or replace it. One without an instant is earlier than everything."""
        if key in self._keys:
            self._writer.delete_documents_by_query(_is(self._schema, key))
        self._keys.add(key)
        words = words_of(text)
        document = Document()
        document.add_integer(_KEY, key)
        document.add_float(_AT, opened_at.timestamp() if opened_at else -inf)
        document.add_text(_STEMS, " ".join(self._stems(words)))
        if len(self) <= MOST_WITH_PIECES:
            document.add_text(_PIECES, " ".join(pieces_of(words)))
        self._writer.add_document(document)
        self._is_settled = False

    def search(
        self, text: str, most: int = 5, *, before: datetime | None = None, but_not: int | None = None
    ) -> tuple[Resemblance, ...]:
        """Return at most ``most`` texts that share at least a term, the nearest first; of those as near, the one with the lower key.

        ``before`` leaves out what was opened later, ``but_not`` the text of this key.
        """
        self._settle()
        words = words_of(text)
        asked = Counter(self._stems(words))
        texts = _Texts(self._schema, self._texts.searcher(), before, but_not)
        first = texts.nearest(texts.any_of(_STEMS, asked), FEEDBACK_FROM)
        if not first:
            return ()
        query = texts.any_of(_STEMS, texts.fed_back(asked, first))
        if len(self) <= MOST_WITH_PIECES:
            pieces = texts.any_of(_PIECES, Counter(pieces_of(words)))
            query = _sum((texts.levelled(query), Query.boost_query(texts.levelled(pieces), PIECES)))
        hits = texts.nearest(query, most)
        return tuple(Resemblance(hit.key, hit.score, len(asked.keys() & set(texts.stems(hit)))) for hit in hits)

    def _stems(self, words: Sequence[str]) -> list[str]:
        return self._stemmer.analyze(" ".join(words))

    def _settle(self) -> None:
        """Take in what was put since the last time."""
        if not self._is_settled:
            self._writer.commit()
            self._texts.reload()
            self._is_settled = True


class _Texts:
    """The texts that one question may find, as they are now."""

    def __init__(self, schema: Schema, searcher: Searcher, before: datetime | None, but_not: int | None) -> None:
        self._schema, self._searcher = schema, searcher
        self._limits: list[tuple[Occur, Query]] = []
        if before is not None:
            earlier = Query.range_query(schema, _AT, FieldType.Float, upper_bound=before.timestamp())
            self._limits.append((Occur.Must, Query.const_score_query(earlier, 0.0)))
        if but_not is not None:
            self._limits.append((Occur.MustNot, _is(schema, but_not)))

    def any_of(self, field: str, weights: Mapping[str, float]) -> Query:
        """Ask for texts that hold any of these terms. Nothing is parsed, so no text can break a question."""
        terms = ((Query.term_query(self._schema, field, term, _COUNTED), weight) for term, weight in weights.items())
        return _sum([Query.boost_query(term, weight) for term, weight in terms])

    def nearest(self, query: Query, most: int) -> list[_Hit]:
        """Return the best hits. The order within the index is nobody's, so all that are as near as the last one are compared by key."""
        wanted = most + 1
        hits = self._hits(query, wanted)
        while len(hits) == wanted and hits[-1].score == hits[most - 1].score:
            wanted *= 4
            hits = self._hits(query, wanted)
        return sorted(hits, key=lambda hit: (-hit.score, hit.key))[:most]

    def fed_back(self, asked: Mapping[str, int], first: Sequence[_Hit]) -> dict[str, float]:
        """Return the question's terms mixed with those of the first hits, weighed by their share in the hit and their rarity."""
        total = sum(hit.score for hit in first)
        added: dict[str, float] = defaultdict(float)
        for hit in first:
            stems = self.stems(hit)
            for term, times in Counter(stems).items():
                added[term] += hit.score / total * times / len(stems) * self._rarity(term)
        best = sorted(added.items(), key=lambda each: (-each[1], each[0]))[:FEEDBACK_TERMS]
        everything, mass = sum(asked.values()), sum(weight for _, weight in best)
        mixed = defaultdict(float, {term: (1 - FEEDBACK) * times / everything for term, times in asked.items()})
        for term, weight in best:
            mixed[term] += FEEDBACK * weight / mass
        return mixed

    def levelled(self, query: Query) -> Query:
        """Give the nearest text the score 1, so that two kinds of scores can be added."""
        highest = self._hits(query, 1)
        return Query.boost_query(query, 1 / highest[0].score) if highest else Query.empty_query()

    def stems(self, hit: _Hit) -> list[str]:
        """Return the stemmed words of a text."""
        return str(self._searcher.doc(hit.place)[_STEMS][0]).split()

    def _hits(self, query: Query, most: int) -> list[_Hit]:
        found = self._searcher.search(_within(query, self._limits), most, count=False).hits
        keys = self._searcher.fast_field_values(_KEY, [place for _, place in found])
        return [_Hit(int(key or 0), float(score), place) for (score, place), key in zip(found, keys, strict=True)]

    def _rarity(self, term: str) -> float:
        # Tantivy counts a text that was replaced until it merges it away, so that more can hold a term than there are texts.
        return log1p(self._searcher.num_docs / self._searcher.doc_freq(_STEMS, term))


def nearest_of(texts: Sequence[str]) -> Index:
    """Return an index of texts whose keys are their positions."""
    index = Index()
    for position, text in enumerate(texts):
        index.put(position, text)
    return index


def words_of(text: str) -> list[str]:
    """Return the words that tell something, in lower case: no addresses, numbers or stop words."""
    plain = ADDRESS.sub(" ", text[:LONGEST]).lower()
    return [word for word in WORD.findall(plain) if word not in _STOP]


def pieces_of(words: Sequence[str]) -> list[str]:
    """Return the pieces of four letters of each word, its edges marked."""
    return [f"_{word}_"[n : n + PIECE] for word in words for n in range(max(1, len(word) - 1))]


def _is(schema: Schema, key: int) -> Query:
    return Query.term_query(schema, _KEY, key, "basic")


def _sum(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _within(query: Query, limits: Sequence[tuple[Occur, Query]]) -> Query:
    return Query.boolean_query([(Occur.Must, query), *limits]) if limits else query
