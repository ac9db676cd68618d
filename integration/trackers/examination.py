"""What a tracker lets be seen of itself at one place: our account, its rights, the webhook, labels, ways back. Values only, judged by ``doctor``."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from integration.postmortem.people import Person
from integration.trackers.capabilities import Capabilities
from mappings.models import Policy


class SignIn(StrEnum):
    """How we sign in, as far as the tracker tells."""

    APP = "app"
    CLASSIC = "classic token"  # GitHub: reaches all that its account reaches
    TOKEN = "token"  # noqa: S105 - a kind of token, not one


@dataclass(frozen=True)
class Right:
    """Something that our account has to be allowed; ``is_held`` is ``None`` where the tracker does not say."""

    name: str
    used_for: str
    is_held: bool | None
    is_required: bool = True


@dataclass(frozen=True)
class SeenHook:
    """A webhook to our receiver. ``is_signed`` and ``last_code`` (HTTP) are ``None`` where the tracker does not say."""

    url: str
    is_active: bool
    events: frozenset[str]
    is_signed: bool | None = None
    verifies_tls: bool = True
    is_json: bool = True
    last_code: int | None = None


@dataclass(frozen=True)
class Gated:
    """A dry run of transitions: an open issue whose gate field holds it, and the closing transitions that it offers all the same."""

    locator: str
    offered: tuple[str, ...]


@dataclass(frozen=True)
class Examined:
    """What was seen at one ``place``: a repository or Jira project. What our account may not see is ``None``.

    ``beyond`` names what our account may do and we have no use for. ``skew`` is the server's clock minus ours. ``way_back`` names the transition by
    which a closed issue of the place would be opened, empty where there is none, ``None`` where there is no closed issue to try it on.
    """

    site: str
    place: str
    account: Person
    sign_in: SignIn
    rights: tuple[Right, ...]
    beyond: tuple[str, ...]
    hooks: tuple[SeenHook, ...] | None
    labels: frozenset[str] | None
    is_public: bool
    is_archived: bool
    skew: timedelta
    capabilities: Capabilities
    token_expires: datetime | None = None
    way_back: str | None = None
    has_gate_field: bool | None = None
    gated: Gated | None = None


@runtime_checkable
class Examines(Protocol):
    """A tracker that can be examined; reading only."""

    def examine(self, project: str, policy: Policy) -> Examined:
        """Look at one repository or project. Raises ``TrackerError`` where it cannot be seen at all."""
        ...
