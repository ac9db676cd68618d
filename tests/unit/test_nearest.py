"""Which earlier incidents resemble one: a ranked list over stemmed words and pieces of words."""

import json
from pathlib import Path

import pytest

from integration.postmortem.nearest import nearest_of, pieces_of, words_of

EARLIER = (
    "Assistant recommends recalled products, because retrieval does not filter on product status",
    "Certificate of the ingress expired and browsers refused the shop",
    "Database migration locked the orders table for an hour",
    "Chatbot quoted an outdated price list",
)
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def test_the_incident_that_says_the_same_in_other_forms_of_the_words_comes_first() -> None:
    hits = nearest_of(EARLIER).search("Our second assistant recommended a recalled product")
    assert hits[0].position == 0


def test_what_shares_nothing_with_the_question_is_not_listed() -> None:
    assert nearest_of(EARLIER).search("zygote") == ()


def test_the_list_is_ordered_and_no_longer_than_asked_for() -> None:
    hits = nearest_of(EARLIER).search("the assistant's product retrieval and the price of a product", 2)
    assert len(hits) == 2
    assert hits[0].score >= hits[1].score


def test_what_may_not_match_is_left_out_even_if_it_is_the_same_text() -> None:
    hits = nearest_of(EARLIER).search(EARLIER[0], among=[False, True, True, True])
    assert 0 not in [hit.position for hit in hits]


@pytest.mark.parametrize("texts", [(), ("",), ("the and of",), ("", "12 34")])
def test_texts_without_a_word_give_nothing(texts: tuple[str, ...]) -> None:
    assert nearest_of(texts).search("assistant recommends recalled products") == ()


def test_addresses_numbers_and_stop_words_tell_nothing() -> None:
    assert words_of("The 12 errors at https://wiki.example/errors of Shop2") == ["errors", "shop2"]


def test_the_edges_of_a_word_are_in_its_pieces() -> None:
    assert pieces_of(["shop"]) == [" sho", "shop", "hop "]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus lies beside the project where it is developed")
@pytest.mark.parametrize(("kind", "recall", "first"), [("sre", 0.754, 0.703), ("aiid", 0.491, 0.658)])
def test_the_search_is_better_than_stemmed_bm25_on_the_corpus(kind: str, recall: float, first: float) -> None:
    documents = [json.loads(row) for row in (CORPUS / "recurrence-corpus.jsonl").read_text().splitlines()]
    candidates = [each for each in documents if each["set"] == kind]
    nearest = nearest_of([each["text"] for each in candidates])
    recalls, ranks = [], []
    for row in (CORPUS / "recurrence-dev.jsonl").read_text().splitlines():
        query = json.loads(row)
        if query["set"] != kind:
            continue
        fits = [each["date"] <= query["date"] and each["id"] != query["query_id"] for each in candidates]
        hits = nearest.search(query["text_early"], len(candidates), among=fits)
        found, relevant = [candidates[hit.position]["id"] for hit in hits], set(query["relevant"])
        recalls.append(len(relevant & set(found[:5])) / min(5, len(relevant)))
        ranks.append(next((1 / n for n, name in enumerate(found, 1) if name in relevant), 0.0))
    assert sum(recalls) / len(recalls) > recall
    assert sum(ranks) / len(ranks) > first
