"""Which severity holds: labels, the tracker's field, criteria, commands, and what was recorded before (DESIGN 5 "Severity")."""

from dataclasses import replace

import pytest

from integration.postmortem.rules.severity import judge_severity, kept
from mappings.models import Severity
from tests.builders import NOW, a_decision, a_memory, a_policy, a_ref, an_incident, nothing_remembered

HARM = "- [x] An individual was harmed"
CASES = [
    # labels, visible field, body, recorded → severity, reason, labels added, labels removed
    (set(), "", "", "", None, "not stated yet", set(), set()),
    ({"sev2"}, "", "", "", "SEV2", "as stated", set(), set()),
    ({"severity: high"}, "", "", "", "SEV2", "as stated", {"sev2"}, {"severity: high"}),
    ({"sev3", "sev1"}, "", "", "", "SEV1", "as stated", set(), {"sev3"}),
    ({"SEV1"}, "", "", "", "SEV1", "as stated", set(), set()),
    (set(), "High", "", "", "SEV2", "as stated", {"sev2"}, set()),
    ({"sev3"}, "Highest", "", "", "SEV3", "as stated", set(), set()),
    (set(), "Someday", "", "", None, "not stated yet", set(), set()),
    (set(), "", HARM, "", "SEV1", "at least SEV1, because “An individual was harmed” is ticked", {"sev1"}, set()),
    ({"sev3"}, "", HARM, "", "SEV1", "at least SEV1, because “An individual was harmed” is ticked", {"sev1"}, {"sev3"}),
    (
        {"sev3", "many-users"},
        "",
        "",
        "",
        "SEV2",
        "at least SEV2, because a label says “A significant number of users was affected”",
        {"sev2"},
        {"sev3"},
    ),
    ({"sev1", "few-users"}, "", "", "", "SEV1", "as stated", set(), set()),
    ({"sev1"}, "", "", "SEV3", "SEV1", "as stated", set(), set()),
    ({"sev3"}, "", "", "SEV1", "SEV1", "as stated", {"sev1"}, {"sev3"}),
    (set(), "", "", "SEV1", "SEV1", "as stated", {"sev1"}, set()),
    (set(), "Low", "", "SEV1", "SEV1", "as stated", {"sev1"}, set()),
    (set(), "", HARM, "SEV3", "SEV1", "at least SEV1, because “An individual was harmed” is ticked", {"sev1"}, set()),
    (
        {"sev4"},
        "",
        HARM,
        "SEV1",
        "SEV1",
        "at least SEV1, because “An individual was harmed” is ticked",
        {"sev1"},
        {"sev4"},
    ),
]


@pytest.mark.parametrize(("labels", "shown", "body", "before", "severity", "reason", "add", "remove"), CASES)
def test_what_is_stated_and_what_follows(labels, shown, body, before, severity, reason, add, remove):
    incident = an_incident("", labels={"incident", *labels}, severity_shown=shown, body=body)
    view = judge_severity(incident, a_memory(severity=before), (), a_policy())
    assert (view.severity and view.severity.value, view.reason) == (severity, reason)
    assert (view.add, view.remove) == (add, remove)


def test_an_incident_without_a_severity_is_unclassified_and_the_labels_are_offered():
    view = judge_severity(an_incident(""), nothing_remembered(), (), a_policy())
    (finding,) = view.findings
    assert view.name == "unclassified"
    assert (finding.passed, finding.reason) == (False, "nobody has said yet how severe it is")
    assert finding.remedy == (
        "Add a label (`sev1`, `sev2`, `sev3`, `sev4`), or write `/severity sev2 <why>`. Until then the SEV2 clock runs."
    )


@pytest.mark.parametrize(
    ("labels", "shown", "reason", "remedy"),
    [
        ({"sev3"}, "", "it is recorded as SEV1, and the label says SEV3", "`/severity sev3 <why>`"),
        (set(), "", "it is recorded as SEV1, and its label is gone", "`/severity sev3 <why>`"),
        (set(), "Low", "it is recorded as SEV1, and the priority says SEV4", "`/severity sev4 <why>`"),
    ],
)
def test_a_label_that_was_lowered_again_is_asked_about_and_left_as_it_is(labels, shown, reason, remedy):
    incident = an_incident("", labels={"incident", *labels}, severity_shown=shown)
    first = judge_severity(incident, a_memory(severity="SEV1"), (), a_policy())
    assert reason.endswith(first.put_back)
    again = a_memory(severity="SEV1", said=frozenset({kept(incident, Severity.SEV1)}))
    view = judge_severity(incident, again, (), a_policy())
    assert (view.severity, view.reason, view.add, view.remove) == (Severity.SEV1, "recorded before", set(), set())
    (finding,) = view.findings
    assert (finding.passed, finding.reason) == (False, reason)
    assert (
        finding.remedy
        == f"To lower it, write {remedy}; to keep it, put the label `{a_policy().severity.severities[0].label}` back."
    )


def said(severity, **changes):
    return a_decision("severity", issue=a_ref(12).key, reason=severity, **changes)


def test_a_command_raises_and_lowers_whatever_the_labels_say():
    for severity in ("SEV1", "SEV3", "SEV4"):
        view = judge_severity(an_incident("sev2"), a_memory(severity="SEV2"), (said(severity),), a_policy())
        assert (view.severity, view.reason) == (Severity(severity), "set by /severity")
        assert (view.add, view.remove) == ({severity.lower()}, {"sev2"})


def test_a_command_that_no_finished_look_has_acted_on_still_counts_after_a_crash():
    memory = a_memory(said("SEV3", at=NOW), severity="SEV1", looked_at=NOW.replace(hour=1))
    assert judge_severity(an_incident("sev1"), memory, (), a_policy()).severity is Severity.SEV3
    assert (
        judge_severity(an_incident("sev1"), replace(memory, looked_at=None), (), a_policy()).severity is Severity.SEV3
    )


def test_a_command_that_was_acted_on_is_history_and_a_later_label_counts_again():
    memory = a_memory(said("SEV3"), severity="SEV3", looked_at=NOW)
    assert judge_severity(an_incident("sev1"), memory, (), a_policy()).severity is Severity.SEV1


def test_a_refused_command_sets_nothing():
    view = judge_severity(an_incident("sev2"), a_memory(severity="SEV2"), (said("SEV4", accepted=False),), a_policy())
    assert view.severity is Severity.SEV2


def test_the_last_of_several_commands_holds():
    view = judge_severity(an_incident("sev2"), a_memory(severity="SEV2"), (said("SEV1"), said("SEV3")), a_policy())
    assert view.severity is Severity.SEV3


def test_criteria_are_a_floor_for_commands_too():
    incident = an_incident("sev1", body=HARM)
    view = judge_severity(incident, a_memory(severity="SEV1"), (said("SEV4"),), a_policy())
    assert view.severity is Severity.SEV1
