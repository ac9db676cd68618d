"""Commands that run the service or a part of it: ``up``, ``serve``, ``work``, ``schedule``, ``migrate``."""

import contextlib
import os
import signal

import click

from integration import logs
from integration.settings import Settings
from integration.work import supervisor
from integration.work.embedded import EmbeddedValkey
from integration.work.supervisor import Part, Supervisor

WORKERS = 2
parent_option = click.option("--parent", type=int, hidden=True, help="End when this process is gone.")


@click.command()
@click.option("--workers", type=click.IntRange(1, 64), default=WORKERS, show_default=True, help="Worker processes.")
def up(workers: int) -> None:
    """Run the whole service: receiver, workers, scheduler, and an embedded Valkey where none is named.

    The ledger is brought to the expected schema first. What ends is started again. SIGTERM or Ctrl-C stops everything
    in good order: looks in hand are finished, and what is outstanding stays in the queue.
    """
    settings = Settings.load()
    logs.configure(settings)
    settings.prepare_data_dir()
    os.umask(0o077)
    with contextlib.ExitStack() as running:
        if settings.is_redis_embedded:
            running.enter_context(EmbeddedValkey(settings.data_dir))
        _migrate(settings)
        service = Supervisor(parts_of_service(workers))
        running.callback(service.stop)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, service.ask_to_stop)
        service.start()
        code = service.watch()
    raise SystemExit(code)


def parts_of_service(workers: int) -> tuple[Part, ...]:
    """Return the processes of one service."""
    return (
        Part("receiver", ("serve",)),
        *(Part(f"worker {number}", ("work",)) for number in range(1, workers + 1)),
        Part("scheduler", ("schedule",)),
    )


@click.command()
@parent_option
def serve(parent: int | None) -> None:
    """Run the receiver alone.

    It answers on FOLLOWTHROUGH_BIND; its metrics are on FOLLOWTHROUGH_METRICS_BIND. It needs a Redis or Valkey that
    runs: that of `followthrough up`, or the one that FOLLOWTHROUGH_REDIS_URL names.
    """
    from integration.work.embedded import attach  # noqa: PLC0415
    from webhooks.serve import run  # noqa: PLC0415

    settings = _prepared(parent)
    attach(settings).close()
    run(settings)


@click.command()
@parent_option
def work(parent: int | None) -> None:
    """Run one worker alone.

    Workers look at cases, one look at a time; start as many as you like, on as many machines as you like. SIGTERM
    finishes the look in hand first.
    """
    from integration.bootstrap import build  # noqa: PLC0415
    from integration.work import jobs, worker  # noqa: PLC0415

    settings = _prepared(parent)
    parts = build(settings)
    jobs.bind(parts.engine)
    with contextlib.closing(parts):
        worker.work(parts.client, settings.timings.job_timeout)


@click.command()
@parent_option
def schedule(parent: int | None) -> None:
    """Run the scheduler alone.

    It wakes cases that are due, queues again what a dead process left, and sweeps the trackers. Of several, one is
    active and the others wait for it.
    """
    from integration.bootstrap import build  # noqa: PLC0415
    from integration.work.scheduler import Scheduler  # noqa: PLC0415

    settings = _prepared(parent)
    with contextlib.closing(build(settings)) as parts:
        scheduler = Scheduler(parts.engine, parts.client)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: scheduler.ask_to_stop())
        scheduler.run()
        scheduler.stop()


@click.command()
def migrate() -> None:
    """Bring the ledger's database to the schema that this version expects.

    Safe to repeat, and safe beside another one that does the same; does nothing where the schema is there already.
    """
    settings = Settings.load()
    settings.prepare_data_dir()
    click.echo(f"The ledger has schema {_migrate(settings)}.")


def _migrate(settings: Settings) -> str:
    from integration.ledger.schema import migrate as migrate_ledger  # noqa: PLC0415

    return migrate_ledger(settings.database_url)


def _prepared(parent: int | None) -> Settings:
    """Read the settings and set up logging; every long-lived process begins so."""
    settings = Settings.load()
    logs.configure(settings)
    settings.prepare_data_dir()
    os.umask(0o077)
    if parent is not None:
        supervisor.end_with(parent)
    return settings
