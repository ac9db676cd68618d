"""What came back and what held, as summaries count it: on both databases."""

from datetime import timedelta

from integration.ledger.ledger import Ledger
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.practice import Checks, practice_statements
from integration.postmortem.shares import Part
from integration.postmortem.trends import Window
from tests.ledger.builders import NOW, a_decision, a_look

WINDOW = Window(NOW.date(), NOW.date() + timedelta(days=30), NOW + timedelta(days=60))


def a_case(number: int) -> IssueRef:
    return IssueRef(IssueKey("github", str(number)), f"acme/shop#{number}", "")


def test_what_people_called_come_back_is_counted_of_all_incidents_until_it_is_taken_back(ledger: Ledger) -> None:
    for number in (1, 2, 3):
        ledger.record_look(a_case(number), a_look(tickets=(), actions=()), NOW)
    for number in (2, 3):
        said = a_decision(word="recurrence-of", issue=a_case(number).key, subject="github:1", comment_id="1")
        ledger.remember_decisions(a_case(number), [said], NOW)
    back = a_decision(word="not-recurrence", issue=a_case(3).key, comment_id="2")
    ledger.remember_decisions(a_case(3), [back], NOW)
    assert ledger.trends(WINDOW).practice.came_back == Part(1, 3)


def test_each_check_counts_once_by_the_first_answer_after_it_was_asked(ledger: Ledger) -> None:
    case = a_case(1)
    asked = frozenset({"A1:2026-11-23", "A2:2026-11-23", "A3:2026-11-23"})
    early = a_decision(word="still-holds", issue=case.key, subject="A3", comment_id="0", at=NOW - timedelta(days=1))
    ledger.remember_decisions(case, [early], NOW)
    ledger.record_look(case, a_look(checks=asked, tickets=(), actions=()), NOW)
    yes = a_decision(word="still-holds", issue=case.key, subject="A1", comment_id="1", at=NOW + timedelta(days=1))
    no = a_decision(word="no-longer-holds", issue=case.key, subject="A2", comment_id="2", at=NOW + timedelta(days=1))
    ledger.remember_decisions(case, [yes, no], NOW)
    figures = ledger.trends(WINDOW).practice
    assert figures.checks == Checks(3, 1, 1)
    assert (
        "Of 3 verified actions of which it was asked whether they still hold, 1 do and 1 no longer do, 1 without an answer yet."
        in list(practice_statements(figures, figures))
    )
