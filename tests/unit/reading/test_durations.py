"""Lengths of time are read where one length is written, and left open where something else is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.postmortem.reading.durations import in_words, read_duration
from integration.postmortem.reading.milestones import Moment
from integration.postmortem.reading.spans import Spans
from integration.postmortem.reading.timeline import Entry, Timeline


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("1d 5h 47m", 1787),
        ("0h 07m", 7),
        ("11 Days", 15_840),
        ("54 hours 10 minutes.", 3_250),
        ("279 minutes [^3]", 279),
        ("7h (during support hours 10:00-17:00)", 420),
        ("4h9m", 249),
        ("about 1.5 hours", 90),
        ("1,5 h", 90),
        ("half an hour", 30),
        ("two weeks and 1 day", 21_600),
        ("1:30", 90),
        ("1:30:30 h", 90.5),
        ("**20 min**", 20),
        ("0 minutes", 0),
    ],
)
def test_a_length_of_time_is_read_from(written: str, minutes: float) -> None:
    assert read_duration(written) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "written",
    ["?", "N/A", "", "()", "90", "took 5 minutes", "5 min ago", "5 minutes 3 hours", "5 m 5 m", "3 months", "x" * 999],
)
def test_other_texts_are_no_length_of_time(written: str) -> None:
    assert read_duration(written) is None


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 min"), (260, "4 h 20 min"), (7500, "5 d 5 h"), (1440, "1 d"), (-61, "1 h 1 min")]
)
def test_a_length_is_told_in_its_two_largest_units(minutes: int, words: str) -> None:
    assert in_words(timedelta(minutes=minutes)) == words


@given(st.integers(0, 9_999), st.integers(0, 23), st.integers(0, 59))
def test_what_is_written_in_units_is_read_back(days: int, hours: int, minutes: int) -> None:
    assert read_duration(f"{days}d {hours}h {minutes}m") == timedelta(days=days, hours=hours, minutes=minutes)


def spans(**hours: float) -> Spans:
    start = datetime(2026, 11, 18, tzinfo=UTC)
    return Spans(**{name: start + timedelta(hours=hour) for name, hour in hours.items()})


@pytest.mark.parametrize(
    ("given", "to_detect", "to_resolve", "impact", "undetected"),
    [
        (spans(began=0, detected=5, mitigated=6, resolved=9), 5, 4, 6, 5),
        (spans(began=0, detected=5, resolved=9), 5, 4, 9, 5),
        (spans(began=0, detected=12, resolved=9), 12, None, 9, 9),
        (spans(began=0, detected=5), 5, None, None, 5),
        (spans(began=6, detected=5, resolved=7), None, 2, 1, None),
        (spans(detected=5, resolved=6), None, 1, None, None),
        (spans(), None, None, None, None),
    ],
)
def test_lengths_are_computed_where_both_ends_are_known(
    given: Spans, to_detect: float, to_resolve: float, impact: float, undetected: float
) -> None:
    lengths = (given.to_detect, given.to_resolve, given.impact, given.undetected)
    expected = (to_detect, to_resolve, impact, undetected)
    assert lengths == tuple(None if hours is None else timedelta(hours=hours) for hours in expected)


def test_the_instants_are_those_of_the_timeline() -> None:
    at = datetime(2026, 11, 18, 9, tzinfo=UTC)
    timeline = Timeline(
        (
            Entry("09:00", at, "paged", Moment.DETECTED),
            Entry("09:20", at + timedelta(minutes=20), "", Moment.ACKNOWLEDGED),
        )
    )
    found = Spans.of(timeline)
    assert (found.detected, found.to_acknowledge) == (at, timedelta(minutes=20))
