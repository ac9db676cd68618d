"""Issues that the service wrote itself: which there are of a series, that one was made, and what became of it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from integration.ledger import intents
from integration.ledger.cases import meet_case, ref_of
from integration.ledger.chain import Writing
from integration.ledger.tables import cases, generated
from integration.postmortem.decisions import IntentState
from integration.postmortem.generated import PREFIX, Published
from integration.postmortem.incident import IssueRef


def published(connection: Connection, series: IssueRef) -> tuple[Published, ...]:
    """Return the issues of a series, the oldest first."""
    listed = (
        select(generated)
        .join(cases, generated.c.series_id == cases.c.id)
        .where(cases.c.site == series.key.site, cases.c.issue_id == series.key.id)
        .order_by(generated.c.id)
    )
    return tuple(
        Published(
            row.period,
            ref_of(row.site, row.issue_id, row.locator, row.url),
            row.made_at,
            tuple(row.digests.split()),
            row.closed_at,
        )
        for row in connection.execute(listed)
    )


def settle(writing: Writing, series: IssueRef, purpose: str, made: Published, now: datetime) -> None:
    """Record that the issue of a period was made, together with the outcome of its intent: whoever dies in between leaves neither."""
    created = made.ref.locator
    intents.settle_intent(writing, series, purpose, IntentState.DONE, created, now=now, ticket=made.ref)
    row = meet_case(writing, series, now)
    same = select(generated.c.id).where(generated.c.series_id == row, generated.c.period == made.period)
    if writing.connection.execute(same).scalar_one_or_none() is None:
        writing.connection.execute(insert(generated).values(series_id=row, **_columns(made)))


def keep(writing: Writing, series: IssueRef, changed: Iterable[Published], now: datetime) -> None:
    """Bring what is known of these issues up to date."""
    row = meet_case(writing, series, now)
    for each in changed:
        this = (generated.c.series_id == row, generated.c.period == each.period)
        writing.connection.execute(update(generated).where(*this).values(**_columns(each)))


def series_known(connection: Connection) -> frozenset[tuple[str, str]]:
    """Return site and id of every series that was ever met."""
    listed = select(cases.c.site, cases.c.issue_id).where(cases.c.issue_id.startswith(PREFIX))
    return frozenset((row.site, row.issue_id) for row in connection.execute(listed))


def _columns(each: Published) -> dict[str, object]:
    return {
        "period": each.period,
        "site": each.ref.key.site,
        "issue_id": each.ref.key.id,
        "locator": each.ref.locator,
        "url": each.ref.url,
        "digests": " ".join(each.digests),
        "made_at": each.made_at,
        "closed_at": each.closed_at,
    }
