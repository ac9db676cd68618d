"""Ledgers on both databases. The PostgreSQL server is real and starts once per run; every test has its own database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.ledger.ledger import Ledger, open_ledger
from integration.ledger.schema import migrate
from tests import databases

KEY = b"a key for tests, 32 bytes long.."


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Give the URL of a running PostgreSQL server, or skip with a reason."""
    with databases.server() as uri:
        yield uri


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a database that nothing was done to yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return databases.new_database(request.getfixturevalue("postgresql"))


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
