"""Questions whether verified actions still hold: which were asked and have no answer, for the weekly review. Read from marks and decisions."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from integration.ledger.cases import ref_of
from integration.ledger.tables import actions, cases, decisions, marks, projects
from integration.postmortem.review import OpenCheck
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.rules.lasting import ANSWERS

_said = marks.alias()  # whoever says which cases are meant may ask of their other marks
_CASE = (cases.c.site, cases.c.issue_id, cases.c.locator, cases.c.url, cases.c.title, cases.c.confidential)


def open_checks(connection: Connection, of_these: Collection[ColumnElement[bool]]) -> tuple[OpenCheck, ...]:
    """Return the questions without an answer, the longest asked first; ``of_these`` says which cases (joined with their projects) are meant."""
    asked = (
        select(_said.c.case_id, _said.c.at, _said.c.subject, actions.c.action_id, actions.c.settled_at, *_CASE)
        .select_from(_said.join(cases, _said.c.case_id == cases.c.id))
        .join(projects, cases.c.project_id == projects.c.id)
        .join(actions, actions.c.case_id == cases.c.id)
        .where(*of_these, _said.c.kind == "check")
        # What was verified anew since is another question; what lapsed is work again, and listed as such.
        .where(actions.c.outcome == ProofState.VERIFIED.value, actions.c.settled_at < _said.c.at)
        .order_by(_said.c.at, cases.c.id, actions.c.id)
    )
    rows = [row for row in connection.execute(asked) if row.subject.rpartition(":")[0] == row.action_id]
    given = _answers(connection, {row.case_id for row in rows})
    found: dict[int, OpenCheck] = {}
    for row in rows:
        if given.get((row.case_id, row.action_id), row.settled_at) > row.settled_at:
            continue
        ref = ref_of(row.site, row.issue_id, row.locator, row.url)
        known = found.get(row.case_id, OpenCheck(ref, row.title, (), row.at, bool(row.confidential)))
        found[row.case_id] = replace(known, actions=tuple(dict.fromkeys((*known.actions, row.action_id))))
    return tuple(found.values())


def _answers(connection: Connection, of_cases: Collection[int]) -> dict[tuple[int, str], datetime]:
    """Return when each action was last answered for."""
    wanted = select(decisions.c.case_id, decisions.c.subject, decisions.c.at).where(
        decisions.c.case_id.in_(sorted(of_cases)),
        decisions.c.word.in_(ANSWERS),
        decisions.c.accepted,
        decisions.c.confirmed,
    )
    rows = connection.execute(wanted.order_by(decisions.c.id))
    return {(row.case_id, action): row.at for row in rows for action in row.subject.split()}
