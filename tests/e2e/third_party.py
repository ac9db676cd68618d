"""The whole service on trackers that nobody here wrote: npm ``emulate`` for GitHub, PyPI ``jira820`` with the contract folder's shim for Jira.

The team of the demo's story works on them, and its story is told. Our own sandbox shares our misunderstandings; these do not.
"""

import contextlib
import io
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
import requests
from rich.console import Console

from integration.bootstrap import Parts
from integration.sandbox.demo.story import Story
from integration.sandbox.demo.teams import PEOPLE, READER, SERVICE, GitHubTeam, JiraTeam, Said, Seen, Team
from integration.sandbox.demo.teller import Teller
from integration.sandbox.github.model import Person as GitHubAccount
from integration.sandbox.github.people import GitHubPerson
from integration.sandbox.jira.model import Person as JiraAccount
from integration.sandbox.jira.person import JiraPerson
from integration.sandbox.page.board import StoryBoard
from integration.wakeups import INBOX
from integration.work.jobs import run
from tests.e2e.stage import SECRET, Clock, Door, service

ROOT = Path(__file__).resolve().parents[2]
NPM_CACHE = ROOT / ".cache" / "npm"
EMULATE = "emulate@0.11.2"  # The tag `latest` is an unrelated package.
SHIM = ROOT.parent / "shared" / "contract" / "jira820_shim.py"
REPOSITORY, PROJECT = "acme/shop", "PM"
QUIET = 1.0  # seconds without a delivery after which nothing more is on its way, once the tracker has answered so often meanwhile
ANSWERS = 5
PATIENCE = 180.0
_NUMBER = re.compile(
    r"#\u200b?(\d+)\b(?!;)"
)  # A number within a sentence of ours is kept from becoming a mention by a blank of no width.


