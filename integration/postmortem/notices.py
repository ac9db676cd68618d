"""Messages about deadlines, as values: which step of the ladder speaks, where, to whom, and of what day. When they are due is judged in ``rules.ladder``."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person
from mappings.models import Claim


class Step(StrEnum):
    """A step of the ladder, in its order; ``REVIEW`` and ``DEPUTY`` are of a review.

    ``MOVED`` and ``QUIET`` are no steps: a date that was moved often, and a long silence, of which ``due`` is the beginning.
    """

    REMINDER = "reminder"
    OWNER = "owner"
    LEAD = "lead"
    SPONSOR = "sponsor"
    MOVED = "moved"
    REVIEW = "review"
    DEPUTY = "deputy"
    QUIET = "quiet"


@dataclass(frozen=True)
class Notice:
    """One message: on which issue, under which purpose, to whom, and what is due.

    ``action_id`` is empty for the post-mortem itself; ``missing`` are the claims that the action still needs. ``scope`` is what a review is of,
    and ``is_named`` whether it was asked of anybody.
    """

    issue: IssueRef
    purpose: str
    step: Step
    to: tuple[Person, ...]
    due: datetime | date
    action_id: str = ""
    missing: tuple[Claim, ...] = ()
    scope: str = ""
    is_named: bool = True


@dataclass(frozen=True)
class Notices:
    """What is to be said now, and the later instants at which something will be."""

    now: tuple[Notice, ...] = ()
    later: tuple[datetime, ...] = ()
