"""The processes of ``docker-compose.yml`` without containers: its own commands, environment and health checks, read from the file, so that they cannot drift.

What differs is only what a machine without containers needs: each process has a data directory and ports of its own, secrets lie in a folder of the test,
the stores are an embedded Valkey and an embedded PostgreSQL, and the trackers are sandboxes.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families

from integration.sandbox.demo.service import free_port
from integration.sandbox.github.sandbox import GitHubSandbox
from integration.sandbox.jira.server import JiraSandbox
from integration.settings import Settings
from integration.work.embedded import EmbeddedValkey
from scripts.compose_secrets import make
from tests.e2e.processes import QUICK, Processes
from tests.e2e.stage import PROJECT, REPOSITORY, SECRET, TEAM

ROOT = Path(__file__).parents[2]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
COPIES = {"receiver": 2, "worker": 3, "scheduler": 2}
PROGRAM = {"followthrough": (sys.executable, "-P", "-m", "integration.cli")}


def given(service: str, outside: Mapping[str, str]) -> dict[str, str]:
    """Return a service's environment as Compose makes it of the file and of the variables ``outside``."""

    def substitute(found: re.Match[str]) -> str:
        return outside.get(found[1]) or found[2]

    environment = SERVICES[service]["environment"]
    return {name: re.sub(r"\$\{(\w+):-([^}]*)\}", substitute, str(value)) for name, value in environment.items()}


