"""The demo: sandbox trackers, the page, and the whole service, in which the story is played. Everything is on loopback, nothing is kept."""

import contextlib
import io
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from rich.console import Console

from integration import logs
from integration.sandbox.demo.deliveries import play_deliveries
from integration.sandbox.demo.service import DemoService, free_port
from integration.sandbox.demo.story import Story
from integration.sandbox.demo.teams import LABELS, PEOPLE, SERVICE, GitHubTeam, JiraTeam, Team
from integration.sandbox.demo.teller import NotAsTold, Teller
from integration.sandbox.github.sandbox import GitHubSandbox
from integration.sandbox.jira.server import JiraSandbox
from integration.sandbox.page.board import StoryBoard
from integration.sandbox.page.server import Page
from integration.sandbox.page.tickets import Form
from integration.settings import Settings

REPOSITORY, PROJECT = "agency/shop-assistant", "SHOP"
SECRET = "the-sandbox-signs-with-this"  # noqa: S105 - it opens nothing but this demo's own receiver.
# GitHub lets only people with write access make new labels; a team that works with incidents has these.
KNOWN_LABELS = {"incident": "b60205", "sev1": "d93f0b", "sev2": "e99695", "sev3": "fbca04", "sev4": "fef2c0"}
LONGEST_TEMPORARY = 70  # A socket's path is limited to about 100 bytes, and the socket lies inside.


@dataclass(frozen=True)
class Demo:
    """Everything that runs."""

    github: GitHubSandbox
    jira: JiraSandbox
    service: DemoService
    page: Page
    board: StoryBoard


