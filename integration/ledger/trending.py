"""What is counted over many incidents, in SQL that both databases understand. Counts and lengths of time: nobody's name is read here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, Date, Float, and_, case, cast, distinct, extract, func, or_, select

from integration.ledger.cases import ref_of
from integration.ledger.looks import FINISHED
from integration.ledger.set_aside import alone, risks, waivers
from integration.ledger.tables import COUNTED, actions, cases, causes, marks, projects
from integration.postmortem.assessment import Phase
from integration.postmortem.incident import IssueRef
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.rules.lessons import KIND as LAUNCH
from integration.postmortem.trends import Figures, Lengths, Place, Settled, Window

NEAR_MISS = "SEV4"
DONE = (Phase.IN_REVIEW.value, Phase.REMEDIATING.value, Phase.COMPLETE.value)
INCIDENT = and_(COUNTED, cases.c.kind != LAUNCH)
"""Only incidents are counted: a launch is a case, too."""


@dataclass(frozen=True)
class Earlier:
    """An incident as the search for similar ones reads it; ``actions`` are pairs of description and what became of it."""

    ref: IssueRef
    title: str
    severity: str
    opened_at: datetime | None
    actions: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """Return what is compared."""
        return "\n".join((self.title, *(description for description, _ in self.actions)))


def trends(connection: Connection, window: Window) -> Figures:
    """Count one window. An incident belongs to the window in which it was opened; actions and post-mortems to that in which they fell due."""
    start, end = _ends(window)
    opened = and_(INCIDENT, cases.c.opened_at >= start, cases.c.opened_at < end)
    by_severity = select(cases.c.severity, func.count()).where(opened).group_by(cases.c.severity)
    severities = dict(connection.execute(by_severity).all())
    kinds = select(causes.c.category, func.count(), func.count(distinct(causes.c.case_id)))
    of_causes = kinds.join(cases, cases.c.id == causes.c.case_id).where(opened).group_by(causes.c.category)
    phases = select(causes.c.phase, func.count()).join(cases, cases.c.id == causes.c.case_id).where(opened)
    explained = select(func.count(distinct(causes.c.case_id))).join(cases, cases.c.id == causes.c.case_id).where(opened)
    everything = sum(severities.values())

    def lengths(since: ColumnElement[datetime | None], until: ColumnElement[datetime | None]) -> Lengths:
        taken = _seconds(connection, since, until)
        known = select(taken).where(opened, since.is_not(None), until.is_not(None), until >= since)
        return Lengths(tuple(connection.execute(known).scalars()), everything)

    return Figures(
        window=window,
        severities=severities,
        categories={category: (number, of) for category, number, of in connection.execute(of_causes)},
        phases=dict(connection.execute(phases.group_by(causes.c.phase)).all()),
        explained=connection.execute(explained).scalar_one(),
        postmortems=_postmortems(connection, start, min(end, window.as_of)),
        actions=_actions(connection, window),
        to_detect=lengths(cases.c.began_at, cases.c.detected_at),
        to_mitigate=lengths(cases.c.detected_at, cases.c.mitigated_at),
        to_resolve=lengths(cases.c.detected_at, cases.c.resolved_at),
        places=_places(connection, window, opened),
        waivers=waivers(connection, start, end),
        risks=risks(connection, start, end),
        alone=alone(connection, start, end),
    )


def earlier(connection: Connection) -> tuple[Earlier, ...]:
    """Return every incident that counts, with its remembered actions, in the order in which they were met."""
    done: dict[int, list[tuple[str, str]]] = {}
    remembered = select(actions.c.case_id, actions.c.description, actions.c.outcome).order_by(actions.c.id)
    for row, description, outcome in connection.execute(remembered):
        done.setdefault(row, []).append((description, outcome or ""))
    listed = select(
        cases.c.id,
        cases.c.site,
        cases.c.issue_id,
        cases.c.locator,
        cases.c.url,
        cases.c.title,
        cases.c.severity,
        cases.c.opened_at,
    ).where(INCIDENT)
    return tuple(
        Earlier(
            ref_of(row.site, row.issue_id, row.locator, row.url),
            row.title,
            row.severity,
            row.opened_at,
            tuple(done.get(row.id, ())),
        )
        for row in connection.execute(listed.order_by(cases.c.id))
    )


def _ends(window: Window) -> tuple[datetime, datetime]:
    """Return the first instant of a window and the first one after it."""
    return (
        datetime.combine(window.first, time(), UTC),
        datetime.combine(window.last + timedelta(days=1), time(), UTC),
    )


def _seconds(
    connection: Connection, since: ColumnElement[datetime | None], until: ColumnElement[datetime | None]
) -> ColumnElement[float]:
    """Return the length between two instants in seconds; the two databases have no way of saying it in common."""
    if connection.dialect.name == "sqlite":
        # Days as a floating number are exact to a tenth of a millisecond, so whole milliseconds are what is meant.
        return func.round(
            (func.julianday(until, type_=Float) - func.julianday(since, type_=Float)) * 86_400, 3, type_=Float
        )
    return cast(extract("epoch", until - since), Float)  # a difference of instants is an interval


def _postmortems(connection: Connection, start: datetime, end: datetime) -> Settled:
    """Count post-mortems that fell due before ``end``; a near-miss has no deadline."""
    mine = and_(INCIDENT, cases.c.due_at >= start, cases.c.due_at < end)
    first = select(marks.c.case_id, func.min(marks.c.at).label("at")).where(marks.c.kind == FINISHED)
    first_done = first.group_by(marks.c.case_id).subquery()
    # Cases that were done before it was remembered have their approval.
    done = func.coalesce(first_done.c.at, cases.c.approved_at)
    # What was emptied again is asked for again, whenever it was done first.
    became = case(
        (or_(done.is_(None), cases.c.phase.not_in(DONE)), "outstanding"),
        (done <= cases.c.due_at, "in_time"),
        else_="late",
    )
    counted = select(became, func.count()).select_from(cases.outerjoin(first_done, first_done.c.case_id == cases.c.id))
    return _settled(dict(connection.execute(counted.where(mine).group_by(became)).all()))


def _actions(connection: Connection, window: Window) -> Settled:
    """Count actions that fell due: a day belongs to those on which something may be in time until it is over (UTC)."""
    today = window.as_of.astimezone(UTC).date()
    mine = and_(actions.c.due >= window.first, actions.c.due <= window.last, actions.c.due < today)
    # Only what has its ticket is remembered, and only incidents that are governed have tickets.
    verified = actions.c.outcome == ProofState.VERIFIED.value
    in_time = func.date(actions.c.settled_at, type_=Date) <= actions.c.due
    became = case(
        (and_(verified, in_time), "in_time"),
        (verified, "late"),
        (actions.c.outcome == ProofState.RISK_ACCEPTED.value, "set_aside"),
        else_="outstanding",
    )
    return _settled(dict(connection.execute(select(became, func.count()).where(mine).group_by(became)).all()))


def _settled(found: Mapping[str, int]) -> Settled:
    return Settled(
        found.get("in_time", 0), found.get("late", 0), found.get("set_aside", 0), found.get("outstanding", 0)
    )


def _places(connection: Connection, window: Window, opened: ColumnElement[bool]) -> tuple[Place, ...]:
    """Return every project that was governed in the window, those without an incident included: they are the denominator."""
    start, end = _ends(window)
    near = func.sum(case((cases.c.severity == NEAR_MISS, 1), else_=0))
    counted = select(cases.c.project_id, func.count(), near).where(opened).group_by(cases.c.project_id)
    found = {row: (int(number), int(few)) for row, number, few in connection.execute(counted)}
    listed = select(projects.c.id, projects.c.site, projects.c.name, projects.c.governed_since).order_by(
        projects.c.site, projects.c.name
    )
    places = []
    for row in connection.execute(listed):
        number, few = found.get(row.id, (0, 0))
        days = max(0, (min(end, window.as_of) - max(start, row.governed_since)).days)
        if number or days:
            places.append(Place(f"{row.site}:{row.name}", number - few, few, days))
    return tuple(places)
