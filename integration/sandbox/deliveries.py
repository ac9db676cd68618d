"""What the sandbox's webhooks are made of: a receiver, one attempt to reach it, its signature, and where it may be."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback_host(host: str | None) -> bool:
    """Return whether this host name or address can only mean this machine."""
    if host is None:
        return False
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_loopback_url(url: str) -> bool:
    """Return whether ``url`` is plain http(s) to this machine; the sandbox posts nowhere else."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and is_loopback_host(parts.hostname)
    except ValueError:
        return False


def signature(secret: str, body: bytes) -> str:
    """Return ``sha256=<hex>``, the HMAC that both trackers put into a header."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Hook:
    """A registered receiver of webhooks. ``events`` may hold ``*``; ``owner`` is the repository or the site."""

    id: int
    url: str
    secret: str | None
    events: frozenset[str]
    owner: str = ""
    active: bool = True

    def wants(self, event: str) -> bool:
        """Return whether this receiver subscribed to ``event``."""
        return self.active and (event in self.events or "*" in self.events)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to hand one event to one receiver. ``status`` 0 means that nothing answered."""

    id: int
    guid: str
    hook: Hook
    event: str
    action: str | None
    body: bytes
    made_at: datetime
    attempt: int = 0
    is_redelivery: bool = False
    status: int | None = None
    reason: str = ""
    duration: float = 0.0
    sent_headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Return whether the receiver answered 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def payload(self) -> object:
        """Return the body as JSON values."""
        return json.loads(self.body)

    def as_json(self) -> dict[str, object]:
        """Return the delivery, without its body, as plain JSON values, for the HTTP control."""
        return {
            "id": self.id,
            "guid": self.guid,
            "hook_id": self.hook.id,
            "event": self.event,
            "action": self.action,
            "status": self.status,
            "reason": self.reason,
            "redelivery": self.is_redelivery,
            "attempt": self.attempt,
        }
