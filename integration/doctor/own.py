"""What can be looked at on this machine: settings, mappings, Redis, database, processes, parked work. Each answers with lines and never raises for
what is amiss outside.
"""

import http.client
from contextlib import closing
from datetime import UTC, datetime, time

import redis
from sqlalchemy.exc import SQLAlchemyError

from integration.bootstrap import open_for_commands
from integration.doctor.lines import Line, advice, failed, passed, token_line, unknown
from integration.errors import ConfigError, FollowthroughError
from integration.ledger.figures import Figures
from integration.ledger.ledger import Ledger
from integration.settings import Settings
from integration.work import beating
from integration.work.attaching import attach
from integration.work.outstanding import Outstanding
from mappings.errors import MappingErrors
from mappings.loading import load_policy

LONGEST_WAIT = 900.0  # seconds; docs/alerts.yml warns at the same age
TIMEOUT = 5.0  # seconds
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask a server that listens everywhere


def of_settings(settings: Settings, now: datetime) -> tuple[Line, ...]:
    """Look at what was told from outside; that it is sound was found when it was read."""
    lines = [passed("settings", f"They are sound; mode {settings.mode}.")]
    if not settings.is_github_configured and not settings.is_jira_configured:
        remedy = "Set GITHUB_TOKEN, a GitHub App, or JIRA_URL with JIRA_TOKEN."
        lines = [failed("settings", "No tracker is configured.", remedy)]
    for site, is_used, secrets in (
        ("GITHUB", settings.is_github_configured, settings.github_webhook_secrets),
        ("JIRA", settings.is_jira_configured, settings.jira_webhook_secrets),
    ):
        if not is_used:
            continue
        if secrets:
            lines.append(passed("secrets", f"{site.title()} deliveries are checked against {len(secrets)} secret(s)."))
        else:
            says = f"There is no {site}_WEBHOOK_SECRET, so every delivery is refused."
            lines.append(failed("secrets", says, f"Set the secret that the webhook has: {site}_WEBHOOK_SECRET."))
    if settings.is_jira_configured and settings.jira_token_expires:
        # Jira does not tell; GitHub's is looked at with each place.
        expires = datetime.combine(settings.jira_token_expires, time(), UTC)
        lines.append(token_line("Our token for Jira", expires, now))
    return tuple(lines)


def of_mappings(settings: Settings) -> tuple[Line, ...]:
    """Look at the folder, and at what is in force."""
    try:
        loaded = load_policy(settings.mappings_dir)
    except MappingErrors as broken:
        says = f"{len(broken.errors)} mistake(s) in {settings.mappings_dir}; the last sound policy stays in force."
        return (failed("mappings", says, "`followthrough mappings validate` shows each with its line."),)
    return (passed("mappings", f"A sound policy, {loaded.content_hash[:7]}, profile {loaded.policy.service.profile}."),)


def of_redis(settings: Settings, now: datetime) -> tuple[Line, ...]:
    """Look at Redis, the processes that say in it that they go on, and what waits."""
    try:
        with closing(attach(settings)) as client:
            return (*_store(client), *_processes(client), *_queue(client, settings, now))
    except ConfigError as error:
        return (failed("redis", error.message, error.remedy),)
    except redis.RedisError as error:
        return (failed("redis", f"It stopped answering ({type(error).__name__}).", "Check that the server runs."),)


def _store(client: "redis.Redis") -> tuple[Line, ...]:
    try:
        told = client.config_get("appendonly", "maxmemory-policy")
    except redis.RedisError:
        return (unknown("redis", "It answers; how it keeps its data cannot be read with our rights."),)
    lines = []
    if told.get("appendonly") != "yes":
        says = "It answers, and keeps no append-only file: a power cut loses what was not done yet, until the sweep finds it."
        lines.append(
            advice("redis", says, "Set `appendonly yes` and `appendfsync always`, as docker-compose.yml does.")
        )
    if told.get("maxmemory-policy", "noeviction") != "noeviction":
        says = f"It throws out keys when memory is short ({told['maxmemory-policy']})."
        lines.append(failed("redis", says, "Set `maxmemory-policy noeviction`."))
    return tuple(lines) or (passed("redis", "It answers, and keeps what it is told."),)


