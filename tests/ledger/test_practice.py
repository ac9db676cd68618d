"""How the practice goes and where incidents come up again, counted alike on both databases; each figure is what counting by hand gives."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from integration.ledger.ledger import Ledger
from integration.ledger.records import KeptCause, KeptOutcome
from integration.postmortem.assessment import Phase
from integration.postmortem.chains import Ending
from integration.postmortem.incident import IssueKey
from integration.postmortem.practice import Resources
from integration.postmortem.precedents import Learned
from integration.postmortem.shares import Lengths, Part, Place
from integration.postmortem.spread import Client, Recurring
from integration.postmortem.trends import Window
from tests.ledger.builders import NOW, a_decision, a_look, a_ticket, an_action
from tests.ledger.test_trends import MIDDLE, OCTOBER, incident, met

HERE = frozenset({("github", "acme/shop")})
SEPTEMBER = datetime(2026, 9, 10, tzinfo=UTC)


def test_what_other_projects_do_is_in_no_summary_that_does_not_cover_them(ledger: Ledger) -> None:
    met(ledger, 1)
    met(ledger, 2, project="acme/other", causes=(KeptCause("data", ""),))
    ledger.remember_decisions(
        incident(2, "acme/other"), [a_decision(word="waive", reason="lead_named", at=MIDDLE)], MIDDLE
    )
    here, everything = ledger.trends(OCTOBER, HERE), ledger.trends(OCTOBER)
    assert (here.incidents, here.categories, here.waivers) == (1, {}, {})
    assert (everything.incidents, everything.categories, everything.waivers) == (2, {"data": (1, 1)}, {"lead_named": 1})
    assert [place.name for place in here.places] == ["github:acme/shop"]
    assert ledger.incidents_between([OCTOBER.before, OCTOBER], HERE) == ((0, 0), (1, 0))


def test_what_was_declared_no_incident_or_a_duplicate_is_counted_nowhere(ledger: Ledger) -> None:
    cause = (KeptCause("data", "deployment", "export", "shop assistant"),)
    met(ledger, 1, causes=cause, due_at=MIDDLE)
    met(ledger, 2, causes=cause, due_at=MIDDLE, phase=Phase.ENDED.value)
    found = ledger.trends(OCTOBER)
    assert (found.incidents, found.categories, found.explained) == (1, {"data": (1, 1)}, 1)
    assert (found.postmortems.all, found.spread.recurring) == (1, ())
    assert ledger.incidents_between([OCTOBER], None) == ((1, 0),)
    assert [each.ref for each in ledger.earlier()] == [incident(1)]


def test_from_an_incident_to_its_finished_post_mortem_near_misses_left_out(ledger: Ledger) -> None:
    met(ledger, 1, phase="in review", finished_at=MIDDLE + timedelta(hours=6))
    met(ledger, 2)
    met(ledger, 3, severity="SEV4", phase="in review", finished_at=MIDDLE)
    assert ledger.trends(OCTOBER).practice.to_finish == Lengths((6 * 3600.0,), 2)


def test_a_post_mortem_that_came_back_from_its_review_was_not_complete_at_the_first_pass(ledger: Ledger) -> None:
    reviewed: dict[str, Any] = {"phase": "in review", "in_review": True, "finished_at": MIDDLE}
    met(ledger, 1, **reviewed)
    for number, look in enumerate((reviewed, {"phase": "writing"}, reviewed), start=1):
        record = a_look(**({"opened_at": MIDDLE, "tickets": (), "actions": (), "status_comment": None} | look))
        ledger.record_look(incident(2), record, NOW + timedelta(minutes=number))
    met(ledger, 3, phase="remediating", finished_at=MIDDLE)  # At a severity that needs no review.
    assert ledger.trends(OCTOBER).practice.first_pass == Part(2, 3)


def test_chains_that_end_in_the_system_are_a_share_of_all_chains(ledger: Ledger) -> None:
    ends = [KeptCause("data", "", ends=ending.value) for ending in (Ending.SYSTEM, Ending.ELSEWHERE, Ending.NOWHERE)]
    met(ledger, 1, causes=tuple(ends))
    assert ledger.trends(OCTOBER).practice.systemic == Part(1, 2)


def test_independent_leads_are_a_share_of_those_of_whom_it_can_be_told(ledger: Ledger) -> None:
    for number, lead in enumerate(("apart", "involved", "apart", ""), start=1):
        met(ledger, number, lead=lead)
    assert ledger.trends(OCTOBER).practice.independent == Part(2, 3)


def test_from_the_last_evidence_before_it_to_the_verification(ledger: Ledger) -> None:
    ticket = a_ticket()
    settled = MIDDLE + timedelta(days=3)
    met(ledger, 1, actions=(an_action(ticket=ticket),), outcomes=(KeptOutcome("A1", "verified", settled),))
    given = [
        a_decision(issue=ticket.key, word="evidence", comment_id="1", at=MIDDLE),
        a_decision(issue=ticket.key, word="evidence", comment_id="2", at=MIDDLE + timedelta(days=1)),
        a_decision(issue=ticket.key, word="evidence", comment_id="3", at=settled + timedelta(days=1)),
        a_decision(issue=IssueKey("github", "8"), word="evidence", comment_id="4", at=settled),
    ]
    ledger.remember_decisions(incident(1), given, NOW)
    assert ledger.trends(OCTOBER).practice.to_verify == Lengths((2 * 86_400.0,), 1)


def test_what_was_asked_for_is_granted_declined_waiting_or_no_longer_asked(ledger: Ledger) -> None:
    answers = {1: ("money", "fund"), 2: ("people", "decline"), 3: ("tool", ""), 4: ("money", "")}
    for number, (needs, answer) in answers.items():
        action = an_action(ticket=a_ticket(number))
        asks: dict[str, Any] = {"opened_at": MIDDLE, "tickets": (), "actions": (action,), "status_comment": None}
        outcome = KeptOutcome("A1", "evidence wanted", None, needs=needs, answer=answer)
        ledger.record_look(incident(number), a_look(**asks, outcomes=(outcome,)), MIDDLE)
        if number == 4:
            without = KeptOutcome("A1", "evidence wanted", None)
            ledger.record_look(incident(number), a_look(**asks, outcomes=(without,)), NOW)
    found = ledger.trends(OCTOBER).practice.resources
    assert found == Resources(asked=4, granted=1, declined=1, waiting=1, withdrawn=1)


def test_lines_of_the_policy_that_were_made_easier_in_the_window(ledger: Ledger) -> None:
    files = {"service.yaml": "mode: advise\n"}
    ledger.publish_policy("a" * 64, files, MIDDLE, "cli", weakenings=("service.mode: advise instead of enforce",))
    ledger.publish_policy("b" * 64, files, NOW, "cli", weakenings=("later",))
    assert ledger.trends(OCTOBER).practice.weakened == ("service.mode: advise instead of enforce",)


def test_a_cause_recurs_where_more_than_one_incident_named_it_the_earlier_ones_apart(ledger: Ledger) -> None:
    drift = KeptCause("data", "operation", "drift", "search")
    met(ledger, 1, causes=(drift, drift))
    met(ledger, 2, causes=(drift, KeptCause("code", "design", "", "checkout")))
    met(ledger, 3, causes=(drift,), opened_at=SEPTEMBER)
    met(ledger, 4, causes=(KeptCause("data", ""),))
    met(ledger, 5, causes=(KeptCause("data", ""),))
    assert ledger.trends(OCTOBER).spread.recurring == (Recurring("data", "drift", "search", 2, 1),)


def test_of_a_confidential_incident_the_system_is_told_nowhere(ledger: Ledger) -> None:
    secret = Learned(confidential=True)
    met(ledger, 1, causes=(KeptCause("data", "", "drift", "project x"),), learned=secret)
    met(ledger, 2, causes=(KeptCause("data", "", "drift", "project x"),), learned=secret)
    assert ledger.trends(OCTOBER).spread.recurring == (Recurring("data", "drift", "", 2, 0),)


def test_incidents_by_client_and_launches_by_project(ledger: Ledger) -> None:
    met(ledger, 1, learned=Learned(client="Nordlicht"))
    met(ledger, 2, learned=Learned(client="Nordlicht"), severity="SEV4")
    met(ledger, 3, kind="launch", severity="")
    found = ledger.trends(OCTOBER)
    assert found.spread.clients == (Client("Nordlicht", 1, 1),)
    assert found.spread.launched == {"github:acme/shop": MIDDLE}
    assert found.places == (Place("github:acme/shop", 1, 1, 0, 1),)


@pytest.mark.parametrize(("first", "counts"), [(date(2026, 10, 15), 1), (date(2026, 10, 16), 0)])
def test_the_window_begins_with_its_first_day(ledger: Ledger, first: date, counts: int) -> None:
    met(ledger, 1)
    assert ledger.trends(Window(first, date(2026, 10, 31), NOW)).incidents == counts
