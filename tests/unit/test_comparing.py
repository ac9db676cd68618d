"""What differs between two judgements of one case."""

from integration.postmortem.comparing import Difference, differences, every_finding
from integration.postmortem.judgement import judge
from mappings.models import Policy
from tests.builders import NOW, a_case, a_memory, a_policy, an_incident, facts


def told(before: Policy, after: Policy, **changes: object) -> tuple[Difference, ...]:
    case = a_case(an_incident("SEV1", **changes))
    one, other = (judge(case, facts(), a_memory(severity=""), policy, NOW) for policy in (before, after))
    return differences(one, other)


def test_the_same_policy_changes_nothing() -> None:
    assert told(a_policy(), a_policy()) == ()


def test_a_later_deadline_is_told_with_both_days() -> None:
    after = a_policy(severity="severities: {SEV1: {due_hours: 72}, SEV2: {}, SEV3: {}, SEV4: {}}\n")
    (found,) = (each for each in told(a_policy(), after) if each.what == "deadline")
    assert found.before != found.after and found.before.endswith("UTC")


def test_another_severity_comes_with_its_kind_its_deadline_and_its_findings() -> None:
    swapped = "severities: {SEV1: {labels: [worst], label: worst}, SEV2: {}, SEV3: {labels: [sev3, sev1]}, SEV4: {}}\n"
    found = {each.what for each in told(a_policy(), a_policy(severity=swapped), labels=frozenset({"incident", "sev1"}))}
    assert {"severity", "kind", "deadline"} <= found


def test_a_lower_level_is_told_of_its_finding_and_opens_no_gate_that_others_hold() -> None:
    lenient = a_policy(checks="checks: {lead_named: {levels: {SEV1: warn}}}\n")
    assert told(a_policy(), lenient) == (Difference("finding", "Lead (lead_named)", "blocks", "warns"),)


def test_another_question_is_told_as_wording() -> None:
    asked = "responding: {severity_stated: {}, lead_named: {ask: Wer führt?}, began_known: {}, client_known: {}}\n"
    (found,) = told(a_policy(), a_policy(postmortem=asked))
    assert (found.what, found.about) == ("wording", "Lead (lead_named)")
    assert "Wer führt?" in found.after and "Wer führt?" not in found.before


def test_what_is_not_asked_any_more_is_told_so() -> None:
    silent = a_policy(checks="checks: {lead_named: {levels: {SEV1: off}}}\n")
    assert told(a_policy(), silent) == (Difference("finding", "Lead (lead_named)", "blocks", "not asked"),)


def test_no_finding_is_there_twice_because_a_gate_names_it_too() -> None:
    assessment = judge(a_case(an_incident("SEV1")), facts(), a_memory(), a_policy(), NOW)
    found = [(finding.check, finding.about, finding.reason) for finding in every_finding(assessment)]
    assert len(found) == len(set(found))
    assert {finding.check for finding in assessment.gates[0].missing} <= {check for check, _, _ in found}
