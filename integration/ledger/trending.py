"""What is counted over many incidents, in SQL that both databases understand. Counts and lengths of time: nobody's name is read here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from integration.ledger.cases import ref_of
from integration.ledger.lengths import spans
from integration.ledger.practice import practice
from integration.ledger.rollups import DEFINITIONS
from integration.ledger.spread import places, spread
from integration.ledger.tables import actions, cases
from integration.ledger.totals import totals
from integration.ledger.windows import INCIDENT, NEAR_MISS, Counting
from integration.postmortem.incident import IssueRef
from integration.postmortem.shares import Settled
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
    found = totals(of, *(each.what for each in DEFINITIONS))
    severities = found.of("severity")
    within = found.of("category within")
    to_detect, to_mitigate, to_resolve = spans(of, sum(severities.values()))
    return Figures(
        window=window,
        severities=severities,
        categories={category: (number, within[category]) for category, number in found.of("category").items()},
        phases=found.of("phase"),
        explained=found.all("explained"),
        postmortems=_settled(found.of("post-mortem")),
        actions=_settled(found.of("action")),
        to_detect=to_detect,
        to_mitigate=to_mitigate,
        to_resolve=to_resolve,
        places=places(of),
        waivers=found.of("waived"),
        risks=found.all("risk"),
        alone=found.all("alone"),
        practice=practice(of, found),
        spread=spread(of, found),
        looked_at=connection.execute(select(func.min(cases.c.looked_at)).where(of.opened)).scalar_one(),
    )


def incidents_between(
    connection: Connection, windows: Sequence[Window], covers: Collection[tuple[str, str]] | None
) -> tuple[tuple[int, int], ...]:
    """Return incidents and near-misses that were opened in each window."""
    counts = []
    for window in windows:
        severities = totals(Counting(connection, window, covers), "severity").of("severity")
        near = severities.pop(NEAR_MISS, 0)
        counts.append((sum(severities.values()), near))
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


def _settled(found: Mapping[str, int]) -> Settled:
    return Settled(
        found.get("in_time", 0), found.get("late", 0), found.get("set_aside", 0), found.get("outstanding", 0)
    )
