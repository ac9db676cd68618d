"""The words that the door and the engine share: what a wake-up is, and under which keys Redis keeps it. No I/O.

A delivery comes down to a wake-up: "this object may have changed". ``wanted`` counts the wake-ups of an object that no finished look has
covered yet; an object with nothing outstanding has no entry. The receiver raises ``wanted`` and, where the object was not queued, adds it to
``queued`` and pushes it to ``inbox``. Workers take it from there (see ``integration/work``).
"""

import json
import re
from dataclasses import asdict, dataclass

PREFIX = "followthrough:"
WANTED = PREFIX + "wanted"  # hash: object → number of wake-ups not yet covered by a finished look
QUEUED = PREFIX + "queued"  # sorted set: object → Unix time at which it was queued; removed when a worker starts on it
INBOX = PREFIX + "inbox"  # list of objects; receivers RPUSH, workers BLPOP
WAKEUPS = PREFIX + "wakeups"  # hash: object → the latest wake-up as JSON, under 1 kB
# + digest: set for three days for each accepted delivery, so that an instant repeat adds nothing.
DELIVERY = PREFIX + "delivery:"
SINCE = PREFIX + "since"  # sorted set: object → Unix time since which something is wanted of it and not covered

_DELIVERY = re.compile(r"[0-9A-Za-z-]{0,64}")
_ID = re.compile(r"(?:(?:pull|run|series)-)?[0-9]{1,19}")
_LOCATOR = re.compile(r"[A-Za-z0-9._/#-]{0,300}")
_NEVER = 4_102_444_800.0  # The year 2100, in Unix seconds; what is later, or no number, is no instant of an arrival.


@dataclass(frozen=True)
class WakeUp:
    """The word that an object may have changed. Only ``site``, ``id`` and ``locator`` are used, and ``locator`` only to find the object.

    ``site`` is ``github`` or ``jira``; ``id`` the tracker's immutable issue id as text; ``locator`` the human reference (``owner/repo#12``,
    ``KEY-12``, or empty where the delivery names none); ``event`` what the tracker called it; ``at`` Unix seconds of the arrival.
    Where evidence may point at the object, ``id`` begins with ``pull-`` or ``run-``, and ``locator`` is how its page ends
    (``owner/repo/pull/7``). A series of generated issues has an id of ours that begins with ``series-``. ``delivery`` is the tracker's own name
    for the delivery, for logs alone; empty for a wake-up of our own.
    """

    site: str
    id: str
    locator: str
    event: str
    at: float
    delivery: str = ""

    @property
    def object(self) -> str:
        """Return the key under which Redis counts this object: ``site:id``."""
        return f"{self.site}:{self.id}"

    @property
    def is_exhibit(self) -> bool:
        """Tell whether it speaks of something that evidence may point at, and not of an issue."""
        return self.id.startswith(("pull-", "run-"))

    def to_json(self) -> str:
        """Return compact JSON, at most about 400 bytes for identifiers of ordinary length."""
        fields = {name: value for name, value in asdict(self).items() if value or name != "delivery"}
        return json.dumps(fields, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> "WakeUp":
        """Read what :meth:`to_json` wrote. Raises ``ValueError`` on anything else, since Redis is not trusted."""
        try:
            raw = json.loads(text)
            named = (str(raw["site"]), str(raw["id"]), str(raw["locator"]), str(raw["event"]))
            wakeup = cls(*named, float(raw["at"]), str(raw.get("delivery", "")))
        except (KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"not a wake-up: {type(error).__name__}") from error
        if wakeup.site not in {"github", "jira"}:
            raise ValueError(f"a wake-up names the unknown site {wakeup.site[:20]!r}")
        if not (_ID.fullmatch(wakeup.id) and _LOCATOR.fullmatch(wakeup.locator) and 0 <= wakeup.at < _NEVER):
            raise ValueError("a wake-up names no issue, or no instant")
        if not _DELIVERY.fullmatch(wakeup.delivery):
            raise ValueError("a wake-up names a delivery that none of ours would name")
        return wakeup
