"""Erasing an incident: what people wrote about it goes; what keeps things from being done twice, and the audit chain, stays (S25).

An erased case is left alone for good: without the words of its actions, rows would be taken for new ones and their tickets made again.
"""

import secrets
from datetime import datetime

from sqlalchemy import Row, delete, func, insert, select, update

from integration.errors import ErasureRefused
from integration.ledger import holding
from integration.ledger.chain import Plain, Writing
from integration.ledger.decisions import text_digest
from integration.ledger.lost import ERASED, is_lost
from integration.ledger.people import SALT_BYTES
from integration.ledger.precedents import keep_words
from integration.ledger.rolling import roll
from integration.ledger.tables import (
    actions,
    cases,
    causes,
    decisions,
    lessons,
    marks,
    parked,
    recollections,
    recommendations,
    refusals,
)
from integration.postmortem.incident import IssueKey, IssueRef


def erase_case(writing: Writing, case: IssueRef, now: datetime) -> bool:
    """Erase the words of a case: titles, descriptions, lessons, the client, arguments of commands. Return whether there was anything to erase.

    The chain's new entry holds the digests of the emptied decisions, so that they can still be checked. Raises :class:`ErasureRefused` for a
    case that is held, or that is open and still within reach.
    """
    row = writing.connection.execute(
        select(cases).where(cases.c.site == case.key.site, cases.c.issue_id == case.key.id)
    ).one_or_none()
    if row is None or is_erased(writing, row.id):
        return False
    _require_erasable(writing, case, row)
    emptied = _empty_decisions(writing, row.id)
    _empty_case(writing, case.key, row.id, now)
    writing.connection.execute(insert(marks).values(case_id=row.id, kind=ERASED, subject=str(case.key), at=now))
    roll(writing.connection, row.id)
    writing.trail.note("case.erased", now, {"decisions": emptied}, case.key)
    return True


def is_erased(writing: Writing, row: int) -> bool:
    """Tell whether the words of a case were erased."""
    mine = select(marks.c.at).where(marks.c.case_id == row, marks.c.kind == ERASED)
    return writing.connection.execute(mine).first() is not None


def _require_erasable(writing: Writing, case: IssueRef, row: Row[*tuple[object, ...]]) -> None:
    if str(case.key) in holding.held(writing.connection):
        raise ErasureRefused(
            f"{case.locator} is on legal hold. `followthrough holds` shows why; it can be erased once it is released."
        )
    is_open = row._asdict()["closed_at"] is None
    if is_open and not is_lost(writing.connection, row._asdict()["id"]):
        raise ErasureRefused(
            f"{case.locator} is open, and each look would bring its words back. Close it first, or delete it in its tracker."
        )


def _empty_decisions(writing: Writing, row: int) -> dict[str, Plain]:
    """Empty what people wrote in their commands; return the new digests by the number of the entry that vouches for each."""
    emptied: dict[str, Plain] = {}
    for found in writing.connection.execute(select(decisions).where(decisions.c.case_id == row)).mappings().all():
        texts = {name: str(found[name]) for name in ("authority", "subject")}
        # Why something was refused may quote; what was granted has a slug there.
        texts |= {"args": "", "reason": str(found["reason"]) if found["accepted"] else ""}
        texts["args_salt"] = secrets.token_hex(SALT_BYTES)
        writing.connection.execute(update(decisions).where(decisions.c.id == found["id"]).values(**texts))
        emptied[str(found["audit_seq"])] = text_digest(texts)
    return emptied


def _empty_case(writing: Writing, key: IssueKey, row: int, now: datetime) -> None:
    connection = writing.connection
    connection.execute(update(cases).where(cases.c.id == row).values(title="", client=None, system="", next_look=None))
    connection.execute(update(actions).where(actions.c.case_id == row).values(text="", description=""))
    connection.execute(update(causes).where(causes.c.case_id == row).values(system=""))
    connection.execute(delete(lessons).where(lessons.c.case_id == row))
    # Its tickets are said anew without the words, and closed.
    recommended = update(recommendations).where(recommendations.c.case_id == row)
    connection.execute(recommended.values(text="", withdrawn_at=func.coalesce(recommendations.c.withdrawn_at, now)))
    connection.execute(delete(refusals).where(refusals.c.case_id == row))
    connection.execute(delete(parked).where(parked.c.site == key.site, parked.c.issue_id == key.id))
    # Processes that hold the words for finding it again learn of it by the new version.
    if connection.execute(select(recollections.c.version).where(recollections.c.case_id == row)).first() is not None:
        keep_words(connection, row, "")
