"""What workers run: one job, ``look_at(object)``. Everything around a look stands here: whose case it is, the lock, what to do when it fails."""

import contextlib
import time
import uuid
from datetime import UTC, datetime, timedelta

import redis
import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from integration.errors import (
    ConfigError,
    FollowthroughError,
    IssueNotFound,
    LockLost,
    RateLimited,
    TrackerRefused,
    TrackerUnavailable,
)
from integration.postmortem.commands import Command
from integration.postmortem.generated import is_series
from integration.postmortem.incident import IssueKey, IssueRef
from integration.trackers.across import across
from integration.trackers.base import Spend
from integration.wakeups import WakeUp
from integration.work.engine import Engine
from integration.work.look import Look, Looked
from integration.work.looking import look
from integration.work.noting import wake_notes
from integration.work.outstanding import Beginning
from integration.work.renewing import renewing
from integration.work.series import publish

log = structlog.get_logger(__name__)
LONGEST_IN_REDIS = timedelta(days=7)
UNAUTHORIZED = 401
TRY_AGAIN = (5, 20, 60, 300)  # seconds; after a tracker that is down, or a look that failed


_bound: list[Engine] = []


def bind(engine: Engine) -> None:
    """Give this process the engine that its jobs work with."""
    _bound[:] = [engine]


def look_at(object_: str) -> str:
    """Run one look at the case to which this object belongs; the only function that workers execute. Returns the outcome as a word."""
    if not _bound:
        raise ConfigError(
            "This process was not prepared to run jobs.", where="worker", remedy="Start it with `followthrough work`."
        )
    return run(_bound[0], object_)


def run(engine: Engine, object_: str) -> str:
    """Look at an object once, whatever comes of it; nothing but a lost database or Redis escapes. The look is timed and counted."""
    began = time.monotonic()
    with structlog.contextvars.bound_contextvars(object=object_, look=uuid.uuid4().hex[:8]):
        outcome = _run(engine, object_)
    engine.counts.looked(outcome, time.monotonic() - began)
    return outcome


def _run(engine: Engine, object_: str) -> str:
    wakeup = engine.outstanding.wakeup(object_)
    if wakeup is None:
        return "nothing"
    if wakeup.is_exhibit:
        return _wake_citing(engine, wakeup)
    case = engine.ledger.case_of(IssueKey(wakeup.site, wakeup.id)) or IssueRef(
        IssueKey(wakeup.site, wakeup.id), wakeup.locator
    )
    if str(case.key) != object_:
        now = engine.clock().timestamp()
        engine.outstanding.forward(
            object_, WakeUp(case.key.site, case.key.id, case.locator, wakeup.event, now, wakeup.delivery), now
        )
        return "forwarded"
    token = uuid.uuid4().hex
    begun = engine.outstanding.begin(object_, token, engine.clock().timestamp())
    if begun.how is not Beginning.BEGUN:
        return begun.how.value
    bound = structlog.contextvars.bound_contextvars(
        case=case.locator, delivery=wakeup.delivery or None, woken_by=wakeup.event
    )
    with renewing(engine.outstanding, object_, token, engine.timings.lock_seconds), bound:
        return _locked(engine, case, wakeup, token, begun.generation)


def _wake_citing(engine: Engine, wakeup: WakeUp) -> str:
    """Turn the word that an object may have changed into wake-ups of all cases whose evidence points at it; most concern none."""
    token, now = uuid.uuid4().hex, engine.clock().timestamp()
    begun = engine.outstanding.begin(wakeup.object, token, now)
    if begun.how is not Beginning.BEGUN:
        return begun.how.value
    cases = engine.ledger.cases_citing(wakeup.site, wakeup.locator)
    woken = [WakeUp(c.key.site, c.key.id, c.locator, wakeup.event, now, wakeup.delivery) for c in cases]
    engine.outstanding.wake(woken, now)
    engine.outstanding.finish(wakeup.object, token, begun.generation, now)
    return "forwarded" if woken else "nothing"


def _locked(engine: Engine, case: IssueRef, wakeup: WakeUp, token: str, generation: str) -> str:
    """Look while the lock is held, and leave the object finished, put off, or parked."""
    object_ = str(case.key)
    try:
        looked = _look(engine, case, wakeup, token)
    except LockLost:
        log.warning("lock_lost")
        return "lock_lost"
    except RateLimited as limited:
        return _defer(engine, object_, token, limited.until, limited.reason)
    except TrackerUnavailable as down:
        return _wait_for(engine, object_, token, f"{down.reason}: {down}")
    except (OperationalError, InterfaceError) as away:
        return _wait_for(engine, object_, token, f"ledger_unavailable: {type(away).__name__}")
    except TrackerRefused as refused:
        if refused.status != UNAUTHORIZED:
            return _failed(engine, case, token, refused)
        # Nobody's case is at fault when our own credentials are: nothing is parked, and all goes on by itself with new ones.
        log.error("credentials_refused", site=case.key.site)
        engine.counts.alarm("credentials_refused")
        return _wait_for(engine, object_, token, f"{refused.reason}: {refused}")
    except IssueNotFound:
        return _lost(engine, case, token, generation)
    except (redis.RedisError, KeyboardInterrupt, SystemExit):
        raise
    # A panic in a library that is written in Rust is no ``Exception``.
    except BaseException as error:  # noqa: BLE001 - the job boundary: whatever goes wrong is counted, put off, and in the end parked where people see it.
        return _failed(engine, case, token, error)
    return _finish(engine, case, looked, token, generation)


