"""What is recorded about a case is what is recalled."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import StatementError

from integration.ledger.ledger import Ledger
from integration.ledger.recall import NEVER
from integration.postmortem.decisions import IntentState, Memory, ProjectMemory, Refusal
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.reading.spans import Spans
from tests.ledger.builders import CASE, DANA, LATER, NOW, VIC, a_decision, a_look, a_ticket, an_action


def test_a_case_never_met_is_empty_and_its_project_governed_never(ledger: Ledger) -> None:
    assert ledger.recall(CASE) == Memory(ProjectMemory("github", "acme/shop", NEVER))
    assert ledger.projects_known("github") == ()
    assert ledger.case_of(CASE.key) is None
    assert ledger.verify_audit().entries == 0


def test_a_look_is_recalled_as_it_was_recorded(ledger: Ledger) -> None:
    refusal = Refusal("labels", "label is too long", LATER)
    record = a_look(
        adopted_digest="b0d1",
        said=frozenset({"reply:reopen:1013:1"}),
        satisfied=frozenset({a_ticket(14).key}),
        reopened=(a_ticket().key,),
        refusals=(refusal,),
    )

    ledger.record_look(CASE, record, NOW)

    assert ledger.recall(CASE) == Memory(
        project=ProjectMemory("github", "acme/shop", NOW),
        governed=True,
        adopted_digest="b0d1",
        severity="SEV1",
        looked_at=NOW,
        actions=(an_action(),),
        said=frozenset({"reply:reopen:1013:1"}),
        reopened={a_ticket().key: 1},
        satisfied=frozenset({a_ticket(14).key}),
        status_comment="9001",
        status_digest="d1",
        refusals=(refusal,),
        taken_at=NOW,
        dates=tuple((action.action_id, action.due) for action in record.actions if action.due),
        mode="enforce",
        kind="full",
    )


def test_the_instants_of_an_incident_are_kept_as_the_latest_look_read_them(ledger: Ledger) -> None:
    assert ledger.spans(CASE.key) == Spans()
    ledger.record_look(CASE, a_look(spans=Spans(NOW, LATER, LATER, LATER, LATER)), NOW)
    assert ledger.spans(CASE.key).to_detect == timedelta(hours=1)
    ledger.record_look(CASE, a_look(spans=Spans(began=NOW)), LATER)
    assert ledger.spans(CASE.key) == Spans(began=NOW)


def test_recording_the_same_look_twice_changes_nothing_and_audits_nothing(ledger: Ledger) -> None:
    record = a_look(reopened=(a_ticket().key,), satisfied=frozenset({CASE.key}), said=frozenset({"hello"}))
    ledger.record_look(CASE, record, NOW)
    memory, entries = ledger.recall(CASE), ledger.verify_audit().entries

    ledger.record_look(CASE, record, NOW)

    assert ledger.recall(CASE) == memory
    assert ledger.verify_audit().entries == entries


def test_what_adds_up_over_looks_is_never_taken_back(ledger: Ledger) -> None:
    ledger.record_look(CASE, a_look(said=frozenset({"a"}), reopened=(CASE.key,), adopted_digest="x"), NOW)
    other = an_action(owner_id=VIC.id, owners=frozenset({VIC.id}))
    second = a_look(
        governed=False,
        actions=(other,),
        said=frozenset({"b"}),
        reopened=(CASE.key,),
        status_comment=None,
        status_digest=None,
        refusals=(),
    )
    ledger.record_look(CASE, second, LATER)

    memory = ledger.recall(CASE)
    assert memory.governed
    assert memory.adopted_digest == "x"
    assert memory.said == {"a", "b"}
    assert memory.reopened == {CASE.key: 2}
    assert memory.actions[0].owner_id == VIC.id
    assert memory.actions[0].owners == {DANA.id, VIC.id}
    assert (memory.status_comment, memory.status_digest) == ("9001", "d1")


def test_a_status_comment_that_is_gone_is_forgotten(ledger: Ledger) -> None:
    ledger.record_look(CASE, a_look(), NOW)
    ledger.record_look(CASE, a_look(status_comment="", status_digest=""), LATER)
    assert (ledger.recall(CASE).status_comment, ledger.recall(CASE).status_digest) == (None, "")


def test_refusals_are_those_of_the_latest_look(ledger: Ledger) -> None:
    ledger.record_look(CASE, a_look(refusals=(Refusal("a", "no", LATER), Refusal("b", "no", LATER))), NOW)
    ledger.record_look(CASE, a_look(refusals=(Refusal("b", "still no", LATER),)), LATER)
    assert ledger.recall(CASE).refusals == (Refusal("b", "still no", LATER),)


def test_a_ticket_leads_to_its_case_and_a_case_to_itself(ledger: Ledger) -> None:
    ledger.record_look(CASE, a_look(tickets=(a_ticket(13), a_ticket(14))), NOW)
    assert ledger.case_of(a_ticket(14).key) == CASE
    assert ledger.case_of(CASE.key) == CASE
    assert ledger.case_of(IssueKey("jira", "500")) is None
    assert ledger.tickets(CASE) == (a_ticket(13), a_ticket(14))


def test_a_ticket_that_is_unlinked_leaves_the_case_but_that_of_a_remembered_action_stays(ledger: Ledger) -> None:
    ledger.record_look(CASE, a_look(tickets=(a_ticket(13), a_ticket(14))), NOW)
    ledger.record_look(CASE, a_look(tickets=(), actions=()), LATER)
    assert ledger.tickets(CASE) == (a_ticket(13),)


def test_of_two_cases_that_claim_a_ticket_the_open_one_has_it_then_the_first(ledger: Ledger) -> None:
    rival = IssueRef(IssueKey("github", "501"), "acme/shop#20")
    ledger.record_look(CASE, a_look(), NOW)
    ledger.record_look(rival, a_look(actions=()), LATER)
    assert ledger.case_of(a_ticket().key) == CASE
    ledger.record_look(CASE, a_look(closed_at=LATER), LATER)
    assert ledger.case_of(a_ticket().key) == rival


def test_a_case_that_was_moved_is_the_same_case_in_another_project(ledger: Ledger) -> None:
    ledger.record_look(CASE, a_look(), NOW)
    moved = IssueRef(CASE.key, "acme/store#3", "https://github.example/acme/store/issues/3")
    ledger.record_look(moved, a_look(), LATER)
    assert ledger.case_of(CASE.key) == moved
    assert ledger.recall(moved).project == ProjectMemory("github", "acme/store", LATER)
    assert ledger.recall(moved).actions == (an_action(),)


def test_a_decision_is_recalled_as_it_was_taken(ledger: Ledger) -> None:
    ledger.remember_decisions(CASE, [a_decision(), a_decision(line=3, accepted=False)], NOW)
    assert ledger.recall(CASE).decisions == (a_decision(), a_decision(line=3, accepted=False))


def test_a_second_different_decision_on_the_same_line_is_ignored(ledger: Ledger) -> None:
    refused = a_decision(accepted=False, reason="not_authorised")
    assert ledger.remember_decisions(CASE, [refused], NOW) == (refused,)
    assert ledger.remember_decisions(CASE, [a_decision()], LATER) == (refused,)
    assert ledger.recall(CASE).decisions == (refused,)
    assert ledger.verify_audit().ok


def test_what_was_decided_on_a_ticket_stays_decided_when_another_case_claims_it(ledger: Ledger) -> None:
    rival = IssueRef(IssueKey("github", "501"), "acme/shop#20")
    refused = a_decision(accepted=False)
    ledger.remember_decisions(CASE, [refused], NOW)
    ledger.record_look(rival, a_look(actions=()), NOW)
    assert ledger.remember_decisions(rival, [a_decision()], LATER) == (refused,)
    assert ledger.recall(rival).decisions == (refused,)


def test_text_that_no_database_can_hold_is_kept_readable(ledger: Ledger) -> None:
    ledger.remember_decisions(CASE, [a_decision(args="a\0b \ud800 c")], NOW)
    assert ledger.recall(CASE).decisions[0].args == "a\N{REPLACEMENT CHARACTER}b ? c"
    assert ledger.verify_audit().ok


def test_an_intent_is_opened_once_and_settled(ledger: Ledger) -> None:
    opened = ledger.open_intent(CASE, "ticket:A1", CASE.key, NOW)
    assert ledger.open_intent(CASE, "ticket:A1", CASE.key, LATER) == opened
    assert ledger.recall(CASE).intent("ticket:A1") == opened

    ledger.settle_intent(CASE, "ticket:A1", IntentState.DONE, "acme/shop#13", LATER, ticket=a_ticket())

    settled = ledger.recall(CASE).intent("ticket:A1")
    assert settled is not None
    assert (settled.state, settled.created, settled.opened_at) == (IntentState.DONE, "acme/shop#13", NOW)
    assert ledger.open_intent(CASE, "ticket:A1", CASE.key, LATER) == settled
    assert ledger.case_of(a_ticket().key) == CASE


def test_an_intent_that_failed_is_open_again_when_it_is_tried_again(ledger: Ledger) -> None:
    ledger.open_intent(CASE, "status", CASE.key, NOW)
    ledger.settle_intent(CASE, "status", IntentState.FAILED, "", NOW)
    again = ledger.open_intent(CASE, "status", CASE.key, LATER)
    assert (again.state, again.opened_at) == (IntentState.OPEN, LATER)
    assert ledger.recall(CASE).intents == (again,)


def test_settling_what_was_never_opened_is_a_mistake(ledger: Ledger) -> None:
    with pytest.raises(LookupError):
        ledger.settle_intent(CASE, "status", IntentState.DONE, "1", NOW)


def test_due_cases_come_longest_due_first_and_can_be_postponed(ledger: Ledger) -> None:
    cases = [IssueRef(IssueKey("github", str(n)), f"acme/shop#{n}") for n in range(3)]
    for hours, case in enumerate(cases):
        ledger.record_look(case, a_look(next_look=NOW + timedelta(hours=2 - hours), tickets=(), actions=()), NOW)
    assert ledger.due_cases(NOW + timedelta(hours=1), 10) == (cases[2], cases[1])
    assert ledger.due_cases(NOW + timedelta(hours=1), 1) == (cases[2],)
    ledger.postpone(cases[2], NOW + timedelta(hours=5))
    assert ledger.due_cases(NOW + timedelta(hours=1), 10) == (cases[1],)


def test_a_case_never_looked_at_can_be_put_off_and_comes_due(ledger: Ledger) -> None:
    ledger.postpone(CASE, LATER, NOW)
    assert ledger.due_cases(LATER, 10) == (CASE,)
    assert not ledger.recall(CASE).governed


def test_the_daily_rotation_lists_open_cases_not_seen_for_long(ledger: Ledger) -> None:
    fresh, old, shut, jira = (IssueRef(IssueKey("github", str(n)), f"acme/shop#{n}") for n in range(4))
    blank = a_look(tickets=(), actions=())
    ledger.record_look(old, blank, NOW)
    ledger.record_look(shut, a_look(closed_at=NOW, tickets=(), actions=()), NOW)
    ledger.record_look(fresh, blank, LATER)
    elsewhere = IssueRef(IssueKey("github", "9"), "acme/app#1")
    ledger.postpone(elsewhere, LATER)
    assert ledger.open_cases("github", not_looked_at_since=LATER) == (old, elsewhere)
    assert ledger.open_cases("github", "acme/shop") == (old, fresh)
    assert ledger.open_cases("github", limit=1) == (old,)
    assert ledger.open_cases("jira") == ()
    assert ledger.case_of(jira.key) is None


def test_a_look_of_which_something_has_to_wait_is_not_yet_the_last_look(ledger: Ledger) -> None:
    ledger.record_look(CASE, a_look(severity="SEV2"), NOW)
    ledger.record_look(CASE, a_look(severity="SEV1", phase="in review", finished=False), LATER)
    memory = ledger.recall(CASE)
    assert (memory.severity, memory.looked_at) == ("SEV2", NOW)


def test_a_ticket_that_was_moved_is_known_by_its_new_name(ledger: Ledger) -> None:
    ledger.record_look(CASE, a_look(), NOW)
    moved = a_ticket(locator="acme/store#4")
    ledger.record_look(CASE, a_look(tickets=(moved,), actions=(an_action(ticket=moved),)), LATER)
    assert ledger.tickets(CASE) == (moved,)
    assert ledger.recall(CASE).actions[0].ticket == moved


def test_an_instant_without_a_zone_is_a_mistake_of_ours(ledger: Ledger) -> None:
    with pytest.raises(StatementError, match="has no zone"):
        ledger.due_cases(NOW.replace(tzinfo=None), 1)
