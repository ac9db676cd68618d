"""Both halves of the load, the quiet run and the loaded one, each in a process of its own, and what is told of them while they go on."""

import sys
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.load.running import Plan, Ran, Tell, run


def run_all(plans: Mapping[str, Plan], *, together: bool) -> Mapping[str, Ran]:
    """Run each plan in a process of its own, all at the same time or one after the other, so that none inherits another's memory."""
    with ProcessPoolExecutor(len(plans) if together else 1, get_context("spawn"), max_tasks_per_child=1) as halves:
        return dict(zip(plans, halves.map(_half, plans, plans.values()), strict=True))


def _half(name: str, plan: Plan) -> Ran:
    ran = run(plan, _teller(name))
    _tell(name, ran)
    return ran


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


def _listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(numbers.items()))
