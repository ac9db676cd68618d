"""Issues that were asked whether they are incidents, and which incidents go by a name. Nothing here decides anything."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Text, func, select

from integration.ledger.cases import ref_of
from integration.ledger.tables import cases, decisions, marks
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.rules.ending import ANSWERS, DUPLICATE, INCIDENT

ASKED = "ask:"
"""How the purpose of the question begins (``rules.asked.question_of``)."""


@dataclass(frozen=True)
class UnansweredAsk:
    """An issue that was asked whether it is an incident, and nobody said. ``closed_at`` is as of the last look."""

    issue: IssueRef
    title: str
    asked_at: datetime
    closed_at: datetime | None


def unanswered_asks(connection: Connection, site: str, project: str | None = None) -> tuple[UnansweredAsk, ...]:
    """Return the questions on one site, or in one of its projects, that nobody answered, the oldest first."""
    answered = (
        select(decisions.c.case_id)
        .where(decisions.c.word.in_(ANSWERS), decisions.c.accepted, decisions.c.confirmed)
        .where(decisions.c.case_id == cases.c.id)
    )
    wanted = (
        select(cases, marks.c.at)
        .join(marks, marks.c.case_id == cases.c.id)
        .where(cases.c.site == site, cases.c.governed.is_(False))
        .where(marks.c.kind == "said", marks.c.subject.startswith(ASKED, autoescape=True), ~answered.exists())
        .order_by(marks.c.at, cases.c.id)
    )
    found = (
        UnansweredAsk(ref_of(row.site, row.issue_id, row.locator, row.url), row.title, row.at, row.closed_at)
        for row in connection.execute(wanted)
    )
    return tuple(ask for ask in found if project is None or ask.issue.project == project)


def incidents(connection: Connection, site: str, locators: Collection[str]) -> dict[str, IssueKey]:
    """Return the governed incidents that go by these names, by name in small letters; those that ended as something else are none."""
    wanted = {locator.casefold() for locator in locators}
    listed = select(cases.c.id, cases.c.locator, cases.c.issue_id).where(
        cases.c.site == site, cases.c.governed, func.lower(cases.c.locator, type_=Text()).in_(wanted)
    )
    return {
        row.locator.casefold(): IssueKey(site, row.issue_id)
        for row in connection.execute(listed).all()
        if _is_one(connection, row.id)
    }


def _is_one(connection: Connection, case: int) -> bool:
    words = (*ANSWERS, DUPLICATE)
    last = (
        select(decisions.c.word)
        .where(decisions.c.case_id == case, decisions.c.word.in_(words), decisions.c.accepted, decisions.c.confirmed)
        .order_by(decisions.c.id.desc())
        .limit(1)
    )
    return connection.execute(last).scalar_one_or_none() in (None, INCIDENT)
