"""The scheduler: wakes what is due, queues again what a dead process left, sweeps trackers, publishes the policy. One is active across processes.

Several may run; the one that holds the lease works, the others wait for it. What was missed while none ran is caught up once.
"""

import contextlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
import structlog
from sqlalchemy.exc import SQLAlchemyError

from integration.errors import FollowthroughError
from integration.lifetime import Ending
from integration.wakeups import PREFIX, WakeUp
from integration.work.beating import SCHEDULER_SECONDS, Heart
from integration.work.engine import Engine
from integration.work.expiring import warn_of_expiry
from integration.work.meeting import meet_series
from integration.work.sweeping import sweep_trackers

log = structlog.get_logger(__name__)
LEASE = PREFIX + "scheduler"
_KEEP = """
local holder = redis.call('GET', KEYS[1])
if not holder or holder == ARGV[1] then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1 end
return 0
"""
A_MINUTE = 60.0  # seconds between two looks at which series of generated issues the mapping wants
A_DAY = 86_400.0  # seconds between two rounds of deleting what is kept for long enough
NOT_AGAIN_FOR = timedelta(
    minutes=10
)  # A due case is woken once; should its look never come about, it is due again after this.


@dataclass
class _Rhythm:
    every: float
    last: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        if self.last is not None and (now - self.last).total_seconds() < self.every:
            return False
        self.last = now
        return True


class Scheduler:
    """Runs the clockwork of the engine."""

    def __init__(self, engine: Engine, client: "redis.Redis") -> None:
        self._engine, self._client = engine, client
        self._token = uuid.uuid4().hex
        self._keep = client.register_script(_KEEP)
        timings = engine.timings
        self._lease_ms = int(max(2.0, timings.due_poll_seconds * 3) * 1000)
        self._outstanding = _Rhythm(timings.sweep_seconds)
        self._trackers = _Rhythm(timings.tracker_sweep_seconds)
        self._retention = _Rhythm(A_DAY)
        self._series = _Rhythm(A_MINUTE)
        self._heart = Heart(client, "scheduler")
        self._ending = Ending()

    def run(self) -> None:
        """Tick until stopped. Errors of ours, of Redis, of the database and of the mappings' folder are logged and the next tick tries again."""
        while not self._ending.is_asked:
            try:
                self._heart.beat(SCHEDULER_SECONDS)
                self.tick()
            except (FollowthroughError, redis.RedisError, SQLAlchemyError, OSError) as error:
                log.error("scheduler_waits", why=f"{type(error).__name__}: {error}")
            self._ending.wait(min(self._engine.timings.due_poll_seconds, 0.25))

    def ask_to_stop(self) -> None:
        """Let :meth:`run` end after the present tick; safe to be called from a signal handler."""
        self._ending.ask()

    def stop(self) -> None:
        """End after the present tick and hand the lease back; it runs out by itself where Redis is gone already."""
        self.ask_to_stop()
        with contextlib.suppress(redis.RedisError):
            self._heart.stop()
            if self.is_active:
                self._client.delete(LEASE)

    @property
    def is_active(self) -> bool:
        """Tell whether this scheduler holds the lease. Raises ``redis.RedisError``."""
        return bool(self._client.get(LEASE) == self._token.encode())

    def tick(self) -> bool:
        """Do what is due now, if the lease is ours; return whether it is."""
        if not self._keep(keys=[LEASE], args=[self._token, self._lease_ms]):
            return False
        engine, now = self._engine, self._engine.clock()
        engine.outstanding.release_due(now.timestamp())
        self._wake_due(now)
        if self._outstanding.is_due(now):
            engine.policies.publish()
            again = engine.outstanding.sweep(now.timestamp(), engine.timings.lock_seconds * 2)
            if again:
                log.info("queued_again", cases=again)
        if self._series.is_due(now):
            meet_series(engine, now)
        if self._trackers.is_due(now):
            sweep_trackers(engine, self._goes_on)
            warn_of_expiry(engine, self._client, now)
        if self._retention.is_due(now):
            gone = engine.ledger.retain(engine.keeping, now)
            if any(gone.values()):
                log.info("retention_applied", **gone)
        return True

    def _goes_on(self) -> bool:
        """Beat, and tell whether the lease is still ours."""
        self._heart.beat(SCHEDULER_SECONDS)
        return bool(self._keep(keys=[LEASE], args=[self._token, self._lease_ms]))

    def _wake_due(self, now: datetime) -> None:
        for case in self._engine.ledger.due_cases(now, 200):
            self._engine.ledger.postpone(case, now + NOT_AGAIN_FOR)
            self._engine.outstanding.wake(
                [WakeUp(case.key.site, case.key.id, case.locator, "due", now.timestamp())], now.timestamp()
            )
