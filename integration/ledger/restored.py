"""What a restored ledger does not know: creations between its copy and now. From then on they are looked for before anything is made."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from integration.ledger.chain import Writing
from integration.ledger.tables import audit

KIND = "ledger.restored"


@dataclass(frozen=True)
class Restored:
    """``known_until`` is the last thing that the copy knew of, ``at`` when it was put back; between the two the ledger knows nothing."""

    known_until: datetime
    at: datetime


def note_restored(writing: Writing, now: datetime) -> datetime:
    """Put into the chain that a copy was put back; return the instant up to which it knows what was done."""
    latest = select(audit.c.at).order_by(audit.c.seq.desc()).limit(1)
    found = writing.connection.execute(latest).scalar_one_or_none()
    known_until = datetime.fromisoformat(found) if found else now
    writing.trail.note(KIND, now, {"known_until": known_until.isoformat()})
    return known_until


def last_restored(connection: Connection) -> Restored | None:
    """Return the gap in what the ledger knows, from the first copy's end to the last time that one was put back."""
    rows = connection.execute(select(audit.c.seq, audit.c.at).where(audit.c.kind == KIND).order_by(audit.c.seq)).all()
    if not rows:
        return None
    before = select(audit.c.at).where(audit.c.seq < rows[0].seq).order_by(audit.c.seq.desc()).limit(1)
    known = connection.execute(before).scalar_one_or_none() or rows[0].at
    return Restored(datetime.fromisoformat(known), datetime.fromisoformat(rows[-1].at))
