"""`up` as people run it: real processes that are killed, ended, and started again, against a sandbox tracker."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from integration.sandbox.github.sandbox import GitHubSandbox
from tests.e2e.started import CLI, environment, marked, short_folder, started, wait_until

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found through /proc")
SECRET = "a-secret-of-at-least-16-bytes"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Place:
    """A sandbox GitHub and a folder, in which a service may run."""

    folder: Path
    github: GitHubSandbox
    env: dict[str, str]
    url: str

    def is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).ok
        except requests.RequestException:
            return False

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            (*CLI, *arguments), cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=60, check=False
        )

    def comments(self, number: int) -> list[str]:
        comments = self.github.as_person("dana").comments("acme/shop", number)
        return [each["body"] for each in comments if each["user"]["login"] == "followthrough"]

    def parts(self, name: str) -> list[int]:
        return [pid for pid, line in marked(self.folder).items() if f"integration.cli {name} " in line]


@pytest.fixture
def place() -> Iterator[Place]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    github = GitHubSandbox(hook_secret=SECRET, hook_url=f"{url}/webhooks/github")
    for person in ("dana", "followthrough"):
        github.add_person(person)
    with short_folder() as folder, github:
        github.add_repository("acme/shop", roles={"dana": "write", "followthrough": "admin"})
        env = environment(
            folder,
            FOLLOWTHROUGH_DATA_DIR=str(folder / "var"),
            FOLLOWTHROUGH_BIND=f"127.0.0.1:{port}",
            FOLLOWTHROUGH_METRICS_BIND="off",
            FOLLOWTHROUGH_SCHEDULER_METRICS_BIND="off",
            FOLLOWTHROUGH_LOOK_INTERVAL="0.2",
            FOLLOWTHROUGH_SWEEP_SECONDS="1",
            FOLLOWTHROUGH_LOCK_SECONDS="3",
            GITHUB_API_URL=github.url,
            GITHUB_TOKEN=github.token_of("followthrough"),
            GITHUB_WEBHOOK_SECRET=SECRET,
        )
        yield Place(folder, github, env, url)


def test_an_incident_is_answered_and_sigterm_leaves_no_process_behind(place: Place) -> None:
    with started((*CLI, "up"), place.folder, place.env, place.folder / "log") as up:
        wait_until(place.is_ready, "the receiver")
        number = place.github.as_person("dana").open_issue("acme/shop", "wrong answers", labels=["incident", "sev1"])[
            "number"
        ]
        wait_until(lambda: place.comments(number), "the status comment")
        up.terminate()
        assert up.wait(60) == 0
        assert marked(place.folder) == {}


def test_parts_end_by_themselves_when_their_supervisor_is_killed(place: Place) -> None:
    with started((*CLI, "up"), place.folder, place.env, place.folder / "log") as up:
        wait_until(place.is_ready, "the receiver")
        os.kill(up.pid, signal.SIGKILL)
        wait_until(lambda: not marked(place.folder), "the end of every part")


def test_a_part_that_is_killed_is_started_again_and_goes_on(place: Place) -> None:
    with started((*CLI, "up", "--workers", "1"), place.folder, place.env, place.folder / "log"):
        wait_until(place.is_ready, "the receiver")
        wait_until(lambda: place.parts("work"), "the worker")
        (first,) = place.parts("work")
        os.kill(first, signal.SIGKILL)
        number = place.github.as_person("dana").open_issue("acme/shop", "wrong answers", labels=["incident", "sev1"])[
            "number"
        ]
        wait_until(lambda: place.comments(number), "the status comment")
        assert place.parts("work") != [first]
        for pid in place.parts("serve"):
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not place.is_ready() or place.parts("serve"), "the end of the receiver")
        wait_until(place.is_ready, "a new receiver")


def test_what_a_person_has_to_mend_ends_up_at_once(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(place.url.rpartition(":")[2])))
        taken.listen()
        ended = place.run("up")
    assert ended.returncode == 2
    assert "FOLLOWTHROUGH_BIND: 127.0.0.1" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert marked(place.folder) == {}


def test_a_second_up_in_the_same_folder_is_refused(place: Place) -> None:
    with started((*CLI, "up", "--workers", "1"), place.folder, place.env, place.folder / "log"):
        wait_until(place.is_ready, "the receiver")
        second = place.run("up")
        assert second.returncode == 2
        assert "is in use by another" in second.stderr


def test_commands_work_beside_a_running_service(place: Place) -> None:
    with started((*CLI, "up", "--workers", "1"), place.folder, place.env, place.folder / "log"):
        wait_until(place.is_ready, "the receiver")
        number = place.github.as_person("dana").open_issue("acme/shop", "wrong answers", labels=["incident", "sev1"])[
            "number"
        ]
        wait_until(lambda: place.comments(number), "the status comment")
        ref = f"github:acme/shop#{number}"

        looked = place.run("reconcile", ref, "--json")
        assert looked.returncode == 0, looked.stderr
        assert json.loads(looked.stdout)["outcome"] in {"unchanged", "nothing", "held"}

        planned = place.run("plan", ref, "--json")
        assert planned.returncode == 1, planned.stderr
        told = json.loads(planned.stdout)
        assert (told["severity"], told["phase"], told["commands"]) == ("SEV1", "responding", [])
        assert {"check": "lead_named", "passed": False}.items() <= next(
            each for each in told["findings"] if each["check"] == "lead_named"
        ).items()

        assert place.run("sweep").returncode == 0
        assert place.run("deliveries", "list").stdout == "Nothing is set aside.\n"
        assert place.run("reconcile", "github:acme/shop#99").returncode == 2
        assert place.run("plan", "jira:SHOP-1").stderr.startswith("JIRA_URL")
        verified = place.run("audit", "verify")
        assert verified.returncode == 0
        assert "The chain is whole" in verified.stdout


def test_nothing_is_written_while_paused_and_what_was_missed_is_made_up_for(place: Place) -> None:
    with started((*CLI, "up", "--workers", "1"), place.folder, place.env, place.folder / "log"):
        wait_until(place.is_ready, "the receiver")
        dana = place.github.as_person("dana")
        first = dana.open_issue("acme/shop", "wrong answers", labels=["incident", "sev1"])["number"]
        wait_until(lambda: place.comments(first), "the status comment")
        assert place.run("pause", "--project", "github:acme/shop").stdout == "github:acme/shop: paused.\n"
        second = dana.open_issue("acme/shop", "more wrong answers", labels=["incident", "sev1"])["number"]
        looked = place.run("plan", f"github:acme/shop#{second}", "--json")
        assert json.loads(looked.stdout)["mode"] == "observe"
        wait_until(lambda: place.run("reconcile", f"github:acme/shop#{second}", "--json").returncode == 0, "a look")
        assert place.comments(second) == []
        assert "already" in place.run("pause", "--project", "github:acme/shop").stdout
        assert place.run("resume", "--project", "github:acme/shop").returncode == 0
        wait_until(lambda: place.comments(second), "the status comment of the second")
