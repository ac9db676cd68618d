"""The README and the pages in ``docs/`` name nothing that is not there: files, tests, commands, settings, labels."""

import re
from pathlib import Path

import pytest

from integration.cli import COMMANDS
from integration.settings import Settings
from integration.timings import Timings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TEXTS = {str(page.relative_to(ROOT)): page.read_text() for page in PAGES}
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")
CODE = re.compile(r"`((?:integration|webhooks|mappings|benchmarks|scripts)/[\w/.-]+)`")
COMMAND = re.compile(r"followthrough ([a-z]+)\b")
SETTING = re.compile(r"\b(?:FOLLOWTHROUGH|GITHUB|JIRA)_[A-Z_]+\b")
# In prose, the name of the service stands before an ordinary word.
QUOTED = re.compile(r"`([^`\n]+)`|^ {4,}(.+)$", re.MULTILINE)

every_page = pytest.mark.parametrize("page", TEXTS)


@every_page
def test_links_lead_somewhere(page: str) -> None:
    missing = [link for link in LINK.findall(TEXTS[page]) if not (ROOT / page).parent.joinpath(link).exists()]

    assert missing == []


@every_page
def test_the_tests_and_modules_that_it_names_are_there(page: str) -> None:
    missing = [f"{file}::{name}" for file, name in TEST.findall(TEXTS[page]) if not _has(file, name)]
    missing += [path for path in CODE.findall(TEXTS[page]) if "*" not in path and not (ROOT / path).exists()]

    assert missing == []


@every_page
def test_the_commands_that_it_names_are_there(page: str) -> None:
    quoted = "\n".join(first or second for first, second in QUOTED.findall(TEXTS[page]))

    assert {name for name in COMMAND.findall(quoted) if name not in COMMANDS} == set()


@every_page
def test_the_settings_that_it_names_are_there(page: str) -> None:
    known = Settings.variables() | {f"{name}_FILE" for name in Settings.secret_variables()}

    assert {name for name in SETTING.findall(TEXTS[page]) if name not in known} == set()


def test_every_setting_has_its_line_and_its_default_in_the_readme() -> None:
    told = dict(re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \| .* \| ([^|]*) \|$", TEXTS["README.md"], re.MULTILINE))
    lines = {name: default for names, default in told.items() for name in SETTING.findall(names)}
    defaults = {str(field.alias): field.default for field in Timings.model_fields.values()}

    assert set(lines) == Settings.variables()
    assert {name: float(lines[name].strip("` ")) for name in defaults} == defaults


def _has(file: str, name: str) -> bool:
    path = ROOT / file
    return path.is_file() and (not name or re.search(rf"^def {name}\(", path.read_text(), re.MULTILINE) is not None)
