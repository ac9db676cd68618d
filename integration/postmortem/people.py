"""People as the trackers know them, and what a tracker says of somebody's standing. Names are shown, never believed (SECURITY.md S6)."""

from dataclasses import dataclass
from enum import StrEnum


class PersonKind(StrEnum):
    """What sort of account this is; only a ``HUMAN`` has authority unless the mapping lists an app."""

    HUMAN = "human"
    BOT = "bot"
    APP = "app"
    CUSTOMER = "customer"


@dataclass(frozen=True)
class Person:
    """One account. ``id`` is the tracker's immutable id (GitHub's numeric id, Jira's account id or key) and the only thing compared.

    ``handle`` is what a mention needs (GitHub login, Jira account id or user name); ``name`` is for reading.
    """

    site: str
    id: str
    handle: str
    name: str = ""
    kind: PersonKind = PersonKind.HUMAN
    active: bool = True

    @property
    def called(self) -> str:
        """Return the words by which the person is shown: the name where there is one, else the handle."""
        return self.name or self.handle


@dataclass(frozen=True)
class Standing:
    """What the tracker said, in this look, about one person's rights on one project.

    ``role`` is GitHub's ``role_name`` (``read``, ``triage``, ``write``, ``maintain``, ``admin`` or a custom role's base), ``None`` where it
    could not be read, which means not granted (S7). ``groups`` and ``project_roles`` are Jira's.
    """

    person: Person
    role: str | None = None
    groups: frozenset[str] = frozenset()
    project_roles: frozenset[str] = frozenset()
