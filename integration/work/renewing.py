"""Renews the lock on an object while a look goes on, beside it: a slow tracker must not cost us the lock. Writes check it besides."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from integration.work.outstanding import Outstanding


@contextmanager
def renewing(outstanding: Outstanding, object_: str, token: str, lock_seconds: float) -> Iterator[None]:
    """Renew the lock that ``token`` holds on an object at a third of its life, as long as it is ours, until the block ends."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(lock_seconds / 3):
            try:
                if not outstanding.holds(object_, token):
                    return
            except redis.RedisError:
                time.sleep(0.1)

    thread = threading.Thread(target=renew, name="lock-renewal", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=1)
