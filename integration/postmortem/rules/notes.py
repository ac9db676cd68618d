"""What was told in comments with ``/note`` and ``/resolved`` → entries of the timeline, merged with what is written (issue 4, "Phases").

What is written wins: a comment marks a moment only where the section says nothing of it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from integration.postmortem.decisions import Decision
from integration.postmortem.incident import Issue
from integration.postmortem.reading.arguments import read_told
from integration.postmortem.reading.milestones import Moment, marked_clearly, marked_perhaps
from integration.postmortem.reading.timeline import Entry, Timeline

MOST = 200
"""Notes that are kept; of more, the latest."""
BEGINNING, OVER = "Began, as the first answers say", "Resolved"


def read_notes(decisions: Iterable[Decision]) -> tuple[Entry, ...]:
    """Return an entry per granted note, in the order in which they were said, and at the end the latest resolution."""
    granted = [decision for decision in decisions if decision.grants]
    notes = [_note(decision) for decision in granted if decision.word == "note"]
    over = [_resolution(decision) for decision in granted if decision.word == "resolved"]
    return (*notes[-MOST:], *over[-1:])


def read_beginning(answer: str, opened_at: datetime, zone: tzinfo) -> tuple[Entry, ...]:
    """Return the entry that the form's answer makes, to the question when it began; none where it names no time."""
    told = read_told(answer, opened_at, zone)
    if not told.time or told.at is None:
        return ()
    return (Entry(told.time, told.at, told.words or BEGINNING, Moment.BEGAN, noted=True),)


def merged(written: Timeline, notes: tuple[Entry, ...], opened_at: datetime) -> Timeline:
    """Return the timeline as it is told in both places.

    Where nothing says when it began, the earliest time that was noted does, if it lies before the opening: it is asked for in those words.
    """
    if not notes:
        return written
    # Each note is a part of its own: nobody has to write comments in the order of what they tell.
    found = [
        replace(note, part=-number, moment=None, clear=False)
        if note.moment and written.entry(note.moment)
        else replace(note, part=-number)
        for number, note in enumerate(notes, 1)
    ]
    if not any(entry.moment is Moment.BEGAN for entry in (*written.entries, *found)):
        found = _with_a_beginning(found, written, opened_at)
    return replace(written, entries=(*written.entries, *found))


def _with_a_beginning(found: list[Entry], written: Timeline, opened_at: datetime) -> list[Entry]:
    timed = [
        entry.at for entry in (*written.entries, *found) if entry.at is not None and (entry.time or not entry.noted)
    ]
    first = min(timed, default=opened_at)
    begins = next((entry for entry in found if entry.time and entry.at == first and entry.moment is None), None)
    if begins is None or first >= opened_at:
        return found
    return [replace(entry, moment=Moment.BEGAN) if entry is begins else entry for entry in found]


def _note(decision: Decision) -> Entry:
    told = read_told(decision.reason, decision.at)
    at = read_instant(decision.subject)
    moment = marked_clearly(told.words) or marked_perhaps(told.words)
    # Whoever tells only afterwards that it began does not say that it began then.
    is_vague = moment is Moment.BEGAN and not told.time
    return Entry(told.time, at, told.words or decision.reason, None if is_vague else moment, noted=True)


def _resolution(decision: Decision) -> Entry:
    words = read_told(decision.args, decision.at).words
    return Entry("", read_instant(decision.reason), words or OVER, Moment.RESOLVED, clear=True, noted=True)


def digest_to_approve(incident: Issue, decisions: Iterable[Decision]) -> str:
    """Return the digest of what a reviewer approves: the text, and the notes that stand in its timeline with it."""
    notes = [f"{d.comment_digest}:{d.line}" for d in decisions if d.word == "note" and d.grants]
    if not notes:
        return incident.body_digest
    return hashlib.sha256("\n".join((incident.body_digest, *notes)).encode()).hexdigest()


def read_instant(written: str) -> datetime | None:
    """Return the instant that a decision keeps, or ``None`` where it keeps none."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
