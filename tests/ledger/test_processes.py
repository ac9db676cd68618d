"""Several real processes use one ledger at once; no update is lost, and one that is killed leaves nothing half done."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

import pytest
from sqlalchemy import insert

from integration.ledger.ledger import Ledger, open_ledger
from integration.ledger.tables import policy_files
from integration.postmortem.decisions import IntentState
from tests.ledger.builders import CASE, NOW, a_decision, a_look, an_action
from tests.ledger.conftest import KEY

SPAWN = multiprocessing.get_context("spawn")
ROUNDS = 25
WRITERS = 4


def write_rounds(url: str, writer: int) -> int:
    """Do what a worker does, always on the same case; return how many decisions of its own were in force."""
    ledger = open_ledger(url, KEY)
    mine = 0
    for n in range(ROUNDS):
        now = NOW + timedelta(seconds=n, microseconds=writer)
        ledger.project("github", f"acme/app{n}", now)
        ledger.open_intent(CASE, f"reply:{n}", CASE.key, now)
        ledger.settle_intent(CASE, f"reply:{n}", IntentState.DONE, str(n), now)
        taken = a_decision(comment_id=str(n), authority=f"by writer {writer}")
        mine += ledger.remember_decisions(CASE, [taken], now) == (taken,)
        owner = str(writer * ROUNDS + n)
        action = an_action(owner_id=owner, owners=frozenset({owner}))
        ledger.record_look(CASE, a_look(reopened=(CASE.key,), said=frozenset({owner}), actions=(action,)), now)
    ledger.close()
    return mine


def test_four_writers_lose_no_update_and_keep_one_chain(database: str, ledger: Ledger) -> None:
    with ProcessPoolExecutor(WRITERS, mp_context=SPAWN) as pool:
        in_force = list(pool.map(write_rounds, [database] * WRITERS, range(WRITERS)))

    memory = ledger.recall(CASE)
    everybody = {str(n) for n in range(WRITERS * ROUNDS)}
    assert memory.reopened == {CASE.key: WRITERS * ROUNDS}
    assert memory.said == everybody
    assert memory.actions[0].owners == everybody
    assert sum(in_force) == len(memory.decisions) == ROUNDS
    assert len(memory.intents) == ROUNDS
    assert len(ledger.projects_known("github")) == ROUNDS + 1
    report = ledger.verify_audit()
    assert report.ok, report.problems
    assert report.entries >= WRITERS * ROUNDS


def write_and_hang(url: str, ready: Connection) -> None:
    """Write in a transaction that is never finished."""
    ledger = open_ledger(url, KEY)
    with ledger._writing() as writing:
        writing.trail.note("never.finished", NOW, {})
        writing.trail.write(writing.connection)
        writing.connection.execute(insert(policy_files).values(hash="h", name="half.yaml", text=""))
        ready.send("writing")
        signal.pause()


@pytest.fixture
def hanging(database: str, ledger: Ledger) -> Iterator[SpawnProcess]:
    """Give a process that is in the middle of writing."""
    receive, send = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=write_and_hang, args=(database, send))
    process.start()
    assert receive.poll(60)
    yield process
    process.kill()
    process.join()


def test_a_writer_killed_in_the_middle_leaves_nothing_behind(hanging: SpawnProcess, ledger: Ledger) -> None:
    before = ledger.verify_audit()
    assert hanging.pid is not None
    os.kill(hanging.pid, signal.SIGKILL)
    hanging.join()

    ledger.record_look(CASE, a_look(), NOW)

    report = ledger.verify_audit()
    assert report.ok, report.problems
    assert report.entries > before.entries
    assert ledger.policy_files("h") == {}
    assert "never.finished" not in {entry.kind for entry in ledger.audit_entries(CASE.key)}


def test_readers_do_not_wait_for_a_writer(hanging: SpawnProcess, ledger: Ledger) -> None:
    assert hanging.is_alive()
    assert ledger.recall(CASE).decisions == ()
    assert ledger.verify_audit().ok
