"""What a timeline says that cannot be true, what looks like a slip of the hand, and what is left alone."""

import pytest

from integration.postmortem.findings import Finding, Level
from integration.postmortem.judgement import judge
from tests.builders import NOW, OPENED, a_body, a_case, a_memory, a_policy, an_incident, facts

BEGAN, DETECTED = "2026-11-18 09:00 UTC Began: release 41", "2026-11-23 14:00 UTC Detected: a customer asked"
RESOLVED = "2026-11-23 18:20 UTC Resolved: filtered"


def found(check: str, *entries: str, heading: str = "Timeline", severity: str = "SEV1") -> list[Finding]:
    """Return the findings of this check on a timeline of these entries."""
    body = a_body(timeline="\n".join(f"- {entry}" for entry in entries)).replace("## Timeline", f"## {heading}")
    case = a_case(an_incident(severity, body=body))
    assessment = judge(case, facts(), a_memory(severity=severity), a_policy(), NOW)
    return [finding for finding in assessment.findings if finding.check == check]


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        (
            (BEGAN, DETECTED, "2026-11-17 18:20 UTC Resolved: filtered"),
            "it was resolved at 2026-11-17 18:20 UTC, it says, before it began at 2026-11-18 09:00 UTC",
        ),
        (
            ("2026-11-23 14:05 UTC Began: release 41", DETECTED, RESOLVED),
            "it was detected at 2026-11-23 14:00 UTC, it says, before it began at 2026-11-23 14:05 UTC",
        ),
        (
            (BEGAN, "2026-11-23 20:00 UTC Mitigated: old index", RESOLVED),
            "it was resolved at 2026-11-23 18:20 UTC, it says, before it was mitigated at 2026-11-23 20:00 UTC",
        ),
        (
            (DETECTED, "2026-11-23 13:00 UTC Acknowledged by the on-call team", RESOLVED),
            "it was acknowledged at 2026-11-23 13:00 UTC, it says, before it was detected at 2026-11-23 14:00 UTC",
        ),
        (
            ("2026-11-24 09:00 UTC Began: release 41",),
            "it began at 2026-11-24 09:00 UTC, it says, after this issue was opened at 2026-11-23 14:10 UTC",
        ),
        (
            (BEGAN, "20202-11-23 14:00 UTC Detected: a customer asked"),
            "the entry “20202-11-23 14:00 UTC Detected: a customer asked” has a year of more than four figures",
        ),
        (
            (BEGAN, "2026-11-23 14:00 - 2026-11-22 15:00 looked into it"),
            "the entry “2026-11-23 14:00 - 2026-11-22 15:00 looked into it” ends before it starts",
        ),
    ],
)
def test_what_cannot_be_true_blocks_with_the_first_of_it_named(entries: tuple[str, ...], reason: str) -> None:
    [finding] = found("timeline_consistent", *entries)
    assert (finding.passed, finding.level, finding.reason) == (False, Level.BLOCK, reason)
    assert finding.remedy == "Put the times right that cannot both be true, so that the durations can be computed."


def test_several_contradictions_are_one_finding() -> None:
    entries = ("2026-11-23 14:05 UTC Began: x", DETECTED, "2026-11-23 13:00 UTC Resolved: filtered")
    [finding] = found("timeline_consistent", *entries)
    assert finding.reason.endswith("before it began at 2026-11-23 14:05 UTC (and 1 more like it)")
    assert found("timeline_consistent", *entries, severity="SEV3")[0].level is Level.WARN


@pytest.mark.parametrize(
    "entries",
    [
        (BEGAN, DETECTED, RESOLVED),
        (BEGAN, "2026-11-23 12:00 UTC Resolved: a restart", DETECTED),
        (BEGAN, "23:50 - 00:10 looked into it", RESOLVED),
    ],
    ids=["in order", "found when it was over", "over midnight"],
)
def test_what_can_be_true_is_left_alone(entries: tuple[str, ...]) -> None:
    assert found("timeline_consistent", *entries) == []


@pytest.mark.parametrize(
    ("entries", "heading", "reasons"),
    [
        (
            (BEGAN, DETECTED),
            "Timeline 2026-10-18",
            ["the heading says 2026-10-18, the entries below it 2026-11-18 to 2026-11-23"],
        ),
        (
            (BEGAN, "09:30 looked"),
            "Timeline 2026-11-19",
            ["the heading says 2026-11-19, the entries below it 2026-11-18"],
        ),
        ((BEGAN, DETECTED), "Timeline 2026-11-20", []),
        (("09:00 Began", "10:00 Detected"), "Timeline 2026-11-20", []),
        (
            (BEGAN, "10:00 a", "11:00 b", "10:30 c", "12:00 d"),
            "Timeline",
            ["the entry “10:30 c” stands below 11:00"],
        ),
        (("2026-11-18 12:00 d", "11:00 c", "10:00 b", "09:00 a"), "Timeline", []),
        (("2026-11-18 09:00 a", "12:00 b", "10:00 c"), "Timeline", []),
    ],
    ids=["another month", "another day", "within", "no other day", "one slip", "newest first", "no order"],
)
def test_what_looks_like_a_slip_is_pointed_out_and_holds_nothing_up(
    entries: tuple[str, ...], heading: str, reasons: list[str]
) -> None:
    findings = found("timeline_order", *entries, heading=heading)
    assert [(finding.level, finding.reason) for finding in findings] == [(Level.ADVISE, each) for each in reasons]


def test_a_detection_later_than_the_opening_is_refused_and_the_deadline_runs_from_the_opening() -> None:
    late = (BEGAN, "2026-11-23 15:00 UTC Detected: a customer asked", RESOLVED)
    [finding] = found("timeline_detected", *late)
    assert (finding.passed, finding.level) == (False, Level.BLOCK)
    assert (
        finding.reason
        == "it was detected at 2026-11-23 15:00 UTC, it says, and this issue was open by 2026-11-23 14:10 UTC"
    )
    assert finding.remedy == "Please write when it was first noticed; until then the deadline runs from the opening."
    body = a_body(timeline="\n".join(f"- {entry}" for entry in late))
    assessment = judge(a_case(an_incident(body=body)), facts(), a_memory(), a_policy(), NOW)
    assert assessment.due is not None
    assert (assessment.due - OPENED).total_seconds() == 48 * 3600


def test_a_detection_in_the_minute_of_the_opening_holds() -> None:
    assert found("timeline_detected", BEGAN, "2026-11-23 14:10 UTC Detected: a customer asked")[0].passed
