"""Who holds which role: lists of people with terms, deputies, absences, and what a small team may do (``people.yaml``)."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from mappings.values import MappingModel

DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
HOLDER = re.compile(rf"([a-z][a-z0-9_-]{{0,39}})(?: from ({DAY}))?(?: until ({DAY}))?", re.ASCII)
STRETCH = re.compile(rf"({DAY})(?: until ({DAY}))?", re.ASCII)


@dataclass(frozen=True)
class Term:
    """Somebody, named as under ``people``, from the first to the last day, both included; ``None`` is open."""

    id: str
    first: date | None = None
    last: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether ``day`` is within the term."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def term_of(text: str) -> Term:
    """Read ``rita``, ``rita from 2026-12-01``, ``rita until 2026-12-24`` or both; :class:`ValueError` for anything else."""
    found = HOLDER.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return _ordered(Term(found[1], _day(found[2]), _day(found[3])))


def absence_of(text: str) -> Term:
    """Read ``2026-12-20 until 2027-01-06``, or one day; :class:`ValueError` for anything else."""
    found = STRETCH.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return _ordered(Term("", _day(found[1]), _day(found[2] or found[1])))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _ordered(term: Term) -> Term:
    if term.first and term.last and term.last < term.first:
        raise ValueError(f"{term.last} is before {term.first}")
    return term


def _is_holder(text: str) -> str:
    try:
        term_of(text)
    except ValueError:
        raise PydanticCustomError("role_term", "not a holder of a role") from None
    return text


def _is_absence(text: str) -> str:
    try:
        absence_of(text)
    except ValueError:
        raise PydanticCustomError("absence", "not an absence") from None
    return text


Holder = Annotated[
    str, Field(pattern=rf"^[a-z][a-z0-9_-]{{0,39}}( from {DAY})?( until {DAY})?$"), AfterValidator(_is_holder)
]
"""``rita``, or ``rita from 2026-12-01 until 2026-12-24``."""
Absence = Annotated[str, Field(pattern=rf"^{DAY}( until {DAY})?$"), AfterValidator(_is_absence)]
"""``2026-12-20 until 2027-01-06``, or one day."""


class Team(StrEnum):
    """How many people there are to keep apart, from few to many.

    ``small``: one person may give both approvals. ``solo``: besides, at SEV3 and SEV4, people may verify and approve their own work after a
    while; it is shown as not independent.
    """

    SOLO = "solo"
    SMALL = "small"
    NORMAL = "normal"


class Deputies(MappingModel):
    """Who acts where nobody of a role is there, or none has answered in time."""

    technical_reviewers: tuple[Holder, ...]
    """Deputies of the technical reviewers."""
    governance_reviewers: tuple[Holder, ...]
    """Deputies of the governance reviewers."""
    executive_sponsors: tuple[Holder, ...]
    """Deputies of the executive sponsors."""


class Roles(MappingModel):
    """People who hold a role in every incident; names of ``people``, in the order in which they are asked, each with its term."""

    leads: tuple[Holder, ...]
    """Lead the post-mortem where nobody else is named: the first who is there."""
    technical_reviewers: tuple[Holder, ...]
    """May approve the technical part, beside those with the right."""
    governance_reviewers: tuple[Holder, ...]
    """May approve the governance part, waive and accept risks, beside those with the right."""
    executive_sponsors: tuple[Holder, ...]
    """May accept risks and waive, beside those with the right."""
    deputies: Deputies
    """Who stands in for them."""

    def terms(self, role: str, *, deputies: bool = False) -> tuple[Term, ...]:
        """Return who holds ``role`` (a name of a field), or stands in for it."""
        named: tuple[str, ...] = getattr(self.deputies if deputies else self, role, ())
        return tuple(term_of(each) for each in named)
