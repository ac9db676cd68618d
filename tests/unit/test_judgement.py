"""One case, judged whole: what is asked for beyond it, and when it is to be looked at again without an event."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.postmortem.assessment import Governed, Phase
from integration.postmortem.decisions import Refusal
from integration.postmortem.judgement import judge
from integration.postmortem.plan import plan
from integration.postmortem.rules.evidence import risk_subject
from integration.postmortem.writing.status import status_tree
from mappings.models import Kind, Mode
from tests.builders import (
    ACTION,
    CRITERIA,
    DUE,
    GINA,
    NOW,
    OMAR,
    STAMP,
    STRAY,
    TOM,
    a_body,
    a_case,
    a_comment,
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

RISK = a_decision("accept-risk", GINA, reason="2026-12-24", subject=risk_subject(ACTION))
DEADLINE = datetime(2026, 11, 25, 14, tzinfo=UTC)


def judged(*decisions, incident=None, now=NOW, policy=None, tickets=None, **remembered):
    case = a_case(incident, *((a_ticket(),) if tickets is None else tickets))
    memory = a_memory(*decisions, **({"actions": (an_action(),)} | remembered))
    return judge(case, facts(), memory, policy or a_policy(), now)


def test_a_case_that_is_not_ours_is_not_judged_any_further():
    assessment = judge(a_case(an_incident("", labels=set())), facts(), nothing_remembered(), a_policy(), NOW)
    assert (assessment.governed, assessment.why) == (Governed.NOT_AN_INCIDENT, "no incident label or type")
    assert (assessment.findings, assessment.actions, assessment.gates, assessment.next_look) == ((), (), (), None)
    assert plan(assessment, a_case(), nothing_remembered(), a_policy()) == ()


def test_an_assessment_names_what_it_is_about():
    assessment = judged()
    assert (assessment.case, assessment.kind, assessment.phase) == (a_ref(12), Kind.FULL, Phase.WRITING)
    assert assessment.gate(a_ref(13)).issue.ref == a_ref(13)
    assert assessment.gate(a_ref(99)) is None
    assert [f.check for f in assessment.blocking] == ["lead_named", "approval_technical", "approval_governance"]


def test_judging_is_a_function_of_what_it_is_given():
    assert judged(RISK) == judged(RISK)


def test_the_installations_mode_and_the_policys_stamp_are_those_of_the_look():
    case = a_case(an_incident(comments=(a_comment("/resolved", TOM),)))
    assessment = judge(case, facts(), a_memory(), a_policy(), NOW, mode=Mode.ADVISE, stamp=STAMP)
    assert (assessment.mode, assessment.decisions[0].policy) == (Mode.ADVISE, STAMP)


# When to look again.


@pytest.mark.parametrize(
    ("circumstances", "then"),
    [
        pytest.param({}, DEADLINE, id="the deadline comes first"),
        pytest.param({"now": DEADLINE}, datetime(2026, 11, 27, 9, tzinfo=UTC), id="then the reminder of an action"),
        pytest.param({"now": datetime(2026, 11, 30, 9, tzinfo=UTC)}, datetime(2026, 12, 1, tzinfo=UTC), id="then the day after it is due"),
        pytest.param({"now": datetime(2026, 12, 1, tzinfo=UTC)}, datetime(2026, 12, 1, 9, tzinfo=UTC), id="then the hour at which its owner is told"),
        pytest.param({"now": DEADLINE + timedelta(hours=1), "tickets": (), "actions": (), "incident": an_incident(body="")}, None, id="then nothing"),
        pytest.param({"severity": "SEV4", "incident": an_incident("SEV4", body=""), "tickets": (), "actions": ()}, None, id="a near-miss has no deadline"),
        pytest.param({"decisions": (RISK,), "now": DEADLINE}, datetime(2026, 12, 25, tzinfo=UTC), id="an accepted risk ends with its day"),
        pytest.param({"decisions": (replace(RISK, reason="2026-11-24"),)}, datetime(2026, 11, 25, tzinfo=UTC), id="tonight"),
        pytest.param({"refusals": (Refusal("EnsureOpen:x", "no", NOW + timedelta(hours=2)),)}, NOW + timedelta(hours=2), id="a refused write is tried again"),
        pytest.param({"refusals": (Refusal("EnsureOpen:x", "no", NOW - timedelta(hours=2)),)}, DEADLINE, id="what is past is past"),
    ],
)  # fmt: skip
def test_the_next_look_is_the_earliest_thing_that_turns(circumstances, then):
    assert judged(*circumstances.pop("decisions", ()), **circumstances).next_look == then


def test_due_days_end_where_the_policy_lives():
    berlin = a_policy(clocks="zone: Europe/Berlin")
    assert judged(now=datetime(2026, 11, 30, 12, tzinfo=UTC), policy=berlin).next_look == datetime(
        2026, 11, 30, 23, tzinfo=UTC
    )


DAYS = st.integers(-3, 40).map(lambda days: DUE + timedelta(days=days))
HOURS = st.floats(0, 24 * 40).map(lambda hours: NOW + timedelta(hours=hours))
BODIES = st.builds(
    lambda due, lessons, over: a_body(
        a_line(due=due), lessons=lessons, **({} if over else {"timeline": "- 2026-11-18 09:00 UTC Began: release 41"})
    ),
    DAYS,
    st.sampled_from(["TBD", "Test where the answer leaves the house."]),
    st.booleans(),
)
MEMORIES = st.builds(
    lambda until, lead, refused: a_memory(
        *([replace(RISK, reason=str(until))] if until else []),
        *([a_decision("lead", TOM, issue=a_ref(12).key, reason="tom", subject=TOM.id)] if lead else []),
        actions=(an_action(),),
        refusals=(Refusal("EnsureOpen:acme/shop#13", "no", refused),) if refused else (),
    ),
    st.none() | DAYS,
    st.booleans(),
    st.none() | HOURS,
)


@given(
    BODIES, MEMORIES, st.sampled_from(["SEV1", "SEV2", "SEV3", "SEV4", ""]), HOURS, st.floats(0, 1, exclude_max=True)
)
@settings(deadline=None)
def test_before_the_next_look_nothing_turns_by_itself(body, memory, severity, now, part):
    """Judged at any instant before ``next_look``, the case is the same and the comment says the same."""
    case, policy = a_case(an_incident(severity, body=body), a_ticket()), a_policy()
    # That a review has begun is remembered by the look that finds it.
    memory = replace(memory, severity=severity, in_review_since=now)
    first = judge(case, facts(), memory, policy, now)
    until = first.next_look or now + timedelta(days=400)
    assert until > now
    later = min(now + (until - now) * part, until - timedelta(microseconds=1))
    again = judge(case, facts(), memory, policy, later)
    assert again == first
    assert status_tree(again, case, policy, STAMP) == status_tree(first, case, policy, STAMP)
    assert plan(again, case, memory, policy, STAMP) == plan(first, case, memory, policy, STAMP)


# The values themselves.


def test_issues_are_called_as_people_call_them():
    github, jira = a_ref(12), a_ref(12, "jira")
    assert (github.project, github.short, str(github.key)) == ("acme/shop", "#12", "github:512")
    assert (jira.project, jira.short, str(jira.key)) == ("SHOP", "SHOP-12", "jira:512")


def test_a_case_knows_its_issues_and_its_tickets():
    case = a_case(None, a_ticket())
    assert case.ticket(a_ref(13).key) == a_ticket()
    assert case.ticket(None) is None
    assert [issue.ref for issue in case.issues] == [a_ref(12), a_ref(13)]


def test_a_memory_finds_its_intents_and_its_decisions():
    memory = a_memory(RISK, replace(RISK, accepted=False))
    assert memory.intent("status") is None
    assert memory.decided("accept-risk") == memory.decided("accept-risk", a_ref(13).key) == (RISK,)
    assert memory.decided("accept-risk", a_ref(12).key) == ()


def test_a_stranger_makes_nothing_happen_but_the_waiting_to_be_said():
    """Whatever an outsider writes into the report, only one comment comes of it (S12)."""
    body = a_body(a_line(owner="@omar", criteria=CRITERIA, due=date(2026, 12, 1)))
    incident = an_incident(
        body=body, author=STRAY, closed=True, comments=(a_comment("/verify x\n/approve technical", STRAY),)
    )
    case = a_case(incident, a_ticket(closed=True, assignees=(OMAR,)))
    assessment = judge(case, facts(), nothing_remembered(), a_policy(), NOW)
    assert not any(d.accepted for d in assessment.decisions)
    assert [type(c).__name__ for c in plan(assessment, case, nothing_remembered(), a_policy())] == [
        "EnsureStatusComment"
    ]
