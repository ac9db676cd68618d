"""Which earlier incidents resemble one: a ranked list over stemmed words and pieces of words."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration.postmortem.nearest import Index, nearest_of, pieces_of, words_of

EARLIER = (
    "Assistant recommends recalled products, because retrieval does not filter on product status",
    "Certificate of the ingress expired and browsers refused the shop",
    "Database migration locked the orders table for an hour",
    "Chatbot quoted an outdated price list",
)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def test_the_incident_that_says_the_same_in_other_forms_of_the_words_comes_first() -> None:
    hits = nearest_of(EARLIER).search("Our second assistant recommended a recalled product")
    assert hits[0].key == 0


def test_what_shares_nothing_with_the_question_is_not_listed() -> None:
    assert nearest_of(EARLIER).search("zygote") == ()


def test_the_list_is_ordered_and_no_longer_than_asked_for() -> None:
    hits = nearest_of(EARLIER).search("the assistant's product retrieval and the price of a product", 2)
    assert len(hits) == 2
    assert hits[0].score >= hits[1].score


def test_what_may_not_match_is_left_out_even_if_it_is_the_same_text() -> None:
    hits = nearest_of(EARLIER).search(f"{EARLIER[0]} {EARLIER[3]}", but_not=0)
    assert [hit.key for hit in hits] == [3]


def test_what_was_opened_later_is_left_out_and_what_has_no_instant_is_earlier() -> None:
    index = Index()
    for key, opened in ((1, NOON), (2, NOON + timedelta(seconds=1)), (3, None)):
        index.put(key, EARLIER[key], opened)
    found = index.search(" ".join(EARLIER), before=NOON)
    assert {hit.key for hit in found} == {1, 3}


def test_a_text_that_is_put_again_is_found_by_its_new_words_alone() -> None:
    index = nearest_of(EARLIER)
    index.search("certificate")
    index.put(1, "Disk of the mail server ran full")
    assert index.search("certificate ingress browsers") == ()
    assert [hit.key for hit in index.search("the mail server's disk")] == [1]
    index.put(1, "")
    assert index.search("the mail server's disk") == ()
    assert len(index) == len(EARLIER)


def test_words_that_stand_in_every_text_find_them_however_often_the_texts_were_put_again() -> None:
    index = nearest_of(EARLIER)
    for time in range(12):
        for key in range(len(EARLIER)):
            index.put(key, f"Incident of the {time}th hour")
        assert len(index.search("incident hour")) == len(EARLIER)


def test_texts_that_are_as_near_come_in_the_order_of_their_keys_however_the_index_grew() -> None:
    index = Index()
    for key in (*range(40, 0, -1), 7, 3, 38):
        index.put(key, "Outage of the payment provider")
        index.search("payment")
    assert [hit.key for hit in index.search("provider outage", 6)] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "text", ['retrieval" OR *:*', "retrieval AND (", "-retrieval +", "stems:retrieval^9 {a TO", "retrieval \\ \x00"]
)
def test_what_looks_like_the_syntax_of_a_query_is_text(text: str) -> None:
    assert [hit.key for hit in nearest_of(EARLIER).search(text)] == [0]


@pytest.mark.parametrize("texts", [(), ("",), ("the and of",), ("", "12 34")])
def test_texts_without_a_word_give_nothing(texts: tuple[str, ...]) -> None:
    assert nearest_of(texts).search("assistant recommends recalled products") == ()


def test_addresses_numbers_and_stop_words_tell_nothing() -> None:
    assert words_of("The 12 errors at https://wiki.example/errors of Shop2") == ["errors", "shop2"]


def test_the_edges_of_a_word_are_in_its_pieces() -> None:
    assert pieces_of(["shop"]) == ["_sho", "shop", "hop_"]


def day(record: dict[str, str]) -> datetime:
    return datetime.fromisoformat(record["date"]).replace(tzinfo=UTC)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus lies beside the project where it is developed")
@pytest.mark.parametrize(("kind", "recall", "first"), [("sre", 0.754, 0.703), ("aiid", 0.491, 0.658)])
def test_the_search_is_better_than_stemmed_bm25_on_the_corpus(kind: str, recall: float, first: float) -> None:
    documents = [json.loads(row) for row in (CORPUS / "recurrence-corpus.jsonl").read_text().splitlines()]
    candidates = [each for each in documents if each["set"] == kind]
    nearest, places = Index(), {each["id"]: place for place, each in enumerate(candidates)}
    for place, each in enumerate(candidates):
        nearest.put(place, each["text"], day(each))
    recalls, ranks = [], []
    for row in (CORPUS / "recurrence-dev.jsonl").read_text().splitlines():
        query = json.loads(row)
        if query["set"] != kind:
            continue
        own = places.get(query["query_id"])
        hits = nearest.search(query["text_early"], len(candidates), before=day(query), but_not=own)
        found, relevant = [candidates[hit.key]["id"] for hit in hits], set(query["relevant"])
        recalls.append(len(relevant & set(found[:5])) / min(5, len(relevant)))
        ranks.append(next((1 / n for n, name in enumerate(found, 1) if name in relevant), 0.0))
    assert sum(recalls) / len(recalls) > recall
    assert sum(ranks) / len(ranks) > first
