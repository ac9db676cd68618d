"""In what two incidents are alike, told by the structure of their causes alone: category, sub-category, system. No score is involved. Pure.

The ledger keeps the causes in this form, so that alike incidents are found among all others by asking for equal values.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from integration.postmortem.reading.causes import Cause
from integration.postmortem.reading.normalise import normalise

LONGEST_NAME = 40
"""Characters of a system's name that are kept; what is longer is a sentence."""


@dataclass(frozen=True, order=True)
class CauseKind:
    """What sort of cause it is: ids of the mapping, and the affected system with its name folded; each empty where nobody said."""

    category: str = ""
    sub_category: str = ""
    system: str = ""

    @property
    def is_whole(self) -> bool:
        """Tell whether all three are known, so that another cause of the same kind is the same kind indeed."""
        return bool(self.category and self.sub_category and self.system)


class Likeness(IntEnum):
    """In what two incidents are alike, the nearer the larger."""

    NONE = 0
    SORT = 1  # the same category and sub-category
    SYSTEM = 2  # the same system and category; the same system alone while the one that asks names no cause yet
    SAME = 3  # category, sub-category and system


def kind_of(cause: Cause, system: str) -> CauseKind:
    """Return the kind of a cause; ``system`` is what the incident says, for a cause that names none itself."""
    category = cause.category.value if cause.category else ""
    return CauseKind(category, cause.sub_category, folded(cause.system or system))


def folded(system: str) -> str:
    """Return the name of a system as it is compared and kept."""
    return normalise(system)[:LONGEST_NAME]


def kinds_of(causes: Iterable[Cause], system: str) -> tuple[CauseKind, ...]:
    """Return the kinds of an incident's causes, each once; while none has a category, the system alone."""
    found = tuple(dict.fromkeys(kind for cause in causes if (kind := kind_of(cause, system)).category))
    return found or ((CauseKind(system=folded(system)),) if folded(system) else ())


def likeness(mine: Iterable[CauseKind], theirs: Iterable[CauseKind]) -> Likeness:
    """Return in what two incidents are alike at most."""
    others = tuple(theirs)
    return max((_between(one, other) for one in mine for other in others), default=Likeness.NONE)


def shared(mine: Iterable[CauseKind], theirs: Iterable[CauseKind]) -> tuple[CauseKind, ...]:
    """Return the kinds of the first that the second has as well, whole ones only, in order."""
    others = frozenset(theirs)
    return tuple(sorted(kind for kind in frozenset(mine) if kind.is_whole and kind in others))


def _between(one: CauseKind, other: CauseKind) -> Likeness:
    is_system = bool(one.system) and one.system == other.system
    if not one.category:
        return Likeness.SYSTEM if is_system else Likeness.NONE
    if one.category != other.category:
        return Likeness.NONE
    is_sort = bool(one.sub_category) and one.sub_category == other.sub_category
    if is_sort and is_system:
        return Likeness.SAME
    return Likeness.SYSTEM if is_system else Likeness.SORT if is_sort else Likeness.NONE
