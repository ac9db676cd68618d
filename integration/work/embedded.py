"""The embedded Valkey of ``up`` and ``demo``, seen from outside: start it, watch its owner process, attach to it.

The server belongs to an owner process of its own (``integration/work/owner.py``). ``serve`` and ``work`` never start it;
they attach, or say what to do.
"""

import os
import select
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Self

import structlog

from integration.errors import ConfigError

log = structlog.get_logger(__name__)

START_SECONDS = 125.0  # a little longer than the owner waits for its server
LONGEST_BACKOFF = 5.0  # seconds between two attempts to start an owner that dies again and again


class EmbeddedValkey:
    """Starts the owner process, restarts it should it die, and stops it; use it as a context manager or by start and stop."""

    def __init__(self, data_dir: Path) -> None:
        self.socket = data_dir / "valkey.sock"
        self._data_dir = data_dir
        self._owner: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._spawning = threading.Lock()  # held while an owner is being started, so that stop() never misses it
        self._watch = threading.Thread(target=self._restart_owner, name="valkey-owner-watch", daemon=True)

    @property
    def owner_pid(self) -> int | None:
        """The owner process, while there is one."""
        return self._owner.pid if self._owner else None

    def start(self) -> None:
        """Return when Valkey answers. Raises :class:`ConfigError`, for one when another ``up`` has the data directory."""
        self._owner = _spawn_owner(self._data_dir)
        self._watch.start()

    def stop(self) -> None:
        """Stop the server gracefully; everything acknowledged is on disk either way."""
        self._stopping.set()
        with self._spawning:
            if self._owner is not None:
                self._owner.terminate()
                self._owner.wait()

    def _restart_owner(self) -> None:
        while self._owner is not None:
            self._owner.wait()
            with self._spawning:
                if self._stopping.is_set():
                    return
                log.error("valkey's owner died", code=self._owner.returncode)
                try:
                    self._owner = _spawn_owner(self._data_dir)
                    continue
                except ConfigError as error:
                    log.error("valkey's owner cannot be started again", error=str(error))
            self._stopping.wait(LONGEST_BACKOFF)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


def _spawn_owner(data_dir: Path) -> "subprocess.Popen[bytes]":
    """Start an owner and wait for its word. A session of its own keeps Ctrl-C from ending Valkey before its clients."""
    # -P keeps the present folder out of the import path: a folder `mappings` of YAML files there is not the package.
    command = [sys.executable, "-P", "-m", "integration.work.owner", str(data_dir), str(os.getpid())]
    owner = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True)
    assert owner.stdout is not None  # noqa: S101 (a pipe was asked for)
    word = _read_line(owner.stdout, START_SECONDS)
    owner.stdout.close()
    if word != "ready":
        owner.kill()
        owner.wait()
        raise ConfigError(word or "The embedded Valkey did not start.", where="FOLLOWTHROUGH_DATA_DIR")
    return owner


def _read_line(stream: IO[bytes], seconds: float) -> str:
    readable, _, _ = select.select([stream], [], [], seconds)
    return stream.readline().decode().strip() if readable else ""
