"""The words that every mapping file uses: levels, severities, authority, modes, and the base of all mapping models.

Pure values, no I/O.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError


class MappingModel(BaseModel):
    """A frozen piece of the policy.

    Unknown keys are refused; the line of text under each field is its meaning, used by ``explain``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, str_strip_whitespace=True)


class Level(StrEnum):
    """How much a finding that did not pass weighs.

    ``block`` holds the closing; ``off`` means that the check is not made.
    """

    BLOCK = "block"
    WARN = "warn"
    ADVISE = "advise"
    OFF = "off"

    def is_at_least(self, other: "Level") -> bool:
        """Tell whether this level is as strict as ``other`` or stricter."""
        order = list(Level)
        return order.index(self) <= order.index(other)


class Wants(StrEnum):
    """What counts as an answer to one part of a section, from least to most. "None" always does, and "unknown" with who finds it out.

    ``answer``: words; ``fact``: words, and no unknown that nobody looks into; ``count``: a number, whose unit the part names; ``quantity``: a
    number with its unit; ``day``: a date.
    """

    ANSWER = "answer"
    FACT = "fact"
    COUNT = "count"
    QUANTITY = "quantity"
    DAY = "day"


class Severity(StrEnum):
    """SEV1 (critical) to SEV4 (near-miss).

    Compare with ``is_at_least`` and ``highest``, never with ``<``, whose sense is easily confused.
    """

    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
    SEV4 = "SEV4"

    @property
    def rank(self) -> int:
        """Return 1 for SEV1 to 4 for SEV4."""
        return int(self.value[3:])

    def is_at_least(self, other: "Severity") -> bool:
        """Tell whether this is as severe as ``other`` or more severe: ``SEV1.is_at_least(SEV2)`` is true."""
        return self.rank <= other.rank

    def is_below(self, other: "Severity") -> bool:
        """Tell whether this is less severe than ``other``."""
        return self.rank > other.rank

    @staticmethod
    def highest(severities: "Iterable[Severity]") -> "Severity | None":
        """Return the most severe of ``severities``, or None when there are none."""
        return min(severities, key=lambda severity: severity.rank, default=None)


class Kind(StrEnum):
    """Which post-mortem is asked for."""

    FULL = "full"
    ABBREVIATED = "abbreviated"
    REVIEW = "review"


class Authority(StrEnum):
    """What somebody may do in a project, from least to most.

    ``participant``: the author, the lead, the named participants and assignees.
    """

    ANY = "any"
    PARTICIPANT = "participant"
    TRIAGE = "triage"
    WRITE = "write"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Return 0 for ``any`` to 4 for ``admin``."""
        return list(Authority).index(self)

    def is_at_least(self, other: "Authority") -> bool:
        """Tell whether this authority covers ``other``."""
        return self.rank >= other.rank


class Mode(StrEnum):
    """What the service may write: nothing; comments, labels and tickets but no reopening; everything."""

    OBSERVE = "observe"
    ADVISE = "advise"
    ENFORCE = "enforce"

    @staticmethod
    def most_cautious(*modes: "Mode") -> "Mode":
        """Return the mode of ``modes`` (at least one) that writes least."""
        order = list(Mode)
        return min(modes, key=order.index)


class SeverityLevels(MappingModel):
    """One level per severity."""

    SEV1: Level
    """Level at SEV1."""
    SEV2: Level
    """Level at SEV2."""
    SEV3: Level
    """Level at SEV3."""
    SEV4: Level
    """Level at SEV4."""

    def at(self, severity: Severity) -> Level:
        """Return the level at ``severity``."""
        level: Level = getattr(self, severity.value)
        return level


class KindLevels(MappingModel):
    """One level per kind of post-mortem."""

    full: Level
    """Level in a full post-mortem."""
    abbreviated: Level
    """Level in an abbreviated post-mortem."""
    review: Level
    """Level in a near-miss review."""

    def at(self, kind: Kind) -> Level:
        """Return the level in a post-mortem of ``kind``."""
        level: Level = getattr(self, kind.value)
        return level


@dataclass(frozen=True)
class Keyed:
    """Marks a tuple of models that YAML writes as a mapping from an id to the rest.

    ``complete``: the ids are known to the code, so entries that a file leaves out are taken from the shipped file.
    Otherwise leaving an entry out removes it.
    """

    complete: bool = False


@dataclass(frozen=True)
class Table:
    """Marks a tuple of (key, value) pairs that YAML writes as a mapping; a file replaces the whole table."""


def entries_with_ids(value: object) -> object:
    """Turn a mapping from id to entry into a list of entries that carry their id; leave anything else to the model to
    refuse.
    """
    if not isinstance(value, Mapping):
        return value
    return [{**entry, "id": key} if isinstance(entry, Mapping) else entry for key, entry in value.items()]


def pairs(value: object) -> object:
    """Turn a mapping into a list of pairs; leave anything else to the model to refuse."""
    return list(value.items()) if isinstance(value, Mapping) else value


def iso_day(value: object) -> object:
    """Refuse what pydantic would take for a date though nobody wrote one, such as a number of seconds."""
    if not (isinstance(value, date) or (isinstance(value, str) and _ISO_DAY.match(value))):
        raise PydanticCustomError("date_iso", "not a day")
    return value


_ISO_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$", re.ASCII)
ENTRIES = BeforeValidator(entries_with_ids)
PAIRS = BeforeValidator(pairs)


def normalise(text: str) -> str:
    """Return ``text`` in the form in which labels, headings and form texts are compared: case folded, white space
    collapsed, ``:`` and ``.`` at the end gone.
    """
    return " ".join(text.split()).rstrip(":.").casefold().strip()


def normalise_label(text: str) -> str:
    """Return a label in the form in which labels are compared: trackers ignore case, people vary the spaces."""
    return " ".join(text.split()).casefold()


# GitHub allows 50 characters and no comma in a label; Jira allows no space.
LABEL = r"^[^,\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]{1,50}$"
PLAIN_LABEL = r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,49}$"
IDENTIFIER = r"^[a-z][a-z0-9_-]{0,39}$"

Label = Annotated[str, Field(pattern=LABEL)]
PlainLabel = Annotated[str, Field(pattern=PLAIN_LABEL)]
Id = Annotated[str, Field(pattern=IDENTIFIER)]
Words = Annotated[str, Field(min_length=1, max_length=200)]
Sentence = Annotated[str, Field(min_length=1, max_length=500)]
# Field ids are put into REST paths and bodies, hence the strict pattern: custom fields, and standard ones that carry
# such values.
JiraField = Annotated[str, Field(pattern=r"^(customfield_[0-9]{1,10}|priority|duedate|description|environment)$")]
# A pattern of projects: site, colon, then the repository or project key with * and ?.
ProjectPattern = Annotated[
    str, Field(pattern=r"^(github:[A-Za-z0-9._*?-]{1,100}(/[A-Za-z0-9._*?-]{1,100})?|jira:[A-Za-z0-9_*?-]{1,50})$")
]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Positive = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Percent = Annotated[int, Field(strict=True, ge=1, le=100)]
Rate = Annotated[float, Field(gt=0, le=1_000_000)]
Day = Annotated[date, BeforeValidator(iso_day)]
Flag = Annotated[bool, Field(strict=True)]
WebAddress = Annotated[str, Field(pattern=r"^https?://[^\s<>()\[\]\"']{1,300}$")]
"""Where something is on the web, without anything that could end a link early."""
