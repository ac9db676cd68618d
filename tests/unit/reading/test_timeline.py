"""Times are read where they are beyond doubt, and left open where they are not."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.postmortem.reading.markdown import read_markdown
from integration.postmortem.reading.moments import read_date, read_stamp, read_zone
from integration.postmortem.reading.timeline import MAX_ENTRIES, Moment, Timeline, read_timeline

DAY = date(2026, 11, 18)


def at(hour: int, minute: int = 0, day: int = 18) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def read(text: str, heading: str = "Timeline", day: date | None = DAY) -> Timeline:
    return read_timeline(read_markdown(text).blocks, UTC, day, heading)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("2026/12/01", date(2026, 12, 1)),
        ("01.12.2026", date(2026, 12, 1)),
        ("1 Dec 2026", date(2026, 12, 1)),
        ("1st of December 2026", date(2026, 12, 1)),
        ("Dec 1, 2026", date(2026, 12, 1)),
        ("1-Dec-2026", date(2026, 12, 1)),
        ("Sept. 30th 2026", date(2026, 9, 30)),
        ("13/02/2026", date(2026, 2, 13)),
        ("02/13/2026", date(2026, 2, 13)),
        ("03/03/2026", date(2026, 3, 3)),
        ("28-07-2017", date(2017, 7, 28)),
        ("2026-12-01 (Tuesday)", date(2026, 12, 1)),
        ("2026-12-01, that is 1 Dec 2026", date(2026, 12, 1)),
        ("01/02/2026", None),
        ("2026-12-01 or 2026-12-02", None),
        ("2026-02-30", None),
        ("20202-01-01", None),
        ("22025-03-18", None),
        ("2026-12-011", None),
        ("next week", None),
        ("", None),
    ],
)
def test_a_date_is_one_day_or_none(written: str, day: date | None) -> None:
    assert read_date(written) == day


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-18 09:00", at(9)),
        ("2026-11-18T09:00:30Z", at(9) + timedelta(seconds=30)),
        ("2026-11-18T09:00:00.123-05:00", at(14)),
        ("2026-11-18 09:00 +02:00", at(7)),
        ("2026-11-18, 9:00 CET", at(8)),
        ("09:00", at(9)),
        ("9:05a alert", at(9, 5)),
        ("3:18 PM", at(15, 18)),
        ("12:00 am", at(0)),
        ("10 p.m.", at(22)),
        ("14h30", at(14, 30)),
        ("09:00-10:00", at(9)),
        ("09:00 UTC+2", at(7)),
        ("11/18 7:27a", at(7, 27)),
        ("Nov 18, 09:00", at(9)),
        ("18th of November 09:00", at(9)),
        ("09:00 TEST", at(9)),
        ("09:00 IST", None),
        ("09:00 Pacific", None),
        ("01/02/2026 09:00", None),
        ("1/2 09:00", None),
        ("22025-03-18 09:36", None),
        ("2026-02-30 09:00", None),
        ("2026-11-18 1600", None),
        ("25:00 2026-11-18", None),
        ("13:00 pm 2026-11-18", None),
    ],
)
def test_a_stamp_is_an_instant_where_day_time_and_zone_are_sure(written: str, instant: datetime | None) -> None:
    stamp = read_stamp(written, DAY)
    assert stamp is not None
    assert stamp.at == instant


@pytest.mark.parametrize("text", ["no time", "took 10 a while", "v1:30", "version 1.12.0", "about 15 users", "12.15"])
def test_other_figures_are_no_stamp(text: str) -> None:
    assert read_stamp(text, DAY) is None


def test_without_a_day_or_a_zone_the_instant_stays_open() -> None:
    for stamp in (read_stamp("09:00", None), read_stamp("09:00", DAY, None), read_stamp("Nov 18 09:00", None)):
        assert stamp is not None
        assert stamp.at is None


def test_a_date_without_a_year_is_the_nearest_one() -> None:
    new_year = read_stamp("Dec 31 23:00", date(2026, 1, 2))
    assert new_year is not None
    assert new_year.day == date(2025, 12, 31)
    leap_day = read_stamp("Feb 29", date(2027, 1, 1))
    assert leap_day is not None
    assert leap_day.day == date(2028, 2, 29)
    never = read_stamp("Feb 30", DAY)
    assert never is not None
    assert never.day is None


def test_the_calendar_has_ends() -> None:
    stamp = read_stamp("0001-01-01 00:00 +14:00")
    assert stamp is not None
    assert stamp.at is None


def test_a_time_far_from_its_date_is_used_but_not_cut_out() -> None:
    stamp = read_stamp("2026-11-18 the team that was on call noticed it at 09:00 CET")
    assert stamp is not None
    assert (stamp.text, stamp.at) == ("2026-11-18", at(8))


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Timeline (CEST)", timezone(timedelta(hours=2))),
        ("All Time in UTC", timezone(timedelta(0))),
        ("times in UTC-03:30", timezone(-timedelta(hours=3, minutes=30))),
        ("all times pacific", None),
        ("UTC and CET", None),
        ("EVENT", UTC),
    ],
)
def test_a_zone_is_named_left_open_or_taken_over(text: str, zone: timezone | None) -> None:
    assert read_zone(text, UTC) == zone


def test_a_list_with_words_gives_entries_and_moments() -> None:
    timeline = read(
        "- 2026-11-12 09:00: faulty release went out\n- 2026-11-17 14:00: first detected by a client\n"
        "- 15:10 rolled back to release 40\n- 18:20: Resolved, the replay was empty"
    )
    assert [entry.text for entry in timeline.entries][:2] == ["faulty release went out", "first detected by a client"]
    assert (timeline.began, timeline.detected) == (at(9, day=12), at(14, day=17))
    assert (timeline.mitigated, timeline.resolved) == (at(15, 10, day=17), at(18, 20, day=17))
    assert timeline.entries[0].line == 1


def test_labels_may_stand_before_the_time() -> None:
    timeline = read(
        "- **Key events**\n  - Fault occurs 2026-11-18 11:45\n  - Team aware 2026-11-18 11:50\n  - Repaired 12:00\n  - Resolved: 2026-11-18 12:07"
    )
    assert (timeline.began, timeline.detected) == (at(11, 45), at(11, 50))
    assert (timeline.mitigated, timeline.resolved) == (at(12), at(12, 7))


def test_a_table_with_columns_is_read_by_them() -> None:
    timeline = read(
        "| Date | Time (CET) | Phase | What happened |\n|---|---|---|---|\n| 2026-11-18 | 10:00 | Began | release 41 |\n"
        "| | 10:30 | Detection | alert |\n| | later | note | unclear |\n| | | | |\n| | 11:00 | Resolved | |"
    )
    assert (timeline.began, timeline.detected, timeline.resolved) == (at(9), at(9, 30), at(10))
    assert [entry.time for entry in timeline.entries] == ["2026-11-18 10:00", "10:30", "later", "11:00"]
    assert timeline.entries[3].text == "Resolved"


def test_a_table_without_known_columns_is_read_by_its_first_cell() -> None:
    timeline = read(
        "| A | B | C |\n|---|---|---|\n| 09:00 | alert fired | by night |\n| x | y | z |\n\n<table><tr></tr></table>"
    )
    assert [(entry.at, entry.text) for entry in timeline.entries] == [(at(9), "alert fired – by night")]


def test_a_table_may_have_its_text_in_columns_of_other_names() -> None:
    timeline = read("| Time | Date | Comment |\n|---|---|---|\n| 09:00 | 2026-11-18 | resolved |")
    assert timeline.resolved == at(9)


def test_headings_with_times_begin_entries_and_days_hold() -> None:
    timeline = read(
        "### 2026-11-17\n\n#### 21:21\n\nStudents report problems.\n\n"
        "More of them wrote by 21:27 on the list.\n\n### Notes\n\n#### 21:39\n\n> quoted\n\nback online",
        day=None,
    )
    assert [(entry.at, entry.text) for entry in timeline.entries] == [
        (at(21, 21, 17), "Students report problems."),
        (at(21, 39, 17), "back online"),
    ]


def test_plain_lines_are_entries_when_they_are_about_their_time() -> None:
    timeline = read(
        "All times in CET.\n12:16 - bad rollout\nAt 15:51 it was noticed\nWe looked for a while and then it was 16:00 for us all\nDetected: 15:00"
    )
    assert [entry.at for entry in timeline.entries] == [at(11, 16), at(14, 51), at(14)]
    assert timeline.entries[1].text == "At 15:51 it was noticed"


def test_midnight_passes_when_the_clock_falls_back_far() -> None:
    timeline = read("- 23:50 began\n- 00:10 detected\n- 00:05 oh, before that\n- 2026-11-18 01:00 resolved")
    assert [entry.at for entry in timeline.entries] == [at(23, 50), at(0, 10, 19), at(0, 5, 19), at(1)]


def test_a_timeline_without_times_still_has_entries() -> None:
    timeline = read("- release went out\n- a client wrote\n  - twice\n- TBD\n-\n- > quoted\n- - nested")
    assert [(entry.time, entry.text) for entry in timeline.entries] == [
        ("", "release went out"),
        ("", "a client wrote"),
        ("", "twice"),
        ("", "nested"),
    ]


def test_a_broken_year_leaves_the_instant_open_and_the_moment_told() -> None:
    timeline = read("- First detected 22025-11-18 09:36\n- 10:00 looked")
    assert timeline.detected is None
    assert timeline.entry(Moment.DETECTED) is not None
    assert timeline.entries[1].at is None


def test_the_zone_of_the_heading_holds() -> None:
    assert read("- 10:00 detected", "Timeline (CET)").detected == at(9)
    assert read("- 10:00 detected", "Incident timeline (all times pacific)").detected is None


def test_a_denial_marks_nothing_and_clear_words_win() -> None:
    assert read("- 09:00 not detected by monitoring\n- 10:00 could have been detected").entry(Moment.DETECTED) is None
    assert read("- 09:00 users reported errors\n- 10:00 detected").detected == at(10)
    assert read("- 09:00 resolved\n- 10:00 it came back\n- 11:00 resolved").resolved == at(11)


def test_a_paragraph_below_an_entry_tells_more_about_it() -> None:
    timeline = read("- 09:00\n\n  Resolved by a restart.\n\n  And more.")
    assert [(entry.text, entry.moment) for entry in timeline.entries] == [("Resolved by a restart.", Moment.RESOLVED)]


def test_further_lines_of_an_item_may_have_times_of_their_own() -> None:
    timeline = read("- 09:00 alert fired\n  09:30 rolled back")
    assert [entry.at for entry in timeline.entries] == [at(9), at(9, 30)]


def test_folds_are_read_but_not_examples() -> None:
    timeline = read(
        "<details><summary>Log</summary>\n\n- 09:00 detected\n\n</details>\n\n"
        "<details><summary>Click for example</summary>\n\n- 10:00 resolved\n\n</details>\n\n```\n11:00 x\n```"
    )
    assert [entry.at for entry in timeline.entries] == [at(9)]


def test_a_flood_of_entries_is_capped() -> None:
    assert len(read("- 09:00 x\n" * (MAX_ENTRIES + 5)).entries) == MAX_ENTRIES


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "2026-11-18",
                "09:00",
                "23:59",
                "Dec 31",
                "1/2/2026",
                "22025-03-18",
                " ",
                "CET",
                "-05:00",
                "resolved",
                "\n- ",
                "\n## ",
                "|",
            ]
        ),
        max_size=20,
    )
)
def test_any_times_are_read_without_a_crash_and_in_utc(pieces: list[str]) -> None:
    for entry in read("- " + " ".join(pieces)).entries:
        assert entry.at is None or entry.at.tzinfo is UTC


def test_a_stretch_has_two_ends_and_one_zone() -> None:
    timeline = read(
        "- 09:00–09:30 CET looked into it\n- 10:00 to 10:20: mitigated\n- 23:50 - 00:10 resolved\n- 12:00 - 13 people came"
    )
    assert [(entry.at, entry.until) for entry in timeline.entries] == [
        (at(8), at(8, 30)),
        (at(10), at(10, 20)),
        (at(23, 50), at(0, 10, 19)),
        (at(12, day=18), None),
    ]
    assert [entry.text for entry in timeline.entries][:2] == ["looked into it", "mitigated"]
    assert (timeline.mitigated, timeline.resolved) == (at(10, 20), at(0, 10, 19))


def test_times_may_be_counted_from_the_first_entry_or_from_the_one_above() -> None:
    timeline = read(
        "- 2026-11-18 09:00 it began\n- +12 min alert fired, detected\n- T+00:30 on-call acknowledged\n"
        "- T+1h 30m rolled back\n- 10 min later: all clear\n- 5 minutes after the release"
    )
    assert [entry.at for entry in timeline.entries] == [at(9), at(9, 12), at(9, 30), at(10, 30), at(10, 40), None]
    assert (timeline.acknowledged, timeline.mitigated) == (at(9, 30), at(10, 30))
    assert timeline.entries[1].text == "alert fired, detected"


def test_what_is_counted_from_nothing_or_beyond_the_calendar_stays_open() -> None:
    assert [entry.at for entry in read("- +5 min detected\n- 5 min later resolved").entries] == [None, None]
    assert read("- 9999-12-31 23:00 began\n- T+3 days detected").detected is None


def test_columns_may_count_from_the_first_row() -> None:
    timeline = read(
        "| Time | Event |\n|---|---|\n| 09:00 | Incident began |\n| +5 min | detected |\n| 1h later | Resolved |"
    )
    assert (timeline.detected, timeline.resolved) == (at(9, 5), at(10, 5))


def test_the_day_of_the_heading_holds_and_is_remembered_with_the_days_below_it() -> None:
    assert read("- 09:00 began", "Timeline 2026-11-17").began == at(9, day=17)
    headed = read("- 2026-11-16 09:00 began\n\n### 2026-11-20\n\n- 10:00 resolved", "Timeline 2026-11-17").headed
    assert headed == ((date(2026, 11, 17), frozenset({date(2026, 11, 16)})),)
