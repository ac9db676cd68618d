"""The metrics of the engine, on an address of the scheduler's own: what all processes counted in Redis, and what the ledger holds (S24).

Every scheduler answers, whether it is the active one or waits, and all answer alike; so workers need no address and may be any number. Labels are closed
lists. Nothing is kept between two scrapes, and a part that does not answer is itself a figure.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from wsgiref.simple_server import WSGIServer

import redis
import structlog
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from integration.environment import Address
from integration.errors import FollowthroughError
from integration.metrics_server import serve
from integration.work import beating
from integration.work.counting import ALARMS, KINDS, LOOKS, RESULTS, SECONDS, SITES, Counted
from integration.work.engine import Engine
from integration.work.expiring import expiries

log = structlog.get_logger(__name__)
DAY = 86_400.0
P = "followthrough_"
# Every sample's name, for alerts and documentation; a test compares it with what is shown.
NAMES = frozenset(
    {
        f"{P}redis_up",
        f"{P}ledger_up",
        f"{P}wanted",
        f"{P}wanted_oldest_seconds",
        f"{P}queued",
        f"{P}deferred",
        f"{P}alive",
        f"{P}scheduler_active",
        f"{P}budget_left",
        f"{P}sweep_age_seconds",
        f"{P}token_expires_days",
        f"{P}open_cases",
        f"{P}lost_incidents",
        f"{P}parked",
        f"{P}refused",
        f"{P}breakers_open",
        f"{P}paused",
        f"{P}policy_refused",
        f"{P}audit_entries",
        f"{P}audit_head_age_seconds",
        f"{P}commands_total",
        f"{P}reopenings_total",
        f"{P}alarms_total",
        f"{P}look_seconds_bucket",
        f"{P}look_seconds_count",
        f"{P}look_seconds_sum",
    }
)


@dataclass(frozen=True)
class Watched:
    """What the exporter looks at. ``is_active`` tells whether this scheduler is the one that works."""

    engine: Engine
    client: "redis.Redis"
    is_active: Callable[[], bool]


class Exporter(Collector):
    """Reads everything anew at each scrape."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def collect(self) -> Iterator[Metric]:
        """Yield every metric; those of a store that does not answer are left out, and its ``…_up`` is 0."""
        for name, store, read, errors in (
            ("redis_up", "Redis", self._of_redis, (redis.RedisError,)),
            ("ledger_up", "The ledger's database", self._of_ledger, (SQLAlchemyError, FollowthroughError)),
        ):
            try:
                found = list(read())
                is_up = True
            except errors as error:
                log.warning("metrics_incomplete", part=name, why=type(error).__name__)
                found, is_up = [], False
            yield gauge(name, f"{store} answers (1) or not (0).", float(is_up))
            yield from found

    def _of_redis(self) -> Iterable[Metric]:
        engine, client = self._watched.engine, self._watched.client
        now = engine.clock()
        oldest = engine.outstanding.oldest()
        age = max(0.0, now.timestamp() - oldest) if oldest is not None else 0.0
        yield gauge("wanted", "Cases that are wanted and not done.", engine.outstanding.count())
        yield gauge("wanted_oldest_seconds", "Age of the oldest case that is wanted and not done.", age)
        yield gauge("queued", "Cases that are queued and not begun.", engine.outstanding.queued())
        yield gauge("deferred", "Looks that are put off until an instant.", engine.outstanding.put_off())
        yield by_label(
            "alive", "Processes that go on.", "part", {p: beating.count_alive(client, p) for p in beating.PARTS}
        )
        yield gauge("scheduler_active", "This scheduler is the one that works.", float(self._watched.is_active()))
        left = engine.budget.left_everywhere(now)
        yield by_label("budget_left", "Writes that the fullest window of a kind of account has left.", "account", left)
        yield from _counters(engine.counts.read())
        swept = {site: now.timestamp() - at for site, at in engine.counts.sweeps().items() if site in SITES}
        yield by_label("sweep_age_seconds", "Time since a sweep reached every project of a tracker.", "site", swept)
        yield by_label("token_expires_days", "Days until the tracker's token expires.", "site", self._days_left(now))

    def _days_left(self, now: datetime) -> dict[str, float]:
        known = self._watched.engine.counts.tokens() | {
            s: at.timestamp() for s, at in expiries(self._watched.engine).items()
        }
        return {site: (at - now.timestamp()) / DAY for site, at in known.items() if site in SITES}

    def _of_ledger(self) -> Iterable[Metric]:
        found, now = self._watched.engine.ledger.figures(), self._watched.engine.clock()
        yield gauge("open_cases", "Governed cases that are not closed.", found.open_cases)
        yield gauge("lost_incidents", "Governed incidents that cannot be found any more.", found.lost)
        yield gauge("parked", "Cases set aside after failing too often.", found.parked)
        yield gauge("refused", "Writes that a tracker refused at the latest look of their case.", found.refused)
        yield gauge("breakers_open", "Projects in which the circuit breaker stopped writing.", found.breakers)
        yield gauge("paused", "Projects in which writing is paused.", found.paused)
        yield gauge(
            "policy_refused", "An edit of the mappings was refused and not mended yet.", float(found.policy_refused)
        )
        yield gauge("audit_entries", "Entries of the audit chain.", found.audit_entries)
        if found.audit_at is not None:
            age = (now - found.audit_at).total_seconds()
            yield gauge("audit_head_age_seconds", "Age of the newest entry of the audit chain.", max(0.0, age))


