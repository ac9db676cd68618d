"""Where incidents come up, and come up again, counted in SQL: projects, clients, launches, and causes that were named before."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, distinct, func, or_, select

from integration.ledger.tables import cases, causes, projects
from integration.ledger.windows import INCIDENT, NEAR_MISS, Counting
from integration.postmortem.rules.lessons import KIND as LAUNCH
from integration.postmortem.shares import Place
from integration.postmortem.spread import NO_LAUNCH_SINCE, Client, Recurring, Spread

_NEAR = func.sum(case((cases.c.severity == NEAR_MISS, 1), else_=0))
_IS_LAUNCH = and_(cases.c.kind == LAUNCH, cases.c.governed.is_(True))


def spread(of: Counting) -> Spread:
    """Count the places of one window."""
    return Spread(recurring=_recurring(of), clients=_clients(of), launched=_launched(of))


def places(of: Counting) -> tuple[Place, ...]:
    """Return every project that was governed in the window, those without an incident included: they are the denominator."""
    counted = select(cases.c.project_id, func.count(), _NEAR).where(of.opened).group_by(cases.c.project_id)
    found = {row: (int(number), int(few)) for row, number, few in of.connection.execute(counted)}
    launched = select(cases.c.project_id, func.count()).where(
        _IS_LAUNCH, of.here, cases.c.opened_at >= of.start, cases.c.opened_at < of.end
    )
    launches: dict[int, int] = dict(of.connection.execute(launched.group_by(cases.c.project_id)).all())
    listed = (
        select(projects.c.id, projects.c.site, projects.c.name, projects.c.governed_since)
        .where(of.is_covered)
        .order_by(projects.c.site, projects.c.name)
    )
    kept = []
    for row in of.connection.execute(listed):
        number, few = found.get(row.id, (0, 0))
        days = max(0, (of.until - max(of.start, row.governed_since)).days)
        if number or days:
            kept.append(Place(f"{row.site}:{row.name}", number - few, few, days, launches.get(row.id, 0)))
    return tuple(kept)


def _clients(of: Counting) -> tuple[Client, ...]:
    named = and_(of.opened, cases.c.client.is_not(None), cases.c.client != "")
    counted = select(cases.c.client, func.count(), _NEAR).where(named).group_by(cases.c.client)
    found = [(client or "", int(number), int(near)) for client, number, near in of.connection.execute(counted)]
    return tuple(Client(client, number - near, near) for client, number, near in sorted(found))


def _launched(of: Counting) -> dict[str, datetime]:
    """Return when each project had its latest launch issue, as far back as that matters."""
    latest = (
        select(projects.c.site, projects.c.name, func.max(cases.c.opened_at, type_=cases.c.opened_at.type))
        .join(cases, cases.c.project_id == projects.c.id)
        .where(_IS_LAUNCH, of.here, cases.c.opened_at >= of.until - NO_LAUNCH_SINCE, cases.c.opened_at < of.until)
        .group_by(projects.c.site, projects.c.name)
    )
    return {f"{site}:{name}": at for site, name, at in of.connection.execute(latest) if at is not None}


def _recurring(of: Counting) -> tuple[Recurring, ...]:
    """Return structured causes of the window that more than one incident had by its end, the most frequent first.

    Of a confidential incident the system is not told, so that it counts by category and sub-category alone (S28).
    """
    found = _incidents_by_kind(of, of.opened)
    if not found:
        return ()
    categories, sorts, systems = ({kind[n] for kind in found if kind[n]} for n in range(3))
    same = or_(
        and_(causes.c.category.in_(sorted(categories)), causes.c.sub_category.in_(sorted(sorts))),
        causes.c.system.in_(sorted(systems)),
    )
    before = _incidents_by_kind(of, and_(INCIDENT, of.here, cases.c.opened_at < of.start, same))
    kinds = [Recurring(*kind, number, before.get(kind, 0)) for kind, number in found.items()]
    again = [each for each in kinds if each.incidents + each.earlier > 1]
    return tuple(sorted(again, key=lambda each: (-each.incidents - each.earlier, called_by(each))))


def _incidents_by_kind(of: Counting, where: ColumnElement[bool]) -> dict[tuple[str, str, str], int]:
    """Count incidents by category, sub-category and system of their causes; what names neither of the two last is no kind."""
    system = case((cases.c.confidential.is_(True), ""), else_=causes.c.system)
    told = (causes.c.category, causes.c.sub_category, system)
    counted = (
        select(*told, func.count(distinct(causes.c.case_id)))
        .select_from(causes.join(cases, cases.c.id == causes.c.case_id))
        .where(where, or_(causes.c.sub_category != "", system != ""))
        .group_by(*told)
    )
    return {(sort, more, place): number for sort, more, place, number in of.connection.execute(counted)}


def called_by(cause: Recurring) -> tuple[str, str, str]:
    """Return what a structured cause is sorted by where the counts are equal."""
    return (cause.category, cause.sub_category, cause.system)
