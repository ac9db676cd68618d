"""What a look costs: tracker calls per kind of event, counted on the sandbox beside the least that the API allows, and how long a closing stands.

``python -m benchmarks.looks [--closings N]`` prints a table and then JSON. The second part runs real processes (receiver, two workers,
scheduler, Valkey) on trackers that take 100 ms for every answer.
"""

import argparse
import json
import logging
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from integration.sandbox.calls import CallLog
from integration.work.sweeping import sweep_trackers
from tests.e2e.processes import Processes, processes
from tests.e2e.stage import PROJECT, REPOSITORY, Stage, stage
from tests.e2e.story import ON, Told

DELAY = 0.1  # seconds that a tracker takes to answer
# Writes that no client could save, from COSTS: kind of event → (GitHub, Jira). Two actions are two tickets, two links, one edit of the status comment.
LEAST = {
    "an issue that is no incident": (0, 0),
    "incident opened": (1, 2),
    "nothing changed, delivered again": (0, 0),
    "nothing changed, swept": (0, 0),
    "command in a comment": (1, 1),
    "post-mortem with two actions": (5, 5),
    "closing refused": (2, 2),
    "closing a ticket refused": (2, 2),
}


@contextmanager
def folder() -> Iterator[Path]:
    """Give a directory with a short path, and remove it."""
    path = Path(tempfile.mkdtemp(prefix="ft-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def count_calls() -> list[dict[str, object]]:
    """Return one row per tracker and kind of event: reads and writes of our account."""
    rows: list[dict[str, object]] = []
    with folder() as path, stage(path) as service:
        for site in ON:
            told = ON[site](service)
            calls = service.github.calls if site == "github" else service.jira.calls
            for event, happen in _events(service, told, site).items():
                calls.reset()
                happen()
                service.settle()
                ours = calls.of(account="followthrough")
                free = sum(call.status == 304 for call in ours)
                writes = calls.count(account="followthrough", writes_only=True)
                least = LEAST[event][site == "jira"]
                rows.append(
                    {
                        "tracker": site,
                        "event": event,
                        "reads": len(ours) - writes,
                        "of_them_304": free,
                        "writes": writes,
                    }
                    | {"least_writes": least}
                )
    return rows


def _events(service: Stage, told: Told, site: str) -> dict[str, Callable[[], object]]:
    github, jira = service.github, service.jira

    def no_incident() -> object:
        if site == "github":
            return github.as_person("dana").open_issue(REPOSITORY, "A wish", "Nothing happened.")
        return jira.as_person("dana").open_issue(PROJECT, "A wish", "Nothing happened.")

    def delivered_again() -> None:
        sender = github.hooks if site == "github" else jira.hooks
        told.say("dana", "Nothing in particular.")
        sender.wait_idle(5)

    return {
        "an issue that is no incident": no_incident,
        "incident opened": told.report,
        "nothing changed, delivered again": delivered_again,
        "command in a comment": lambda: told.say("dana", "/client Nordlicht"),
        "post-mortem with two actions": told.write_up,
        "closing a ticket refused": lambda: told.close("dana", "A1"),
        "closing refused": lambda: told.close("dana"),
        "nothing changed, swept": lambda: sweep_trackers(service.parts.engine, lambda: True),
    }


def time_closings(site: str, closings: int) -> dict[str, float]:
    """Return p50 and p95 in seconds from the answer to a person's closing to the issue being open again."""
    # As shipped, but for the delay: with sweeps every two seconds, most closings would come within five seconds of a look.
    shipped = {"FOLLOWTHROUGH_LOOK_INTERVAL": "5", "FOLLOWTHROUGH_TRACKER_SWEEP_SECONDS": "300"}
    with folder() as path, processes(path, **shipped) as service:
        told = [ON[site](service) for _ in range(closings)]  # type: ignore[arg-type]
        for each in told:
            each.report()
        service.settle(300)
        time.sleep(6)  # Past the least time between two looks at one case.
        sandbox = service.github if site == "github" else service.jira
        sandbox.misbehave.delay(DELAY)
        took = [_closed_for(service, each, site) for each in told]
    took.sort()
    return {
        "p50": statistics.median(took),
        "p95": took[min(len(took) - 1, int(len(took) * 0.95))],
        "closings": closings,
    }


def _closed_for(service: Processes, told: Told, site: str) -> float:
    told.close("dana")
    calls = service.github.calls if site == "github" else service.jira.calls
    calls.reset()
    began = time.monotonic()
    # Looked up in the sandbox's own log of calls, since asking over HTTP would take its delay.
    while not _is_opened_again(calls):
        if time.monotonic() - began > 60:
            raise SystemExit("The issue was not opened again within a minute.")
        time.sleep(0.005)
    return time.monotonic() - began


def _is_opened_again(calls: CallLog) -> bool:
    ours = calls.of(account="followthrough", writes_only=True)
    return any(
        (call.method == "PATCH" and "/comments/" not in call.path) or call.path.endswith("/transitions")
        for call in ours
    )


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--closings", type=int, default=20)
    closings = asked.parse_args().closings
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    rows, times = count_calls(), {site: time_closings(site, closings) for site in ON}
    print(f"{'tracker':8} {'event':34} {'reads':>6} {'304':>4} {'writes':>7} {'least':>6}")
    for row in rows:
        print(
            f"{row['tracker']!s:8} {row['event']!s:34} {row['reads']!s:>6} {row['of_them_304']!s:>4} "
            f"{row['writes']!s:>7} {row['least_writes']!s:>6}"
        )
    for site, took in times.items():
        print(
            f"{site}: from a close to the reopening, p50 {took['p50']:.2f} s, p95 {took['p95']:.2f} s (100 ms a call)"
        )
    json.dump({"python": platform.python_version(), "calls": rows, "reopening": times}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
