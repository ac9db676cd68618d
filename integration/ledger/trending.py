"""What is counted over many incidents, in SQL that both databases understand. Counts and lengths of time: nobody's name is read here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Date, and_, case, distinct, func, literal, or_, select, union_all

from integration.ledger.cases import ref_of
from integration.ledger.looks import FINISHED
from integration.ledger.practice import DONE, practice
from integration.ledger.set_aside import alone, risks, waivers
from integration.ledger.spread import places, spread
from integration.ledger.tables import actions, cases, causes, marks
from integration.ledger.windows import INCIDENT, NEAR_MISS, Counting
from integration.postmortem.incident import IssueRef
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.shares import Lengths, Settled
from integration.postmortem.trends import Figures, Window


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


def trends(connection: Connection, window: Window, covers: Collection[tuple[str, str]] | None = None) -> Figures:
    """Count one window, of these (site, project) or of all.

    An incident belongs to the window in which it was opened; actions and post-mortems to that in which they fell due.
    """
    of = Counting(connection, window, covers)
    by_severity = select(cases.c.severity, func.count()).where(of.opened).group_by(cases.c.severity)
    severities = dict(connection.execute(by_severity).all())
    stated = _stated(of)
    everything = sum(severities.values())

    def lengths(since: ColumnElement[datetime | None], until: ColumnElement[datetime | None]) -> Lengths:
        known = select(of.seconds(since, until)).where(
            of.opened, since.is_not(None), until.is_not(None), until >= since
        )
        return Lengths(tuple(connection.execute(known).scalars()), everything)

    return Figures(
        window=window,
        severities=severities,
        categories={category: (number, within) for what, category, number, within in stated if what == "category"},
        phases={phase: number for what, phase, number, _ in stated if what == "phase"},
        explained=next(within for what, _, _, within in stated if what == "all"),
        postmortems=_postmortems(of),
        actions=_actions(of),
        to_detect=lengths(cases.c.began_at, cases.c.detected_at),
        to_mitigate=lengths(cases.c.detected_at, cases.c.mitigated_at),
        to_resolve=lengths(cases.c.detected_at, cases.c.resolved_at),
        places=places(of),
        waivers=waivers(of),
        risks=risks(of),
        alone=alone(of),
        practice=practice(of),
        spread=spread(of),
        looked_at=connection.execute(select(func.min(cases.c.looked_at)).where(of.opened)).scalar_one(),
    )


def _stated(of: Counting) -> Sequence[tuple[str, str, int, int]]:
    """Count the causes of the window's incidents, and the incidents that have them, by category, by phase, and all; they are gathered once."""
    mine = select(causes.c.case_id, causes.c.category, causes.c.phase).join(cases, cases.c.id == causes.c.case_id)
    stated = mine.where(of.opened).cte("stated")
    within = func.count(distinct(stated.c.case_id))
    by_category = select(literal("category"), stated.c.category, func.count(), within).group_by(stated.c.category)
    by_phase = select(literal("phase"), stated.c.phase, func.count(), literal(0)).group_by(stated.c.phase)
    everything = select(literal("all"), literal(""), func.count(), within).select_from(stated)
    return of.connection.execute(union_all(by_category, by_phase, everything)).all()


def incidents_between(
    connection: Connection, windows: Sequence[Window], covers: Collection[tuple[str, str]] | None
) -> tuple[tuple[int, int], ...]:
    """Return incidents and near-misses that were opened in each window."""
    counts = []
    near = func.coalesce(func.sum(case((cases.c.severity == NEAR_MISS, 1), else_=0)), 0)
    for window in windows:
        of = Counting(connection, window, covers)
        number, few = connection.execute(select(func.count(), near).where(of.opened)).one()
        counts.append((int(number) - int(few), int(few)))
    return tuple(counts)


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


def _postmortems(of: Counting) -> Settled:
    """Count post-mortems that fell due, and whose deadline is over; a near-miss has none."""
    mine = and_(INCIDENT, of.here, cases.c.due_at >= of.start, cases.c.due_at < of.until)
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
    return _settled(dict(of.connection.execute(counted.where(mine).group_by(became)).all()))


def _actions(of: Counting) -> Settled:
    """Count actions that fell due: a day belongs to those on which something may be in time until it is over (UTC)."""
    today = of.window.as_of.astimezone(UTC).date()
    in_window = and_(actions.c.due >= of.window.first, actions.c.due <= of.window.last, actions.c.due < today)
    mine = and_(in_window, of.of_these(actions.c.case_id))
    # Only what has its ticket is remembered, and only incidents that are governed have tickets.
    verified = actions.c.outcome == ProofState.VERIFIED.value
    in_time = func.date(actions.c.settled_at, type_=Date) <= actions.c.due
    became = case(
        (and_(verified, in_time), "in_time"),
        (verified, "late"),
        (actions.c.outcome == ProofState.RISK_ACCEPTED.value, "set_aside"),
        else_="outstanding",
    )
    return _settled(dict(of.connection.execute(select(became, func.count()).where(mine).group_by(became)).all()))


def _settled(found: Mapping[str, int]) -> Settled:
    return Settled(
        found.get("in_time", 0), found.get("late", 0), found.get("set_aside", 0), found.get("outstanding", 0)
    )
