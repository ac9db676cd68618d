"""Loads everything that the Compose file starts, with faults and kills, and compares its end with that of a quiet run.

    python -m benchmarks.load [--deliveries 100000] [--issues 2000] [--seed 1] [--kill-every 20] [--quick] [--json FILE]

Two receivers, three workers, two schedulers, one Valkey, one PostgreSQL, and sandbox trackers, all on this machine. First the quiet
run: the same deeds, no faults, and all has settled before the next wave of them. Then the loaded one: every answer takes 100 ms,
1 % of calls fail, some are limited or lose their answer, 5 % of deliveries are dropped, 10 % doubled, all are reordered, and each
process is killed in turn. ``--quick`` shortens the periods of the engine, for small sizes. Leaves with 1 where anything differs.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks.load.harm import Faults
from benchmarks.load.people import Size
from benchmarks.load.running import Plan, Ran, Tell, run
from benchmarks.load.verdict import problems
from tests.e2e.processes import QUICK

# What changed is woken by every sweep until its cursor has passed it, and a sweep every two seconds would never let much come to rest.
LIVELY = QUICK | {"FOLLOWTHROUGH_TRACKER_SWEEP_SECONDS": "30"}


def main() -> int:
    """Run both, tell what was measured, and say whether all is as it should be."""
    options = _options()
    size = Size.of(options.deliveries, options.issues)
    timings = LIVELY if options.quick else {}
    quiet = run(Plan(size, options.seed, timings), _teller("quiet"))
    _tell("quiet", quiet)
    loaded = run(Plan(size, options.seed, timings, Faults(), options.kill_every), _teller("loaded"))
    _tell("loaded", loaded)
    found = problems(size, quiet, loaded)
    print(
        "\n".join(found[:40]) or "The end is that of the quiet run; nothing lost, nothing doubled, no budget exceeded."
    )
    if options.json:
        kept = {name: {**asdict(ran), "end": len(ran.end)} for name, ran in (("quiet", quiet), ("loaded", loaded))}
        Path(options.json).write_text(json.dumps({"size": asdict(size), **kept, "problems": found}, indent=2))
    return 1 if found else 0


def _teller(name: str) -> Tell:
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"{name} {time.monotonic() - began:6.0f} s  {what}", file=sys.stderr, flush=True)

    return tell


def _tell(name: str, ran: Ran) -> None:
    print(
        f"{name}: {ran.deliveries:,} deliveries; people done after {ran.people:.0f} s, all settled after {ran.settled:.0f} s"
    )
    print(f"  looks: {_listed(ran.looks)}")
    print(f"  calls: {_listed(ran.calls)}")
    print(f"  alarms: {_listed(ran.alarms) or 'none'}; kills: {_listed(ran.kills) or 'none'}")
    print(
        f"  most writes: {', '.join(f'{window}: {most} of {limit}' for window, (most, limit) in ran.windows.items())}"
    )
    print(
        f"  memory (MiB): {', '.join(f'{part} {size >> 20}' for part, size in sorted(ran.memory.items()))}", flush=True
    )


def _listed(numbers: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(numbers.items()))


def _options() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--deliveries", type=int, default=100_000)
    asked.add_argument("--issues", type=int, default=2_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--kill-every", type=float, default=20.0, help="seconds between two kills")
    asked.add_argument("--quick", action="store_true", help="short periods of the engine, for small sizes")
    asked.add_argument("--json", help="write the figures into this file")
    return asked.parse_args()


if __name__ == "__main__":
    sys.exit(main())
