"""A repository or project that has another name by now: what is remembered of it goes on under the new one."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select, update

from integration.ledger.chain import Writing
from integration.ledger.rolling import join_projects
from integration.ledger.tables import audit, cases, cursors, projects
from integration.postmortem.incident import IssueRef

RENAMED = "project.renamed"


def remembered_as(connection: Connection, case: IssueRef) -> str:
    """Return the name under which the project of a case is remembered, empty for a case never met."""
    kept = select(projects.c.name).join(cases, cases.c.project_id == projects.c.id)
    name = connection.execute(kept.where(cases.c.site == case.key.site, cases.c.issue_id == case.key.id))
    return name.scalar_one_or_none() or ""


def rename(writing: Writing, site: str, old: str, new: str, now: datetime) -> bool:
    """Let what is remembered of a project go on under its new name; return whether there was anything.

    Where the new name was met already, the two become one: governed since the earlier day, and stopped where either was.
    """
    before, after = _row(writing.connection, site, old), _row(writing.connection, site, new)
    if before is None or old == new:
        return False
    if after is None:
        writing.connection.execute(update(projects).where(projects.c.id == before.id).values(name=new))
    else:
        _join(writing.connection, before, after)
    writing.trail.note(RENAMED, now, {"site": site, "project": new, "formerly": old})
    return True


def former_names(connection: Connection, site: str, name: str) -> tuple[str, ...]:
    """Return the names that a project had before, the latest first."""
    entries = select(audit.c.body).where(audit.c.kind == RENAMED).order_by(audit.c.seq.desc())
    names = [name]
    for told in map(json.loads, connection.execute(entries).scalars()):
        if told["site"] == site and told["project"].casefold() == names[-1].casefold():
            names.append(told["formerly"])
    return tuple(names[1:])


def _row(connection: Connection, site: str, name: str) -> Row[Any] | None:
    return connection.execute(
        select(projects).where(and_(projects.c.site == site, projects.c.name == name))
    ).one_or_none()


def _join(connection: Connection, before: Row[Any], after: Row[Any]) -> None:
    stopped = after if after.breaker else before
    values = {
        "governed_since": min(before.governed_since, after.governed_since),
        "paused": before.paused or after.paused,
        "breaker": stopped.breaker,
        "breaker_at": stopped.breaker_at,
    }
    connection.execute(update(projects).where(projects.c.id == after.id).values(**values))
    connection.execute(update(cases).where(cases.c.project_id == before.id).values(project_id=after.id))
    join_projects(connection, before.id, after.id)
    connection.execute(delete(cursors).where(cursors.c.project_id == before.id))
    connection.execute(delete(projects).where(projects.c.id == before.id))
