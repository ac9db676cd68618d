"""What a weekly review says: first what waits for a yes or no, then what is late, then the rest by due date; the next step stands at each list. Pure."""

from datetime import datetime

from integration.postmortem.asking import FOR_LEARNING
from integration.postmortem.decisions import NOT_INDEPENDENT
from integration.postmortem.generated import Series
from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person
from integration.postmortem.periods import Period
from integration.postmortem.review import Carried, OpenAction, OpenPostMortem, Review, SettledAction
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.rules.roles import mapped
from integration.postmortem.writing.notices import mentions
from integration.postmortem.writing.paging import paged
from integration.postmortem.writing.tree import (
    Block,
    Bullets,
    Fold,
    Grid,
    Heading,
    IssueLink,
    Line,
    Mention,
    Paragraph,
    Plain,
    Small,
    Strong,
    Tree,
    line,
)
from integration.postmortem.writing.wording import count, day, moment, sentence
from mappings.models import Policy

MOST_PAGES = 5
LONGEST = 90
"""Characters of a description that are shown; its ticket has the rest."""
MORE = "{number} more rows do not fit here: `followthrough review --print` lists everything."


def review_title(week: Period, series: Series) -> str:
    """Return the title, which says the day and what is covered."""
    about = "" if series.scope == "all" else f" of {series.scope.partition(':')[2]}"
    return f"Weekly review{about}, {week.day}"


def review_pages(
    review: Review, week: Period, audit_head: str, site: str, policy: Policy, now: datetime
) -> tuple[Tree, ...]:
    """Return the review as pages that fit the tracker; the first one ends with the small print."""
    *blocks, last = review_tree(review, week, audit_head, site, policy, now).blocks
    pages = paged(tuple(blocks), site, MOST_PAGES, MORE)
    return (Tree((*pages[0].blocks, last)), *pages[1:])


def review_tree(review: Review, week: Period, audit_head: str, site: str, policy: Policy, now: datetime) -> Tree:
    """Return the whole review as one text, however long; sponsors are mentioned as they are called on ``site``."""
    blocks: list[Block] = [Paragraph(_headline(review))]
    if review.carried is not None:
        blocks.append(Paragraph(line(_since(review.carried, policy))))
    blocks += _asked_of_sponsors(review, site, week, policy)
    blocks += _lists(review, week, policy)
    if review.others:
        summary = f"All other open actions, by due date ({len(review.others)})"
        blocks.append(Fold(summary, (_grid(review.others, review, week, policy),)))
    if review.carried is not None:
        blocks += _carried(review.carried)
    return Tree((*blocks, Small(sentence(_small_print(audit_head, policy, now)), volatile=True)))


def review_outcome(carried: Carried) -> Tree:
    """Say what became of a review whose week is over."""
    told = _became(carried)
    text = f"This week is over: {told}." if told else "This week is over; nothing in it has changed."
    goes_on = (
        f" {count(carried.going_on, 'action goes', 'actions go')} on in the next review." if carried.going_on else ""
    )
    return Tree((Paragraph(line(text + goes_on)),))


def _headline(review: Review) -> Line:
    incidents = len({action.incident for each in _every_list(review) for action in each})
    parts = [
        f"{len(found)} {word}"
        for found, word in (
            (review.late, "late"),
            (review.this_week, "due this week"),
            (review.unverified, "waiting for verification"),
            (review.needs, "waiting for a sponsor's answer"),
        )
        if found
    ]
    if not review.open_actions:
        return line(Strong("No action is open."))
    what = (
        f"{count(review.open_actions, 'action is', 'actions are')} open in {count(incidents, 'incident', 'incidents')}"
    )
    return line(Strong(f"{what}{': ' if parts else '.'}{', '.join(parts)}{'.' if parts else ''}"))


def _every_list(review: Review) -> tuple[tuple[OpenAction, ...], ...]:
    return (
        review.late,
        review.this_week,
        review.unverified,
        review.lapsed,
        review.ownerless,
        review.quiet,
        review.others,
    )


def _since(carried: Carried, policy: Policy) -> str:
    told = _became(carried)
    when = moment(carried.since, policy.clocks.zone)[:10]
    return f"Since the review of {when}: {told or 'nothing has changed'}; {carried.going_on} of its actions are still open."


def _became(carried: Carried) -> str:
    parts = (
        (len(carried.done), "verified"),
        (len(carried.set_aside), "set aside as an accepted risk"),
        (len(carried.slipped), "late since then"),
        (len(carried.moved), "moved to a later day"),
    )
    return ", ".join(f"{number} {word}" for number, word in parts if number)


