"""``followthrough check``: the rules of the service over a file, before anybody has opened an issue."""

from pathlib import Path
from typing import Any

import click

from integration import clock
from integration.commands.telling import answer, json_option
from integration.errors import ConfigError
from integration.postmortem.findings import Level
from integration.postmortem.linting import Noted, lint
from integration.postmortem.reading.markdown import FRONT_MATTER
from integration.postmortem.writing.wording import capital
from mappings.errors import MappingErrors
from mappings.loading import load_policy
from mappings.models import Policy, Severity
from mappings.yaml_text import read_yaml

MARKS = {Level.BLOCK: "✘", Level.WARN: "!", Level.ADVISE: "·"}


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--severity",
    type=click.Choice([each.value for each in Severity], case_sensitive=False),
    help="Default: the label in the file's front matter, else the mapping's provisional one.",
)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False, exists=True), help="The mappings folder.")
@json_option
def check(file: Path, severity: str | None, folder: Path | None, as_json: bool) -> None:
    """Read a Markdown post-mortem from a file and say what it still needs; no tracker is asked.

    The same rules judge it as on an issue. Front matter may hold `labels: [sev1]`. Exit code 1 where something is
    missing that would keep the incident from closing.
    """
    policy = load_policy(folder or _mappings_dir()).policy
    text = _read(file)
    stated = Severity(severity.upper()) if severity else _stated(text, policy)
    noted = lint(text, stated, policy, clock.now())
    if as_json:
        answer({"file": str(file), "severity": stated.value, "findings": [_as_json(each) for each in noted]})
    else:
        _show(file, stated, noted)
    raise SystemExit(1 if any(each.finding.blocks for each in noted) else 0)


def _mappings_dir() -> Path:
    # Imported here: whoever names a folder needs no settings.
    from integration.settings import Settings  # noqa: PLC0415

    return Settings.load().mappings_dir


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{file} is not UTF-8 text.", remedy="Save it as UTF-8.") from None


def _stated(text: str, policy: Policy) -> Severity:
    """Return the severity that the front matter's labels state, else the provisional one."""
    found = FRONT_MATTER.match(text.replace("\r\n", "\n"))
    value: Any = None
    if found is not None:
        try:
            value = read_yaml("front matter", found[0].removesuffix("\n").removesuffix("---")).value
        except MappingErrors:
            raise ConfigError("The front matter cannot be read.", remedy="Mend its YAML, or say --severity.") from None
    labels = value.get("labels", []) if isinstance(value, dict) else []
    names = [labels] if isinstance(labels, str) else [str(each) for each in labels if isinstance(labels, list)]
    return policy.severity.from_labels(names).highest or policy.clocks.provisional_severity


def _as_json(noted: Noted) -> dict[str, Any]:
    finding = noted.finding
    return {
        "line": noted.line,
        "check": finding.check,
        "about": finding.about,
        "passed": finding.passed,
        "level": finding.level.value,
        "reason": finding.reason,
        "remedy": finding.remedy,
    }


def _show(file: Path, severity: Severity, noted: tuple[Noted, ...]) -> None:
    asked = [each for each in noted if each.finding.level is not Level.OFF]
    missing = [each for each in asked if not each.finding.passed]
    for each in missing:
        where = f"{file}:{each.line}" if each.line else str(file)
        finding = each.finding
        click.echo(
            f"{where}: {MARKS[finding.level]} {finding.about}: {finding.reason}. {capital(finding.remedy)}".rstrip()
        )
    blocking = sum(each.finding.blocks for each in missing)
    passed = len(asked) - len(missing)
    click.echo(
        f"{severity.value}: {passed} of {len(asked)} checks pass; {blocking} of the others would keep the incident open."
    )
