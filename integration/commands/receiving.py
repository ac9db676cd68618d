"""``followthrough serve``. Apart from the other processes, because a receiver has to stay small: no tracker library, no structlog, no database."""

import os

import click

from integration import lifetime
from integration.settings import Settings
from integration.work.attaching import attach
from webhooks.serve import run


@click.command()
@click.option("--parent", type=int, hidden=True, help="End when this process is gone.")
def serve(parent: int | None) -> None:
    """Run the receiver alone.

    It answers on FOLLOWTHROUGH_BIND; its metrics are on FOLLOWTHROUGH_METRICS_BIND. It needs a Redis or Valkey that
    runs: that of `followthrough up`, or the one that FOLLOWTHROUGH_REDIS_URL names.
    """
    settings = Settings.load()
    settings.prepare_data_dir()
    os.umask(0o077)
    attach(settings).close()
    if parent is not None:
        lifetime.end_with(parent)
    run(settings)
