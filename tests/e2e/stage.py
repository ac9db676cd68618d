"""A whole service in one process, but for the network: sandbox trackers over HTTP, the real receiver over HTTP, a real Valkey, a real database.

Work is done by :meth:`Stage.settle`, step by step, so that a test decides what is delivered when. Processes that are killed are in ``processes.py``.
"""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from integration.bootstrap import Parts, build
from integration.ledger.schema import migrate
from integration.sandbox.github.sandbox import GitHubSandbox
from integration.sandbox.jira.server import JiraSandbox
from integration.settings import Settings
from integration.wakeups import INBOX
from integration.work.embedded import EmbeddedValkey
from integration.work.jobs import run
from integration.work.outstanding import DUE
from webhooks.app import create_app

PATIENCE = 3.0
"""Seconds: a stage lets this much time pass by itself for a look that is put off. Less than what we wait for a tracker that is away."""
READING = 2.0
"""Seconds that pass once all has settled, since people read before they act. Without them, a quick machine closes an issue twice in one second,
and writes more on it than Jira takes."""
SECRET = "a-secret-of-at-least-16-bytes"
REPOSITORY, PROJECT = "acme/shop", "SHOP"
TEAM = {"dana": "write", "omar": "write", "vic": "write", "gina": "admin", "tom": "triage", "rita": "read"}


@dataclass
class Clock:
    """The time of the stage: real until it is set forward."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **by: float) -> None:
        """Let time pass."""
        self.ahead += timedelta(**by)


@dataclass
class Stage:
    """The pieces of one running service."""

    github: GitHubSandbox
    jira: JiraSandbox
    parts: Parts
    clock: Clock
    settings: Settings
    environment: Mapping[str, str] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)

    def settle(self, rounds: int = 40) -> list[str]:
        """Let deliveries arrive and workers work until nothing is outstanding but what waits for longer than ``PATIENCE``; return the outcomes of the looks."""
        outcomes: list[str] = []
        for _ in range(rounds):
            self.github.hooks.wait_idle(5)
            self.jira.hooks.wait_idle(5)
            self.parts.engine.outstanding.release_due(self.clock().timestamp())
            taken: Any = self.parts.client.lpop(INBOX)
            if taken is not None:
                outcomes.append(run(self.parts.engine, taken.decode()))
            elif not self._wait_a_moment():
                break
        self.outcomes += outcomes
        self.clock.forward(seconds=READING)
        return outcomes

    def _wait_a_moment(self) -> bool:
        """Let time pass until the next look that is put off; False where there is none within ``PATIENCE``."""
        put_off: Any = self.parts.client.zrange(DUE, 0, 0, withscores=True)
        seconds = put_off[0][1] - self.clock().timestamp() if put_off else PATIENCE
        if seconds >= PATIENCE:
            return False
        self.clock.forward(seconds=max(0.0, seconds))
        return True

    def writes(self) -> int:
        """Return how many writing calls our own account has made on both trackers."""
        return self.github.calls.count(writes_only=True, account="followthrough") + self.jira.calls.count(
            writes_only=True, account="followthrough"
        )


@contextlib.contextmanager
def stage(
    folder: Path,
    *,
    private: bool = True,
    mode: str = "enforce",
    environment: Mapping[str, str] | None = None,
    **timings: float,
) -> Iterator[Stage]:
    """Run a service on fresh sandboxes. ``timings`` are settings of the engine in seconds, ``environment`` any other variables."""
    clock = Clock()
    with contextlib.ExitStack() as running:
        door = Door()
        github = running.enter_context(_github(clock, door.url, private))
        jira = running.enter_context(_jira(clock, door.url))
        variables = _environment(folder, github, jira, mode, timings) | dict(environment or {})
        settings, parts = running.enter_context(service(folder, door, variables, clock))
        yield Stage(github, jira, parts, clock, settings, variables)


@contextlib.contextmanager
def service(folder: Path, door: "Door", environment: dict[str, str], clock: Clock) -> Iterator[tuple[Settings, Parts]]:
    """Run the service on whatever trackers ``environment`` names, with its Valkey and its database in ``folder``."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    with contextlib.ExitStack() as running:
        settings = Settings.load(environment, None)
        valkey = EmbeddedValkey(folder)
        valkey.start()
        running.callback(valkey.stop)
        migrate(settings.database_url)
        parts = build(settings, clock)
        running.callback(parts.close)
        door.open(settings)
        running.callback(door.close)
        yield settings, parts


def _environment(
    folder: Path, github: GitHubSandbox, jira: JiraSandbox, mode: str, timings: dict[str, float]
) -> dict[str, str]:
    fast = {"look_interval": 0.0, "intent_grace_seconds": 1.0, **timings}
    return {
        "FOLLOWTHROUGH_DATA_DIR": str(folder),
        "FOLLOWTHROUGH_MAPPINGS_DIR": str(Path(__file__).parents[2] / "mappings"),
        "FOLLOWTHROUGH_MODE": mode,
        "GITHUB_API_URL": github.url,
        "GITHUB_TOKEN": github.token_of("followthrough"),
        "GITHUB_WEBHOOK_SECRET": SECRET,
        "JIRA_URL": jira.url,
        "JIRA_USER": "followthrough",
        "JIRA_TOKEN": "followthrough-token",
        "JIRA_WEBHOOK_SECRET": SECRET,
        **{f"FOLLOWTHROUGH_{name.upper()}": str(value) for name, value in timings.items() | fast.items()},
    }


class Door:
    """The receiver on a port that is known before it opens, so that the sandboxes can register it."""

    def __init__(self) -> None:
        self._server = make_server("127.0.0.1", 0, _not_yet, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread: Any = None

    def open(self, settings: Settings) -> None:
        self._server.app = create_app(settings)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _not_yet(_environ: object, _start: object) -> list[bytes]:
    raise RuntimeError("the receiver is not open yet")


@contextlib.contextmanager
def _github(clock: Clock, door: str, private: bool) -> Iterator[GitHubSandbox]:
    github = GitHubSandbox(clock, SECRET, f"{door}/webhooks/github")
    for person in TEAM:
        github.add_person(person)
    github.add_person("stranger")
    github.add_person("followthrough")
    with github:
        github.add_repository(REPOSITORY, private=private, roles={**TEAM, "followthrough": "admin"})
        yield github


@contextlib.contextmanager
def _jira(clock: Clock, door: str) -> Iterator[JiraSandbox]:
    jira = JiraSandbox(clock=clock, hook_secret=SECRET, hook_url=f"{door}/webhooks/jira")
    for person in TEAM:
        jira.add_person(person)
    jira.add_person("followthrough")
    with jira:
        jira.add_project(PROJECT, "Shop", "gina", roles={**dict.fromkeys(TEAM, "member"), "followthrough": "member"})
        yield jira