@dataclass
class Composed(Processes):
    """Two receivers, three workers and two schedulers that run; what ends is started again, as Compose would."""

    environments: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: list[tuple[str, int]] = field(default_factory=list)

    def start(self, name: str) -> None:
        """Start one process with the command that the file names."""
        command = (*PROGRAM["followthrough"], *SERVICES[name.split(maxsplit=1)[0]]["command"])
        with (self.folder / "log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, env=self.environments[name], cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )

    def tend(self) -> None:
        """Start again what has ended, and keep how it ended."""
        while not self._stopping.wait(0.05):
            with self._lock:
                for name, process in list(self.running.items()):
                    code = process.poll()
                    if code is not None:
                        self.codes.append((name, code))
                        self.start(name)

    def put_out_of_action(self, *names: str) -> None:
        """Kill these processes and let none that is started in their place find the queue."""
        for name in names:
            self.environments[name]["FOLLOWTHROUGH_REDIS_URL_FILE"] = str(self.folder / "secrets" / "key")
        self.kill(*names)

    def ask_to_stop(self, name: str) -> int:
        """SIGTERM one process and return its exit code, as ``docker compose stop`` does within the grace period."""
        before = len([each for each in self.codes if each[0] == name])
        os.kill(self.running[name].pid, signal.SIGTERM)
        end = time.monotonic() + int(SERVICES[name.split(maxsplit=1)[0]]["stop_grace_period"].removesuffix("s"))
        while time.monotonic() < end:
            ended = [code for each, code in self.codes if each == name][before:]
            if ended:
                return ended[0]
            time.sleep(0.05)
        raise AssertionError(f"{name} did not stop within its grace period")

    def is_healthy(self, name: str) -> bool:
        """Run the health check that the file names, with the process's own environment."""
        kind, program, *arguments = SERVICES[name.split(maxsplit=1)[0]]["healthcheck"]["test"]
        assert kind == "CMD"
        command = (*PROGRAM[program], *arguments)
        done = subprocess.run(command, env=self.environments[name], cwd=self.folder, capture_output=True, check=False)
        return done.returncode == 0

    def run(self, *arguments: str, patience: float = 60) -> "subprocess.CompletedProcess[str]":
        """Run a command of the command line as ``docker compose exec scheduler followthrough …`` would, for so many seconds at most."""
        command = (*PROGRAM["followthrough"], *arguments)
        environment = self.environments["scheduler 1"]
        return subprocess.run(
            command, env=environment, cwd=self.folder, capture_output=True, text=True, check=False, timeout=patience
        )

    def figures(self, name: str) -> dict[str, float]:
        """Return what a scheduler shows, or nothing while it does not answer."""
        address = self.environments[name]["FOLLOWTHROUGH_SCHEDULER_METRICS_BIND"]
        try:
            with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
                told = answer.read().decode()
        except OSError:
            return {}
        return {
            sample.name + "".join(f"|{value}" for value in sample.labels.values()): sample.value
            for family in text_string_to_metric_families(told)
            for sample in family.samples
        }

    def active_scheduler(self) -> str:
        """Wait until one scheduler is the active one, and return its name."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for name in ("scheduler 1", "scheduler 2"):
                if self.figures(name).get("followthrough_scheduler_active") == 1:
                    return name
            time.sleep(0.1)
        raise AssertionError("no scheduler became active")


def _environments(folder: Path, outside: Mapping[str, str], timings: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the environment of every process, by name."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    environments: dict[str, dict[str, str]] = {}
    names = [*(f"{part} {n}" for part, copies in COPIES.items() for n in range(1, copies + 1)), "migrate"]
    for name in names:
        data = folder / name.replace(" ", "-")
        own = given(name.split()[0], outside) | {**timings} | {"FOLLOWTHROUGH_DATA_DIR": str(data), "HOME": str(folder)}
        own = {key: value.replace("/run/secrets", str(folder / "secrets")) for key, value in own.items()}
        for key, value in own.items():
            if value.startswith("0.0.0.0:"):
                own[key] = f"127.0.0.1:{free_port()}"
        own["FOLLOWTHROUGH_MAPPINGS_DIR"] = str(ROOT / own["FOLLOWTHROUGH_MAPPINGS_DIR"].lstrip("/"))
        environments[name] = kept | own
    return environments


def _two_places(service: Composed) -> None:
    """Add a repository and a project of which both receivers hear."""
    urls = [
        f"http://{service.environments[name]['FOLLOWTHROUGH_BIND']}/webhooks" for name in ("receiver 1", "receiver 2")
    ]
    service.github.add_repository(REPOSITORY, roles={**TEAM, "followthrough": "admin"})
    for url in urls:
        service.github.add_hook(REPOSITORY, f"{url}/github", SECRET)
        service.jira.add_webhook(f"{url}/jira", SECRET)
    service.jira.add_project(PROJECT, "Shop", "gina", roles=dict.fromkeys((*TEAM, "followthrough"), "member"))


@contextlib.contextmanager
def composed(
    folder: Path,
    database: str,
    timings: Mapping[str, str] = QUICK,
    add_places: Callable[[Composed], None] = _two_places,
) -> Iterator[Composed]:
    """Run everything until the ``with`` ends; ``timings`` are variables of the environment, ``add_places`` adds what is governed."""
    folder.chmod(0o700)
    (folder / "valkey").mkdir(mode=0o700)
    github, jira = GitHubSandbox(hook_secret=SECRET), JiraSandbox(hook_secret=SECRET)
    for person in (*TEAM, "followthrough"):
        github.add_person(person)
        jira.add_person(person)
    with github, jira, EmbeddedValkey(folder / "valkey"):
        queue = Settings.load({"FOLLOWTHROUGH_DATA_DIR": str(folder / "valkey")}, None).redis_url
        secrets = {
            "database_url": database,
            "redis_url": queue,
            "github_token": github.token_of("followthrough"),
            "github_webhook_secret": SECRET,
            "jira_token": "followthrough-token",
            "jira_webhook_secret": SECRET,
        }
        make(folder / "secrets")
        for name, value in secrets.items():
            (folder / "secrets" / name).unlink(missing_ok=True)
            (folder / "secrets" / name).write_text(value)
        outside = {"GITHUB_API_URL": github.url, "JIRA_URL": jira.url, "JIRA_USER": "followthrough"}
        environments = _environments(folder, outside, timings)
        settings = Settings.load(environments["worker 1"], None)
        service = Composed(github, jira, folder, {}, settings, environments=environments)
        _migrate(service)
        for name in environments.keys() - {"migrate"}:
            service.start(name)
        tender = threading.Thread(target=service.tend, daemon=True)
        tender.start()
        try:
            _wait_until_well(service)
            add_places(service)
            yield service
        finally:
            service.stop()
            tender.join()


def _migrate(service: Composed) -> None:
    """Run the migration to its end; everything else waits for it."""
    command = (*PROGRAM["followthrough"], *SERVICES["migrate"]["command"])
    subprocess.run(command, env=service.environments["migrate"], cwd=service.folder, check=True, capture_output=True)


def _wait_until_well(service: Composed) -> None:
    """Wait for every health check."""
    end = time.monotonic() + 90
    for name in sorted(service.running):
        while not service.is_healthy(name):
            assert time.monotonic() < end, f"{name} is not well:\n{(service.folder / 'log').read_text()[-3000:]}"
            time.sleep(0.2)
