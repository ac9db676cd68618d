"""Counting a window: whole months from the roll-ups, what is left of it at both ends from the rows themselves."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Executable, Select, and_, func, select, true, union_all

from integration.ledger.rolling import are_current
from integration.ledger.rollups import DEFINITIONS, MONTH, Counted
from integration.ledger.tables import cases, projects, rollups
from integration.ledger.windows import Counting, midnight
from integration.postmortem.trends import first_of

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Totals:
    """What was counted: ``(what, name)`` to a number. Names are as in ``rollups.definitions``."""

    numbers: Counter[tuple[str, str]]

    def of(self, what: str) -> dict[str, int]:
        """Return the numbers of one thing by name."""
        return {name: number for (kind, name), number in self.numbers.items() if kind == what}

    def all(self, what: str) -> int:
        """Return the number of one thing, whatever its name."""
        return sum(self.of(what).values())


@dataclass(frozen=True)
class _Pieces:
    """A window cut up: the months from ``first`` to ``last``, none where both are empty, and the days left over, ends included."""

    first: str
    last: str
    rests: tuple[tuple[date, date], ...]


def totals(of: Counting, *wanted: str) -> Totals:
    """Count these things in a window."""
    numbers: Counter[tuple[str, str]] = Counter()
    for statement in _statements(of, wanted):
        for what, name, number in of.connection.execute(statement):
            numbers[what, name] += number
    return Totals(numbers)


def by_project(of: Counting, what: str) -> dict[int, dict[str, int]]:
    """Count one thing in a window by the row of each project and by name."""
    numbers: dict[int, Counter[str]] = {}
    for statement in _statements(of, (what,), by_project=True):
        for _, name, number, project in of.connection.execute(statement):
            numbers.setdefault(project, Counter())[name] += number
    return dict(numbers)


def _statements(of: Counting, wanted: Collection[str], *, by_project: bool = False) -> Iterator[Executable]:
    pieces = _pieces(of)
    if pieces.first:
        yield _kept(of, pieces, wanted, *((rollups.c.project_id,) if by_project else ()))
    for rest in pieces.rests:
        yield _counted(of, rest, wanted, *((cases.c.project_id,) if by_project else ()))


def _pieces(of: Counting) -> _Pieces:
    """Cut a window up: only a month that is over can be read from the roll-ups, since in another one deadlines are still to come."""
    first, last = of.window.first, of.window.last
    whole = first if first.day == 1 else _after(first)
    over = first_of(min(last + ONE_DAY, of.window.as_of.astimezone(UTC).date()), 1)
    if whole >= over or not are_current(of.connection):
        return _Pieces("", "", ((first, last),))
    head = ((first, whole - ONE_DAY),) if first < whole else ()
    tail = ((over, last),) if over <= last else ()
    return _Pieces(_month(whole), _month(over - ONE_DAY), head + tail)


def _month(day: date) -> str:
    return day.isoformat()[:MONTH]


def _after(day: date) -> date:
    """Return the first day of the next month."""
    return first_of(day.replace(day=28) + timedelta(days=4), 1)


def _kept(of: Counting, pieces: _Pieces, wanted: Collection[str], *by: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    here = true() if of.covers is None else rollups.c.project_id.in_(select(projects.c.id).where(of.is_covered))
    mine = (rollups.c.what.in_(wanted), rollups.c.month.between(pieces.first, pieces.last), here)
    split = (rollups.c.what, rollups.c.name)
    return select(*split, func.sum(rollups.c.number), *by).where(*mine).group_by(*split, *by)


def _counted(
    of: Counting, rest: tuple[date, date], wanted: Collection[str], *by: ColumnElement[Any]
) -> CompoundSelect[*tuple[Any, ...]]:
    chosen = (each for each in DEFINITIONS if each.what in wanted)
    return union_all(*(each.select(*by, where=and_(of.here, _within(each, of, *rest))) for each in chosen))


def _within(counted: Counted, of: Counting, first: date, last: date) -> ColumnElement[bool]:
    """Return the condition that a row belongs to these days; of a deadline only those count that are over."""
    if counted.is_by_day:
        today = of.window.as_of.astimezone(UTC).date()
        return counted.at.between(first, min(last, today - ONE_DAY) if counted.is_deadline else last)
    end = midnight(last + ONE_DAY)
    return and_(counted.at >= midnight(first), counted.at < (min(end, of.window.as_of) if counted.is_deadline else end))
