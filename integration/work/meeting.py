"""Makes the series of generated issues known that the mapping wants, and wakes them when the mapping changes; from then on each knows its next look."""

from datetime import datetime

import structlog

from integration.postmortem.incident import IssueRef
from integration.wakeups import PREFIX, WakeUp
from integration.work.engine import Engine
from integration.work.kinds import wanted_series

log = structlog.get_logger(__name__)
MET_UNDER = PREFIX + "series_policy"  # the stamp of the policy under which the series were woken last


def meet_series(engine: Engine, now: datetime) -> int:
    """Wake each wanted series that was never met, and all of them after a change of the mapping; return how many were woken."""
    in_force = engine.policies.in_force()
    wanted = {each.ref.key: each.ref for each in wanted_series(in_force.policy, engine.ledger)}
    known = engine.ledger.series_known()
    client = engine.outstanding.client
    held = client.get(MET_UNDER)
    is_news = held != in_force.stamp.encode()
    fresh = [ref for key, ref in wanted.items() if is_news or (key.site, key.id) not in known]
    _wake(engine, fresh, now)
    if is_news:
        client.set(MET_UNDER, in_force.stamp)
    if fresh:
        log.info("series_woken", series=len(fresh))
    return len(fresh)


def _wake(engine: Engine, series: list[IssueRef], now: datetime) -> None:
    for ref in series:
        # Should the wake-up be lost with Redis, the next look is due all the same.
        engine.ledger.postpone(ref, now)
    found = [WakeUp(ref.key.site, ref.key.id, ref.locator, "series", now.timestamp()) for ref in series]
    engine.outstanding.wake(found, now.timestamp())
