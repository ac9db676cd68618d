"""What jobs and the scheduler work with: trackers, memory, queue, budget, policies, and the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from integration.keeping import Keeping
from integration.ledger.ledger import Ledger
from integration.timings import Timings
from integration.trackers.base import Tracker
from integration.work.budget import WriteBudget
from integration.work.counting import Counts
from integration.work.outstanding import Outstanding
from integration.work.policies import PolicyKeeper
from integration.work.resembling import Library
from mappings.models import Mode


@dataclass(frozen=True)
class Engine:
    """Everything that jobs and the scheduler work with, built once per process by ``bootstrap``."""

    trackers: dict[str, Tracker]
    ledger: Ledger
    outstanding: Outstanding
    budget: WriteBudget
    counts: Counts
    policies: PolicyKeeper
    mode: Mode
    timings: Timings
    keeping: Keeping
    token_days: dict[str, date]
    clock: Callable[[], datetime]
    in_scope: Callable[[str, str], bool]
    library: Library
