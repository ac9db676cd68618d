"""What a look may use, and how it ended: the values that its steps hand on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.ledger.ledger import Ledger
from integration.postmortem.assessment import Assessment
from integration.postmortem.commands import Command, Outcome, Result
from integration.trackers.base import Spend, Tracker
from integration.work.counting import Counts
from integration.work.resembling import Library
from mappings.models import Mode, Policy


@dataclass(frozen=True)
class Look:
    """What a look may use. ``policy`` is pinned for the whole look under its hash ``stamp``; ``spend_for``
    takes from the write budget and checks the lock; ``heard_at`` is when the wake-up arrived, from which a new project is governed.
    """

    tracker: Tracker
    ledger: Ledger
    policy: Policy
    stamp: str
    mode: Mode
    spend_for: Callable[[Command], Spend]
    intent_grace: timedelta
    in_scope: Callable[[str, str], bool]
    counts: Counts
    now: datetime
    heard_at: datetime
    library: Library


@dataclass(frozen=True)
class Looked:
    """How a look ended. ``outcomes`` are what was done, in order; ``deferred_until`` is set where something has to wait."""

    assessment: Assessment | None
    outcomes: tuple[tuple[Command, Outcome], ...] = ()
    deferred_until: datetime | None = None

    @property
    def changed(self) -> bool:
        """Tell whether anything was written."""
        return any(outcome.result is Result.CHANGED for _, outcome in self.outcomes)
