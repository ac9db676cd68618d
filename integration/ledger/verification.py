"""Checking the audit chain: edits, deletions, reorderings, insertions, a shortened end, and decisions that no entry
vouches for (S25).
"""

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, exists, literal, select

from integration.ledger.chain import ChainKey, Head, digest_of
from integration.ledger.decisions import body_of
from integration.ledger.records import AuditEntry, AuditReport
from integration.ledger.tables import audit, audit_head, cases, decisions, marks, people
from integration.postmortem.incident import IssueKey

BATCH = 1000  # entries in memory at a time
REDACTING = ("person.erased", "case.erased")  # entries that hold new digests of decisions
_LISTED = 50  # problems that are listed; more of them are counted


@dataclass
class _Problems:
    """Sentences about what was found, the first ones in full."""

    listed: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, sentence: str) -> None:
        if len(self.listed) < _LISTED:
            self.listed.append(sentence)
        else:
            self.more += 1

    def told(self) -> tuple[str, ...]:
        return (*self.listed, f"… and {self.more} more.") if self.more else tuple(self.listed)


def verify_audit(connection: Connection, key: ChainKey, known_head: str | None) -> AuditReport:
    """Check the whole chain and the decisions it vouches for, reading in batches. ``known_head`` is a head that was
    posted outside earlier.

    Raises ``ValueError`` where ``known_head`` is not of the form ``seq:hash``.
    """
    problems = _Problems()
    known = _parse_head(known_head) if known_head else None
    end, count, redacted = _walk(connection, key, known, problems)
    _check_head(connection, key, end, problems)
    if known is not None and known.seq > end.seq:
        problems.add(f"Entry {known.seq} was known outside, but the chain ends at {end.seq}.")
    _check_decisions(connection, redacted, problems)
    _check_people(connection, problems)
    _check_satisfied(connection, problems)
    return AuditReport(count, str(end), problems.told())


def entries_of(connection: Connection, case: IssueKey) -> Iterator[AuditEntry]:
    """Give the entries about one case in order."""
    columns = (audit.c.seq, audit.c.at, audit.c.kind, audit.c.case_key, audit.c.body, audit.c.hash)
    for row in connection.execute(select(*columns).where(audit.c.case_key == str(case)).order_by(audit.c.seq)):
        yield AuditEntry(*row)


def _walk(
    connection: Connection, key: ChainKey, known: Head | None, problems: _Problems
) -> tuple[Head, int, dict[str, str]]:
    """Follow the chain; return where it ends, how many entries it has, and the digests of texts from which something was
    erased.
    """
    end, count = key.genesis, 0
    redacted: dict[str, str] = {}
    stream = connection.execute(select(audit).order_by(audit.c.seq).execution_options(yield_per=BATCH))
    for row in stream:
        count += 1
        expected = end.seq + 1
        if row.seq > expected:
            missing = f"Entry {expected} is" if row.seq == expected + 1 else f"Entries {expected} to {row.seq - 1} are"
            problems.add(f"{missing} missing.")
        elif row.seq < expected:
            problems.add(f"Entry {row.seq} stands before the beginning of the chain.")
        elif not hmac.compare_digest(row.previous, end.hash):
            problems.add(f"Entry {row.seq} does not follow the one before it.")
        found = key.entry(row.seq, at=row.at, kind=row.kind, case=row.case_key, body=row.body, previous=row.previous)
        if not hmac.compare_digest(found, row.hash):
            problems.add(f"Entry {row.seq} was changed, or not written by this service.")
        elif row.kind in REDACTING:
            redacted.update(json.loads(row.body)["decisions"])
        if known is not None and known.seq == row.seq and not hmac.compare_digest(known.hash, row.hash):
            problems.add(f"Entry {row.seq} is not the one that was known outside.")
        end = Head(row.seq, row.hash)
    return end, count, redacted


