"""How long things took in a window, in seconds. A median needs every length, so they are read from the rows and not from roll-ups."""

from collections.abc import Iterable

from sqlalchemy import and_, func, select

from integration.ledger.marking import FINISHED
from integration.ledger.tables import actions, cases, decisions, marks
from integration.ledger.windows import NEAR_MISS, Counting
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.shares import Lengths


def spans(of: Counting, incidents: int) -> tuple[Lengths, Lengths, Lengths]:
    """Return how long detecting, mitigating and resolving took, of the window's incidents of which both ends are known and in order."""
    told = select(
        of.seconds(cases.c.began_at, cases.c.detected_at),
        of.seconds(cases.c.detected_at, cases.c.mitigated_at),
        of.seconds(cases.c.detected_at, cases.c.resolved_at),
    )
    rows = of.connection.execute(told.where(of.opened)).all()
    detect, mitigate, resolve = (_known((row[n] for row in rows), incidents) for n in range(3))
    return detect, mitigate, resolve


def to_finish(of: Counting, incidents: int) -> Lengths:
    """Return how long it took from the opening to the finished post-mortem; near-misses have no deadline and are left out."""
    mine = and_(of.opened, cases.c.severity != NEAR_MISS)
    done = and_(marks.c.case_id == cases.c.id, marks.c.kind == FINISHED)
    taken = select(of.seconds(cases.c.opened_at, marks.c.at)).select_from(cases.join(marks, done))
    return _known(of.connection.execute(taken.where(mine)).scalars(), incidents)


def to_verify(of: Counting) -> Lengths:
    """Return how long it took from the last evidence to its verification, of the actions that were verified in the window."""
    verified = and_(
        actions.c.outcome == ProofState.VERIFIED.value,
        actions.c.settled_at >= of.start,
        actions.c.settled_at < of.end,
        of.of_these(actions.c.case_id),
    )
    given = and_(
        decisions.c.case_id == actions.c.case_id,
        decisions.c.issue_site == actions.c.ticket_site,
        decisions.c.issue_id == actions.c.ticket_id,
        decisions.c.word == "evidence",
        decisions.c.accepted.is_(True),
        decisions.c.at <= actions.c.settled_at,
    )
    last = (
        select(actions.c.settled_at, func.max(decisions.c.at, type_=decisions.c.at.type).label("at"))
        .select_from(actions.join(decisions, given))
        .where(verified)
        .group_by(actions.c.id, actions.c.settled_at)
        .subquery()
    )
    everything = of.connection.execute(select(func.count()).where(verified)).scalar_one()
    taken = of.connection.execute(select(of.seconds(last.c.at, last.c.settled_at))).scalars()
    return _known(taken, everything)


def _known(lengths: Iterable[float | None], of: int) -> Lengths:
    return Lengths(tuple(length for length in lengths if length is not None and length >= 0), of)
