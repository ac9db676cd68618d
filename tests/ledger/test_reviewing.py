"""What a weekly review reads from the ledger: unanswered questions, what cannot be found, who may not verify, and what was not independent."""

from datetime import timedelta

import pytest

from integration.ledger.ledger import Ledger
from integration.ledger.records import KeptOutcome
from integration.postmortem.decisions import NOT_INDEPENDENT
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.postmortem.precedents import Learned
from integration.postmortem.rules.evidence import ProofState
from tests.ledger.builders import CASE, DANA, LATER, NOW, VIC, a_decision, a_look, an_action

COVERS = {("github", "acme/shop")}
ASKED = IssueRef(IssueKey("github", "700"), "acme/shop#70", "https://github.example/acme/shop/issues/70")
ELSEWHERE = IssueRef(IssueKey("github", "701"), "acme/other#1")
TOM = Person("github", "1005", "tom", "Tom Thal")


def ask(ledger: Ledger, issue: IssueRef, **changes: object) -> None:
    """Record that an issue was asked whether it is an incident."""
    given = {
        "title": "Answers cut off",
        "governed": False,
        "said": frozenset({f"ask:{issue.key.id}"}),
        "actions": (),
        "tickets": (),
    }
    ledger.project("github", issue.project, NOW)
    ledger.record_look(issue, a_look(**(given | changes)), LATER)


def test_a_question_that_nobody_answered_is_listed_while_its_issue_is_open(ledger: Ledger) -> None:
    ask(ledger, ASKED)
    ask(ledger, ELSEWHERE)
    (found,) = ledger.review(COVERS, LATER).asked
    assert (found.issue, found.title, found.since) == (ASKED, "Answers cut off", LATER)
    ask(ledger, ASKED, closed_at=LATER)
    assert ledger.review(COVERS, LATER).asked == ()


@pytest.mark.parametrize("word", ["incident", "not-incident"])
def test_an_answered_question_is_not_listed(ledger: Ledger, word: str) -> None:
    ask(ledger, ASKED)
    ledger.remember_decisions(ASKED, [a_decision(issue=ASKED.key, word=word, args="a test")], LATER)
    assert ledger.review(COVERS, LATER).asked == ()


def test_an_incident_that_cannot_be_found_is_listed_until_it_is_seen_or_erased(ledger: Ledger) -> None:
    ledger.project("github", "acme/shop", NOW)
    ledger.record_look(CASE, a_look(), NOW)
    assert ledger.review(COVERS, NOW).lost == ()
    ledger.note_lost(CASE, LATER)
    (found,) = ledger.review(COVERS, LATER).lost
    assert (found.issue, found.severity, found.since) == (CASE, "SEV1", LATER)
    assert ledger.review({("github", "acme/other")}, LATER).lost == ()
    ledger.record_look(CASE, a_look(), LATER + timedelta(hours=1))
    assert ledger.review(COVERS, LATER).lost == ()
    ledger.note_lost(CASE, LATER + timedelta(hours=2))
    ledger.erase_case(CASE, LATER + timedelta(hours=3))
    assert ledger.review(COVERS, LATER).lost == ()


def test_of_what_waits_for_verification_it_is_known_who_may_not_verify_it(ledger: Ledger) -> None:
    ledger.project("github", "acme/shop", NOW)
    outcomes = (KeptOutcome("A1", ProofState.UNVERIFIED.value, None),)
    action = an_action(owners=frozenset({DANA.id, TOM.id}))
    ledger.record_look(CASE, a_look(actions=(action,), outcomes=outcomes, people=(DANA, TOM, VIC)), NOW)
    ledger.remember_decisions(CASE, [a_decision(word="evidence", args="tested https://x.example", actor=VIC)], NOW)
    ledger.remember_decisions(
        CASE, [a_decision(comment_id="80", word="evidence", actor=Person("github", "1009", "eve"), accepted=False)], NOW
    )
    (found,) = ledger.review(COVERS, LATER).actions
    assert {person.handle for person in found.apart} == {"dana", "tom", "vic"}


def test_what_waits_for_nothing_names_nobody(ledger: Ledger) -> None:
    ledger.project("github", "acme/shop", NOW)
    ledger.record_look(CASE, a_look(outcomes=(KeptOutcome("A1", ProofState.WANTED.value, None),)), NOW)
    (found,) = ledger.review(COVERS, LATER).actions
    assert found.apart == ()


@pytest.mark.parametrize(
    ("authority", "independent"), [("write on acme/shop", True), (f"write on acme/shop, {NOT_INDEPENDENT}", False)]
)
def test_a_verification_of_ones_own_work_is_settled_as_not_independent(
    ledger: Ledger, authority: str, independent: bool
) -> None:
    ledger.project("github", "acme/shop", NOW)
    ledger.remember_decisions(CASE, [a_decision(authority=authority)], NOW)
    ledger.record_look(CASE, a_look(outcomes=(KeptOutcome("A1", ProofState.VERIFIED.value, NOW),)), NOW)
    (found,) = ledger.review(COVERS, LATER).settled
    assert found.is_independent is independent


def test_of_a_confidential_incident_only_its_own_project_is_told_more_than_a_number(ledger: Ledger) -> None:
    ledger.project("github", "acme/shop", NOW)
    ledger.record_look(CASE, a_look(learned=Learned("Nordlicht", True, ()), due_at=LATER), NOW)
    ledger.note_lost(CASE, LATER)
    found = ledger.review(COVERS, LATER)
    assert (len(found.actions), len(found.postmortems), len(found.lost)) == (1, 1, 1)
    assert found.as_read_in("github", "acme/shop") == found
    told = found.as_read_in("github", "acme/governance")
    assert (told.actions, told.postmortems, told.lost, told.withheld) == ((), (), (), 3)
