"""What proves an action, as a history of decisions on its ticket; and what makes a proof lapse (S10)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from integration.postmortem.judgement import judge
from integration.postmortem.rules.evidence import ProofState, risk_subject
from tests.builders import (
    ACTION,
    DANA,
    GINA,
    NOW,
    OMAR,
    VIC,
    a_body,
    a_case,
    a_comment,
    a_decision,
    a_line,
    a_memory,
    a_policy,
    a_ticket,
    an_action,
    an_incident,
    facts,
)

LINK = "https://ci.example/runs/7"
TESTED = a_decision("evidence", OMAR, reason="tested", subject="e1")
REJECTED = a_decision("reject", VIC, reason="rejected", args="it does not cover the export")


def risk(until, about=ACTION):
    return a_decision("accept-risk", GINA, reason=until, subject=risk_subject(about))


def proof_of(*decisions, body=None, comments=(), action=None, now=NOW, given=None, **ticket):
    """Return the proof of A1 after these decisions and comments."""
    memory = a_memory(*decisions, actions=(action or an_action(),))
    case = a_case(an_incident(body=body or a_body()), a_ticket(comments=comments, **ticket))
    return judge(case, given or facts(), memory, a_policy(), now).actions[0].proof


def verified(*decisions, **changes):
    """Return the decision by which Vic verified A1 after these."""
    memory = a_memory(*decisions, actions=(an_action(),))
    case = a_case(None, a_ticket(comments=(a_comment("/verify ran it", VIC),), **changes))
    (decision,) = judge(case, facts(), memory, a_policy(), NOW).decisions
    assert decision.accepted
    return decision


VERIFIED = verified(TESTED)


@pytest.mark.parametrize(
    ("story", "state", "missing"),
    [
        pytest.param([], ProofState.WANTED, ["tested"], id="nothing was said"),
        pytest.param([TESTED], ProofState.UNVERIFIED, [], id="evidence alone waits for somebody independent"),
        pytest.param([replace(TESTED, accepted=False)], ProofState.WANTED, ["tested"], id="refused evidence is none"),
        pytest.param(
            [replace(TESTED, reason="documented")],
            ProofState.WANTED,
            ["tested"],
            id="evidence of another claim does not do",
        ),
        pytest.param([TESTED, VERIFIED], ProofState.VERIFIED, [], id="evidence and its verification"),
        pytest.param([VERIFIED], ProofState.WANTED, ["tested"], id="a verification without the evidence"),
        pytest.param(
            [TESTED, VERIFIED, a_decision("evidence", OMAR, reason="tested", subject="e2")],
            ProofState.LAPSED,
            [],
            id="evidence after the verification is not covered by it",
        ),
        pytest.param([TESTED, REJECTED], ProofState.REJECTED, ["tested"], id="rejected evidence is to be given anew"),
        pytest.param(
            [TESTED, VERIFIED, REJECTED], ProofState.REJECTED, ["tested"], id="a rejection takes a verification with it"
        ),
        pytest.param(
            [TESTED, VERIFIED, REJECTED, TESTED],
            ProofState.UNVERIFIED,
            [],
            id="the same evidence again is to be looked at again",
        ),
        pytest.param(
            [TESTED, REJECTED, a_decision("evidence", OMAR, reason="tested", subject="e2")],
            ProofState.UNVERIFIED,
            [],
            id="better evidence after a rejection",
        ),
        pytest.param([risk("2026-12-24")], ProofState.RISK_ACCEPTED, [], id="an accepted risk"),
        pytest.param([risk("2026-11-24")], ProofState.RISK_ACCEPTED, [], id="a risk accepted until today"),
        pytest.param([risk("2026-11-23")], ProofState.RISK_EXPIRED, ["tested"], id="a risk accepted until yesterday"),
        pytest.param(
            [risk("2026-12-24", "Something else")], ProofState.RISK_EXPIRED, ["tested"], id="the risk of another action"
        ),
        pytest.param(
            [risk("2026-11-23"), TESTED, VERIFIED],
            ProofState.VERIFIED,
            [],
            id="done after all, when the risk had expired",
        ),
        pytest.param(
            [risk("2026-11-23"), risk("2026-12-24")], ProofState.RISK_ACCEPTED, [], id="a risk accepted once more"
        ),
        pytest.param(
            [replace(risk("2026-12-24"), confirmed=False)],
            ProofState.WANTED,
            ["tested"],
            id="a rebuilt acceptance is unconfirmed",
        ),
    ],
)
def test_how_far_the_proof_is(story, state, missing):
    proof = proof_of(*story)
    assert (proof.state, [claim.id for claim in proof.missing]) == (state, missing)
    assert proof.suffices is (state in (ProofState.VERIFIED, ProofState.RISK_ACCEPTED))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"body": a_body(a_line(owner="@omar")), "assignees": (OMAR,)}, id="owner"),
        pytest.param({"assignees": ()}, id="nobody owns it any more"),
        pytest.param({"body": a_body(a_line(criteria="it feels better"))}, id="criteria"),
        pytest.param({"body": a_body(a_line(action="Filter recalled products some day"))}, id="description"),
        pytest.param({"body": a_body(a_line("A9", "Another thing"))}, id="its row is gone"),
    ],
)
def test_a_verification_lapses_when_what_was_verified_changes(changes):
    assert proof_of(TESTED, VERIFIED).state is ProofState.VERIFIED
    gone = [view.proof for view in _views(TESTED, VERIFIED, **changes) if view.action_id == "A1"]
    assert [proof.state for proof in gone] == [ProofState.LAPSED]
    assert gone[0].why == "owner, kind, criteria, description or evidence changed since"


def test_another_kind_asks_for_another_evidence():
    (view,) = _views(TESTED, VERIFIED, body=a_body(a_line(kind="monitoring")))
    assert (view.proof.state, view.proof.missing[0].id) == (ProofState.WANTED, "detected")


def _views(*decisions, body=None, **ticket):
    memory = a_memory(*decisions, actions=(an_action(),))
    return judge(
        a_case(an_incident(body=body or a_body()), a_ticket(**ticket)), facts(), memory, a_policy(), NOW
    ).actions


def test_blanks_and_a_new_due_date_lapse_nothing():
    body = a_body(a_line(action=ACTION.replace(" ", "  "), due=date(2026, 12, 1)))
    assert proof_of(TESTED, VERIFIED, body=body).state is ProofState.VERIFIED


def test_a_verification_revives_when_what_changed_is_put_back():
    assert proof_of(TESTED, VERIFIED, body=a_body(a_line(criteria="it feels better"))).state is ProofState.LAPSED
    assert proof_of(TESTED, VERIFIED).state is ProofState.VERIFIED


def test_an_accepted_risk_survives_another_date_and_the_loss_of_its_row():
    for body in (a_body(a_line(due=date(2026, 12, 1))), a_body(a_line("A9", "Another thing"))):
        views = _views(risk("2026-12-24"), body=body)
        assert [v.proof.state for v in views if v.action_id == "A1"] == [ProofState.RISK_ACCEPTED]


def test_an_action_without_a_ticket_has_no_proof_whatever_was_said_elsewhere():
    elsewhere = replace(TESTED, issue=an_incident().ref.key)
    case = a_case(an_incident(body=a_body()))
    assert judge(case, facts(), a_memory(elsewhere), a_policy(), NOW).actions[0].proof.state is ProofState.WANTED


def test_somebody_who_owned_the_action_once_cannot_verify_it_after_handing_it_on():
    """Handing it to Omar in the table for one look, so that Dana could verify, frees nobody (S10)."""
    handed_on = an_action(owner_id=OMAR.id, row_owner_id=OMAR.id, owners=frozenset({DANA.id, OMAR.id}))
    given = replace(TESTED, actor=GINA)
    memory = a_memory(given, actions=(handed_on,))
    case = a_case(
        an_incident(body=a_body(a_line(owner="@omar"))),
        a_ticket(assignees=(OMAR,), comments=(a_comment("/verify looked at it", DANA),)),
    )
    (decision,) = judge(case, facts(), memory, a_policy(), NOW).decisions
    assert (decision.accepted, decision.reason.partition(":")[0]) == (False, "not_independent")


def test_a_risk_is_over_when_its_day_is_over_in_utc():
    late = risk("2026-11-24")
    midnight = NOW.replace(hour=0, minute=0) + timedelta(days=1)
    assert proof_of(late, now=midnight - timedelta(seconds=1)).suffices
    assert not proof_of(late, now=midnight).suffices
