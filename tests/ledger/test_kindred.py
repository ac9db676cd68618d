"""Earlier incidents of the same kind, and who looks again when one of them changes: on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from integration.ledger.ledger import Ledger
from integration.ledger.records import KeptCause, LookRecord
from integration.postmortem.decisions import IntentState
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.kinship import CauseKind
from tests.ledger.builders import LATER, NOW, a_decision, a_look

KIND = CauseKind("data", "exclusion", "product search")
CAUSE = KeptCause("data", "deployment", "exclusion", "product search")
NEVER = NOW + timedelta(days=365)


def a_case(number: int, project: str = "acme/shop") -> IssueRef:
    return IssueRef(
        IssueKey("github", str(number)), f"{project}#{number}", f"https://github.example/{project}/{number}"
    )


def look(ledger: Ledger, number: int, day: int, *causes: KeptCause, at: datetime = NOW, **changes: Any) -> IssueRef:
    case = a_case(number)
    opened = {"opened_at": NOW + timedelta(days=day), "next_look": NEVER, "woken": ledger.recall(case).woken}
    given: dict[str, Any] = {"causes": causes, "tickets": (), "actions": ()} | opened | changes
    ledger.record_look(case, a_look(**given), at)
    return case


def found(ledger: Ledger, asking: IssueRef, day: int, *kinds: CauseKind, **given: Any) -> list[str]:
    origin, any_system = given.get("origin"), given.get("any_system", False)
    told = ledger.kindred(asking.key, kinds or (KIND,), NOW + timedelta(days=day), origin, any_system=any_system)
    return [each.ref.key.id for each in told]


def due(ledger: Ledger) -> set[str]:
    return {case.key.id for case in ledger.due_cases(NOW + timedelta(days=300), 50)}


def test_only_incidents_that_were_opened_earlier_are_found_those_alike_in_everything_first(ledger: Ledger) -> None:
    look(ledger, 1, 1, CAUSE)
    look(ledger, 2, 2, replace(CAUSE, system="chat"))
    look(ledger, 3, 3, replace(CAUSE, sub_category="quality"))
    look(ledger, 4, 4, replace(CAUSE, category="model"))
    asking = look(ledger, 5, 5, CAUSE)
    look(ledger, 6, 6, CAUSE)
    assert found(ledger, asking, 5) == ["1", "3"]
    assert found(ledger, asking, 5, any_system=True) == ["1", "3", "2"]
    assert found(ledger, asking, 1) == []


def test_before_any_cause_is_written_the_system_alone_finds_them(ledger: Ledger) -> None:
    look(ledger, 1, 1, CAUSE)
    look(ledger, 2, 2, replace(CAUSE, system="chat"))
    asking = look(ledger, 3, 3)
    assert found(ledger, asking, 3, CauseKind(system="product search")) == ["1"]


@pytest.mark.parametrize(
    "changes",
    [{"phase": "ended"}, {"governed": False}, {"kind": "launch"}],
    ids=["ended as something else", "not governed", "a launch"],
)
def test_what_is_no_incident_of_its_own_is_not_found(ledger: Ledger, changes: dict[str, Any]) -> None:
    look(ledger, 1, 1, CAUSE, **changes)
    assert found(ledger, a_case(9), 9) == []


def test_what_was_opened_for_an_affected_system_is_told_neither_of_its_source_nor_of_its_siblings(
    ledger: Ledger,
) -> None:
    source = look(ledger, 1, 1, CAUSE)
    sibling = look(ledger, 2, 2, CAUSE)
    purpose = f"incident:0123456789abcdef:{source.key.id}"
    ledger.open_intent(source, purpose, source.key, NOW)
    ledger.settle_intent(source, purpose, IntentState.DONE, sibling.locator, NOW)
    look(ledger, 3, 0, CAUSE)
    assert found(ledger, a_case(9), 9, origin=source.key) == ["3"]
    assert found(ledger, a_case(9), 9) == ["2", "1", "3"]


def test_where_an_earlier_incident_changes_later_ones_of_its_kind_look_again_and_no_others(ledger: Ledger) -> None:
    look(ledger, 1, 1, CAUSE)
    look(ledger, 2, 2, CAUSE)
    look(ledger, 3, 3, replace(CAUSE, category="model"))
    look(ledger, 4, 0, CAUSE)
    look(ledger, 5, 5, CAUSE, closed_at=LATER, phase="complete")
    for number, day in ((1, 1), (2, 2), (3, 3), (4, 0)):
        look(ledger, number, day, *({3: (replace(CAUSE, category="model"),)}.get(number, (CAUSE,))))
    assert due(ledger) == set(), "after each has been looked at once more, nothing is due"
    look(ledger, 1, 1, CAUSE, title="It says another thing")
    assert due(ledger) == {"2"}


def test_who_was_alike_before_the_change_looks_again_as_well(ledger: Ledger) -> None:
    look(ledger, 1, 1, CAUSE)
    look(ledger, 2, 2, CAUSE)
    look(ledger, 3, 3, system="product search")
    assert due(ledger) == set()
    look(ledger, 1, 1, replace(CAUSE, category="vendor", system="billing"))
    assert due(ledger) == {"2", "3"}


def test_a_look_that_was_under_way_when_another_incident_changed_is_followed_by_another(ledger: Ledger) -> None:
    look(ledger, 1, 1, CAUSE)
    later = look(ledger, 2, 2, CAUSE)
    began_with = ledger.recall(later).woken
    look(ledger, 1, 1, CAUSE, title="It says another thing")
    look(ledger, 2, 2, CAUSE, woken=began_with)
    assert due(ledger) == {"2"}
    look(ledger, 2, 2, CAUSE)
    assert due(ledger) == set()


def answer(word: str, case: IssueRef, **changes: Any) -> Any:
    given = {"word": word, "issue": case.key, "reason": word, "subject": "github:1"} | changes
    return a_decision(**given)


def test_an_incident_that_came_back_looks_again_and_knows_in_which_one(ledger: Ledger) -> None:
    first, later = look(ledger, 1, 1, CAUSE), look(ledger, 2, 2, CAUSE)
    ledger.remember_decisions(later, [answer("recurrence-of", later)], NOW)
    assert due(ledger) == {"1"}
    [known] = ledger.recurred(first.key)
    assert (known.later.ref, known.at) == (later, NOW)


def test_what_is_taken_back_holds_no_more_and_refused_words_never_did(ledger: Ledger) -> None:
    first, later = look(ledger, 1, 1, CAUSE), look(ledger, 2, 2, CAUSE)
    ledger.remember_decisions(later, [answer("recurrence-of", later, accepted=False)], NOW)
    assert ledger.recurred(first.key) == ()
    ledger.remember_decisions(later, [answer("recurrence-of", later, comment_id="78")], NOW)
    look(ledger, 1, 1, CAUSE)
    ledger.remember_decisions(later, [answer("not-recurrence", later, comment_id="79", subject="")], NOW)
    assert ledger.recurred(first.key) == ()
    assert due(ledger) == {"1"}


def test_what_was_read_in_is_found_as_well(ledger: Ledger) -> None:
    later = look(ledger, 2, 2, CAUSE)
    record = LookRecord(kind="full", phase="complete", causes=(CAUSE,), opened_at=NOW)
    ledger.read_in(a_case(1), record, (), NOW)
    assert found(ledger, later, 2) == ["1"]
    assert due(ledger) == {"2"}
