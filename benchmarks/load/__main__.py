"""Loads everything that the Compose file starts, with faults and kills, and compares its end with that of a quiet run.

    python -m benchmarks.load [--deliveries 100000] [--issues 2000] [--seed 1] [--kill-every 20] [--calls-an-hour 5000] [--together]
                              [--sweep-every 300] [--quick] [--json FILE]

Two receivers, three workers, two schedulers, one Valkey, one PostgreSQL, and sandbox trackers, all on this machine. First the quiet
run: the same deeds, no faults, and all has settled before the next wave of them. Then the loaded one: every answer takes 100 ms,
1 % of calls fail, some are limited or lose their answer, 5 % of deliveries are dropped, 10 % doubled, all are reordered, and each
process is killed in turn. ``--calls-an-hour`` is GitHub's limit for the account (an App of an organisation on Enterprise Cloud has
15,000), ``--together`` runs both at the same time, each with processes and stores of its own. ``--quick`` shortens the periods of
the engine, for small sizes. Leaves with 1 where anything differs.
"""

import argparse
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.load.halves import run_all
from benchmarks.load.harm import Faults
from benchmarks.load.people import Size
from benchmarks.load.running import Plan
from benchmarks.load.verdict import problems
from tests.e2e.processes import QUICK

# What changed is woken by every sweep until its cursor has passed it, and a sweep every two seconds would never let much come to rest.
LIVELY = QUICK | {"FOLLOWTHROUGH_TRACKER_SWEEP_SECONDS": "30"}


def main() -> int:
    """Run both, tell what was measured, and say whether all is as it should be."""
    options = _options()
    size = Size.of(options.deliveries, options.issues)
    timings = LIVELY if options.quick else {"FOLLOWTHROUGH_TRACKER_SWEEP_SECONDS": str(options.sweep_every)}
    quietly = Plan(size, options.seed, timings, calls_an_hour=options.calls_an_hour)
    plans = {"quiet": quietly, "loaded": replace(quietly, faults=Faults(), kill_every=options.kill_every)}
    ran = run_all(plans, together=options.together)
    quiet, loaded = ran["quiet"], ran["loaded"]
    found = problems(size, quiet, loaded)
    print(
        "\n".join(found[:40]) or "The end is that of the quiet run; nothing lost, nothing doubled, no budget exceeded."
    )
    if options.json:
        kept = {name: {**asdict(half), "end": len(half.end)} for name, half in ran.items()}
        Path(options.json).write_text(json.dumps({"size": asdict(size), **kept, "problems": found}, indent=2))
    return 1 if found else 0


def _options() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--deliveries", type=int, default=100_000)
    asked.add_argument("--issues", type=int, default=2_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--kill-every", type=float, default=20.0, help="seconds between two kills")
    asked.add_argument("--calls-an-hour", type=int, default=5_000, help="what GitHub lets the account ask in an hour")
    asked.add_argument("--sweep-every", type=float, default=300.0, help="seconds between two sweeps of the trackers")
    asked.add_argument("--together", action="store_true", help="both runs at the same time")
    asked.add_argument("--quick", action="store_true", help="short periods of the engine, for small sizes")
    asked.add_argument("--json", help="write the figures into this file")
    return asked.parse_args()


if __name__ == "__main__":
    sys.exit(main())