def _asked_of_sponsors(review: Review, site: str, week: Period, policy: Policy) -> list[Block]:
    blocks: list[Block] = []
    if review.needs:
        rows = tuple(
            (_what(a), line(a.needs), _owner(a), line(day(a.due)), _notes(a, review, week, policy))
            for a in review.needs
        )
        blocks += [
            Heading(line(f"Waiting for a yes or no ({len(rows)})"), 2),
            Paragraph(sentence("A sponsor answers on the ticket: `/fund`, or `/decline <why>`.")),
            Grid(("Action", "Needs", "Owner", "Due", "Good to know"), rows),
        ]
    sponsors = mapped(site, "executive_sponsors", policy, review.today)
    if review.for_sponsors and sponsors:
        days = policy.clocks.told_after_days.sponsor
        lines = tuple(
            line(f"{project.partition(':')[2]}: ", *_refs(tuple(a.ticket or a.incident for a in actions)))
            for project, actions in review.for_sponsors
        )
        asks = f": these have been late for {days} working days or more. What happens now? `/ack <your decision>` on the ticket."
        blocks += [
            Heading(line("For the executive sponsors"), 2),
            Paragraph((*mentions(sponsors), *sentence(asks))),
            Bullets(lines),
        ]
    return blocks


def _refs(refs: tuple[IssueRef, ...], most: int = 20) -> Line:
    parts: list[IssueLink | Plain] = []
    for ref in refs[:most]:
        parts += [IssueLink(ref), Plain(", ")]
    rest = len(refs) - most
    return (*parts[:-1], *((Plain(f" and {rest} more"),) if rest > 0 else ()))


def _lists(review: Review, week: Period, policy: Policy) -> list[Block]:
    quiet = f"No word for {policy.clocks.quiet_days} days"
    told: tuple[tuple[str, tuple[OpenAction, ...], str], ...] = (
        (
            "Late",
            review.late,
            "Done? `/evidence <claim> <link>` on the ticket. Another day? Change it there, and `/moved <why>`.",
        ),
        ("Due this week", review.this_week, ""),
        ("Waiting for verification", review.unverified, _who_verifies(policy)),
        (
            "To be shown anew",
            review.lapsed,
            "What was shown no longer holds: `/evidence <claim> <link>` on the ticket.",
        ),
        ("Without anybody who sees it through", review.ownerless, "Please assign the ticket to somebody."),
        (quiet, review.quiet, "One line on the ticket is enough."),
    )
    blocks: list[Block] = []
    for title, actions, asks in told:
        if actions:
            blocks.append(Heading(line(f"{title} ({len(actions)})"), 2))
            blocks += [Paragraph(sentence(asks))] if asks else []
            blocks.append(_grid(actions, review, week, policy))
    return [
        *blocks,
        *_risks(review),
        *_postmortems(review, policy),
        *_checks(review, policy),
        *_questions(review, policy),
        *_gone(review, policy),
        *_withheld(review),
    ]


def _who_verifies(policy: Policy) -> str:
    needed = policy.people.commands.verify.value
    return (
        f"Who may: anybody with {needed} rights in that project who neither owned it nor gave its evidence. "
        "`/verify <what you looked at>` on the ticket."
    )


def _risks(review: Review) -> list[Block]:
    if not review.expiring:
        return []
    rows = tuple((_what(a), _owner(a), line(day(a.until))) for a in review.expiring)
    return [
        Heading(line(f"Accepted risks that end soon ({len(rows)})"), 2),
        Paragraph(
            sentence("On that day the question comes back: do it, or `/accept-risk until:YYYY-MM-DD <why>` again.")
        ),
        Grid(("Action", "Owner", "Accepted until"), rows),
    ]


def _postmortems(review: Review, policy: Policy) -> list[Block]:
    found = (*review.writing, *review.approving)
    if not found:
        return []
    rows = tuple(_postmortem(each, review, policy) for each in found)
    return [
        Heading(line(f"Post-mortems ({len(rows)})"), 2),
        Grid(("Incident", "Severity", "Due", "Waits for"), rows),
    ]


def _postmortem(each: OpenPostMortem, review: Review, policy: Policy) -> tuple[Line, ...]:
    waits = "approval" if each in review.approving else "being written"
    due = moment(each.due, policy.clocks.zone) if each.due else "–"
    title = line(IssueLink(each.incident), f" {_short(each.title)}")
    return (title, line(each.severity or "not classified"), line(due), line(waits))