def _check_head(connection: Connection, key: ChainKey, end: Head, problems: _Problems) -> None:
    row = connection.execute(select(audit_head.c.seq, audit_head.c.hash, audit_head.c.seal)).one_or_none()
    if row is None:
        problems.add("The head of the chain is gone.")
        return
    head = Head(row.seq, row.hash)
    if not hmac.compare_digest(key.seal(head), row.seal):
        problems.add("The head of the chain was changed, or not written by this service.")
    if head.seq > end.seq:
        problems.add(f"The chain ends at {end.seq}, but went on to {head.seq}: its end was cut off.")
    elif head.seq < end.seq:
        problems.add(f"The chain goes on to {end.seq}, but its head says {head.seq}: entries were added.")
    elif not hmac.compare_digest(head.hash, end.hash):
        problems.add(f"Entry {end.seq} is not the one that the head knows.")


def _check_decisions(connection: Connection, redacted: dict[str, str], problems: _Problems) -> None:
    """Compare each entry about a decision with the row it vouches for, both ways."""
    vouched = (
        select(audit.c.seq, audit.c.body.label("vouched"), decisions, people.c.digest)
        .select_from(
            audit.outerjoin(decisions, decisions.c.audit_seq == audit.c.seq).outerjoin(
                people, decisions.c.actor_id == people.c.id
            )
        )
        .where(audit.c.kind == "decision")
        .order_by(audit.c.seq)
    )
    try:
        for row in connection.execute(vouched.execution_options(yield_per=BATCH)).mappings():
            _check_decision(dict(row), redacted, problems)
    except ValueError:
        # SQLite lets whoever writes to it put any text where an instant or a number belongs.
        problems.add("A decision holds what this service never writes; the decisions after it were not checked.")
    vouchers = select(audit.c.seq).where(audit.c.kind == "decision")
    forged = select(decisions.c.id).where(decisions.c.audit_seq.not_in(vouchers)).order_by(decisions.c.id)
    for found in connection.execute(forged).scalars():
        problems.add(f"Decision {found} was never taken: no entry vouches for it.")


def _check_decision(row: dict[str, object], redacted: dict[str, str], problems: _Problems) -> None:
    if row["id"] is None or row["digest"] is None:
        problems.add(f"The decision of entry {row['seq']} is gone.")
        return
    vouched = json.loads(str(row["vouched"]))
    if isinstance(vouched, dict) and str(row["seq"]) in redacted:
        vouched["text"] = redacted[str(row["seq"])]
    if body_of(row, str(row["digest"])) != vouched:
        problems.add(f"The decision of entry {row['seq']} was changed after it was taken.")


def _check_people(connection: Connection, problems: _Problems) -> None:
    """Check that nobody's account was swapped for somebody else's."""
    listed = select(people.c.id, people.c.site, people.c.account_id, people.c.salt, people.c.digest)
    salted = listed.where(people.c.salt.is_not(None)).execution_options(yield_per=BATCH)
    for row in connection.execute(salted):
        if digest_of(str(row.salt), row.site, row.account_id) != row.digest:
            problems.add(f"The account of person {row.id} was changed.")


def _check_satisfied(connection: Connection, problems: _Problems) -> None:
    """Check that every gate that counts as satisfied was found so by a look: "closing stays closed" opens it for ever."""
    case_key = cases.c.site + ":" + cases.c.issue_id
    vouched = (
        (audit.c.kind == "gate.satisfied")
        & (audit.c.case_key == case_key)
        & (audit.c.body == literal('{"issue":"') + marks.c.subject + '"}')
    )
    forged = (
        select(case_key, marks.c.subject)
        .select_from(marks.join(cases))
        .where(marks.c.kind == "satisfied", ~exists().where(vouched))
        .order_by(case_key, marks.c.subject)
    )
    for case, issue in connection.execute(forged):
        problems.add(f"The gate of {issue} in case {case} was never satisfied: no entry vouches for it.")


def _parse_head(text: str) -> Head:
    seq, colon, found = text.strip().partition(":")
    if not (seq.isdecimal() and colon and found):
        raise ValueError(f"{text!r} is not a head of an audit chain; it looks like 123:9f2c…")
    return Head(int(seq), found)
