"""One real Valkey for the tests of the engine, emptied between them."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from integration.settings import Settings
from integration.work.attaching import attach
from integration.work.embedded import EmbeddedValkey
from tests.e2e.stage import Stage, stage


@pytest.fixture(scope="session")
def valkey_dir() -> Iterator[Path]:
    """The data directory of a running Valkey; its path is short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    with EmbeddedValkey(folder):
        yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def client(valkey_dir: Path) -> Iterator["redis.Redis"]:
    """A client of an empty Valkey."""
    client = attach(Settings.load({"FOLLOWTHROUGH_DATA_DIR": str(valkey_dir)}, env_file=None))
    client.flushdb()
    yield client
    client.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory for a whole service, with a short path."""
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def service(folder: Path) -> Iterator[Stage]:
    """A whole service on fresh sandboxes; lock and grace are short."""
    with stage(folder) as running:
        yield running
