"""Legal holds: what is held is neither erased nor let go of by retention (S25). The audit chain itself is where they stand, so that nobody lifts one unseen."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from integration.ledger.cases import ref_of
from integration.ledger.chain import Writing
from integration.ledger.tables import audit, cases
from integration.postmortem.dossier import Hold
from integration.postmortem.incident import IssueKey, IssueRef

PLACED, RELEASED = "hold.placed", "hold.released"


def place(writing: Writing, case: IssueRef, reason: str, now: datetime) -> bool:
    """Hold a case; return whether it was not held already. ``reason`` stays in the chain for good, so it must not name anybody."""
    return _note(writing, case, PLACED, reason, now)


def release(writing: Writing, case: IssueRef, reason: str, now: datetime) -> bool:
    """Release a case; return whether it was held. ``reason`` stays in the chain for good, so it must not name anybody."""
    return _note(writing, case, RELEASED, reason, now)


def _note(writing: Writing, case: IssueRef, kind: str, reason: str, now: datetime) -> bool:
    is_held = str(case.key) in held(writing.connection)
    if is_held == (kind == PLACED):
        return False
    writing.trail.note(kind, now, {"reason": reason, "by": "cli"}, case.key)
    return True


def held(connection: Connection) -> frozenset[str]:
    """Return the keys, as text, of the cases that are held."""
    listed = select(audit.c.case_key, audit.c.kind).where(audit.c.kind.in_((PLACED, RELEASED))).order_by(audit.c.seq)
    last = {row.case_key: row.kind for row in connection.execute(listed)}
    return frozenset(case for case, kind in last.items() if kind == PLACED)


def in_force(connection: Connection) -> tuple[tuple[IssueRef, Hold], ...]:
    """Return the cases that are held, each with its hold, the first to be held first."""
    wanted = sorted(held(connection))
    listed = select(cases.c.site, cases.c.issue_id, cases.c.locator, cases.c.url)
    key = cases.c.site + ":" + cases.c.issue_id
    refs = [ref_of(*row) for row in connection.execute(listed.where(key.in_(wanted)))]
    return tuple(sorted(((ref, holds_of(connection, ref.key)[-1]) for ref in refs), key=lambda pair: pair[1].since))


def holds_of(connection: Connection, case: IssueKey) -> tuple[Hold, ...]:
    """Return the holds of one case, the first first."""
    listed = (
        select(audit.c.kind, audit.c.at, audit.c.body)
        .where(audit.c.case_key == str(case), audit.c.kind.in_((PLACED, RELEASED)))
        .order_by(audit.c.seq)
    )
    return _paired((row.kind, row.at, row.body) for row in connection.execute(listed))


def _paired(entries: Iterable[tuple[str, str, str]]) -> tuple[Hold, ...]:
    found: list[Hold] = []
    for kind, at, body in entries:
        when, reason = datetime.fromisoformat(at), str(json.loads(body)["reason"])
        if kind == PLACED:
            found.append(Hold(when, reason))
        elif found:
            found[-1] = Hold(found[-1].since, found[-1].reason, when, reason)
    return tuple(found)
