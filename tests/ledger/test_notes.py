"""Which incidents are noted: approved or closed lately, each once, confidential ones never."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from integration.ledger.ledger import Ledger
from integration.postmortem.generated import Published, Series
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.precedents import Learned
from tests.ledger.builders import CASE, NOW, a_look

COVERS = frozenset({("github", "acme/shop")})
SERIES = Series("note", "all", "github", "acme/learning", COVERS)
NOTE = IssueRef(IssueKey("github", "7001"), "acme/learning#1")
LATELY, LONG_AGO = NOW - timedelta(days=29), NOW - timedelta(days=31)


def looked_at(ledger: Ledger, **changes: Any) -> None:
    learned = Learned(client="Nordlicht", confidential=changes.pop("confidential", False), lessons=("Ask first.",))
    ledger.record_look(CASE, a_look(governed=True, learned=learned, **changes), NOW)


def noted(ledger: Ledger, now: datetime = NOW) -> list[str]:
    return [str(each.key) for each in ledger.notes(SERIES.ref, COVERS, now).incidents]


def publish(ledger: Ledger) -> Published:
    made = Published(str(CASE.key), NOTE, NOW)
    ledger.open_intent(SERIES.ref, SERIES.purpose(made.period), SERIES.ref.key, NOW)
    ledger.settle_published(SERIES.ref, SERIES.purpose(made.period), made, NOW)
    return made


@pytest.mark.parametrize(
    ("changes", "is_noted"),
    [
        pytest.param({"approved_at": LATELY}, True, id="a full one that was approved"),
        pytest.param({"approved_at": LONG_AGO}, False, id="approved long ago"),
        pytest.param({"closed_at": LATELY, "phase": "complete"}, False, id="a full one that nobody approved"),
        pytest.param({"kind": "abbreviated", "closed_at": LATELY, "phase": "complete"}, True, id="an abbreviated one that is closed"),
        pytest.param({"kind": "abbreviated", "closed_at": LATELY, "phase": "remediating"}, False, id="closed before everything was there"),
        pytest.param({"kind": "abbreviated", "phase": "complete"}, False, id="an abbreviated one that is open"),
        pytest.param({"kind": "review", "closed_at": LATELY, "phase": "complete"}, True, id="a near-miss that is closed"),
        pytest.param({"approved_at": LATELY, "confidential": True}, False, id="a confidential one"),
    ],
)  # fmt: skip
def test_an_incident_is_noted_once_its_post_mortem_is_done(
    ledger: Ledger, changes: dict[str, Any], is_noted: bool
) -> None:
    looked_at(ledger, **changes)
    assert noted(ledger) == ([str(CASE.key)] if is_noted else [])
    assert ledger.wants_note(CASE.key, NOW) is is_noted


def test_an_open_note_is_kept_up_and_a_closed_one_is_left_alone(ledger: Ledger) -> None:
    looked_at(ledger, approved_at=LATELY)
    made = publish(ledger)
    assert not ledger.wants_note(CASE.key, NOW)
    assert noted(ledger, NOW + timedelta(days=300)) == [str(CASE.key)]
    ledger.record_series(SERIES.ref, a_look(), [Published(made.period, NOTE, NOW, closed_at=NOW)], NOW)
    assert noted(ledger) == []


def test_other_projects_are_not_noted_in_this_series(ledger: Ledger) -> None:
    looked_at(ledger, approved_at=LATELY)
    assert ledger.notes(SERIES.ref, frozenset({("github", "acme/other")}), NOW).incidents == ()


def test_an_erased_incident_is_not_noted_any_more(ledger: Ledger) -> None:
    looked_at(ledger, kind="abbreviated", closed_at=LATELY, phase="complete")
    assert ledger.wants_note(CASE.key, NOW)
    ledger.erase_case(CASE, NOW)
    assert not ledger.wants_note(CASE.key, NOW)
    assert noted(ledger) == []
