"""Keeping roll-ups: what each case adds to each month is remembered, so that a look changes the sums by what is new of it, and never counts twice."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    TextClause,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects import registry

from integration.ledger.rollups import DEFINITIONS, DIGEST
from integration.ledger.tables import cases, contributions, rollups, service

Part = tuple[str, str, str]
"""A month such as ``2026-10``, what is counted, and the name by which it is split."""


def _parts_where(which: ColumnElement[bool]) -> Any:
    by = (cases.c.id.label("case_id"), cases.c.project_id)
    counted = (each.select(each.month.label("month"), *by, where=which) for each in DEFINITIONS)
    return union_all(*counted)


_ROW = bindparam("row", type_=Integer())
_PLACE = literal_column(":row", Integer)
_LOW, _HIGH = (bindparam(name, type_=Integer()) for name in ("low", "high"))
_OF_SEVERAL = _parts_where(cases.c.id.between(_LOW, _HIGH))
_KEPT = (
    select(cases.c.project_id, contributions.c.project_id.label("before"), contributions.c.parts)
    .select_from(cases.outerjoin(contributions, contributions.c.case_id == cases.c.id))
    .where(cases.c.id == _ROW)
)
_AT_ONCE = 5_000


def roll(connection: Connection, case_row: int) -> None:
    """Bring the roll-ups up to date with what is recorded of a case; where nothing of it has changed, nothing is written."""
    kept = connection.execute(_KEPT, {"row": case_row}).one()
    before = _read(kept.parts or "[]")
    after = _counter(connection.execute(_of_case(connection.dialect.name), {"row": case_row}))
    if (kept.before, before) == (kept.project_id, after):
        return
    if kept.before not in (None, kept.project_id):
        _add(connection, kept.before, Counter(), before)
        before = Counter()
    _add(connection, kept.project_id, after, before)
    connection.execute(delete(contributions).where(contributions.c.case_id == case_row))
    connection.execute(insert(contributions), _contribution(case_row, kept.project_id, after))


@lru_cache(maxsize=2)
def _of_case(database: str) -> TextClause:
    """Return the parts of one case as text: to find so wide a statement in the library's cache takes three times as long as to answer it."""
    dialect = registry.load(database)(paramstyle="named")
    sql = str(_parts_where(cases.c.id == _PLACE).compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return text(sql.replace(":", "\\:").replace("\\:row", ":row"))


def join_projects(connection: Connection, before: int, after: int) -> None:
    """Let what the cases of one project add go on under another, of which they are by now."""
    mine = select(rollups.c.month, rollups.c.what, rollups.c.name, rollups.c.number)
    sums = _counter(connection.execute(mine.where(rollups.c.project_id == before)))
    connection.execute(delete(rollups).where(rollups.c.project_id == before))
    _add(connection, after, sums, Counter())
    moved = update(contributions).where(contributions.c.project_id == before)
    connection.execute(moved.values(project_id=after))


def are_current(connection: Connection) -> bool:
    """Tell whether the roll-ups were kept by the definitions of this version."""
    return connection.execute(select(service.c.counted_by)).scalar_one_or_none() == DIGEST


def roll_anew(connection: Connection) -> None:
    """Count everything anew, in steps of some thousand cases; where the roll-ups are current, do nothing. Nobody may record anything meanwhile."""
    if are_current(connection):
        return
    connection.execute(delete(rollups))
    connection.execute(delete(contributions))
    sums: dict[int, Counter[Part]] = {}
    for step in _steps(connection):
        found = []
        for (case_row, project), rows in groupby(step, attrgetter("case_id", "project_id")):
            parts = _counter(rows)
            sums.setdefault(project, Counter()).update(parts)
            found.append(_contribution(case_row, project, parts))
        connection.execute(insert(contributions), found)
    for project, parts in sums.items():
        connection.execute(insert(rollups), [_sum(project, part, number) for part, number in parts.items()])
    connection.execute(update(service).values(counted_by=DIGEST))


def _steps(connection: Connection) -> Iterator[list[Row[Any]]]:
    last = connection.execute(select(func.max(cases.c.id))).scalar_one() or 0
    for low in range(1, last + 1, _AT_ONCE):
        rows = connection.execute(_OF_SEVERAL, {"low": low, "high": low + _AT_ONCE - 1}).all()
        if rows:
            yield sorted(rows, key=attrgetter("case_id"))


def _counter(rows: Iterable[Row[Any]]) -> Counter[Part]:
    return Counter({(row.month, row.what, row.name): row.number for row in rows})


def _add(connection: Connection, project: int, after: Counter[Part], before: Counter[Part]) -> None:
    """Change the sums of a project by the difference; a sum that comes to nothing goes, and with it the name that it stood under (S25)."""
    for part in sorted(part for part in after.keys() | before.keys() if after[part] != before[part]):
        month, what, name = part
        same = (rollups.c.what == what, rollups.c.name == name, rollups.c.month == month)
        this, change = and_(*same, rollups.c.project_id == project), after[part] - before[part]
        # Writers follow one another, so nobody else adds the same row in between.
        if connection.execute(delete(rollups).where(this, rollups.c.number == -change)).rowcount:
            continue
        if not connection.execute(update(rollups).where(this).values(number=rollups.c.number + change)).rowcount:
            connection.execute(insert(rollups), _sum(project, part, change))


def _sum(project: int, part: Part, number: int) -> dict[str, object]:
    month, what, name = part
    return {"what": what, "name": name, "month": month, "project_id": project, "number": number}


def _contribution(case_row: int, project: int, parts: Counter[Part]) -> dict[str, object]:
    told = [[*part, number] for part, number in sorted(parts.items())]
    return {"case_id": case_row, "project_id": project, "parts": json.dumps(told, separators=(",", ":"))}


def _read(parts: str) -> Counter[Part]:
    return Counter({(month, what, name): number for month, what, name, number in json.loads(parts)})
