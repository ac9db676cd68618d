"""The README's table of an App's permissions is the list from which tokens are asked for (S26)."""

from pathlib import Path

from integration.trackers.github.permissions import NEEDED

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_every_permission_that_is_asked_for_is_in_the_table_with_its_level_and_reason() -> None:
    for need in NEEDED:
        assert f"(`{need.permission}`) | {need.level} | {need.used_for} |" in README


def test_the_table_names_no_other() -> None:
    section = README.split("### As a GitHub App")[1].split("###")[0].split("\n## ")[0]
    assert section.count("(`") == len(NEEDED)
