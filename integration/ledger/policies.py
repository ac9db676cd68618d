"""The policy in force, by the hash of its files, and the last edit that was refused. Past policies are kept: decisions
name them.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from integration.ledger.chain import Plain, Writing
from integration.ledger.people import signature_of
from integration.ledger.records import Publication, Rejection
from integration.ledger.tables import audit, people, policy_files, publications, rejections
from integration.postmortem.people import Person

PUBLISHED, ROLLED_BACK, EDITED = "policy.published", "policy.rolled_back", "policy.edited"
_ACTIVE = select(publications.c.hash).order_by(publications.c.id.desc()).limit(1)
FORGOTTEN = "somebody who was forgotten since"
_OPEN_REJECTION = select(rejections).where(rejections.c.settled_at.is_(None)).order_by(rejections.c.id.desc()).limit(1)


def publish_policy(
    writing: Writing,
    content_hash: str,
    files: Mapping[str, str],
    *,
    by: Person | str,
    weakenings: tuple[str, ...],
    now: datetime,
    kind: str = PUBLISHED,
    edited: Mapping[str, str] | None = None,
) -> bool:
    """Put a policy in force; return whether it was not in force already. Either way a refused edit counts as mended.

    ``edited`` maps the files that somebody wrote to the SHA-256 of what they hold now (empty: taken away). Such an edit
    is audited even where it left every value as it was.
    """
    connection = writing.connection
    connection.execute(update(rejections).where(rejections.c.settled_at.is_(None)).values(settled_at=now))
    active = connection.execute(_ACTIVE).scalar_one_or_none()
    if active == content_hash:
        if edited:
            body: dict[str, Plain] = {"policy": content_hash, "by": signature_of(writing, by), "files": dict(edited)}
            writing.trail.note(EDITED, now, body)
        return False
    if not files_of(connection, content_hash):
        rows = [{"hash": content_hash, "name": name, "text": text} for name, text in files.items()]
        if rows:
            connection.execute(insert(policy_files), rows)
    connection.execute(insert(publications).values(hash=content_hash, at=now))
    signature = signature_of(writing, by)
    told: dict[str, Plain] = {
        "policy": content_hash,
        "instead_of": active,
        "by": signature,
        "weakenings": list(weakenings),
    }
    writing.trail.note(kind, now, told | ({"files": dict(edited)} if edited else {}))
    return True


def active_policy(connection: Connection) -> tuple[str, dict[str, str]] | None:
    """Return the hash and the files of the policy in force, or ``None`` where none was ever published."""
    active = connection.execute(_ACTIVE).scalar_one_or_none()
    return None if active is None else (active, files_of(connection, active))


def files_of(connection: Connection, content_hash: str) -> dict[str, str]:
    """Return the files of a policy by name, empty where the hash is unknown."""
    listed = select(policy_files.c.name, policy_files.c.text).where(policy_files.c.hash == content_hash)
    return {row.name: row.text for row in connection.execute(listed.order_by(policy_files.c.name))}


def history(connection: Connection, limit: int) -> tuple[Publication, ...]:
    """Return who put which policy in force and when, as the audit chain tells it, the latest first."""
    listed = select(audit.c.kind, audit.c.at, audit.c.body).where(audit.c.kind.in_((PUBLISHED, ROLLED_BACK, EDITED)))
    entries = [
        (row, json.loads(row.body)) for row in connection.execute(listed.order_by(audit.c.seq.desc()).limit(limit))
    ]
    signatures = {body["by"] for _, body in entries}
    known = select(people.c.digest, people.c.name).where(people.c.digest.in_(signatures))
    names = {row.digest: row.name or FORGOTTEN for row in connection.execute(known)}
    told_of = {body["policy"] for _, body in entries}
    there = select(policy_files.c.hash).where(policy_files.c.hash.in_(told_of)).distinct()
    kept = set(connection.execute(there).scalars())
    return tuple(
        Publication(
            kind=row.kind,
            at=datetime.fromisoformat(row.at),
            policy=body["policy"],
            by=names.get(body["by"], body["by"]),
            weakenings=tuple(body.get("weakenings", ())),
            files=tuple(sorted(body.get("files", {}))),
            kept=body["policy"] in kept,
        )
        for row, body in entries
    )


def reject_policy(writing: Writing, content_hash: str, errors: tuple[str, ...], now: datetime) -> bool:
    """Remember that an edit was refused; return whether that is news: other errors than before. The old policy stays."""
    standing = writing.connection.execute(_OPEN_REJECTION).one_or_none()
    told = json.dumps(list(errors))
    if standing is not None and standing.errors == told:
        return False
    writing.connection.execute(insert(rejections).values(hash=content_hash, errors=told, at=now))
    writing.trail.note("policy.rejected", now, {"policy": content_hash})
    return True


def last_rejection(connection: Connection) -> Rejection | None:
    """Return the refused edit that nobody has mended yet, or ``None``."""
    row = connection.execute(_OPEN_REJECTION).one_or_none()
    return None if row is None else Rejection(row.hash, tuple(json.loads(row.errors)), row.at)
