"""For every key one can ask where it is set and what it means."""

from typing import Any

import pytest

from mappings.explaining import Explanation, UnknownKey, explain
from mappings.loading import LoadedPolicy, load_texts


@pytest.fixture(scope="module")
def loaded() -> LoadedPolicy:
    return load_texts(
        {
            "severity.yaml": "# Ours since May.\n\nseverities:\n  # The worst.\n  # Agreed with the board.\n"
            "  SEV1:\n    due_hours: 24\n  SEV2: {}\n  SEV3: {}\n  SEV4: {}\n",
            "people.yaml": "github_roles:\n  read: any\n  auditor: write\n",
            "projects/shop.yaml": "applies_to: ['jira:SHOP']\nclocks:\n  # Theirs.\n  zone: Europe/Vienna\n",
        }
    )


def test_a_key_of_a_file_is_explained(loaded: LoadedPolicy) -> None:
    assert explain(loaded, "severity.severities.SEV1.due_hours") == Explanation(
        key="severity.severities.SEV1.due_hours",
        value=24,
        file="severity.yaml",
        line=7,
        meaning="Hours from detection to the deadline of the post-mortem; null: no deadline.",
        comment="",
    )


@pytest.mark.parametrize(
    ("key", "value", "file", "comment"),
    [
        ("severity.severities.SEV3.due_hours", 336, "severity.yaml (shipped)", "Fourteen days."),
        ("people.commands.accept-risk", "admin", "people.yaml (shipped)", "Decide that an action is not done, until a date."),
        ("people.github_roles.auditor", "write", "people.yaml", ""),
        ("projects.shop.clocks.zone", "Europe/Vienna", "projects/shop.yaml", "Theirs."),
        ("projects.shop.clocks.holidays", [], "clocks.yaml (shipped)", "Days on which they do not, as YYYY-MM-DD."),
        ("severity.incident.labels[1]", "ai-incident", "severity.yaml (shipped)", "Any one of these labels does. "
         "Case does not matter. Jira labels have no spaces."),
        ("service.wording.thanks", True, "service.yaml (shipped)", "Thank for a completed post-mortem."),
    ],
)  # fmt: skip
def test_the_value_and_the_comment_above_it_are_told(
    loaded: LoadedPolicy, key: str, value: Any, file: str, comment: str
) -> None:
    found = explain(loaded, key)
    assert (found.value, found.file, found.comment) == (value, file, comment)
    assert found.meaning


def test_the_whole_of_an_entry_can_be_asked_for(loaded: LoadedPolicy) -> None:
    found = explain(loaded, "severity.severities.SEV1")
    assert found.comment == "The worst.\nAgreed with the board."
    assert found.value["due_hours"] == 24
    assert explain(loaded, "remediation.kinds.process.claims").value == ["documented", "communicated", "followed"]
    assert explain(loaded, "people.commands").value["accept-risk"] == "admin"


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("severity.severitys", "There is no key severity.severitys: severitys is not known. Did you mean severities?"),
        ("severty", "There is no key severty: severty is not known. Did you mean severity?"),
        ("severity.severities.SEV7", "There is no key severity.severities.SEV7: SEV7 is not known. Did you mean SEV4?"),
        ("projects.shp.clocks", "There is no key projects.shp.clocks: shp is not known. Did you mean shop?"),
        ("projects", "There is no key projects: projects is not known. Use one of: shop."),
    ],
)
def test_a_key_that_is_not_there_is_told_with_what_was_meant(loaded: LoadedPolicy, key: str, message: str) -> None:
    with pytest.raises(UnknownKey) as caught:
        explain(loaded, key)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "key", ["", ".", "[0]", "clocks.zone.x", "clocks.zone[0]", "clocks.working_days[9]", "people.github_roles.x"]
)
def test_no_other_key_is_anything_but_unknown(loaded: LoadedPolicy, key: str) -> None:
    with pytest.raises(UnknownKey):
        explain(loaded, key)


def test_a_list_item_may_be_asked_for_with_a_dot(loaded: LoadedPolicy) -> None:
    assert explain(loaded, "severity.incident.labels.1").value == "ai-incident"
    assert explain(loaded, "projects.shop.severity.incident.labels[1]").value == "ai-incident"


def test_every_key_that_has_a_line_can_be_explained(loaded: LoadedPolicy) -> None:
    keys = [
        key
        for key in loaded.lines
        if key not in ("projects.shop", "projects.shop.applies_to", "projects.shop.applies_to[0]")
    ]
    assert all(explain(loaded, key).meaning for key in keys)


def test_what_a_file_leaves_out_has_no_line_left() -> None:
    loaded = load_texts({"severity.yaml": "incident: {labels: [incident]}\ncriteria:\n  client_loss: {labels: []}\n"})
    assert "severity.incident.labels[1]" not in loaded.lines
    assert "severity.criteria.data_exposed" not in loaded.lines
    assert loaded.lines["severity.criteria.client_loss.text"].file == "severity.yaml (shipped)"
    assert all(explain(loaded, key).meaning for key in loaded.lines)
