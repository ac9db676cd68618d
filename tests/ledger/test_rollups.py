"""Roll-ups say at any time what counting the rows themselves says, whatever was recorded in whatever order, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, event, select, update

from integration.errors import ErasureRefused
from integration.ledger import chain
from integration.ledger.chain import ChainKey
from integration.ledger.engine import connect, database_of, writing
from integration.ledger.ledger import Ledger, open_ledger
from integration.ledger.looks import record_look
from integration.ledger.records import KeptCause, KeptOutcome
from integration.ledger.rolling import roll_anew
from integration.ledger.schema import migrate
from integration.ledger.tables import contributions, rollups, service
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.precedents import Learned
from integration.postmortem.trends import Figures, Window
from tests.ledger.builders import NOW, VIC, a_decision, a_look, a_ticket, an_action
from tests.ledger.conftest import KEY
from tests.ledger.test_trends import MIDDLE, OCTOBER, incident, met

_ROUND = count(1)
DAYS = st.dates(date(2026, 7, 1), date(2026, 11, 20))
INSTANTS = st.datetimes(datetime(2026, 7, 1), datetime(2026, 11, 20), timezones=st.just(UTC))
PROJECTS = st.sampled_from(["shop", "app", "web"])
CAUSES = st.builds(
    KeptCause,
    st.sampled_from(["data", "process", ""]),
    st.sampled_from(["design", ""]),
    st.sampled_from(["drift", ""]),
    st.sampled_from(["search", ""]),
    st.sampled_from(["system", "person", ""]),
)
WINDOWS = st.tuples(DAYS, DAYS).map(lambda pair: Window(min(pair), max(pair), NOW))


@dataclass(frozen=True)
class Step:
    """Something that happens to an incident: a look, a decision, or one of ``told``."""

    number: int
    project: str
    told: str
    look: dict[str, Any]
    at: datetime
    word: str


@st.composite
def looks(draw: st.DrawFn) -> dict[str, Any]:
    ticket = a_ticket(draw(st.integers(1, 5)))
    action = an_action(ticket=ticket, due=draw(DAYS), row_due=None)
    outcome = draw(st.sampled_from(["verified", "risk accepted", "evidence wanted"]))
    needs, answer = draw(st.sampled_from([("", ""), ("money", ""), ("money", "fund"), ("people", "decline")]))
    return {
        "severity": draw(st.sampled_from(["SEV1", "SEV3", "SEV4", ""])),
        "phase": draw(st.sampled_from(["writing", "in review", "remediating", "no incident"])),
        "governed": draw(st.sampled_from([True, True, False])),
        "opened_at": draw(INSTANTS),
        "due_at": draw(st.none() | INSTANTS),
        "finished_at": draw(st.none() | INSTANTS),
        "approved_at": draw(st.none() | INSTANTS),
        "in_review": draw(st.booleans()),
        "lead": draw(st.sampled_from(["apart", "involved", ""])),
        "causes": tuple(draw(st.lists(CAUSES, max_size=3))),
        "actions": (action,),
        "outcomes": (KeptOutcome("A1", outcome, draw(st.none() | INSTANTS), needs=needs, answer=answer),),
        "tickets": (),
        "learned": Learned(client=draw(st.sampled_from(["Acme", ""])), confidential=draw(st.booleans())),
        "closed_at": draw(st.none() | st.just(NOW)),
    }


STEPS = st.builds(
    Step,
    st.integers(1, 4),
    PROJECTS,
    st.sampled_from(["look", "look", "look", "decision", "erased", "read in", "joined"]),
    looks(),
    INSTANTS,
    st.sampled_from(["waive", "accept-risk", "approve"]),
)


def play(ledger: Ledger, steps: list[Step], owner: str) -> None:
    """Let these steps happen in projects of one owner, so that rounds over one ledger do not meet."""
    for n, step in enumerate(steps):
        case = IssueRef(IssueKey("github", f"{owner}{step.number}"), f"{owner}/{step.project}#{step.number}")
        now = NOW + timedelta(minutes=n)
        match step.told:
            case "look":
                ledger.record_look(case, a_look(**step.look), now)
            case "decision":
                said = {
                    "comment_id": f"{owner}{n}",
                    "word": step.word,
                    "reason": "summary",
                    "authority": "not independent",
                }
                ledger.remember_decisions(case, [a_decision(**said, at=step.at)], now)
            case "read in":
                ledger.read_in(case, a_look(**(step.look | {"governed": False})), (), now)
            case "joined":
                ledger.rename_project("github", f"{owner}/app", f"{owner}/web", now)
            case "erased":
                try:
                    ledger.erase_case(case, now)
                except ErasureRefused:
                    continue


@contextmanager
def at(database: str) -> Iterator[Connection]:
    engine = connect(database_of(database))
    with writing(engine) as connection:
        yield connection
    engine.dispose()


def forget_rollups(database: str) -> None:
    """Leave nothing to count by but the rows themselves."""
    with at(database) as connection:
        connection.execute(update(service).values(counted_by="other definitions"))
        connection.execute(delete(rollups))


def kept(database: str) -> tuple[list[Any], list[Any]]:
    with at(database) as connection:
        sums = connection.execute(select(rollups)).all()
        parts = connection.execute(select(contributions).where(contributions.c.parts != "[]")).all()
        return sorted(map(tuple, sums)), sorted(map(tuple, parts))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=12), window=WINDOWS)
def test_a_window_is_counted_alike_with_roll_ups_and_without(database: str, steps: list[Step], window: Window) -> None:
    owner = f"o{next(_ROUND)}"
    covers = frozenset(("github", f"{owner}/{name}") for name in ("shop", "app", "web"))
    migrate(database)
    ledger = open_ledger(database, KEY)
    play(ledger, steps, owner)
    with_rollups = [ledger.trends(window), ledger.trends(window, covers)]
    forget_rollups(database)
    without = [ledger.trends(window), ledger.trends(window, covers)]
    ledger.close()
    assert with_rollups == without


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=12))
def test_roll_ups_that_are_made_anew_are_those_that_were_kept(database: str, steps: list[Step]) -> None:
    ledger = open_ledger(database, KEY)
    play(ledger, steps, f"o{next(_ROUND)}")
    ledger.close()
    before = kept(database)
    with at(database) as connection:
        connection.execute(update(service).values(counted_by=""))
        roll_anew(connection)
    assert kept(database) == before


def counts(figures: Figures) -> tuple[Any, ...]:
    return (figures.severities, figures.categories, figures.actions, figures.waivers)


def test_what_was_kept_by_other_definitions_is_not_read_until_migrate_has_made_it_anew(database: str) -> None:
    ledger = open_ledger(database, KEY)
    met(ledger, 1, causes=(KeptCause("data", "design"),))
    right = counts(ledger.trends(OCTOBER))
    with at(database) as connection:
        connection.execute(update(rollups).values(number=99))
    wrong = counts(ledger.trends(OCTOBER))
    with at(database) as connection:
        connection.execute(update(service).values(counted_by="other definitions"))
    counted = counts(ledger.trends(OCTOBER))
    migrate(database)
    made_anew = counts(ledger.trends(OCTOBER))
    ledger.close()
    assert wrong != right
    assert counted == made_anew == right


def test_of_an_erased_incident_no_client_is_left_in_the_roll_ups(database: str) -> None:
    ledger = open_ledger(database, KEY)
    met(ledger, 1, learned=Learned(client="Acme"), closed_at=NOW)
    before = kept(database)
    ledger.erase_case(IssueRef(IssueKey("github", "1"), "acme/shop#1", ""), NOW)
    ledger.close()
    assert "Acme" in repr(before)
    assert "Acme" not in repr(kept(database))


def test_the_name_of_a_forgotten_person_is_taken_out_of_the_roll_ups_as_out_of_the_decisions(database: str) -> None:
    ledger = open_ledger(database, KEY)
    met(ledger, 1)
    waived = a_decision(word="waive", reason="vic", actor=replace(VIC, handle="vic"), at=MIDDLE)
    ledger.remember_decisions(incident(1), [waived], NOW)
    before = kept(database)
    ledger.erase_person("github", VIC.id, NOW)
    ledger.close()
    assert "vic" in repr(before)
    assert "vic" not in repr(kept(database))


def test_a_case_that_moves_to_another_project_is_counted_there(ledger: Ledger) -> None:
    met(ledger, 1, project="acme/shop")
    met(ledger, 1, project="acme/app")
    assert [place.name for place in ledger.trends(OCTOBER).places if place.incidents] == ["github:acme/app"]


def test_a_look_that_changes_no_figure_writes_none(ledger: Ledger) -> None:
    met(ledger, 1, causes=(KeptCause("data", "design"),))
    written: list[str] = []

    def note(*told: Any) -> None:
        written.append(told[2])

    event.listen(ledger._engine, "before_cursor_execute", note)
    ledger.record_look(
        IssueRef(IssueKey("github", "1"), "acme/shop#1", ""),
        a_look(opened_at=MIDDLE, tickets=(), actions=(), status_comment=None, causes=(KeptCause("data", "design"),)),
        NOW + timedelta(minutes=1),
    )
    assert written
    assert [each for each in written if "rollups" in each or each.startswith("INSERT INTO contributions")] == []


def test_what_is_recorded_while_roll_ups_are_made_anew_is_counted_once(database: str) -> None:
    ledger = open_ledger(database, KEY)
    met(ledger, 1)
    forget_rollups(database)
    engine = connect(database_of(database))
    with ThreadPoolExecutor(1) as beside:
        with chain.writing(engine, ChainKey(KEY)) as writer:
            record_look(writer, incident(2), a_look(opened_at=MIDDLE, tickets=(), actions=()), NOW)
            migration = beside.submit(migrate, database)
            with pytest.raises(TimeoutError):
                migration.result(timeout=0.5)
        migration.result(timeout=20)
    engine.dispose()
    counted = ledger.trends(OCTOBER).severities
    ledger.close()
    assert counted == {"SEV1": 2}
