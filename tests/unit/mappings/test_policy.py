"""What the rules ask of a policy."""

from datetime import date

import pytest
from pydantic import ValidationError

from mappings.loading import load_texts
from mappings.models import Authority, Kind, Level, Mode, Policy, Severity


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_texts({}).policy


def a_policy(**files: str) -> Policy:
    return load_texts({name.replace("__", "/") + ".yaml": text for name, text in files.items()}).policy


def test_the_highest_severity_label_wins_and_all_are_told(policy: Policy) -> None:
    read = policy.severity.from_labels(["bug", "severity: minor", "SEV-1", "sev1"])
    assert read.highest is Severity.SEV1
    assert read.stated == (Severity.SEV1, Severity.SEV3)
    assert read.labels == ("severity: minor", "SEV-1", "sev1")
    assert read.is_conflicting


def test_without_a_severity_label_there_is_no_severity(policy: Policy) -> None:
    read = policy.severity.from_labels(["incident", "bug"])
    assert (read.highest, read.stated, read.labels, read.is_conflicting) == (None, (), (), False)


@pytest.mark.parametrize("label", ["Severity:  Critical", "SEV1", " sev1 ", "severity/critical"])
def test_labels_are_compared_without_case_and_extra_spaces(policy: Policy, label: str) -> None:
    assert policy.severity.from_labels([label]).highest is Severity.SEV1


@pytest.mark.parametrize(("value", "severity"), [("Highest", Severity.SEV1), ("low", Severity.SEV4), ("Urgent", None)])
def test_the_jira_value_states_a_severity(policy: Policy, value: str, severity: Severity | None) -> None:
    assert policy.severity.from_jira_value(value) is severity


def test_criteria_are_read_from_labels_and_from_form_texts(policy: Policy) -> None:
    by_label = policy.severity.criteria_from_labels(["Data-Exposed", "bug"])
    by_text = policy.severity.criteria_from_texts(["few users or transactions were affected.", "something else"])
    assert [entry.id for entry in by_label] == ["data_exposed"]
    assert [entry.id for entry in by_text] == ["few_users"]
    assert policy.severity.floor((*by_text, *by_label)) is Severity.SEV1
    assert policy.severity.floor(()) is None


@pytest.mark.parametrize(
    ("labels", "issue_type", "is_incident"),
    [
        (["Incident"], None, True),
        (["bug"], "incident", True),
        (["bug"], "Bug", False),
        ([], None, False),
    ],
)
def test_a_label_or_a_type_makes_an_incident(
    policy: Policy, labels: list[str], issue_type: str | None, is_incident: bool
) -> None:
    assert policy.severity.is_incident(labels, issue_type) is is_incident


def test_steering_labels_are_recognised() -> None:
    severity = a_policy(severity="incident:\n  observe_labels: [watch]\n  ignore_labels: [drill]\n").severity
    assert severity.is_adopted(["Followthrough-Adopt"])
    assert severity.is_observed(["Watch"])
    assert severity.is_ignored(["DRILL"])
    assert not severity.is_adopted(["adopt"])
    assert not severity.is_observed(["drill"])


def test_severities_compare_by_weight() -> None:
    assert Severity.SEV1.is_at_least(Severity.SEV2)
    assert Severity.SEV2.is_at_least(Severity.SEV2)
    assert not Severity.SEV3.is_at_least(Severity.SEV2)
    assert Severity.SEV4.is_below(Severity.SEV3)
    assert Severity.highest([Severity.SEV3, Severity.SEV2]) is Severity.SEV2
    assert Severity.highest([]) is None


def test_levels_authorities_and_modes_are_ordered() -> None:
    assert Level.BLOCK.is_at_least(Level.WARN)
    assert not Level.OFF.is_at_least(Level.ADVISE)
    assert Authority.ADMIN.is_at_least(Authority.WRITE)
    assert not Authority.PARTICIPANT.is_at_least(Authority.TRIAGE)
    assert Mode.most_cautious(Mode.ENFORCE, Mode.OBSERVE, Mode.ADVISE) is Mode.OBSERVE


@pytest.mark.parametrize(
    ("check", "severity", "level"),
    [
        ("section.where_else", Severity.SEV1, Level.BLOCK),
        ("section.where_else", Severity.SEV3, Level.ADVISE),
        ("part.impact.money", Severity.SEV3, Level.BLOCK),
        ("part.impact.money", Severity.SEV4, Level.OFF),
        ("action.owner", Severity.SEV4, Level.WARN),
        ("action.ticket", Severity.SEV1, Level.OFF),
        ("evidence", Severity.SEV4, Level.BLOCK),
        ("cause_phase", None, Level.BLOCK),
    ],
)
def test_every_family_of_checks_has_its_level(
    policy: Policy, check: str, severity: Severity | None, level: Level
) -> None:
    assert policy.level(check, severity) is level
    assert policy.has_check(check)


@pytest.mark.parametrize("check", ["section.x", "part.impact.x", "part.x.money", "action.x", "x", "", "a.b.c.d"])
def test_an_unknown_check_is_a_key_error(policy: Policy, check: str) -> None:
    with pytest.raises(KeyError):
        policy.level(check, Severity.SEV1)
    assert not policy.has_check(check)


