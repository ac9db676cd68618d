"""Keeps the processes of one machine running: starts them, starts again what ends, stops all of them gracefully.

Each child leads a session of its own, so that Ctrl-C reaches this process alone and the children end in good order; each watches its parent
(:func:`integration.lifetime.end_with`), so that none outlives a supervisor that was killed.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import structlog

from integration.lifetime import Ending

log = structlog.get_logger(__name__)

TICK = 0.1  # seconds between two looks at the children
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds before a child is started again; doubled each time
WELL_AFTER = 60.0  # a child that has run for so many seconds is well; its next end waits the first wait again
STOP_SECONDS = 40.0  # for the look in hand; a look that takes longer is handed back: its lock runs out, and the sweeper queues it again
MENDABLE = 2  # the exit code that says "a person has to mend this"


@dataclass(frozen=True)
class Part:
    """One process: ``name`` is for people, ``arguments`` are those of the command line (``("work",)``)."""

    name: str
    arguments: tuple[str, ...]


def parts_of_service(workers: int) -> tuple[Part, ...]:
    """Return the processes of one service."""
    return (
        Part("receiver", ("serve",)),
        *(Part(f"worker {number}", ("work",)) for number in range(1, workers + 1)),
        Part("scheduler", ("schedule",)),
    )


@dataclass
class _Child:
    part: Part
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    starts: int = 0
    wait: float = FIRST_WAIT
    again_at: float = field(default=0.0)


class Supervisor:
    """Runs parts until it is stopped. ``environment`` and ``folder`` are the children's; by default they are this process's own."""

    def __init__(
        self,
        parts: Iterable[Part],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        output: IO[bytes] | None = None,
    ) -> None:
        self._children = [_Child(part) for part in parts]
        self._environment, self._folder, self._output = environment, folder, output
        self._ending = Ending()

    @property
    def pids(self) -> dict[str, int]:
        """Return the process ids of the parts that run now, by name."""
        return {child.part.name: child.process.pid for child in self._children if child.process is not None}

    def start(self) -> None:
        """Start every part."""
        for child in self._children:
            self._start(child)

    def watch(self) -> int:
        """Keep the parts running until :meth:`ask_to_stop`; return 0, or 2 where a part says at its first start that a person has to mend something.

        The part has said on standard error what that is.
        """
        while not self._ending.wait(TICK):
            for child in self._children:
                if self._tend(child) == MENDABLE:
                    return MENDABLE
        return 0

    def ask_to_stop(self, *_signal: object) -> None:
        """Let :meth:`watch` return; safe to be called from a signal handler."""
        self._ending.ask()

    def stop(self) -> None:
        """Ask every part to end, wait for it, and kill what does not end in time."""
        self._ending.ask()
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("part_killed", pid=process.pid)
                _kill_session(process)
        for child in self._children:
            child.process = None

    def _tend(self, child: _Child) -> int | None:
        """Start a part again when it has ended and its wait is over; return its exit code when it ended just now."""
        now = time.monotonic()
        if child.process is None:
            if now >= child.again_at:
                self._start(child)
            return None
        code = child.process.poll()
        if code is None:
            return None
        _kill_session(child.process)
        child.process = None
        if code == MENDABLE and child.starts == 1:
            return code
        child.wait = FIRST_WAIT if now - child.started > WELL_AFTER else min(2 * child.wait, LONGEST_WAIT)
        child.again_at = now + child.wait
        log.error("part_ended", part=child.part.name, code=code, starts_again_in=child.wait)
        return None

    def _start(self, child: _Child) -> None:
        # -P keeps the present folder out of the import path: a folder `mappings` of YAML files there is not the package.
        command = [sys.executable, "-P", "-m", "integration.cli", *child.part.arguments, "--parent", str(os.getpid())]
        child.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            env=self._environment,
            cwd=self._folder,
            start_new_session=True,
        )
        child.started, child.starts = time.monotonic(), child.starts + 1
        log.info("part_started", part=child.part.name, pid=child.process.pid)


def _kill_session(process: "subprocess.Popen[bytes]") -> None:
    """Kill whatever is left of a part: the receiver has a process of its own for the work."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()
