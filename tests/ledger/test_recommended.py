"""Recommendations to governance as the ledger keeps them: one number each, however they are worded anew, with what became of them; and nominations."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from integration.ledger.ledger import Ledger
from integration.ledger.records import LookRecord
from integration.postmortem.decisions import IntentState
from integration.postmortem.generated import Published, Series
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.precedents import Learned
from integration.postmortem.recommending import KIND
from integration.postmortem.trends import Window
from tests.ledger.builders import NOW, a_decision, a_look
from tests.ledger.test_trends import MIDDLE, OCTOBER, incident

HERE = frozenset({("github", "acme/shop")})
SERIES = Series(KIND, "all", "github", "acme/governance", HERE)
REPLAY, OWNER = "Ask for a replay before each release", "Name an owner of the catalogue"
TICKET = IssueRef(IssueKey("github", "700"), "acme/governance#7", "")


def looked(ledger: Ledger, texts: Sequence[str] | None, at: datetime = MIDDLE, number: int = 1, **changes: Any) -> None:
    plain: dict[str, Any] = {"opened_at": MIDDLE, "tickets": (), "actions": (), "status_comment": None}
    told = None if texts is None else tuple(texts)
    ledger.record_look(incident(number), a_look(**(plain | changes), recommendations=told), at)


def found(ledger: Ledger, window: Window = OCTOBER) -> list[tuple[int, str, bool]]:
    asked = ledger.recommendations_to_decide(window, HERE)
    return [(each.number, each.text, each.withdrawn_at is not None) for each in asked]


def test_a_number_stays_with_what_is_moved_or_worded_anew_and_is_never_given_twice(ledger: Ledger) -> None:
    looked(ledger, [REPLAY, OWNER])
    looked(
        ledger,
        ["Something else entirely, about vendors", OWNER.upper(), f"{REPLAY} of a model"],
        MIDDLE + timedelta(hours=1),
    )
    assert found(ledger) == [
        (1, f"{REPLAY} of a model", False),
        (2, OWNER.upper(), False),
        (3, "Something else entirely, about vendors", False),
    ]
    looked(ledger, [OWNER], MIDDLE + timedelta(hours=2))
    looked(ledger, [OWNER, "A fourth, on another matter"], MIDDLE + timedelta(hours=3))
    assert [(number, gone) for number, _, gone in found(ledger)] == [(1, True), (2, False), (3, True), (4, False)]


def test_while_the_text_is_reviewed_anew_what_was_approved_stands(ledger: Ledger) -> None:
    looked(ledger, [REPLAY])
    looked(ledger, None, MIDDLE + timedelta(hours=1))
    assert found(ledger) == [(1, REPLAY, False)]


def published(ledger: Ledger, period: str, at: datetime) -> None:
    purpose = f"issue:{KIND}:{period}"
    ledger.open_intent(SERIES.ref, purpose, SERIES.ref.key, at)
    ledger.settle_published(SERIES.ref, purpose, Published(period, TICKET, at), at)


def answered(ledger: Ledger, word: str, at: datetime) -> None:
    decision = a_decision(issue=TICKET.key, word=word, args="https://example.org/7", at=at, comment_id=f"c-{word}")
    ledger.remember_decisions(SERIES.ref, [decision], at)


def test_what_became_of_it_is_the_first_answer_on_its_ticket(ledger: Ledger) -> None:
    looked(ledger, [REPLAY])
    published(ledger, "github:1:1", MIDDLE)
    answered(ledger, "adopt", MIDDLE + timedelta(days=1))
    answered(ledger, "decline", MIDDLE + timedelta(days=2))
    (each,) = ledger.recommendations_to_decide(OCTOBER, HERE)
    assert (each.ticket, each.answer, each.args) == (TICKET, "adopt", "https://example.org/7")
    assert each.answered_at == MIDDLE + timedelta(days=1)
    assert IntentState.DONE in {intent.state for intent in ledger.recall(SERIES.ref).intents}


def test_it_is_in_every_summary_until_it_is_answered_and_in_that_of_the_month_of_its_answer(ledger: Ledger) -> None:
    looked(ledger, [REPLAY])
    published(ledger, "github:1:1", MIDDLE)
    november = Window(OCTOBER.last + timedelta(days=1), OCTOBER.last + timedelta(days=30), NOW)
    assert (len(found(ledger, OCTOBER.before)), len(found(ledger)), len(found(ledger, november))) == (0, 1, 1)
    answered(ledger, "adopt", MIDDLE + timedelta(days=1))
    assert (len(found(ledger)), len(found(ledger, november))) == (1, 0)


def test_a_ticket_is_wanted_of_what_was_recommended_lately_or_has_an_open_one(ledger: Ledger) -> None:
    looked(ledger, [REPLAY])
    looked(ledger, [OWNER], MIDDLE, number=2)
    assert [each.text for each in ledger.recommendations(SERIES.ref, HERE, MIDDLE).found] == [REPLAY, OWNER]
    assert ledger.recommendations(SERIES.ref, frozenset({("github", "acme/other")}), MIDDLE).found == ()
    published(ledger, "github:1:1", MIDDLE)
    later = MIDDLE + timedelta(days=31)
    assert [each.text for each in ledger.recommendations(SERIES.ref, HERE, later).found] == [REPLAY]
    closed = Published("github:1:1", TICKET, MIDDLE, (), later)
    ledger.record_series(SERIES.ref, LookRecord(tickets=(TICKET,)), [closed], later)
    assert ledger.recommendations(SERIES.ref, HERE, later).found == ()


def test_nominations_are_those_of_the_window_with_their_incident(ledger: Ledger) -> None:
    looked(ledger, None, learned=Learned(client="Nordlicht", confidential=True))
    given = [
        a_decision(word="celebrate", args="the search team", at=MIDDLE, comment_id="1"),
        a_decision(word="celebrate", args="@dana", at=MIDDLE, comment_id="2", accepted=False),
        a_decision(word="celebrate", args="later", at=NOW, comment_id="3"),
    ]
    ledger.remember_decisions(incident(1), given, MIDDLE)
    (each,) = ledger.nominations(OCTOBER, HERE)
    assert (each.text, each.source.ref.locator, each.source.confidential) == ("the search team", "acme/shop#1", True)


def test_what_an_erased_incident_recommended_is_gone_and_its_tickets_have_nothing_left_to_say(ledger: Ledger) -> None:
    looked(ledger, [REPLAY], closed_at=MIDDLE)
    assert ledger.erase_case(incident(1), NOW)
    (each,) = ledger.recommendations_to_decide(OCTOBER, HERE)
    assert (each.text, each.withdrawn_at) == ("", NOW)
