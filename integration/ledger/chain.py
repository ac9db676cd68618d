"""The audit chain: how an entry is hashed and appended, and the writing transaction that carries it (S25).

Each entry holds the hash of the one before it and is hashed with a key that is not in the database, so that whoever can
write to the tables can still not make an entry. Entries name nobody: people appear as salted digests.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, select, update

from integration.errors import ConfigError, LedgerMismatch
from integration.ledger import engine as databases
from integration.ledger.tables import audit, audit_head
from integration.postmortem.incident import IssueKey

Plain = str | int | bool | None | list["Plain"] | Mapping[str, "Plain"]


@dataclass(frozen=True)
class Head:
    """Where a chain ends. As text, ``seq:hash``, it is what gets posted outside."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


class ChainKey:
    """What hashes entries and seals heads; made from the installation's key, and never equal to what signs markers."""

    def __init__(self, key: bytes) -> None:
        self._secret = hmac.digest(key, b"followthrough audit chain 1", "sha256")

    def _keyed(self, *parts: str) -> str:
        return hmac.digest(self._secret, canonical(list(parts)).encode(), "sha256").hex()

    @property
    def check(self) -> str:
        """Return what tells this key from another without giving it away."""
        return self._keyed("key")

    @property
    def genesis(self) -> Head:
        """Return the head of a chain without entries."""
        return Head(0, self._keyed("genesis"))

    def entry(self, seq: int, *, at: str, kind: str, case: str, body: str, previous: str) -> str:
        """Return the hash of an entry."""
        return self._keyed("entry", str(seq), at, kind, case, body, previous)

    def seal(self, head: Head) -> str:
        """Return what vouches for a head."""
        return self._keyed("head", str(head.seq), head.hash)


def canonical(value: Plain | Mapping[str, Plain]) -> str:
    """Return JSON that is the same for equal values: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest_of(salt: str, *parts: str) -> str:
    """Return the salted digest of a personal detail; without the salt, which is thrown away to forget it, it leads
    nowhere.
    """
    return hmac.digest(salt.encode(), canonical(list(parts)).encode(), hashlib.sha256).hex()


def stamp(at: datetime) -> str:
    """Return the instant as the chain writes it: UTC, microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class Trail:
    """Collects a transaction's entries, hashed at once and written together at its end."""

    def __init__(self, key: ChainKey, head: Head) -> None:
        self._key = key
        self._head = head
        self._entries: list[dict[str, str | int]] = []

    def note(self, kind: str, at: datetime, body: Mapping[str, Plain], case: IssueKey | None = None) -> int:
        """Add an entry and return its number. ``body`` must not name anybody."""
        seq, previous = self._head.seq + 1, self._head.hash
        when, about, told = stamp(at), str(case or ""), canonical(body)
        found = self._key.entry(seq, at=when, kind=kind, case=about, body=told, previous=previous)
        entry: dict[str, str | int] = {"seq": seq, "at": when, "kind": kind, "case_key": about, "body": told}
        self._entries.append({**entry, "previous": previous, "hash": found})
        self._head = Head(seq, found)
        return seq

    def write(self, connection: Connection) -> None:
        """Append what was noted and move the head."""
        if self._entries:
            connection.execute(insert(audit), self._entries)
            connection.execute(
                update(audit_head).values(seq=self._head.seq, hash=self._head.hash, seal=self._key.seal(self._head))
            )


_HEAD = select(audit_head.c.seq, audit_head.c.hash).with_for_update()


@dataclass(frozen=True)
class Writing:
    """A writing transaction: its connection, and the trail whose entries are committed with it or not at all."""

    connection: Connection
    trail: Trail


@contextmanager
def writing(engine: Engine, key: ChainKey) -> Iterator[Writing]:
    """Open a writing transaction. All writers of a ledger follow one another, so what is read inside stays true until
    the commit.
    """
    with databases.writing(engine) as connection:
        # On SQLite ``BEGIN IMMEDIATE`` has the lock already; on PostgreSQL this row is the lock, and the one place that
        # all writers share.
        row = connection.execute(_HEAD).one_or_none()
        if row is None:
            raise LedgerMismatch(
                "The audit chain has no head: the database was emptied by hand. Restore it from the backup."
            )
        trail = Trail(key, Head(row.seq, row.hash))
        yield Writing(connection, trail)
        trail.write(connection)


def begin_chain(engine: Engine, key: ChainKey) -> None:
    """Write the head of a new chain, or check that an existing one was begun with this key. Raises
    :class:`ConfigError`.
    """
    with databases.reading(engine) as connection:
        known = connection.execute(select(audit_head.c.key_check)).scalar_one_or_none()
    if known is None:
        known = _begin(engine, key)
    if not hmac.compare_digest(known, key.check):
        raise ConfigError(
            "The ledger was begun with another key.",
            where="FOLLOWTHROUGH_KEY",
            remedy="Restore the key that belongs to this database from the backup.",
        )


def _begin(engine: Engine, key: ChainKey) -> str:
    with databases.writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("LOCK TABLE audit_head IN EXCLUSIVE MODE")
        known = connection.execute(select(audit_head.c.key_check)).scalar_one_or_none()
        if known is None:
            head = key.genesis
            connection.execute(
                insert(audit_head).values(id=1, seq=head.seq, hash=head.hash, seal=key.seal(head), key_check=key.check)
            )
    return known or key.check
