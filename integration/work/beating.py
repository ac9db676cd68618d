"""Heartbeats: each worker and scheduler says in Redis that it goes on, so that a health check beside it can tell, and the metrics can count them.

A beat is given from the loop that does the work, not from a thread of its own: what hangs stops beating.
"""

import os
import socket
from typing import Any

import redis

from integration.wakeups import PREFIX

ALIVE = PREFIX + "alive:"  # + part, host and process: there as long as the process goes on
PARTS = ("worker", "scheduler")
SCHEDULER_SECONDS = 120  # a tick may sweep a slow tracker; it beats between projects


class Heart:
    """The heartbeat of this process as ``part``."""

    def __init__(self, client: "redis.Redis", part: str) -> None:
        self._client, self._key = client, f"{ALIVE}{part}:{socket.gethostname()}:{os.getpid()}"

    def beat(self, seconds: int) -> None:
        """Say that this process goes on, and will say so again within ``seconds``. Raises ``redis.RedisError``."""
        self._client.set(self._key, "1", ex=max(1, seconds))

    def stop(self) -> None:
        """Say that this process ends. Raises ``redis.RedisError``."""
        self._client.delete(self._key)


def count_alive(client: "redis.Redis", part: str, host: str = "") -> int:
    """Return how many processes of a part go on, all or those of one host. Raises ``redis.RedisError``."""
    there: Any = client.scan_iter(f"{ALIVE}{part}:{_literal(host) + ':' if host else ''}*", count=500)
    return sum(1 for _ in there)


def _literal(text: str) -> str:
    """Return a host's name as a pattern that matches nothing else."""
    return "".join(f"\\{each}" if each in "*?[]\\" else each for each in text)
