"""What is told with ``/note`` and ``/resolved`` becomes part of the timeline, beside what is written (issue 4, "Phases")."""

from datetime import UTC, datetime, timedelta

import pytest

from integration.postmortem.assessment import Phase
from integration.postmortem.judgement import judge
from integration.postmortem.reading.milestones import Moment
from integration.postmortem.writing.chronicle import timeline_fold
from integration.postmortem.writing.tree import Tree
from tests.builders import (
    NOW,
    OPENED,
    TOM,
    VIC,
    a_body,
    a_case,
    a_comment,
    a_memory,
    a_policy,
    an_incident,
    facts,
    nothing_remembered,
)
from tests.unit.writing.plain import plain


def judged(*said, body="", at=OPENED + timedelta(hours=2), by=TOM, policy=None, **changes):
    comments = tuple(
        a_comment(words, by, at=at + timedelta(minutes=number), id=str(900 + number))
        for number, words in enumerate(said)
    )
    case = a_case(an_incident(body=body, comments=comments, **changes))
    return judge(case, facts(), nothing_remembered(), policy or a_policy(), NOW)


def told(*said, **changes):
    return judged(*said, **changes).timeline


def finding(assessment, check):
    return next((f for f in assessment.findings if f.check == check), None)


def rows(assessment):
    text = plain(Tree((timeline_fold(assessment.timeline, "UTC"),)), unfolded=True)
    return [row for row in text.splitlines() if row.startswith("| 2")]


TIMES = [
    # the note, posted at 16:10 UTC on 23 November → when, and the words
    ("/note 09:00 release 41 went out", datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "release 41 went out"),
    ("/note at 09:00: release 41 went out", datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "release 41 went out"),
    ("/note 9:05 am – release 41", datetime(2026, 11, 23, 9, 5, tzinfo=UTC), "release 41"),
    ("/note 23:50 release 41 went out", datetime(2026, 11, 22, 23, 50, tzinfo=UTC), "release 41 went out"),
    ("/note 2026-11-18 09:00 CET release 41", datetime(2026, 11, 18, 8, 0, tzinfo=UTC), "release 41"),
    ("/note 18 Nov 2026 09:00 release 41", datetime(2026, 11, 18, 9, 0, tzinfo=UTC), "release 41"),
    ("/note switched to the old index", datetime(2026, 11, 23, 16, 10, tzinfo=UTC), "switched to the old index"),
    ("/note the job of 09:00 is off", datetime(2026, 11, 23, 16, 10, tzinfo=UTC), "the job of 09:00 is off"),
    ("/note 2026-11-18 release 41 went out", None, "release 41 went out"),
    ("/note 09:00 IST release 41 went out", None, "release 41 went out"),
]


@pytest.mark.parametrize(("note", "at", "words"), TIMES)
def test_a_note_has_the_time_with_which_it_begins_or_that_of_its_comment(note, at, words):
    (entry,) = told(note).entries
    assert (entry.at, entry.text, entry.noted) == (at, words, True)


def test_a_clock_is_that_of_the_zone_of_the_mapping():
    (entry,) = told("/note 09:00 release 41", policy=a_policy(clocks="zone: Europe/Berlin")).entries
    assert entry.at == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


WRITTEN = "## Timeline\n\n- 2026-11-23 13:00 UTC Detected: a customer asked\n- 2026-11-23 15:00 UTC rolled back\n"


def test_notes_stand_among_the_written_entries_in_the_order_of_time():
    assessment = judged("/note 14:00 switched the cache off", "/note 09:00 release 41 went out", body=WRITTEN)
    assert rows(assessment) == [
        "| 2026-11-23 09:00 UTC | release 41 went out | began |",
        "| 2026-11-23 13:00 UTC | Detected: a customer asked | detected |",
        "| 2026-11-23 14:00 UTC | switched the cache off |  |",
        "| 2026-11-23 15:00 UTC | rolled back | mitigated |",
    ]
    assert finding(assessment, "timeline_order") is None


def test_what_was_noted_without_a_sure_time_stands_below_with_the_time_as_written():
    assessment = judged("/note 09:00 IST release 41 went out", "/note 10:00 an alert")
    assert rows(assessment) == ["| 2026-11-23 10:00 UTC | an alert | began |"]
    text = plain(Tree((timeline_fold(assessment.timeline, "UTC"),)), unfolded=True)
    assert text.splitlines()[-1] == "| 09:00 IST | release 41 went out |  |"


