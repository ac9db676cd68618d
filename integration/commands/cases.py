"""Commands on single cases and projects: ``plan``, ``reconcile``, ``sweep``, ``pause``, ``resume``."""

from contextlib import closing
from typing import Any

import click

from integration import clock, logs
from integration.bootstrap import build, open_for_commands
from integration.commands.looking_ahead import looked_ahead
from integration.commands.telling import (
    answer,
    finding_as_json,
    json_option,
    read_project,
    read_ref,
    require_configured,
)
from integration.postmortem.assessment import Assessment
from integration.postmortem.commands import name_of
from integration.postmortem.findings import Finding
from integration.settings import Settings
from integration.wakeups import WakeUp
from integration.work import jobs
from integration.work.previewing import Preview, issue_named
from integration.work.sweeping import sweep_trackers

SITES = ("github", "jira")
# How a look may end, and what that means for whoever asked for it.
OUTCOMES = {
    "changed": "looked at; something was written",
    "unchanged": "looked at; nothing had to be written",
    "held": "a worker is looking at it at this moment",
    "nothing": "a worker has just looked at it",
    "forwarded": "it belongs to an incident, which was woken",
    "early": "it was looked at moments ago; the scheduler wakes it again",
    "deferred": "put off; the scheduler wakes it again",
    "parked": "set aside after failing too often; see `followthrough deliveries list`",
    "not_found": "not there, or not for our account to see",
    "lock_lost": "another worker took it over",
}
MOST_CASES = 10_000  # that are woken at once after a pause; the daily rotation finds the rest
GOOD = frozenset({"changed", "unchanged", "held", "nothing", "forwarded"})


@click.command()
@click.argument("ref")
@json_option
def plan(ref: str, as_json: bool) -> None:
    """Say what a look at an issue would find and do now, and do nothing.

    Reads the tracker and the ledger, and the mappings as they lie in the folder, published or not. REF is
    `github:owner/repo#12` or `jira:KEY-12`. Exit code 1 where something keeps the issue from closing.
    """
    _, found = looked_ahead(ref)
    if as_json:
        answer(_as_json(found))
    else:
        _show(found)
    raise SystemExit(1 if found.assessment.blocking else 0)


def _as_json(found: Preview) -> dict[str, Any]:
    assessment = found.assessment
    return {
        "case": found.case.locator,
        "in_scope": found.in_scope,
        "governed": assessment.governed.value,
        "why": assessment.why,
        "mode": assessment.mode.value,
        "severity": assessment.severity.name,
        "phase": assessment.phase.value,
        "due": assessment.due,
        "next_look": assessment.next_look,
        "commands": [name_of(command) for command in found.commands],
        "findings": [
            {**finding_as_json(finding), "later": finding.later, "waived": finding.waived}
            for finding in _findings(assessment)
        ],
    }


def _findings(assessment: Assessment) -> tuple[Finding, ...]:
    return (*assessment.findings, *(finding for view in assessment.actions for finding in view.findings))


def _show(found: Preview) -> None:
    assessment = found.assessment
    why = f" ({assessment.why})" if assessment.why else ""
    click.echo(f"{found.case.locator}: {assessment.governed.value}{why}, mode {assessment.mode.value}")
    if not found.in_scope:
        click.echo("It is outside FOLLOWTHROUGH_SCOPE, or our account may not write there: nothing would be done.")
    if assessment.findings:
        due = f", due {assessment.due:%Y-%m-%d %H:%M %Z}" if assessment.due else ""
        click.echo(f"{assessment.severity.name}, {assessment.phase.value}{due}")
    for finding in _findings(assessment):
        mark = "✔" if finding.passed or finding.waived else "·" if finding.later else "✘"
        click.echo(f"  {mark} {finding.about}: {finding.reason}")
    click.echo("A look would now:" if found.commands else "A look would write nothing.")
    for command in found.commands:
        click.echo(f"  → {name_of(command)}")


