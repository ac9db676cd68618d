"""What remembering costs: recall and record_look in milliseconds, on SQLite and on PostgreSQL, and checking the audit
chain.

Run: ``python -m benchmarks.ledger [looks] [audit entries]``. The case has five actions with tickets, twenty decisions
and twelve intents, which is a busy one; the ledger holds 200 such cases.
"""

import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from benchmarks.databases import databases
from integration.ledger.chain import writing
from integration.ledger.ledger import Ledger, open_ledger
from integration.ledger.records import LookRecord
from integration.ledger.schema import migrate
from integration.postmortem.decisions import Decision, IntentState, RememberedAction
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.people import Person

NOW = datetime(2026, 11, 23, tzinfo=UTC)
VIC = Person("github", "1002", "vic", "Vic Verhoeven")


def a_case(number: int) -> IssueRef:
    """Return the reference of one case."""
    return IssueRef(IssueKey("github", str(number)), f"acme/shop#{number}")


def a_record(number: int) -> LookRecord:
    """Return what a look at that case records."""
    actions = tuple(
        RememberedAction(
            f"A{n}", f"do thing {n}", f"Do thing {n}", "1001", date(2026, 12, n), a_case(number * 1000 + n)
        )
        for n in range(1, 6)
    )
    return LookRecord(
        title="Recalled products",
        severity="SEV1",
        phase="writing",
        mode="enforce",
        governed=True,
        actions=actions,
        tickets=tuple(action.ticket for action in actions if action.ticket),
        said=frozenset({"hello"}),
    )


def fill(ledger: Ledger, cases: int) -> None:
    """Put in busy cases."""
    for number in range(1, cases + 1):
        case = a_case(number)
        taken = [
            Decision(
                case.key, f"{number}-{n}", "d", 0, "verify", "", VIC, True, "write on acme/shop", "", "s", "p", NOW
            )
            for n in range(20)
        ]
        ledger.remember_decisions(case, taken, NOW)
        for n in range(12):
            ledger.open_intent(case, f"reply:{n}", case.key, NOW)
            ledger.settle_intent(case, f"reply:{n}", IntentState.DONE, str(n), NOW)
        ledger.record_look(case, a_record(number), NOW)


def timed(what: str, times: int, deed: Callable[[int], object]) -> None:
    """Print median and 95th percentile of a deed in milliseconds by the clock, and the median of this process's own work, which other work leaves alone."""
    taken, worked = [], []
    for n in range(times):
        began, busy = time.perf_counter(), time.process_time()
        deed(n)
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    clock = f"median {statistics.median(taken):6.2f} ms   p95 {statistics.quantiles(taken, n=20)[18]:6.2f} ms"
    print(f"  {what:<34} {clock}   work {statistics.median(worked):6.2f} ms")


def measure(name: str, url: str, looks: int, entries: int) -> None:
    """Print the figures for one database."""
    print(name)
    migrate(url)
    ledger = open_ledger(url, b"benchmark")
    fill(ledger, 200)
    later = [NOW + timedelta(minutes=n + 1) for n in range(looks)]
    timed("recall", looks, lambda n: ledger.recall(a_case(n % 200 + 1)))
    timed("case_of a ticket", looks, lambda n: ledger.case_of(IssueKey("github", str((n % 200 + 1) * 1000 + 3))))
    timed(
        "record_look, nothing new",
        looks,
        lambda n: ledger.record_look(a_case(n % 200 + 1), a_record(n % 200 + 1), later[n]),
    )
    timed(
        "record_look, a reopening",
        looks,
        lambda n: ledger.record_look(
            a_case(1), LookRecord(severity=f"SEV{n % 2 + 1}", governed=True, reopened=(a_case(1).key,)), later[n]
        ),
    )
    lengthen(ledger, entries)
    began = time.perf_counter()
    report = ledger.verify_audit()
    seconds = time.perf_counter() - began
    tracemalloc.start()  # A second pass, since tracing makes it several times slower.
    ledger.verify_audit()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"  verify_audit: {report.entries} entries in {seconds:.1f} s, peak {peak / 1e6:.1f} MB, ok {report.ok}")
    ledger.close()


def lengthen(ledger: Ledger, entries: int) -> None:
    """Append entries in large transactions, as only a benchmark would."""
    missing = entries - ledger.verify_audit().entries
    while missing > 0:
        with writing(ledger._engine, ledger._key) as transaction:
            for _ in range(min(missing, 10_000)):
                transaction.trail.note("case.changed", NOW, {"severity": ["SEV2", "SEV1"]}, a_case(1).key)
        missing -= 10_000


def main() -> None:
    """Measure both databases."""
    looks = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    entries = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    for name, url in databases(postgresql=True):
        measure(name, url, looks, entries)


if __name__ == "__main__":
    main()
