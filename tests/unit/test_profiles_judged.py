"""The same half-written post-mortem under each profile: what keeps the incident open, and what is only advised."""

import pytest

from integration.postmortem.linting import lint
from mappings.loading import load_texts
from mappings.models import Level, Severity
from tests.builders import NOW

BARE = "## Remediation actions\n\n| ID | Action | Owner | Due |\n|---|---|---|---|\n| A1 | Filter recalled products | @dana | 2026-11-30 |\n"
NO_OWNER = BARE.replace("@dana", "")


def levels(text: str, profile: str) -> dict[str, Level]:
    policy = load_texts({"service.yaml": f"profile: {profile}\n"}).policy
    return {
        each.finding.check: each.finding.level
        for each in lint(text, Severity.SEV1, policy, NOW)
        if not each.finding.passed
    }


@pytest.mark.parametrize(
    ("text", "profile", "blocks"),
    [
        (BARE, "starter", set()),
        (NO_OWNER, "starter", {"action.owner"}),
        ("", "starter", {"section.remediation"}),
        (BARE, "follow-through", {"action.kind", "action.criteria"}),
    ],
    ids=[
        "actions are enough for starter",
        "an owner is needed",
        "actions are needed",
        "follow-through asks of actions",
    ],
)
def test_what_keeps_an_incident_open_under_a_profile(text: str, profile: str, blocks: set[str]) -> None:
    found = levels(text, profile)
    assert {check for check, level in found.items() if level is Level.BLOCK} == blocks
    assert found["section.summary"] is Level.ADVISE


def test_full_asks_for_the_whole_post_mortem() -> None:
    assert levels(BARE, "full")["section.summary"] is Level.BLOCK