@click.command()
@click.argument("ref")
@json_option
def reconcile(ref: str, as_json: bool) -> None:
    """Look at an issue now, and say what came of it.

    The look is an ordinary one, under the case's lock, so it is safe beside running workers. REF is
    `github:owner/repo#12` or `jira:KEY-12`. Exit code 1 where the look has to wait, or the issue is not there.
    """
    site, locator = read_ref(ref)
    settings = Settings.load()
    logs.configure(settings)
    with closing(build(settings)) as parts:
        engine = parts.engine
        found = issue_named(require_configured(engine.trackers, site), locator)
        case = engine.ledger.case_of(found.key) or found
        now = engine.clock().timestamp()
        engine.outstanding.wake([WakeUp(case.key.site, case.key.id, case.locator, "reconcile", now)], now)
        outcome = jobs.run(engine, str(case.key))
    if as_json:
        answer({"case": case.locator, "outcome": outcome})
    else:
        click.echo(f"{case.locator}: {OUTCOMES.get(outcome, outcome)}.")
    raise SystemExit(0 if outcome in GOOD else 1)


@click.command()
@json_option
def sweep(as_json: bool) -> None:
    """Ask the trackers what changed, and wake what did.

    The scheduler does the same every few minutes; this is for the impatient. Workers do the rest.
    """
    settings = Settings.load()
    logs.configure(settings)
    with closing(build(settings)) as parts:
        woken = sweep_trackers(parts.engine, lambda: True)
    if as_json:
        answer({"woken": woken})
    else:
        click.echo(f"{woken} {'issue was' if woken == 1 else 'issues were'} woken.")


project_option = click.option(
    "--project", metavar="SITE:NAME", help="Only this one: `github:owner/repo` or `jira:KEY`. Default: everywhere."
)


@click.command()
@project_option
@json_option
def pause(project: str | None, as_json: bool) -> None:
    """Stop writing, in one project or everywhere.

    Looks go on and remember what they find; nothing is written to a tracker until `followthrough resume`.
    """
    site, name = read_project(project) if project else (SITES[0], None)
    settings = Settings.load()
    with closing(open_for_commands(settings)) as ledger:
        changed = ledger.set_paused(site, name, True, "cli", clock.now())
    _tell_pause(project, "paused", as_json, changed=changed)


@click.command()
@project_option
@json_option
def resume(project: str | None, as_json: bool) -> None:
    """Write again, in one project or everywhere; closes a circuit breaker.

    Open cases are looked at again at once, so that nothing of the pause is missed.
    """
    settings = Settings.load()
    places: list[tuple[str, str]] = []
    with closing(open_for_commands(settings)) as ledger:
        now = clock.now()
        if project:
            site, name = read_project(project)
            places = [(site, name)]
            since = ledger.stopped_since(site, name)
            changed = ledger.set_paused(site, name, False, "cli", now)
        else:
            places = [
                (known.site, known.name) for site in SITES for known in ledger.projects_known(site) if known.breaker
            ]
            since = ledger.stopped_since(SITES[0], None)
            changed = ledger.set_paused(SITES[0], None, False, "cli", now)
        closed = [f"{site}:{name}" for site, name in places if ledger.close_breaker(site, name, "cli", now)]
        everywhere: list[tuple[str, str | None]] = [(site, None) for site in SITES]
        for where, within in places if project else everywhere:
            # What was closed while nothing was written may have to be opened again.
            closed_meanwhile = ledger.closed_since(where, within, since) if since else ()
            for case in (*ledger.open_cases(where, within, limit=MOST_CASES), *closed_meanwhile):
                ledger.postpone(case, now)
    _tell_pause(project, "resumed", as_json, changed=changed, closed=tuple(closed))


def _tell_pause(project: str | None, what: str, as_json: bool, *, changed: bool, closed: tuple[str, ...] = ()) -> None:
    where = project or "everywhere"
    if as_json:
        answer({"project": project, "state": what, "changed": changed, "breakers_closed": list(closed)})
        return
    click.echo(f"{where}: {what}." if changed else f"{where}: it was {what} already.")
    for each in closed:
        click.echo(f"{each}: the circuit breaker is closed.")
