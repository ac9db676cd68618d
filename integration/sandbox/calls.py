"""Counts the calls that a stand-in tracker was asked to answer: who asked for what, and what came back.

Tests use it for "zero writes when nothing changed", the benchmarks for calls per kind of event.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Call:
    """One answered request. ``route`` is the template (``/repos/<owner>/<repo>``), or the path where none matched."""

    at: datetime
    method: str
    route: str
    path: str
    status: int
    account: str | None
    is_write: bool
    was_answered: bool = True

    def as_json(self) -> dict[str, object]:
        """Return the call as plain JSON values, for the HTTP control."""
        return {
            "at": self.at.isoformat(),
            "method": self.method,
            "route": self.route,
            "path": self.path,
            "status": self.status,
            "account": self.account,
            "write": self.is_write,
            "answered": self.was_answered,
        }


class CallLog:
    """Remembers calls in order, across threads, until ``reset``."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._lock = Lock()
        self._calls: list[Call] = []

    def note(self, call: Call) -> None:
        """Remember one call."""
        with self._lock:
            self._calls.append(call)

    @property
    def entries(self) -> tuple[Call, ...]:
        """Return every call since the last reset, oldest first."""
        with self._lock:
            return tuple(self._calls)

    def of(self, *, account: str | None = None, writes_only: bool = False) -> tuple[Call, ...]:
        """Return the calls of one account (all accounts where None), or only those that write."""
        return tuple(
            call
            for call in self.entries
            if (account is None or call.account == account) and (call.is_write or not writes_only)
        )

    def count(self, *, writes_only: bool = False, account: str | None = None) -> int:
        """Return how many calls were made since the last reset."""
        return len(self.of(account=account, writes_only=writes_only))

    def by_route(self, *, account: str | None = None, writes_only: bool = False) -> Iterable[tuple[str, int]]:
        """Return (``"METHOD route"``, count) pairs, most frequent first."""
        calls = self.of(account=account, writes_only=writes_only)
        return Counter(f"{call.method} {call.route}" for call in calls).most_common()

    def reset(self) -> None:
        """Forget every call."""
        with self._lock:
            self._calls.clear()