def _processes(client: "redis.Redis") -> tuple[Line, ...]:
    lines = []
    for part in beating.PARTS:
        count = beating.count_alive(client, part)
        if count:
            lines.append(passed("processes", f"{count} {part}{'s' if count > 1 else ''} on the go."))
        else:
            command = {"worker": "work", "scheduler": "schedule"}[part]
            lines.append(
                failed("processes", f"No {part} goes on.", f"Start `followthrough {command}`, or `followthrough up`.")
            )
    return tuple(lines)


def _queue(client: "redis.Redis", settings: Settings, now: datetime) -> tuple[Line, ...]:
    timings = settings.timings
    waiting = Outstanding(client, lock_seconds=timings.lock_seconds, look_interval=timings.look_interval)
    oldest, count = waiting.oldest(), waiting.count()
    age = 0.0 if oldest is None else now.timestamp() - oldest
    if age > LONGEST_WAIT:
        says = f"{count} case(s) wait, the oldest for {round(age / 60)} minutes."
        return (failed("queue", says, "Start more workers; their log says what holds them up."),)
    return (passed("queue", f"{count} case(s) wait." if count else "Nothing waits."),)


def of_receiver(settings: Settings) -> tuple[Line, ...]:
    """Ask the receiver of this machine, where there is one."""
    host, port = LOOPBACK.get(settings.bind.host, settings.bind.host), settings.bind.port
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        says = f"No receiver answers on {host}:{port}. Where it runs on another machine, that is as it should be."
        return (unknown("processes", says, "Start `followthrough serve`, or `followthrough up`."),)
    finally:
        connection.close()
    if status != 200:
        return (
            failed(
                "processes", f"The receiver is not ready ({status}).", "/readyz on its metrics address says which part."
            ),
        )
    return (passed("processes", "The receiver takes deliveries."),)


def of_ledger(settings: Settings) -> tuple[Line, ...]:
    """Look at the database, the audit chain, and what is set aside or may not be written."""
    try:
        with closing(open_for_commands(settings)) as ledger:
            return (
                passed("database", "It answers, with the schema of this version."),
                *_chain(ledger),
                *_memory(ledger),
            )
    except ConfigError as error:
        return (failed("database", error.message, error.remedy),)
    except FollowthroughError as error:
        return (failed("database", str(error), "Run `followthrough migrate`."),)
    except SQLAlchemyError as error:
        says = f"It does not answer ({type(error).__name__})."
        return (failed("database", says, "Check FOLLOWTHROUGH_DATABASE_URL, and that the server runs."),)


def _chain(ledger: Ledger) -> tuple[Line, ...]:
    report = ledger.verify_audit()
    if not report.ok:
        return (
            failed(
                "audit",
                "The audit chain is broken.",
                "`followthrough audit verify` shows where; docs/runbook.md what to do.",
            ),
        )
    return (passed("audit", "The audit chain is whole."),)


def _memory(ledger: Ledger) -> tuple[Line, ...]:
    found = ledger.figures()
    lines: list[Line] = []
    if found.policy_refused:
        says = "The last edit was refused; an earlier policy is in force."
        lines.append(failed("mappings", says, "`followthrough mappings validate`."))
    if found.parked:
        remedy = "`followthrough deliveries list`, then `deliveries retry`."
        lines.append(failed("parked", f"{found.parked} case(s) are set aside.", remedy))
    else:
        lines.append(passed("parked", "Nothing is set aside."))
    return (*lines, *_writing(found))


def _writing(found: Figures) -> tuple[Line, ...]:
    """Look at what keeps the service from writing."""
    lines: list[Line] = []
    if found.breakers:
        says = f"The circuit breaker stopped writing in {found.breakers} project(s)."
        lines.append(failed("writing", says, "Look why, then `followthrough resume`."))
    if found.paused:
        says = f"Writing is paused in {found.paused} project(s)."
        lines.append(advice("writing", says, "`followthrough resume`, when it is time."))
    if found.refused:
        says = f"A tracker refused {found.refused} write(s) at the latest look."
        lines.append(advice("writing", says, "The status comments say which, and what helps."))
    return tuple(lines) or (passed("writing", "Nothing keeps the service from writing."),)
