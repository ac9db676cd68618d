"""The story that the demo tells beside the trackers: sentences, each told, come out right, or not. Thread-safe."""

from dataclasses import dataclass, replace
from threading import Lock
from typing import Literal

State = Literal["told", "ok", "failed"]


@dataclass(frozen=True)
class Step:
    """One sentence; ``link`` is a path on the page ("/jira/PM-1") to look at, or empty; ``chapter`` is the part of the story that it belongs to."""

    sentence: str
    state: State = "told"
    link: str = ""
    chapter: str = ""


class StoryBoard:
    """A list of steps that one thread tells and another one shows."""

    def __init__(self, steps: tuple[str, ...] = ()) -> None:
        """Begin with sentences that are told but not yet decided."""
        self._lock = Lock()
        self._steps = [Step(sentence) for sentence in steps]
        self._version = 0
        self._chapter = ""

    @property
    def version(self) -> int:
        """Grows with every change."""
        with self._lock:
            return self._version

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps as they stand, in the order told."""
        with self._lock:
            return tuple(self._steps)

    def begin(self, chapter: str) -> None:
        """Let what is told from here on belong to another part of the story."""
        with self._lock:
            self._chapter = chapter

    def tell(self, sentence: str, link: str = "", state: State = "told") -> int:
        """Add a step; returns its number, by which it can be settled."""
        with self._lock:
            self._steps.append(Step(sentence, state, link, self._chapter))
            self._version += 1
            return len(self._steps) - 1

    def settle(self, number: int, is_ok: bool, link: str = "") -> None:
        """Say whether a told step came out as told; an empty ``link`` leaves the one it has."""
        with self._lock:
            step = self._steps[number]
            self._steps[number] = replace(step, state="ok" if is_ok else "failed", link=link or step.link)
            self._version += 1
