"""Where incidents come up, and come up again, counted in SQL: projects, clients, launches, and causes that were named before."""

from collections import Counter
from datetime import datetime

from sqlalchemy import and_, func, select

from integration.ledger.rollups import BETWEEN
from integration.ledger.tables import cases, projects
from integration.ledger.totals import Totals, by_project, totals
from integration.ledger.windows import NEAR_MISS, Counting
from integration.postmortem.rules.lessons import KIND as LAUNCH
from integration.postmortem.shares import Place
from integration.postmortem.spread import NO_LAUNCH_SINCE, Client, Recurring, Spread

_IS_LAUNCH = and_(cases.c.kind == LAUNCH, cases.c.governed.is_(True))


def spread(of: Counting, found: Totals) -> Spread:
    """Count the places of one window; ``found`` has its clients and kinds of cause."""
    return Spread(recurring=_recurring(of, found), clients=_clients(found), launched=_launched(of))


def places(of: Counting) -> tuple[Place, ...]:
    """Return every project that was governed in the window, those without an incident included: they are the denominator."""
    found = by_project(of, "severity")
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
        severities = found.get(row.id, {})
        number, few = sum(severities.values()), severities.get(NEAR_MISS, 0)
        days = max(0, (of.until - max(of.start, row.governed_since)).days)
        if number or days:
            kept.append(Place(f"{row.site}:{row.name}", number - few, few, days, launches.get(row.id, 0)))
    return tuple(kept)


def _clients(found: Totals) -> tuple[Client, ...]:
    counts: dict[str, Counter[str]] = {}
    for name, number in found.of("client").items():
        sort, _, client = name.partition(BETWEEN)
        counts.setdefault(client, Counter())[sort] += number
    return tuple(Client(client, of["incident"], of["near"]) for client, of in sorted(counts.items()))


def _launched(of: Counting) -> dict[str, datetime]:
    """Return when each project had its latest launch issue, as far back as that matters."""
    latest = (
        select(projects.c.site, projects.c.name, func.max(cases.c.opened_at, type_=cases.c.opened_at.type))
        .join(cases, cases.c.project_id == projects.c.id)
        .where(_IS_LAUNCH, of.here, cases.c.opened_at >= of.until - NO_LAUNCH_SINCE, cases.c.opened_at < of.until)
        .group_by(projects.c.site, projects.c.name)
    )
    return {f"{site}:{name}": at for site, name, at in of.connection.execute(latest) if at is not None}


def _recurring(of: Counting, found: Totals) -> tuple[Recurring, ...]:
    """Return structured causes of the window that more than one incident had by its end, the most frequent first."""
    now = found.of("kind")
    before = totals(of.before, "kind").of("kind") if now else {}
    again = [
        _kind(name, number, before.get(name, 0)) for name, number in now.items() if number + before.get(name, 0) > 1
    ]
    return tuple(sorted(again, key=lambda each: (-each.incidents - each.earlier, called_by(each))))


def _kind(name: str, incidents: int, earlier: int) -> Recurring:
    category, sub_category, system = name.split(BETWEEN, 2)
    return Recurring(category, sub_category, system, incidents, earlier)


def called_by(cause: Recurring) -> tuple[str, str, str]:
    """Return what a structured cause is sorted by where the counts are equal."""
    return (cause.category, cause.sub_category, cause.system)
