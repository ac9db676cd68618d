"""Runs the receiver behind its production server, granian: one worker process, watched and restarted by this one.

One worker, because it acknowledges far more deliveries than trackers send, and metrics are per process (see
``benchmarks/receivers``). More receivers are more of these, each with an address of its own.
"""

import os
import signal
import socket
import sys
import threading
import time
from functools import partial
from typing import Any

# granian's allocator reads this when it is loaded. One arena that gives memory back at once keeps the worker six
# megabytes smaller under load, at no cost that could be measured (benchmarks/receivers).
os.environ.setdefault("_RJEM_MALLOC_CONF", "narenas:1,dirty_decay_ms:0,muzzy_decay_ms:0")

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from integration.environment import Address
from integration.errors import ConfigError
from integration.settings import Settings

# Threads that Flask answers on, started when needed; each costs up to half a megabyte. A sender that is slow with its
# body holds one, so a proxy that buffers requests belongs in front of a receiver that the world can reach.
THREADS = 8
STOP_SECONDS = 10  # for requests in flight, when asked to stop; then the worker is killed


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests in flight are answered first.

    Raises :class:`ConfigError` when an address is taken, and ``SystemExit`` when the worker cannot be kept alive.
    """
    _check_free("FOLLOWTHROUGH_BIND", settings.bind)
    if settings.metrics_bind:
        _check_free("FOLLOWTHROUGH_METRICS_BIND", settings.metrics_bind)
    server = Server(
        "webhooks.app",
        address=settings.bind.host,
        port=settings.bind.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=STOP_SECONDS,
    )
    server.serve(target_loader=partial(_load, settings, os.getpid()), wrap_loader=False)


def _check_free(variable: str, address: Address) -> None:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            raise ConfigError(
                f"{address} cannot be listened on: {error.strerror}.", where=variable, remedy="Choose another address."
            ) from None


def _load(settings: Settings, parent: int) -> Any:
    """Build the application inside the worker process."""
    # Imported here, so that the watching process stays small.
    from webhooks import logs  # noqa: PLC0415
    from webhooks.app import create_app  # noqa: PLC0415
    from webhooks.health import Counts, Readiness  # noqa: PLC0415
    from webhooks.inbox import Inbox, connect  # noqa: PLC0415

    logs.configure(settings)
    counts = Counts()
    if settings.metrics_bind:
        counts.serve(settings.metrics_bind, Readiness(Inbox(connect(settings.redis_url)), settings))
    threading.Thread(target=_stop_with, args=(parent,), name="parent-watch", daemon=True).start()
    return create_app(settings, counts)


def _stop_with(parent: int) -> None:
    """End this worker when the process that started it is gone, or it would hold the address as an orphan."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    """Run the receiver alone; the command line's ``serve`` does the same."""
    try:
        run(Settings.load())
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
