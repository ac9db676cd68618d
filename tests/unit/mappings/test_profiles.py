"""A profile decides what weighs from the first day: it only lowers, an admin's own line wins, and it can be seen and is kept."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from mappings.errors import MappingErrors
from mappings.explaining import explain
from mappings.loading import load_texts, shipped_text
from mappings.models import Kind, Level, Policy, Severity
from mappings.profiles import profile_file
from mappings.service import Profile
from mappings.shape import STEMS
from mappings.weakening import weakenings

SHIPPED = load_texts({}).policy
STARTER = {"service.yaml": "profile: starter\n"}
FOLLOW = {"service.yaml": "profile: follow-through\n"}


def every_check(policy: Policy) -> list[str]:
    sections = [f"section.{entry.id}" for entry in policy.postmortem.sections]
    parts = [f"part.{entry.id}.{part.id}" for entry in policy.postmortem.sections for part in entry.parts]
    fields = [f"action.{entry.id}" for entry in policy.remediation.required]
    return [*sections, *parts, *fields, *(entry.id for entry in policy.checks.checks)]


def blocking(policy: Policy, severity: Severity = Severity.SEV1) -> set[str]:
    return {check for check in every_check(policy) if policy.level(check, severity) is Level.BLOCK}


# What each profile holds


def test_starter_blocks_for_severity_actions_with_owner_and_date_and_evidence_alone() -> None:
    assert blocking(load_texts(STARTER).policy) == {
        *("severity_stated", "incident_label", "document_readable"),
        *("section.remediation", "action.description", "action.owner", "action.due"),
        *("action_identity", "action_place", "ticket_missing", "ticket_cap"),
        *("evidence", "verification"),
    }


def test_follow_through_adds_lead_tracking_and_governance_and_leaves_the_document_to_advice() -> None:
    added = blocking(load_texts(FOLLOW).policy) - blocking(load_texts(STARTER).policy)
    assert added == {"lead_named", "due_within_horizon", "action.kind", "action.criteria", "approval_governance"}
    for check in ("section.summary", "part.impact.money", "timeline_began", "cause_chain", "approval_technical"):
        assert load_texts(FOLLOW).policy.level(check, Severity.SEV1) is Level.ADVISE


def test_full_is_as_shipped() -> None:
    assert load_texts({"service.yaml": "profile: full\n"}).policy == SHIPPED
    assert SHIPPED.service.profile is Profile.FULL


@pytest.mark.parametrize("files", [STARTER, FOLLOW], ids=["starter", "follow-through"])
def test_a_profile_only_lowers_and_silences_nothing(files: dict[str, str]) -> None:
    policy = load_texts(files).policy
    for severity in Severity:
        for check in every_check(SHIPPED):
            before, after = SHIPPED.level(check, severity), policy.level(check, severity)
            assert before.is_at_least(after), check
            assert (before is Level.OFF) == (after is Level.OFF), check
    levels = {"severity", "people", "clocks"}
    assert {stem for stem in levels if getattr(policy, stem) != getattr(SHIPPED, stem)} == set()


@pytest.mark.parametrize("profile", list(Profile))
def test_every_pattern_of_a_profile_names_a_check(profile: Profile) -> None:
    known = [*every_check(SHIPPED), *(f"part.{entry.id}" for entry in SHIPPED.postmortem.sections)]
    said = profile_file(profile)
    assert [
        pattern for pattern in said.keep if not any(type(said)(purpose="x", keep=(pattern,)).keeps(k) for k in known)
    ] == []


def test_sections_are_asked_for_as_before_so_that_templates_stay_the_same() -> None:
    for kind in Kind:
        asked = [entry.id for entry in load_texts(STARTER).policy.postmortem.asked_sections(kind)]
        assert asked == [entry.id for entry in SHIPPED.postmortem.asked_sections(kind)]


# What an admin writes wins


def test_a_level_that_an_admin_writes_wins_even_if_it_is_the_shipped_one() -> None:
    own = STARTER | {"checks.yaml": "checks: {cause_chain: {levels: {SEV1: block}}}\n"}
    loaded = load_texts(own)
    assert loaded.policy.level("cause_chain", Severity.SEV1) is Level.BLOCK
    assert loaded.policy.level("cause_chain", Severity.SEV2) is Level.ADVISE
    assert loaded.lines["checks.checks.cause_chain.levels.SEV1"] == ("checks.yaml", 1)
    assert loaded.lines["checks.checks.cause_chain.levels.SEV2"].file == "profiles/starter.yaml (shipped)"


def test_a_profile_holds_in_a_folder_that_is_a_copy_of_the_shipped_one() -> None:
    copied = {f"{stem}.yaml": shipped_text(stem) for stem in STEMS}
    copied["service.yaml"] = copied["service.yaml"].replace("profile: full", "profile: starter")
    assert load_texts(copied).policy == load_texts(STARTER).policy


def test_a_project_may_raise_what_the_profile_lowered() -> None:
    project = "applies_to: ['github:acme/shop']\nchecks: {checks: {lead_named: {levels: {SEV1: block}}}}\n"
    policy = load_texts(STARTER | {"projects/shop.yaml": project}).policy
    assert policy.for_project("github", "acme/shop").level("lead_named", Severity.SEV1) is Level.BLOCK
    assert policy.level("lead_named", Severity.SEV1) is Level.ADVISE


def test_a_project_cannot_choose_a_profile_of_its_own() -> None:
    project = "applies_to: ['github:acme/shop']\nservice:\n  profile: starter\n"
    with pytest.raises(MappingErrors) as refused:
        load_texts({"projects/shop.yaml": project})
    (error,) = refused.value.errors
    assert (error.file, error.line, error.key) == ("projects/shop.yaml", 3, "service.profile")
    assert error.problem == "A profile holds for all projects."


def test_a_profile_that_does_not_exist_is_named_with_its_line() -> None:
    with pytest.raises(MappingErrors) as refused:
        load_texts({"service.yaml": "mode: advise\nprofile: gentle\n"})
    (error,) = refused.value.errors
    assert (error.file, error.line, error.key) == ("service.yaml", 2, "profile")


# It can be seen, and it is kept


def test_explain_names_the_profile_and_says_that_the_line_is_weaker_than_shipped() -> None:
    found = explain(load_texts(STARTER), "checks.checks.cause_chain.levels.SEV1")
    assert (found.value, found.file) == ("advise", "profiles/starter.yaml (shipped)")
    assert "each other one advises at most" in found.comment
    assert found.weaker == ("checks.cause_chain at SEV1: it weighs less (block → advise).",)


def test_explain_says_nothing_of_weakness_where_there_is_none() -> None:
    assert explain(load_texts(STARTER), "checks.checks.evidence.levels.SEV1").weaker == ()
    assert explain(load_texts({}), "checks.checks.evidence.levels").weaker == ()


def test_what_an_admin_weakened_is_told_by_explain_without_any_profile() -> None:
    loaded = load_texts({"service.yaml": "mode: observe\n"})
    assert explain(loaded, "service.mode").weaker == ("the service does less (enforce → observe).",)


def test_choosing_a_lesser_profile_is_a_weakening_and_choosing_a_stricter_one_is_none() -> None:
    found = weakenings(SHIPPED, load_texts(STARTER).policy)
    assert "service.profile" in {entry.key for entry in found}
    assert "checks.checks.cause_chain.levels.SEV1" in {entry.key for entry in found}
    assert weakenings(load_texts(STARTER).policy, load_texts(FOLLOW).policy) == ()
    assert weakenings(load_texts(FOLLOW).policy, SHIPPED) == ()


@pytest.mark.parametrize(
    "files",
    [STARTER, FOLLOW, STARTER | {"checks.yaml": "checks: {cause_chain: {levels: {SEV1: block}}}\n"}],
    ids=["starter", "follow-through", "with a line of one's own"],
)
def test_the_texts_in_force_make_the_same_policy_again(files: Mapping[str, str]) -> None:
    loaded = load_texts(files)
    again = load_texts(loaded.files)
    assert again.policy == loaded.policy
    assert again.content_hash == loaded.content_hash


def test_the_texts_in_force_state_the_lowered_levels_themselves_so_that_an_update_changes_none() -> None:
    stated: Any = json.loads(load_texts(STARTER).files["checks.yaml"])
    assert stated["checks"]["cause_chain"]["levels"]["SEV1"] == "advise"
    assert load_texts({}).files["checks.yaml"] == shipped_text("checks")
