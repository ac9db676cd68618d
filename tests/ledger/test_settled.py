"""Actions that were verified on earlier incidents are told to later ones of the same project, and to no other."""

from datetime import datetime, timedelta
from typing import Any

from integration.ledger.ledger import Ledger
from integration.ledger.records import KeptOutcome
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.remediation import EarlierAction
from tests.ledger.builders import NOW, a_look, a_ticket, an_action

OPENED = NOW - timedelta(days=1)
LONG_AGO = OPENED - timedelta(days=700)


def incident(number: int, project: str = "acme/shop") -> IssueRef:
    return IssueRef(IssueKey("github", str(number)), f"{project}#{number}", "")


def closed(ledger: Ledger, number: int, outcome: str = "verified", at: datetime | None = None, **changes: Any) -> None:
    """Let a look at an incident leave one action that came to this."""
    project = changes.pop("project", "acme/shop")
    ticket = a_ticket(number + 1000, key=IssueKey("github", str(number + 9000)))
    settled = (KeptOutcome("A1", outcome, at or OPENED - timedelta(days=number)),)
    ledger.record_look(
        incident(number, project), a_look(actions=(an_action(ticket=ticket),), outcomes=settled, **changes), NOW
    )


def test_verified_actions_of_the_project_are_told_the_latest_first(ledger: Ledger) -> None:
    for number in (3, 1, 2):
        closed(ledger, number)
    found = ledger.verified_before(incident(9), LONG_AGO, OPENED)
    assert [each.incident for each in found] == ["acme/shop#1", "acme/shop#2", "acme/shop#3"]
    when = (OPENED - timedelta(days=1)).date()
    assert found[0] == EarlierAction("A1", "Filter retrieval on product status", "acme/shop#1", "acme/shop#1001", when)


def test_other_projects_other_outcomes_later_ones_and_its_own_are_not_told(ledger: Ledger) -> None:
    ledger.record_look(incident(9), a_look(), NOW)
    closed(ledger, 1, project="acme/bank")
    closed(ledger, 2, outcome="waiting for verification")
    closed(ledger, 3, at=OPENED + timedelta(minutes=1))
    closed(ledger, 4, at=LONG_AGO - timedelta(minutes=1))
    closed(ledger, 9)
    assert ledger.verified_before(incident(9), LONG_AGO, OPENED) == ()
