"""Rows of a weekly review: an open action with its owner, its day, and what a reader should know beside those."""

from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person
from integration.postmortem.periods import Period
from integration.postmortem.review import OpenAction, Review
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.writing.tree import Grid, IssueLink, Line, Mention, Plain, line
from integration.postmortem.writing.wording import count, day
from mappings.models import Policy

LONGEST = 90
"""Characters of a description that are shown; its ticket has the rest."""


def actions_listed(actions: tuple[OpenAction, ...], review: Review, week: Period, policy: Policy) -> Grid:
    """Return the table of these actions."""
    rows = tuple((action_named(a), owner_of(a), line(day(a.due)), notes_on(a, review, week, policy)) for a in actions)
    return Grid(("Action", "Owner", "Due", "Good to know"), rows)


def action_named(action: OpenAction) -> Line:
    """Return the action's ticket, or its incident while there is none, with its description."""
    return titled(action.ticket or action.incident, action.description)


def titled(ref: IssueRef, text: str) -> Line:
    """Return the link to an issue and the beginning of its title."""
    return line(IssueLink(ref), f" {short(text)}")


def short(text: str) -> str:
    """Return the text, cut where it is longer than :data:`LONGEST`."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def owner_of(action: OpenAction) -> Line:
    """Return who sees the action through, mentioned."""
    return (Mention(action.owner),) if action.owner else (Plain("nobody yet"),)


def notes_on(action: OpenAction, review: Review, week: Period, policy: Policy) -> Line:
    """Say what a reader should know beside owner and date. Lengths are those of the review's own day, so that a day more is nothing new."""
    notes: list[str] = []
    if action.is_late(review.today) and action.due is not None:
        late = (week.day - action.due).days
        notes.append(f"{count(late, 'day', 'days')} late" if late > 0 else "late since this week")
        told = [f"{step} {at.date()}" for step, at in action.told if step != "reminder"]
        notes += [f"told: {', '.join(told)}"] if told else []
        notes += [f"answered: {short(action.ack)}"] if action.ack else []
    moves = action.moves
    if moves:
        times = "once" if len(moves) == 1 else "twice" if len(moves) == 2 else f"{len(moves)} times"
        notes.append(f"date moved {times}, at first {action.dates[0][0]}")
    if action.outcome in (ProofState.LAPSED, ProofState.REJECTED, ProofState.RISK_EXPIRED):
        notes.append(action.outcome)
    if action.outcome == ProofState.UNVERIFIED and action.apart:
        notes.append(f"anybody but {_names(action.apart)} may verify it")
    if action.owner is not None and not action.owner.active:
        notes.append("the owner's account is no longer active")
    if (since := action.quiet_since(review.today, policy.clocks)) is not None:
        notes.append(f"no word since {since}")
    if action.needs:
        answer = {"fund": "granted", "decline": "declined"}.get(action.answer, "not answered yet")
        notes.append(f"needs {action.needs}: {answer}")
    return line("; ".join(notes))


def _names(persons: tuple[Person, ...]) -> str:
    names = [person.called for person in persons]
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
