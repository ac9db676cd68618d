"""How a database is opened: SQLite the careful way, PostgreSQL by psycopg. Knows no table.

Writers wait for one another: ``BEGIN IMMEDIATE`` on SQLite, a lock on the head of the audit chain on PostgreSQL (see
``chain.py``). Without it, four processes over SQLite lost 443 of 600 read-modify-writes.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from integration.errors import ConfigError

BUSY_SECONDS = 30.0  # how long a SQLite writer waits for the others; each of them takes milliseconds
_WRITES = "followthrough_writes"


def database_of(url: str) -> URL:
    """Return the parsed address, with the driver named. Raises :class:`ConfigError` for anything but SQLite files and
    PostgreSQL.
    """
    where, remedy = "FOLLOWTHROUGH_DATABASE_URL", "Use sqlite:////path/to/ledger.db or postgresql://user@host/name."
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError("The address of the database cannot be read.", where=where, remedy=remedy) from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
        case _:
            raise ConfigError("The ledger needs a SQLite file or PostgreSQL.", where=where, remedy=remedy)


def file_of(database: URL) -> Path | None:
    """Return the file of a SQLite database, ``None`` for PostgreSQL."""
    return Path(database.database or "") if database.get_backend_name() == "sqlite" else None


def connect(database: URL) -> Engine:
    """Return an engine whose reads and writes follow the rules of this module."""
    if database.get_backend_name() == "sqlite":
        engine = create_engine(database, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # The session's zone is UTC, so that no instant at the edges of the calendar overflows on its way through a local
    # zone; and instants are written the way round by which their month is read.
    return create_engine(database, connect_args={"options": "-c timezone=UTC -c datestyle=ISO"}, pool_pre_ping=True)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection on which all queries see the same instant; nothing can be written through it."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect() as connection:
        yield connection.execution_options(**options)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection that commits at the end, or rolls back when the block raises."""
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


def create_closed_file(path: Path) -> None:
    """Make the database's file, readable by us alone, before anything opens it: SQLite would follow the umask."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    require_closed(path)


def require_closed(path: Path) -> None:
    """Refuse a database file that others can reach (S21). Raises :class:`ConfigError`."""
    found = path.stat()
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise ConfigError(
            f"{path} can be reached by other users (mode {stat.S_IMODE(found.st_mode):04o}, user {found.st_uid}).",
            where="FOLLOWTHROUGH_DATABASE_URL",
            remedy=f"Run `chown {os.geteuid()} {path}` and `chmod 600 {path}`.",
        )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Transactions are begun by ``_begin_sqlite``; Python's own habit of beginning them late is what loses updates.
    connection.isolation_level = None
    # An acknowledged decision must survive a power cut, which WAL with ``synchronous=NORMAL`` does not promise.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    # Whoever asked to be forgotten must not be readable in the free pages of the file (S25).
    connection.execute("PRAGMA secure_delete=ON")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
