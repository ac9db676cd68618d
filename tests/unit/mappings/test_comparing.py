"""Which lines differ between two policies."""

import pytest

from mappings.comparing import ChangedLine, changed_lines
from mappings.loading import load_texts, shipped

SHOP = "applies_to: ['jira:SHOP']\nclocks:\n  zone: Europe/Vienna\n"

LAST = shipped("clocks").lines["look_again_hours"]


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({}, {}, ()),
        ({}, {"clocks.yaml": "# Only a comment, and a shipped value.\nzone: UTC\n"}, ()),
        (
            {},
            {"clocks.yaml": "zone: UTC\nholidays: [2026-12-25]\n"},
            (ChangedLine("clocks.holidays", "none", "2026-12-25", "clocks.yaml", 2),),
        ),
        (
            {"clocks.yaml": "look_again_hours: 12\n"},
            {},
            (ChangedLine("clocks.look_again_hours", "12", "24", "clocks.yaml (shipped)", LAST),),
        ),
        (
            {},
            {"projects/shop.yaml": SHOP},
            (
                ChangedLine("projects.shop.applies_to", "–", "jira:SHOP", "projects/shop.yaml", 1),
                ChangedLine("projects.shop.clocks.zone", "–", "Europe/Vienna", "projects/shop.yaml", 3),
            ),
        ),
        (
            {"projects/shop.yaml": SHOP},
            {"projects/shop.yaml": SHOP.replace("Vienna", "Paris")},
            (ChangedLine("projects.shop.clocks.zone", "Europe/Vienna", "Europe/Paris", "projects/shop.yaml", 3),),
        ),
        (
            {"projects/shop.yaml": SHOP},
            {},
            (
                ChangedLine("projects.shop.applies_to", "jira:SHOP", "–", "projects/shop.yaml", 1),
                ChangedLine("projects.shop.clocks.zone", "Europe/Vienna", "–", "projects/shop.yaml", 3),
            ),
        ),
    ],
)
def test_what_differs_is_told_with_its_file_and_line(
    before: dict[str, str], after: dict[str, str], lines: tuple[ChangedLine, ...]
) -> None:
    assert changed_lines(load_texts(before), load_texts(after)) == lines


def test_an_entry_that_is_new_is_told_with_its_keys() -> None:
    text = "people:\n  dana:\n    name: Dana\n    github_id: 12\n"
    found = {
        line.key: (line.before, line.after, line.line)
        for line in changed_lines(load_texts({}), load_texts({"people.yaml": text}))
    }
    assert found["people.people"] == ("none", "dana", 1)
    assert found["people.people.dana.name"] == ("–", "Dana", 3)
    assert found["people.people.dana.jira"] == ("–", "none", 2)
