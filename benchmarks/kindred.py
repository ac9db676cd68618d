"""Times the search for earlier incidents by the structure of their causes: ``python -m benchmarks.kindred [INCIDENTS] [--postgresql]``.

Asked are 200 times for incidents alike in two kinds of cause, as each look at an incident asks; warm, since a look before it has read the same pages.
"""

import random
import statistics
import sys
import time

from benchmarks.databases import databases
from benchmarks.trends import CATEGORIES, NOW, fill
from integration.ledger.ledger import Ledger, open_ledger
from integration.ledger.schema import migrate
from integration.postmortem.incident import IssueKey
from integration.postmortem.kinship import CauseKind

QUESTIONS = 200


def ask(ledger: Ledger, *, any_system: bool) -> None:
    """Print how long a question takes, in milliseconds by the clock, and of this process's own work, in which SQLite answers."""
    chance = random.Random(5)
    taken, worked = [], []
    for n in range(QUESTIONS):
        kinds = [
            CauseKind(chance.choice(CATEGORIES[:-1]), f"sort{chance.randrange(4)}", f"system {chance.randrange(60)}")
            for _ in range(2)
        ]
        began, busy = time.perf_counter(), time.process_time()
        ledger.kindred(IssueKey("github", str(n + 1)), kinds, NOW, None, any_system=any_system)
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    where = "in any system" if any_system else "in the same system"
    clock = f"median {statistics.median(taken):.1f} ms, p95 {statistics.quantiles(taken, n=20)[18]:.1f} ms"
    print(f"  alike {where}: {clock}, work {statistics.median(worked):.1f} ms")


def measure(name: str, url: str, incidents: int) -> None:
    """Print the figures of one database."""
    migrate(url)
    open_ledger(url, b"benchmark").close()
    fill(url, incidents)
    print(f"{name}, {incidents:,} incidents")
    ledger = open_ledger(url, b"benchmark")
    for any_system in (False, True):
        ask(ledger, any_system=any_system)
    ledger.close()


def main() -> None:
    """Measure SQLite, and PostgreSQL where asked for."""
    numbers = [int(each) for each in sys.argv[1:] if each.isdecimal()]
    incidents = numbers[0] if numbers else 100_000
    for name, url in databases(postgresql="--postgresql" in sys.argv):
        measure(name, url, incidents)


if __name__ == "__main__":
    main()
