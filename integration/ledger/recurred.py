"""Incidents that came back: what ``/recurrence-of`` said of later ones, as the earlier one sees it. The decisions are the record; nothing else is kept."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, or_, select

from integration.ledger.chain import Writing
from integration.ledger.decisions import SELECT, decision_of
from integration.ledger.kindred import wake
from integration.ledger.precedents import precedents, rows_of_cases
from integration.ledger.tables import cases, decisions
from integration.postmortem.decisions import Decision
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.precedents import Recurred
from integration.postmortem.rules.recurrence_words import ANSWERS, OF

_EFFECTIVE = (decisions.c.word.in_(ANSWERS), decisions.c.accepted, decisions.c.confirmed)


def recurred(connection: Connection, incident: IssueKey) -> tuple[Recurred, ...]:
    """Return the later incidents of which it holds now that they are this one come back, in the order of the decisions."""
    named = select(decisions.c.case_id).where(*_EFFECTIVE, decisions.c.word == OF, decisions.c.subject == str(incident))
    rows = connection.execute(
        SELECT.where(*_EFFECTIVE, decisions.c.case_id.in_(named)).order_by(decisions.c.id)
    ).mappings()
    latest = {row["case_id"]: decision_of(row) for row in rows}
    held = {row: said for row, said in latest.items() if said.word == OF and said.subject == str(incident)}
    found = {each.row: each for each in precedents(connection, list(held))}
    return tuple(Recurred(found[row], said.at, said.by) for row, said in held.items() if row in found)


def wake_earlier(writing: Writing, case: IssueRef, taken: Iterable[Decision], now: datetime) -> None:
    """Let the incidents look again of which it was just said that this one is, or is not, them come back."""
    if not any(decision.word in ANSWERS and decision.grants for decision in taken):
        return
    mine = select(decisions.c.subject).join(cases, decisions.c.case_id == cases.c.id)
    said = mine.where(
        *_EFFECTIVE, decisions.c.word == OF, cases.c.site == case.key.site, cases.c.issue_id == case.key.id
    )
    rows = rows_of_cases(writing.connection, writing.connection.execute(said).scalars().all())
    if rows:
        wake(writing.connection, or_(*(cases.c.id == row for row in rows)), now)
