"""What setting up brings about, step by step: what is there is kept, what is missing is made, what is somebody else's is left. Values only."""

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What becomes of one thing. ``BY_HAND`` has to be done by a person, ``REFUSED`` was tried and not allowed."""

    KEEP = "keep"
    MAKE = "make"
    MEND = "mend"
    BY_HAND = "by hand"
    REFUSED = "refused"


@dataclass(frozen=True)
class Step:
    """One thing: ``kind`` such as ``label``, its name, what becomes of it, and words for people."""

    kind: str
    name: str
    fate: Fate
    says: str = ""

    @property
    def changes(self) -> bool:
        """Tell whether anything is written."""
        return self.fate in {Fate.MAKE, Fate.MEND}