def _questions(review: Review, policy: Policy) -> list[Block]:
    if not review.asked:
        return []
    rows = tuple(
        (line(IssueLink(each.issue), f" {_short(each.title)}"), line(moment(each.since, policy.clocks.zone)[:10]))
        for each in review.asked
    )
    return [
        Heading(line(f"Is this an incident? ({len(rows)})"), 2),
        Paragraph(line("It was asked on each of these, and nobody has answered yet; the line to copy stands there.")),
        Grid(("Issue", "Asked"), rows),
    ]


def _gone(review: Review, policy: Policy) -> list[Block]:
    """List what was governed and cannot be found: it counts as open until somebody finds it or says what became of it."""
    if not review.lost:
        return []
    rows = tuple(
        (
            line(IssueLink(each.issue), f" {_short(each.title)}"),
            line(each.severity or "not classified"),
            line(moment(each.since, policy.clocks.zone)[:10]),
        )
        for each in review.lost
    )
    said = "Deleted, moved, converted, or closed to our account. Each stays open in every count until it is seen again."
    return [
        Heading(line(f"Incidents that cannot be found ({len(rows)})"), 2),
        Paragraph(line(said)),
        Grid(("Incident", "Severity", "Not found since"), rows),
    ]


def _withheld(review: Review) -> list[Block]:
    if not review.withheld:
        return []
    items = count(review.withheld, "open item", "open items")
    return [
        Paragraph(
            line(
                f"Besides, there {'is' if review.withheld == 1 else 'are'} {items} of confidential incidents, told in their own projects only."
            )
        )
    ]


def _settled(each: SettledAction) -> Line:
    alone = "" if each.is_independent else f", {NOT_INDEPENDENT}"
    return (IssueLink(each.ticket or each.incident), Plain(f" {_short(each.description)}: {each.outcome}{alone}"))


def _checks(review: Review, policy: Policy) -> list[Block]:
    if not review.checks:
        return []
    rows = tuple(
        (
            line(IssueLink(each.incident), f" {_short(each.title)}"),
            line(", ".join(each.actions)),
            line(moment(each.since, policy.clocks.zone)[:10]),
        )
        for each in review.checks
    )
    how = "`/still-holds <what you checked>` on the incident, by somebody who does not own the action; or `/no-longer-holds A1 <reason>`."
    return [
        Heading(line(f"Does what was verified still hold? ({len(rows)})"), 2),
        Paragraph(sentence(how)),
        Grid(("Incident", "Actions", "Asked"), rows),
    ]


def _carried(carried: Carried) -> list[Block]:
    done, aside = tuple(map(_settled, carried.done)), tuple(map(_settled, carried.set_aside))
    return (
        [Fold(f"Settled since the last review ({len(done) + len(aside)})", (Bullets((*done, *aside)),))]
        if done or aside
        else []
    )


def _grid(actions: tuple[OpenAction, ...], review: Review, week: Period, policy: Policy) -> Grid:
    rows = tuple((_what(a), _owner(a), line(day(a.due)), _notes(a, review, week, policy)) for a in actions)
    return Grid(("Action", "Owner", "Due", "Good to know"), rows)


def _names(persons: tuple[Person, ...]) -> str:
    names = [person.called for person in persons]
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def _what(action: OpenAction) -> Line:
    return line(IssueLink(action.ticket or action.incident), f" {_short(action.description)}")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def _owner(action: OpenAction) -> Line:
    return (Mention(action.owner),) if action.owner else (Plain("nobody yet"),)


def _notes(action: OpenAction, review: Review, week: Period, policy: Policy) -> Line:
    """Say what a reader should know beside owner and date. Lengths are those of the review's own day, so that a day more is nothing new."""
    notes: list[str] = []
    if action.is_late(review.today) and action.due is not None:
        late = (week.day - action.due).days
        notes.append(f"{count(late, 'day', 'days')} late" if late > 0 else "late since this week")
        told = [f"{step} {at.date()}" for step, at in action.told if step != "reminder"]
        notes += [f"told: {', '.join(told)}"] if told else []
        notes += [f"answered: {_short(action.ack)}"] if action.ack else []
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


def _small_print(audit_head: str, policy: Policy, now: datetime) -> str:
    parts = [f"As of {moment(now, policy.clocks.zone)}"]
    parts += [f"the audit chain ends at `{audit_head}` (`followthrough audit verify --head`)"] if audit_head else []
    if policy.service.wording.not_for_evaluation:
        parts.append(f"names stand beside open items only. {FOR_LEARNING.removesuffix('.')}")
    return " · ".join(parts)
