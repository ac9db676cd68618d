"""``followthrough lookback``: what became of the last incidents of a project. For the first day: it needs a tracker's token and nothing else."""

from datetime import datetime
from typing import Any

import click

from integration import clock
from integration.bootstrap import Scope, connect_trackers
from integration.commands.telling import answer, json_option, read_project, require_configured
from integration.postmortem.lookback import Past
from integration.postmortem.writing.lookback import life_of, lookback_tree, next_step, points_of, together
from integration.postmortem.writing.wording import count, moment
from integration.settings import Settings
from integration.work.lookingback import LookedBack, look_back_at
from integration.work.publishing import publish
from mappings.loading import load_policy
from mappings.models import Policy


@click.command()
@click.argument("place", metavar="REPO_OR_PROJECT")
@click.option("--last", type=click.IntRange(1, 20), default=3, show_default=True, help="How many incidents.")
@click.option("--label", default="", help="The label of incidents there. Default: those of the mapping, else `bug`.")
@click.option("--publish", "is_published", is_flag=True, help="Open an issue there that says the same, once.")
@click.option("--public", is_flag=True, help="With --publish: also where everybody can read it.")
@json_option
def lookback(place: str, last: int, label: str, is_published: bool, public: bool, as_json: bool) -> None:
    """Look back at the last incidents of a project: what was written, tracked and shown to work, and what may have come back.

    Reads only, unless --publish is given. REPO_OR_PROJECT is `github:owner/repo` or `jira:KEY`; a bare `owner/repo` or
    `KEY` does as well. Exit code 1 where nothing was found to look back at.
    """
    site, project = read_project(place if ":" in place else f"{'github' if '/' in place else 'jira'}:{place}")
    settings = Settings.load()
    policy = load_policy(settings.mappings_dir).policy.for_project(site, project)
    trackers = connect_trackers(settings, settings.signing_key())
    tracker = require_configured(trackers, site)
    now = clock.now()
    found = look_back_at(tracker, project, policy, last=last, label=label)
    url, is_new = "", False
    if is_published and found.pasts:
        tree = lookback_tree(found.pasts, f"{site}:{project}", found.chosen, now, policy.clocks.zone)
        keys = tuple(past.ref.key for past in found.pasts)
        allowed = Scope(settings, trackers).allows
        made = publish(tracker, project, "lookback", keys, _title(found), tree, policy, allowed, public=public)
        url, is_new = made.ref.url or made.ref.locator, made.is_new
    if as_json:
        answer(_as_json(f"{site}:{project}", found, now) | {"published": url})
    else:
        _show(f"{site}:{project}", found, policy, now)
        if url:
            click.echo(f"\nPublished: {url}" if is_new else f"\nIt is published already: {url}")
    raise SystemExit(0 if found.pasts else 1)


def _title(found: LookedBack) -> str:
    return f"Look-back: the last {count(len(found.pasts), 'incident', 'incidents')}"


def _as_json(place: str, found: LookedBack, now: datetime) -> dict[str, Any]:
    step = next_step(found.pasts, place) if found.pasts else None
    return {
        "place": place,
        "chosen": found.chosen,
        "calls": found.calls,
        "unread": list(found.unread),
        "incidents": [_plain(past) for past in found.pasts],
        "next_step": {"says": step.says, "copy": step.copy} if step else None,
        "at": now,
    }


def _plain(past: Past) -> dict[str, Any]:
    actions = past.actions
    return {
        "ref": past.ref.locator,
        "title": past.title,
        "opened_at": past.opened_at,
        "closed_at": past.closed_at,
        "postmortem": {
            "is_there": past.has_postmortem,
            "filled": past.filled,
            "asked": past.asked,
            "missing": list(past.missing),
            "elsewhere": past.elsewhere,
        },
        "actions": {
            name: getattr(actions, name) for name in ("named", "assigned", "tracked", "done", "shown", "alone")
        },
        "reads_like": {"ref": past.like.ref.locator, "words": list(past.like.words)} if past.like else None,
    }


def _show(place: str, found: LookedBack, policy: Policy, now: datetime) -> None:
    if not found.pasts:
        click.echo(f"{place}: nothing to look back at ({found.chosen}).")
        click.echo(f"If incidents carry another label there: followthrough lookback --label NAME {place}")
    else:
        click.secho(f"{place}: the last {count(len(found.pasts), 'incident', 'incidents')}", bold=True)
        click.echo(f"Chosen by: {found.chosen}. Looked at {moment(now, policy.clocks.zone)}.")
    for past in found.pasts:
        click.secho(f"\n{past.ref.short}  {_one_line(past.title)[:100]}", bold=True)
        click.echo(f"  {life_of(past, now)}")
        for point in points_of(past):
            click.echo(f"  {point.sign} {point.about:<11}  {_one_line(point.says)}")
    if found.pasts:
        step = next_step(found.pasts, place)
        click.echo(f"\nTaken together: {together(found.pasts)}")
        click.secho(f"\nOne next step. {step.says}", bold=True)
        click.echo(f"    {step.copy}")
    for each in found.unread:
        click.echo(f"Not read: {each}.")
    calls = count(found.calls, "call", "calls")
    click.echo(
        f"\nRead with {calls}, and without a write. It counts what stands in the issues; whether that is good, people judge."
    )


def _one_line(text: str) -> str:
    """Return what people wrote without characters that a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)
