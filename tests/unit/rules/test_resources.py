"""What actions need, what sponsors answer, decisions about what is late, and the one question after a long silence."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from integration.postmortem.commands import EnsureReply
from integration.postmortem.incident import CommentOrigin
from integration.postmortem.judgement import judge
from integration.postmortem.plan import plan
from integration.postmortem.reading.actions import read_actions
from integration.postmortem.reading.markdown import read_markdown
from integration.postmortem.remediation import Need
from integration.work.recording import record_of
from tests.builders import (
    ACTION,
    DANA,
    GINA,
    NOW,
    OPENED,
    SERVICE,
    STAMP,
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
from tests.unit.tracker_of_values import look, wants_nothing

ASKING = (
    "| ID | Action | Owner | Due | Horizon | Kind | Done when | Cause | Needs |\n|---|---|---|---|---|---|---|---|---|\n"
    f"| A1 | {ACTION} | @dana | 2026-11-30 | immediate | technical | no recalled product among 1,000 questions | 1 | {{need}} |\n"
)
SPONSOR = "roles: {executive_sponsors: [vic]}\npeople:\n  vic: {name: Vic, github: vic, github_id: " + VIC.id + "}\n"


def judged(*comments, need="money", on_ticket=True, decisions=(), said=frozenset(), policy=None, now=NOW):
    """Judge a case whose one action needs something, with comments on its ticket or on the incident."""
    incident = an_incident(body=a_body(remediation=ASKING.format(need=need)), comments=() if on_ticket else comments)
    case = a_case(incident, a_ticket(comments=comments if on_ticket else ()))
    memory = a_memory(*decisions, actions=(an_action(),), said=said)
    return judge(case, facts(), memory, policy or a_policy(people=SPONSOR), now, stamp=STAMP)


def state(assessment):
    """Return whether the need of the action is answered, and in which words; ``None`` where it asks for nothing."""
    found = [f for view in assessment.actions for f in view.findings if f.check == "need_answered"]
    return (found[0].passed, found[0].reason) if found else None


@pytest.mark.parametrize(
    ("cell", "need"),
    [
        ("money", Need.MONEY),
        ("a budget of 2,000 EUR", Need.MONEY),
        ("people", Need.PEOPLE),
        ("a licence", Need.TOOL),
        ("", None),
        ("–", None),
        ("money and people", None),
    ],
)
def test_what_a_row_says_it_needs(cell: str, need: Need | None) -> None:
    (row,) = read_actions(read_markdown(f"| Action | Needs |\n|---|---|\n| Do it | {cell} |\n").blocks)
    assert row.needs is need


def test_a_need_can_be_said_in_a_list_as_well() -> None:
    (row,) = read_actions(read_markdown("- A1: Do it\n  - owner: @dana\n  - needs: money\n").blocks)
    assert row.needs is Need.MONEY


@pytest.mark.parametrize("on_ticket", [True, False], ids=["on the ticket", "on the incident"])
@pytest.mark.parametrize(
    ("text", "by", "answered"),
    [
        pytest.param("/fund", VIC, "has granted", id="a sponsor grants it"),
        pytest.param("/fund", GINA, "has granted", id="so may an administrator"),
        pytest.param("/fund", TOM, "nobody has answered", id="nobody else may"),
        pytest.param("/decline not this year", VIC, "has declined", id="a sponsor declines it"),
        pytest.param("/decline", VIC, "nobody has answered", id="not without a reason"),
        pytest.param("/decline <why>", VIC, "nobody has answered", id="a copied line decides nothing"),
    ],
)
def test_a_sponsor_answers_what_an_action_needs(text, by, answered, on_ticket) -> None:
    assert answered in state(judged(a_comment(text, by), on_ticket=on_ticket))[1]


def test_on_the_incident_an_answer_may_name_its_action() -> None:
    assert state(judged(a_comment("/fund A1 two days a month", VIC), on_ticket=False))[0]
    refused = judged(a_comment("/fund A7", VIC), on_ticket=False)
    assert (state(refused)[0], refused.decisions[0].reason.partition(":")[0]) == (False, "no_need")


def test_the_last_answer_holds_and_another_need_is_another_question() -> None:
    granted = a_decision("fund", VIC, subject="A1:money")
    declined = a_decision("decline", VIC, subject="A1:money")
    assert "has declined" in state(judged(decisions=(granted, declined)))[1]
    assert "nobody has answered" in state(judged(need="people", decisions=(granted,)))[1]
    assert state(judged(need="")) is None


def test_what_is_asked_and_answered_is_kept_for_the_review_and_for_trends() -> None:
    granted = a_decision("fund", VIC, subject="A1:money")
    incident = an_incident(body=a_body(remediation=ASKING.format(need="money")))
    case, memory = a_case(incident, a_ticket()), a_memory(granted, actions=(an_action(),))
    assessment = judge(case, facts(), memory, a_policy(), NOW, stamp=STAMP)
    (kept,) = record_of(case, memory, assessment, [], (), STAMP, finished=True).outcomes
    assert (kept.needs, kept.answer, kept.news_at) == ("money", "fund", OPENED)


@pytest.mark.parametrize(
    ("said", "text", "accepted"),
    [
        ({"due:513:2026-11-20:sponsor"}, "/ack moved to the next quarter", True),
        ({"due:513:2026-11-20:owner"}, "/ack done by Friday", True),
        ({"due:513:2026-11-20:reminder"}, "/ack yes", False),
        (set(), "/ack yes", False),
        ({"due:513:2026-11-20:lead"}, "/ack", False),
    ],
    ids=[
        "a sponsor was told",
        "the owner was told",
        "a reminder tells of nothing late",
        "nobody was told",
        "no decision",
    ],
)
def test_a_decision_answers_what_somebody_was_told_is_late(said, text, accepted) -> None:
    (decision,) = judged(a_comment(text, VIC), said=frozenset(said)).decisions
    assert decision.accepted is accepted


def asked(now: datetime, *comments, said=frozenset(), due=date(2027, 3, 1), **changes):
    """Return the purposes of questions after a silence that are wanted at an instant, and when the next judging is."""
    policy = a_policy()
    ticket = a_ticket(due=due, comments=comments, **changes)
    case = a_case(an_incident(body=a_body(a_line(due=due))), ticket)
    memory = a_memory(actions=(replace(an_action(), due=due, row_due=due),), said=said)
    assessment = judge(case, facts(), memory, policy, now, stamp=STAMP)
    wanted = plan(assessment, case, memory, policy, STAMP)
    purposes = [c.purpose for c in wanted if isinstance(c, EnsureReply) and c.purpose.startswith("quiet:")]
    return purposes, assessment.next_look


SILENT = datetime.combine(OPENED.date() + timedelta(days=14), datetime.min.time(), UTC).replace(hour=9)


def test_after_two_weeks_without_a_word_the_owner_is_asked_once() -> None:
    day = SILENT if SILENT.weekday() < 5 else SILENT + timedelta(days=7 - SILENT.weekday())
    before, next_look = asked(day - timedelta(minutes=1))
    assert before == []
    assert next_look is not None and next_look <= day
    (purpose,), _ = asked(day)
    assert purpose == f"quiet:513:{OPENED.date()}"
    assert asked(day + timedelta(days=3), said=frozenset({purpose}))[0] == []


@pytest.mark.parametrize(
    ("by", "origin", "asks"),
    [(TOM, CommentOrigin.PERSON, False), (DANA, CommentOrigin.PERSON, False), (SERVICE, CommentOrigin.OURS, True)],
    ids=["anybody's comment is a word", "so is the owner's", "ours is none"],
)
def test_a_comment_is_news(by, origin, asks) -> None:
    comment = a_comment("It goes on.", by, origin=origin, at=OPENED + timedelta(days=10))
    assert bool(asked(OPENED + timedelta(days=20), comment)[0]) is asks


@pytest.mark.parametrize(
    "changes",
    [{"closed": True}, {"assignees": ()}, {"due": date(2026, 11, 30)}],
    ids=["closed", "no owner", "due before"],
)
def test_nobody_is_asked_about(changes) -> None:
    assert asked(OPENED + timedelta(days=25), **changes)[0] == []


def test_having_asked_nothing_more_is_wanted() -> None:
    policy, now = a_policy(), OPENED + timedelta(days=21)
    ticket = a_ticket(due=date(2027, 3, 1))
    case = a_case(an_incident(body=a_body(remediation=ASKING.format(need="money"))), ticket)
    memory = a_memory(actions=(replace(an_action(), due=ticket.due),), looked_at=now - timedelta(hours=1))
    looked = look(case, facts(), memory, policy, now)
    assert [c for c in looked.commands if isinstance(c, EnsureReply) and c.issue == a_ref(13)]
    assert wants_nothing(looked, facts(), policy, now)