@contextlib.contextmanager
def running(
    folder: Path, output: BinaryIO, port: int = 0, more: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Demo]:
    """Run trackers, page and service on ``folder``, which is 0700 and empty; ``output`` takes the service's log.

    ``more`` are further settings of the service.
    """
    door = free_port()
    with contextlib.ExitStack() as stack:
        github = stack.enter_context(_github(f"http://127.0.0.1:{door}/webhooks/github"))
        jira = stack.enter_context(_jira(f"http://127.0.0.1:{door}/webhooks/jira"))
        board = StoryBoard()
        forms = {place: Form("", labels=LABELS) for place in (REPOSITORY, PROJECT)}
        page = stack.enter_context(Page(github, jira, board, forms=forms, people=tuple(PEOPLE), port=port))
        service = DemoService(folder, door, {**_trackers(github, jira), **more}, output)
        stack.enter_context(service)
        yield Demo(github, jira, service, page, board)


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a new folder, 0700 and with a short path, and remove it afterwards."""
    usual = tempfile.gettempdir()
    made = Path(tempfile.mkdtemp(prefix="followthrough-", dir=usual if len(usual) < LONGEST_TEMPORARY else "/tmp"))  # noqa: S108 - mkdtemp makes it ours alone.
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def play(demo: Demo, tell: Teller) -> bool:
    """Play the whole story; return whether everything came out as told."""
    began = time.monotonic()
    try:
        with tell.step(
            "Sandbox GitHub, sandbox Jira and the whole service start: receiver, two workers, scheduler, embedded queue and ledger."
        ):
            tell.check("the receiver ready", demo.service.wait_ready(), "it does not answer")
    except NotAsTold:
        return False

    def settled() -> bool:
        return demo.service.wait_at_rest(demo.github.hooks, demo.jira.hooks)

    # Every telling is played, whatever became of the one before, so that one look shows all that is amiss.
    teams: tuple[Team, ...] = (GitHubTeam(demo.github, REPOSITORY), JiraTeam(demo.jira, PROJECT))
    stories = [Story(team, tell, settled) for team in teams]
    came_out = [story.play() for story in stories]
    came_out.append(play_deliveries(demo.github, demo.service, tell, settled))
    _summarise(demo, tell, time.monotonic() - began)
    return all(came_out)


def _summarise(demo: Demo, tell: Teller, seconds: float) -> None:
    calls = {"GitHub": demo.github.calls, "Jira": demo.jira.calls}
    told = ", ".join(
        f"{name} {log.count(account=SERVICE)} ({log.count(account=SERVICE, writes_only=True)} of them writing)"
        for name, log in calls.items()
    )
    tickets, comments = _made(demo)
    tell.console.print(
        f"\n{tell.told - tell.failed} of {tell.told} steps came out as told, in {seconds:.0f} seconds. "
        f"The service made {tickets} tickets and {comments} comments. Calls to the trackers: {told}.",
        soft_wrap=True,
    )


def _made(demo: Demo) -> tuple[int, int]:
    """Return how many tickets and comments the service created."""
    made = [call for log in (demo.github.calls, demo.jira.calls) for call in log.of(account=SERVICE, writes_only=True)]
    created = [call.path for call in made if call.method == "POST" and call.status == 201]
    return sum(path.endswith(("/issues", "/issue")) for path in created), sum(
        path.endswith(("/comments", "/comment")) for path in created
    )


def _trackers(github: GitHubSandbox, jira: JiraSandbox) -> dict[str, str]:
    return {
        "GITHUB_API_URL": github.url,
        "GITHUB_TOKEN": github.token_of(SERVICE),
        "GITHUB_WEBHOOK_SECRET": SECRET,
        "JIRA_URL": jira.url,
        "JIRA_USER": SERVICE,
        "JIRA_TOKEN": f"{SERVICE}-token",
        "JIRA_WEBHOOK_SECRET": SECRET,
    }


@contextlib.contextmanager
def _github(hook: str) -> Iterator[GitHubSandbox]:
    github = GitHubSandbox(hook_secret=SECRET, hook_url=hook)
    for person in (*PEOPLE, SERVICE):
        github.add_person(person)
    with github:
        repository = github.add_repository(REPOSITORY, private=True, roles={**PEOPLE, SERVICE: "admin"})
        with github.site.lock:
            for label, colour in KNOWN_LABELS.items():
                github.site.add_label(repository, label, github.site.people["gina"], colour)
        yield github


@contextlib.contextmanager
def _jira(hook: str) -> Iterator[JiraSandbox]:
    jira = JiraSandbox(hook_secret=SECRET, hook_url=hook)
    for person in (*PEOPLE, SERVICE):
        jira.add_person(person)
    with jira:
        jira.add_project(
            PROJECT, "Shop assistant", "gina", roles={**dict.fromkeys(PEOPLE, "member"), SERVICE: "member"}
        )
        yield jira


def run(*, once: bool, port: int, log: Path | None, console: Console) -> int:
    """Run the demo and return its exit code: 0 when everything came out as told, else 1. Without ``once`` it stays up until interrupted."""
    os.umask(0o077)
    # A request to end is an interruption like Ctrl-C: either way everything stops in good order.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    came_out = False
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        output = stack.enter_context((log or folder / "service.log").open("ab", buffering=0))
        logs.configure(Settings.load({}, None), stream=io.TextIOWrapper(output, write_through=True), is_json=True)
        demo = stack.enter_context(running(folder, output, port))
        # While everything stops, a second Ctrl-C would leave processes behind.
        stack.callback(_be_patient)
        console.print(f"Look on: [bold]{demo.page.url}[/bold]")
        came_out = play(demo, Teller(console, demo.board))
        if not once:
            _stay(demo, console)
    return 0 if came_out else 1


def _stay(demo: Demo, console: Console) -> None:
    console.print(HOW_TO_PLAY.format(url=demo.page.url, people=", ".join(name.title() for name in PEOPLE)))
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
    console.print("Everything stops.")


def _be_patient() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


HOW_TO_PLAY = """
Now play yourself, on [bold]{url}[/bold]: choose at the top who you are ({people}), and
  · open an issue (it comes with the labels of an incident), and read what it asks;
  · write /resolved, paste the text of the first issue and leave something out, or give a new row an owner and a date;
  · close something too early, or try to verify your own work.
Ctrl-C stops everything; nothing is kept."""
