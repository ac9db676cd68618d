"""Who may use the admin page: whoever shows the token of the settings, or once the key that was printed at the start. Sessions live in this process
alone, so that ending it signs everybody out.
"""

import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

KEY_LASTS = timedelta(minutes=15)
SESSION_LASTS = timedelta(hours=8)
MOST_FAILURES = 5  # in WITHIN, by anybody: behind a tunnel everybody comes from this machine
WITHIN = timedelta(minutes=1)
LONGEST_NAME = 80


@dataclass(frozen=True)
class TooMany(Exception):
    """Signing in failed too often; ``seconds`` is when to try again."""

    seconds: int


@dataclass(frozen=True)
class Session:
    """Somebody who is signed in, by the name that they gave."""

    name: str
    until: datetime


class Doorkeeper:
    """Signs people in and out. Safe for threads. ``token`` is lasting, ``key`` good once; at least one of them has to be given."""

    def __init__(self, clock: Callable[[], datetime], *, token: str | None = None, key: str | None = None) -> None:
        self._clock = clock
        self._token = _digest(token) if token else None
        self._key = _digest(key) if key else None
        self._key_until = clock() + KEY_LASTS
        self._failures: deque[datetime] = deque()
        self._sessions: dict[str, Session] = {}
        self._lock = Lock()

    def sign_in(self, name: str, given: str) -> str | None:
        """Return the id of a new session, or None where the token is not the one. Raises :class:`TooMany`."""
        with self._lock:
            now = self._clock()
            while self._failures and self._failures[0] <= now - WITHIN:
                self._failures.popleft()
            if len(self._failures) >= MOST_FAILURES:
                raise TooMany(int((self._failures[0] + WITHIN - now).total_seconds()) + 1)
            if not self._is_right(given, now):
                self._failures.append(now)
                return None
            self._sessions = {key: found for key, found in self._sessions.items() if found.until > now}
            session = secrets.token_urlsafe(32)
            self._sessions[session] = Session(name, now + SESSION_LASTS)
            return session

    def signed_in(self, session: str | None) -> Session | None:
        """Return whose session this is, or None where it is over or was none."""
        with self._lock:
            found = self._sessions.get(session or "")
            return found if found is not None and found.until > self._clock() else None

    def sign_out(self, session: str | None) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(session or "", None)

    def _is_right(self, given: str, now: datetime) -> bool:
        shown = _digest(given)
        # Both are compared in any case, and digests of equal length, so that the time tells nothing.
        is_token = hmac.compare_digest(shown, self._token or bytes(len(shown))) and self._token is not None
        is_key = hmac.compare_digest(shown, self._key or bytes(len(shown))) and self._key is not None
        if is_key:
            is_key, self._key = now <= self._key_until, None
        return is_token or is_key


def readable_name(text: str) -> str | None:
    """Return a name as it was given, spaces put in order, or None where it is empty, too long, or holds what nobody sees."""
    name = " ".join(text.split())
    return name if name and len(name) <= LONGEST_NAME and name.isprintable() else None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="replace")).digest()
