"""May this be closed, and if not, what is missing? And in which phase does it stand (DESIGN 5 "Closing")."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integration.postmortem.assessment import Phase
from integration.postmortem.findings import Level
from integration.postmortem.judgement import judge
from integration.postmortem.rules.evidence import risk_subject
from tests.builders import (
    ACTION,
    GINA,
    HERE,
    LED,
    NOW,
    OMAR,
    TOM,
    VIC,
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
)

BODY = a_body()
TEXT = an_incident(body=BODY).body_digest
TECHNICAL = a_decision("approve", VIC, issue=HERE, reason="technical", subject=TEXT)
GOVERNANCE = a_decision("approve", GINA, issue=HERE, reason="governance", subject=TEXT)
APPROVED = (LED, TECHNICAL, GOVERNANCE)
TESTED = a_decision("evidence", OMAR, reason="tested", subject="e1")
NONE_APPLY = a_decision("criteria", TOM, issue=HERE, reason="none")
RISK = a_decision("accept-risk", GINA, reason="2026-12-24", subject=risk_subject(ACTION))


def judged(*decisions, incident=None, tickets=None, policy=None, severity="SEV1", **remembered):
    incident = incident or an_incident(severity, body=BODY)
    given = {"severity": severity, "actions": (an_action(),)} | remembered
    case = a_case(incident, *((a_ticket(),) if tickets is None else tickets))
    return judge(case, facts(), a_memory(*decisions, **given), policy or a_policy(), NOW)


def missing(assessment, gate=0):
    return [(f.check, f.about, f.reason) for f in assessment.gates[gate].missing]


def verification(*decisions):
    case = a_case(None, a_ticket(comments=(a_comment("/verify ran it", VIC),)))
    return judge(case, facts(), a_memory(*decisions, actions=(an_action(),)), a_policy(), NOW).decisions[0]


VERIFIED = verification(TESTED)


@pytest.mark.parametrize(
    ("story", "passed", "check", "reason"),
    [
        ([], False, "evidence", "nothing shows yet that it works"),
        (
            [TESTED],
            False,
            "verification",
            "the evidence is there (on omar's word), nobody independent has looked at it yet",
        ),
        ([TESTED, VERIFIED], True, "evidence", "verified by vic"),
        (
            [TESTED, a_decision("reject", VIC, reason="rejected", args="too few questions")],
            False,
            "evidence",
            "the evidence was not accepted: too few questions",
        ),
        (
            [TESTED, replace(VERIFIED, subject="other")],
            False,
            "verification",
            "the verification lapsed: owner, kind, criteria, description or evidence changed since",
        ),
        ([RISK], True, "evidence", "not done; the risk is accepted until 2026-12-24"),
        (
            [replace(RISK, reason="2026-11-23")],
            False,
            "evidence",
            "the risk was accepted until 2026-11-23, which has passed",
        ),
        ([replace(RISK, subject="other")], False, "evidence", "its risk was accepted for another description"),
    ],
)
def test_a_ticket_may_close_when_its_action_is_proven_or_its_risk_accepted(story, passed, check, reason):
    assessment = judged(*APPROVED, *story)
    ticket_gate = assessment.gates[1]
    assert (ticket_gate.issue.ref, ticket_gate.may_close) == (a_ref(13), passed)
    assert missing(assessment, 1) == ([] if passed else [(check, "Action A1", reason)])
    assert assessment.gates[0].may_close is passed


HOW = "`/verify <what you looked at>` by somebody with write rights who did not work on it"


@pytest.mark.parametrize(
    ("story", "remedy"),
    [
        (
            [],
            f"`/evidence tested <link>` (a test that shows that the failure can no longer happen) by anyone who takes part, then {HOW}",
        ),
        ([TESTED], HOW),
        ([TESTED, replace(VERIFIED, subject="other")], HOW),
        ([replace(RISK, reason="2026-11-23"), TESTED], HOW),
    ],
)
def test_what_is_missing_on_a_ticket_says_what_would_satisfy_it(story, remedy):
    assert [f.remedy for f in judged(*story).gates[1].missing] == [remedy]


@pytest.mark.parametrize(
    ("approvals", "left"),
    [
        ((LED,), [("approval_technical", "not approved yet"), ("approval_governance", "not approved yet")]),
        ((LED, TECHNICAL), [("approval_governance", "not approved yet")]),
        (
            (LED, TECHNICAL, replace(GOVERNANCE, subject="older")),
            [("approval_governance", "it changed after it was approved")],
        ),
        ((LED, TECHNICAL, replace(GOVERNANCE, accepted=False)), [("approval_governance", "not approved yet")]),
        (APPROVED, []),
    ],
)
def test_an_incident_needs_both_approvals_of_the_very_text(approvals, left):
    assessment = judged(*approvals, TESTED, VERIFIED)
    assert [(f.check, f.reason) for f in assessment.gates[0].missing] == left
    assert assessment.phase is (Phase.IN_REVIEW if left else Phase.COMPLETE)


def test_an_approval_of_an_earlier_version_is_bound_to_the_whole_text():
    changed = an_incident(body=BODY, title="Assistant recommends nothing")
    assert len(missing(judged(*APPROVED, TESTED, VERIFIED, incident=changed))) == 2


def test_an_incident_that_only_waits_for_its_actions_is_remediating():
    assessment = judged(*APPROVED)
    assert (assessment.phase, assessment.gates[0].may_close) == (Phase.REMEDIATING, False)


def test_a_policy_may_let_the_incident_close_before_its_actions_while_tickets_stay_gated():
    assessment = judged(*APPROVED, policy=a_policy(remediation="close_incident_when: postmortem_approved"))
    assert [gate.may_close for gate in assessment.gates] == [True, False]


def test_what_is_missing_in_the_text_comes_before_the_approvals_and_the_proof():
    body = a_body(a_line(due=""), lessons="")
    assessment = judged(incident=an_incident(body=body), tickets=(), actions=())
    assert [f.check for f in assessment.gates[0].missing] == [
        "lead_named",
        "section.lessons",
        "action.due",
        "approval_technical",
        "approval_governance",
    ]
    assert assessment.phase is Phase.WRITING


def test_a_row_that_is_incomplete_is_still_writing_though_all_sections_are_there():
    body = a_body(a_line(due=""))
    approved = [replace(d, subject=an_incident(body=body).body_digest) for d in (TECHNICAL, GOVERNANCE)]
    assessment = judged(LED, *approved, incident=an_incident(body=body), tickets=(), actions=())
    assert (assessment.phase, missing(assessment)) == (Phase.WRITING, [("action.due", "Action A1", "it has no date")])


def test_in_a_public_place_no_proof_is_asked_of_actions_that_get_no_ticket():
    assert judged(*APPROVED, incident=an_incident(body=BODY, public=True), tickets=(), actions=()).gates[0].may_close
    assert not judged(*APPROVED, tickets=(), actions=()).gates[0].may_close


def test_a_near_miss_waits_for_its_actions_alone():
    body = a_body(remediation="")
    bare = judged(NONE_APPLY, severity="SEV4", incident=an_incident("SEV4", body=body), tickets=(), actions=())
    assert (bare.phase, bare.gates[0].may_close, bare.due) == (Phase.COMPLETE, True, None)
    waiting = judged(NONE_APPLY, severity="SEV4")
    assert missing(waiting) == [("evidence", "Action A1", "nothing shows yet that it works")]


@pytest.mark.parametrize("severity", ["SEV3", "SEV4"])
def test_what_looks_small_closes_only_after_the_graver_criteria_were_answered(severity):
    asked = ("criteria_answered", "SEV1 and SEV2 criteria", "not answered yet")
    waiting = judged(severity=severity)
    assert asked in missing(waiting)
    assert waiting.phase is Phase.WRITING
    assert asked not in missing(judged(NONE_APPLY, severity=severity))
    ticked = an_incident(severity, body=f"{BODY}\n\n- [x] None of these apply\n")
    assert asked not in missing(judged(severity=severity, incident=ticked))
    waived = a_decision("waive", GINA, issue=HERE, reason="criteria_answered")
    assert asked not in missing(judged(waived, severity=severity))
    assert asked not in missing(judged(severity="SEV1"))


def test_a_waived_finding_no_longer_holds_the_closing_and_names_who_set_it_aside():
    body = a_body(lessons="")
    waived = a_decision("waive", GINA, issue=HERE, reason="section.lessons")
    assessment = judged(LED, waived, incident=an_incident(body=body))
    assert "section.lessons" not in [f.check for f in assessment.gates[0].missing]
    assert [f.waived for f in assessment.findings if f.check == "section.lessons"] == ["gina"]


def test_a_waiver_of_what_passes_changes_nothing_and_a_refused_one_has_no_effect():
    waived = a_decision("waive", GINA, issue=HERE, reason="section.lessons")
    assert not any(f.waived for f in judged(LED, waived).findings)
    refused = judged(LED, replace(waived, accepted=False), incident=an_incident(body=a_body(lessons="")))
    assert "section.lessons" in [check for check, *_ in missing(refused)]


# Phases.

OPEN_BODY = a_body(timeline="- 2026-11-18 09:00 UTC Began: release 41 went out")


@pytest.mark.parametrize(
    ("decisions", "changes", "phase"),
    [
        ((), {}, Phase.RESPONDING),
        ((a_decision("resolved", TOM, issue=HERE),), {}, Phase.WRITING),
        ((a_decision("resolved", TOM, issue=HERE, accepted=False),), {}, Phase.RESPONDING),
        ((), {"closed": True}, Phase.WRITING),
    ],
)
def test_it_is_over_when_somebody_says_so_or_it_was_closed(decisions, changes, phase):
    incident = an_incident(body=OPEN_BODY, **changes)
    assert judged(*decisions, incident=incident, tickets=(), actions=()).phase is phase


def test_it_is_over_when_the_timeline_says_so():
    assert judged(tickets=(), actions=()).phase is Phase.WRITING  # Nobody leads it yet.


def test_while_responding_everything_but_four_questions_is_for_later():
    assessment = judged(incident=an_incident(body=""), tickets=(), actions=())
    now = {f.check for f in assessment.findings if not f.later}
    assert now == {"severity_stated", "lead_named", "client_known", "began_known"}
    assert all(f.later for f in assessment.everything if f.check not in now)


# Deadlines.


@pytest.mark.parametrize(("severity", "hours"), [("SEV1", 48), ("SEV2", 168), ("SEV3", 336), ("SEV4", None), ("", 168)])
def test_the_deadline_runs_from_detection(severity, hours):
    detected = NOW.replace(day=23, hour=14, minute=0)
    assessment = judged(severity=severity, incident=an_incident(severity, body=BODY))
    assert assessment.due == (detected + timedelta(hours=hours) if hours else None)


def test_detection_is_no_later_than_the_opening_of_the_issue():
    body = a_body(timeline="- 2026-11-24 09:00 UTC Detected: on the day after")
    assert judged(incident=an_incident(body=body)).due == an_incident().created_at + timedelta(hours=48)


def late(body, now, **changes):
    case = a_case(an_incident(body=body))
    return judge(case, facts(), a_memory(**changes), a_policy(), now)


def test_lateness_is_said_when_it_has_come_and_not_before():
    due = NOW.replace(day=25, hour=14, minute=0)
    before, after = late(BODY, due - timedelta(seconds=1)), late(BODY, due)
    assert (before.is_overdue, after.is_overdue) == (False, True)
    assert [f.check for f in before.findings if f.check == "in_time"] == []
    (finding,) = [f for f in after.findings if f.check == "in_time"]
    assert (finding.level, finding.reason, finding.later) == (Level.WARN, "it has passed", False)
    assert finding.remedy == "Finish the post-mortem; it is late, and welcome all the same."


def test_while_responding_lateness_can_wait():
    (finding,) = [f for f in late("", NOW + timedelta(days=3)).findings if f.check == "in_time"]
    assert finding.later