def test_notes_alone_are_a_timeline_and_need_not_be_written_again():
    assessment = judged(
        "/note 09:00 release 41 went out",
        "/note 13:00 detected: a customer asked",
        "/note 14:00 switched to the old index",
        "/resolved 15:00 recalled products are filtered",
        body=a_body(timeline=""),
    )
    checks = ("section.timeline", "timeline_began", "timeline_detected", "timeline_steps", "timeline_resolved")
    assert [finding(assessment, check).passed for check in checks] == [True] * 5
    assert finding(assessment, "section.timeline").reason == "4 entries were told in comments"
    assert assessment.spans.to_detect == timedelta(hours=4)
    assert assessment.spans.impact == timedelta(hours=6)


def test_a_single_note_is_counted_in_the_singular_and_the_rest_is_asked_for():
    assessment = judged("/note 13:00 detected: a customer asked", body=a_body(timeline=""))
    assert finding(assessment, "section.timeline").reason == "1 entry was told in a comment"
    assert not finding(assessment, "timeline_resolved").passed


def test_that_it_is_over_is_no_timeline_by_itself():
    assessment = judged("/resolved", body=a_body(timeline=""))
    assert not finding(assessment, "section.timeline").passed
    assert finding(assessment, "timeline_resolved") is None


def test_what_is_written_wins_over_what_was_noted():
    timeline = told("/note 14:00 detected by a colleague", "/resolved 15:30", body=WRITTEN)
    assert timeline.detected == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    assert timeline.resolved == datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    written = WRITTEN + "- 2026-11-23 15:45 UTC Resolved: filtered\n"
    assert told("/resolved 15:30", body=written).resolved == datetime(2026, 11, 23, 15, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("notes", "began"),
    [
        (("/note 09:00 release 41 went out",), 9),
        (("/note 11:00 an alert", "/note 09:00 release 41 went out"), 9),
        (("/note 09:00 a customer reported it",), None),
        (("/note 15:00 release 41 rolled forward",), None),
        (("/note release 41 went out",), None),
        (("/note it began with release 41",), None),
        (("/note 08:00 somebody looked", "/note 09:00 the incident began"), 9),
    ],
)
def test_the_earliest_time_that_was_noted_before_the_opening_is_when_it_began_unless_one_says_so(notes, began):
    assert told(*notes).began == (datetime(2026, 11, 23, began, 0, tzinfo=UTC) if began else None)


def test_a_noted_time_answers_when_it_began_and_a_remark_does_not():
    assert finding(judged("/note 09:00 release 41 went out"), "began_known").passed
    assert finding(judged("/note 2026-11-18 release 41 went out"), "began_known").passed
    assert not finding(judged("/note looking into it"), "began_known").passed


def test_a_note_that_something_was_fixed_does_not_end_the_phase_and_resolved_does():
    assert judged("/note 13:00 fixed the retriever").phase is Phase.RESPONDING
    over = judged("/resolved 13:20 the filter is live")
    assert over.phase is Phase.WRITING
    (entry,) = over.timeline.entries
    assert (entry.at, entry.text, entry.moment) == (
        datetime(2026, 11, 23, 13, 20, tzinfo=UTC),
        "the filter is live",
        Moment.RESOLVED,
    )


def test_the_latest_resolution_holds():
    assert told("/resolved 13:00", "/resolved 15:00").resolved == datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def test_what_was_decided_stays_when_the_zone_of_the_mapping_changes():
    first = judged("/note 09:00 release 41", "/resolved 13:00")
    memory = a_memory(*first.decisions)
    later = judge(a_case(an_incident()), facts(), memory, a_policy(clocks="zone: Asia/Tokyo"), NOW)
    assert [entry.at for entry in later.timeline.entries] == [entry.at for entry in first.timeline.entries]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("/resolved 2026-12-24 10:00", "date: the time lies ahead. Without a time, it is the time of your comment."),
        ("/note 2026-12-24 10:00 x", "date: the time lies ahead. Without a time, it is the time of your comment."),
        ("/resolved 13:20 IST", "form: the time “13:20 IST” is not clear. For example: `/resolved 2026-11-18 13:20 UTC`"),
        ("/resolved 2026-11-18", "form: the time “2026-11-18” is not clear. For example: `/resolved 2026-11-18 13:20 UTC`"),
    ],
)  # fmt: skip
def test_a_time_that_cannot_be_is_asked_about(said, reason):
    (decision,) = judged(said).decisions
    assert (decision.accepted, decision.reason) == (False, reason)


def test_a_note_moves_no_deadline_beyond_the_opening_and_a_noted_detection_counts():
    assert judged("/note 13:00 detected by a monitor").due_by_clock == datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
    assert judged("/note 15:00 detected by a monitor").due_by_clock == OPENED + timedelta(hours=48)


def test_an_approval_is_not_of_the_timeline_so_a_note_voids_none():
    def approved(*said):
        assessment = judged(*said, body=a_body(), by=VIC)
        return finding(assessment, "approval_technical").passed

    assert approved("/note 14:00 switched the cache off", "/approve technical")
    assert approved("/approve technical", "/note 14:00 switched the cache off")
