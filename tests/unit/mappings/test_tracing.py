"""For every check one can ask which line of which file led to it."""

import pytest

from mappings.gathering import Place
from mappings.loading import LoadedPolicy, load_texts, shipped
from mappings.models import Severity
from mappings.shape import STEMS
from mappings.tracing import PARAMETERS, Traced, trace, trace_severity

POLICY = load_texts({}).policy
IN_TIME = shipped("checks").lines["checks.in_time.levels.SEV1"]
CHECKS = [
    *(check.id for check in POLICY.checks.checks),
    *(f"section.{section.id}" for section in POLICY.postmortem.sections),
    *(f"part.{section.id}.{part.id}" for section in POLICY.postmortem.sections for part in section.parts),
    *(f"action.{entry.id}" for entry in POLICY.remediation.required),
]


@pytest.fixture(scope="module")
def loaded() -> LoadedPolicy:
    return load_texts(
        {
            "severity.yaml": "severities:\n  SEV1:\n    due_hours: 24\n    postmortem: full\n  SEV2: {}\n  SEV3: {}\n  SEV4: {}\n",
            "checks.yaml": "checks:\n  in_time:\n    levels:\n      SEV1: block\n",
            "projects/shop.yaml": "applies_to: ['github:acme/shop']\nchecks:\n  checks:\n    in_time:\n      levels:\n"
            "        SEV1: warn\npostmortem:\n  sections:\n    ours:\n      title: Ours\n      headings: []\n"
            "      levels: {full: block, abbreviated: block, review: off}\n      when: null\n      jira_field: null\n"
            "      prompt: []\n      ask: Say it.\n      parts: {}\n      parts_levels: {full: off, abbreviated: off, review: off}\n",
        }
    )


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("severity", [*Severity, None])
def test_every_check_leads_to_its_level_and_its_wording(check: str, severity: Severity | None) -> None:
    lines = trace(load_texts({}), check, severity, "github", "acme/shop")
    assert lines[0].role == "level"
    assert lines[0].value == POLICY.level(check, severity).value
    assert "wording" in {line.role for line in lines}
    assert all(line.place.line > 0 and line.place.file.removesuffix(".yaml (shipped)") in STEMS for line in lines)
    assert all(line.instead_of is None for line in lines)


@pytest.mark.parametrize("check", PARAMETERS)
def test_every_limit_that_is_named_is_there(check: str) -> None:
    lines = trace(load_texts({}), check, Severity.SEV1, "github", "acme/shop")
    assert len([line for line in lines if line.role == "parameter"]) == len(PARAMETERS[check])
    assert POLICY.has_check(check)


@pytest.mark.parametrize(
    ("project", "value", "place", "instead_of"),
    [
        ("acme/shop", "warn", Place("projects/shop.yaml", 6), Place("checks.yaml", 4)),
        ("acme/other", "block", Place("checks.yaml", 4), Place("checks.yaml (shipped)", IN_TIME)),
    ],
)
def test_a_line_names_the_one_that_it_takes_the_place_of(
    loaded: LoadedPolicy, project: str, value: str, place: Place, instead_of: Place
) -> None:
    key = "checks.checks.in_time.levels.SEV1"
    assert trace(loaded, "in_time", Severity.SEV1, "github", project)[0] == Traced(
        "level", key, value, place, instead_of
    )


def test_a_line_that_was_only_copied_takes_the_place_of_none(loaded: LoadedPolicy) -> None:
    kind, deadline = trace_severity(loaded, Severity.SEV1, "github", "acme/shop")
    assert (kind.value, kind.place, kind.instead_of) == ("full", Place("severity.yaml", 4), None)
    assert (deadline.value, deadline.place) == (24, Place("severity.yaml", 3))
    assert deadline.instead_of is not None and deadline.instead_of.file == "severity.yaml (shipped)"


def test_a_section_that_only_a_project_has_is_found_there(loaded: LoadedPolicy) -> None:
    lines = trace(loaded, "section.ours", Severity.SEV1, "github", "acme/shop")
    assert lines[0] == Traced(
        "level", "postmortem.sections.ours.levels.full", "block", Place("projects/shop.yaml", 12), None
    )


def test_a_check_that_nobody_knows_any_more_leads_nowhere(loaded: LoadedPolicy) -> None:
    assert trace(loaded, "bygone", Severity.SEV1, "github", "acme/shop") == ()
