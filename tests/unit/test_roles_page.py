"""The tables of ``docs/roles.md`` are those of the shipped policy: run ``python -m scripts.roles_page`` after changing one."""

from integration.postmortem.rules.authority import APPOINTED_FOR
from integration.postmortem.rules.verdicts import WORDS
from scripts.roles_page import KEYS, NEVER, PAGE, page_with, tables
from tests.builders import a_policy


def test_the_tables_are_those_of_the_shipped_policy() -> None:
    page = PAGE.read_text()
    assert page == page_with(page, a_policy())


def test_every_command_and_every_role_that_decides_is_in_them() -> None:
    table = tables(a_policy())
    assert [word for word in WORDS if f"`/{word}" not in table] == []
    assert {*NEVER, *KEYS, *APPOINTED_FOR} <= {*WORDS, "severity (lower)", *APPOINTED_FOR}


def test_another_policy_has_other_tables() -> None:
    stricter = a_policy(people="commands: {verify: admin}")
    row = next(line for line in tables(stricter).splitlines() if line.startswith("| `/verify`"))
    assert row.split(" | ")[1:3] == ["admin", "admin"]
