"""What a weekly review lists, in SQL: open items of the projects that it covers. Names are read beside open items alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, or_, select, tuple_

from integration.ledger.asked import unanswered_asks
from integration.ledger.cases import ref_of
from integration.ledger.lasting import open_checks
from integration.ledger.lost import ERASED, lost_cases
from integration.ledger.tables import actions, audit_head, cases, decisions, marks, owners, people, projects
from integration.postmortem.assessment import Phase
from integration.postmortem.decisions import NOT_INDEPENDENT
from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person, PersonKind
from integration.postmortem.review import Asked, Lost, OpenAction, OpenPostMortem, ReviewFigures, SettledAction
from integration.postmortem.rules.evidence import ProofState

SETTLED_LATELY = timedelta(days=35)
_UNFINISHED = (Phase.RESPONDING.value, Phase.WRITING.value, Phase.IN_REVIEW.value)
_PERSON = (
    people.c.id.label("person_id"),
    people.c.site.label("person_site"),
    people.c.account_id,
    people.c.handle,
    people.c.name.label("person_name"),
    people.c.kind.label("person_kind"),
    people.c.active,
)
_SETTLED = (ProofState.VERIFIED.value, ProofState.RISK_ACCEPTED.value)


def review(connection: Connection, covers: Collection[tuple[str, str]], now: datetime) -> ReviewFigures:
    """Return the open items of these (site, project), and what was settled in the last five weeks."""
    head = connection.execute(select(audit_head.c.seq, audit_head.c.hash)).one()
    return ReviewFigures(
        _open_actions(connection, covers),
        _settled(connection, covers, now - SETTLED_LATELY),
        _postmortems(connection, covers),
        _asked(connection, covers),
        _lost(connection, covers),
        checks=open_checks(connection, _of_these(covers)),
        audit_head=f"{head.seq}:{head.hash}",
    )


def _covered(covers: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    return tuple_(projects.c.site, projects.c.name).in_(sorted(covers))


def _of_these(covers: Collection[tuple[str, str]]) -> tuple[ColumnElement[bool], ...]:
    erased = exists().where(marks.c.case_id == cases.c.id, marks.c.kind == ERASED)
    return (cases.c.governed.is_(True), ~erased, _covered(covers))


_CASE = (
    cases.c.site,
    cases.c.issue_id,
    cases.c.locator,
    cases.c.url,
    cases.c.title,
    cases.c.severity,
    func.coalesce(cases.c.confidential, false()).label("confidential"),
)
_TICKET = (actions.c.ticket_site, actions.c.ticket_id, actions.c.ticket_locator, actions.c.ticket_url)
_IS_OPEN = or_(actions.c.outcome.is_(None), actions.c.outcome != ProofState.VERIFIED.value)


def _open_actions(connection: Connection, covers: Collection[tuple[str, str]]) -> tuple[OpenAction, ...]:
    """Return actions that are not verified, by due date; those whose risk is accepted are among them."""
    own = (
        actions.c.id.label("row"),
        actions.c.case_id,
        actions.c.action_id,
        actions.c.description,
        actions.c.due,
        actions.c.outcome,
    )
    more = (actions.c.news_at, actions.c.until, actions.c.needs, actions.c.answer)
    listed = (
        select(*own, *more, *_CASE, *_TICKET, *_PERSON)
        .select_from(actions.join(cases, actions.c.case_id == cases.c.id))
        .join(projects, cases.c.project_id == projects.c.id)
        .outerjoin(people, actions.c.owner_id == people.c.id)
        .where(*_of_these(covers), _IS_OPEN)
        .order_by(actions.c.due.is_(None), actions.c.due, actions.c.id)
    )
    beside = _Beside(_marked(connection, covers), _acks(connection, covers), _apart(connection, covers))
    return tuple(_action(row, beside) for row in connection.execute(listed))


@dataclass(frozen=True)
class _Marked:
    """Agreed dates by (case, action), and steps of the ladder by (case, ticket, day)."""

    dates: dict[tuple[int, str], list[tuple[date, datetime]]]
    told: dict[tuple[int, str, str], list[tuple[str, datetime]]]


@dataclass(frozen=True)
class _Beside:
    """What stands beside actions: their marks, the last ``/ack`` on each ticket, and who may not verify, by row."""

    marked: _Marked
    acks: dict[tuple[str, str], str]
    apart: dict[int, tuple[Person, ...]]


def _marked(connection: Connection, covers: Collection[tuple[str, str]]) -> _Marked:
    found = _Marked({}, {})
    mine = select(cases.c.id).join(projects, cases.c.project_id == projects.c.id).where(*_of_these(covers))
    wanted = or_(marks.c.kind == "due", and_(marks.c.kind == "said", marks.c.subject.startswith("due:")))
    listed = select(marks.c.case_id, marks.c.kind, marks.c.subject, marks.c.at).where(marks.c.case_id.in_(mine), wanted)
    for case, kind, subject, at in connection.execute(listed.order_by(marks.c.at, marks.c.subject)):
        if kind == "due":
            action, _, day = subject.rpartition(":")
            found.dates.setdefault((case, action), []).append((date.fromisoformat(day), at))
        else:
            # due:<ticket>:<day>:<step>, as rules/ladder.py says it.
            parts = subject.split(":")
            if len(parts) == 4:
                found.told.setdefault((case, parts[1], parts[2]), []).append((parts[3], at))
    return found


def _acks(connection: Connection, covers: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the last decision on each issue about its lateness, in the words of whoever took it."""
    listed = (
        select(decisions.c.issue_site, decisions.c.issue_id, decisions.c.args)
        .join(cases, decisions.c.case_id == cases.c.id)
        .join(projects, cases.c.project_id == projects.c.id)
        .where(
            *_of_these(covers),
            decisions.c.word == "ack",
            decisions.c.accepted.is_(True),
            decisions.c.confirmed.is_(True),
        )
        .order_by(decisions.c.id)
    )
    return {(site, issue): args for site, issue, args in connection.execute(listed)}


