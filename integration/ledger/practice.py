"""How the practice goes, counted in SQL: post-mortems, leads, chains, proofs, what was asked for, and lines of the policy. Nobody's name is read here."""

import json
from datetime import datetime

from sqlalchemy import Subquery, and_, case, func, or_, select

from integration.ledger.looks import FINISHED
from integration.ledger.persisting import came_back, checks
from integration.ledger.policies import PUBLISHED, ROLLED_BACK
from integration.ledger.tables import actions, audit, cases, causes, decisions, marks
from integration.ledger.windows import INCIDENT, NEAR_MISS, Counting
from integration.postmortem.assessment import Phase
from integration.postmortem.chains import Ending
from integration.postmortem.practice import Practice, Resources
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.shares import Lengths, Part

DONE = (Phase.IN_REVIEW.value, Phase.REMEDIATING.value, Phase.COMPLETE.value)


def practice(of: Counting) -> Practice:
    """Count the practice of one window."""
    return Practice(
        to_finish=_to_finish(of),
        first_pass=_first_pass(of),
        systemic=_systemic(of),
        independent=_independent(of),
        to_verify=_to_verify(of),
        resources=_resources(of),
        weakened=_weakened(of),
        came_back=came_back(of),
        checks=checks(of),
    )


def _first_finished() -> Subquery:
    first = select(marks.c.case_id, func.min(marks.c.at).label("at")).where(marks.c.kind == FINISHED)
    return first.group_by(marks.c.case_id).subquery()


def _to_finish(of: Counting) -> Lengths:
    """Of the incidents that were opened in the window; near-misses have no deadline and are left out."""
    mine = and_(of.opened, cases.c.severity != NEAR_MISS)
    done = _first_finished()
    taken = of.seconds(cases.c.opened_at, done.c.at)
    known = select(taken).select_from(cases.join(done, done.c.case_id == cases.c.id))
    everything = of.connection.execute(select(func.count()).select_from(cases).where(mine)).scalar_one()
    found = of.connection.execute(known.where(mine, done.c.at >= cases.c.opened_at)).scalars()
    return Lengths(tuple(found), everything)


def _first_pass(of: Counting) -> Part:
    """Of the post-mortems that were finished first in the window: those that were in review no second time, and are finished still."""
    done = _first_finished()
    passes = select(marks.c.case_id, func.count().label("number")).where(
        marks.c.kind == "review", marks.c.subject == "begun"
    )
    begun = passes.group_by(marks.c.case_id).subquery()
    at_once = and_(cases.c.phase.in_(DONE), or_(begun.c.number.is_(None), begun.c.number <= 1))
    counted = select(func.count(), func.sum(case((at_once, 1), else_=0))).select_from(
        cases.join(done, done.c.case_id == cases.c.id).outerjoin(begun, begun.c.case_id == cases.c.id)
    )
    mine = and_(INCIDENT, of.here, done.c.at >= of.start, done.c.at < of.end)
    whole, part = of.connection.execute(counted.where(mine)).one()
    return Part(int(part or 0), whole)


def _systemic(of: Counting) -> Part:
    """Of the causes of the window's incidents that have a chain: those whose chain ends at something in the system."""
    systemic = func.sum(case((causes.c.ends == Ending.SYSTEM.value, 1), else_=0))
    counted = select(func.count(), systemic).select_from(causes.join(cases, cases.c.id == causes.c.case_id))
    whole, part = of.connection.execute(counted.where(of.opened, causes.c.ends != "")).one()
    return Part(int(part or 0), whole)


def _independent(of: Counting) -> Part:
    """Of the window's incidents whose lead and participants are known: those whose lead is not among them."""
    apart = func.sum(case((cases.c.lead == "apart", 1), else_=0))
    counted = select(func.count(), apart).select_from(cases)
    whole, part = of.connection.execute(counted.where(of.opened, cases.c.lead != "")).one()
    return Part(int(part or 0), whole)


def _to_verify(of: Counting) -> Lengths:
    """Of the actions that were verified in the window: from the last evidence before it."""
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
    found = tuple(of.connection.execute(select(of.seconds(last.c.at, last.c.settled_at))).scalars())
    return Lengths(found, of.connection.execute(select(func.count()).where(verified)).scalar_one())


def _resources(of: Counting) -> Resources:
    """Of what was asked for in the window, as rows still ask: an action that asks for something else by now has withdrawn it."""
    subject = actions.c.action_id + ":" + actions.c.needs
    became = case(
        (actions.c.id.is_(None), "withdrawn"),
        (actions.c.answer == "fund", "granted"),
        (actions.c.answer == "decline", "declined"),
        else_="waiting",
    )
    same = and_(actions.c.case_id == marks.c.case_id, subject == marks.c.subject)
    counted = select(became, func.count()).select_from(marks.outerjoin(actions, same))
    mine = and_(marks.c.kind == "asked", marks.c.at >= of.start, marks.c.at < of.end, of.of_these(marks.c.case_id))
    found: dict[str, int] = dict(of.connection.execute(counted.where(mine).group_by(became)).all())
    return Resources(asked=sum(found.values()), **found)


def _weakened(of: Counting) -> tuple[str, ...]:
    """Return the lines of the policy that were made easier in the window, as the audit chain tells them; the policy is one for all projects."""
    listed = select(audit.c.at, audit.c.body).where(audit.c.kind.in_((PUBLISHED, ROLLED_BACK))).order_by(audit.c.seq)
    found: list[str] = []
    for at, body in of.connection.execute(listed):
        if of.start <= datetime.fromisoformat(at) < of.end:
            found += json.loads(body).get("weakenings", ())
    return tuple(dict.fromkeys(found))
