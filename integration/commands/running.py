"""Commands that run the service or a part of it: ``up``, ``work``, ``schedule``, ``migrate``."""

import contextlib
import logging
import os
import signal
from wsgiref.simple_server import WSGIServer

import click

from integration import lifetime, logs
from integration.bootstrap import build, publish_policy, require_trackers
from integration.environment import Address
from integration.errors import ConfigError
from integration.ledger.schema import migrate as migrate_ledger
from integration.settings import Settings
from integration.work import jobs, worker
from integration.work.embedded import EmbeddedValkey
from integration.work.exporting import Watched, export
from integration.work.scheduler import Scheduler
from integration.work.supervisor import Supervisor, parts_of_service

WORKERS = 2
parent_option = click.option("--parent", type=int, hidden=True, help="End when this process is gone.")


@click.command()
@click.option("--workers", type=click.IntRange(1, 64), default=WORKERS, show_default=True, help="Worker processes.")
def up(workers: int) -> None:
    """Run the whole service: receiver, workers, scheduler, and an embedded Valkey where none is named.

    The ledger is brought to the expected schema first. What ends is started again. SIGTERM or Ctrl-C stops everything
    in good order: looks in hand are finished, and what is outstanding stays in the queue.
    """
    settings = _prepared(None)
    require_trackers(settings)
    with contextlib.ExitStack() as running:
        service = Supervisor(parts_of_service(workers))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, service.ask_to_stop)
        if settings.is_redis_embedded:
            running.enter_context(EmbeddedValkey(settings.data_dir))
        migrate_ledger(settings.database_url)
        publish_policy(settings)
        running.callback(service.stop)
        service.start()
        code = service.watch()
    raise SystemExit(code)


@click.command()
@parent_option
def work(parent: int | None) -> None:
    """Run one worker alone.

    Workers look at cases, one look at a time; start as many as you like, on as many machines as you like. SIGTERM
    finishes the look in hand first.
    """
    settings = _prepared(parent)
    with contextlib.closing(build(settings)) as parts:
        jobs.bind(parts.engine)
        worker.work(parts.client, settings.timings.job_timeout)


@click.command()
@parent_option
def schedule(parent: int | None) -> None:
    """Run the scheduler alone.

    It wakes cases that are due, queues again what a dead process left, and sweeps the trackers. Of several, one is
    active and the others wait for it.
    """
    settings = _prepared(parent)
    with contextlib.closing(build(settings)) as parts, contextlib.ExitStack() as running:
        scheduler = Scheduler(parts.engine, parts.client)
        if settings.scheduler_metrics_bind is not None:
            watched = Watched(parts.engine, parts.client, lambda: scheduler.is_active)
            running.callback(_exported(settings.scheduler_metrics_bind, watched).shutdown)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: scheduler.ask_to_stop())
        scheduler.run()
        scheduler.stop()


def _exported(address: Address, watched: Watched) -> WSGIServer:
    """Show the metrics on ``address``. Raises :class:`ConfigError` where it is taken."""
    try:
        return export(address, watched)
    except OSError as error:
        where, remedy = "FOLLOWTHROUGH_SCHEDULER_METRICS_BIND", "Choose another address, or `off`."
        raise ConfigError(f"{address} cannot be listened on: {error.strerror}.", where=where, remedy=remedy) from None


@click.command()
def migrate() -> None:
    """Bring the ledger's database to the schema that this version expects.

    Safe to repeat, and safe beside another one that does the same; does nothing where the schema is there already.
    """
    settings = _prepared(None)
    click.echo(f"The ledger has schema {migrate_ledger(settings.database_url)}.")


def _prepared(parent: int | None) -> Settings:
    """Read the settings and set up logging; every long-lived process begins so."""
    settings = Settings.load()
    logs.configure(settings)
    # What alembic does is told by one line of ours; its own lines are for those who write migrations.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings.prepare_data_dir()
    os.umask(0o077)
    if parent is not None:
        lifetime.end_with(parent)
    return settings
