"""``followthrough backfill``: reads existing incidents into the ledger, for the first day and for the day after its loss. Writes to no tracker."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from integration import clock, logs
from integration.bootstrap import Scope, connect_trackers, open_for_commands, publish_policy
from integration.commands.telling import answer, json_option, read_project, require_configured
from integration.errors import ConfigError, TrackerError
from integration.ledger.ledger import Ledger
from integration.postmortem.writing.wording import count
from integration.settings import Settings
from integration.work.backfilling import Reading, Tally, read_in
from mappings.loading import load_policy
from mappings.models import Mode

Told = Callable[[str], None]


@click.command()
@click.argument("places", metavar="[PROJECT]...", nargs=-1)
@json_option
def backfill(places: tuple[str, ...], as_json: bool) -> None:
    """Read existing incidents into the ledger, and what our own comments tell of a ledger that was lost.

    PROJECT is `github:owner/repo` or `jira:KEY`; without one, all projects that are in scope. Reads only, leaves a quarter
    of the tracker's hourly budget to the service, and goes on where it was stopped. Exit code 1 where something could
    not be read.
    """
    settings = Settings.load()
    logs.configure(settings)
    publish_policy(settings)
    trackers = connect_trackers(settings, settings.signing_key())
    with closing(open_for_commands(settings)) as ledger:
        chosen = tuple(map(read_project, places)) or _in_scope(settings, trackers, ledger)
        for site, _ in chosen:
            require_configured(trackers, site)
        done, trouble = _run(settings, trackers, ledger, chosen, is_quiet=as_json)
    if as_json:
        answer({"projects": [_plain(tally, seconds) for tally, seconds in done], "trouble": list(trouble)})
    else:
        for tally, seconds in done:
            click.echo(_told(tally, seconds))
        for each in trouble:
            click.echo(each, err=True)
    raise SystemExit(1 if trouble or any(tally.unread for tally, _ in done) else 0)


def _in_scope(settings: Settings, trackers: dict[str, Any], ledger: Ledger) -> tuple[tuple[str, str], ...]:
    """Return the projects that may be governed: those that our account may write to and the scope does not exclude, and those known."""
    found: dict[tuple[str, str], None] = {}
    for site, tracker in trackers.items():
        known = [each.name for each in ledger.projects_known(site)]
        for project in (*sorted(tracker.in_scope()), *known):
            if settings.scope_allows(site, project) is not False:
                found[site, project] = None
    if not found:
        raise ConfigError("No project is in scope.", where="FOLLOWTHROUGH_SCOPE", remedy="Name one.")
    return tuple(found)


def _run(
    settings: Settings,
    trackers: dict[str, Any],
    ledger: Ledger,
    chosen: Iterable[tuple[str, str]],
    *,
    is_quiet: bool,
) -> tuple[list[tuple[Tally, float]], tuple[str, ...]]:
    loaded = load_policy(settings.mappings_dir)
    done: list[tuple[Tally, float]] = []
    trouble: list[str] = []
    with _shown(is_quiet) as tell:
        given = Reading(
            trackers,
            ledger,
            loaded.policy,
            loaded.content_hash,
            Mode(settings.mode),
            clock.now,
            _resting(tell),
            Scope(settings, trackers).allows,
        )
        for site, project in chosen:
            began, tally = time.monotonic(), Tally(f"{site}:{project}")
            try:
                for tally in read_in(site, project, given):
                    tell(_progress(tally))
            except TrackerError as error:
                trouble.append(f"{tally.place}: {error} What was read stays; the same command goes on there.")
            done.append((tally, time.monotonic() - began))
    return done, tuple(trouble)


def _resting(tell: Told) -> Callable[[datetime, str], None]:
    def rest(until: datetime, why: str) -> None:
        while (left := (until - clock.now()).total_seconds()) > 0:
            tell(f"Waiting until {until:%H:%M:%S} UTC: {why}")
            time.sleep(min(left, 1.0))

    return rest


@contextmanager
def _shown(is_quiet: bool) -> Iterator[Told]:
    """Show on a terminal how far it is."""
    console = Console(stderr=True, highlight=False)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=is_quiet,
    ) as progress:
        task = progress.add_task("Listing …", total=None)
        yield lambda words: progress.update(task, description=words)


def _progress(tally: Tally) -> str:
    return f"{tally.place}: {tally.issues} issues listed, {tally.incidents} incidents, {tally.read} read, {count(tally.calls, 'call', 'calls')}"


def _told(tally: Tally, seconds: float) -> str:
    """Return what came of one project, in a few sentences."""
    sentences = [
        f"{tally.place}: {count(tally.issues, 'issue', 'issues')} listed, {count(tally.incidents, 'incident', 'incidents')} among them;"
        f" {tally.read} read, {tally.known} known already."
    ]
    if tally.ours:
        sentences.append(f"{tally.ours} of them had been taken on and are again.")
    if tally.unconfirmed:
        sentences.append(
            f"{count(tally.unconfirmed, 'decision', 'decisions')} found in comments can no longer be vouched for; each case asks for them anew."
        )
    per = f"{tally.calls / tally.issues:.2f} calls per issue" if tally.issues else "nothing to read"
    sentences.append(f"{count(tally.calls, 'call', 'calls')}, {per}, {seconds:.0f} s.")
    sentences += [f"Not read: {each}." for each in tally.unread[:20]]
    return " ".join(sentences)


def _plain(tally: Tally, seconds: float) -> dict[str, Any]:
    per = round(tally.calls / tally.issues, 3) if tally.issues else None
    return {**asdict(tally), "unread": list(tally.unread), "calls_per_issue": per, "seconds": round(seconds, 1)}
