"""Which incidents get a learning note, in SQL: their post-mortem was approved, or where none has to be, they were closed with everything there."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, true, tuple_
from sqlalchemy.orm import aliased

from integration.ledger.lost import ERASED
from integration.ledger.precedents import names, precedents
from integration.ledger.tables import cases, generated, marks, projects
from integration.postmortem.assessment import Phase
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.noting import LATELY, NoteFigures, period_of
from mappings.models import Kind

_NEED_NO_APPROVAL = (Kind.ABBREVIATED.value, Kind.REVIEW.value)


def notes(connection: Connection, series: IssueRef, covers: Collection[tuple[str, str]], now: datetime) -> NoteFigures:
    """Return what is to be noted in a series now: what was done lately and has no closed note, and what has an open one."""
    asked = (
        select(cases.c.id)
        .join(projects, cases.c.project_id == projects.c.id)
        .where(
            cases.c.governed.is_(True),
            tuple_(projects.c.site, projects.c.name).in_(sorted(covers)),
            or_(and_(_is_done(now), ~_has_note(series)), _has_note(series, only_open=True)),
        )
        .order_by(cases.c.id)
    )
    rows = tuple(connection.execute(asked).scalars())
    return NoteFigures(precedents(connection, rows), names(connection)) if rows else NoteFigures()


def wants_note(connection: Connection, case: IssueKey, now: datetime) -> bool:
    """Tell whether an incident has come to the point at which it is noted, and no note of it is there yet."""
    is_noted = exists().where(generated.c.period == period_of(case))
    this = and_(cases.c.site == case.site, cases.c.issue_id == case.id, cases.c.governed.is_(True))
    asked = select(cases.c.id).where(this, _is_done(now), ~is_noted)
    return connection.execute(asked).first() is not None


def _is_done(now: datetime) -> ColumnElement[bool]:
    since = now - LATELY
    approved = and_(cases.c.kind == Kind.FULL.value, cases.c.approved_at >= since)
    closed = and_(
        cases.c.kind.in_(_NEED_NO_APPROVAL), cases.c.phase == Phase.COMPLETE.value, cases.c.closed_at >= since
    )
    # What was erased is left alone: nothing of it is said anew.
    is_erased = exists().where(marks.c.case_id == cases.c.id, marks.c.kind == ERASED)
    return and_(or_(approved, closed), ~is_erased, or_(cases.c.confidential.is_(None), cases.c.confidential.is_(False)))


def _has_note(series: IssueRef, *, only_open: bool = False) -> ColumnElement[bool]:
    of = aliased(cases)
    mine = select(of.c.id).where(of.c.site == series.key.site, of.c.issue_id == series.key.id).scalar_subquery()
    state = generated.c.closed_at.is_(None) if only_open else true()
    return exists().where(
        generated.c.series_id == mine, generated.c.period == cases.c.site.concat(":").concat(cases.c.issue_id), state
    )
