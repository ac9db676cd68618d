"""The commands on the mappings that look at issues: ``mappings diff`` and ``mappings explain REF``. They write nothing to a tracker or the ledger."""

import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from integration import clock
from integration.bootstrap import Scope, connect_trackers, open_for_commands
from integration.commands.looking_ahead import looked_ahead
from integration.commands.telling import answer, read_project
from integration.postmortem.comparing import every_finding
from integration.postmortem.findings import Finding, Level
from integration.settings import Settings
from integration.trackers.across import everywhere
from integration.work.policies import loaded_in_force
from integration.work.rehearsing import Edit, Rehearsal, Rehearsed, edit_of, open_incidents
from mappings.flattening import shown
from mappings.loading import load_policy
from mappings.models import Mode
from mappings.tracing import Traced, trace, trace_severity

LONGEST = 60  # characters of a value in a line


def show_diff(folder: Path, limit: int, project: str | None, *, as_json: bool) -> None:
    """Compare the policy in force with that of a folder, over open incidents; ends with 1 where something changes."""
    place = read_project(project) if project else None
    settings = Settings.load()
    after = load_policy(folder)
    with closing(open_for_commands(settings)) as ledger:
        before = loaded_in_force(ledger, settings.mappings_dir)
        cases, left_out = open_incidents(ledger, limit, place)
        judged: tuple[Rehearsed, ...] = ()
        if cases and before.content_hash != after.content_hash:
            trackers = connect_trackers(settings, settings.signing_key())
            trackers = everywhere(trackers, Scope(settings, trackers).allows)
            rehearsal = Rehearsal(ledger, trackers, before.policy, after.policy, Mode(settings.mode), clock.now())
            # On standard error, so that the answer can be piped.
            with click.progressbar(
                rehearsal.run(cases),
                length=len(cases),
                label="Judging open incidents",
                file=sys.stderr,
                hidden=not sys.stderr.isatty(),
            ) as going:
                judged = tuple(going)
    edit = edit_of(before, after, judged, left_out if judged else 0)
    if as_json:
        answer(edit_as_json(edit))
    else:
        _tell_edit(edit)
    raise SystemExit(1 if edit.changing or edit.unread or edit.weaker else 0)


def edit_as_json(edit: Edit) -> dict[str, Any]:
    """Return an edit as plain values."""
    return {
        "before": edit.before.content_hash,
        "after": edit.after.content_hash,
        "lines": [vars(line) for line in edit.lines],
        "weaker": [vars(found) for found in edit.weaker],
        "incidents": [
            {
                "case": f"{each.case.key.site}:{each.case.locator}",
                "trouble": each.trouble or None,
                "changes": [vars(difference) for difference in each.differences],
            }
            for each in edit.cases
        ],
        "judged": len(edit.cases) - len(edit.unread),
        "left_out": edit.left_out,
    }


def _tell_edit(edit: Edit) -> None:
    click.echo(f"Policy {edit.before.content_hash[:7]} in force → {edit.after.content_hash[:7]}")
    if not edit.lines:
        click.echo("The two are the same.")
        return
    click.echo("\nLines that change:")
    for line in edit.lines:
        click.echo(f"  {line.file}:{line.line}  {line.key}: {_short(line.before)} → {_short(line.after)}")
    if edit.weaker:
        click.echo("\nWeaker than before:")
        for weakening in edit.weaker:
            click.echo(f"  ! {weakening.sentence}")
    click.echo(f"\nOpen incidents: {len(edit.changing)} of {len(edit.cases)} would be judged otherwise.")
    for each in (*edit.changing, *edit.unread):
        click.echo(f"  {each.case.key.site}:{each.case.locator}" + (f": {each.trouble}" if each.trouble else ""))
        for found in each.differences:
            about = f" {found.about}" if found.about != each.case.locator else ""
            click.echo(f"    {found.what}{about}: {found.before} → {found.after}")
    if edit.left_out:
        click.echo(f"  {edit.left_out} more were not judged; --limit asks for more.")


def explain_findings(ref: str, folder: Path | None, *, everything: bool, as_json: bool) -> None:
    """Tell for each finding on an issue which line of which file led to it."""
    loaded, found = looked_ahead(ref, folder)
    case, severity = found.case, found.assessment.severity.severity
    project = loaded.policy.project_file(case.key.site, case.project)
    head = trace_severity(loaded, severity, case.key.site, case.project)
    findings = [
        (finding, trace(loaded, finding.check, severity, case.key.site, case.project))
        for finding in every_finding(found.assessment)
        if everything or as_json or not (finding.passed or finding.waived or finding.level is Level.OFF)
    ]
    file = f"projects/{project.name}.yaml" if project else None
    if as_json:
        told = [
            {"check": f.check, "about": f.about, "passed": f.passed, "level": f.level.value, "reason": f.reason,
             "lines": [_line_as_json(line) for line in lines]}
            for f, lines in findings
        ]  # fmt: skip
        answer(
            {
                "case": case.locator,
                "severity": found.assessment.severity.name,
                "project_file": file,
                "lines": [_line_as_json(line) for line in head],
                "findings": told,
            }
        )
        return
    _tell_findings(case.locator, found.assessment.severity.name, file, head, findings)


def _tell_findings(
    case: str,
    severity: str,
    file: str | None,
    head: tuple[Traced, ...],
    findings: list[tuple[Finding, tuple[Traced, ...]]],
) -> None:
    click.echo(f"{case}: {severity}; {f'{file} holds here' if file else 'no project file holds here'}")
    for line in head:
        _tell_line(line)
    for finding, lines in findings:
        mark = "✔" if finding.passed or finding.waived else "·" if finding.later else "✘"
        click.echo(f"{mark} {finding.about}: {finding.reason} ({finding.check})")
        for line in lines:
            if line.role != "kind":  # Said once, at the head.
                _tell_line(line)


def _tell_line(line: Traced) -> None:
    below = f", instead of {line.instead_of.file}:{line.instead_of.line}" if line.instead_of else ""
    click.echo(
        f"    {line.role:9}  {_short(shown_value(line.value))}  {line.place.file}:{line.place.line}  {line.key}{below}"
    )


def shown_value(value: Any) -> str:
    """Return a value of the policy in one line; of a mapping, its keys."""
    return ", ".join(map(str, value)) if isinstance(value, dict) else shown(_named(value))


def _named(value: Any) -> Any:
    return (
        [entry["id"] if isinstance(entry, dict) and "id" in entry else entry for entry in value]
        if isinstance(value, list)
        else value
    )


def _line_as_json(line: Traced) -> dict[str, Any]:
    return {
        "role": line.role,
        "key": line.key,
        "value": line.value,
        "file": line.place.file,
        "line": line.place.line,
        "instead_of": f"{line.instead_of.file}:{line.instead_of.line}" if line.instead_of else None,
    }


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
