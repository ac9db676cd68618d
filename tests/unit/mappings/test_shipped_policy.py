"""The policy that ships is the one of the design, line by line."""

import pytest

from mappings.loading import load_texts
from mappings.models import Authority, CloseWhen, Kind, Level, Mode, Policy, Severity

BLOCK, WARN, ADVISE, OFF = Level.BLOCK, Level.WARN, Level.ADVISE, Level.OFF


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_texts({}).policy


@pytest.mark.parametrize(
    ("severity", "name", "kind", "due_hours"),
    [
        (Severity.SEV1, "critical", Kind.FULL, 48),
        (Severity.SEV2, "major", Kind.FULL, 7 * 24),
        (Severity.SEV3, "minor", Kind.ABBREVIATED, 14 * 24),
        (Severity.SEV4, "near-miss", Kind.REVIEW, None),
    ],
)
def test_a_severity_has_its_post_mortem_and_deadline(
    policy: Policy, severity: Severity, name: str, kind: Kind, due_hours: int | None
) -> None:
    entry = policy.severity.of(severity)
    assert (entry.name, entry.postmortem, entry.due_hours) == (name, kind, due_hours)


@pytest.mark.parametrize(
    ("severity", "texts"),
    [
        (
            Severity.SEV1,
            (
                "Harm to an individual",
                "Regulatory notification triggered",
                "Client loss over 10,000 USD",
                "Restricted or confidential data exposed",
                "Publicly visible with reputational damage",
            ),
        ),
        (
            Severity.SEV2,
            (
                "Systematically incorrect outputs for an extended period",
                "Moderate financial impact",
                "Significant number of users",
                "Exploitable vulnerability",
                "Emergency intervention",
            ),
        ),
        (
            Severity.SEV3,
            (
                "Incorrect outputs caught before significant impact",
                "Resolved by standard procedure",
                "Few users or transactions",
                "Gap in monitoring or testing revealed",
            ),
        ),
        (
            Severity.SEV4,
            (
                "Caught in testing or monitoring before production",
                "Vulnerability fixed before exploitation",
                "Data-quality issue caught before it affected the model",
            ),
        ),
    ],
)
def test_each_criterion_implies_its_severity(policy: Policy, severity: Severity, texts: tuple[str, ...]) -> None:
    assert {entry.implies for text in texts for entry in policy.severity.criteria_from_texts([text])} == {severity}
    assert len(policy.severity.criteria_from_texts(texts)) == len(texts)
    assert sum(entry.implies is severity for entry in policy.severity.criteria) == len(texts)


@pytest.mark.parametrize(
    ("section", "full", "abbreviated"),
    [
        ("summary", BLOCK, BLOCK),
        ("timeline", BLOCK, BLOCK),
        ("impact", BLOCK, BLOCK),
        ("where_else", BLOCK, ADVISE),
        ("root_causes", BLOCK, BLOCK),
        ("contributing_factors", BLOCK, OFF),
        ("remediation", BLOCK, BLOCK),
        ("lessons", BLOCK, ADVISE),
        ("recommendations", BLOCK, OFF),
        ("model_behaviour", BLOCK, ADVISE),
        ("data_investigation", BLOCK, ADVISE),
        ("fairness_impact", BLOCK, ADVISE),
        ("monitoring_gap", BLOCK, BLOCK),
    ],
)
def test_a_section_is_asked_for_as_designed(policy: Policy, section: str, full: Level, abbreviated: Level) -> None:
    levels = policy.section(section).levels
    assert (levels.full, levels.abbreviated) == (full, abbreviated)
    assert not levels.review.is_at_least(WARN)  # The review of a near-miss is recommended, not required.


def test_the_sections_are_the_thirteen_of_the_design_the_roles_and_the_meeting(policy: Policy) -> None:
    assert len(policy.postmortem.sections) == 15
    assert policy.level("section.roles", Severity.SEV1) is OFF
    assert [policy.level("section.meeting", severity) for severity in Severity] == [ADVISE, ADVISE, OFF, OFF]


