"""How processes end: with the one that started them, so that nothing is left behind when a supervisor is killed, and when a signal asks."""

import contextlib
import os
import signal
import threading
import time
from queue import Empty, SimpleQueue

POLL_SECONDS = 0.5


def end_with(parent: int) -> None:
    """From now on, end this process gracefully when ``parent``, the process that started it, is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(POLL_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


class Ending:
    """Whether somebody asked for an end, with a wait that the asking cuts short. One thread waits; any thread, and any signal handler, may ask.

    ``threading.Event`` will not do: a handler runs in the very thread that it interrupts, which may hold the event's lock just then, and so would wait
    for itself for ever. ``SimpleQueue.put`` is made to be interrupted by itself: https://docs.python.org/3/library/queue.html#simplequeue-objects
    """

    def __init__(self) -> None:
        """Begin with nobody having asked."""
        self._asked: SimpleQueue[None] = SimpleQueue()
        self.is_asked = False

    def ask(self, *_signal: object) -> None:
        """Ask for the end; made to be a signal handler, too."""
        self.is_asked = True
        self._asked.put(None)

    def wait(self, seconds: float) -> bool:
        """Wait for so long, or until somebody asks; return whether somebody has."""
        if not self.is_asked:
            with contextlib.suppress(Empty):
                self._asked.get(timeout=seconds)
        return self.is_asked
