"""Incidents that are alike by the structure of their causes: which earlier ones a case is told of, and which later ones look again when it changes.

Both are asked of what is recorded now, so that what is told follows from the present alone, never from the order of looks (decision 0016).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, or_, select, union, update

from integration.ledger.precedents import precedents
from integration.ledger.tables import COUNTED, cases, causes, intents
from integration.postmortem.assessment import Phase
from integration.postmortem.incident import IssueKey
from integration.postmortem.kinship import CauseKind, Likeness
from integration.postmortem.precedents import Precedent
from mappings.models import Kind

MOST = 60
"""Earlier incidents that are read: more than are shown, since of some nothing may be told."""
_INCIDENTS = tuple(kind.value for kind in Kind)


def kindred(
    connection: Connection,
    asking: IssueKey,
    kinds: Iterable[CauseKind],
    before: datetime,
    origin: IssueKey | None,
    *,
    any_system: bool,
) -> tuple[Precedent, ...]:
    """Return incidents that were opened before an instant and are alike in kind: those alike in everything first, then the latest.

    ``origin`` is the incident for whose affected system the asking one was opened: neither it nor others that were opened for it are told of.
    ``any_system`` says whether category and sub-category alone make them alike.
    """
    wanted = tuple(kinds)
    if not wanted:
        return ()
    same, system = (or_(*(each(kind) for kind in wanted)) for each in (_same, _same_system))
    nearness = func.max(case((same, Likeness.SAME), (system, Likeness.SYSTEM), else_=Likeness.SORT))
    # The causes that are alike first: they are few, and the cases before an instant are most of all that there are.
    found = (
        select(causes.c.case_id, nearness.label("nearness"))
        .where(or_(*(_alike(kind, any_system=any_system) for kind in wanted)))
        .group_by(causes.c.case_id)
        .subquery()
    )
    asked = (
        select(cases.c.id)
        .select_from(found.join(cases, cases.c.id == found.c.case_id))
        .where(COUNTED, cases.c.kind.in_(_INCIDENTS), cases.c.phase != Phase.ENDED.value, cases.c.opened_at < before)
        .where(or_(cases.c.site != asking.site, cases.c.issue_id != asking.id), *_apart_from(origin))
        .order_by(found.c.nearness.desc(), cases.c.opened_at.desc(), cases.c.site, cases.c.issue_id)
        .limit(MOST)
    )
    return precedents(connection, list(connection.execute(asked).scalars()))


def _same(kind: CauseKind) -> ColumnElement[bool]:
    this = (
        causes.c.category == kind.category,
        causes.c.sub_category == kind.sub_category,
        causes.c.system == kind.system,
    )
    return and_(*this, causes.c.sub_category != "", causes.c.system != "")


def _same_system(kind: CauseKind) -> ColumnElement[bool]:
    """What has no category yet has its system alone."""
    named = and_(causes.c.system == kind.system, causes.c.system != "")
    return and_(named, causes.c.category == kind.category) if kind.category else named


def _same_sort(kind: CauseKind) -> ColumnElement[bool]:
    this = (causes.c.category == kind.category, causes.c.sub_category == kind.sub_category)
    return and_(*this, causes.c.category != "", causes.c.sub_category != "")


def _alike(kind: CauseKind, *, any_system: bool) -> ColumnElement[bool]:
    """Mirrors ``kinship.likeness``."""
    return or_(_same_system(kind), _same_sort(kind)) if any_system else _same_system(kind)


def _apart_from(origin: IssueKey | None) -> tuple[ColumnElement[bool], ...]:
    if origin is None:
        return ()
    # The purpose under which such an incident is created ends with the incident it comes from (``rules.elsewhere``).
    opened_for_it = exists().where(
        intents.c.purpose.startswith("incident:"),
        intents.c.purpose.endswith(f":{origin.id}", autoescape=True),
        intents.c.created == cases.c.locator,
    )
    return (or_(cases.c.site != origin.site, cases.c.issue_id != origin.id), ~opened_for_it)


def tell_later(
    connection: Connection, row: int, before: frozenset[CauseKind], now: datetime, *, any_system: bool
) -> None:
    """Let later incidents of its kind look again where anything that they are told of this one has changed.

    ``before`` are the kinds of its causes before this look: whoever was alike then has to be told as well.
    """
    [this] = precedents(connection, [row])
    digest = hashlib.sha256(repr(replace(this, row=0)).encode()).hexdigest()
    mine = connection.execute(
        select(cases.c.told, cases.c.phase, COUNTED.label("counts")).where(cases.c.id == row)
    ).one()
    said = f"{digest} {bool(mine.counts)} {mine.phase == Phase.ENDED.value}"
    if mine.told == said:
        return
    connection.execute(update(cases).where(cases.c.id == row).values(told=said))
    kinds = before | frozenset(this.kinds)
    if kinds and this.opened_at is not None:
        # What is closed and complete shows nothing of others any more.
        asks = and_(
            cases.c.phase != Phase.ENDED.value, or_(cases.c.closed_at.is_(None), cases.c.phase != Phase.COMPLETE.value)
        )
        later = and_(cases.c.opened_at > this.opened_at, cases.c.governed, asks)
        told = (each for kind in kinds for each in _told(kind, any_system=any_system))
        wake(connection, and_(later, cases.c.id.in_(union(*told))), now)


def _told(kind: CauseKind, *, any_system: bool) -> Iterator[Select[int]]:
    """Yield the cases that are told of an incident with a cause of this kind: by their causes, and while none is written by their system."""
    if kind.category:
        yield select(causes.c.case_id).where(causes.c.category != "", _alike(kind, any_system=any_system))
    named = cases.alias("named")
    written = exists().where(causes.c.case_id == named.c.id, causes.c.category != "")
    yield select(named.c.id).where(named.c.system == kind.system, named.c.system != "", ~written)


def wake(connection: Connection, which: ColumnElement[bool], now: datetime) -> None:
    """Let cases be looked at soon. A look that is under way, and may not have seen why, is followed by another (``looks``)."""
    connection.execute(update(cases).where(which).values(woken=cases.c.woken + 1, next_look=now))
