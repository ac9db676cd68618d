"""Repositories and projects: since when they are governed, whether writing is paused or was stopped, how far they were
swept, and how much is usual.
"""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, select, update

from integration.errors import FollowthroughError
from integration.ledger.chain import Writing
from integration.ledger.people import signature_of
from integration.ledger.tables import audit, cases, cursors, intents, marks, projects, service
from integration.postmortem.decisions import ProjectMemory
from integration.postmortem.people import Person
from integration.trackers.base import Cursor

USUAL_OVER = timedelta(days=30)
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
_MEMORY = select(
    projects.c.site,
    projects.c.name,
    projects.c.governed_since,
    (projects.c.paused | service.c.paused).label("paused"),
    projects.c.breaker,
).select_from(projects.join(service, service.c.id == 1))
_KNOWN = _MEMORY.where(projects.c.site == bindparam("site"), projects.c.name == bindparam("name"))


class UnknownProject(FollowthroughError):
    """A repository or project that nothing was heard of yet is paused or stopped by name."""

    reason = "unknown_project"


def known(connection: Connection, site: str, name: str) -> ProjectMemory | None:
    """Return what is remembered about a project, or ``None``."""
    row = connection.execute(_KNOWN, {"site": site, "name": name}).one_or_none()
    return ProjectMemory(*row) if row else None


def all_known(connection: Connection, site: str) -> tuple[ProjectMemory, ...]:
    """Return every project of a site that was ever seen, by name."""
    rows = connection.execute(_MEMORY.where(projects.c.site == site).order_by(projects.c.name))
    return tuple(ProjectMemory(*row) for row in rows)


def meet(writing: Writing, site: str, name: str, now: datetime) -> int:
    """Return the project's row, made at first sight: it is governed from ``now`` on."""
    found = writing.connection.execute(select(projects.c.id).where(_is(site, name))).scalar_one_or_none()
    if found is not None:
        return found
    writing.trail.note("project.met", now, {"site": site, "project": name})
    row = {"site": site, "name": name, "governed_since": now, "paused": False, "breaker": ""}
    return writing.connection.execute(insert(projects).values(**row).returning(projects.c.id)).scalar_one()


def set_paused(writing: Writing, site: str, name: str | None, paused: bool, *, by: Person | str, now: datetime) -> bool:
    """Pause or resume a project, or with ``name=None`` the whole service; return whether that changed anything."""
    body = {"site": site, "project": name or "", "by": signature_of(writing, by)}
    if name is None:
        change = update(service).where(service.c.paused != paused).values(paused=paused)
    else:
        _require(writing.connection, site, name)
        change = update(projects).where(_is(site, name), projects.c.paused != paused).values(paused=paused)
    changed = writing.connection.execute(change).rowcount > 0
    if changed:
        writing.trail.note("service.paused" if paused else "service.resumed", now, body)
    return changed


def set_breaker(writing: Writing, site: str, name: str, reason: str, *, by: Person | str, now: datetime) -> bool:
    """Stop writing in a project, or with an empty reason let it go on; return whether that changed anything."""
    _require(writing.connection, site, name)
    values = {"breaker": reason, "breaker_at": now if reason else None}
    change = update(projects).where(_is(site, name), projects.c.breaker != reason).values(**values)
    changed = writing.connection.execute(change).rowcount > 0
    if changed:
        body = {"site": site, "project": name, "reason": reason, "by": signature_of(writing, by)}
        writing.trail.note("breaker.opened" if reason else "breaker.closed", now, body)
    return changed


def stopped_since(connection: Connection, site: str, name: str | None) -> datetime | None:
    """Return since when writing has been stopped in a project, or with ``name=None`` everywhere; ``None`` where it is not.

    The audit chain knows when a pause began; a breaker knows it itself.
    """
    since: list[datetime] = []
    paused = select(service.c.paused) if name is None else select(projects.c.paused).where(_is(site, name))
    if connection.execute(paused).scalar_one_or_none():
        pauses = select(audit.c.at, audit.c.body).where(audit.c.kind == "service.paused").order_by(audit.c.seq.desc())
        bodies = ((row.at, json.loads(row.body)) for row in connection.execute(pauses))
        since += [datetime.fromisoformat(at) for at, told in bodies if told["project"] == (name or "")][:1]
    breakers = select(projects.c.breaker_at).where(projects.c.breaker_at.is_not(None))
    found = connection.execute(breakers if name is None else breakers.where(_is(site, name))).scalars()
    return min([*since, *(at for at in found if at is not None)], default=None)


def cursor(connection: Connection, site: str, name: str) -> Cursor:
    """Return how far the project was swept; never swept is an empty cursor."""
    where = select(cursors.c.seen, cursors.c.etag).join(projects).where(_is(site, name))
    row = connection.execute(where).one_or_none()
    return Cursor(row.seen, row.etag) if row else Cursor()


def save_cursor(writing: Writing, site: str, name: str, reached: Cursor, now: datetime) -> None:
    """Remember how far the project was swept."""
    project = meet(writing, site, name, now)
    values = {"seen": reached.seen, "etag": reached.etag}
    changed = writing.connection.execute(update(cursors).where(cursors.c.project_id == project).values(**values))
    if not changed.rowcount:
        writing.connection.execute(insert(cursors).values(project_id=project, **values))


def creations_since(connection: Connection, site: str, name: str, since: datetime, until: datetime = FOREVER) -> int:
    """Count the tickets that were asked for in a project since an instant, up to another one."""
    asked = select(func.count()).select_from(intents.join(cases).join(projects))
    where = (intents.c.purpose.startswith("ticket:"), intents.c.opened_at >= since, intents.c.opened_at <= until)
    return connection.execute(asked.where(_is(site, name), *where)).scalar_one()


def reopenings_since(connection: Connection, site: str, name: str, since: datetime, until: datetime = FOREVER) -> int:
    """Count our reopenings in a project since an instant, up to another one."""
    done = select(func.count()).select_from(marks.join(cases).join(projects))
    where = (_is(site, name), marks.c.kind == "reopened", marks.c.at >= since, marks.c.at <= until)
    return connection.execute(done.where(*where)).scalar_one()


def hours_counted(connection: Connection, site: str, name: str, now: datetime) -> float:
    """Return over how many hours the usual number is taken: thirty days, less where the project is younger, never under
    one.
    """
    project = known(connection, site, name)
    since = max(project.governed_since, now - USUAL_OVER) if project else now
    return max(1.0, (now - since) / timedelta(hours=1))


def _require(connection: Connection, site: str, name: str) -> None:
    if known(connection, site, name) is None:
        raise UnknownProject(f"Nothing was heard of {name} on {site} yet.")


def _is(site: str, name: str) -> ColumnElement[bool]:
    return and_(projects.c.site == site, projects.c.name == name)
