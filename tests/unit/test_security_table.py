"""The table of docs/security-tests.md names tests that exist, for every line that it has to cover."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "security-tests.md").read_text(encoding="utf-8")
NUMBERS = (*range(1, 19), *range(20, 29))


def test_every_line_has_a_row() -> None:
    assert re.findall(r"^\| (S\d+) \|", TABLE, re.MULTILINE) == [f"S{number}" for number in NUMBERS]


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)
    assert named
    missing = [f"{path}::{name}" for path, name in named if f"def {name}(" not in (ROOT / path).read_text("utf-8")]
    assert missing == []
