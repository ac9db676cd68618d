"""Places in which issues stand, and accounts there: a repository or a project of one of the trackers, and what was seen of it. Values only."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, order=True)
class Place:
    """A repository (``owner/repo``) or project (its key) on ``site``. Compared without case, as people write them."""

    site: str
    project: str

    def __str__(self) -> str:
        return f"{self.site}:{self.project}"

    def is_same(self, other: "Place") -> bool:
        """Tell whether both are one place, whatever the case in which it is written."""
        return str(self).casefold() == str(other).casefold()


class Reach(StrEnum):
    """What was seen of a place before a ticket is opened there. What is missing and what is forbidden look alike (S18)."""

    OPEN = "open"  # ours to write to, and not everybody's to read
    PUBLIC = "public"  # everybody can read it
    OUT_OF_SCOPE = "out of scope"
    UNREACHED = "not reached"


@dataclass(frozen=True, order=True)
class Account:
    """An account by its immutable ``id``, to be looked up where it would own a ticket; ``handle`` is what the mapping calls it, or empty."""

    place: Place
    id: str
    handle: str = ""
