"""Which row is which remembered action; where it is not clear, a person is asked, and nothing is made twice."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.postmortem.reading.normalise import normalise
from integration.postmortem.remediation import ActionRow
from integration.postmortem.rules.matching import match_rows
from tests.builders import an_action

FILTER, ALERT, TEACH = (
    "Filter recalled products at query time",
    "Alert when a recalled product is recommended",
    "Teach the on-call team to read the retriever's log",
)


def known(*actions):
    return tuple(
        an_action(action_id=action_id, description=text, text=normalise(text), ticket=None)
        for action_id, text in actions
    )


def rows(*written):
    return tuple(ActionRow(text, id=action_id) for action_id, text in written)


def pairs(matched):
    """Return (row's text or None, action it is, doubt) of each."""
    return [
        (m.row.description if m.row else None, m.remembered.action_id if m.remembered else m.action_id, m.doubt)
        for m in matched
    ]


@pytest.mark.parametrize(
    ("written", "remembered", "expected"),
    [
        pytest.param(
            [(None, FILTER), (None, ALERT)],
            [],
            [(FILTER, "A1", ""), (ALERT, "A2", "")],
            id="new rows get ids in their order",
        ),
        pytest.param(
            [("A7", FILTER), (None, ALERT)],
            [],
            [(FILTER, "A7", ""), (ALERT, "A8", "")],
            id="an id that people gave is kept and counted on",
        ),
        pytest.param([("a1", FILTER)], [], [(FILTER, "A1", "")], id="ids are compared without case"),
        pytest.param([("7", FILTER)], [], [(FILTER, "A1", "")], id="an id of another form is none"),
        pytest.param(
            [("A2", "Something quite different")],
            [("A2", ALERT)],
            [("Something quite different", "A2", "")],
            id="the id decides though the text is new",
        ),
        pytest.param(
            [(None, FILTER.upper() + "!")],
            [("A1", FILTER)],
            [(FILTER.upper() + "!", "A1", "")],
            id="the same words in other clothes are the same",
        ),
        pytest.param(
            [(None, "Filter recalled items at query time")],
            [("A1", FILTER), ("A2", ALERT)],
            [("Filter recalled items at query time", "A1", ""), (None, "A2", "")],
            id="a rephrased row is the one that it clearly resembles",
        ),
        pytest.param(
            [(None, TEACH)], [("A1", FILTER)], [(TEACH, "A2", ""), (None, "A1", "")], id="what resembles nothing is new"
        ),
        pytest.param(
            [("A3", "Filter recalled items at query time")],
            [("A1", FILTER)],
            [("Filter recalled items at query time", "A3", ""), (None, "A1", "")],
            id="a row with an unknown id of its own is new, however alike",
        ),
        pytest.param(
            [("A3", FILTER)],
            [("A1", FILTER)],
            [(FILTER, "A1", "")],
            id="a renumbered row with the very text is the old action",
        ),
        pytest.param(
            [("A1", FILTER), ("A1", ALERT)],
            [],
            [(FILTER, "row 1", "several rows are called A1"), (ALERT, "row 2", "several rows are called A1")],
            id="an id given twice is in doubt",
        ),
        pytest.param(
            [("A1", ALERT), ("A2", FILTER)],
            [("A1", FILTER), ("A2", ALERT)],
            [
                (ALERT, "row 1", "the id says A1, the text is that of A2"),
                (FILTER, "row 2", "the id says A2, the text is that of A1"),
                (None, "A1", ""),
                (None, "A2", ""),
            ],
            id="swapped ids are in doubt",
        ),
        pytest.param(
            [(None, FILTER), ("A1", TEACH)],
            [("A1", FILTER)],
            [
                (FILTER, "row 1", "its text is that of A1, and row 2 is called so"),
                (TEACH, "row 2", "the id says A1, but row 1 has the text of A1"),
                (None, "A1", ""),
            ],
            id="an id on one row and its text on another are both in doubt",
        ),
        pytest.param(
            [(None, FILTER), (None, FILTER)],
            [],
            [(FILTER, "A1", ""), (FILTER, "row 2", "it says the same as row 1")],
            id="a row said twice is one action",
        ),
        pytest.param(
            [(None, FILTER), ("A1", FILTER)],
            [],
            [(FILTER, "row 1", "it says the same as A1"), (FILTER, "A1", "")],
            id="of two alike the one with an id counts",
        ),
        pytest.param(
            [("A1", FILTER), ("A2", FILTER)],
            [],
            [(FILTER, "A1", ""), (FILTER, "A2", "")],
            id="two ids for one text are two actions, as people say so",
        ),
        pytest.param([(None, "")], [], [("", "A1", "")], id="an empty description is no repetition"),
        pytest.param(
            [("A999", FILTER), (None, ALERT), (None, TEACH)],
            [],
            [(FILTER, "A999", ""), (ALERT, "A1000", ""), (TEACH, "A1001", "")],
            id="ids go on after the highest",
        ),
    ],
)
def test_rows_and_actions_find_each_other(written, remembered, expected):
    assert pairs(match_rows(rows(*written), known(*remembered))) == expected


def test_a_row_that_could_be_either_of_two_actions_is_in_doubt_and_makes_no_ticket():
    both = known(("A1", "Filter recalled products in the shop"), ("A2", "Filter recalled products in the app"))
    matched = match_rows(rows((None, "Filter recalled products in the web")), both)
    assert pairs(matched)[0] == ("Filter recalled products in the web", "row 1", "it could be A1 or A2")
    assert [m.row for m in matched[1:]] == [None, None]


def test_two_rows_that_resemble_one_action_alike_are_both_in_doubt():
    matched = match_rows(
        rows((None, "Filter recalled products in the app"), (None, "Filter recalled products in the web")),
        known(("A1", "Filter recalled products in the shop")),
    )
    assert [m.doubt for m in matched if m.row] == ["it could be A1", "it could be A1"]


def test_an_action_that_several_rows_call_by_its_id_is_given_to_no_other_row_that_resembles_it():
    resembling = "Filter recalled items at query time"
    matched = match_rows(rows((None, resembling), ("A1", FILTER), ("A1", FILTER)), known(("A1", FILTER)))
    assert pairs(matched) == [
        (resembling, "row 1", "it could be A1"),
        (FILTER, "row 2", "several rows are called A1"),
        (FILTER, "row 3", "several rows are called A1"),
        (None, "A1", ""),
    ]


def test_an_action_whose_text_stands_under_the_id_of_another_is_given_to_no_row_that_resembles_it():
    written = rows((None, "recalled"), ("A2", "filter"), (None, "filter recalled"))
    remembered = known(("A1", "filter filter"), ("A2", "recalled recalled"), ("A3", "filter"))
    matched = match_rows(written, remembered)
    assert pairs(matched)[1] == ("filter", "row 2", "the id says A2, the text is that of A3")
    assert [m.remembered.action_id for m in matched if m.row is None] == ["A1", "A2", "A3"]


def test_a_text_that_two_actions_share_does_not_choose_between_them():
    matched = match_rows(rows((None, FILTER)), known(("A1", FILTER), ("A2", FILTER)))
    assert matched[0].doubt == "it could be A1 or A2"


TEXTS = [
    FILTER,
    ALERT,
    TEACH,
    "Add the export's schema to the release checklist",
    "Replay the incident every night against the live index",
    "Move the product status into the search document",
]
VOCABULARY = ["filter", "recalled", "products", "app", "shop", "web", "query", "time", "the", "at", "in", "alert"]
WORDS = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=6).map(" ".join)
WRITTEN = st.lists(st.tuples(st.sampled_from([None, None, "A1", "A2", "A3", "x"]), WORDS), max_size=6)
REMEMBERED = st.lists(WORDS, max_size=5).map(
    lambda texts: [(f"A{number}", text) for number, text in enumerate(texts, start=1)]
)


