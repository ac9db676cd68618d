"""Legal holds, and forgetting: an incident's words and people go where nothing stands against it, and the chain stays whole (S25)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from integration.errors import ErasureRefused
from integration.keeping import Keeping
from integration.ledger import engine as databases
from integration.ledger.ledger import Ledger
from integration.ledger.records import KeptCause
from integration.postmortem.decisions import Refusal
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.nearest import Index
from integration.postmortem.people import Person
from integration.postmortem.precedents import Learned
from integration.work.resembling import Library
from tests.ledger.builders import CASE, DANA, LATER, NOW, VIC, a_decision, a_look, a_ticket, an_action

SHORT = Keeping(titles_days=1, lessons_days=1, failed_creations_days=1, refused_policies_days=1, past_policies_days=1)
MUCH_LATER = NOW + timedelta(days=400)
LEARNED = Learned("Nordlicht", False, ("Ask Dana Droste before a release",))


@pytest.fixture
def closed(ledger: Ledger) -> Ledger:
    """Give a ledger that holds a closed incident whose words speak of Dana."""
    ledger.project("github", "acme/shop", NOW)
    ledger.remember_decisions(CASE, [a_decision(), a_decision(line=1, accepted=False, reason="@dana owns it")], NOW)
    look = a_look(
        closed_at=LATER,
        actions=(an_action(description="Dana Droste filters on status"),),
        causes=(KeptCause("data", "deployment", "stale", "search"),),
        learned=LEARNED,
        words="recalled products, found by dana",
        refusals=(Refusal("ticket:A2", "no right", LATER),),
        people=(DANA, VIC),
    )
    ledger.record_look(CASE, look, LATER)
    return ledger


def everything(database: str) -> str:
    """Return all that the tables hold, as text."""
    engine = databases.connect(databases.database_of(database))
    tables = ("cases", "actions", "causes", "lessons", "recollections", "refusals", "decisions", "people", "audit")
    with databases.reading(engine) as connection:
        rows = [str(row) for table in tables for row in connection.execute(text(f"SELECT * FROM {table}"))]
    engine.dispose()
    return "\n".join(rows)


def test_a_hold_stands_in_the_chain_with_its_reason_until_it_is_released(closed: Ledger) -> None:
    assert closed.hold(CASE, "Matter 2026-17", LATER)
    assert not closed.hold(CASE, "Matter 2026-18", LATER)
    ((held, found),) = closed.holds()
    assert (held, found.reason, found.is_in_force) == (CASE, "Matter 2026-17", True)
    assert closed.release(CASE, "Matter 2026-17 is over", MUCH_LATER)
    assert not closed.release(CASE, "again", MUCH_LATER)
    assert closed.holds() == ()
    dossier = closed.dossier(CASE.key)
    assert dossier is not None
    (past,) = dossier.holds
    assert (past.since, past.released_at, past.release_reason) == (LATER, MUCH_LATER, "Matter 2026-17 is over")
    assert [entry.kind for entry in closed.audit_entries(CASE.key)][-2:] == ["hold.placed", "hold.released"]
    assert closed.verify_audit().ok


def test_a_case_can_be_held_again(closed: Ledger) -> None:
    closed.hold(CASE, "first", LATER)
    closed.release(CASE, "over", LATER)
    assert closed.hold(CASE, "second", LATER)
    assert [found.reason for _, found in closed.holds()] == ["second"]


def test_retention_leaves_alone_what_is_held(closed: Ledger) -> None:
    closed.hold(CASE, "Matter 2026-17", LATER)
    assert not any(closed.retain(SHORT, MUCH_LATER).values())
    assert "Dana" in str(closed.dossier(CASE.key))
    closed.release(CASE, "over", MUCH_LATER)
    gone = closed.retain(SHORT, MUCH_LATER)
    assert (gone["titles"], gone["lessons"]) == (1, 1)


def test_words_that_retention_took_are_found_no_more_by_a_process_that_held_them(closed: Ledger) -> None:
    library = Library(closed)
    assert library.found("recalled products").known
    closed.retain(SHORT, MUCH_LATER)
    assert library.found("recalled products").found == ()
    other = replace(CASE, key=IssueKey("github", "4711"), locator="acme/shop#4711")
    closed.record_look(other, a_look(learned=LEARNED, words="an outdated price"), MUCH_LATER)
    assert [each.ref for each in library.found("outdated prices").found] == [other]


def test_an_index_in_which_something_went_wrong_is_made_anew(closed: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    class Panic(BaseException):
        """As libraries written in Rust raise it."""

    def panic(*_: object, **__: object) -> None:
        raise Panic

    library = Library(closed)
    assert library.found("recalled products").found
    with monkeypatch.context() as once, pytest.raises(Panic):
        once.setattr(Index, "search", panic)
        library.found("recalled products")
    broken = library._index
    assert [each.ref for each in library.found("recalled products").found] == [CASE]
    assert broken is None


def test_what_is_held_is_not_erased_nor_is_anybody_who_took_part(closed: Ledger) -> None:
    closed.hold(CASE, "Matter 2026-17", LATER)
    before = closed.dossier(CASE.key)
    with pytest.raises(ErasureRefused, match="legal hold"):
        closed.erase_case(CASE, MUCH_LATER)
    for person in (DANA, VIC):  # One owns an action there, the other decided.
        with pytest.raises(ErasureRefused, match="acme/shop#12"):
            closed.erase_person(person.site, person.id, MUCH_LATER)
    assert closed.dossier(CASE.key) == before
    closed.release(CASE, "over", MUCH_LATER)
    assert closed.erase_person("github", VIC.id, MUCH_LATER)
    assert closed.erase_case(CASE, MUCH_LATER)
    assert closed.verify_audit().ok


def test_somebody_whom_only_a_held_decision_names_is_not_erased(closed: Ledger) -> None:
    omar = Person("github", "1003", "omar", "Omar Ohm")
    closed.remember_decisions(CASE, [a_decision(comment_id="90", word="lead", args="@omar", subject=omar.id)], LATER)
    other = IssueRef(IssueKey("github", "501"), "acme/shop#14")
    closed.record_look(other, a_look(people=(omar,), actions=(), tickets=()), LATER)
    closed.hold(CASE, "Matter 2026-17", LATER)
    with pytest.raises(ErasureRefused, match="names this person"):
        closed.erase_person("github", omar.id, LATER)
    assert closed.persons_called("github", "omar") == (omar,)
    closed.release(CASE, "over", LATER)
    assert closed.erase_person("github", omar.id, LATER)
    assert closed.verify_audit().ok


def test_an_erased_incident_keeps_who_decided_what_and_none_of_the_words(closed: Ledger, database: str) -> None:
    assert closed.erase_case(CASE, MUCH_LATER)
    assert not closed.erase_case(CASE, MUCH_LATER)

    left = everything(database)
    for word in (
        "recalled",
        "Filter",
        "filters",
        "Nordlicht",
        "search",
        "looked at",
        "no right",
        "Ask Dana",
        "owns it",
    ):
        assert word not in left, word
    report = closed.verify_audit()
    assert report.ok, report.problems
    memory = closed.recall(CASE)
    assert memory.is_erased
    assert [(d.word, d.actor.handle, d.accepted, d.authority) for d in memory.decisions] == [
        ("verify", "vic", True, "write on acme/shop"),
        ("verify", "vic", False, "write on acme/shop"),
    ]
    found = closed.dossier(CASE.key)
    assert found is not None
    assert (found.erased_at, found.title, found.causes[0].category) == (MUCH_LATER, "", "data")


def test_after_an_erasure_changing_what_is_left_is_still_found(closed: Ledger, database: str) -> None:
    closed.erase_case(CASE, MUCH_LATER)
    engine = databases.connect(databases.database_of(database))
    with databases.writing(engine) as connection:
        connection.execute(text("UPDATE decisions SET args = 'never said' WHERE line = 0"))
    engine.dispose()
    assert any("was changed after" in problem for problem in closed.verify_audit().problems)


def test_a_later_look_brings_no_word_back(closed: Ledger, database: str) -> None:
    closed.erase_case(CASE, MUCH_LATER)
    closed.record_look(CASE, a_look(closed_at=LATER, learned=LEARNED, words="recalled products"), MUCH_LATER)
    left = everything(database)
    assert "recalled" not in left
    assert "Filter" not in left
    assert closed.verify_audit().ok


def test_an_open_incident_is_not_erased_unless_it_is_out_of_reach(ledger: Ledger) -> None:
    ledger.project("github", "acme/shop", NOW)
    ledger.record_look(CASE, a_look(), NOW)
    with pytest.raises(ErasureRefused, match="is open"):
        ledger.erase_case(CASE, LATER)
    ledger.note_lost(CASE, LATER)
    assert ledger.erase_case(CASE, MUCH_LATER)
    assert ledger.verify_audit().ok


def test_a_review_lists_nothing_of_an_erased_incident(ledger: Ledger) -> None:
    ledger.project("github", "acme/shop", NOW)
    ledger.record_look(CASE, a_look(closed_at=LATER), LATER)
    covers = {("github", "acme/shop")}
    assert len(ledger.review(covers, LATER).actions) == 1
    ledger.erase_case(CASE, MUCH_LATER)
    assert ledger.review(covers, MUCH_LATER).actions == ()


def test_it_is_told_which_words_speak_of_somebody_and_which_no_look_will_change(closed: Ledger) -> None:
    (dana,) = closed.persons_called("github", "@Dana")
    (spoken,) = closed.mentions(dana)
    assert (spoken.case, spoken.is_lost) == (CASE, False)
    closed.note_lost(CASE, MUCH_LATER)
    assert [each.is_lost for each in closed.mentions(dana)] == [True]
    (vic,) = closed.persons_called("github", "Vic Verhoeven")
    assert closed.mentions(vic) == ()


def test_tickets_of_an_erased_incident_still_belong_to_it(closed: Ledger) -> None:
    closed.erase_case(CASE, MUCH_LATER)
    assert closed.case_of(a_ticket().key) == CASE
