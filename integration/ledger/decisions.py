"""Decisions: remembered once, never changed, each vouched for by its entry in the audit chain (DESIGN 1.6, S9)."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, insert, select

from integration.ledger.cases import meet_case
from integration.ledger.chain import Plain, Writing, digest_of, stamp
from integration.ledger.columns import storable
from integration.ledger.people import SALT_BYTES, rows_of
from integration.ledger.rolling import roll
from integration.ledger.tables import decisions, people
from integration.postmortem.decisions import Decision
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.people import Person, PersonKind

SELECT = select(
    decisions,
    people.c.site.label("person_site"),
    people.c.account_id,
    people.c.handle,
    people.c.name,
    people.c.kind.label("person_kind"),
    people.c.active,
    people.c.digest,
).join(people, decisions.c.actor_id == people.c.id)


def decision_of(row: RowMapping) -> Decision:
    """Return the value that a row of :data:`SELECT` holds; the actor's names are those known now."""
    actor = Person(
        row["person_site"], row["account_id"], row["handle"], row["name"], PersonKind(row["person_kind"]), row["active"]
    )
    return Decision(
        issue=IssueKey(row["issue_site"], row["issue_id"]),
        comment_id=row["comment_id"],
        comment_digest=row["comment_digest"],
        line=row["line"],
        word=row["word"],
        args=row["args"],
        actor=actor,
        accepted=row["accepted"],
        authority=row["authority"],
        reason=row["reason"],
        subject=row["subject"],
        policy=row["policy"],
        at=row["at"],
        confirmed=row["confirmed"],
    )


def remember(writing: Writing, case: IssueRef, given: Iterable[Decision], now: datetime) -> tuple[Decision, ...]:
    """Remember decisions that are new; return, for each one given, the decision that is in force: the first that was
    ever taken on its key.
    """
    fresh = tuple(given)
    if not fresh:
        return ()
    row = meet_case(writing, case, now)
    actors = rows_of(writing.connection, [decision.actor for decision in fresh])
    in_force = []
    for decision in fresh:
        found = _find(writing.connection, decision)
        if found is None:
            actor = actors[(decision.actor.site, decision.actor.id)]
            columns = _columns(decision)
            said = body_of(columns, actor.digest)
            seq = writing.trail.note("decision", now, said, case.key)
            pointers = {"case_id": row, "actor_id": actor.id, "audit_seq": seq}
            writing.connection.execute(insert(decisions).values(**columns, **pointers))
        in_force.append(found or decision)
    roll(writing.connection, row)
    return tuple(in_force)


def body_of(columns: Mapping[str, object], actor: str) -> dict[str, Plain]:
    """Return what the audit chain says of a decision. Free text, which may name people, is in it as a salted digest
    only.
    """
    at = columns["at"]
    assert isinstance(at, datetime)  # noqa: S101  # narrowing for the type checker: a mapping of columns has one value type
    return {
        "issue": f"{columns['issue_site']}:{columns['issue_id']}",
        "comment": str(columns["comment_id"]),
        "digest": str(columns["comment_digest"]),
        "line": int(str(columns["line"])),
        "word": str(columns["word"]),
        "accepted": bool(columns["accepted"]),
        "confirmed": bool(columns["confirmed"]),
        "policy": str(columns["policy"]),
        "at": stamp(at),
        "actor": actor,
        "text": text_digest(columns),
    }


def text_digest(columns: Mapping[str, object]) -> str:
    """Return the salted digest over a decision's free text: arguments, authority, reason, subject."""
    said = (str(columns[name]) for name in ("args", "authority", "reason", "subject"))
    return digest_of(str(columns["args_salt"]), *said)


def _columns(decision: Decision) -> dict[str, object]:
    texts = {
        "issue_site": decision.issue.site,
        "issue_id": decision.issue.id,
        "comment_id": decision.comment_id,
        "comment_digest": decision.comment_digest,
        "word": decision.word,
        "args": decision.args,
        "args_salt": secrets.token_hex(SALT_BYTES),
        "authority": decision.authority,
        "reason": decision.reason,
        "subject": decision.subject,
        "policy": decision.policy,
    }
    # The digest is taken over what will be stored, so that checking it later reads the same characters.
    stored: dict[str, object] = {name: storable(text) for name, text in texts.items()}
    flags = {"accepted": decision.accepted, "confirmed": decision.confirmed}
    return stored | flags | {"line": decision.line, "at": decision.at}


def _find(connection: Connection, decision: Decision) -> Decision | None:
    row = connection.execute(SELECT.where(_is(decision))).mappings().one_or_none()
    return decision_of(row) if row else None


def _is(decision: Decision) -> ColumnElement[bool]:
    return and_(
        decisions.c.issue_site == decision.issue.site,
        decisions.c.issue_id == decision.issue.id,
        decisions.c.comment_id == decision.comment_id,
        decisions.c.line == decision.line,
    )
