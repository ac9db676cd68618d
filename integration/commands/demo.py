"""``followthrough demo``."""

from pathlib import Path

import click


@click.command()
@click.option("--once", is_flag=True, help="Play the story and leave; 1 if anything did not come out as told.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The page's port; 0 lets the machine choose.")
@click.option("--log", type=click.Path(path_type=Path, dir_okay=False), help="Keep the service's log in this file.")
def demo(once: bool, port: int, log: Path | None) -> None:
    """Play the story of the recalled products on sandbox trackers, with the whole service at work.

    Needs no settings and ignores those that there are, `.env` included. Everything listens on this machine only, works
    on a temporary folder, and is gone afterwards. Without --once it stays up, so that you can play on the page.
    """
    from rich.console import Console  # noqa: PLC0415

    from integration.sandbox.demo.demo import run  # noqa: PLC0415

    raise SystemExit(run(once=once, port=port, log=log, console=Console()))
