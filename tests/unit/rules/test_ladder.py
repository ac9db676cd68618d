"""Deadlines: who is told what on which day, in tables of (policy, incident, now); and that nothing is late that is not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.postmortem.commands import EnsureReply
from integration.postmortem.judgement import judge
from integration.postmortem.notices import Step
from integration.postmortem.plan import plan
from integration.postmortem.rules.deadlines import judge_deadline
from integration.postmortem.rules.moving import moves_of
from mappings.models import Severity
from tests.builders import (
    DANA,
    DUE,
    GINA,
    NOW,
    OPENED,
    STAMP,
    VIC,
    a_body,
    a_case,
    a_decision,
    a_line,
    a_memory,
    a_policy,
    a_ref,
    a_ticket,
    an_action,
    an_incident,
    facts,
    nothing_remembered,
)

SPONSORED = """
roles:
  executive_sponsors: [gina]
people:
  gina:
    name: Gina
    github: gina
    github_id: 1004
"""
LED = a_decision("lead", VIC, issue=a_ref(12).key, reason="vic", subject=VIC.id, args="@vic")
FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
"""DUE, the 30th of November 2026, is a Monday; the working day before it is this one."""


def told(now, severity="SEV2", *, memory=None, policy=None, ticket=None, decisions=(LED,), looked_at=None):
    """Return (step, people) of every message that is wanted at this instant."""
    policy = policy or a_policy(people=SPONSORED)
    given = {"actions": (an_action(),), "severity": severity, "looked_at": looked_at or now - timedelta(hours=1)}
    memory = memory or a_memory(*decisions, **given)
    case = a_case(an_incident(severity, body=a_body()), ticket or a_ticket())
    assessment = judge(case, facts(), memory, policy, now, stamp=STAMP)
    wanted = plan(assessment, case, memory, policy, STAMP)
    purposes = {command.purpose for command in wanted if isinstance(command, EnsureReply)}
    return [
        (notice.step, tuple(person.handle for person in notice.to))
        for notice in assessment.notices.now
        if notice.action_id and notice.purpose in purposes
    ]


@pytest.mark.parametrize(
    ("now", "severity", "expected"),
    [
        pytest.param(FRIDAY - timedelta(minutes=1), "SEV2", [], id="nothing before the reminder's hour"),
        pytest.param(FRIDAY, "SEV2", [(Step.REMINDER, ("dana",))], id="one reminder on the working day before"),
        pytest.param(datetime(2026, 11, 30, 23, 59, tzinfo=UTC), "SEV2", [], id="nothing is late on its own day"),
        pytest.param(datetime(2026, 12, 1, 8, 59, tzinfo=UTC), "SEV2", [], id="nor before people begin to work"),
        pytest.param(datetime(2026, 12, 1, 9, 0, tzinfo=UTC), "SEV2", [(Step.OWNER, ("dana",))], id="then the owner"),
        pytest.param(datetime(2026, 12, 3, 9, 0, tzinfo=UTC), "SEV2", [(Step.LEAD, ("vic",))], id="then the lead"),
        pytest.param(
            datetime(2026, 12, 7, 9, 0, tzinfo=UTC), "SEV2", [(Step.LEAD, ("vic",))], id="sponsors: in the review"
        ),
        pytest.param(
            datetime(2026, 12, 5, 9, 0, tzinfo=UTC), "SEV1", [(Step.SPONSOR, ("gina",))], id="but of a SEV1 at once"
        ),
    ],
)
def test_each_step_of_the_ladder_is_told_on_its_day(now, severity, expected) -> None:
    looked_at = min(now - timedelta(hours=1), FRIDAY - timedelta(minutes=2)) if expected[:1] else now
    assert told(now, severity, looked_at=looked_at) == expected


def test_a_step_is_told_once_and_the_next_one_on_its_own_day() -> None:
    now = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    said = a_memory(LED, actions=(an_action(),), severity="SEV2", said=frozenset({"due:513:2026-11-30:owner"}))
    assert told(now, memory=said) == []
    assert told(now + timedelta(days=2), memory=said) == [(Step.LEAD, ("vic",))]


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param({"clocks": "holidays: ['2026-12-01']\n"}, id="a holiday"),
        pytest.param({"clocks": "working_days: [mon, wed, thu, fri]\n"}, id="a day on which nobody works"),
    ],
)
def test_nobody_is_told_on_a_day_on_which_nobody_works(policy) -> None:
    rested = a_policy(people=SPONSORED, **policy)
    assert told(datetime(2026, 12, 1, 12, 0, tzinfo=UTC), policy=rested, looked_at=NOW + timedelta(days=5)) == []
    assert told(datetime(2026, 12, 2, 9, 0, tzinfo=UTC), policy=rested) == [(Step.OWNER, ("dana",))]


def test_the_hour_is_that_of_the_projects_own_zone() -> None:
    tokyo = a_policy(people=SPONSORED, clocks="zone: Asia/Tokyo\n")
    assert told(datetime(2026, 12, 1, 0, 0, tzinfo=UTC), policy=tokyo) == [(Step.OWNER, ("dana",))]
    assert told(datetime(2026, 11, 30, 23, 59, tzinfo=UTC), policy=tokyo, looked_at=NOW + timedelta(days=5)) == []


def test_a_closed_ticket_is_nobodys_lateness() -> None:
    assert told(datetime(2026, 12, 9, 9, 0, tzinfo=UTC), ticket=a_ticket(closed=True)) == []


def test_what_waits_for_verification_is_not_the_owners_lateness() -> None:
    evidence = a_decision("evidence", DANA, reason="tested", subject="d1")
    assert told(datetime(2026, 12, 9, 9, 0, tzinfo=UTC), decisions=(LED, evidence)) == []


def test_a_lead_who_owns_the_action_is_told_once() -> None:
    led = replace(LED, subject=DANA.id, reason="dana", args="@dana")
    assert told(datetime(2026, 12, 3, 9, 0, tzinfo=UTC), decisions=(led,)) == [(Step.OWNER, ("dana",))]


@pytest.mark.parametrize(
    ("detected", "taken", "due", "is_eased"),
    [
        pytest.param(timedelta(0), timedelta(0), timedelta(hours=48), False, id="recorded in time"),
        pytest.param(timedelta(0), timedelta(hours=24), timedelta(hours=48), False, id="exactly a day is left"),
        pytest.param(timedelta(0), timedelta(hours=40), timedelta(hours=64), True, id="recorded late: a day from then"),
        pytest.param(timedelta(0), timedelta(days=9), timedelta(days=10), True, id="recorded long after its deadline"),
    ],
)
def test_a_late_recorded_incident_gets_a_day_and_its_true_deadline_stays_known(detected, taken, due, is_eased) -> None:
    memory = a_memory(taken_at=OPENED + taken)
    found = judge_deadline(OPENED + detected, Severity.SEV1, memory, a_policy(), NOW)
    assert (found.due, found.by_clock, found.is_eased) == (OPENED + due, OPENED + timedelta(hours=48), is_eased)


def test_an_incident_seen_for_the_first_time_gets_its_day_from_now() -> None:
    seen = OPENED + timedelta(days=30)
    assert judge_deadline(OPENED, Severity.SEV1, nothing_remembered(), a_policy(), seen).due == seen + timedelta(days=1)


def test_a_late_recorded_incident_is_not_called_late_and_the_true_deadline_is_said() -> None:
    now = OPENED + timedelta(days=20)
    case = a_case(an_incident("SEV1", body=a_body(summary=""), created_at=OPENED))
    first = judge(case, facts(), nothing_remembered(), a_policy(), now, stamp=STAMP)
    assert not first.is_overdue
    assert first.due_by_clock == datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
    later = judge(case, facts(), a_memory(taken_at=now), a_policy(), now + timedelta(days=1), stamp=STAMP)
    assert later.is_overdue
    late = next(finding for finding in later.findings if finding.check == "in_time")
    assert "counted from detection it was 2026-11-25 14:00 UTC" in late.reason


@pytest.mark.parametrize(
    ("days", "due", "later"),
    [
        pytest.param([], DUE, (), id="never moved"),
        pytest.param([DUE], date(2026, 11, 28), (), id="an earlier day is no move"),
        pytest.param([DUE], date(2026, 12, 4), (date(2026, 12, 4),), id="moved once"),
        pytest.param([DUE, date(2026, 12, 4)], DUE, (date(2026, 12, 4),), id="moved back is still once"),
        pytest.param(
            [DUE, date(2026, 12, 4)], date(2026, 12, 9), (date(2026, 12, 4), date(2026, 12, 9)), id="moved twice"
        ),
    ],
)
def test_moves_are_counted_by_later_days(days, due, later) -> None:
    assert moves_of("A1", due, a_memory(dates=tuple(("A1", day) for day in days))).later == later


def test_a_moved_date_asks_for_its_reason_until_there_is_one_and_a_second_move_is_told_to_the_lead() -> None:
    friday = date(2026, 12, 4)
    body = a_body(a_line(due=friday))
    case = a_case(an_incident("SEV2", body=body), a_ticket(due=friday))

    def judged(*decisions, dates=(("A1", DUE),)):
        memory = a_memory(
            LED, *decisions, actions=(an_action(due=friday, row_due=friday),), severity="SEV2", dates=dates
        )
        return judge(case, facts(), memory, a_policy(), NOW, stamp=STAMP)

    once = judged()
    asked = [f for view in once.actions for f in view.findings if f.check == "date_moved"]
    assert [(f.reason, f.passed, f.blocks) for f in asked] == [
        ("its date was moved from 2026-11-30 to 2026-12-04", False, False)
    ]
    assert once.notices.now == ()
    reason = a_decision("moved", DANA, reason="moved", subject="2026-12-04")
    assert not [f for view in judged(reason).actions for f in view.findings if f.check == "date_moved"]
    twice = judged(reason, dates=(("A1", DUE), ("A1", date(2026, 12, 2))))
    assert [(notice.step, notice.to[0].handle) for notice in twice.notices.now] == [(Step.MOVED, "vic")]


def test_the_reminder_of_the_post_mortem_is_said_once_to_its_lead_before_it_is_due() -> None:
    case = a_case(an_incident("SEV1", body=a_body(summary="")))
    due = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
    at = due - timedelta(hours=24)

    def notices(now, **changes):
        memory = a_memory(LED, **({"looked_at": now - timedelta(minutes=5)} | changes))
        return [
            (n.step, n.to[0].handle) for n in judge(case, facts(), memory, a_policy(people=SPONSORED), now).notices.now
        ]

    assert notices(at - timedelta(minutes=1)) == []
    assert notices(at) == [(Step.REMINDER, "vic")]
    assert notices(at + timedelta(hours=1)) == []
    assert notices(due) == [(Step.OWNER, "vic")]
    assert notices(due + timedelta(days=4)) == [(Step.SPONSOR, GINA.handle)]


ZONES = ("UTC", "Asia/Tokyo", "America/Anchorage", "Africa/Cairo", "Pacific/Kiritimati")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@given(
    hours=st.integers(-100, 500),
    zone=st.sampled_from(ZONES),
    working=st.sets(st.sampled_from(WEEK), min_size=1),
    rests=st.sets(st.integers(-3, 15), max_size=8),
    severity=st.sampled_from(("SEV1", "SEV2")),
)
def test_whatever_the_calendar_nobody_is_told_of_lateness_before_the_day_is_over_or_while_nobody_works(
    hours, zone, working, rests, severity
) -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC) + timedelta(hours=hours)
    holidays = sorted(str(DUE + timedelta(days=number)) for number in rests)
    days = ", ".join(day for day in WEEK if day in working)
    policy = a_policy(people=SPONSORED, clocks=f"zone: {zone}\nworking_days: [{days}]\nholidays: {holidays}\n")
    local = now.astimezone(ZoneInfo(zone))
    for step, _ in told(now, severity, policy=policy):
        if step is Step.REMINDER:
            assert local.date() <= DUE
            continue
        # What came on a working morning may be said at any look after it, so that it counts is which day began.
        began = local.date() if local.hour >= 9 else local.date() - timedelta(days=1)
        assert began > DUE
        worked = [DUE + timedelta(days=n) for n in range(1, (began - DUE).days + 1)]
        assert severity == "SEV1" or any(WEEK[day.weekday()] in working and str(day) not in holidays for day in worked)
