"""How much each account may ask: the primary limit an hour, and (where set) GitHub's limit on creating content.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from integration.sandbox.github.model import Json, Person

ANONYMOUS_LIMIT = 60


@dataclass(slots=True)
class _Window:
    ends: datetime
    used: int = 0
    created: deque[datetime] = field(default_factory=deque)


class Limits:
    """Counts requests per account. ``contents_a_minute`` and ``contents_an_hour`` None means not enforced."""

    def __init__(self, an_hour: int = 5000) -> None:
        """Allow ``an_hour`` requests per account and hour; the content limits of the real one are 80 and 500."""
        self.an_hour = an_hour
        self.contents_a_minute: int | None = None
        self.contents_an_hour: int | None = None
        self._windows: dict[int, _Window] = {}

    def headers(self, viewer: Person | None, now: datetime) -> dict[str, str]:
        """Return the rate-limit headers that every answer carries."""
        shown = self.core(viewer, now)
        names = {"limit": "Limit", "remaining": "Remaining", "used": "Used", "reset": "Reset"}
        return {f"X-RateLimit-{name}": str(shown[key]) for key, name in names.items()} | {
            "X-RateLimit-Resource": "core"
        }

    def core(self, viewer: Person | None, now: datetime) -> Json:
        """Return limit, used, remaining and reset (seconds of Unix time)."""
        window, limit = self._window(viewer, now), self._limit(viewer)
        used = min(window.used, limit)
        return {"limit": limit, "used": used, "remaining": limit - used, "reset": int(window.ends.timestamp())}

    def is_spent(self, viewer: Person | None, now: datetime) -> bool:
        """Return whether this account has used up its hour."""
        return self._window(viewer, now).used >= self._limit(viewer)

    def count(self, viewer: Person | None, now: datetime) -> None:
        """Count one request; 304 answers are not counted."""
        self._window(viewer, now).used += 1

    def seconds_until_content(self, viewer: Person | None, now: datetime) -> int:
        """Return 0 and count one creation, or by how many seconds it comes too early."""
        created = self._window(viewer, now).created
        for most, span in ((self.contents_a_minute, 60), (self.contents_an_hour, 3600)):
            if most is None or len(created) < most:
                continue
            free_again = created[-most] + timedelta(seconds=span)
            if now < free_again:
                return max(1, int((free_again - now).total_seconds()))
        created.append(now)
        while created and now - created[0] >= timedelta(hours=1):
            created.popleft()
        return 0

    def _limit(self, viewer: Person | None) -> int:
        return ANONYMOUS_LIMIT if viewer is None else self.an_hour

    def _window(self, viewer: Person | None, now: datetime) -> _Window:
        account = 0 if viewer is None else viewer.id
        window = self._windows.get(account)
        if window is None:
            window = self._windows[account] = _Window(now + timedelta(hours=1))
        elif now >= window.ends:
            window.ends, window.used = now + timedelta(hours=1), 0
        return window
