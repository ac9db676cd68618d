"""Ends a process with the one that started it, so that nothing is left behind when a supervisor is killed."""

import os
import signal
import threading
import time

POLL_SECONDS = 0.5


def end_with(parent: int) -> None:
    """From now on, end this process gracefully when ``parent``, the process that started it, is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(POLL_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
