"""The models of ``service.yaml``: how far the service may go, when it stops itself, and what it says in public."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from mappings.values import Day, Flag, MappingModel, Mode, Positive, ProjectPattern, WebAddress, Words


class PublicText(StrEnum):
    """What the service writes on an issue that everybody can read."""

    CHECKS = "checks"
    EVERYTHING = "everything"


class Profile(StrEnum):
    """How much of the shipped policy weighs: from advice almost everywhere to everything, as shipped."""

    STARTER = "starter"
    FOLLOW_THROUGH = "follow-through"
    FULL = "full"


class CircuitBreaker(MappingModel):
    """When far more is wanted than usual, the service stops writing and asks."""

    reopenings_per_hour: Positive
    """Reopenings per hour that are always allowed."""
    creations_per_hour: Positive
    """Tickets created per hour that are always allowed."""
    times_usual: Annotated[int, Field(strict=True, ge=2, le=1000)]
    """Above that, how many times the usual hourly number may be wanted before the service stops."""


class Wording(MappingModel):
    """Small choices in what the service writes."""

    thanks: Flag
    """Whether it thanks for a completed post-mortem."""
    not_for_evaluation: Flag
    """Whether the status comment ends with "for learning; not for performance evaluation or discipline"."""
    show_policy: Flag
    """Whether the status comment names the version of this policy."""
    rules_at: WebAddress | None
    """Where people can read the pages of ``docs/rules``; null: each check is told by its name alone."""


class ServiceFile(MappingModel):
    """``service.yaml``."""

    mode: Mode
    """``observe``, ``advise`` or ``enforce``; the more cautious of this and ``FOLLOWTHROUGH_MODE`` is in force."""
    profile: Profile
    """``starter``, ``follow-through`` or ``full``: what weighs as shipped; what you write yourself wins over it."""
    governed_since: Day | None
    """Issues opened before this day (UTC) are left alone until adopted; null: the first delivery from the project."""
    leave_alone: tuple[ProjectPattern, ...]
    """Projects that are never governed, though the scope covers them."""
    public_issues: PublicText
    """``checks``: in public repositories only checks and what to do; ``everything``: as in private ones."""
    client: Words | None
    """The client that incidents belong to, where the project has only one."""
    clients: tuple[Words, ...]
    """The clients that may be named; empty: any name is accepted."""
    circuit_breaker: CircuitBreaker
    """When the service stops itself."""
    wording: Wording
    """Small choices in what the service writes."""
