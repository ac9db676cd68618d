"""Every check has a page in docs/rules/, every page a check; what a page says is what the mappings say; its examples do what it says of them.

A missing page is begun by ``python -m scripts.rule_pages``; source and examples are written by hand.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integration.postmortem.linting import NOT_IN_A_FILE, lint
from integration.postmortem.reading.markdown import without_front_matter
from mappings.models import Level, Severity
from scripts.rule_pages import generated, index, known_checks
from tests.builders import a_policy

PAGES = Path(__file__).parents[2] / "docs" / "rules"
POLICY = a_policy()
CHECKS = [check for check, _ in known_checks(POLICY)]
GOOD = without_front_matter((PAGES / "a-good-postmortem.md").read_text())
NOW = datetime(2026, 11, 24, 15, 2, tzinfo=UTC)
EXAMPLE = re.compile(
    r"## (An example that fails|One that passes)\n(.*?)(?=^## (?:An|One)|\Z)", re.DOTALL | re.MULTILINE
)
FENCED = re.compile(r"^````?(markdown|text)\n(.*?)^````?$", re.DOTALL | re.MULTILINE)
SEVERITY = re.compile(r"At (SEV\d)")


def the_page(check: str) -> str:
    path = PAGES / f"{check}.md"
    assert path.exists(), f"docs/rules/{check}.md is missing: python -m scripts.rule_pages begins it"
    return path.read_text()


def the_example(check: str, which: str) -> tuple[str, str, Severity]:
    """Return the kind of an example (markdown: it is judged; text: it tells of an issue), its text, and the severity at which it is judged."""
    found = next((text for title, text in EXAMPLE.findall(the_page(check)) if title == which), "")
    fenced = FENCED.search(found)
    assert fenced is not None, f"docs/rules/{check}.md has no example under “{which}” yet"
    stated = SEVERITY.search(found)
    return fenced[1], fenced[2], Severity(stated[1]) if stated else Severity.SEV1


def in_place(parts: str) -> str:
    """Return the good post-mortem with these sections in place of its own; what stands before the first heading comes first."""
    before, *sections = re.split(r"^(?=## )", parts, flags=re.MULTILINE)
    text = GOOD
    for section in sections:
        title = section.splitlines()[0]
        whole = re.compile(rf"^{re.escape(title)}\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
        text = (
            whole.sub(lambda _, new=section: new.rstrip() + "\n\n", text)
            if whole.search(text)
            else f"{text}\n{section}"
        )
    return f"{before}\n{text}"


def open_checks(text: str, severity: Severity) -> set[str]:
    found = (noted.finding for noted in lint(text, severity, POLICY, NOW))
    return {finding.check for finding in found if not finding.passed and finding.level is not Level.OFF}


def family(check: str) -> tuple[str, ...]:
    """Return the names that a page answers for: a section's page for its parts as well."""
    return (check, f"part.{check.removeprefix('section.')}.") if check.startswith("section.") else (check,)


def test_the_good_postmortem_passes_at_every_severity() -> None:
    assert {severity: open_checks(GOOD, severity) for severity in Severity} == {
        severity: set() for severity in Severity
    }


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_has_a_page_that_says_what_the_mappings_say(check: str) -> None:
    assert generated(check, POLICY) in the_page(check), "python -m scripts.rule_pages makes it anew"
    assert re.search(r"^## Source\n\n\S", the_page(check), re.MULTILINE)


def test_every_page_is_about_a_check_and_the_index_names_them_all() -> None:
    others = {"README", "a-good-postmortem"}
    assert {path.stem for path in PAGES.glob("*.md")} - others == set(CHECKS)
    assert (PAGES / "README.md").read_text() == index(POLICY), "python -m scripts.rule_pages makes it anew"


@pytest.mark.parametrize("check", CHECKS)
def test_the_example_that_fails_fails_this_rule_alone(check: str) -> None:
    kind, text, severity = the_example(check, "An example that fails")
    if kind == "text":
        return
    assert check not in NOT_IN_A_FILE
    found = open_checks(in_place(text), severity)
    assert found != set()
    assert all(each.startswith(family(check)) if "." in check else each == check for each in found), found


@pytest.mark.parametrize("check", CHECKS)
def test_the_example_that_passes_leaves_nothing_open(check: str) -> None:
    kind, text, severity = the_example(check, "One that passes")
    if kind == "markdown":
        assert open_checks(in_place(text), severity) == set()


def test_only_what_a_file_cannot_show_has_examples_that_are_told() -> None:
    told = {check for check in CHECKS if the_example(check, "An example that fails")[0] == "text"}
    unasked = {check for check in CHECKS if all(POLICY.level(check, each) is Level.OFF for each in Severity)}
    assert told == set(CHECKS) & NOT_IN_A_FILE | unasked | {"ticket_cap"}  # An example of 51 rows helps nobody.
