"""Runs the admin page behind its server, granian: one process, since sessions live in it, watched by this one."""

import os
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from integration.environment import Address

THREADS = 4  # A preview holds one while it asks the trackers.
STOP_SECONDS = 10


def run(address: Address, load: Callable[[], Any]) -> None:
    """Serve what ``load`` builds, until SIGTERM or SIGINT. ``load`` runs in the serving process and has to be picklable."""
    server = Server(
        "integration.admin.app",
        address=address.host,
        port=address.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        websockets=False,
        log_level=LogLevels.error,
        workers_kill_timeout=STOP_SECONDS,
    )
    server.serve(target_loader=partial(_load, load, os.getpid()), wrap_loader=False)


def _load(load: Callable[[], Any], parent: int) -> Any:
    threading.Thread(target=_stop_with, args=(parent,), name="parent-watch", daemon=True).start()
    return load()


def _stop_with(parent: int) -> None:
    """End this process when the one that started it is gone, or it would hold the address as an orphan."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)
