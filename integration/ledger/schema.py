"""Which schema a database has, and bringing it to the one this version expects: ``followthrough migrate``."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, inspect, text

from integration.errors import LedgerMismatch
from integration.ledger import engine as databases
from integration.ledger.rolling import are_current, roll_anew

EXPECTED = "0013"
_MIGRATING = 0x666F6C6C6F77  # an advisory lock of PostgreSQL has a number; this one spells "follow"


@dataclass(frozen=True)
class SchemaState:
    """The schema found (``None``: an empty database, or no file yet) and the one this version expects."""

    found: str | None
    expected: str = EXPECTED

    @property
    def is_current(self) -> bool:
        """Tell whether the ledger can be used."""
        return self.found == self.expected

    @property
    def is_newer(self) -> bool:
        """Tell whether a later version of the software made it."""
        return self.found is not None and self.found > self.expected

    def require_current(self) -> None:
        """Raise :class:`LedgerMismatch` with the remedy, unless the schema is the expected one."""
        if self.is_current:
            return
        found = f"has schema {self.found}" if self.found else "is empty"
        remedy = "Use the version of Followthrough that made it." if self.is_newer else "Run `followthrough migrate`."
        raise LedgerMismatch(f"The ledger {found}; this version needs {self.expected}. {remedy}")


def schema_state(url: str) -> SchemaState:
    """Return the state of the database's schema; changes and creates nothing."""
    database = databases.database_of(url)
    file = databases.file_of(database)
    if file is not None and not file.exists():
        return SchemaState(None)
    engine = databases.connect(database)
    try:
        return state_of(engine)
    finally:
        engine.dispose()


def state_of(engine: Engine) -> SchemaState:
    """Return the state of the schema behind an open engine."""
    with databases.reading(engine) as connection:
        return _state(connection)


def migrate(url: str) -> str:
    """Bring the database to the expected schema and return its number; does nothing when it is there already.

    Processes that start together follow one another. Raises :class:`LedgerMismatch` for a schema that is newer than
    this version.
    """
    database = databases.database_of(url)
    file = databases.file_of(database)
    if file is None:
        _migrate_postgresql(database)
        return EXPECTED
    databases.create_closed_file(file)
    with _file_lock(file.with_name(file.name + ".lock")):
        _migrate_sqlite(database)
    return EXPECTED


def _migrate_sqlite(database: URL) -> None:
    engine = databases.connect(database)
    try:
        with engine.connect() as connection:
            # The journal's mode stays with the file. It is set here, where nobody else has the file open for the first
            # time.
            driver = connection.connection.driver_connection
            assert driver is not None  # noqa: S101  # narrowing for the type checker: a connection in use has its driver's
            driver.execute("PRAGMA journal_mode=WAL")
        with databases.writing(engine) as connection:
            _upgrade(connection)
            roll_anew(connection)
    finally:
        engine.dispose()


def _migrate_postgresql(database: URL) -> None:
    engine = databases.connect(database)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATING})
            _keep_writers_waiting(connection)
            _upgrade(connection)
            roll_anew(connection)
    finally:
        engine.dispose()


def _keep_writers_waiting(connection: Connection) -> None:
    """Let nobody record anything until the end of this transaction, where there is something to do: what is counted has to stay as it is."""
    state = _state(connection)
    if state.found is not None and not (state.is_current and are_current(connection)):
        # Every writer asks for a row of this table first (see ``chain.py``), and so does this, before it holds anything that a writer reads.
        connection.execute(text("LOCK TABLE audit_head IN EXCLUSIVE MODE"))


def _state(connection: Connection) -> SchemaState:
    if not inspect(connection).has_table("alembic_version"):
        return SchemaState(None)
    return SchemaState(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none())


def _upgrade(connection: Connection) -> None:
    state = _state(connection)
    if state.is_current:
        return
    if state.is_newer:
        state.require_current()
    # Alembic is needed by this one command; receivers and workers should not carry it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, EXPECTED)


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
