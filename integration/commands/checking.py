"""``followthrough check``: the rules of the service over a file, before anybody has opened an issue."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from integration import clock
from integration.commands.telling import answer, finding_as_json, json_option
from integration.errors import ConfigError
from integration.postmortem.findings import Level
from integration.postmortem.linting import Linted, Noted, examine
from integration.postmortem.reading.markdown import FRONT_MATTER
from integration.postmortem.writing.rules import PAGES, address_of
from integration.postmortem.writing.wording import capital
from mappings.errors import MappingErrors
from mappings.loading import load_policy
from mappings.models import Policy, Severity
from mappings.yaml_text import read_yaml

STDIN = "stdin"
MARKS = {Level.BLOCK: "✘", Level.WARN: "!", Level.ADVISE: "·"}


@click.command()
@click.argument(
    "files",
    metavar="FILE…",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True, allow_dash=True),
)
@click.option(
    "--severity",
    type=click.Choice([each.value for each in Severity], case_sensitive=False),
    help="Default: the label in the file's front matter, else the mapping's provisional one.",
)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False, exists=True), help="The mappings folder.")
@json_option
def check(files: tuple[Path, ...], severity: str | None, folder: Path | None, as_json: bool) -> None:
    """Read Markdown post-mortems from files, or from standard input (-), and say what they still need; no tracker is asked.

    The same rules judge it as on an issue. Front matter may hold `labels: [sev1]`. Exit code 1 where something is
    missing that would keep an incident from closing.
    """
    policy = load_policy(folder or _mappings_dir()).policy
    judged = [_judged(file, severity, policy) for file in files]
    if as_json:
        shown = [_as_json(each, policy) for each in judged]
        answer(shown[0] if len(shown) == 1 else {"files": shown})
    else:
        for each in judged:
            _show(each, policy)
    raise SystemExit(1 if any(one.finding.blocks for each in judged for one in each.found.noted) else 0)


@dataclass(frozen=True)
class _Judged:
    """A file by the name to show, the severity that was stated, and what was found in it."""

    name: str
    stated: Severity
    found: Linted


def _judged(file: Path, severity: str | None, policy: Policy) -> _Judged:
    name = STDIN if str(file) == "-" else str(file)
    text = _read(file, name)
    stated = Severity(severity.upper()) if severity else _stated(text, policy, name)
    return _Judged(name, stated, examine(text, stated, policy, clock.now()))


def _mappings_dir() -> Path:
    # Imported here: whoever names a folder needs no settings.
    from integration.settings import Settings  # noqa: PLC0415

    return Settings.load().mappings_dir


def _read(file: Path, name: str) -> str:
    data = sys.stdin.buffer.read() if name == STDIN else file.read_bytes()
    try:
        # As text files are read: whatever ends its lines, a text has the same lines.
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise ConfigError(f"{name} is not UTF-8 text.", remedy="Save it as UTF-8.") from None


def _stated(text: str, policy: Policy, name: str) -> Severity:
    """Return the severity that the front matter's labels state, else the provisional one."""
    found = FRONT_MATTER.match(text.replace("\r\n", "\n"))
    value: Any = None
    if found is not None:
        try:
            value = read_yaml("front matter", found[0].removesuffix("\n").removesuffix("---")).value
        except MappingErrors:
            raise ConfigError(
                f"The front matter of {name} cannot be read.", remedy="Mend its YAML, or say --severity."
            ) from None
    labels = value.get("labels", []) if isinstance(value, dict) else []
    names = [labels] if isinstance(labels, str) else [str(each) for each in labels if isinstance(labels, list)]
    return policy.severity.from_labels(names).highest or policy.clocks.provisional_severity


def _as_json(judged: _Judged, policy: Policy) -> dict[str, Any]:
    found = judged.found
    raised = {"by": found.raised_by, "line": found.line} if found.raised_by else None
    return {
        "file": judged.name,
        "severity": found.severity.value,
        "stated": judged.stated.value,
        "raised": raised,
        "findings": [_noted_as_json(each, policy) for each in found.noted],
    }


def _noted_as_json(noted: Noted, policy: Policy) -> dict[str, Any]:
    return {"line": noted.line, **finding_as_json(noted.finding), "page": address_of(noted.finding.check, policy)}


def _show(judged: _Judged, policy: Policy) -> None:
    found = judged.found
    if found.raised_by:
        where = f"{judged.name}:{found.line}" if found.line else judged.name
        click.echo(f"{where}: judged as {found.severity.value} and not as {judged.stated.value}: {found.raised_by}.")
    asked = [each for each in found.noted if each.finding.level is not Level.OFF]
    missing = [each for each in asked if not each.finding.passed]
    for each in missing:
        where = f"{judged.name}:{each.line}" if each.line else judged.name
        finding = each.finding
        click.echo(
            f"{where}: {MARKS[finding.level]} {finding.about}: {finding.reason}. {capital(finding.remedy)}".rstrip()
            + f" [{finding.check}]"
        )
    blocking = sum(each.finding.blocks for each in missing)
    passed = len(asked) - len(missing)
    explained = policy.service.wording.rules_at or f"{PAGES}/"
    click.echo(
        f"{found.severity.value}: {passed} of {len(asked)} checks pass; {blocking} of the others would keep the incident open."
        + (f" What is in brackets is explained in {explained}." if missing else "")
    )
