"""Learning notes: one for each incident whose post-mortem is done, in the place where everybody learns. Pure; their figures come from the ledger.

A note is an issue of a series whose periods are incidents. It is said anew in place while its actions go on, and closed once they are settled. What it
may say is decided in ``rules.crossing``: nothing that names a client, a person, a place or a figure leaves its incident, and confidential
incidents get none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.postmortem.generated import Publication, Seen, WantedIssue
from integration.postmortem.incident import IssueKey
from integration.postmortem.precedents import Precedent
from integration.postmortem.rules.crossing import Border, may_be_named
from integration.postmortem.writing.note import Note, note_outcome, note_title, note_tree, withdrawal
from mappings.models import Policy

KIND = "note"
"""What ``destinations.yaml`` calls it."""
LATELY = timedelta(days=30)
"""What was approved or closed longer ago is not noted any more, so that naming a place for notes does not open hundreds of issues at once."""


@dataclass(frozen=True)
class NoteFigures:
    """The incidents that are noted now, the oldest first, and the names of people, which no note may hold."""

    incidents: tuple[Precedent, ...] = ()
    people: frozenset[str] = frozenset()


def period_of(key: IssueKey) -> str:
    """Return under which name the note of an incident is published: once for each incident."""
    return str(key)


def judge_notes(figures: NoteFigures, seen: Seen, policy: Policy, now: datetime) -> Publication:
    """Return the note of each incident, and the outcome of those of which nothing is left to do."""
    series = seen.series
    here = Border(series.site, series.project, policy.for_project(series.site, series.project).service.client or "")
    wanted = (_wanted(Note(each, here, policy, figures.people), seen) for each in figures.incidents)
    return Publication(tuple(issue for issue in wanted if issue is not None))


def _wanted(note: Note, seen: Seen) -> WantedIssue | None:
    source = note.source
    period = period_of(source.key)
    there = seen.of(period)
    if not may_be_named(source):
        # It became confidential after it was noted: what stood there goes.
        return WantedIssue(period, note_title(None), (withdrawal(),), outcome=note_outcome(None)) if there else None
    if not (source.lessons or source.categories):
        return None
    is_over = there is not None and source.closed_at is not None and all(a.is_settled for a in source.actions)
    return WantedIssue(period, note_title(note), (note_tree(note),), outcome=note_outcome(note) if is_over else None)