def test_the_ai_sections_hang_on_their_questions(policy: Policy) -> None:
    conditions = {section.id: section.when for section in policy.postmortem.sections if section.when}
    assert conditions == {
        "model_behaviour": "outputs_involved",
        "data_investigation": "data_suspected",
        "fairness_impact": "groups_differ",
    }


def test_impact_and_factors_have_the_parts_of_the_design(policy: Policy) -> None:
    assert [part.id for part in policy.section("impact").parts] == [
        "users",
        "money",
        "data",
        "downstream",
        "reputation",
        "regulatory",
    ]
    assert [part.id for part in policy.section("contributing_factors").parts] == [
        "monitoring",
        "communication",
        "documentation",
        "tooling",
        "governance",
        "leadership",
    ]


def test_each_kind_of_action_needs_its_evidence(policy: Policy) -> None:
    assert {kind.id: kind.claims for kind in policy.remediation.kinds} == {
        "process": ("documented", "communicated", "followed"),
        "technical": ("tested",),
        "monitoring": ("detected",),
        "training": ("completed",),
    }


def test_horizons_limits_and_rounds_are_those_of_the_design(policy: Policy) -> None:
    remediation = policy.remediation
    assert [(entry.id, entry.max_days) for entry in remediation.horizons] == [
        ("immediate", 7),
        ("short-term", 30),
        ("long-term", 180),
    ]
    assert (remediation.ticket.max_per_incident, remediation.reopening.rounds) == (50, 3)
    assert remediation.close_incident_when is CloseWhen.ACTIONS_VERIFIED


def test_a_near_miss_waits_only_for_its_actions(policy: Policy) -> None:
    assert policy.level("approval_technical", Severity.SEV4) is OFF
    assert policy.level("approval_governance", Severity.SEV4) is OFF
    assert policy.level("evidence", Severity.SEV4) is BLOCK
    assert policy.level("verification", Severity.SEV4) is BLOCK


def test_an_unmapped_jira_is_advised_on_and_never_blocks(policy: Policy) -> None:
    assert {policy.level("authority_mapped", severity) for severity in Severity} == {ADVISE}


def test_verifying_needs_write_and_commanding_at_all_needs_little(policy: Policy) -> None:
    commands = policy.people.commands
    assert commands.needed("verify") is Authority.WRITE
    assert commands.needed("status") is Authority.ANY
    assert policy.people.adopting is Authority.TRIAGE


def test_a_first_installation_works_and_nobody_unlisted_is_an_app(policy: Policy) -> None:
    assert policy.people.jira.when_unmapped == "any_active_user"
    assert not policy.people.jira.is_mapped
    assert (policy.people.apps.github, policy.people.apps.jira) == ((), ())
    assert policy.service.mode is Mode.ENFORCE


def test_every_command_of_the_design_has_its_authority(policy: Policy) -> None:
    words = (
        "severity resolved note lead participants reviewer sponsor approve-technical approve-governance evidence verify "
        "reject accept-risk waive client client-update status pause"
    )
    assert all(isinstance(policy.people.commands.needed(word), Authority) for word in words.split())


def test_what_is_asked_while_responding_has_checks_of_the_same_name(policy: Policy) -> None:
    assert [asked.id for asked in policy.postmortem.responding] == [
        "severity_stated",
        "lead_named",
        "began_known",
        "client_known",
    ]
    assert all(policy.has_check(asked.id) for asked in policy.postmortem.responding)


def test_nothing_shipped_shouts_or_scolds(policy: Policy) -> None:
    texts = [
        *(text for check in policy.checks.checks for text in (check.asks, check.why)),
        *(section.ask for section in policy.postmortem.sections),
        *(part.ask for section in policy.postmortem.sections for part in section.parts),
        *(field.ask for field in policy.remediation.required),
        *(asked.ask for asked in policy.postmortem.responding),
    ]
    scolding = ("!", "error", "invalid", "failed to", "you must")
    assert [text for text in texts if any(word in text.casefold() for word in scolding)] == []


def test_a_template_that_is_not_filled_in_is_known_as_one(policy: Policy) -> None:
    assert all(section.prompt for section in policy.postmortem.sections)
    assert {"_No response_", "TBD", "N/A"} <= set(policy.postmortem.empty.placeholders)
    assert "none" in policy.postmortem.empty.answers
