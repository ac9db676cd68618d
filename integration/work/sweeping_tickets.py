"""Sweeps places in which only tickets of cases elsewhere stand: what changed on them wakes their cases, and nothing else there is looked at."""

from collections.abc import Callable

import structlog

from integration.errors import TrackerError
from integration.trackers.base import Tracker
from integration.wakeups import WakeUp
from integration.work.engine import Engine

log = structlog.get_logger(__name__)


def sweep_tickets(engine: Engine, tracker: Tracker, site: str, still_ours: Callable[[], bool]) -> int:
    """Wake the cases of tickets that changed; return how many. A place that does not answer is asked again at the next sweep."""
    woken = 0
    for place in engine.ledger.places_with_tickets_only(site):
        if not still_ours():
            break
        try:
            if engine.in_scope(site, place):
                woken += _sweep(engine, tracker, site, place)
        except TrackerError as error:
            engine.counts.alarm("sweep_skipped")
            log.warning("sweep_skipped", project=place, why=f"{error.reason}: {error}")
    return woken


def _sweep(engine: Engine, tracker: Tracker, site: str, place: str) -> int:
    changes = tracker.changed_since(place, engine.ledger.ticket_cursor(site, place))
    # Nobody asked for this place to be governed: its other issues are none of ours.
    ours = engine.ledger.tickets_among(site, tuple(ref.key for ref in changes.issues))
    now = engine.clock().timestamp()
    found = [WakeUp(site, ref.key.id, ref.locator, "sweep", now) for ref in changes.issues if ref.key in ours]
    engine.outstanding.wake(found, now)
    engine.ledger.save_ticket_cursor(site, place, changes.cursor)
    return len(found)
