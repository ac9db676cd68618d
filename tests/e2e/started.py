"""Real processes in tests: start them with a mark in their environment, so that whatever they leave behind can be found."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CLI = (sys.executable, "-P", "-m", "integration.cli")
PATIENCE = 60.0


@contextmanager
def short_folder() -> Iterator[Path]:
    """Give a folder, 0700, whose path is short enough for a socket in it; pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="ft") as folder:
        yield Path(folder)


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return a child's whole environment; ``TMPDIR`` is inherited by all that it starts, and marks them."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "HOME": str(folder), "TMPDIR": str(folder), **more}


def marked(folder: Path) -> dict[int, str]:
    """Return the processes that carry this folder as their mark: process id → command line."""
    found = {}
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={folder}".encode() in (each / "environ").read_bytes().split(b"\0"):
                found[int(each.name)] = (each / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # It has ended, or is not ours.
    return {pid: line for pid, line in found.items() if line}


def wait_until(is_so: Callable[[], object], what: str) -> None:
    """Return when something is so; fail the test when it does not come."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"did not come: {what}"
        time.sleep(0.1)


@contextmanager
def started(
    command: tuple[str, ...], folder: Path, env: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command with its output in ``log``; whatever it has left at the end is killed."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=output, stderr=output)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE)
        for pid in marked(folder):
            os.kill(pid, signal.SIGKILL)