@given(WRITTEN, REMEMBERED)
def test_no_two_rows_are_one_action_and_no_action_is_lost(written, remembered):
    matched = match_rows(rows(*written), known(*remembered))
    ids = [each.action_id for each in matched]
    assert len(ids) == len(set(ids))
    assert [each.row for each in matched if each.row is not None] == list(rows(*written))
    assert {each.remembered.action_id for each in matched if each.remembered} == {each[0] for each in remembered}
    assert not [each for each in matched if each.doubt and each.remembered]


@given(WRITTEN, REMEMBERED)
def test_what_was_matched_once_is_matched_alike_the_next_time(written, remembered):
    """Once its ticket exists, a row never becomes a second one, whatever is in doubt around it."""
    first = match_rows(rows(*written), known(*remembered))
    after = known(
        *((m.action_id, m.row.description if m.row else m.remembered.description) for m in first if not m.doubt)
    )
    again = match_rows(rows(*written), after)
    assert not [m for m in again if m.row and m.remembered is None and not m.doubt]


@given(st.permutations(range(len(TEXTS))), st.sets(st.integers(0, len(TEXTS) - 1)), st.booleans())
def test_reordering_and_rephrasing_makes_no_new_action(order, rephrased, with_ids):
    remembered = known(*((f"A{number}", text) for number, text in enumerate(TEXTS, start=1)))
    written = []
    for number in order:
        text = TEXTS[number]
        if number in rephrased:
            text = f"Please {text[0].lower()}{text[1:]}, too."
        written.append((f"A{number + 1}" if with_ids else None, text))
    matched = match_rows(rows(*written), remembered)
    assert [m.remembered.action_id for m in matched] == [f"A{number + 1}" for number in order]


def test_the_order_in_which_rows_stand_does_not_decide_who_resembles_whom():
    written = [
        (None, "Filter recalled products when querying"),
        (None, "Filter recalled products at query time in the app"),
    ]
    remembered = known(("A1", FILTER), ("A2", ALERT))
    outcomes = set()
    for seed in range(4):
        shuffled = random.Random(seed).sample(written, 2)
        outcomes.add(frozenset(pairs(match_rows(rows(*shuffled), remembered))))
    assert len({frozenset((text, action) for text, action, doubt in outcome if not doubt) for outcome in outcomes}) == 1
