"""One window of time over the projects that a summary covers, as conditions in SQL that several counts share."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, and_, cast, exists, extract, func, select, true, tuple_

from integration.ledger.tables import COUNTED, cases, projects
from integration.postmortem.assessment import Phase
from integration.postmortem.rules.lessons import KIND as LAUNCH
from integration.postmortem.trends import Window

INCIDENT = and_(COUNTED, cases.c.kind != LAUNCH, cases.c.phase != Phase.ENDED.value)
"""Only incidents are counted: a launch is a case, too, and what was declared none, or a duplicate of another, is none any more."""
NEAR_MISS = "SEV4"


def midnight(day: date) -> datetime:
    """Return the first instant of a day."""
    return datetime.combine(day, time(), UTC)


def project_covered(covers: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    """Return the condition on ``cases`` that their project is one of these (site, name)."""
    # A window names few cases and most projects, so SQLite is kept from reading every case of each project: a sum has no index.
    return (cases.c.project_id + 0).in_(select(projects.c.id).where(_covered(covers)))


def _covered(covers: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    return tuple_(projects.c.site, projects.c.name).in_(sorted(covers))


@dataclass(frozen=True)
class Counting:
    """What each count needs. ``covers`` are (site, project), ``None`` for everything that was ever met."""

    connection: Connection
    window: Window
    covers: Collection[tuple[str, str]] | None = None

    @property
    def start(self) -> datetime:
        """Return the first instant of the window."""
        return midnight(self.window.first)

    @property
    def end(self) -> datetime:
        """Return the first instant after the window."""
        return midnight(self.window.last + timedelta(days=1))

    @property
    def until(self) -> datetime:
        """Return up to when anything of the window can be known."""
        return min(self.end, self.window.as_of)

    @property
    def before(self) -> "Counting":
        """Return all that was before this window."""
        day = self.window.first - timedelta(days=1)
        return replace(self, window=Window(date.min, day, self.window.as_of))

    @cached_property
    def here(self) -> ColumnElement[bool]:
        """Return the condition on ``cases`` that their project is covered."""
        return true() if self.covers is None else project_covered(self.covers)

    @cached_property
    def is_covered(self) -> ColumnElement[bool]:
        """Return the condition on ``projects`` that they are covered."""
        return true() if self.covers is None else _covered(self.covers)

    @cached_property
    def opened(self) -> ColumnElement[bool]:
        """Return the condition on ``cases`` that they are incidents of these projects that were opened in the window."""
        return and_(INCIDENT, self.here, cases.c.opened_at >= self.start, cases.c.opened_at < self.end)

    def of_these(self, case_id: ColumnElement[int]) -> ColumnElement[bool]:
        """Return the condition that a row belongs to a case of these projects, by its column of the case."""
        return true() if self.covers is None else exists().where(cases.c.id == case_id, self.here)

    def seconds(self, since: ColumnElement[Any], until: ColumnElement[Any]) -> ColumnElement[float]:
        """Return the length between two instants in seconds; the two databases have no way of saying it in common."""
        if self.connection.dialect.name == "sqlite":
            # Days as a floating number are exact to a tenth of a millisecond, so whole milliseconds are what is meant.
            return func.round(
                (func.julianday(until, type_=Float) - func.julianday(since, type_=Float)) * 86_400, 3, type_=Float
            )
        return cast(extract("epoch", until - since), Float)  # a difference of instants is an interval