def _apart(connection: Connection, covers: Collection[tuple[str, str]]) -> dict[int, tuple[Person, ...]]:
    """Return who may not verify what waits for it, by the row of the action: everybody who owned it, and who gave its evidence (S10)."""
    waiting = (
        select(actions.c.id, actions.c.ticket_site, actions.c.ticket_id)
        .join(cases, actions.c.case_id == cases.c.id)
        .join(projects, cases.c.project_id == projects.c.id)
        .where(*_of_these(covers), actions.c.outcome == ProofState.UNVERIFIED.value)
        .subquery()
    )
    owned = select(waiting.c.id.label("action"), *_PERSON).join(owners, owners.c.action_id == waiting.c.id)
    on_ticket = (decisions.c.issue_site == waiting.c.ticket_site) & (decisions.c.issue_id == waiting.c.ticket_id)
    gave = select(waiting.c.id.label("action"), *_PERSON).join(decisions, on_ticket)
    gave = gave.where(decisions.c.word == "evidence", decisions.c.accepted.is_(True), decisions.c.confirmed.is_(True))
    found: dict[int, dict[int, Person]] = {}
    for asked, who in ((owned, owners.c.person_id), (gave, decisions.c.actor_id)):
        for row in connection.execute(asked.join(people, people.c.id == who).order_by(people.c.id)):
            person = _person(row)
            if person is not None:
                found.setdefault(row.action, {})[row.person_id] = person
    return {action: tuple(each.values()) for action, each in found.items()}


def _alone(connection: Connection, covers: Collection[tuple[str, str]], since: datetime) -> frozenset[tuple[str, str]]:
    """Return the tickets of which the last verification was by somebody who did the work (``team: solo``)."""
    listed = (
        select(decisions.c.issue_site, decisions.c.issue_id, decisions.c.authority)
        .join(cases, decisions.c.case_id == cases.c.id)
        .join(projects, cases.c.project_id == projects.c.id)
        .where(*_of_these(covers), decisions.c.word == "verify", decisions.c.at >= since)
        .where(decisions.c.accepted.is_(True), decisions.c.confirmed.is_(True))
        .order_by(decisions.c.id)
    )
    last = {(site, issue): authority for site, issue, authority in connection.execute(listed)}
    return frozenset(ticket for ticket, authority in last.items() if authority.endswith(NOT_INDEPENDENT))


