"""Recommendations to governance: one ticket for each that an approved post-mortem makes, until somebody adopts or declines it. Pure.

A ticket is an issue of a series whose periods are recommendations. What may be said on it is decided in ``rules.crossing``; of a confidential incident
there is no ticket, and its recommendations are only counted.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from integration.postmortem.generated import Publication, Seen, WantedIssue
from integration.postmortem.people import Person
from integration.postmortem.recommendations import Recommendation
from integration.postmortem.rules.adopting import answer_of
from integration.postmortem.rules.answering import refusals
from integration.postmortem.rules.crossing import Border, told_elsewhere
from integration.postmortem.rules.roles import mapped
from integration.postmortem.writing.recommendation import (
    recommendation_outcome,
    recommendation_overdue,
    recommendation_title,
    recommendation_tree,
)
from mappings.models import Policy

KIND = "recommendation"
"""What ``destinations.yaml`` calls it."""
DUE_AFTER = timedelta(days=30)
LATELY = timedelta(days=30)
"""What was recommended longer ago gets no ticket any more, so that naming a place does not open hundreds of issues at once."""


@dataclass(frozen=True)
class RecommendationFigures:
    """The recommendations that have a ticket now, or get one, and the names of people, which nothing that crosses may hold."""

    found: tuple[Recommendation, ...] = ()
    people: frozenset[str] = field(default_factory=frozenset)


def due_of(made_at: datetime, policy: Policy) -> date:
    """Return the day until which a recommendation is to be answered, in the zone of the mapping."""
    return (made_at.astimezone(ZoneInfo(policy.clocks.zone)) + DUE_AFTER).date()


def judge_recommendations(figures: RecommendationFigures, seen: Seen, policy: Policy, now: datetime) -> Publication:
    """Return the ticket of each recommendation, and the outcome of those that were answered or withdrawn."""
    series = seen.series
    here = Border(series.site, series.project, policy.for_project(series.site, series.project).service.client or "")
    zone = ZoneInfo(policy.clocks.zone)
    today = now.astimezone(zone).date()
    reviewers = mapped(series.site, "governance_reviewers", policy, today)
    wanted: list[WantedIssue] = []
    turns: list[datetime] = []
    for each in figures.found:
        there = seen.of(each.period)
        answer = answer_of(seen.memory.decisions, there.ref.key) if there is not None else None
        if each.confidential and there is None:
            continue
        told = "" if each.confidential else told_elsewhere(each.text, each.source, here, policy, figures.people)
        due = due_of(each.made_at, policy)
        overdue = datetime.combine(due + timedelta(days=1), time(policy.clocks.day_begins), zone)
        turns += [overdue] if overdue > now and answer is None else []
        issue = seen.issues.get(each.period)
        replies = list(refusals(issue, seen.memory, policy)) if issue is not None else []
        if answer is None and overdue <= now:
            replies.append(("overdue", recommendation_overdue(due, reviewers)))
        ends = answer is not None or each.withdrawn_at is not None or each.confidential
        wanted.append(
            WantedIssue(
                each.period,
                recommendation_title(each, told),
                (recommendation_tree(each, told, due, reviewers),),
                replies=tuple(replies),
                outcome=recommendation_outcome(each, answer) if ends else None,
                owner=_first(reviewers),
                due=due,
            )
        )
    return Publication(tuple(wanted), next_look=min(turns, default=None))


def _first(people: tuple[Person, ...]) -> Person | None:
    return people[0] if people else None
