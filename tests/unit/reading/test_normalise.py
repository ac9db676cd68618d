"""The same words in other clothes are the same; a match is only a match when it is the one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.postmortem.reading.labels import Names
from integration.postmortem.reading.normalise import best_match, contains_words, normalise, similarity


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("**Block** recalled `products`!", "block recalled products"),
        ("See [the run](https://a.b/c)", "see the run"),
        ("Ｆｕｌｌ width, ＣＡＳＥ", "full width case"),
        ("zero\u200bwidth", "zerowidth"),
        ("don't — don’t", "dont dont"),
        ("root_cause", "root cause"),
        ("कि", "कि"),
        ("…", ""),
    ],
)
def test_normalising_keeps_the_words_and_nothing_else(written: str, folded: str) -> None:
    assert normalise(written) == folded


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(max_size=60), st.text(max_size=60))
def test_similarity_is_between_nought_and_one(first: str, second: str) -> None:
    assert 0.0 <= similarity(first, second) <= 1.0


def test_an_edited_sentence_is_more_alike_than_another_one() -> None:
    row = "Block recalled products in retrieval"
    assert similarity(row, "Block all recalled products in the retrieval step") > 0.7
    assert similarity(row, "Train the support team") < 0.4


@pytest.mark.parametrize(
    ("text", "candidates", "meant"),
    [
        pytest.param("Block recalled products", ["Train people", "Block recalled product"], 1, id="the close one"),
        pytest.param(
            "Block recalled products", ["block RECALLED products.", "Block recalled product"], 0, id="the equal one"
        ),
        pytest.param("same", ["same", "same"], None, id="two equal ones are in doubt"),
        pytest.param("Write runbook A", ["Write runbook B", "Write runbook C"], None, id="two close ones are in doubt"),
        pytest.param("Write a runbook", ["Buy a horse"], None, id="none is close"),
        pytest.param("anything", [], None, id="nothing to choose from"),
    ],
)
def test_the_best_match_is_the_one_clear_one(text: str, candidates: list[str], meant: int | None) -> None:
    assert best_match(text, candidates) == meant


def test_words_are_found_whole() -> None:
    assert contains_words("data quality", ("data",))
    assert not contains_words("metadata", ("data",))


NAMES = Names(
    {
        "impact": ("blast radius",),
        "timeline": (),
        "root_causes": ("root cause", "why did it happen"),
        "resolution": ("mitigation",),
        "id": ("#",),
        "empty": ("the",),
    }
)


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        ("Impact", ("impact",)),
        ("🔥 2. User Impact (required):", ("impact",)),
        ("Timeline of events (all times in UTC)", ("timeline",)),
        ("Root Cause(s)", ("root_causes",)),
        ("Root cause 2: the filter is missing", ("root_causes",)),
        ("Why did it happen?", ("root_causes",)),
        ("Mitigation - what we did", ("resolution",)),
        ("Context/Impact/Resolution", ("impact", "resolution")),
        ("III. Timeline", ("timeline",)),
        ("#", ("id",)),
        ("Preventing impacts elsewhere", ()),
        ("User", ()),
        ("", ()),
        ("Impact " * 40, ()),
    ],
)
def test_headings_are_recognised_however_they_are_decorated(heading: str, found: tuple[str, ...]) -> None:
    assert NAMES.find(heading) == found


def test_an_exact_name_may_be_numbered_but_not_extended() -> None:
    assert NAMES.exactly("1) Impact:") == "impact"
    assert NAMES.exactly("User impact") is None