def _settled(connection: Connection, covers: Collection[tuple[str, str]], since: datetime) -> tuple[SettledAction, ...]:
    listed = (
        select(actions.c.action_id, actions.c.description, actions.c.outcome, actions.c.settled_at, *_CASE, *_TICKET)
        .select_from(actions.join(cases, actions.c.case_id == cases.c.id))
        .join(projects, cases.c.project_id == projects.c.id)
        .where(*_of_these(covers), actions.c.settled_at >= since, actions.c.outcome.in_(_SETTLED))
        .order_by(actions.c.settled_at, actions.c.id)
    )
    alone = _alone(connection, covers, since)
    return tuple(
        SettledAction(
            row.action_id,
            row.description,
            _ticket(row),
            _incident(row),
            row.outcome,
            row.settled_at,
            is_independent=(row.ticket_site, row.ticket_id) not in alone or row.outcome != ProofState.VERIFIED,
            is_confidential=row.confidential,
        )
        for row in connection.execute(listed)
    )


def _postmortems(connection: Connection, covers: Collection[tuple[str, str]]) -> tuple[OpenPostMortem, ...]:
    listed = (
        select(*_CASE, cases.c.phase, cases.c.due_at)
        .join(projects, cases.c.project_id == projects.c.id)
        .where(*_of_these(covers), cases.c.closed_at.is_(None), cases.c.phase.in_(_UNFINISHED))
        .order_by(cases.c.due_at.is_(None), cases.c.due_at, cases.c.id)
    )
    return tuple(
        OpenPostMortem(_incident(row), row.title, row.severity, row.phase, row.due_at, row.confidential)
        for row in connection.execute(listed)
    )


def _asked(connection: Connection, covers: Collection[tuple[str, str]]) -> tuple[Asked, ...]:
    """Return the open issues that were asked whether they are incidents, and nobody said; the oldest question first."""
    found = (ask for site, project in sorted(covers) for ask in unanswered_asks(connection, site, project))
    open_ones = (Asked(ask.issue, ask.title, ask.asked_at) for ask in found if ask.closed_at is None)
    return tuple(sorted(open_ones, key=lambda ask: (ask.since, ask.issue.locator)))


def _lost(connection: Connection, covers: Collection[tuple[str, str]]) -> tuple[Lost, ...]:
    covered = frozenset(covers)
    return tuple(
        Lost(each.issue, each.title, each.severity, each.since, each.is_confidential)
        for each in lost_cases(connection)
        if (each.issue.key.site, each.issue.project) in covered
    )


def _action(row: Any, beside: _Beside) -> OpenAction:
    ticket, marked, acks = _ticket(row), beside.marked, beside.acks
    told = marked.told.get((row.case_id, row.ticket_id or "", str(row.due)), ())
    return OpenAction(
        incident=_incident(row),
        title=row.title,
        severity=row.severity,
        action_id=row.action_id,
        description=row.description,
        ticket=ticket,
        owner=_person(row),
        due=row.due,
        outcome=row.outcome or "",
        news_at=row.news_at,
        until=row.until,
        needs=row.needs,
        answer=row.answer,
        dates=tuple(marked.dates.get((row.case_id, row.action_id), ())),
        told=tuple(told),
        ack=acks.get((ticket.key.site, ticket.key.id), "") if ticket else "",
        apart=beside.apart.get(row.row, ()),
        is_confidential=row.confidential,
    )


def _incident(row: Any) -> IssueRef:
    return ref_of(row.site, row.issue_id, row.locator, row.url)


def _ticket(row: Any) -> IssueRef | None:
    if row.ticket_id is None:
        return None
    return ref_of(row.ticket_site, row.ticket_id, row.ticket_locator or "", row.ticket_url or "")


def _person(row: Any) -> Person | None:
    if row.person_id is None:
        return None
    kind = PersonKind(row.person_kind)
    return Person(row.person_site, row.account_id, row.handle, row.person_name, kind, row.active)
