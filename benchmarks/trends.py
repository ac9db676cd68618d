"""Times trends over a ledger of many incidents: ``python -m benchmarks.trends [INCIDENTS]``, each with 5 actions, 2 causes.

Whole summaries, and the reading of roll-ups alone; cold and warm, on SQLite, and with ``--postgresql`` on that as well. Cold is a connection that has
just been opened; the file itself may be in the cache of the operating system.
"""

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text, update

from benchmarks.databases import databases as each_database
from integration.ledger import engine as databases
from integration.ledger.ledger import open_ledger
from integration.ledger.rolling import roll_anew
from integration.ledger.rollups import DEFINITIONS
from integration.ledger.schema import migrate
from integration.ledger.tables import actions, cases, causes, projects, service
from integration.ledger.totals import totals
from integration.ledger.windows import Counting
from integration.postmortem.trends import Window

NOW = datetime(2026, 11, 1, tzinfo=UTC)
YEARS = 4
PHASES, ENDS = ("design", "training", "deployment", "operation"), ("", "system", "person")
EVERYTHING = tuple(each.what for each in DEFINITIONS)
CATEGORIES = ("data", "model", "code", "process", "human", "vendor", "")


def fill(url: str, incidents: int) -> None:
    """Write incidents that are spread over four years in forty projects, in transactions of 5,000."""
    chance = random.Random(11)
    engine = databases.connect(databases.database_of(url))
    began = NOW - timedelta(days=365 * YEARS)
    with databases.writing(engine) as connection:
        rows = [
            {
                "id": n + 1,
                "site": "github",
                "name": f"acme/p{n}",
                "governed_since": began,
                "paused": False,
                "breaker": "",
            }
            for n in range(40)
        ]
        connection.execute(insert(projects), rows)
    for start in range(0, incidents, 5000):
        numbers = range(start + 1, min(start + 5000, incidents) + 1)
        opened = {n: began + timedelta(minutes=chance.randrange(365 * YEARS * 1440)) for n in numbers}
        with databases.writing(engine) as connection:
            connection.execute(insert(cases), [_case(n, opened[n], chance) for n in numbers])
            connection.execute(insert(causes), [_cause(n, at, chance) for n in numbers for at in (1, 2)])
            connection.execute(
                insert(actions), [_action(n, k, opened[n].date(), chance) for n in numbers for k in range(5)]
            )
    began_at = time.perf_counter()
    with databases.writing(engine) as connection:
        connection.execute(update(service).values(counted_by=""))
        roll_anew(connection)
    print(f"roll-ups made anew in {time.perf_counter() - began_at:.1f} s")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def _case(n: int, at: datetime, chance: random.Random) -> dict[str, object]:
    words = {
        "title": f"Incident {n} " + "x" * 60,
        "kind": "full",
        "severity": f"SEV{chance.randint(1, 4)}",
        "phase": "remediating",
    }
    place = {
        "site": "github",
        "issue_id": str(n),
        "locator": f"acme/p{n % 40}#{n}",
        "url": f"https://github.example/{n}",
    }
    found = at + timedelta(minutes=chance.randrange(600))
    return {
        **words,
        **place,
        "id": n,
        "project_id": n % 40 + 1,
        "mode": "enforce",
        "policy": "0" * 64,
        "governed": True,
        "opened_at": at,
        "began_at": at - timedelta(hours=3),
        "detected_at": found,
        "mitigated_at": found + timedelta(hours=1),
        "resolved_at": found + timedelta(hours=chance.randrange(48)),
        "due_at": at + timedelta(days=7),
        "approved_at": at + timedelta(days=chance.randrange(14)),
        "status_digest": "",
    }


def _cause(n: int, position: int, chance: random.Random) -> dict[str, object]:
    named = {
        "category": chance.choice(CATEGORIES),
        "sub_category": f"sort{chance.randrange(4)}",
        "system": f"system {n % 60}",
    }
    return {"case_id": n, "position": position, "phase": chance.choice(PHASES), "ends": chance.choice(ENDS), **named}


def _action(n: int, k: int, opened: date, chance: random.Random) -> dict[str, object]:
    settled = datetime.combine(opened, datetime.min.time(), UTC) + timedelta(days=chance.randrange(60))
    row = {
        "case_id": n,
        "action_id": f"A{k + 1}",
        "text": "x" * 60,
        "description": "x" * 60,
        "due": opened + timedelta(days=30),
    }
    done = chance.random() < 0.8
    return {**row, "outcome": "verified" if done else "evidence wanted", "settled_at": settled if done else None}


def measure(name: str, url: str, incidents: int) -> None:
    """Print the figures of one database."""
    migrate(url)
    open_ledger(url, b"benchmark").close()
    fill(url, incidents)
    everything = Window(date(NOW.year - YEARS, 11, 1), date(2026, 10, 31), NOW)
    for what, window in (
        ("all four years", everything),
        ("one month", Window(date(2026, 10, 1), date(2026, 10, 31), NOW)),
    ):
        ledger = open_ledger(url, b"benchmark")
        counted, worked = timed(lambda ledger=ledger, window=window: ledger.trends(window))
        print(f"{name}, {what}: {counted.incidents} incidents, {counted.actions.all} actions; {told(worked)}")
        with databases.reading(ledger._engine) as connection:
            of = Counting(connection, window)
            _, worked = timed(lambda of=of: totals(of, *EVERYTHING))
        print(f"{name}, {what}, the roll-ups alone: {told(worked)}")
        ledger.close()


def timed(work: Callable[[], Any]) -> tuple[Any, list[tuple[float, float]]]:
    """Do something five times; return what it gave, and the seconds by the clock and of this process's own work of each."""
    taken = []
    for _ in range(5):
        began, busy = time.perf_counter(), time.process_time()
        found = work()
        taken.append((time.perf_counter() - began, time.process_time() - busy))
    return found, taken


def told(taken: list[tuple[float, float]]) -> str:
    """Return the first time, and the best of the others, in milliseconds."""
    (cold, work), warm = taken[0], min(taken[1:])
    return f"cold {cold * 1000:.0f} ms (work {work * 1000:.0f}), warm {warm[0] * 1000:.0f} ms"


def main() -> None:
    """Measure SQLite, and PostgreSQL where asked for."""
    numbers = [int(each) for each in sys.argv[1:] if each.isdecimal()]
    incidents = numbers[0] if numbers else 100_000
    for name, url in each_database(postgresql="--postgresql" in sys.argv):
        measure(name, url, incidents)


if __name__ == "__main__":
    main()
