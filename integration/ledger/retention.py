"""What is no longer needed goes after a time; what keeps things from being done twice, and the audit chain, stays (S25)."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from integration.keeping import Keeping
from integration.ledger import holding
from integration.ledger.chain import Writing
from integration.ledger.precedents import forget_words
from integration.ledger.tables import (
    cases,
    decisions,
    intents,
    lessons,
    policy_files,
    publications,
    rejections,
)
from integration.postmortem.decisions import IntentState


def retain(writing: Writing, keeping: Keeping, now: datetime) -> dict[str, int]:
    """Delete what is kept for longer than ``keeping`` says; return how many rows of each kind. Audited where there were any.

    What is on legal hold stays.
    """
    connection = writing.connection
    free = (cases.c.site + ":" + cases.c.issue_id).not_in(sorted(holding.held(connection)))
    gone = {
        "titles": _titles(connection, free, now - timedelta(days=keeping.titles_days)),
        "lessons": _lessons(connection, free, now - timedelta(days=keeping.lessons_days)),
        "failed_creations": _failed_creations(connection, free, now - timedelta(days=keeping.failed_creations_days)),
        "refused_policies": _refused(connection, now - timedelta(days=keeping.refused_policies_days)),
        "past_policies": _past_policies(connection, now - timedelta(days=keeping.past_policies_days)),
    }
    if any(gone.values()):
        writing.trail.note("retention.applied", now, gone)
    return gone


def _titles(connection: Connection, free: ColumnElement[bool], before: datetime) -> int:
    """Empty the titles of cases closed before an instant: people's words, which the tracker has; a later look fetches them again."""
    old = (free, cases.c.closed_at < before, cases.c.title != "")
    return connection.execute(update(cases).where(*old).values(title="")).rowcount


def _lessons(connection: Connection, free: ColumnElement[bool], before: datetime) -> int:
    """Delete the lessons of cases closed before an instant, and empty the words by which they are found: people's words, worth more than a title."""
    old = select(cases.c.id).where(free, cases.c.closed_at < before)
    connection.execute(delete(lessons).where(lessons.c.case_id.in_(old)))
    return forget_words(connection, old)


def _failed_creations(connection: Connection, free: ColumnElement[bool], before: datetime) -> int:
    old = select(cases.c.id).where(free, cases.c.closed_at < before)
    failed = (intents.c.state == IntentState.FAILED.value, intents.c.opened_at < before, intents.c.case_id.in_(old))
    return connection.execute(delete(intents).where(*failed)).rowcount


def _refused(connection: Connection, before: datetime) -> int:
    return connection.execute(delete(rejections).where(rejections.c.settled_at < before)).rowcount


def _past_policies(connection: Connection, before: datetime) -> int:
    """Delete policies that are out of force since before an instant, unless a decision was taken under them; the number of policies is returned.

    Out of force means replaced: one that held for years and was replaced yesterday is the first that somebody wants to go back to.
    """
    replaced_at = func.lead(publications.c.at, type_=publications.c.at.type).over(order_by=publications.c.id)
    spans = select(publications.c.id, publications.c.hash, replaced_at.label("replaced_at")).subquery()
    active = select(publications.c.hash).order_by(publications.c.id.desc()).limit(1).scalar_subquery()
    old = (
        select(spans.c.hash)
        .where(spans.c.hash != active, spans.c.hash.not_in(select(decisions.c.policy)))
        .group_by(spans.c.hash)
        .having(func.max(spans.c.replaced_at) < before)
    )
    hashes = tuple(connection.execute(old).scalars())
    connection.execute(delete(policy_files).where(policy_files.c.hash.in_(hashes)))
    connection.execute(delete(publications).where(publications.c.hash.in_(hashes)))
    return len(hashes)
