"""The table of ways out in docs/security.md: each way that was thought of has its answer, and tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TABLE = TEXT.partition("## Ways out of an incident")[2].partition("\n## ")[0]
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")] for line in TABLE.splitlines() if line.startswith("| ")
][1:]
WAYS = (
    *("incident label off", "severity label off, or lowers it", "“not planned”", "duplicate", "locked", "many at once"),
    *("deletes a row", "unlinks a ticket", "deletes, transfers or converts a ticket", "moves a ticket"),
    *("deletes, transfers or converts the incident", "moves the incident", "takes the App or its rights away"),
    *("empties the post-mortem, also after its approval", "our comment or its marker", "`closed-unverified` by hand"),
    *("a pull request that closes it", "never labels it at all"),
)


@pytest.mark.parametrize("way", WAYS)
def test_each_way_has_a_row(way: str) -> None:
    assert sum(way in row[0] for row in ROWS) == 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_row_says_what_comes_of_it_and_names_tests_that_exist(row: list[str]) -> None:
    way, answer, shown = row
    assert way
    assert answer
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)(?:\[([^\]]+)\])?`", shown)
    assert named
    assert shown.count("::") == len(named)
    for path, name, case in named:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {name}(" in source, name
        assert not case or f'"{case}"' in source, case


def test_every_test_of_ways_out_stands_in_the_table() -> None:
    for path in ("tests/e2e/test_no_way_around.py", "tests/e2e/test_ways_out.py"):
        source = (ROOT / path).read_text(encoding="utf-8")
        assert [name for name in re.findall(r"^def (test_\w+)", source, re.MULTILINE) if name not in TABLE] == []
