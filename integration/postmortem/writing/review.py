"""What a weekly review says: first what waits for a yes or no, then what is late, then the rest by due date; the next step stands at each list. Pure."""

from datetime import datetime

from integration.postmortem.asking import FOR_LEARNING
from integration.postmortem.decisions import NOT_INDEPENDENT
from integration.postmortem.generated import Series
from integration.postmortem.periods import Period
from integration.postmortem.review import Carried, OpenAction, Review, SettledAction
from integration.postmortem.writing.paging import paged
from integration.postmortem.writing.review_lists import asked_of_sponsors, review_lists
from integration.postmortem.writing.review_rows import actions_listed, short
from integration.postmortem.writing.tree import (
    Block,
    Bullets,
    Fold,
    IssueLink,
    Line,
    Paragraph,
    Plain,
    Small,
    Strong,
    Tree,
    line,
)
from integration.postmortem.writing.wording import count, moment, sentence
from mappings.models import Policy

MOST_PAGES = 5
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
    blocks += asked_of_sponsors(review, site, week, policy)
    blocks += review_lists(review, week, policy)
    if review.others:
        summary = f"All other open actions, by due date ({len(review.others)})"
        blocks.append(Fold(summary, (actions_listed(review.others, review, week, policy),)))
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


def _settled(each: SettledAction) -> Line:
    alone = "" if each.is_independent else f", {NOT_INDEPENDENT}"
    return (IssueLink(each.ticket or each.incident), Plain(f" {short(each.description)}: {each.outcome}{alone}"))


def _carried(carried: Carried) -> list[Block]:
    done, aside = tuple(map(_settled, carried.done)), tuple(map(_settled, carried.set_aside))
    return (
        [Fold(f"Settled since the last review ({len(done) + len(aside)})", (Bullets((*done, *aside)),))]
        if done or aside
        else []
    )


def _small_print(audit_head: str, policy: Policy, now: datetime) -> str:
    parts = [f"As of {moment(now, policy.clocks.zone)}"]
    parts += [f"the audit chain ends at `{audit_head}` (`followthrough audit verify --head`)"] if audit_head else []
    if policy.service.wording.not_for_evaluation:
        parts.append(f"names stand beside open items only. {FOR_LEARNING.removesuffix('.')}")
    return " · ".join(parts)
