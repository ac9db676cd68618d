"""The service as real processes (receiver, two workers, scheduler, embedded Valkey) on sandbox trackers, to be killed at will. What dies is started again."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import redis

from integration import wakeups
from integration.ledger.schema import migrate
from integration.sandbox.demo.service import environment, free_port
from integration.sandbox.github.sandbox import GitHubSandbox
from integration.sandbox.jira.server import JiraSandbox
from integration.settings import Settings
from integration.work.embedded import EmbeddedValkey
from tests.e2e.stage import PROJECT, REPOSITORY, SECRET, TEAM, Clock

WORKERS = ("worker 1", "worker 2")
PARTS = {"receiver": "serve", "worker 1": "work", "worker 2": "work", "scheduler": "schedule"}
QUICK = {
    "FOLLOWTHROUGH_LOCK_SECONDS": "1",
    "FOLLOWTHROUGH_LOOK_INTERVAL": "0.05",
    "FOLLOWTHROUGH_SWEEP_SECONDS": "0.5",
    "FOLLOWTHROUGH_TRACKER_SWEEP_SECONDS": "2",
    "FOLLOWTHROUGH_INTENT_GRACE_SECONDS": "1",
    "FOLLOWTHROUGH_DUE_POLL_SECONDS": "0.2",
}


@dataclass
class Processes:
    """One running service and the trackers that it runs on. ``clock`` is that of the trackers and of what is told on them; the service has its own."""

    github: GitHubSandbox
    jira: JiraSandbox
    folder: Path
    variables: dict[str, str]
    settings: Settings
    clock: Clock = field(default_factory=Clock)
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, name: str) -> None:
        """Start one part; it leads a process group of its own, so that a kill takes its children along."""
        command = [sys.executable, "-m", "integration.cli", PARTS[name]]
        with (self.folder / "log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, env=self.variables, stdout=log, stderr=log, start_new_session=True
            )

    def tend(self) -> None:
        """Start again what has ended, until the service is stopped."""
        while not self._stopping.wait(0.05):
            with self._lock:
                for name, process in list(self.running.items()):
                    if process.poll() is not None:
                        self.start(name)

    def kill(self, *names: str) -> None:
        """SIGKILL these parts, now."""
        for name in names:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.running[name].pid, signal.SIGKILL)

    @contextlib.contextmanager
    def asleep(self, *names: str) -> Iterator[None]:
        """Let these parts sleep, as on a machine that was suspended, until the ``with`` ends."""
        for name in names:
            os.killpg(self.running[name].pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for name in names:
                os.killpg(self.running[name].pid, signal.SIGCONT)

    def stop(self) -> None:
        """End every part."""
        self._stopping.set()
        with self._lock:
            self.kill(*self.running)
            for process in self.running.values():
                process.wait()

    def outstanding(self) -> int:
        """Return how many objects have something outstanding, or one while Valkey is away."""
        with redis.Redis.from_url(self.settings.redis_url) as client:
            try:
                return int(client.hlen(wakeups.WANTED))  # type: ignore[arg-type]
            except redis.RedisError:
                return 1

    def valkey_pid(self) -> int:
        """Return the process id of the Valkey server."""
        with redis.Redis.from_url(self.settings.redis_url) as client:
            return int(client.info("server")["process_id"])  # type: ignore[index]

    def settle(self, seconds: float = 60) -> None:
        """Wait until every webhook was sent and nothing is outstanding, twice in a row."""
        end, quiet = time.monotonic() + seconds, 0
        while quiet < 3:
            assert time.monotonic() < end, (self.folder / "log").read_text(errors="replace")[-3000:]
            is_quiet = self.github.hooks.wait_idle(5) and self.jira.hooks.wait_idle(5) and not self.outstanding()
            quiet = quiet + 1 if is_quiet else 0
            time.sleep(0.05)


@contextlib.contextmanager
def processes(folder: Path, **changed: str) -> Iterator[Processes]:
    """Run the service until the ``with`` ends; ``changed`` are variables of the environment."""
    folder.chmod(0o700)
    port = free_port()
    clock = Clock()
    github = GitHubSandbox(clock, hook_secret=SECRET, hook_url=f"http://127.0.0.1:{port}/webhooks/github")
    jira = JiraSandbox(clock=clock, hook_secret=SECRET, hook_url=f"http://127.0.0.1:{port}/webhooks/jira")
    for person in (*TEAM, "followthrough"):
        github.add_person(person)
        jira.add_person(person)
    with github, jira, EmbeddedValkey(folder):
        trackers = {
            "GITHUB_API_URL": github.url,
            "GITHUB_TOKEN": github.token_of("followthrough"),
            "GITHUB_WEBHOOK_SECRET": SECRET,
            "JIRA_URL": jira.url,
            "JIRA_USER": "followthrough",
            "JIRA_TOKEN": "followthrough-token",
            "JIRA_WEBHOOK_SECRET": SECRET,
        }
        variables = environment(folder, port, {**trackers, **QUICK}) | changed
        settings = Settings.load(variables, None)
        migrate(settings.database_url)
        service = Processes(github, jira, folder, variables, settings, clock)
        for name in PARTS:
            service.start(name)
        tender = threading.Thread(target=service.tend, daemon=True)
        tender.start()
        try:
            _wait_ready(port)
            github.add_repository(REPOSITORY, roles={**TEAM, "followthrough": "admin"})
            jira.add_project(PROJECT, "Shop", "gina", roles=dict.fromkeys((*TEAM, "followthrough"), "member"))
            yield service
        finally:
            service.stop()
            tender.join()


def _wait_ready(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError("the receiver does not listen")


@contextlib.contextmanager
def processes_with(write_mappings: Callable[[Path], object]) -> Iterator[Processes]:
    """Run the service with mappings in a folder ``mappings``; ``write_mappings`` is given the folder in which that stands or is to be made."""
    folder = Path(tempfile.mkdtemp(prefix="ft-"))  # Addresses of sockets are short.
    try:
        (folder / "data").mkdir()
        write_mappings(folder)
        with processes(folder / "data", FOLLOWTHROUGH_MAPPINGS_DIR=str(folder / "mappings")) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)