def test_an_unclassified_incident_is_judged_at_the_provisional_severity(policy: Policy) -> None:
    assert policy.kind(None) is Kind.FULL
    assert a_policy(clocks="provisional_severity: SEV3\n").kind(None) is Kind.ABBREVIATED


def test_sections_are_found_by_heading_and_asked_by_kind(policy: Policy) -> None:
    found = policy.postmortem.section_for_heading("  Five  WHYS: ")
    assert found is not None
    assert found.id == "root_causes"
    assert policy.postmortem.section_for_heading("Weather") is None
    assert "contributing_factors" not in [section.id for section in policy.postmortem.asked_sections(Kind.ABBREVIATED)]
    assert policy.postmortem.question("groups_differ").unanswered_means_yes_for == (Severity.SEV1, Severity.SEV2)
    with pytest.raises(KeyError):
        policy.section("weather")


def test_columns_kinds_and_horizons_are_found_by_what_people_write(policy: Policy) -> None:
    remediation = policy.remediation
    horizon, kind = remediation.horizon_for("Short term"), remediation.kind_for("Alerting")
    assert remediation.column_for_heading("Assigned to:") == "owner"
    assert remediation.column_for_heading("Mood") is None
    assert horizon is not None
    assert kind is not None
    assert (horizon.id, kind.id) == ("short-term", "monitoring")
    assert remediation.horizon_for("some day") is None
    assert remediation.kind_for("magic") is None
    assert [claim.id for claim in remediation.claims_for(kind)] == ["detected"]
    assert remediation.kind("process").claims == ("documented", "communicated", "followed")
    with pytest.raises(KeyError):
        remediation.kind("magic")


def test_a_ticket_title_fills_in_names_once_and_nothing_else() -> None:
    ticket = a_policy(remediation="ticket:\n  title: '[{severity}] {id}: {action}'\n").remediation.ticket
    names = {"severity": "SEV1", "id": "A1", "action": "Block {id} and {severity.__class__}"}
    assert ticket.title_for(names) == "[SEV1] A1: Block {id} and {severity.__class__}"
    assert ticket.title_for({}) == "[{severity}] {id}: {action}"


def test_github_roles_give_authority_and_unknown_ones_none() -> None:
    people = a_policy(people="github_roles:\n  read: any\n  maintain: write\n  auditor: triage\n").people
    assert people.from_github_role("maintain") is Authority.WRITE
    assert people.from_github_role("auditor") is Authority.TRIAGE
    assert people.from_github_role("admin") is Authority.ANY


def test_people_are_found_by_the_accounts_that_decide() -> None:
    people = a_policy(people="people:\n  gina: {name: Gina, github: g, github_id: 4711, jira: abc}\n").people
    found = people.by_github_id(4711)
    assert found is not None
    assert found is people.by_jira_account("abc")
    assert people.by_github_id(1) is None
    assert people.by_jira_account("g") is None


def test_an_unknown_command_is_a_key_error(policy: Policy) -> None:
    with pytest.raises(KeyError):
        policy.people.commands.needed("dance")


def test_working_days_leave_out_weekends_and_holidays() -> None:
    clocks = a_policy(clocks="holidays: [2026-12-25]\n").clocks
    assert clocks.is_working_day(date(2026, 12, 24))
    assert not clocks.is_working_day(date(2026, 12, 25))
    assert not clocks.is_working_day(date(2026, 12, 26))


def test_projects_can_be_left_alone() -> None:
    policy = a_policy(service="leave_alone: ['github:acme/playground-*']\n")
    assert policy.is_left_alone("github", "Acme/Playground-7")
    assert not policy.is_left_alone("jira", "acme/playground-7")


def test_a_policy_is_frozen_and_hashable(policy: Policy) -> None:
    assert len({policy, load_texts({}).policy}) == 1
    with pytest.raises(ValidationError):
        policy.service.mode = Mode.OBSERVE  # type: ignore[misc]


def test_a_project_has_the_policy_with_its_own_changes() -> None:
    policy = a_policy(
        projects__shop="applies_to: ['github:acme/shop-*', 'jira:SHOP']\nseverity: {severities: {SEV3: {due_hours: 240}}}\n"
    )
    here = policy.for_project("github", "Acme/Shop-Web")
    assert here.severity.of(Severity.SEV3).due_hours == 240
    assert here.severity.of(Severity.SEV3).labels == policy.severity.of(Severity.SEV3).labels
    assert here.checks is policy.checks
    assert policy.for_project("jira", "shop") is here
    assert policy.for_project("github", "acme/website") is policy


def test_the_most_exact_pattern_decides_alone() -> None:
    policy = a_policy(
        projects__a="applies_to: ['github:*']\nservice: {mode: observe}\nclocks: {zone: Europe/Vienna}\n",
        projects__b="applies_to: ['github:acme/*']\nservice: {mode: advise}\n",
    )
    assert policy.for_project("github", "acme/shop").service.mode is Mode.ADVISE
    assert policy.for_project("github", "acme/shop").clocks.zone == "UTC"
    assert policy.for_project("github", "other/shop").service.mode is Mode.OBSERVE
    assert policy.for_project("jira", "SHOP").service.mode is Mode.ENFORCE
