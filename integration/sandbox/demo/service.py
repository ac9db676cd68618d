"""The whole service of a demo as real processes, on a fresh data directory, told of nothing but the sandbox trackers."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from importlib.resources import files
from pathlib import Path
from typing import IO, Self

import redis
import requests

from integration import wakeups
from integration.ledger.schema import migrate
from integration.sandbox.hooks import HookSender
from integration.settings import Settings
from integration.work.embedded import EmbeddedValkey
from integration.work.supervisor import Supervisor, parts_of_service

# What children may have of this process's environment. Everything else, credentials and proxies above all, stays out (S23).
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "COVERAGE_PROCESS_START")
# The engine as it is, only livelier: nothing is left out.
LIVELY = {
    "FOLLOWTHROUGH_LOOK_INTERVAL": "0.3",
    "FOLLOWTHROUGH_DUE_POLL_SECONDS": "0.25",
    "FOLLOWTHROUGH_SWEEP_SECONDS": "5",
    "FOLLOWTHROUGH_TRACKER_SWEEP_SECONDS": "20",
    "FOLLOWTHROUGH_INTENT_GRACE_SECONDS": "2",
}
READY_SECONDS = 60.0
AT_REST_SECONDS = 90.0  # longer than GitHub's budget of a minute, should the service have to wait for it


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, port: int, trackers: dict[str, str]) -> dict[str, str]:
    """Return the children's whole environment: the sandbox, this folder, and the little that a process needs."""
    return {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        **LIVELY,
        **trackers,
        "HOME": str(folder),
        "NETRC": str(folder / "netrc"),
        "NO_PROXY": "*",
        "FOLLOWTHROUGH_DATA_DIR": str(folder),
        "FOLLOWTHROUGH_MAPPINGS_DIR": str(files("mappings")),
        "FOLLOWTHROUGH_BIND": f"127.0.0.1:{port}",
        "FOLLOWTHROUGH_METRICS_BIND": "off",
        "FOLLOWTHROUGH_SCHEDULER_METRICS_BIND": "off",
    }


class DemoService:
    """Receiver, two workers, scheduler and Valkey; use it as a context manager."""

    def __init__(self, folder: Path, port: int, trackers: dict[str, str], output: IO[bytes]) -> None:
        """Prepare; nothing runs before the ``with``."""
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"
        self.environment = environment(folder, port, trackers)
        self.settings = Settings.load(self.environment, None)
        self.supervisor = Supervisor(
            parts_of_service(workers=2), environment=self.environment, folder=folder, output=output
        )
        self._running = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as starting:
            if self.settings.is_redis_embedded:
                starting.enter_context(EmbeddedValkey(self.folder))
            migrate(self.settings.database_url)
            self._redis = starting.enter_context(redis.Redis.from_url(self.settings.redis_url))
            starting.callback(self.supervisor.stop)
            self.supervisor.start()
            threading.Thread(target=self.supervisor.watch, name="supervisor", daemon=True).start()
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._running.close()

    def wait_ready(self) -> bool:
        """Wait until the receiver accepts deliveries; tell whether that came about."""
        deadline = time.monotonic() + READY_SECONDS
        with requests.Session() as session:
            session.trust_env = False
            while time.monotonic() < deadline:
                with contextlib.suppress(requests.RequestException):
                    if session.get(f"{self.url}/readyz", timeout=5).ok:
                        return True
                time.sleep(0.1)
        return False

    def wait_at_rest(self, *senders: HookSender) -> bool:
        """Wait until every webhook was sent and no look is outstanding; tell whether that came about."""
        deadline = time.monotonic() + AT_REST_SECONDS
        while time.monotonic() < deadline:
            # What a look writes sends webhooks while it is under way, so both are asked again after both were quiet.
            if all(self._is_quiet(senders) for _ in range(2)):
                return True
            time.sleep(0.1)
        return False

    def _is_quiet(self, senders: tuple[HookSender, ...]) -> bool:
        return all(sender.wait_idle(5) for sender in senders) and not self._redis.hlen(wakeups.WANTED)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the command line with the service's own settings."""
        command = [sys.executable, "-P", "-m", "integration.cli", *arguments]
        return subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )
