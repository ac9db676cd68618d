"""Remembered actions: the values last agreed between row and ticket, and everybody who ever owned one (S10)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from integration.ledger.cases import ref_of
from integration.ledger.chain import Writing
from integration.ledger.people import PersonRow, rows_of
from integration.ledger.tables import actions, owners
from integration.postmortem.decisions import RememberedAction
from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person

# Built once: building them costs more than SQLite needs to answer.
_ACTIONS = select(actions).where(actions.c.case_id == bindparam("row"))
_OWNERS = select(owners.c.action_id, owners.c.person_id).join(actions).where(actions.c.case_id == bindparam("row"))
_AUDITED = ("ticket_site", "ticket_id", "owner_id", "due")


def record_actions(
    writing: Writing, case: IssueRef, case_row: int, given: tuple[RememberedAction, ...], now: datetime
) -> tuple[IssueRef, ...]:
    """Update or add actions by their id; return the tickets of all actions of the case, those of earlier looks
    included.
    """
    connection = writing.connection
    known = {row.action_id: row for row in connection.execute(_ACTIONS, {"row": case_row})}
    linked = {
        row.action_id: ref_of(row.ticket_site, row.ticket_id, row.ticket_locator or "", row.ticket_url or "")
        for row in known.values()
        if row.ticket_site is not None and row.ticket_id is not None
    }
    people = _rows_of_owners(writing, case, given)
    owned = _owned(connection, case_row) if known else {}
    for action in given:
        columns = _columns(action, case, people)
        before = known.get(action.action_id)
        was = before._asdict() if before is not None else {}
        if before is None:
            added = insert(actions).values(case_id=case_row, action_id=action.action_id, **columns)
            row = connection.execute(added.returning(actions.c.id)).scalar_one()
        else:
            row = before.id
            if any(was[name] != value for name, value in columns.items()):
                connection.execute(update(actions).where(actions.c.id == row).values(**columns))
        ever = action.owners | ({action.owner_id} if action.owner_id is not None else set())
        _add_owners(
            writing, row, {people[_account(action, case, account)].id for account in ever} - owned.get(row, set())
        )
        if before is None or any(was[name] != columns[name] for name in _AUDITED):
            _note(writing, case, action, people, now)
        linked.pop(action.action_id, None)
        if action.ticket is not None:
            linked[action.action_id] = action.ticket
    return tuple(linked.values())


def _columns(action: RememberedAction, case: IssueRef, people: dict[tuple[str, str], PersonRow]) -> dict[str, object]:
    def row(account: str | None) -> int | None:
        return None if account is None else people[_account(action, case, account)].id

    ticket = action.ticket
    return {
        "text": action.text,
        "description": action.description,
        "owner_id": row(action.owner_id),
        "due": action.due,
        "row_owner_id": row(action.row_owner_id),
        "row_due": action.row_due,
        "title": action.title,
        "row_title": action.row_title,
        "opened": action.opened,
        "ticket_site": ticket.key.site if ticket else None,
        "ticket_id": ticket.key.id if ticket else None,
        "ticket_locator": ticket.locator if ticket else None,
        "ticket_url": ticket.url if ticket else None,
    }


def _rows_of_owners(
    writing: Writing, case: IssueRef, given: Iterable[RememberedAction]
) -> dict[tuple[str, str], PersonRow]:
    accounts = {_account(action, case, account) for action in given for account in _accounts(action)}
    return rows_of(writing.connection, (Person(site, account, handle="") for site, account in sorted(accounts)))


def _accounts(action: RememberedAction) -> frozenset[str]:
    return action.owners | {account for account in (action.owner_id, action.row_owner_id) if account is not None}


def _account(action: RememberedAction, case: IssueRef, account: str) -> tuple[str, str]:
    # An owner is somebody on the ticket's own tracker; before there is a ticket, on the incident's.
    return ((action.ticket or case).key.site, account)


def _owned(connection: Connection, case_row: int) -> dict[int, set[int]]:
    """Return who is known to have owned the actions of a case, by their rows, in one query for all."""
    found: dict[int, set[int]] = {}
    for action, person in connection.execute(_OWNERS, {"row": case_row}):
        found.setdefault(action, set()).add(person)
    return found


def _add_owners(writing: Writing, action_row: int, new: set[int]) -> None:
    for person in sorted(new):
        writing.connection.execute(insert(owners).values(action_id=action_row, person_id=person))


def _note(
    writing: Writing,
    case: IssueRef,
    action: RememberedAction,
    people: dict[tuple[str, str], PersonRow],
    now: datetime,
) -> None:
    owner = people[_account(action, case, action.owner_id)].digest if action.owner_id is not None else None
    body = {
        "action": action.action_id,
        "ticket": str(action.ticket.key) if action.ticket else None,
        "owner": owner,
        "due": action.due.isoformat() if action.due else None,
    }
    writing.trail.note("action.agreed", now, body, case.key)
