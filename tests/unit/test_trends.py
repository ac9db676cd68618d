"""Figures become statements that name their denominator, call few what is few, and speak of nobody."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from integration.postmortem.shares import Lengths, Place, Settled
from integration.postmortem.trends import Figures, Window, headline, statements, tables

NOW = datetime(2026, 11, 23, 14, 10, tzinfo=UTC)
OCTOBER = Window(date(2026, 10, 1), date(2026, 10, 31), NOW)
NONE = Settled(0, 0, 0, 0)
UNKNOWN = Lengths((), 0)
QUIET = Figures(OCTOBER, {}, {}, {}, 0, NONE, NONE, UNKNOWN, UNKNOWN, UNKNOWN, (), {})


def figures(**changes: Any) -> Figures:
    return replace(QUIET, **changes)


@pytest.mark.parametrize(
    ("window", "before", "called"),
    [
        (OCTOBER, (date(2026, 9, 1), date(2026, 9, 30)), "October 2026"),
        (Window(date(2026, 1, 1), date(2026, 1, 31), NOW), (date(2025, 12, 1), date(2025, 12, 31)), "January 2026"),
        (Window(date(2026, 2, 1), date(2026, 2, 28), NOW), (date(2026, 1, 1), date(2026, 1, 31)), "February 2026"),
        (
            Window(date(2026, 10, 5), date(2026, 10, 11), NOW),
            (date(2026, 9, 28), date(2026, 10, 4)),
            "2026-10-05 to 2026-10-11",
        ),
        (
            Window(date(2026, 7, 1), date(2026, 9, 30), NOW),
            (date(2026, 4, 1), date(2026, 6, 30)),
            "Q3 2026",
        ),
        (
            Window(date(2026, 2, 1), date(2026, 4, 30), NOW),
            (date(2025, 11, 4), date(2026, 1, 31)),
            "2026-02-01 to 2026-04-30",
        ),
    ],
)
def test_the_window_before_is_as_long_or_the_month_before(
    window: Window, before: tuple[date, date], called: str
) -> None:
    assert (window.before.first, window.before.last) == before
    assert window.called == called


def test_the_headline_counts_near_misses_apart_and_welcomes_more_of_them() -> None:
    now = figures(severities={"SEV1": 2, "SEV2": 9, "SEV4": 4})
    before = figures(window=OCTOBER.before, severities={"SEV2": 9, "SEV4": 1})
    assert headline(now, before) == (
        "October 2026: 11 incidents, 4 near-misses (September 2026: 9 and 1; more near-misses usually means better reporting)"
    )
    assert headline(before, now).endswith("(October 2026: 11 and 4)")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ()),
        ({"categories": {"": (2, 1)}}, ()),
        (
            {"categories": {"data": (6, 4), "code": (3, 3), "": (5, 2)}},
            ("Data is the most frequent category of root cause: 6 of 14 causes.",),
        ),
        (
            {"categories": {"data": (1, 1), "code": (1, 1)}},
            ("No category leads: code and data come first with 1 of 2 (few) causes each.",),
        ),
        (
            {"postmortems": Settled(5, 1, 0, 2)},
            ("5 of 8 post-mortems that fell due were finished in time, 1 later. 2 are not finished yet.",),
        ),
        (
            {"actions": Settled(17, 2, 1, 2)},
            (
                "17 of 22 actions that fell due were verified in time, 2 later. For 1 the risk was accepted until a date. "
                "2 are not verified yet.",
            ),
        ),
        (
            {"actions": Settled(1, 0, 0, 1)},
            ("1 of 2 (few) actions that fell due were verified in time, 0 later. 1 is not verified yet.",),
        ),
        ({"actions": Settled(6, 0, 0, 0)}, ("6 of 6 actions that fell due were verified in time, 0 later.",)),
        (
            {"to_detect": Lengths((600.0, 1200.0, 9000.0), 9)},
            ("Detected after 20 min (median), 1 h (mean); known for 3 of 9 incidents.",),
        ),
        (
            {"waivers": {"summary": 1, "cause_chain": 5}},
            ("6 checks were waived, most often `cause_chain`: 5 of 6. A rule that is often waived may want tuning.",),
        ),
        (
            {"risks": 1, "alone": 2},
            (
                "1 risk was accepted until a date; then the question comes back.",
                "2 verifications and approvals were given by those whose own work it was, and shown as not independent.",
            ),
        ),
        (
            {"severities": {"SEV1": 5, "": 1}, "explained": 4},
            (
                "No root cause is written yet for 2 of 6 incidents and near-misses; they count in no category.",
                "1 of 6 are not classified.",
            ),
        ),
    ],
)
def test_each_statement_names_what_its_share_is_of(changes: dict[str, Any], said: tuple[str, ...]) -> None:
    assert statements(figures(**changes), figures(window=OCTOBER.before)) == said


def test_the_share_before_stands_beside_the_share_now() -> None:
    now, before = (
        figures(categories={"data": (6, 4)}),
        figures(window=OCTOBER.before, categories={"data": (2, 2), "code": (5, 4)}),
    )
    assert statements(now, before) == (
        "Data is the most frequent category of root cause: 6 of 6 causes. In September 2026 it was 2 of 7.",
    )


def test_tables_hold_every_figure_and_those_without_rows_are_left_out() -> None:
    places = (Place("github:acme/shop", 3, 1, 31, 2), Place("github:acme/new", 5, 0, 6))
    now = figures(
        severities={"SEV1": 1, "": 1},
        categories={"data": (2, 1), "": (1, 1)},
        phases={"design": 2},
        places=places,
        risks=2,
    )
    before = figures(severities={"SEV2": 4}, categories={"code": (3, 2)})
    found = {table.title: table.rows for table in tables(now, before)}
    assert found == {
        "Incidents": (("SEV1", "1", "0"), ("SEV2", "0", "4"), ("not classified", "1", "0")),
        "Root causes": (("data", "2", "1", "0"), ("none named", "1", "1", "0"), ("code", "0", "0", "3")),
        "Lifecycle phases": (("design", "2"),),
        "Decisions to know of": (("risks accepted until a date", "2", "0"),),
        "Projects": (
            ("github:acme/shop", "3", "1", "2", "1.5", "31", "2.9 (few)"),
            ("github:acme/new", "5", "0", "0", "not comparable", "6", "not comparable"),
        ),
    }


def test_no_figure_has_a_place_for_a_person() -> None:
    # Whoever adds one has to come by here: figures are of incidents, causes, actions, checks and projects.
    assert list(Figures.__dataclass_fields__) == [
        *("window", "severities", "categories", "phases", "explained", "postmortems", "actions"),
        *(
            "to_detect",
            "to_mitigate",
            "to_resolve",
            "places",
            "waivers",
            "risks",
            "alone",
            "practice",
            "spread",
            "looked_at",
        ),
    ]