def _finish(engine: Engine, case: IssueRef, looked: Looked, token: str, generation: str) -> str:
    """Leave the object finished, or put off where something has to wait."""
    object_, outstanding = str(case.key), engine.outstanding
    if looked.deferred_until is not None:
        return _defer(engine, object_, token, looked.deferred_until, "something has to wait")
    if any(parked.object == object_ for parked in engine.ledger.parked()):
        engine.ledger.unpark(object_)
    now = engine.clock()
    wake_notes(looked, case.key, engine.policies.in_force().policy, engine.ledger, outstanding, now)
    outstanding.finish(object_, token, generation, now.timestamp())
    outcome = "changed" if looked.changed else "unchanged"
    log.info("looked", outcome=outcome, writes=sum(done.writes for _, done in looked.outcomes))
    return outcome


def _lost(engine: Engine, case: IssueRef, token: str, generation: str) -> str:
    """Leave the object finished whose issue is not there any more; of a governed one an alarm is raised once."""
    log.info("issue_not_found")
    if engine.ledger.note_lost(case, engine.clock()):
        log.error("incident_lost")
        engine.counts.alarm("incident_lost")
    engine.outstanding.finish(str(case.key), token, generation, engine.clock().timestamp())
    return "not_found"


def _look(engine: Engine, case: IssueRef, wakeup: WakeUp, token: str) -> Looked:
    if case.key.site not in engine.trackers:
        raise TrackerRefused(f"{case.key.site} is not configured", status=0)
    in_force = engine.policies.in_force()
    now = engine.clock()
    heard_at = datetime.fromtimestamp(wakeup.at, UTC) if wakeup.at else now
    given = Look(
        tracker=across(engine.trackers, case.key.site, engine.in_scope),
        ledger=engine.ledger,
        policy=in_force.policy,
        stamp=in_force.stamp,
        mode=engine.mode,
        spend_for=lambda command: _spend(engine, command, str(case.key), token),
        intent_grace=timedelta(seconds=engine.timings.intent_grace_seconds),
        in_scope=engine.in_scope,
        counts=engine.counts,
        now=now,
        # Redis is not trusted: a wake-up from long ago must not make a project's old issues governed.
        heard_at=max(min(heard_at, now), now - LONGEST_IN_REDIS),
        library=engine.library,
    )
    return publish(case, given) if is_series(case.key) else _look_where_it_is(case, wakeup, given)


def _look_where_it_is(case: IssueRef, wakeup: WakeUp, given: Look) -> Looked:
    """Look at the place that the delivery names, else at the remembered one: a repository may have been renamed, and its old name be another's.

    A known place saves a call: observing checks that the issue there is the one that is meant, and whether its project is in scope.
    """
    places = [*dict.fromkeys(place for place in (wakeup.locator, case.locator) if place)]
    if not places:
        return look(given.tracker.locate(case.key.id, ""), given)
    for place in places[:-1]:
        with contextlib.suppress(IssueNotFound):
            return look(IssueRef(case.key, place, case.url), given)
    return look(IssueRef(case.key, places[-1], case.url), given)


def _spend(engine: Engine, command: Command, object_: str, token: str) -> Spend:
    """Before each write: the lock must still be ours, and the budget must have room for this kind of write."""

    def spend(issue: IssueRef) -> None:
        if not engine.in_scope(issue.key.site, issue.project):
            # A ticket may have been moved, and its incident is still ours: the finding says so, and nothing is written there (S5).
            raise TrackerRefused("This project is outside of what may be governed.", status=0, detail="out of scope")
        if not engine.outstanding.holds(object_, token):
            raise LockLost(f"another worker has {object_} now")
        account = engine.trackers[issue.key.site].account(issue)
        engine.budget.spend(issue.key.site, issue.key.id, command.share, engine.clock(), account)

    return spend


def _defer(engine: Engine, object_: str, token: str, until: datetime, why: str) -> str:
    log.info("deferred", until=until.isoformat(), why=why)
    engine.outstanding.defer(object_, token, until.timestamp())
    return "deferred"


def _wait_for(engine: Engine, object_: str, token: str, why: str) -> str:
    """Put a look off because something outside is away; it is never parked for that, however long it takes."""
    return _defer(engine, object_, token, _later(engine, engine.outstanding.unreachable(object_)), why)


def _later(engine: Engine, failures: int) -> datetime:
    return engine.clock() + timedelta(seconds=TRY_AGAIN[min(failures, len(TRY_AGAIN)) - 1])


def _failed(engine: Engine, case: IssueRef, token: str, error: BaseException) -> str:
    object_ = str(case.key)
    failures = engine.outstanding.failed(object_)
    reason = error.reason if isinstance(error, FollowthroughError) else type(error).__name__
    engine.counts.alarm("look_failed")
    log.error("look_failed", reason=reason, failures=failures, exc_info=error)
    if failures < engine.timings.failures_before_parking:
        return _defer(engine, object_, token, _later(engine, failures), reason)
    engine.ledger.park(object_, case, reason=reason, detail=str(error)[:300], failures=failures, now=engine.clock())
    engine.outstanding.drop(object_, token)
    return "parked"
