"""Commands that keep the ledger safe: ``backup`` and ``restore``."""

from contextlib import closing
from pathlib import Path

import click
import redis

from integration import clock
from integration.bootstrap import open_for_commands
from integration.commands.telling import answer, json_option
from integration.errors import ConfigError
from integration.ledger import backup as copies
from integration.settings import Settings
from integration.work.attaching import attach
from integration.work.beating import PARTS, count_alive


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def backup(file: Path, as_json: bool) -> None:
    """Copy the SQLite ledger into a new FILE, while the service runs.

    The copy is whole, readable by this user alone, and of no use without the key, which is kept apart from it. A ledger
    in PostgreSQL is copied with pg_dump.
    """
    settings = Settings.load()
    copies.copy(copies.file_of_ledger(settings.database_url), file.absolute())
    if as_json:
        answer({"file": str(file), "bytes": file.stat().st_size})
    else:
        click.echo(f"The ledger is copied to {file} ({file.stat().st_size} bytes). Keep the key apart from it.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=False)
@click.option("--loaded", is_flag=True, help="The database was put back by its own means; only take note of it.")
@json_option
def restore(file: Path | None, loaded: bool, as_json: bool) -> None:
    """Put a copy of the ledger back, with the service stopped.

    The present ledger is set aside, not deleted. The chain notes it, and from then on, what may have been made after the
    copy was taken is looked for before anything is made, so that nothing comes twice. Exit code 1 where the audit chain
    of the copy is not whole.
    """
    if (file is None) != loaded:
        raise click.UsageError("Name the copy, or say --loaded after pg_restore.")
    settings = Settings.load()
    _require_stopped(settings)
    now = clock.now()
    aside: Path | None = None
    if file is not None:
        there = copies.file_of_ledger(settings.database_url)
        # The copy is read to its end before the present ledger is touched.
        arriving = there.with_name(f"{there.name}.arriving")
        copies.copy(file.absolute(), arriving)
        aside = copies.set_aside(there, now)
        arriving.rename(there)
    with closing(open_for_commands(settings)) as ledger:
        report = ledger.verify_audit()
        known_until = ledger.note_restored(now)
    if as_json:
        found = {"known_until": known_until, "aside": str(aside) if aside else None, "problems": list(report.problems)}
        answer(found)
    else:
        click.echo(f"The ledger knows what was done until {known_until:%Y-%m-%d %H:%M %Z}.")
        if aside:
            click.echo(f"The one before is {aside}.")
        for problem in report.problems:
            click.echo(f"✘ {problem}")
    raise SystemExit(1 if report.problems else 0)


def _require_stopped(settings: Settings) -> None:
    """Refuse to change the ledger under a running service. Raises :class:`ConfigError`."""
    try:
        client = attach(settings)
    except ConfigError:
        return  # No queue, so nobody works on it.
    try:
        if any(count_alive(client, part) for part in PARTS):
            raise ConfigError(
                "The service runs, or ended without a word less than three minutes ago.",
                remedy="Stop workers and scheduler first, then try again.",
            )
    except redis.RedisError:
        return
    finally:
        client.close()
