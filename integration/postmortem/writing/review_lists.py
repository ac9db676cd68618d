"""The lists of a weekly review: what waits for sponsors, what is late, the open actions, risks, post-mortems, questions; the next step stands at each."""

from datetime import datetime

from integration.postmortem.incident import IssueRef
from integration.postmortem.periods import Period
from integration.postmortem.review import OpenAction, OpenPostMortem, Review
from integration.postmortem.rules.roles import mapped
from integration.postmortem.writing.notices import mentions
from integration.postmortem.writing.review_rows import action_named, actions_listed, notes_on, owner_of, titled
from integration.postmortem.writing.tree import Block, Bullets, Grid, Heading, IssueLink, Line, Paragraph, Plain, line
from integration.postmortem.writing.wording import count, day, moment, sentence
from mappings.models import Policy


def asked_of_sponsors(review: Review, site: str, week: Period, policy: Policy) -> list[Block]:
    """Return what waits for a sponsor's yes or no, and what has been late for so long that sponsors are mentioned."""
    needs = tuple(
        (action_named(a), line(a.needs), owner_of(a), line(day(a.due)), notes_on(a, review, week, policy))
        for a in review.needs
    )
    says = "A sponsor answers on the ticket: `/fund`, or `/decline <why>`."
    blocks = _listed("Waiting for a yes or no", says, ("Action", "Needs", "Owner", "Due", "Good to know"), needs)
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


def review_lists(review: Review, week: Period, policy: Policy) -> list[Block]:
    """Return the other lists, the late actions first; a list without rows is left out."""
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
            blocks.append(actions_listed(actions, review, week, policy))
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


def _listed(title: str, says: str, header: tuple[str, ...], rows: tuple[tuple[Line, ...], ...]) -> list[Block]:
    """Return a heading with the number of rows, what to do about them, and the table; nothing where there are no rows."""
    if not rows:
        return []
    asks = [Paragraph(sentence(says))] if says else []
    return [Heading(line(f"{title} ({len(rows)})"), 2), *asks, Grid(header, rows)]


def _risks(review: Review) -> list[Block]:
    rows = tuple((action_named(a), owner_of(a), line(day(a.until))) for a in review.expiring)
    says = "On that day the question comes back: do it, or `/accept-risk until:YYYY-MM-DD <why>` again."
    return _listed("Accepted risks that end soon", says, ("Action", "Owner", "Accepted until"), rows)


def _postmortems(review: Review, policy: Policy) -> list[Block]:
    rows = tuple(_postmortem(each, review, policy) for each in (*review.writing, *review.approving))
    return _listed("Post-mortems", "", ("Incident", "Severity", "Due", "Waits for"), rows)


def _postmortem(each: OpenPostMortem, review: Review, policy: Policy) -> tuple[Line, ...]:
    waits = "approval" if each in review.approving else "being written"
    due = moment(each.due, policy.clocks.zone) if each.due else "–"
    return (titled(each.incident, each.title), line(each.severity or "not classified"), line(due), line(waits))


def _checks(review: Review, policy: Policy) -> list[Block]:
    rows = tuple(
        (titled(each.incident, each.title), line(", ".join(each.actions)), _since(each.since, policy))
        for each in review.checks
    )
    says = "`/still-holds <what you checked>` on the incident, by somebody who does not own the action; or `/no-longer-holds A1 <reason>`."
    return _listed("Does what was verified still hold?", says, ("Incident", "Actions", "Asked"), rows)


def _questions(review: Review, policy: Policy) -> list[Block]:
    rows = tuple((titled(each.issue, each.title), _since(each.since, policy)) for each in review.asked)
    says = "It was asked on each of these, and nobody has answered yet; the line to copy stands there."
    return _listed("Is this an incident?", says, ("Issue", "Asked"), rows)


def _gone(review: Review, policy: Policy) -> list[Block]:
    """List what was governed and cannot be found: it counts as open until somebody finds it or says what became of it."""
    rows = tuple(
        (titled(each.issue, each.title), line(each.severity or "not classified"), _since(each.since, policy))
        for each in review.lost
    )
    says = "Deleted, moved, converted, or closed to our account. Each stays open in every count until it is seen again."
    return _listed("Incidents that cannot be found", says, ("Incident", "Severity", "Not found since"), rows)


def _withheld(review: Review) -> list[Block]:
    if not review.withheld:
        return []
    there = f"there {'is' if review.withheld == 1 else 'are'} {count(review.withheld, 'open item', 'open items')}"
    return [Paragraph(line(f"Besides, {there} of confidential incidents, told in their own projects only."))]


def _since(at: datetime, policy: Policy) -> Line:
    return line(moment(at, policy.clocks.zone)[:10])
