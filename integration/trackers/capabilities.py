"""What a tracker has and lacks at one place, and what is done instead, in words that ``doctor`` can show. Values only."""

from dataclasses import dataclass
from typing import Protocol

from mappings.models import Policy


@dataclass(frozen=True)
class Capability:
    """One thing that a server may have or lack.

    ``name`` is a slug such as ``sub_issues``. ``is_there`` is ``None`` where it could not be found out; ``why`` then says
    what would help. ``instead`` says what the service does without it, empty where it needs nothing instead.
    """

    name: str
    used_for: str
    is_there: bool | None
    instead: str = ""
    why: str = ""

    def __str__(self) -> str:
        """Return one line: ``sub_issues (tickets stand under their incident): no. Instead: …``."""
        there = {True: "yes", False: "no", None: "not known"}[self.is_there]
        rest = f" {self.why}" if self.why else ""
        instead = f" Instead: {self.instead}." if self.instead and not self.is_there else ""
        return f"{self.name} ({self.used_for}): {there}.{rest}{instead}"


@dataclass(frozen=True)
class Capabilities:
    """What one server (``GitHub Enterprise Server 3.17``) has at one ``place``: a repository or a Jira project."""

    site: str
    server: str
    place: str
    features: tuple[Capability, ...]

    def of(self, name: str) -> Capability:
        """Return one of them by its slug. Raises ``KeyError``."""
        return {each.name: each for each in self.features}[name]

    @property
    def lacking(self) -> tuple[Capability, ...]:
        """Return what is certainly not there."""
        return tuple(each for each in self.features if each.is_there is False)


class Probes(Protocol):
    """A tracker that can be asked what it has; reading only."""

    def probe(self, project: str, policy: Policy) -> Capabilities:
        """Ask the server about one repository or project; ``policy`` says which fields are used there."""
        ...
