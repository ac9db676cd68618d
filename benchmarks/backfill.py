"""Reads a project of many issues into an empty ledger, on a sandbox over HTTP, and counts the calls: per issue, per incident, and in the busiest hour.

``python -m benchmarks.backfill [--issues 10000] [--incidents 2000] [--an-hour 5000]`` prints a table and then JSON. An hour that is spent is waited for
on a clock that is set forward, so what it takes is work, not waiting. By default GitHub allows 5,000 requests an hour here, as it does a token.
"""

import argparse
import json
import logging
import platform
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from integration.ledger.ledger import Ledger, open_ledger
from integration.ledger.schema import migrate
from integration.sandbox.github.sandbox import GitHubSandbox
from integration.sandbox.jira.server import JiraSandbox
from integration.trackers.github.tracker import connect as connect_github
from integration.trackers.jira.client import JiraAccess
from integration.trackers.jira.tracker import connect as connect_jira
from integration.work.backfilling import RESERVE, Reading, Tally, read_in
from mappings.loading import load_policy
from mappings.models import Mode

PLACES = {"github": "acme/shop", "jira": "SHOP"}
BODY = "The assistant recommended recalled heaters to {number} people. Retrieval ignores the product status.\n"


@dataclass
class Clock:
    """The time of both sides: real, and set forward by whoever has to wait."""

    ahead: timedelta = timedelta()
    waits: list[int] = field(default_factory=list)
    asked: Callable[[], int] = lambda: 0

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def rest(self, until: datetime, _why: str) -> None:
        """Let the time pass that there is to wait; note how many calls were made before it."""
        self.waits.append(self.asked())
        self.ahead += max(until - self(), timedelta()) + timedelta(seconds=1)


@contextmanager
def github(clock: Clock, issues: int, incidents: int) -> Iterator[tuple[Any, Any]]:
    """Run a GitHub with that many issues; give its sandbox and the tracker on it."""
    with GitHubSandbox(clock) as sandbox:
        for person in ("dana", "followthrough"):
            sandbox.add_person(person)
        sandbox.add_repository(PLACES["github"], private=True, roles={"dana": "write", "followthrough": "write"})
        dana = sandbox.as_person("dana")
        sandbox.limits.an_hour = 10 * issues  # Filling it is not what is measured.
        for number, labels in _wanted(issues, incidents):
            dana.open_issue(PLACES["github"], f"Issue {number}", BODY.format(number=number), labels=labels)
        yield (
            sandbox,
            connect_github(sandbox.url, secrets.token_bytes(32), token=sandbox.token_of("followthrough"), clock=clock),
        )


@contextmanager
def jira(clock: Clock, issues: int, incidents: int) -> Iterator[tuple[Any, Any]]:
    """Run a Jira with that many issues; give its sandbox and the tracker on it."""
    with JiraSandbox(clock=clock) as sandbox:
        for person in ("dana", "followthrough"):
            sandbox.add_person(person)
        sandbox.add_project(PLACES["jira"], "Shop", "dana", roles=dict.fromkeys(("dana", "followthrough"), "member"))
        dana = sandbox.as_person("dana")
        for number, labels in _wanted(issues, incidents):
            dana.open_issue(PLACES["jira"], f"Issue {number}", BODY.format(number=number), labels=labels)
        access = JiraAccess(sandbox.url, "followthrough-token", "followthrough", secrets.token_bytes(32))
        yield sandbox, connect_jira(access, clock)


def _wanted(issues: int, incidents: int) -> Iterator[tuple[int, list[str]]]:
    """Give number and labels of each issue, the incidents spread evenly."""
    for number in range(1, issues + 1):
        is_incident = number * incidents // issues > (number - 1) * incidents // issues
        yield number, (["incident", "sev3"] if is_incident else [])


def measure(site: str, issues: int, incidents: int, an_hour: int, folder: Path) -> dict[str, object]:
    """Read the project in twice; return what the first time cost, and what the second did."""
    clock = Clock()
    url = f"sqlite:///{folder / site}.db"
    migrate(url)
    ledger = open_ledger(url, secrets.token_bytes(32))
    with (github if site == "github" else jira)(clock, issues, incidents) as (sandbox, tracker):
        if isinstance(sandbox, GitHubSandbox):
            sandbox.limits.an_hour = an_hour
        sandbox.calls.reset()
        clock.asked = lambda: _counted(sandbox)
        first, took = _read(site, tracker, ledger, clock)
        asked = [*clock.waits, _counted(sandbox)]
        most = max(later - earlier for earlier, later in zip((0, *asked), asked, strict=False))
        writes = sandbox.calls.count(account="followthrough", writes_only=True)
        before = ledger.verify_audit().entries
        second, again = _read(site, tracker, ledger, clock)
        changed = ledger.verify_audit().entries - before
    ledger.close()
    return {
        "tracker": site,
        "issues": first.issues,
        "incidents_read": first.read,
        "calls": first.calls,
        "of_them_free": first.calls - asked[-1],
        "calls_per_issue": round(first.calls / first.issues, 3),
        "calls_per_incident": round(first.calls / max(first.read, 1), 2),
        "seconds": round(took, 1),
        "hours_waited_for": len(asked) - 1,
        "most_that_count_in_an_hour": most,
        "writes": writes,
        "second_run_calls": second.calls,
        "second_run_seconds": round(again, 1),
        "second_run_new_entries": changed,
    }


def _counted(sandbox: Any) -> int:
    """Return how many calls there were that count: an answer that nothing changed is free on GitHub."""
    return sum(call.status != 304 for call in sandbox.calls.entries)


def _read(site: str, tracker: Any, ledger: Ledger, clock: Clock) -> tuple[Tally, float]:
    loaded = load_policy(Path("mappings"))
    given = Reading(
        {site: tracker},
        ledger,
        loaded.policy,
        loaded.content_hash,
        Mode.ENFORCE,
        clock,
        clock.rest,
        lambda _site, _project: True,
    )
    began = time.perf_counter()
    *_, tally = read_in(site, PLACES[site], given)
    return tally, time.perf_counter() - began


def main() -> None:
    """Print a table, then JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--issues", type=int, default=10_000)
    arguments.add_argument("--incidents", type=int, default=2_000)
    arguments.add_argument("--an-hour", type=int, default=5_000, help="requests that GitHub allows in an hour")
    arguments.add_argument("--trackers", nargs="+", choices=PLACES, default=list(PLACES))
    given = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    try:
        found = [measure(site, given.issues, given.incidents, given.an_hour, folder) for site in given.trackers]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name in found[0]:
        print(f"{name.replace('_', ' '):<26}" + "".join(f"{each[name]!s:>12}" for each in found))
    print(f"left to the service        {RESERVE:.0%} of an hour's requests on GitHub")
    print(json.dumps({"python": platform.python_version(), "found": found}))


if __name__ == "__main__":
    main()
