"""The one table that holds names, and the rows that everything else points to (S25)."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Text, bindparam, func, insert, or_, select, tuple_, update

from integration.ledger.chain import Writing, digest_of
from integration.ledger.tables import people
from integration.postmortem.people import Person, PersonKind

SALT_BYTES = 16


@dataclass(frozen=True)
class PersonRow:
    """Where somebody stands in the table, and the digest by which the audit chain speaks of them."""

    id: int
    digest: str


_KNOWN = select(people).where(tuple_(people.c.site, people.c.account_id).in_(bindparam("keys", expanding=True)))


def rows_of(connection: Connection, persons: Iterable[Person]) -> dict[tuple[str, str], PersonRow]:
    """Return the rows of these accounts by (site, id), made where they are new and brought up to date where a handle is
    given.

    An account known by its id alone has an empty handle; that never overwrites a name.
    """
    wanted: dict[tuple[str, str], Person] = {}
    for person in persons:
        known = wanted.get((person.site, person.id))
        if known is None or not known.handle:
            wanted[(person.site, person.id)] = person
    if not wanted:
        return {}
    rows = {(row.site, row.account_id): row for row in connection.execute(_KNOWN, {"keys": list(wanted)})}
    found: dict[tuple[str, str], PersonRow] = {}
    for key, person in wanted.items():
        row = rows.get(key)
        if row is None:
            found[key] = _add(connection, person)
            continue
        found[key] = PersonRow(row.id, row.digest)
        shown = (row.handle, row.name, row.kind, row.active)
        if person.handle and shown != (person.handle, person.name, person.kind.value, person.active):
            connection.execute(update(people).where(people.c.id == row.id).values(**_shown(person)))
    return found


def row_of(connection: Connection, person: Person) -> PersonRow:
    """Return the row of one account."""
    return rows_of(connection, [person])[(person.site, person.id)]


def called(connection: Connection, site: str, name: str) -> tuple[Person, ...]:
    """Return the accounts that go by an account id, a handle or a whole name, compared without case; those who were forgotten have none."""
    wanted = name.removeprefix("@").casefold()
    goes_by = (
        func.lower(column, type_=Text()) == wanted for column in (people.c.account_id, people.c.handle, people.c.name)
    )
    listed = select(people).where(people.c.site == site, people.c.erased_at.is_(None), or_(*goes_by))
    return tuple(
        Person(row.site, row.account_id, row.handle, row.name, PersonKind(row.kind), row.active)
        for row in connection.execute(listed.order_by(people.c.id))
    )


def signature_of(writing: Writing, by: Person | str) -> str:
    """Return how the chain names who did something: a person's digest, or the part of the service that was used
    (``cli``, ``scheduler``).
    """
    return by if isinstance(by, str) else row_of(writing.connection, by).digest


def _add(connection: Connection, person: Person) -> PersonRow:
    salt = secrets.token_hex(SALT_BYTES)
    digest = digest_of(salt, person.site, person.id)
    made = connection.execute(
        insert(people)
        .values(site=person.site, account_id=person.id, salt=salt, digest=digest, **_shown(person))
        .returning(people.c.id)
    ).scalar_one()
    return PersonRow(made, digest)


def _shown(person: Person) -> dict[str, str | bool]:
    return {"handle": person.handle, "name": person.name, "kind": person.kind.value, "active": person.active}
