"""Everything that is held of one incident, read from one instant, with its stretch of the audit chain (S25). Nothing is created."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, Text, func, select

from integration.ledger import holding, verification
from integration.ledger import intents as intent_rows
from integration.ledger.cases import ref_of
from integration.ledger.chain import ChainKey
from integration.ledger.decisions import SELECT, decision_of
from integration.ledger.lost import ERASED, LOST
from integration.ledger.marking import FINISHED
from integration.ledger.tables import (
    actions,
    cases,
    causes,
    decisions,
    intents,
    lessons,
    marks,
    owners,
    people,
    recommendations,
    tickets,
)
from integration.postmortem.dossier import Chain, Dossier, KeptAction, Link, StatedCause, Taken
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.people import Person, PersonKind
from integration.postmortem.reading.spans import Spans


def called(connection: Connection, site: str, locator: str) -> IssueRef | None:
    """Return the case that goes by a locator (``acme/shop#12``), or whose ticket does; ``None`` where nothing of it is held.

    No tracker is asked, so an incident that is gone from there is found as well.
    """
    wanted = locator.casefold()
    named = (cases.c.site, cases.c.issue_id, cases.c.locator, cases.c.url)
    own = select(*named).where(cases.c.site == site, func.lower(cases.c.locator, type_=Text()) == wanted)
    row = connection.execute(own.order_by(cases.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        of_ticket = (
            select(*named)
            .join(tickets, tickets.c.case_id == cases.c.id)
            .where(tickets.c.site == site, func.lower(tickets.c.locator, type_=Text()) == wanted)
        )
        row = connection.execute(of_ticket.order_by(tickets.c.id.desc()).limit(1)).one_or_none()
    return ref_of(*row) if row else None


def dossier(connection: Connection, key: ChainKey, case: IssueKey, known_head: str | None) -> Dossier | None:
    """Return what is held of a case, or ``None`` where it was never met. The whole chain is checked, as ``audit verify`` does."""
    found = select(cases).where(cases.c.site == case.site, cases.c.issue_id == case.id)
    row = connection.execute(found).mappings().one_or_none()
    if row is None:
        return None
    marked = _marked(connection, row["id"])
    return Dossier(
        **_facts(row, marked),
        chain=_chain(connection, key, case, known_head),
        causes=tuple(_causes(connection, row["id"])),
        lessons=_texts(connection, lessons, row["id"]),
        recommendations=_texts(connection, recommendations, row["id"]),
        actions=tuple(_actions(connection, row["id"], marked)),
        decisions=tuple(_taken(connection, row)),
        made=tuple(
            intent_rows.intent_of(each)
            for each in connection.execute(
                select(*intent_rows.COLUMNS).where(intents.c.case_id == row["id"]).order_by(intents.c.id)
            )
        ),
        told=tuple(marked["said"]),
        holds=holding.holds_of(connection, case),
    )


_Marks = dict[str, list[tuple[str, datetime]]]


def _marked(connection: Connection, row: int) -> _Marks:
    found: _Marks = defaultdict(list)
    listed = select(marks.c.kind, marks.c.subject, marks.c.at).where(marks.c.case_id == row)
    for kind, subject, at in connection.execute(listed.order_by(marks.c.at, marks.c.subject)):
        found[kind].append((subject, at))
    return found


def _facts(row: RowMapping, marked: _Marks) -> dict[str, Any]:
    same = ("title", "kind", "severity", "phase", "mode", "policy", "opened_at", "closed_at", "due_at", "approved_at")
    times = (row[f"{name}_at"] for name in ("began", "detected", "acknowledged", "mitigated", "resolved"))
    last_lost = max((at for _, at in marked[LOST]), default=None)
    is_lost = last_lost is not None and (row["looked_at"] is None or last_lost > row["looked_at"])
    return {name: row[name] for name in same} | {
        "ref": ref_of(row["site"], row["issue_id"], row["locator"], row["url"]),
        "is_governed": row["governed"],
        "client": row["client"] or "",
        "is_confidential": bool(row["confidential"]),
        "adopted_digest": row["adopted_digest"] or "",
        "spans": Spans(*times),
        "finished_at": min((at for _, at in marked[FINISHED]), default=None),
        "looked_at": row["looked_at"],
        "lost_since": last_lost if is_lost else None,
        "erased_at": max((at for _, at in marked[ERASED]), default=None),
    }


def _chain(connection: Connection, key: ChainKey, case: IssueKey, known_head: str | None) -> Chain:
    report = verification.verify_audit(connection, key, known_head)
    links = tuple(
        Link(each.seq, each.at, each.kind, each.body, each.hash) for each in verification.entries_of(connection, case)
    )
    return Chain(links, report.entries, report.head, report.problems)


def _causes(connection: Connection, row: int) -> Iterator[StatedCause]:
    columns = (causes.c.category, causes.c.sub_category, causes.c.phase, causes.c.system)
    for each in connection.execute(select(*columns).where(causes.c.case_id == row).order_by(causes.c.position)):
        yield StatedCause(*each)


def _texts(connection: Connection, table: Table, row: int) -> tuple[str, ...]:
    """Return the words of a case that a table holds, in their order; those that were erased are gone."""
    listed = select(table.c.text).where(table.c.case_id == row).order_by(*table.primary_key.columns)
    return tuple(text for text in connection.execute(listed).scalars() if text)


def _taken(connection: Connection, case: RowMapping) -> Iterator[Taken]:
    names = {(case["site"], case["issue_id"]): case["locator"]}
    mine = select(tickets.c.site, tickets.c.issue_id, tickets.c.locator).where(tickets.c.case_id == case["id"])
    names |= {(site, issue): locator for site, issue, locator in connection.execute(mine)}
    listed = SELECT.where(decisions.c.case_id == case["id"]).order_by(decisions.c.id)
    for row in connection.execute(listed).mappings():
        decision = decision_of(row)
        where = names.get((decision.issue.site, decision.issue.id), str(decision.issue))
        yield Taken(decision, where, row["audit_seq"])


def _actions(connection: Connection, row: int, marked: _Marks) -> Iterator[KeptAction]:
    dates: dict[str, list[date]] = defaultdict(list)
    for subject, _ in marked["due"]:
        action, _, day = subject.rpartition(":")
        dates[action].append(date.fromisoformat(day))
    owned = _owners_ever(connection, row)
    listed = (
        select(actions, people.c.id.label("person"), *(people.c[name] for name in _OF_PEOPLE))
        .outerjoin(people, actions.c.owner_id == people.c.id)
        .where(actions.c.case_id == row)
        .order_by(actions.c.id)
    )
    for each in connection.execute(listed).mappings():
        ticket = None
        if each["ticket_id"] is not None:
            ticket = ref_of(
                each["ticket_site"], each["ticket_id"], each["ticket_locator"] or "", each["ticket_url"] or ""
            )
        yield KeptAction(
            action_id=each["action_id"],
            description=each["description"],
            ticket=ticket,
            owner=None if each["person"] is None else _person(each),
            due=each["due"],
            outcome=each["outcome"] or "",
            settled_at=each["settled_at"],
            until=each["until"],
            needs=each["needs"],
            answer=each["answer"],
            dates=tuple(dates[each["action_id"]]),
            owners=tuple(owned[each["id"]]),
        )


def _owners_ever(connection: Connection, row: int) -> dict[int, list[Person]]:
    """Return everybody who ever owned an action of the case, by the row of the action."""
    owned: dict[int, list[Person]] = defaultdict(list)
    past = (
        select(owners.c.action_id, people)
        .join(people, owners.c.person_id == people.c.id)
        .join(actions, owners.c.action_id == actions.c.id)
        .where(actions.c.case_id == row)
        .order_by(people.c.id)
    )
    for each in connection.execute(past).mappings():
        owned[each["action_id"]].append(_person(each))
    return owned


_OF_PEOPLE = ("site", "account_id", "handle", "name", "kind", "active")


def _person(row: RowMapping) -> Person:
    kind = PersonKind(row["kind"])
    return Person(row["site"], row["account_id"], row["handle"], row["name"], kind, row["active"])
