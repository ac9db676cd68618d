"""The tree of errors. Each class says what the caller can do about it, and carries a ``reason`` slug that logs and metrics reuse.

FollowthroughError
├── ConfigError              settings or mappings are wrong: a person mends them, then starts again
├── DeliveryRejected         a webhook request that is not accepted: answered with its status, nothing written
├── LockLost                 another worker has the case now: stop before the next write
├── LedgerMismatch           the database's schema is not the one this version expects
├── ErasureRefused           a legal hold, or work that goes on, stands against erasing: a person decides
└── TrackerError             something went wrong between us and a tracker
    ├── TrackerUnavailable   down, timed out, 5xx: try again later; the deed may have been done
    ├── RateLimited          the tracker or our own write budget asks us to wait until an instant
    ├── TrackerRefused       401, 403, 422 …: trying again at once does not help; becomes a visible finding
    └── IssueNotFound        404, 410: deleted, moved, or not for our eyes
"""

from datetime import datetime


class FollowthroughError(Exception):
    """Base of every error that this project raises on purpose."""

    reason = "error"


class ConfigError(FollowthroughError):
    """Settings or mappings are wrong; ``where`` names the place and ``remedy`` what to change."""

    reason = "configuration"

    def __init__(self, message: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.where, self.remedy = message, where, remedy

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message}" + (f" {self.remedy}" if self.remedy else "")


class DeliveryRejected(FollowthroughError):
    """A webhook request that is refused. ``status`` is the HTTP answer, ``reason`` a slug, the message a sentence for the sender."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason = status, reason


class LockLost(FollowthroughError):
    """The case's lock is no longer ours; nothing more may be written in this look."""

    reason = "lock_lost"


class LedgerMismatch(FollowthroughError):
    """The ledger's schema is older or newer than this version of the code expects."""

    reason = "ledger_schema"


class ErasureRefused(FollowthroughError):
    """Something stands against erasing: a legal hold, or an incident that is still open. Nothing was changed."""

    reason = "erasure_refused"


class TrackerError(FollowthroughError):
    """Something went wrong between us and a tracker. The message never contains credentials."""

    reason = "tracker"


class TrackerUnavailable(TrackerError):
    """The tracker is down, slow, or answered 5xx. Whether a write was done is unknown (``may_have_happened``)."""

    reason = "tracker_unavailable"

    def __init__(self, message: str, *, may_have_happened: bool = False) -> None:
        super().__init__(message)
        self.may_have_happened = may_have_happened


class RateLimited(TrackerError):
    """No call may be made before ``until`` (aware UTC): the tracker said so, or our own write budget is spent."""

    reason = "rate_limited"

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class TrackerRefused(TrackerError):
    """The tracker understood and said no (``status``); ``detail`` is its own short text."""

    reason = "tracker_refused"

    def __init__(self, message: str, *, status: int, detail: str = "") -> None:
        super().__init__(message)
        self.status, self.detail = status, detail


class IssueNotFound(TrackerError):
    """The issue is deleted, moved, or hidden from our account; the tracker does not say which."""

    reason = "issue_not_found"
    deleted = False
    """Whether the tracker says outright that it was deleted."""
