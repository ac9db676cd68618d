"""Whether what was verified still holds: when it is asked, of whom, how it is answered, and what a no leads to."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from integration.postmortem.assessment import Assessment
from integration.postmortem.commands import EnsureOpen, EnsureReply
from integration.postmortem.decisions import Decision
from integration.postmortem.judgement import judge
from integration.postmortem.rules.evidence import ProofState, subject_of
from integration.postmortem.rules.lasting import Asking, Check
from integration.postmortem.writing.lasting import lasting_tree
from mappings.loading import load_texts
from mappings.models import Policy
from tests.builders import (
    ACTION,
    CRITERIA,
    DANA,
    NOW,
    OMAR,
    VIC,
    a_body,
    a_case,
    a_comment,
    a_decision,
    a_memory,
    a_policy,
    a_ref,
    a_ticket,
    an_action,
    an_incident,
    facts,
)
from tests.unit.tracker_of_values import Looked, look, wants_nothing
from tests.unit.writing.plain import plain

VERIFIED_AT = NOW - timedelta(days=31)
CLOSED = {"closed": True, "closed_at": NOW - timedelta(days=30)}
KNOWN = facts({VIC: "write", DANA: "write", OMAR: "write"})


def a_verified_case(comment: str = "", by: Any = OMAR, *, on_ticket: bool = False, **incident: Any) -> Any:
    said = (a_comment(comment, by),) if comment else ()
    ticket = a_ticket(**CLOSED, comments=said if on_ticket else ())
    given = {"body": a_body(), "comments": () if on_ticket else said} | CLOSED | incident
    return a_case(an_incident(**given), ticket)


def remembered(*more: Decision, verified_at: datetime = VERIFIED_AT, **changes: Any) -> Any:
    ticket = a_ticket()
    evidence = a_decision(
        "evidence", DANA, issue=ticket.ref.key, reason="tested", args="tested https://ci.example/1", at=verified_at
    )
    subject = subject_of(DANA.id, "technical", CRITERIA, ACTION, (evidence,))
    verified = a_decision("verify", VIC, issue=ticket.ref.key, subject=subject, at=verified_at, comment_id="78")
    done = frozenset({ticket.ref.key, a_ref().key})
    given = {
        "actions": (an_action(ticket=ticket.ref),),
        "severity": "SEV1",
        "satisfied": done,
        "looked_at": verified_at,
    }
    return a_memory(evidence, verified, *more, **(given | changes))


def looked(case: Any = None, memory: Any = None, now: datetime = NOW, policy: Policy | None = None) -> Looked:
    return look(case or a_verified_case(), KNOWN, memory or remembered(), policy or a_policy(), now)


def questions(found: Looked) -> list[str]:
    return [plain(c.tree) for c in found.commands if isinstance(c, EnsureReply) and c.purpose.startswith("holds:")]


def test_a_month_after_a_verification_it_is_asked_on_the_closed_incident_which_stays_closed() -> None:
    found = looked()
    [asked] = questions(found)
    assert "Does it still hold?" in asked
    assert "Has it happened again since, and does the test still run?" in asked
    assert "`/still-holds <what you checked>`" in asked
    assert not [command for command in found.commands if isinstance(command, EnsureOpen)]
    assert wants_nothing(found, KNOWN, a_policy(), NOW)


@pytest.mark.parametrize(
    ("to", "again", "begins"),
    [
        (None, False, "This was verified on"),
        (None, True, "A reminder, as nobody has said yet"),
        (DANA, False, "@dana: this was verified on"),
        (DANA, True, "@dana: a reminder, as nobody has said yet"),
    ],
)
def test_a_question_to_nobody_by_name_begins_as_a_sentence_does(to: Any, again: bool, begins: str) -> None:
    check = Check("A1", "technical", a_ticket().ref.key, VERIFIED_AT, NOW)
    asking = Asking("holds:2026-11-23", NOW.date(), (check,), to, again)
    assert plain(lasting_tree(asking, (), a_policy())).startswith(begins)


@pytest.mark.parametrize(("severity", "days"), [("SEV1", 30), ("SEV2", 60), ("SEV3", 90)])
def test_the_day_follows_from_the_severity_and_is_the_next_look(severity: str, days: int) -> None:
    case = a_verified_case(severity=severity)
    memory = remembered(verified_at=NOW, severity=severity, looked_at=NOW)
    assessment = judge(case, KNOWN, memory, a_policy(), NOW)
    assert assessment.lasting.now == ()
    assert assessment.next_look is not None
    assert (NOW.date() + timedelta(days=days)) == assessment.lasting.later[0].date()
    due = assessment.lasting.later[0]
    assert [each.day for each in judge(case, KNOWN, memory, a_policy(), due).lasting.now] == [due.date()]


def test_one_reminder_follows_and_no_more() -> None:
    first = looked()
    assert questions(looked(first.case, first.memory, NOW + timedelta(days=5))) == []
    second = looked(first.case, first.memory, NOW + timedelta(days=15))
    [reminder] = questions(second)
    assert "a reminder" in reminder
    assert wants_nothing(second, KNOWN, a_policy(), NOW + timedelta(days=15))
    assert questions(looked(second.case, second.memory, NOW + timedelta(days=60))) == []


def test_who_was_asked_late_is_not_reminded_at_once_and_what_is_long_past_is_not_asked() -> None:
    late = looked(now=NOW + timedelta(days=20))
    assert len(questions(late)) == 1
    assert wants_nothing(late, KNOWN, a_policy(), NOW + timedelta(days=20))
    assert questions(looked(now=NOW + timedelta(days=300))) == []


def answered(comment: str, by: Any = OMAR, **given: Any) -> Looked:
    asked = looked()
    return looked(a_verified_case(comment, by, **given), asked.memory, NOW + timedelta(hours=1))


@pytest.mark.parametrize("comment", ["/still-holds the replay is green", "/still-holds A1 the replay is green"])
@pytest.mark.parametrize("on_ticket", [False, True])
def test_an_answer_settles_it(comment: str, on_ticket: bool) -> None:
    found = answered(comment, on_ticket=on_ticket)
    [decision] = [d for d in found.memory.decisions if d.word == "still-holds"]
    assert decision.accepted
    assert decision.subject == "A1"
    assert questions(looked(found.case, found.memory, NOW + timedelta(days=15))) == []


def test_what_no_longer_holds_is_open_work_again_and_the_incident_stays_closed() -> None:
    found = answered("/no-longer-holds the alert was removed with release 52", by=DANA)
    [view] = found.assessment.actions
    assert view.proof.state is ProofState.LAPSED
    assert "it no longer holds, says" in view.proof.why
    opened = [command.issue for command in found.commands if isinstance(command, EnsureOpen)]
    assert opened == [a_ticket().ref]
    assert wants_nothing(found, KNOWN, a_policy(), NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("comment", "by", "why"),
    [
        ("/still-holds", OMAR, "it needs a word on what you looked at"),
        ("/no-longer-holds A1", OMAR, "it needs a reason"),
        ("/still-holds it is fine", DANA, "whoever owns an action leaves it to somebody else"),
    ],
)
def test_an_answer_needs_a_word_and_somebody_else_than_the_owner(comment: str, by: Any, why: str) -> None:
    [decision] = [d for d in answered(comment, by).memory.decisions if d.word.endswith("holds")]
    assert not decision.accepted
    assert why in decision.reason


def test_before_the_day_nothing_is_asked_and_nothing_needs_an_answer() -> None:
    memory = remembered(verified_at=NOW - timedelta(days=2))
    found = looked(a_verified_case("/still-holds it is fine"), memory)
    [decision] = [d for d in found.memory.decisions if d.word == "still-holds"]
    assert not decision.accepted
    assert "The next question comes on" in decision.reason


def test_what_was_verified_anew_is_asked_anew() -> None:
    no = answered("/no-longer-holds the alert was removed", by=DANA)
    anew_at = NOW + timedelta(days=1)
    [evidence] = [d for d in no.memory.decisions if d.word == "evidence"]
    subject = subject_of(DANA.id, "technical", CRITERIA, ACTION, (evidence,))
    anew = a_decision("verify", VIC, issue=a_ticket().ref.key, subject=subject, at=anew_at, comment_id="80")
    memory = remembered(*[d for d in no.memory.decisions if d.word == "no-longer-holds"], anew)
    assessment: Assessment = judge(a_verified_case(), KNOWN, memory, a_policy(), anew_at)
    assert assessment.actions[0].proof.state is ProofState.VERIFIED
    assert assessment.lasting.later[0].date() == anew_at.date() + timedelta(days=30)


def test_in_public_nothing_is_asked() -> None:
    assert questions(looked(a_verified_case(public=True))) == []


def test_the_days_are_the_mappings() -> None:
    policy = load_texts({"learning.yaml": "effectiveness: {days: {SEV1: 365}}"}).policy
    assert questions(looked(policy=policy)) == []
