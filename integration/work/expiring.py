"""Warns before a tracker's token expires. GitHub says when with each answer; Jira does not, so an operator may set ``JIRA_TOKEN_EXPIRES``."""

from datetime import UTC, datetime, time, timedelta
from typing import Protocol, runtime_checkable

import redis
import structlog

from integration.wakeups import PREFIX
from integration.work.engine import Engine

log = structlog.get_logger(__name__)
WARN_BEFORE = timedelta(days=14)
WARNED = PREFIX + "token_warned:"  # + site: set for a day once it was warned of


@runtime_checkable
class TellsExpiry(Protocol):
    """A tracker that learns from its answers when our token expires."""

    def token_expires(self) -> datetime | None:
        """Return the instant (aware UTC), or ``None`` where the tracker has not said."""
        ...


def expiries(engine: Engine) -> dict[str, datetime]:
    """Return when the token of each configured tracker expires, where anybody says so; ``doctor`` and the metrics show it."""
    told = {site: datetime.combine(day, time(), UTC) for site, day in engine.token_days.items()}
    heard = {
        site: at
        for site, tracker in engine.trackers.items()
        if isinstance(tracker, TellsExpiry) and (at := tracker.token_expires()) is not None
    }
    return heard | told


def warn_of_expiry(engine: Engine, client: "redis.Redis", now: datetime) -> None:
    """Note what trackers say for the metrics, and warn once a day of tokens that expire within two weeks."""
    for site, at in expiries(engine).items():
        engine.counts.token_expires(site, at.timestamp())
        if at - now <= WARN_BEFORE and client.set(WARNED + site, "1", nx=True, ex=timedelta(days=1)):
            log.warning("token_expires", site=site, at=at.isoformat(), days=(at - now).days)
