"""The look-back in words: one page for the terminal, and the same as an issue. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.postmortem.asking import FOR_LEARNING
from integration.postmortem.decisions import NOT_INDEPENDENT
from integration.postmortem.lookback import Actions, Past
from integration.postmortem.writing.tree import Block, Bullets, Code, Heading, IssueLink, Paragraph, Small, Tree, line
from integration.postmortem.writing.wording import count, moment, sentence

MOST_MISSING = 3


@dataclass(frozen=True)
class Point:
    """One thing that is said of an incident. ``sign`` is ``✔``, ``✘``, ``?`` or ``·``; ``about`` a word."""

    sign: str
    about: str
    says: str


def points_of(past: Past) -> tuple[Point, ...]:
    """Return what is said of one incident: its post-mortem, its actions, whether it came back."""
    return (_postmortem(past), *_actions(past.actions), _likeness(past))


def _postmortem(past: Past) -> Point:
    if not past.has_postmortem:
        if past.elsewhere:
            return Point("?", "post-mortem", f"not in the issue; one may be at {past.elsewhere}")
        return Point("✘", "post-mortem", "none in the issue")
    parts = f"{past.filled} of {past.asked} sections say something"
    if not past.missing:
        return Point("✔", "post-mortem", parts)
    named = ", ".join(past.missing[:MOST_MISSING])
    more = len(past.missing) - MOST_MISSING
    return Point("·", "post-mortem", f"{parts}; not found: {named}{f' and {more} more' if more > 0 else ''}")


def _actions(actions: Actions) -> tuple[Point, ...]:
    if not actions.named:
        return (Point("✘", "actions", "none written down"),)
    tracked = f"{count(actions.named, 'is', 'are')} named, {actions.assigned} with an owner and a date, {actions.tracked} with a ticket"
    first = Point("✔" if actions.tracked == actions.named == actions.assigned else "✘", "actions", tracked)
    if not actions.tracked:
        return (first,)
    shown = f"{actions.done} of {actions.tracked} tickets closed as done, {actions.shown} of these with something that shows that it works"
    if actions.alone:
        shown += f"; {actions.alone} of them by nobody but the owner, so {NOT_INDEPENDENT}"
    return (first, Point("✔" if actions.shown == actions.named else "✘", "proof", shown))


def _likeness(past: Past) -> Point:
    like = past.like
    if like is None:
        return Point("·", "came back", "no earlier incident here reads like it")
    when = f"{like.ref.locator} of {like.created_at:%Y-%m-%d}"
    if not like.words:
        return Point("?", "came back", f"it refers to {when}")
    return Point("?", "came back", f"it reads like {when}: both speak of {', '.join(like.words)}")


@dataclass(frozen=True)
class NextStep:
    """One thing to do now, and a line to copy."""

    says: str
    copy: str


def next_step(pasts: Sequence[Past], place: str) -> NextStep:
    """Return the one step that helps most: what came back first, then what was never written, tracked or shown."""
    site = place.partition(":")[0]
    for past in pasts:
        if past.like and past.like.ref.key != past.ref.key:
            return NextStep(
                f"Read {past.like.ref.locator} and {past.ref.locator} side by side: was it the same cause, and which action"
                f" of the first should have stopped the second? Write the answer into {past.ref.locator}; this prints the questions:",
                "followthrough templates markdown",
            )
    for past in pasts:
        if not past.has_postmortem:
            return NextStep(
                f"Write down what let {past.ref.locator} happen, while people remember. These are the questions, to paste into it:",
                "followthrough templates markdown",
            )
    for past in pasts:
        if past.actions.tracked < past.actions.named:
            return NextStep(
                f"Give each action of {past.ref.locator} a ticket, an owner and a date. This prepares the place so that the next"
                " incident's actions become tickets by themselves:",
                f"followthrough setup {site} {place.partition(':')[2]}",
            )
    for past in pasts:
        if past.actions.unshown:
            return NextStep(
                f"Ask on {past.actions.unshown.locator}, which was closed as done, what shows that it works: a test, a replay, a link.",
                f"followthrough setup {site} {place.partition(':')[2]}",
            )
    return NextStep(
        "This is how it should be. Let the next incident be asked by itself; this prepares the place:",
        f"followthrough setup {site} {place.partition(':')[2]}",
    )


def together(pasts: Sequence[Past]) -> str:
    """Return one sentence over all of them."""
    written = sum(past.has_postmortem for past in pasts)
    named, tracked, shown = (
        sum(getattr(past.actions, name) for past in pasts) for name in ("named", "tracked", "shown")
    )
    again = sum(past.like is not None for past in pasts)
    return (
        f"{written} of {len(pasts)} {'has' if written == 1 else 'have'} a post-mortem; {count(named, 'action', 'actions')} named,"
        f" {tracked} tracked, {shown} with something that shows that it works; {again} may have come back."
    )


def life_of(past: Past, now: datetime) -> str:
    """Return when it was opened and how long it was open."""
    opened = f"opened {past.opened_at:%Y-%m-%d}"
    if not past.closed:
        return f"{opened}, still open after {_length(now - past.opened_at)}"
    return (
        f"{opened}, closed after {_length(past.closed_at - past.opened_at)}" if past.closed_at else f"{opened}, closed"
    )


def _length(span: timedelta) -> str:
    hours = max(0, round(span.total_seconds() / 3600))
    if hours < 48:
        return count(hours, "hour", "hours") if hours else "less than an hour"
    return count(round(hours / 24), "day", "days")


def lookback_tree(pasts: Sequence[Past], place: str, chosen: str, now: datetime, zone: str) -> Tree:
    """Return the look-back as the body of an issue."""
    step = next_step(pasts, place)
    blocks: list[Block] = [
        Paragraph(
            line(
                f"The last {count(len(pasts), 'incident', 'incidents')} here ({chosen}), and what became of them. {together(pasts)}"
            )
        ),
        Heading(line("One next step"), 2),
        Paragraph((*line(f"{step.says} "), Code(step.copy))),
    ]
    for past in pasts:
        blocks.append(Heading((IssueLink(past.ref), *line(f" {past.title}")), 3))
        told = [line(f"{life_of(past, now)}")]
        told += [line(f"{point.sign} {point.about}: {point.says}") for point in points_of(past)]
        blocks.append(Bullets(tuple(told)))
    blocks.append(Small(line(f"Looked at {moment(now, zone)}, from what stands in the issues. {FOR_LEARNING}")))
    blocks.append(Small(sentence("Made by `followthrough lookback`; close this issue when you have talked about it.")))
    return Tree(tuple(blocks))
