"""``followthrough review``: the weekly review, printed from the ledger, or brought about in the places that the mapping names, now."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from integration import clock
from integration.bootstrap import open_for_commands
from integration.commands.printing import printed
from integration.commands.publishing import publish
from integration.commands.telling import answer, json_option, read_project
from integration.ledger.ledger import Ledger
from integration.postmortem.generated import Series
from integration.postmortem.periods import week_of
from integration.postmortem.review import OpenAction, Review, ReviewFigures
from integration.postmortem.reviewing import sorted_review
from integration.postmortem.writing.review import review_title, review_tree
from integration.settings import Settings
from integration.work.policies import loaded_in_force
from mappings.models import Policy

LISTS = ("needs", "late", "this_week", "unverified", "lapsed", "ownerless", "quiet", "others", "expiring")


@click.command()
@click.option("--project", metavar="SITE:NAME", help="Only this one: `github:owner/repo` or `jira:KEY`. Default: all.")
@click.option("--print", "is_printed", is_flag=True, help="Print it, whole; so is done where --publish is not said.")
@click.option("--publish", "is_published", is_flag=True, help="Bring it about now where the mapping publishes reviews.")
@json_option
def review(project: str | None, is_printed: bool, is_published: bool, as_json: bool) -> None:
    """Say what is open, late, unverified, unanswered and about to expire: the weekly review, as of now.

    It is read from the ledger, as the latest look at each incident left it; no tracker is asked. With --publish the
    review of this week is made, or said anew in place, under the usual lock, so it is safe beside a running service.
    """
    if is_printed and is_published:
        raise click.UsageError("Say --print or --publish, not both.")
    named = read_project(project) if project else None
    settings = Settings.load()
    if is_published:
        publish(settings, ("review",), named, as_json)
        return
    with closing(open_for_commands(settings)) as ledger:
        policy = loaded_in_force(ledger, settings.mappings_dir).policy
        covers = frozenset({named} if named else _met(ledger))
        now = clock.now()
        found = ledger.review(covers, now)
    holds = policy.for_project(*named) if named else policy
    if as_json:
        answer(_as_json(sorted_review(found, None, holds, now), found, now))
    else:
        click.echo(_told(found, named, holds, now))


def _met(ledger: Ledger) -> Iterable[tuple[str, str]]:
    return ((site, each.name) for site in ("github", "jira") for each in ledger.projects_known(site))


def _told(found: ReviewFigures, named: tuple[str, str] | None, policy: Policy, now: datetime) -> str:
    scope = f"{named[0]}:{named[1]}" if named else "all"
    week = week_of(now, policy.clocks)
    sorted_ = sorted_review(found, None, policy, now)
    title = review_title(week, Series("review", scope, "", ""))
    tree = review_tree(sorted_, week, found.audit_head, named[0] if named else "github", policy, now)
    return f"{title}\n\n{printed(tree)}"


def _as_json(review_: Review, found: ReviewFigures, now: datetime) -> dict[str, Any]:
    return {
        "at": now,
        "audit_head": found.audit_head,
        "open_actions": review_.open_actions,
        **{name: [_action(each) for each in getattr(review_, name)] for name in LISTS},
        "postmortems": [asdict(each) for each in (*review_.writing, *review_.approving)],
        "asked": [asdict(each) for each in review_.asked],
        "lost": [asdict(each) for each in review_.lost],
    }


def _action(action: OpenAction) -> dict[str, Any]:
    return {
        "issue": f"{(action.ticket or action.incident).key.site}:{(action.ticket or action.incident).locator}",
        "incident": f"{action.incident.key.site}:{action.incident.locator}",
        "action": action.action_id,
        "description": action.description,
        "severity": action.severity,
        "owner": action.owner.called if action.owner else None,
        "due": action.due,
        "state": action.outcome,
        "needs": action.needs or None,
        "answer": action.answer or None,
        "moved": len(action.moves),
        "not_by": [person.called for person in action.apart],
        "news_at": action.news_at,
        "until": action.until,
    }
