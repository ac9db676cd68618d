"""Asks the trackers what changed, so that deliveries that never came do no harm; looks at open cases once a day in rotation."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from integration.errors import TrackerError
from integration.trackers.base import Changes, Tracker
from integration.wakeups import WakeUp
from integration.work.engine import Engine
from integration.work.redelivering import ask_again
from integration.work.sweeping_tickets import sweep_tickets

log = structlog.get_logger(__name__)
DAY = timedelta(days=1)
A_TURN = 20  # open cases looked at again per sweep; with a sweep every five minutes that is 5,760 a day


def sweep_trackers(engine: Engine, still_ours: Callable[[], bool]) -> int:
    """Sweep every known project of every tracker; stop where the lease is lost. Returns how many issues were woken."""
    woken = 0
    for site, tracker in engine.trackers.items():
        missed = 0
        for project in engine.ledger.projects_known(site):
            if not still_ours():
                return woken
            if _is_in_scope(engine, site, project.name):
                found = sweep_project(engine, tracker, site, project.name)
                missed += found is None
                woken += found or 0
                ask_again(engine.outstanding.client, tracker, site, project.name, engine.clock())
        woken += sweep_tickets(engine, tracker, site, still_ours)
        if not missed:
            engine.counts.swept(site, engine.clock().timestamp())
        woken += _rotate(engine, site)
    return woken


def _is_in_scope(engine: Engine, site: str, project: str) -> bool:
    """Tell whether a project may be governed; where our account's rights cannot be read now, the sweep of it says so."""
    try:
        return engine.in_scope(site, project)
    except TrackerError:
        return True


def sweep_project(engine: Engine, tracker: Tracker, site: str, project: str) -> int | None:
    """Wake what changed in one project since its cursor, and move the cursor on; return how many issues.

    A tracker that does not answer leaves the cursor where it was; then ``None`` is returned.
    """
    now = engine.clock()
    try:
        changes = tracker.changed_since(project, engine.ledger.cursor(site, project))
    except TrackerError as error:
        engine.counts.alarm("sweep_skipped")
        log.warning("sweep_skipped", project=project, why=f"{error.reason}: {error}")
        return None
    project = _present_name(engine, site, project, changes)
    found = [WakeUp(site, ref.key.id, ref.locator, "sweep", now.timestamp()) for ref in changes.issues]
    engine.outstanding.wake(found, now.timestamp())
    engine.ledger.save_cursor(site, project, changes.cursor, now)
    if found:
        log.info("swept", project=project, woken=len(found))
    return len(found)


def _present_name(engine: Engine, site: str, project: str, changes: Changes) -> str:
    """Return the name that the tracker has for a project by now, and remember it by that where it was renamed."""
    names = {ref.project for ref in changes.issues}
    if len(names) != 1 or project in names or not _is_in_scope(engine, site, *names):
        return project
    (present,) = names
    engine.ledger.rename_project(site, project, present, engine.clock())
    log.info("project_renamed", project=present, formerly=project)
    return present


def _rotate(engine: Engine, site: str) -> int:
    now = engine.clock()
    cases = engine.ledger.open_cases(site, not_looked_at_since=now - DAY, limit=A_TURN)
    engine.outstanding.wake(
        [WakeUp(site, c.key.id, c.locator, "rotation", now.timestamp()) for c in cases], now.timestamp()
    )
    return len(cases)
