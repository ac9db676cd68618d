"""What evidence points at: what counts, who may not verify it, and what makes a closed ticket open work again (S10, S20)."""

from datetime import timedelta

import pytest

from integration.postmortem.commands import EnsureOpen, EnsureReply
from integration.postmortem.exhibits import Exhibit, ExhibitKind
from integration.postmortem.judgement import facts_needed, judge
from integration.postmortem.plan import plan
from integration.postmortem.rules.evidence import ProofState, risk_subject
from integration.postmortem.rules.exhibits import file_subject
from tests.builders import (
    ACTION,
    DANA,
    GINA,
    NOW,
    OMAR,
    OPENED,
    VIC,
    a_case,
    a_comment,
    a_decision,
    a_file,
    a_memory,
    a_policy,
    a_ref,
    a_ticket,
    an_action,
    facts,
)

LINK = "https://github.example/acme/shop/pull/7"
TICKET = a_ref(13).key
TESTED = a_decision("evidence", OMAR, reason="tested", subject="e1", args=f"tested {LINK} the replay")
MERGED = Exhibit(ExhibitKind.PULL_REQUEST, pin="abc", authors=frozenset({DANA.id}), at=OPENED)
OPEN = Exhibit(ExhibitKind.PULL_REQUEST, "is not merged yet")
RAN = Exhibit(ExhibitKind.RUN, pin="abc:success", at=OPENED)
FAILED = Exhibit(ExhibitKind.RUN, "did not succeed")
GONE = Exhibit(ExhibitKind.COMMIT, "cannot be found any more", found=False)


def assess(*decisions, seen=None, comments=(), now=NOW, satisfied=(), **ticket):
    """Return assessment, case and memory of a whole post-mortem whose action has this evidence."""
    memory = a_memory(*decisions, actions=(an_action(),), satisfied=frozenset(satisfied))
    case = a_case(None, a_ticket(comments=comments, **ticket))
    given = facts(exhibits={LINK: seen} if seen else {})
    return judge(case, given, memory, a_policy(), now), case, memory


def verify(seen, by=VIC, *decisions, **ticket):
    """Return the decision on ``/verify`` after the evidence, with what was seen of it."""
    said = a_comment("/verify ran it", by)
    (decision,) = assess(*(decisions or (TESTED,)), seen=seen, comments=(said,), **ticket)[0].decisions
    return decision


def proof(*decisions, seen, **changes):
    return assess(*decisions, seen=seen, **changes)[0].actions[0].proof


def test_what_was_looked_up_is_checked_by_the_service_and_what_was_not_is_on_somebodys_word():
    assert proof(TESTED, verify(MERGED), seen=MERGED).sources == "checked by the service"
    assert proof(TESTED, verify(None), seen=None).sources == "on omar's word"
    assessment, _, _ = assess(TESTED, verify(MERGED), seen=MERGED)
    assert assessment.gates[1].may_close


def test_links_of_evidence_given_and_being_given_are_looked_up_and_no_others():
    other = "https://github.example/acme/shop/pull/8"
    comments = (a_comment(f"/evidence tested {other}", OMAR), a_comment("see https://github.example/x/y/pull/1", OMAR))
    memory = a_memory(TESTED, actions=(an_action(),))
    needed = facts_needed(a_case(None, a_ticket(comments=comments)), memory, a_policy())
    assert needed.links == {LINK, other}


def test_a_pull_request_that_is_not_merged_shows_nothing_yet_and_says_so():
    assert proof(TESTED, seen=OPEN).state is ProofState.WANTED
    assert assess(TESTED, seen=OPEN)[0].gates[1].missing[0].reason == "the pull request is not merged yet"
    refused = verify(OPEN)
    assert (refused.accepted, refused.reason.partition(":")[0]) == (False, "evidence_waits")


def test_evidence_at_whose_address_nothing_is_there_is_refused():
    said = a_comment(f"/evidence tested {LINK}", OMAR)
    (decision,) = assess(seen=GONE, comments=(said,))[0].decisions
    assert (decision.accepted, decision.reason.partition(":")[0]) == (False, "not_there")


def test_whoever_made_what_the_evidence_shows_does_not_verify_it():
    by_vic = Exhibit(ExhibitKind.PULL_REQUEST, pin="abc", authors=frozenset({VIC.id}), at=OPENED)
    assert verify(by_vic).reason.partition(":")[0] == "not_independent"
    assert verify(by_vic, GINA).accepted


def test_what_is_older_than_the_incident_shows_nothing():
    old = Exhibit(ExhibitKind.PULL_REQUEST, pin="abc", at=OPENED - timedelta(days=30))
    assert proof(TESTED, seen=old).why == "the pull request is older than the incident"


@pytest.mark.parametrize(
    ("then", "later", "why"),
    [
        (RAN, FAILED, "the run did not succeed"),
        (RAN, Exhibit(ExhibitKind.RUN, pin="def:success", at=OPENED), "the run was changed since"),
        (Exhibit(ExhibitKind.COMMIT, pin="abc"), GONE, "the commit cannot be found any more"),
    ],
)
def test_a_closed_ticket_comes_back_with_the_reason_when_its_evidence_changes(then, later, why):
    verified = verify(then)
    assert verified.accepted
    assessment, case, memory = assess(TESTED, verified, seen=later, closed=True, satisfied={TICKET})
    assert (assessment.actions[0].proof.state, assessment.actions[0].proof.why) == (ProofState.LAPSED, why)
    wanted = [command for command in plan(assessment, case, memory, a_policy()) if command.share.value == "gate"]
    assert [type(command) for command in wanted] == [EnsureReply, EnsureOpen]


@pytest.mark.parametrize(
    ("then", "later"),
    [
        (RAN, Exhibit(ExhibitKind.RUN, "cannot be found any more", found=False)),  # runs are thrown away after weeks
        (RAN, None),  # its repository cannot be read now
        (None, FAILED),  # the mapping lists the repository only since
    ],
)
def test_a_verification_stays_where_nothing_shows_that_its_evidence_changed(then, later):
    assert proof(TESTED, verify(then), seen=later).state is ProofState.VERIFIED


def test_a_ticket_whose_accepted_risk_is_over_is_opened_again_also_after_closing():
    risk = a_decision("accept-risk", GINA, reason="2026-11-24", subject=risk_subject(ACTION))
    until = assess(risk, seen=None, closed=True, satisfied={TICKET})[0]
    assert until.gates[1].may_close
    assert until.next_look is not None
    after, case, memory = assess(risk, seen=None, closed=True, satisfied={TICKET}, now=until.next_look)
    assert any(isinstance(command, EnsureOpen) for command in plan(after, case, memory, a_policy()))


def test_a_file_is_pinned_by_its_id_its_author_does_not_verify_and_taking_it_away_lapses():
    file = a_file("replay.txt", author=VIC)
    given = a_decision(
        "evidence", OMAR, reason="tested", subject=file_subject("tested", file.id), args="tested replay.txt"
    )
    assert verify(None, VIC, given, attachments=(file,)).reason.partition(":")[0] == "not_independent"
    verified = verify(None, GINA, given, attachments=(file,))
    assert proof(given, verified, seen=None, attachments=(file,)).sources == "checked by the service"
    assert proof(given, verified, seen=None).why == "the attachment is not on the ticket any more"
    replaced = a_file("replay.txt", id="32")
    assert proof(given, verified, seen=None, attachments=(replaced,)).state is ProofState.LAPSED
