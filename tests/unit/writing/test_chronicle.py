"""The fold "Timeline" of the status comment: lengths of time in a sentence, the picture, and the table that stands beside it."""

from datetime import UTC, datetime, timedelta

import pytest

from integration.postmortem.reading.milestones import Moment
from integration.postmortem.reading.timeline import Entry, Timeline
from integration.postmortem.writing.chronicle import LONGEST, LONGEST_IN_CHART, MOST_IN_CHART, MOST_ROWS, timeline_fold
from integration.postmortem.writing.tree import Chart, Grid, Tree
from tests.unit.writing.plain import plain

NINE = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


def at(hours, text="", moment=None, until=None):
    end = NINE + timedelta(hours=until) if until is not None else None
    return Entry("", NINE + timedelta(hours=hours), text, moment, moment is not None, until=end)


def fold(*entries, zone="UTC"):
    return timeline_fold(Timeline(entries), zone)


def seen(*entries, zone="UTC"):
    return plain(Tree((fold(*entries, zone=zone),)), unfolded=True).splitlines()


def block(kind, *entries):
    return next(each for each in fold(*entries).blocks if isinstance(each, kind))


def test_without_a_sure_time_there_is_no_fold():
    assert fold() is None
    assert fold(Entry("1.2.26", None, "deployed")) is None


def test_one_entry_makes_a_table_and_no_picture():
    assert seen(at(0, "release 41")) == [
        "> Timeline (1 entry)",
        "| When | What | Moment |",
        "| 2026-11-18 09:00 UTC | release 41 |  |",
    ]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ((at(0, "b", Moment.BEGAN), at(2, "d", Moment.DETECTED)), "Detected after 2 h."),
        ((at(0, "d", Moment.DETECTED), at(1, "a", Moment.ACKNOWLEDGED)), "Taken on 1 h later."),
        (
            (at(0, "b", Moment.BEGAN), at(1, "m", Moment.MITIGATED), at(2, "d", Moment.DETECTED)),
            "Detected after 2 h, people were exposed for 1 h, 1 h of that unnoticed.",
        ),
        (
            (at(0, "b", Moment.BEGAN), at(1, "d", Moment.DETECTED), at(3, "r", Moment.RESOLVED)),
            "Detected after 1 h, resolved 2 h after detection, people were exposed for 3 h.",
        ),
    ],
    ids=["detected", "taken on", "contained before it was noticed", "resolved"],
)
def test_the_lengths_that_are_known_are_said_in_one_sentence(entries, said):
    assert seen(*entries)[1] == said


def test_where_no_length_is_known_none_is_said():
    assert seen(at(0, "x"), at(1, "y"))[1] == "[2026-11-18: 09:00 x, 10:00 y]"


def test_entries_stand_in_order_of_time_by_day_and_in_the_zone_of_the_policy():
    assert seen(at(16, "late"), at(1, "early", until=2), zone="Europe/Berlin") == [
        "> Timeline (2 entries)",
        "[2026-11-18: 11:00 early]",
        "[2026-11-19: 02:00 late]",
        "| When | What | Moment |",
        "| 2026-11-18 11:00 to 2026-11-18 12:00 CET | early |  |",
        "| 2026-11-19 02:00 CET | late |  |",
    ]


def test_long_words_are_cut_and_an_entry_without_words_is_called_by_its_moment():
    long = at(0, "word " * 60)
    assert len(block(Grid, long).rows[0][1][0].text) == LONGEST
    (_, ((_, short), (_, second))) = block(Chart, long, at(1, "", Moment.RESOLVED)).days[0]
    assert len(short) == LONGEST_IN_CHART
    assert second == "resolved"
    assert block(Chart, at(0, "x"), at(1)).days[0][1][1] == ("10:00", "–")


def test_a_picture_keeps_the_moments_and_the_earliest_others():
    entries = (*(at(hour, f"step {hour}") for hour in range(20)), at(21, "over", Moment.RESOLVED))
    drawn = [words for _, day in block(Chart, *entries).days for _, words in day]
    assert drawn == [*(f"step {hour}" for hour in range(MOST_IN_CHART - 1)), "over"]


def test_a_table_that_is_too_long_says_how_many_more_there_are():
    text = seen(*(at(minute / 60, f"step {minute}") for minute in range(MOST_ROWS + 2)))
    assert text[-1] == "2 more entries in the text."
    assert sum(row.startswith("| 2026") for row in text) == MOST_ROWS
