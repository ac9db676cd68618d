"""What is counted over many incidents, each thing defined once: by these definitions a window is counted, a case adds its part, and roll-ups are made anew.

A definition names rows of a case, the instant or day by which each belongs to a month, and what it counts as. Nobody's name is read here.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    case,
    cast,
    distinct,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy import Date as Day

from integration.ledger.marking import FINISHED
from integration.ledger.tables import actions, cases, causes, decisions, marks
from integration.ledger.windows import INCIDENT, NEAR_MISS
from integration.postmortem.assessment import Phase
from integration.postmortem.decisions import NOT_INDEPENDENT
from integration.postmortem.rules.evidence import ProofState

DONE = (Phase.IN_REVIEW.value, Phase.REMEDIATING.value, Phase.COMPLETE.value)
BETWEEN = "\x1f"
"""Stands between category, sub-category and system in the name of a kind of cause."""
_UNNAMED: ColumnElement[Any] = literal("", Text)
_ALL: ColumnElement[Any] = true()
_ROWS: ColumnElement[Any] = func.count()
MONTH = 7
"""Characters of a month: ``2026-10``."""


@dataclass(frozen=True)
class Counted:
    """One thing that is counted: ``number`` of the rows of ``source`` that hold ``where``, by ``name``, in the month of ``at``."""

    what: str
    source: FromClause
    at: ColumnElement[Any]
    name: ColumnElement[Any] = _UNNAMED
    where: ColumnElement[Any] = _ALL
    number: ColumnElement[Any] = _ROWS
    is_deadline: bool = False
    """Whether ``at`` is when something falls due, so that it counts only once that is over."""

    @property
    def is_by_day(self) -> bool:
        """Tell whether ``at`` is a day and no instant."""
        return isinstance(self.at.type, Day)

    @property
    def month(self) -> ColumnElement[str]:
        """Return the month of each row, such as ``2026-10``; both databases write instants and days that way round."""
        return func.substr(cast(self.at, Text), 1, MONTH)

    def select(self, *by: ColumnElement[Any], where: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
        """Return the rows ``what``, ``name``, ``number`` and whatever else it is counted by."""
        counted = select(literal(self.what).label("what"), self.name.label("name"), self.number.label("number"), *by)
        split = by if self.name is _UNNAMED else (self.name, *by)
        chosen = counted.select_from(self.source).where(self.where, self.at.is_not(None), where)
        return chosen.group_by(*split) if split else chosen


def definitions() -> tuple[Counted, ...]:
    """Return everything that is counted. A name is a severity, category, phase or whatever the figure is split by."""
    return (*_of_incidents(), *_of_causes(), *_of_postmortems(), *_of_actions(), *_of_decisions())


def _of_incidents() -> Iterator[Counted]:
    opened = cases.c.opened_at
    yield Counted("severity", cases, opened, cases.c.severity, INCIDENT)
    yield Counted("lead", cases, opened, cases.c.lead, and_(INCIDENT, cases.c.lead != ""))
    is_near = case((cases.c.severity == NEAR_MISS, "near"), else_="incident")
    named = and_(INCIDENT, cases.c.client.is_not(None), cases.c.client != "")
    yield Counted("client", cases, opened, is_near + BETWEEN + cases.c.client, named)


def _of_causes() -> Iterator[Counted]:
    source, opened = causes.join(cases, cases.c.id == causes.c.case_id), cases.c.opened_at
    incidents = func.count(distinct(causes.c.case_id))
    yield Counted("explained", source, opened, where=INCIDENT, number=incidents)
    yield Counted("category", source, opened, causes.c.category, INCIDENT)
    yield Counted("category within", source, opened, causes.c.category, INCIDENT, incidents)
    yield Counted("phase", source, opened, causes.c.phase, INCIDENT)
    yield Counted("chain", source, opened, causes.c.ends, and_(INCIDENT, causes.c.ends != ""))
    # Of a confidential incident the system is not told, so that it counts by category and sub-category alone (S28).
    system = case((cases.c.confidential.is_(True), ""), else_=causes.c.system)
    kind = causes.c.category + BETWEEN + causes.c.sub_category + BETWEEN + system
    is_kind = or_(causes.c.sub_category != "", system != "")
    yield Counted("kind", source, opened, kind, and_(INCIDENT, is_kind), incidents)


def _of_postmortems() -> Iterator[Counted]:
    first = and_(marks.c.case_id == cases.c.id, marks.c.kind == FINISHED)
    # Cases that were done before it was remembered have their approval.
    done = func.coalesce(marks.c.at, cases.c.approved_at)
    # What was emptied again is asked for again, whenever it was done first.
    became = case(
        (or_(done.is_(None), cases.c.phase.not_in(DONE)), "outstanding"),
        (done <= cases.c.due_at, "in_time"),
        else_="late",
    )
    # A near-miss has no deadline.
    yield Counted("post-mortem", cases.outerjoin(marks, first), cases.c.due_at, became, INCIDENT, is_deadline=True)
    begun = marks.alias("begun")
    passes = select(func.count()).where(
        begun.c.case_id == cases.c.id, begun.c.kind == "review", begun.c.subject == "begun"
    )
    at_once = case(
        (and_(cases.c.phase.in_(DONE), passes.correlate(cases).scalar_subquery() <= 1), "at once"), else_="again"
    )
    yield Counted("first pass", marks.join(cases, first), marks.c.at, at_once, INCIDENT)


def _of_actions() -> Iterator[Counted]:
    # Only what has its ticket is remembered, and only incidents that are governed have tickets.
    verified = actions.c.outcome == ProofState.VERIFIED.value
    in_time = func.date(actions.c.settled_at, type_=Day) <= actions.c.due
    became = case(
        (and_(verified, in_time), "in_time"),
        (verified, "late"),
        (actions.c.outcome == ProofState.RISK_ACCEPTED.value, "set_aside"),
        else_="outstanding",
    )
    of_cases = actions.join(cases, cases.c.id == actions.c.case_id)
    yield Counted("action", of_cases, actions.c.due, became, is_deadline=True)
    # As rows still ask: an action that asks for something else by now has withdrawn it.
    subject = actions.c.action_id + ":" + actions.c.needs
    asking = and_(actions.c.case_id == marks.c.case_id, subject == marks.c.subject)
    answered = case(
        (actions.c.id.is_(None), "withdrawn"),
        (actions.c.answer == "fund", "granted"),
        (actions.c.answer == "decline", "declined"),
        else_="waiting",
    )
    asked = marks.join(cases, cases.c.id == marks.c.case_id).outerjoin(actions, asking)
    yield Counted("asked", asked, marks.c.at, answered, marks.c.kind == "asked")


def _of_decisions() -> Iterator[Counted]:
    source = decisions.join(cases, cases.c.id == decisions.c.case_id)
    granted = decisions.c.accepted.is_(True)
    yield Counted("waived", source, decisions.c.at, decisions.c.reason, and_(granted, decisions.c.word == "waive"))
    yield Counted("risk", source, decisions.c.at, where=and_(granted, decisions.c.word == "accept-risk"))
    own = and_(decisions.c.word.in_(("verify", "approve")), decisions.c.authority.like(f"%{NOT_INDEPENDENT}"))
    yield Counted("alone", source, decisions.c.at, where=and_(granted, own))


DEFINITIONS = definitions()


def _digest() -> str:
    said = (
        each.select(each.month, where=true()).compile(compile_kwargs={"literal_binds": True}) for each in DEFINITIONS
    )
    return hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()


DIGEST = _digest()
"""Roll-ups that were kept by other definitions are not read, and made anew by ``migrate``."""
