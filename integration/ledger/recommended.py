"""Recommendations to governance in SQL: kept by number as their text changes, read with what became of them; and what was nominated with ``/celebrate``."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, insert, select, update

from integration.ledger.cases import ref_of
from integration.ledger.columns import storable
from integration.ledger.precedents import names, precedents
from integration.ledger.tables import cases, decisions, generated, recommendations
from integration.ledger.windows import Counting, project_covered
from integration.postmortem.incident import IssueRef
from integration.postmortem.precedents import Precedent
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.recommendations import Nomination, Recommendation
from integration.postmortem.recommending import LATELY, RecommendationFigures
from integration.postmortem.rules.adopting import ANSWERS
from integration.postmortem.rules.celebrating import CELEBRATE
from integration.postmortem.trends import Window

SAME = 0.6
"""Share of characters in common from which a changed text is taken for the same recommendation, worded anew."""


def keep_recommendations(connection: Connection, case_row: int, texts: Sequence[str], now: datetime) -> None:
    """Let the recommendations of a case be these. One that is worded anew keeps its number, one that is gone is withdrawn."""
    mine = recommendations.c.case_id == case_row
    known = list(connection.execute(select(recommendations).where(mine).order_by(recommendations.c.number)))
    if not (known or texts):
        return
    numbers = _numbered([storable(text) for text in texts], {row.number: row.text for row in known})
    kept = {row.number: row for row in known}
    for number, text in numbers.items():
        row = kept.pop(number, None)
        this = (mine, recommendations.c.number == number)
        if row is None:
            values = {"case_id": case_row, "number": number, "text": text, "made_at": now}
            connection.execute(insert(recommendations).values(**values))
        elif row.text != text or row.withdrawn_at is not None:
            connection.execute(update(recommendations).where(*this).values(text=text, withdrawn_at=None))
    for number, row in kept.items():
        if row.withdrawn_at is None:
            this = (mine, recommendations.c.number == number)
            connection.execute(update(recommendations).where(*this).values(withdrawn_at=now))


def _numbered(texts: Iterable[str], known: dict[int, str]) -> dict[int, str]:
    """Give each text its number: that of the same text, else of the one that resembles it most, else the next one."""
    left, found, new = dict(known), {}, []
    for text in texts:
        same = next((n for n, was in left.items() if normalise(was) == normalise(text)), None)
        if same is None:
            new.append(text)
        else:
            found[same] = text
            del left[same]
    highest = max(known, default=0)
    for text in new:
        alike = {n: SequenceMatcher(None, was, text, autojunk=False).ratio() for n, was in left.items()}
        best = max(alike, key=lambda n: (alike[n], -n), default=None)
        if best is not None and alike[best] >= SAME:
            found[best] = text
            del left[best]
        else:
            highest += 1
            found[highest] = text
    return found


def wanted(
    connection: Connection, series: IssueRef, covers: Collection[tuple[str, str]], now: datetime
) -> RecommendationFigures:
    """Return the recommendations that have an open ticket in a series, or were made lately, with the names that may not cross."""
    mine = and_(cases.c.site == series.key.site, cases.c.issue_id == series.key.id)
    ours = select(cases.c.id).where(mine).scalar_subquery()
    tickets: dict[str, Any] = {
        row.period: row for row in connection.execute(select(generated).where(generated.c.series_id == ours))
    }
    here = project_covered(covers)
    lately = _read(connection, here, recommendations.c.made_at >= now - LATELY)
    still = {period for period, row in tickets.items() if row.closed_at is None} - {each.period for each in lately}
    older = [each for each in _read(connection, here) if each.period in still] if still else []
    open_now = [
        each
        for each in (*older, *lately)
        if (each.period in tickets and tickets[each.period].closed_at is None)
        or (each.period not in tickets and each.withdrawn_at is None)
    ]
    return RecommendationFigures(tuple(open_now), names(connection)) if open_now else RecommendationFigures()


def to_decide(
    connection: Connection, window: Window, covers: Collection[tuple[str, str]] | None
) -> tuple[Recommendation, ...]:
    """Return what was recommended before the end of a window, without what was answered or withdrawn before it began."""
    of = Counting(connection, window, covers)
    found = _read(connection, of.here, recommendations.c.made_at < of.end)
    over = (each.answered_at if each.answer else each.withdrawn_at for each in found)
    return tuple(each for each, at in zip(found, over, strict=True) if at is None or at >= of.start)


def _read(connection: Connection, here: ColumnElement[bool], *where: ColumnElement[bool]) -> tuple[Recommendation, ...]:
    first: dict[tuple[int, int], Any] = {}
    for row in connection.execute(_listed(here, *where)):
        key = (row.case_id, row.number)
        # Of several places that publish it, the one where it was answered first counts.
        if key not in first or (first[key].word is None and row.word is not None):
            first[key] = row
    sources = {each.row: each for each in precedents(connection, list({case for case, _ in first}))}
    return tuple(_recommendation(row, sources[row.case_id]) for row in first.values())


def _recommendation(row: Row[Any], source: Precedent) -> Recommendation:
    return Recommendation(
        source=source,
        number=row.number,
        text=row.text,
        made_at=row.made_at,
        withdrawn_at=row.withdrawn_at,
        ticket=ref_of(row.site, row.issue_id, row.locator, row.url) if row.issue_id else None,
        closed_at=row.closed_at,
        answer=row.word or "",
        args=row.args or "",
        answered_at=row.at,
    )


def _listed(here: ColumnElement[bool], *where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Ask for recommendations with each ticket of theirs and each answer to it."""
    period = cases.c.site.concat(":").concat(cases.c.issue_id).concat(":").concat(recommendations.c.number)
    answered = and_(
        decisions.c.issue_site == generated.c.site,
        decisions.c.issue_id == generated.c.issue_id,
        decisions.c.word.in_(ANSWERS),
        decisions.c.accepted.is_(True),
        decisions.c.confirmed.is_(True),
    )
    return (
        select(
            recommendations,
            generated.c.site,
            generated.c.issue_id,
            generated.c.locator,
            generated.c.url,
            generated.c.closed_at,
            decisions.c.word,
            decisions.c.args,
            decisions.c.at,
        )
        .select_from(
            recommendations.join(cases, cases.c.id == recommendations.c.case_id)
            .outerjoin(generated, generated.c.period == period)
            .outerjoin(decisions, answered)
        )
        .where(cases.c.governed.is_(True), here, *where)
        .order_by(recommendations.c.made_at, recommendations.c.case_id, recommendations.c.number, decisions.c.id)
    )


def nominated(
    connection: Connection, window: Window, covers: Collection[tuple[str, str]] | None
) -> tuple[Nomination, ...]:
    """Return what was nominated in a window, the oldest first."""
    of = Counting(connection, window, covers)
    listed = select(decisions.c.case_id, decisions.c.args, decisions.c.at).where(
        decisions.c.word == CELEBRATE,
        decisions.c.accepted.is_(True),
        decisions.c.at >= of.start,
        decisions.c.at < of.end,
        of.of_these(decisions.c.case_id),
    )
    rows = list(connection.execute(listed.order_by(decisions.c.id)))
    sources = {each.row: each for each in precedents(connection, list({row.case_id for row in rows}))}
    return tuple(Nomination(sources[row.case_id], row.args, row.at) for row in rows if row.case_id in sources)
