"""The kinds of issues that the service writes itself: for each, how its figures are gathered and by which pure functions it is judged.

A further kind is one line here, an entry in ``destinations.yaml``, and a module of the core (docs/architecture.md).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integration.ledger.ledger import Ledger
from integration.postmortem.generated import Publication, Seen, Series, series_of
from integration.postmortem.noting import KIND as NOTE_KIND
from integration.postmortem.noting import judge_notes
from integration.postmortem.recommending import KIND as RECOMMENDED
from integration.postmortem.recommending import judge_recommendations
from integration.postmortem.reviewing import judge_review
from integration.postmortem.rules.adopting import WORDS as ANSWERING
from integration.postmortem.rules.answering import Judges
from integration.postmortem.summing import MONTHS, judge_summaries
from integration.work.summaries import gather_summaries
from mappings.models import Policy


@dataclass(frozen=True)
class Kind:
    """One kind. ``gather`` reads the ledger and no tracker; ``judge`` is pure; ``words`` are the commands that people may answer with on its issues."""

    name: str
    gather: Callable[[Ledger, Series, Policy, datetime], Any]
    judge: Callable[[Any, Seen, Policy, datetime], Publication]
    words: Judges = field(default_factory=dict)


REVIEW = Kind(
    "review",
    lambda ledger, series, _, now: ledger.review(series.covers, now).as_read_in(series.site, series.project),
    judge_review,
)
NOTE = Kind(NOTE_KIND, lambda ledger, series, _policy, now: ledger.notes(series.ref, series.covers, now), judge_notes)
RECOMMENDATION = Kind(
    RECOMMENDED,
    lambda ledger, series, _policy, now: ledger.recommendations(series.ref, series.covers, now),
    judge_recommendations,
    ANSWERING,
)
SUMMARIES = tuple(Kind(name, gather_summaries, judge_summaries) for name in MONTHS)
KINDS = {kind.name: kind for kind in (REVIEW, NOTE, RECOMMENDATION, *SUMMARIES)}


def wanted_series(policy: Policy, ledger: Ledger) -> tuple[Series, ...]:
    """Return the series that the mapping wants for the projects that were met."""
    met = [(site, project.name) for site in ("github", "jira") for project in ledger.projects_known(site)]
    return series_of(policy, met, KINDS)
