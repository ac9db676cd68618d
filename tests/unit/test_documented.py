"""What an operator can set and call is documented: every variable and every command. Mapping keys have ``mappings/test_documentation.py``."""

import re
from pathlib import Path

import pytest

from integration.cli import COMMANDS
from integration.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = "\n".join(path.read_text() for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))))


@pytest.mark.parametrize("variable", sorted(Settings.variables()))
def test_every_variable_is_documented(variable: str) -> None:
    assert f"`{variable}`" in PAGES


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"`(?:followthrough )?{command}\b|\| `{command}\b|followthrough {command}\b", PAGES)


def test_every_variable_that_is_documented_exists() -> None:
    known = Settings.variables() | {f"{secret}_FILE" for secret in Settings.secret_variables()}
    named = set(re.findall(r"`((?:FOLLOWTHROUGH|GITHUB|JIRA)_[A-Z_]+[A-Z])`", PAGES))
    assert named - known == set()
