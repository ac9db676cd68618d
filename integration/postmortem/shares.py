"""Shares, lengths of time, and what fell due: the values that figures are made of. Each keeps its denominator. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean, median

FEW = 5
"""A share of fewer than that is said with the remark that it is one of few."""
REMARK = " (few)"
COMPARABLE_DAYS = 14
"""A project that is governed for fewer days has no rate worth comparing."""


def share(part: int, whole: int) -> str:
    """Return a share with its denominator; one of few says so."""
    return f"{part} of {whole}{REMARK if 0 < whole < FEW else ''}"


@dataclass(frozen=True)
class Part:
    """So many of so many."""

    part: int = 0
    whole: int = 0

    @property
    def told(self) -> str:
        """Return the share with its denominator."""
        return share(self.part, self.whole)


@dataclass(frozen=True)
class Lengths:
    """How long something took, in seconds, of the incidents of which it is known; ``of`` counts all of them."""

    seconds: tuple[float, ...] = ()
    of: int = 0

    @property
    def mean(self) -> timedelta | None:
        """Return the mean, ``None`` where nothing is known."""
        return timedelta(seconds=fmean(self.seconds)) if self.seconds else None

    @property
    def median(self) -> timedelta | None:
        """Return the median, ``None`` where nothing is known."""
        return timedelta(seconds=median(self.seconds)) if self.seconds else None


@dataclass(frozen=True)
class Settled:
    """What fell due in the window, and what became of it: ``in_time`` and ``late`` add up with ``set_aside`` and ``outstanding`` to all of it."""

    in_time: int
    late: int
    set_aside: int
    outstanding: int

    @property
    def all(self) -> int:
        """Return how many fell due."""
        return self.in_time + self.late + self.set_aside + self.outstanding


@dataclass(frozen=True)
class Place:
    """A repository or project, a client, or a kind of project: its incidents, near-misses among them apart, for how many days of the window it was
    governed (added up over its projects), and its launches in the window.
    """

    name: str
    incidents: int
    near_misses: int
    days: int
    launches: int = 0

    @property
    def rate(self) -> str:
        """Return incidents in 30 governed days, or why there is no such figure."""
        return f"{self.incidents / self.days * 30:.1f}" if self.days >= COMPARABLE_DAYS else "not comparable"

    @property
    def per_launch(self) -> str:
        """Return incidents for each launch, or why there is no such figure."""
        return f"{self.incidents / self.launches:.1f}" if self.launches else "not comparable"


@dataclass(frozen=True)
class Table:
    """The figures behind the statements, as cells of text."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
