"""What a weekly review lists, in SQL: open items of the projects that it covers. Names are read beside open items alone."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, tuple_

from integration.ledger.cases import ref_of
from integration.ledger.tables import actions, audit_head, cases, people, projects
from integration.postmortem.people import Person, PersonKind
from integration.postmortem.review import OpenAction, ReviewFigures
from integration.postmortem.rules.evidence import ProofState

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


def review(connection: Connection, covers: Collection[tuple[str, str]]) -> ReviewFigures:
    """Return the open items of these (site, project)."""
    head = connection.execute(select(audit_head.c.seq, audit_head.c.hash)).one()
    return ReviewFigures(_open_actions(connection, covers), f"{head.seq}:{head.hash}")


def _covered(covers: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    return tuple_(projects.c.site, projects.c.name).in_(sorted(covers))


def _open_actions(connection: Connection, covers: Collection[tuple[str, str]]) -> tuple[OpenAction, ...]:
    listed = (
        select(
            cases.c.site,
            cases.c.issue_id,
            cases.c.locator,
            cases.c.url,
            cases.c.title,
            cases.c.severity,
            actions.c.action_id,
            actions.c.description,
            actions.c.ticket_site,
            actions.c.ticket_id,
            actions.c.ticket_locator,
            actions.c.ticket_url,
            actions.c.due,
            actions.c.outcome,
            *_PERSON,
        )
        .join(cases, actions.c.case_id == cases.c.id)
        .join(projects, cases.c.project_id == projects.c.id)
        .outerjoin(people, actions.c.owner_id == people.c.id)
        .where(cases.c.governed.is_(True), _covered(covers))
        .where(or_(actions.c.outcome.is_(None), actions.c.outcome.not_in(_SETTLED)))
        .order_by(actions.c.due.is_(None), actions.c.due, actions.c.id)
    )
    return tuple(_action(row) for row in connection.execute(listed))


def _action(row: Any) -> OpenAction:
    ticket = None
    if row.ticket_id is not None:
        ticket = ref_of(row.ticket_site, row.ticket_id, row.ticket_locator or "", row.ticket_url or "")
    return OpenAction(
        incident=ref_of(row.site, row.issue_id, row.locator, row.url),
        title=row.title,
        severity=row.severity,
        action_id=row.action_id,
        description=row.description,
        ticket=ticket,
        owner=_person(row),
        due=row.due,
        outcome=row.outcome or "",
    )


def _person(row: Any) -> Person | None:
    if row.person_id is None:
        return None
    kind = PersonKind(row.person_kind)
    return Person(row.person_site, row.account_id, row.handle, row.person_name, kind, row.active)
