"""Earlier incidents as later cases see them. Writing: at each look, what is new. Reading: the words of all, and the whole of a few."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update

from integration.ledger.cases import ref_of, row_id
from integration.ledger.columns import storable
from integration.ledger.tables import actions, cases, causes, lessons, people, recollections
from integration.postmortem.incident import IssueKey
from integration.postmortem.kinship import CauseKind
from integration.postmortem.people import PersonKind
from integration.postmortem.precedents import Learned, Measure, Precedent

LONGEST = 4_000
"""Characters of an incident's words that are kept for finding it again."""
MOST_AT_ONCE = 500
"""Rows that are asked for by number in one query."""


@dataclass(frozen=True)
class Recollection:
    """The words of one incident, and its row, by which the whole of it is read."""

    row: int
    version: int
    opened_at: datetime | None
    text: str


def keep_learned(connection: Connection, case_row: int, learned: Learned | None, words: str) -> None:
    """Bring what later cases are told up to date; ``None`` leaves everything as it was."""
    if learned is None:
        return
    values = {"client": learned.client, "confidential": learned.confidential}
    connection.execute(update(cases).where(cases.c.id == case_row).values(**values))
    mine = lessons.c.case_id == case_row
    found = tuple(connection.execute(select(lessons.c.text).where(mine).order_by(lessons.c.position)).scalars())
    if found != tuple(storable(text) for text in learned.lessons):
        connection.execute(delete(lessons).where(mine))
        for position, text in enumerate(learned.lessons, start=1):
            connection.execute(insert(lessons).values(case_id=case_row, position=position, text=text))
    keep_words(connection, case_row, storable(words[:LONGEST]))


def keep_words(connection: Connection, case_row: int, words: str) -> None:
    """Keep the words by which a case is found again, under a new version where they are others than before."""
    this = recollections.c.case_id == case_row
    before = connection.execute(select(recollections.c.text).where(this)).scalar_one_or_none()
    if before == words:
        return
    values = {"version": _newest(connection) + 1, "text": words}
    if before is None:
        connection.execute(insert(recollections).values(case_id=case_row, **values))
    else:
        connection.execute(update(recollections).where(this).values(**values))


def forget_words(connection: Connection, which: Select[int]) -> int:
    """Empty the words of these cases; return how many had any. A new version tells it to the processes that hold them."""
    asked = select(recollections.c.case_id).where(recollections.c.case_id.in_(which), recollections.c.text != "")
    rows = list(connection.execute(asked.order_by(recollections.c.case_id)).scalars())
    if rows:
        emptied = update(recollections).where(recollections.c.case_id == bindparam("row"))
        emptied = emptied.values(version=bindparam("next"), text="")
        numbered = enumerate(rows, start=_newest(connection) + 1)
        connection.execute(emptied, [{"row": row, "next": version} for version, row in numbered])
    return len(rows)


def _newest(connection: Connection) -> int:
    # Writers follow one another, so the next number is nobody else's.
    return connection.execute(select(func.max(recollections.c.version))).scalar_one_or_none() or 0


def recollections_after(connection: Connection, after: int) -> tuple[Recollection, ...]:
    """Return the words that changed after a version, in the order of versions."""
    asked = (
        select(recollections.c.case_id, recollections.c.version, cases.c.opened_at, recollections.c.text)
        .join(cases, cases.c.id == recollections.c.case_id)
        .where(recollections.c.version > after)
        .order_by(recollections.c.version)
    )
    return tuple(Recollection(*row) for row in connection.execute(asked))


def precedents(connection: Connection, rows: Sequence[int]) -> tuple[Precedent, ...]:
    """Return the incidents of these rows, in the order given; a row that is gone is left out."""
    found: dict[int, Precedent] = {}
    for start in range(0, len(rows), MOST_AT_ONCE):
        found |= _read(connection, rows[start : start + MOST_AT_ONCE])
    return tuple(found[row] for row in rows if row in found)


def _read(connection: Connection, rows: Iterable[int]) -> dict[int, Precedent]:
    wanted = list(rows)
    kinds, learned, done = defaultdict(list), defaultdict(list), defaultdict(list)
    kind = (causes.c.category, causes.c.sub_category, causes.c.system)
    of_causes = select(causes.c.case_id, *kind).where(causes.c.case_id.in_(wanted))
    for row, *found in connection.execute(of_causes.order_by(causes.c.case_id, causes.c.position)):
        kinds[row].append(CauseKind(*found))
    of_lessons = select(lessons.c.case_id, lessons.c.text).where(lessons.c.case_id.in_(wanted))
    for row, text in connection.execute(of_lessons.order_by(lessons.c.case_id, lessons.c.position)):
        learned[row].append(text)
    of_actions = select(actions).where(actions.c.case_id.in_(wanted)).order_by(actions.c.id)
    for action in connection.execute(of_actions):
        ticket = None
        if action.ticket_site is not None and action.ticket_id is not None:
            ticket = ref_of(action.ticket_site, action.ticket_id, action.ticket_locator or "", action.ticket_url or "")
        done[action.case_id].append(Measure(action.action_id, action.description, action.outcome or "", ticket))
    return {
        row.id: Precedent(
            ref=ref_of(row.site, row.issue_id, row.locator, row.url),
            title=row.title,
            severity=row.severity,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            resolved_at=row.resolved_at,
            client=row.client or "",
            confidential=bool(row.confidential),
            categories=tuple(kind.category for kind in kinds[row.id]),
            kinds=tuple(kinds[row.id]),
            lessons=tuple(learned[row.id]),
            actions=tuple(done[row.id]),
            row=row.id,
        )
        for row in connection.execute(select(cases).where(cases.c.id.in_(wanted)))
    }


def rows_of_cases(connection: Connection, keys: Iterable[str]) -> tuple[int, ...]:
    """Return the rows of cases by their keys as text; those never met are left out."""
    pairs = (key.partition(":") for key in keys)
    found = (row_id(connection, IssueKey(site, issue)) for site, _, issue in pairs)
    return tuple(row for row in found if row is not None)


def names(connection: Connection) -> frozenset[str]:
    """Return names and handles of people, and each part of a name; those who were forgotten have none."""
    asked = select(people.c.handle, people.c.name).where(
        people.c.erased_at.is_(None), people.c.kind == PersonKind.HUMAN.value
    )
    found = {part for handle, name in connection.execute(asked) for part in (handle, name, *name.split())}
    return frozenset(part for part in found if part)
