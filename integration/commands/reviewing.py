"""``followthrough review``: the weekly review, printed from the ledger, or brought about in the places that the mapping names, now."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from integration import clock, logs
from integration.bootstrap import build, open_for_commands
from integration.commands.cases import GOOD, OUTCOMES
from integration.commands.printing import printed
from integration.commands.telling import answer, json_option, read_project
from integration.errors import ConfigError
from integration.ledger.ledger import Ledger
from integration.postmortem.generated import Series
from integration.postmortem.periods import week_of
from integration.postmortem.review import OpenAction, Review, ReviewFigures
from integration.postmortem.reviewing import sorted_review
from integration.postmortem.writing.review import review_title, review_tree
from integration.settings import Settings
from integration.wakeups import WakeUp
from integration.work import jobs
from integration.work.kinds import wanted_series
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
        _publish(settings, named, as_json)
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


def _publish(settings: Settings, named: tuple[str, str] | None, as_json: bool) -> None:
    logs.configure(settings)
    with closing(build(settings)) as parts:
        engine = parts.engine
        wanted = [
            each for each in wanted_series(engine.policies.in_force().policy, engine.ledger) if each.kind == "review"
        ]
        wanted = [each for each in wanted if named is None or named in each.covers]
        if not wanted:
            raise ConfigError(
                "The mapping publishes no review of this.",
                where="destinations.yaml, issues.review.to",
                remedy="Name a place there; docs/mappings.md shows how. Without one, the review can be printed.",
            )
        told = [_looked(engine, each) for each in wanted]
    if as_json:
        answer({place: said for place, said, _ in told})
    else:
        for place, said, _ in told:
            click.echo(f"{place}: {said}.")
    raise SystemExit(0 if all(is_well for *_, is_well in told) else 1)


def _looked(engine: jobs.Engine, series: Series) -> tuple[str, str, bool]:
    """Look at a series now; return its place, what came of that in words, and whether all is well."""
    now, ref = engine.clock().timestamp(), series.ref
    engine.outstanding.wake([WakeUp(ref.key.site, ref.key.id, ref.locator, "review", now)], now)
    outcome = jobs.run(engine, str(ref.key))
    why = tuple(refusal.detail for refusal in engine.ledger.recall(ref).refusals)
    said = "; ".join((OUTCOMES.get(outcome, outcome), *why))
    return f"{series.site}:{series.project}", said, outcome in GOOD and not why


def _as_json(review_: Review, found: ReviewFigures, now: datetime) -> dict[str, Any]:
    return {
        "at": now,
        "audit_head": found.audit_head,
        "open_actions": review_.open_actions,
        **{name: [_action(each) for each in getattr(review_, name)] for name in LISTS},
        "postmortems": [asdict(each) for each in (*review_.writing, *review_.approving)],
        "asked": [asdict(each) for each in review_.asked],
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
        "news_at": action.news_at,
        "until": action.until,
    }
