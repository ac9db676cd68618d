"""Tells the story: each step is said, played, checked against the trackers, and marked as come out or not, on the terminal and on the page."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import requests
from rich.console import Console
from rich.markup import escape

from integration.sandbox.page.board import StoryBoard

PATIENCE = 45.0  # seconds before something that should come counts as not come
PAUSE = 0.1  # seconds between two looks at a tracker while something is waited for


class NotAsTold(Exception):
    """A step did not come out as told; the message says what was expected, and what was there instead."""


@dataclass
class Told:
    """A step under way. ``link`` is a path on the page to look at, and may become known while it is played."""

    link: str


class Teller:
    """Tells steps, and counts how many came out."""

    def __init__(self, console: Console, board: StoryBoard) -> None:
        """Begin with nothing told."""
        self.console, self.board = console, board
        self.told, self.failed = 0, 0

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        self.board.begin(title)
        self.console.print(f"\n[bold]{escape(title)}[/bold]", soft_wrap=True)

    @contextlib.contextmanager
    def step(self, sentence: str, link: str = "") -> Iterator[Told]:
        """Say a step and play it inside the ``with``. Raises :class:`NotAsTold`, after marking it, where it does not come out."""
        number, step = self.board.tell(sentence, link), Told(link)
        self.told += 1
        try:
            with self.console.status(escape(sentence)):
                yield step
        except (NotAsTold, requests.RequestException) as problem:
            self.failed += 1
            self.board.settle(number, False, step.link)
            self.console.print(f"  [red]✘[/red] {escape(sentence)}", soft_wrap=True)
            self.console.print(f"    [red]{escape(str(problem))}[/red]", soft_wrap=True)
            raise NotAsTold(str(problem)) from problem
        self.board.settle(number, True, step.link)
        self.console.print(f"  [green]✔[/green] {escape(sentence)}", soft_wrap=True)

    def wait_for(self, what: str, is_so: Callable[[], bool], instead: Callable[[], object] | None = None) -> None:
        """Return when ``is_so``. Raises :class:`NotAsTold` when patience is over; ``instead`` tells what is there."""
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > deadline:
                there = f" Instead: {instead()}" if instead is not None else ""
                raise NotAsTold(f"Expected: {what}.{there}")
            time.sleep(PAUSE)

    def check(self, what: str, is_so: bool, instead: object = "") -> None:
        """Raise :class:`NotAsTold` unless something is so now."""
        if not is_so:
            raise NotAsTold(f"Expected: {what}." + (f" Instead: {instead}" if instead != "" else ""))
