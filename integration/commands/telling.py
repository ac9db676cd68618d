"""What the commands share: references as people write them, and answers for people or for programs."""

import json
import re
from typing import Any

import click

from integration.errors import ConfigError
from integration.postmortem.findings import Finding

json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
_PLACES = r"github:[A-Za-z0-9][\w-]*/(?!\.{1,2}(?:#|\Z))[\w.-]+", r"jira:[A-Z][A-Z0-9_]+"
_REF = re.compile("{}#[1-9][0-9]{{0,9}}|{}-[1-9][0-9]{{0,9}}".format(*_PLACES), re.ASCII)
_PROJECT = re.compile("|".join(_PLACES), re.ASCII)


def read_ref(text: str) -> tuple[str, str]:
    """Return (site, locator) of ``github:owner/repo#12`` or ``jira:KEY-12``."""
    return _split(_REF, text, "github:owner/repo#12 or jira:KEY-12")


def read_project(text: str) -> tuple[str, str]:
    """Return (site, project) of ``github:owner/repo`` or ``jira:KEY``."""
    return _split(_PROJECT, text, "github:owner/repo or jira:KEY")


def _split(form: re.Pattern[str], text: str, example: str) -> tuple[str, str]:
    if not form.fullmatch(text):
        raise click.BadParameter(f"{text!r} does not read like {example}.")
    site, _, rest = text.partition(":")
    return site, rest


def answer(value: dict[str, Any]) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def require_configured(trackers: dict[str, Any], site: str) -> Any:
    """Return the tracker of a site. Raises ``ConfigError`` where it is not configured."""
    if site not in trackers:
        variable = "GITHUB_TOKEN" if site == "github" else "JIRA_URL and JIRA_TOKEN"
        raise ConfigError(f"{site} is not configured.", where=variable, remedy="Set it; the README shows how.")
    return trackers[site]


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """Return what a finding says, as plain values."""
    return {
        "check": finding.check,
        "about": finding.about,
        "passed": finding.passed,
        "level": finding.level.value,
        "reason": finding.reason,
        "remedy": finding.remedy,
    }