def _counters(counted: Counted) -> Iterator[Metric]:
    """Yield counters; every series is there from the start, so that a rate over the first failure is right."""
    commands = CounterMetricFamily(f"{P}commands", "Commands by kind and result.", labels=("command", "result"))
    for kind in KINDS:
        for result in RESULTS:
            commands.add_metric((kind, result), counted.of("command", kind, result))
    yield commands
    reopened = counted.of("command", "reopen", "changed")
    yield CounterMetricFamily(f"{P}reopenings", "Issues that were reopened.", value=reopened)
    alarms = CounterMetricFamily(f"{P}alarms", "What a person should know of, by kind.", labels=("kind",))
    for kind in ALARMS:
        alarms.add_metric((kind,), counted.of("alarm", kind))
    yield alarms
    looks = HistogramMetricFamily(f"{P}look_seconds", "Duration of looks by outcome.", labels=("outcome",))
    for outcome in LOOKS:
        so_far, buckets = 0.0, []
        for bound in (*map(str, SECONDS), "inf"):
            so_far += counted.of("look_bucket", outcome, bound)
            buckets.append(("+Inf" if bound == "inf" else bound, so_far))
        looks.add_metric((outcome,), buckets, sum_value=counted.of("look_seconds", outcome))
    yield looks


def gauge(name: str, told: str, value: float) -> GaugeMetricFamily:
    """Return a gauge without labels."""
    return GaugeMetricFamily(P + name, told, value=value)


def by_label(name: str, told: str, label: str, values: dict[str, Any]) -> GaugeMetricFamily:
    """Return a gauge with one label."""
    found = GaugeMetricFamily(P + name, told, labels=(label,))
    for value, number in values.items():
        found.add_metric((value,), float(number))
    return found


def registry_of(watched: Watched) -> CollectorRegistry:
    """Return everything that is shown on the metrics address."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(Exporter(watched))
    return registry


def readiness(watched: Watched) -> dict[str, str]:
    """Return each part that the scheduler needs, and how it is: ``up``, or what is amiss."""
    engine = watched.engine
    parts: dict[str, str] = {}
    try:
        watched.client.ping()
        parts["redis"] = "up"
        parts["workers"] = "up" if beating.count_alive(watched.client, "worker") else "none goes on"
    except redis.RedisError:
        parts["redis"] = "down"
    try:
        engine.policies.in_force()
        parts["policy"] = "up" if engine.ledger.last_rejection() is None else "an edit was refused"
        parts["ledger"] = "up"
    except SQLAlchemyError:
        parts["ledger"] = "down"
    except FollowthroughError as error:
        parts["policy"] = error.reason
    return parts


def export(address: Address, watched: Watched) -> WSGIServer:
    """Answer ``/metrics`` and ``/readyz`` on ``address`` from a thread. Raises ``OSError`` where it is taken."""
    return serve(address, registry_of(watched), lambda: readiness(watched))
