"""Asks a tracker to send again what never arrived, each delivery once. The sweep finds most of it anyway; this finds what leaves no trace in a listing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

import redis
import structlog

from integration.errors import TrackerError
from integration.wakeups import PREFIX

log = structlog.get_logger(__name__)
# GitHub redelivers what is at most three days old.
# https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
OFFERED = timedelta(days=3)
ASKED = PREFIX + "redelivery:"  # + site, delivery id: set once it was asked for again


class Failed(Protocol):
    """A delivery that did not arrive."""

    @property
    def guid(self) -> str:
        """The delivery's id, which all attempts at it share."""
        ...


@runtime_checkable
class Redelivers(Protocol):
    """A tracker that can be asked for its failed deliveries."""

    def failed_deliveries(self, project: str, since: datetime) -> Iterable[Failed]:
        """Return what failed since an instant, nothing where our account may not see it."""
        ...

    def redeliver(self, project: str, failed: Any) -> bool:
        """Ask for one delivery again; tell whether the tracker agreed."""
        ...


def ask_again(client: "redis.Redis", tracker: object, site: str, project: str, now: datetime) -> int:
    """Ask for each failed delivery of the last days again, once; return for how many. A tracker that cannot, or does not answer, is let be."""
    if not isinstance(tracker, Redelivers):
        return 0
    asked = 0
    try:
        for failed in tracker.failed_deliveries(project, now - OFFERED):
            mark = f"{ASKED}{site}:{failed.guid}"
            if client.set(mark, "1", nx=True, ex=OFFERED):
                asked += tracker.redeliver(project, failed)
    except TrackerError as error:
        log.warning("redelivery_skipped", project=project, why=f"{error.reason}: {error}")
    if asked:
        log.info("redelivery_asked", project=project, deliveries=asked)
    return asked
