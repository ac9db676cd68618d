"""Learning notes, judged: which incidents get one, what it says and keeps back, and when it is over."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.postmortem.decisions import Memory, ProjectMemory
from integration.postmortem.generated import Published, Seen, Series, WantedIssue
from integration.postmortem.noting import NoteFigures, judge_notes, period_of
from integration.postmortem.precedents import Measure, Precedent
from integration.postmortem.rules.evidence import ProofState
from tests.builders import a_policy, a_ref
from tests.unit.writing.plain import plain

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SERIES = Series("note", "all", "github", "acme/learning", frozenset({("github", "acme/shop")}))
LESSON = "A filter that everybody assumes has to be tested where the answer leaves the house."
VERIFIED, WANTED, ACCEPTED = ProofState.VERIFIED.value, ProofState.WANTED.value, ProofState.RISK_ACCEPTED.value


def an_incident(**changes: Any) -> Precedent:
    given: dict[str, Any] = {
        "ref": a_ref(12),
        "title": "The assistant recommends recalled products",
        "severity": "SEV1",
        "client": "Nordlicht",
        "categories": ("data", "process", "data"),
        "lessons": (LESSON,),
        "actions": (Measure("A1", "Filter at query time", VERIFIED), Measure("A2", "Alert on recalls", WANTED)),
    }
    return Precedent(**(given | changes))


def judged(*incidents: Precedent, published: bool = False) -> tuple[WantedIssue, ...]:
    there = tuple(Published(period_of(each.key), a_ref(90 + at), NOW) for at, each in enumerate(incidents))
    seen = Seen(SERIES, Memory(ProjectMemory("github", "acme/learning", NOW)), there if published else ())
    return judge_notes(NoteFigures(incidents, frozenset({"Vic"})), seen, a_policy(), NOW).issues


def said(wanted: WantedIssue) -> str:
    return "\n".join(plain(page, unfolded=True) for page in wanted.pages)


def test_a_note_says_what_failed_what_was_learned_and_what_changed() -> None:
    (note,) = judged(an_incident())
    text = said(note)
    assert note.title == f"Learning note · {LESSON.rstrip('.')}"
    for told in (
        "The assistant recommends recalled products",
        "SEV1 · cause: data, process",
        LESSON,
        "Filter at query time",
        "verified",
        "not proven yet",
    ):
        assert told in text
    assert "1 of 2 actions verified" in text
    assert note.outcome is None


@pytest.mark.parametrize(
    "leak",
    [
        pytest.param("Nordlicht's export has no owner", id="the client"),
        pytest.param("Vic found it by chance", id="a person"),
        pytest.param("@dana had warned of it", id="a handle"),
        pytest.param("See https://example.org/report", id="an address"),
        pytest.param("It cost 12,000 USD", id="a sum of money"),
        pytest.param("acme/shop has no such filter", id="the project"),
    ],
)
def test_what_names_somebody_or_something_stays_with_its_incident(leak: str) -> None:
    actions = (Measure("A1", leak, VERIFIED), Measure("A2", "Alert on recalls", WANTED))
    (note,) = judged(an_incident(title=leak, lessons=(leak, LESSON), actions=actions))
    assert leak not in said(note)
    assert leak not in note.title
    assert a_policy().learning.lessons.withheld in said(note)
    assert "1 action names people, clients or figures" in said(note)


def test_where_no_lesson_may_be_told_the_title_says_the_sort_of_cause() -> None:
    (note,) = judged(an_incident(lessons=("Ask Nordlicht first.",)))
    assert note.title == "Learning note · an incident of SEV1, cause: data, process"


def test_nothing_learned_and_no_cause_makes_no_note() -> None:
    assert judged(an_incident(lessons=(), categories=())) == ()


def test_of_a_confidential_incident_there_is_no_note_and_one_that_stood_is_withdrawn() -> None:
    assert judged(an_incident(confidential=True)) == ()
    (note,) = judged(an_incident(confidential=True), published=True)
    assert LESSON not in said(note)
    assert "withdrawn" in said(note)
    assert note.title == "Learning note · withdrawn"
    assert note.outcome is not None


@pytest.mark.parametrize(
    ("changes", "over"),
    [
        pytest.param({}, False, id="the incident goes on"),
        pytest.param({"closed_at": NOW}, False, id="an action is not proven"),
        pytest.param({"closed_at": NOW, "actions": (Measure("A1", "Filter", VERIFIED), Measure("A2", "Alert", ACCEPTED))}, True, id="all is settled"),
        pytest.param({"closed_at": NOW, "actions": ()}, True, id="nothing had to be done"),
    ],
)  # fmt: skip
def test_a_note_is_closed_once_nothing_of_it_can_change(changes: dict[str, Any], over: bool) -> None:
    (note,) = judged(an_incident(**changes), published=True)
    assert (note.outcome is not None) is over


def test_the_outcome_counts_what_was_proven_and_what_was_accepted() -> None:
    actions = (Measure("A1", "Filter", VERIFIED), Measure("A2", "Alert", ACCEPTED))
    (note,) = judged(an_incident(closed_at=NOW, actions=actions), published=True)
    assert note.outcome is not None
    assert "1 of 2 actions verified, 1 risk accepted" in plain(note.outcome)


def test_what_a_note_says_does_not_hang_on_the_time() -> None:
    figures = NoteFigures((an_incident(),))
    seen = Seen(SERIES, Memory(ProjectMemory("github", "acme/learning", NOW)))
    later = NOW + timedelta(days=400)
    assert judge_notes(figures, seen, a_policy(), NOW) == judge_notes(figures, seen, a_policy(), later)
