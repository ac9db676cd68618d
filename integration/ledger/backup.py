"""Copies of a SQLite ledger, taken while it is in use, and putting one back. PostgreSQL has means of its own (``pg_dump``)."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from integration.errors import ConfigError
from integration.ledger import engine as databases

STEP = 512  # pages copied before writers get their turn


def file_of_ledger(url: str) -> Path:
    """Return the file of a SQLite ledger. Raises :class:`ConfigError` for PostgreSQL, which is not ours to copy."""
    file = databases.file_of(databases.database_of(url))
    if file is None:
        raise ConfigError(
            "The ledger is in PostgreSQL.",
            where="FOLLOWTHROUGH_DATABASE_URL",
            remedy="Use pg_dump and pg_restore, then `followthrough restore --loaded`; docs/runbook.md shows how.",
        )
    return file


def copy(source: Path, target: Path) -> None:
    """Copy a ledger that may be in use into a new file, 0600; what is committed at that moment is in it.

    Raises :class:`ConfigError` where the source is not there, or the target is.
    """
    if not source.is_file():
        raise ConfigError(f"{source} is not there.", remedy="Check the path.")
    if target.exists():
        raise ConfigError(f"{target} is there already.", remedy="Choose another name; nothing is overwritten.")
    databases.create_closed_file(target)
    try:
        # Read-only is not enough for a source in WAL mode, whose shared memory a reader has to be able to make.
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new, pages=STEP)
            (found,) = new.execute("PRAGMA quick_check").fetchone()
            new.execute("PRAGMA journal_mode=WAL")
    except sqlite3.DatabaseError as error:
        target.unlink()
        raise ConfigError(f"{source} cannot be read as a ledger: {error}.", remedy="Use another copy.") from None
    if found != "ok":
        target.unlink()
        raise ConfigError(f"{source} is damaged: {found}.", remedy="Use another copy.")


def set_aside(file: Path, now: datetime) -> Path | None:
    """Move a ledger's files out of the way; return where the ledger is now, ``None`` where there was none."""
    aside = file.with_name(f"{file.name}.before-{now:%Y%m%dT%H%M%SZ}")
    for ending in ("-wal", "-shm", ""):
        there = file.with_name(file.name + ending)
        if there.exists():
            there.rename(aside.with_name(aside.name + ending))
    return aside if aside.exists() else None
