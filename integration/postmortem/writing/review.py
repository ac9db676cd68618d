"""What a weekly review says, the next step first. Pure."""

from datetime import datetime

from integration.postmortem.generated import Seen, Series
from integration.postmortem.periods import Period
from integration.postmortem.review import OpenAction, ReviewFigures
from integration.postmortem.writing.tree import Grid, IssueLink, Line, Mention, Paragraph, Plain, Small, Tree, line
from integration.postmortem.writing.wording import count, day, moment
from mappings.models import Policy


def review_title(week: Period, series: Series) -> str:
    """Return the title, which says the day and what is covered."""
    about = "" if series.scope == "all" else f" · {series.scope.partition(':')[2]}"
    return f"Weekly review {week.day}{about}"


def review_pages(figures: ReviewFigures, week: Period, seen: Seen, policy: Policy, now: datetime) -> tuple[Tree, ...]:
    """Return the review as pages that fit the tracker."""
    rows = tuple(_row(action) for action in figures.actions)
    head = line(f"{count(len(figures.actions), 'action is', 'actions are')} open.")
    stamp = f"As of {moment(now, policy.clocks.zone)}"
    return (
        Tree(
            (
                Paragraph(head),
                Grid(("Action", "Owner", "Due", "State"), rows),
                Small(line(stamp), volatile=True),
            )
        ),
    )


def review_outcome(figures: ReviewFigures, now: datetime) -> Tree:
    """Return what is said when a review is over."""
    return Tree(
        (Paragraph(line(f"This week is over; {count(len(figures.actions), 'action is', 'actions are')} open.")),)
    )


def _row(action: OpenAction) -> tuple[Line, ...]:
    where = IssueLink(action.ticket or action.incident)
    owner: Line = (Mention(action.owner),) if action.owner else (Plain("nobody yet"),)
    return ((where, Plain(f" {action.description}")), owner, (Plain(day(action.due)),), (Plain(action.outcome),))