@dataclass
class Working:
    """A worker that runs beside the test, so that people and service act at the same time as they do in life."""

    parts: Parts
    clock: Clock
    outcomes: list[str] = field(default_factory=list)
    problem: Exception | None = None
    _looks: int = 0
    _is_looking: bool = False
    _done: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        """Look at whatever is wanted until told to stop."""
        engine = self.parts.engine
        while not self._done.is_set():
            try:
                engine.outstanding.release_due(self.clock().timestamp())
                taken = self.parts.client.lpop(INBOX)
                if not isinstance(taken, bytes):
                    self._done.wait(0.02)
                    continue
                self._is_looking = True
                self.outcomes.append(run(engine, taken.decode()))
                self._looks, self._is_looking = self._looks + 1, False
            except Exception as error:  # noqa: BLE001 - whatever ends the worker is raised in the test.
                self.problem = error
                return

    def settled(self, ask: Callable[[], object]) -> bool:
        """Wait until nothing is in hand or outstanding, and nothing comes in any more; tell whether that came about.

        Whether deliveries are on their way these trackers do not tell. A machine that is busy is slow with them and with answers
        alike, so what counts is that the tracker answered ``ask`` several times and sent nothing in between.
        """
        deadline = time.monotonic() + PATIENCE
        looks, since, answers = self._looks, time.monotonic(), 0
        while answers < ANSWERS or time.monotonic() - since < QUIET:
            if self.problem is not None:
                raise self.problem
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
            ask()
            answers += 1
            if self._is_busy() or self._looks != looks:
                looks, since, answers = self._looks, time.monotonic(), 0
        return True

    def _is_busy(self) -> bool:
        # Asked before whether a look is in hand: what is taken from the inbox stays outstanding until its look has ended.
        return self.parts.engine.outstanding.count() > 0 or self._is_looking

    @contextlib.contextmanager
    def running(self) -> Iterator["Working"]:
        """Work inside the ``with``."""
        thread = threading.Thread(target=self.work, name="worker", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._done.set()
            thread.join(timeout=20)


@contextlib.contextmanager
def working(folder: Path, door: Door, trackers: dict[str, str], governs: str = "") -> Iterator[Working]:
    """Run the service on these trackers, named by their settings. Issues of whatever age are governed: ``jira820`` knows no time of day.

    ``governs`` is the account on Jira that the mapping lists as governance reviewer; on a site whose projects have no lead nobody is it by default.
    """
    clock = Clock()
    mappings = folder.with_name("mappings")
    shutil.copytree(ROOT / "mappings", mappings, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    policy = (mappings / "service.yaml").read_text()
    (mappings / "service.yaml").write_text(policy.replace("governed_since: null", "governed_since: 2020-01-01"))
    if governs:
        people = (mappings / "people.yaml").read_text()
        people = people.replace("\n  governance_reviewers: []", f"\n  governance_reviewers: [{governs}]", 1)
        (mappings / "people.yaml").write_text(
            people.replace(
                "\npeople: {}", f"\npeople:\n  {governs}:\n    name: {governs.title()}\n    jira: {governs}", 1
            )
        )
    environment = {
        "FOLLOWTHROUGH_DATA_DIR": str(folder),
        "FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings),
        "FOLLOWTHROUGH_LOOK_INTERVAL": "0",
        "FOLLOWTHROUGH_INTENT_GRACE_SECONDS": "1",
        **trackers,
    }
    with service(folder, door, environment, clock) as (_, parts), Working(parts, clock).running() as worker:
        yield worker


def tell(team: Team, settled: Callable[[], bool], now: datetime | None = None) -> None:
    """Tell the whole story; a step that does not come out fails the test with what was told until then.

    ``now`` is when it is told, by its own dates, where the tracker cannot tell.
    """
    paper = io.StringIO()
    console = Console(file=paper, width=200)
    story = Story(team, Teller(console, StoryBoard()), settled, now or datetime.now(UTC))
    came_out = story.play()
    assert came_out, paper.getvalue() + (team.see(story.incident).status if story.incident else "")


@contextlib.contextmanager
def process(command: list[str], folder: Path, answers: str) -> Iterator[None]:
    """Run a server until it is let go; it is ready when it answers at ``answers``."""
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        try:
            _wait_until_it_answers(server, answers, folder / "server.log")
            yield
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=10)
            server.kill()
            server.wait()


def _wait_until_it_answers(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(requests.ConnectionError):
            requests.get(url, timeout=5)
            return
        assert server.poll() is None, f"the server ended: {log.read_text(errors='replace')[-2000:]}"
        assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.1)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@cache
def emulate_command() -> list[str]:
    """Return how ``emulate`` is started, from the project's cache; skips the test where it cannot be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("no Node.js here, so no emulate (npm emulate@0.11.2)")
    entry = NPM_CACHE / "node_modules" / "emulate" / "dist" / "index.js"
    if not entry.is_file():
        NPM_CACHE.mkdir(parents=True, exist_ok=True)
        install = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(NPM_CACHE), EMULATE]
        try:
            done = subprocess.run(install, capture_output=True, text=True, timeout=120, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip(f"{EMULATE} could not be installed within two minutes")
        if done.returncode or not entry.is_file():
            pytest.skip(f"{EMULATE} could not be installed: {done.stderr.strip()[-200:]}")
    return [node, str(entry)]


@contextlib.contextmanager
def emulate(folder: Path) -> Iterator[str]:
    """Run a GitHub with one repository and the team as members of its organisation; gives its address."""
    logins = (*PEOPLE, SERVICE)
    seed = {
        "tokens": {_token(login): {"login": login, "scopes": ["repo", "admin:repo_hook"]} for login in logins},
        "github": {
            "users": [{"login": login} for login in logins],
            "orgs": [{"login": "acme", "name": "Acme", "members": [{"login": login} for login in logins]}],
            "repos": [{"owner": "acme", "name": "shop", "private": True, "auto_init": True}],
        },
    }
    # YAML reads JSON, and this is all that the seed needs of it.
    (folder / "seed.yaml").write_text(json.dumps(seed))
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [*emulate_command(), "start", "--service", "github", "--port", str(port)]
    with process([*command, "--base-url", url, "--seed", "seed.yaml"], folder, url):
        yield url


@contextlib.contextmanager
def jira820(folder: Path) -> Iterator[str]:
    """Run a Jira Data Center 8.20 with an empty project and the team; gives its address. Skips where the shim is not beside the project."""
    if not SHIM.is_file():
        pytest.skip("the shim over jira820 is not beside the project (../shared/contract)")
    pytest.importorskip("jira820")
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, str(SHIM), "--port", str(port), "--project", PROJECT, "--empty"]
    with process([*command, "--users", ",".join((*PEOPLE, SERVICE))], folder, f"{url}/rest/api/2/serverInfo"):
        yield url


def _token(login: str) -> str:
    return f"{login}-token"


class EmulateTeam(GitHubTeam):
    """The team on ``emulate``, which has no sub-issues: people find the tickets in the table of our comment."""

    def __init__(self, url: str) -> None:
        self._repository = REPOSITORY
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        self._people = {
            who: GitHubPerson(GitHubAccount(0, who, "User", None, _token(who), long_ago), url)
            for who in (*PEOPLE, SERVICE)
        }

    def hear(self, url: str) -> None:
        """Register a webhook of the repository that calls ``url``."""
        events = ["issues", "issue_comment", "label", "sub_issues"]
        config = {"url": url, "content_type": "json", "secret": SECRET}
        hook = {"name": "web", "active": True, "events": events, "config": config}
        self._people[READER].ask("POST", f"/repos/{REPOSITORY}/hooks", hook).raise_for_status()

    def tickets(self, ref: str) -> tuple[str, ...]:
        """Read the numbers in our own status comment."""
        numbers = {int(number) for number in _NUMBER.findall(self.see(ref).status)}
        return tuple(f"{REPOSITORY}#{number}" for number in sorted(numbers - {int(ref.rpartition("#")[2])}))

    def count(self) -> int:
        """Return how many issues there are in all."""
        return len(self._people[READER].issues(REPOSITORY))


class Jira820Team(JiraTeam):
    """The team on ``jira820``, which is a Data Center: people are user names."""

    def __init__(self, url: str) -> None:
        self._project, self._url = PROJECT, url
        self._people = {who: JiraPerson(JiraAccount(who, who, who, who.title()), url, False) for who in PEOPLE}

    def hear(self, url: str) -> None:
        """Register a webhook of the site that calls ``url``."""
        events = [f"jira:issue_{what}" for what in ("created", "updated", "deleted")]
        events += [f"{of}_{what}" for of in ("comment", "issuelink") for what in ("created", "updated", "deleted")]
        hook = {"name": "followthrough", "url": url, "events": [*events, "attachment_created"], "secret": SECRET}
        answer = requests.post(f"{self._url}/rest/webhooks/1.0/webhook", json=hook, auth=(READER, "x"), timeout=10)
        answer.raise_for_status()

    def mention(self, who: str) -> str:
        """Return ``[~who]``."""
        return f"[~{who}]"

    def see(self, ref: str) -> Seen:
        """Read the issue and its comments."""
        reader = self._people[READER]
        fields = reader.issue(ref)["fields"]
        # It lists the newest comment first.
        comments = sorted(reader.comments(ref), key=lambda each: int(each["id"]))
        assignee, due = fields.get("assignee"), fields.get("duedate")
        return Seen(
            fields["status"]["statusCategory"]["key"] == "done",
            fields.get("description") or "",
            assignee["name"] if assignee else "",
            date.fromisoformat(due) if due else None,
            frozenset(fields.get("labels") or ()),
            tuple(Said(each["author"]["name"], each["body"]) for each in comments),
        )

    def count(self) -> int:
        """Return how many issues there are in all."""
        found = self._people[READER].call("GET", "/search", params={"jql": f"project = {PROJECT}", "maxResults": 100})
        return len(found["issues"])

    def close_all(self) -> None:
        """Let go of everybody's connections."""
        for person in self._people.values():
            person.close()
