"""Scores the search for earlier incidents: ``python -m benchmarks.recurrence CORPUS.jsonl QUERIES.jsonl [--whole]``, and times it: ``--speed N``.

Candidates are incidents of the same set, not later than the query, and not itself. recall@5 is the relevant ones among the first five, out of
min(5, relevant); MRR the mean of one over the rank of the first relevant one. Asked with ``text_early``, what is known when an incident is
opened; with ``--whole`` with the whole text.
"""

import json
import random
import resource
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from integration.postmortem.nearest import Index, nearest_of

DEEP = 2000


def score(corpus: Path, queries: Path, field: str) -> None:
    """Print recall@5 and MRR of each set."""
    documents = [json.loads(row) for row in corpus.read_text().splitlines()]
    asked = [json.loads(row) for row in queries.read_text().splitlines()]
    for kind in sorted({document["set"] for document in documents}):
        candidates = [document for document in documents if document["set"] == kind]
        nearest = Index()
        for place, document in enumerate(candidates):
            nearest.put(place, document["text"], _day(document))
        places = {document["id"]: place for place, document in enumerate(candidates)}
        recalls, ranks = [], []
        for query in (each for each in asked if each["set"] == kind and each["relevant"]):
            hits = nearest.search(query[field], DEEP, before=_day(query), but_not=places.get(query["query_id"]))
            found = [candidates[hit.key]["id"] for hit in hits]
            relevant = set(query["relevant"])
            recalls.append(len(relevant & set(found[:5])) / min(5, len(relevant)))
            ranks.append(next((1 / n for n, name in enumerate(found, 1) if name in relevant), 0.0))
        print(
            f"{kind}: recall@5 {statistics.fmean(recalls):.3f}, MRR {statistics.fmean(ranks):.3f}, {len(recalls)} queries"
        )


def _day(record: dict[str, str]) -> datetime:
    return datetime.fromisoformat(record["date"]).replace(tzinfo=UTC)


def speed(corpus: Path, size: int) -> None:
    """Print how long reading and asking take over ``size`` texts of a title and five actions, mixed from the corpus, and the memory."""
    chance = random.Random(7)
    words = [json.loads(row)["text"].split() for row in corpus.read_text().splitlines()]
    pool = [each[:60] for each in words if len(each) >= 8]
    texts = [
        " ".join(w for part in chance.sample(pool, 3) for w in chance.sample(part, min(20, len(part))))
        for _ in range(size)
    ]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    nearest = nearest_of(texts)
    nearest.search(texts[0])
    built = time.process_time() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    taken = []
    for _ in range(50):
        text = chance.choice(texts)
        began = time.process_time()
        nearest.search(text)
        taken.append((time.process_time() - began) * 1000)
    middle, slow = statistics.median(taken), statistics.quantiles(taken, n=20)[18]
    grew = []
    for key in range(size, size + 20):
        began = time.process_time()
        nearest.put(key, chance.choice(texts))
        nearest.search(texts[key - size])
        grew.append((time.process_time() - began) * 1000)
    print(f"{size} texts: read in {built:.1f} s of processor time, {grown:.0f} MB more")
    print(f"search median {middle:.1f} ms, p95 {slow:.1f} ms; with one text more {statistics.median(grew):.1f} ms")


def main() -> None:
    """Score or time."""
    given = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    if "--speed" in sys.argv:
        speed(Path(given[0]), int(given[1]))
    else:
        score(Path(given[0]), Path(given[1]), "text" if "--whole" in sys.argv else "text_early")


if __name__ == "__main__":
    main()
