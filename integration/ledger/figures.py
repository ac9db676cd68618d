"""Figures about the ledger for those who watch it: counts and instants, no names."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from integration.ledger.lost import lost_cases
from integration.ledger.tables import audit, audit_head, cases, parked, projects, refusals, rejections, service


@dataclass(frozen=True)
class Figures:
    """What the ledger holds now. ``lost`` are governed incidents that cannot be found any more.

    ``audit_at`` is when the newest entry of the audit chain was written, if there is one."""

    open_cases: int
    lost: int
    parked: int
    refused: int
    breakers: int
    paused: int
    policy_refused: bool
    audit_entries: int
    audit_at: datetime | None


def figures(connection: Connection) -> Figures:
    """Count; all from one instant."""

    def count(table: object, *where: object) -> int:
        return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())  # type: ignore[arg-type]

    everything_paused = connection.execute(select(service.c.paused)).scalar_one_or_none()
    entries = connection.execute(select(audit_head.c.seq)).scalar_one_or_none() or 0
    at = connection.execute(select(audit.c.at).where(audit.c.seq == entries)).scalar_one_or_none()
    return Figures(
        open_cases=count(cases, cases.c.governed.is_(True), cases.c.closed_at.is_(None)),
        lost=len(lost_cases(connection)),
        parked=count(parked),
        refused=count(refusals),
        breakers=count(projects, projects.c.breaker != ""),
        paused=count(projects) if everything_paused else count(projects, projects.c.paused.is_(True)),
        policy_refused=count(rejections, rejections.c.settled_at.is_(None)) > 0,
        audit_entries=entries,
        audit_at=datetime.fromisoformat(at) if at else None,
    )
