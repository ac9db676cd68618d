"""Builds everything but the receiver from settings: ledger, trackers, policy, engine. The one place that knows which class serves which port."""

import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

import redis

from integration import clock
from integration.errors import ConfigError
from integration.ledger.ledger import Ledger, open_ledger
from integration.settings import Settings
from integration.trackers import base
from integration.work.attaching import attach
from integration.work.budget import WriteBudget
from integration.work.counting import Counts
from integration.work.engine import Engine
from integration.work.outstanding import Outstanding
from integration.work.policies import PolicyKeeper
from integration.work.resembling import Library
from mappings.models import Mode


@dataclass(frozen=True)
class Parts:
    """A process's engine, and the Redis client that it shares with RQ."""

    engine: Engine
    client: "redis.Redis"

    def close(self) -> None:
        """Let go of the database and of Redis."""
        self.engine.ledger.close()
        self.client.close()


def build(settings: Settings, now: Callable[[], datetime] = clock.now) -> Parts:
    """Build the engine; publishes the policy of the mappings folder. Raises ``ConfigError`` or ``LedgerMismatch`` with the remedy."""
    client = attach(settings)
    key = settings.signing_key()
    ledger = open_ledger(settings.database_url, key)
    counts = Counts(client)
    policies = PolicyKeeper(ledger, settings.mappings_dir, now, lambda: counts.alarm("policy_refused"))
    policies.publish()
    trackers = connect_trackers(settings, key, now)
    timings = settings.timings
    engine = Engine(
        trackers=trackers,
        ledger=ledger,
        outstanding=Outstanding(client, lock_seconds=timings.lock_seconds, look_interval=timings.look_interval),
        budget=WriteBudget(client),
        counts=counts,
        policies=policies,
        mode=Mode(settings.mode),
        timings=timings,
        keeping=settings.keeping,
        token_days={"jira": settings.jira_token_expires} if settings.jira_token_expires else {},
        clock=now,
        in_scope=Scope(settings, trackers).allows,
        library=Library(ledger),
    )
    return Parts(engine, client)


def publish_policy(settings: Settings, now: Callable[[], datetime] = clock.now) -> None:
    """Put the policy of the mappings folder in force. Raises ``ConfigError`` where it is broken and no earlier one is there."""
    with closing(open_for_commands(settings)) as ledger:
        PolicyKeeper(ledger, settings.mappings_dir, now).publish()


def require_trackers(settings: Settings) -> None:
    """Raise ``ConfigError`` unless a tracker is configured; asks nothing of it."""
    if not settings.is_github_configured and not settings.is_jira_configured:
        raise ConfigError(
            "No tracker is configured.",
            where="GITHUB_TOKEN, JIRA_URL",
            remedy="Set GITHUB_TOKEN, a GitHub App, or JIRA_URL with JIRA_TOKEN; the README shows how.",
        )


def connect_trackers(
    settings: Settings, key: bytes, now: Callable[[], datetime] = clock.now
) -> dict[str, base.Tracker]:
    """Return the configured trackers by site; nothing is asked of them yet. Raises ``ConfigError`` where none is configured."""
    require_trackers(settings)
    trackers: dict[str, base.Tracker] = {}
    if settings.is_github_configured:
        # Imported here: each library costs a third of a second and is needed only where its tracker is configured.
        from integration.trackers.github.signin import AppAccess  # noqa: PLC0415
        from integration.trackers.github.tracker import connect as connect_github  # noqa: PLC0415

        token = settings.github_token.get_secret_value() if settings.github_token else ""
        app = None
        if settings.github_app_id is not None and settings.github_app_private_key is not None:
            app = AppAccess(settings.github_app_id, settings.github_app_private_key.get_secret_value())
        trackers["github"] = connect_github(settings.github_api_url, key, token=token, app=app, clock=now)
    if settings.jira_url is not None and settings.jira_token is not None:
        from integration.trackers.jira.client import JiraAccess  # noqa: PLC0415
        from integration.trackers.jira.tracker import connect as connect_jira  # noqa: PLC0415

        access = JiraAccess(settings.jira_url, settings.jira_token.get_secret_value(), settings.jira_user, key)
        trackers["jira"] = connect_jira(access, now)
    return trackers


class Scope:
    """Which projects may be governed: ``FOLLOWTHROUGH_SCOPE``, else those that our account may write to, asked once and again after a miss."""

    def __init__(self, settings: Settings, trackers: dict[str, base.Tracker]) -> None:
        self._settings, self._trackers = settings, trackers
        self._allowed: dict[str, frozenset[str]] = {}

    def allows(self, site: str, project: str) -> bool:
        """Tell whether a project may be governed (S5)."""
        said = self._settings.scope_allows(site, project)
        if said is not None:
            return said
        if project not in self._allowed.get(site, frozenset()) and site in self._trackers:
            self._allowed[site] = self._trackers[site].in_scope()
        return project in self._allowed.get(site, frozenset())


def open_for_commands(settings: Settings) -> Ledger:
    """Open the ledger alone, for commands that need neither Redis nor a tracker."""
    return open_ledger(settings.database_url, settings.signing_key())


def fail(error: Exception) -> None:
    """Say what is wrong on standard error and leave with 2, the exit code for usage and configuration."""
    print(error, file=sys.stderr)  # noqa: T201 - the last word of a process that cannot start
    raise SystemExit(2)
