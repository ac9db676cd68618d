"""Figures over many incidents come from SQL alike on both databases, and each is what counting by hand gives."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from integration.ledger.engine import connect, database_of
from integration.ledger.ledger import Ledger, open_ledger
from integration.ledger.records import KeptCause, KeptOutcome
from integration.ledger.tables import causes
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.reading.durations import read_duration
from integration.postmortem.reading.spans import Spans
from integration.postmortem.shares import Place, Settled
from integration.postmortem.trends import Window
from tests.ledger.builders import NOW, a_decision, a_look, a_ticket, an_action
from tests.ledger.conftest import KEY

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
OCTOBER = Window(date(2026, 10, 1), date(2026, 10, 31), NOW)
MIDDLE = datetime(2026, 10, 15, 9, tzinfo=UTC)


def incident(number: int, project: str = "acme/shop") -> IssueRef:
    return IssueRef(IssueKey("github", str(number)), f"{project}#{number}", "")


def met(ledger: Ledger, number: int, *, project: str = "acme/shop", **changes: Any) -> None:
    """Let a look at an incident of October leave its record."""
    plain: dict[str, Any] = {"opened_at": MIDDLE, "tickets": (), "actions": (), "status_comment": None}
    ledger.record_look(incident(number, project), a_look(**(plain | changes)), NOW)


def with_action(number: int, due: date, outcome: str, settled: datetime | None) -> dict[str, Any]:
    action = an_action(ticket=a_ticket(number + 1000, key=IssueKey("github", str(number + 9000))), due=due, row_due=due)
    return {"actions": (action,), "outcomes": (KeptOutcome("A1", outcome, settled),)}


def test_incidents_count_where_they_were_opened_and_near_misses_by_themselves(ledger: Ledger) -> None:
    met(ledger, 1)
    met(ledger, 2, severity="SEV4")
    met(ledger, 3, severity="")
    met(ledger, 4, governed=False)
    met(ledger, 5, opened_at=datetime(2026, 11, 1, tzinfo=UTC))
    met(ledger, 6, opened_at=datetime(2026, 9, 30, 23, 59, tzinfo=UTC))
    found = ledger.trends(OCTOBER)
    assert found.severities == {"SEV1": 1, "SEV4": 1, "": 1}
    assert (found.incidents, found.near_misses) == (2, 1)


def test_causes_count_by_category_and_by_incident(ledger: Ledger) -> None:
    met(ledger, 1, causes=(KeptCause("data", "deployment"), KeptCause("data", ""), KeptCause("", "")))
    met(ledger, 2, causes=(KeptCause("data", "deployment"), KeptCause("process", "design")))
    met(ledger, 3)
    found = ledger.trends(OCTOBER)
    assert found.categories == {"data": (3, 2), "": (1, 1), "process": (1, 1)}
    assert found.phases == {"deployment": 2, "": 2, "design": 1}
    assert found.explained == 2


def test_causes_are_those_of_the_latest_look(ledger: Ledger) -> None:
    met(ledger, 1, causes=(KeptCause("data", ""), KeptCause("model", "")))
    met(ledger, 1, causes=(KeptCause("code", ""),))
    assert ledger.trends(OCTOBER).categories == {"code": (1, 1)}


def test_of_a_cause_its_sub_category_and_system_are_kept(database: str) -> None:
    ledger = open_ledger(database, KEY)
    met(ledger, 1, causes=(KeptCause("data", "operation", "drift", "search"), KeptCause("code", "", "", "se\0arch")))
    ledger.close()
    engine = connect(database_of(database))
    with engine.connect() as connection:
        kept = connection.execute(select(causes.c.sub_category, causes.c.system).order_by(causes.c.position)).all()
    engine.dispose()
    assert [tuple(row) for row in kept] == [("drift", "search"), ("", "se\ufffdarch")]


@pytest.mark.parametrize(
    ("outcome", "settled", "expected"),
    [
        ("verified", datetime(2026, 10, 20, 23, 59, tzinfo=UTC), Settled(1, 0, 0, 0)),
        ("verified", datetime(2026, 10, 21, 0, 0, tzinfo=UTC), Settled(0, 1, 0, 0)),
        ("risk accepted", datetime(2026, 10, 2, tzinfo=UTC), Settled(0, 0, 1, 0)),
        ("verification lapsed", None, Settled(0, 0, 0, 1)),
        ("evidence wanted", None, Settled(0, 0, 0, 1)),
    ],
)
def test_an_action_that_fell_due_was_in_time_late_set_aside_or_is_outstanding(
    ledger: Ledger, outcome: str, settled: datetime | None, expected: Settled
) -> None:
    met(ledger, 1, **with_action(1, date(2026, 10, 20), outcome, settled))
    assert ledger.trends(OCTOBER).actions == expected


@pytest.mark.parametrize(("due", "counts"), [(date(2026, 11, 22), 1), (date(2026, 11, 23), 0), (date(2026, 12, 1), 0)])
def test_an_action_whose_day_is_not_over_did_not_fall_due(ledger: Ledger, due: date, counts: int) -> None:
    met(ledger, 1, **with_action(1, due, "evidence wanted", None))
    assert ledger.trends(Window(date(2026, 11, 1), date(2026, 12, 31), NOW)).actions.all == counts


def test_post_mortems_count_where_they_fell_due_by_when_their_authors_were_done(ledger: Ledger) -> None:
    due = datetime(2026, 10, 10, 12, tzinfo=UTC)
    later, done = due + timedelta(seconds=1), {"due_at": due, "phase": "in review"}
    met(ledger, 1, **done, finished_at=due)
    met(ledger, 1, **done | {"phase": "remediating"}, finished_at=NOW, approved_at=NOW)
    met(ledger, 2, **done, finished_at=later)
    met(ledger, 3, due_at=due, phase="writing")
    met(ledger, 4, due_at=None)
    met(ledger, 5, due_at=due + timedelta(days=30))
    assert ledger.trends(OCTOBER).postmortems == Settled(in_time=1, late=1, set_aside=0, outstanding=1)


def test_a_post_mortem_that_was_emptied_after_it_was_done_is_outstanding(ledger: Ledger) -> None:
    due = datetime(2026, 10, 10, 12, tzinfo=UTC)
    met(ledger, 1, due_at=due, phase="in review", finished_at=due)
    met(ledger, 1, due_at=due, phase="writing")
    assert ledger.trends(OCTOBER).postmortems == Settled(0, 0, 0, 1)


def test_what_was_approved_before_being_done_was_remembered_was_done_by_then(ledger: Ledger) -> None:
    due = datetime(2026, 10, 10, 12, tzinfo=UTC)
    met(ledger, 1, due_at=due, phase="remediating", finished_at=NOW, approved_at=due)
    assert ledger.trends(OCTOBER).postmortems == Settled(1, 0, 0, 0)


def test_risks_and_what_was_not_independent_are_counted(ledger: Ledger) -> None:
    met(ledger, 1)
    own = "write on acme/shop; not independent"
    taken = [
        a_decision(word="accept-risk", reason="2026-12-01", comment_id="1", at=MIDDLE),
        a_decision(word="accept-risk", reason="2026-12-01", comment_id="2", accepted=False, at=MIDDLE),
        a_decision(word="verify", reason="verified", comment_id="3", authority=own, at=MIDDLE),
        a_decision(word="approve", reason="technical", comment_id="4", authority=own, at=MIDDLE),
        a_decision(word="verify", reason="verified", comment_id="5", at=MIDDLE),
    ]
    ledger.remember_decisions(incident(1), taken, MIDDLE)
    found = ledger.trends(OCTOBER)
    assert (found.risks, found.alone) == (1, 2)


def test_waivers_count_by_check_and_refused_ones_not_at_all(ledger: Ledger) -> None:
    met(ledger, 1)
    taken = [
        a_decision(word="waive", reason=reason, comment_id=str(n), accepted=accepted, at=MIDDLE)
        for n, (reason, accepted) in enumerate(
            [("cause_chain", True), ("cause_chain", True), ("summary", True), ("summary", False)]
        )
    ]
    ledger.remember_decisions(incident(1), taken, MIDDLE)
    assert ledger.trends(OCTOBER).waivers == {"cause_chain": 2, "summary": 1}


def test_a_project_without_incidents_is_in_the_denominator_and_says_its_days(ledger: Ledger) -> None:
    ledger.project("github", "acme/calm", datetime(2026, 10, 25, tzinfo=UTC))
    ledger.project("github", "acme/shop", datetime(2026, 1, 1, tzinfo=UTC))
    ledger.project("github", "acme/later", datetime(2026, 11, 5, tzinfo=UTC))
    met(ledger, 1)
    met(ledger, 2, severity="SEV4")
    assert ledger.trends(OCTOBER).places == (Place("github:acme/calm", 0, 0, 7), Place("github:acme/shop", 1, 1, 31))


def test_a_length_is_known_of_those_that_say_both_ends_in_order(ledger: Ledger) -> None:
    hour = timedelta(hours=1)
    met(ledger, 1, spans=Spans(began=MIDDLE, detected=MIDDLE + hour, resolved=MIDDLE + 3 * hour))
    met(ledger, 2, spans=Spans(began=MIDDLE, detected=MIDDLE + 2 * hour))
    met(ledger, 3, spans=Spans(detected=MIDDLE, resolved=MIDDLE - hour))
    found = ledger.trends(OCTOBER)
    assert found.to_detect.seconds == (3600.0, 7200.0)
    assert found.to_detect.mean == timedelta(minutes=90)
    assert found.to_resolve.seconds == (7200.0,)
    assert found.to_resolve.of == 3


def test_earlier_incidents_tell_their_actions_and_what_became_of_them(ledger: Ledger) -> None:
    met(ledger, 1, title="Recalled products", **with_action(1, date(2026, 10, 20), "verified", MIDDLE))
    met(ledger, 2, governed=False)
    (only,) = ledger.earlier()
    assert only.text == "Recalled products\nFilter retrieval on product status"
    assert only.actions == (("Filter retrieval on product status", "verified"),)


def quarters() -> list[Any]:
    """Return the published quarters with figures; 2020-Q1 contradicts itself in the source."""
    if not CORPUS.is_dir():
        return []
    listed = json.loads((CORPUS / "trend_moj_quarters.json").read_text())
    return [
        pytest.param(q, id=q["quarter"])
        for q in listed
        if q["published_mttr_min"] is not None and q["quarter"] != "2020-Q1"
    ]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus lies beside the project where it is developed")
@pytest.mark.parametrize("quarter", quarters())
def test_the_published_quarters_come_out_of_their_incidents(ledger: Ledger, quarter: dict[str, Any]) -> None:
    year, number = int(quarter["quarter"][:4]), int(quarter["quarter"][-1])
    first = date(year, 3 * number - 2, 1)
    last = date(year + number // 4, (3 * number) % 12 + 1, 1) - timedelta(days=1)
    # One incident is counted in the quarter before that of its name, so the page's own grouping says when each was opened.
    opened = datetime(first.year, first.month, 2, 9, tzinfo=UTC)
    told = {each["id"]: each for each in json.loads((CORPUS / "trend_incidents.json").read_text())}
    for n, name in enumerate(quarter["incidents"], start=1):
        repair, resolve = read_duration(told[name]["raw_repair"]), read_duration(told[name]["raw_resolve"])
        assert repair is not None
        assert resolve is not None
        spans = Spans(detected=opened, mitigated=opened + repair, resolved=opened + resolve)
        met(ledger, n, opened_at=opened, spans=spans)
    found = ledger.trends(Window(first, last, NOW))
    assert found.to_mitigate.mean is not None
    assert found.to_resolve.mean is not None
    # The page cuts seconds off.
    assert found.to_mitigate.mean // timedelta(minutes=1) == quarter["published_mttr_min"]
    assert found.to_resolve.mean // timedelta(minutes=1) == quarter["published_mttresolve_min"]
