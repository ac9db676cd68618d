"""Values to put into a ledger, with keyword overrides."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from integration.ledger.records import LookRecord
from integration.postmortem.decisions import Decision, RememberedAction
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.people import Person

NOW = datetime(2026, 11, 23, 14, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
DANA = Person("github", "1001", "dana", "Dana Droste")
VIC = Person("github", "1002", "vic", "Vic Verhoeven")
CASE = IssueRef(IssueKey("github", "500"), "acme/shop#12", "https://github.example/acme/shop/issues/12")


def a_ticket(number: int = 13, **changes: Any) -> IssueRef:
    """Return an action ticket in the same repository."""
    given = {"key": IssueKey("github", str(1000 + number)), "locator": f"acme/shop#{number}", "url": ""}
    return IssueRef(**(given | changes))


def an_action(**changes: Any) -> RememberedAction:
    """Return an action with its ticket, owned by Dana."""
    given = {
        "action_id": "A1",
        "text": "filter retrieval on product status",
        "description": "Filter retrieval on product status",
        "owner_id": DANA.id,
        "due": date(2026, 12, 1),
        "ticket": a_ticket(),
        "row_owner_id": DANA.id,
        "row_due": date(2026, 12, 1),
        "owners": frozenset({DANA.id}),
    }
    return RememberedAction(**(given | changes))


def a_decision(**changes: Any) -> Decision:
    """Return a verification by Vic that was accepted."""
    given = {
        "issue": a_ticket().key,
        "comment_id": "77",
        "comment_digest": "c0ffee",
        "line": 0,
        "word": "verify",
        "args": "looked at the test with @dana",
        "actor": VIC,
        "accepted": True,
        "authority": "write on acme/shop",
        "reason": "verified",
        "subject": "0123abcd",
        "policy": "3f2a91c",
        "at": NOW,
    }
    return Decision(**(given | changes))


def a_look(**changes: Any) -> LookRecord:
    """Return the record of a look at a governed SEV1."""
    given = {
        "title": "Assistant recommends recalled products",
        "kind": "full",
        "severity": "SEV1",
        "phase": "writing",
        "mode": "enforce",
        "policy": "3f2a91c",
        "governed": True,
        "opened_at": NOW,
        "status_comment": "9001",
        "status_digest": "d1",
        "tickets": (a_ticket(),),
        "actions": (an_action(),),
    }
    return LookRecord(**(given | changes))
