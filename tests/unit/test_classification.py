"""Severity and phase over a whole case, as issue 4 asks for them: what a statement, a label or a command changes in what is asked, and by when."""

from datetime import timedelta

import pytest

from integration.postmortem.assessment import Phase
from integration.postmortem.commands import EnsureLabels, EnsureReply, EnsureSeverityShown
from integration.postmortem.findings import open_findings
from integration.postmortem.incident import CommentOrigin, IssueKey, IssueRef
from integration.postmortem.judgement import judge
from integration.postmortem.plan import plan
from integration.postmortem.writing.replies import status_reply
from integration.postmortem.writing.status import status_tree
from mappings.models import Kind, Severity
from tests.builders import (
    DANA,
    GINA,
    NOW,
    OPENED,
    SERVICE,
    STAMP,
    TOM,
    VIC,
    a_body,
    a_case,
    a_comment,
    a_memory,
    a_policy,
    an_incident,
    facts,
    nothing_remembered,
)
from tests.unit.writing.plain import plain

HARM = "- [x] An individual was harmed\n"
EMERGENCY = "- [x] An emergency intervention was needed\n"


def look(label="", body="", *comments, memory=None, now=NOW, labels=("incident",), **changes):
    incident = an_incident(label, body=body, comments=comments, labels=set(labels), **changes)
    case = a_case(incident)
    memory = memory or nothing_remembered()
    return case, judge(case, facts(), memory, a_policy(), now), memory


def asked(assessment):
    return {f.check for f in assessment.findings if f.check.startswith("section.") and f.level.value == "block"}


PLANS = [
    ("SEV1", Kind.FULL, timedelta(hours=48), True),
    ("SEV2", Kind.FULL, timedelta(days=7), True),
    ("SEV3", Kind.ABBREVIATED, timedelta(days=14), False),
    ("SEV4", Kind.REVIEW, None, False),
]


@pytest.mark.parametrize(("severity", "kind", "due", "is_full"), PLANS)
def test_a_changed_severity_plans_kind_deadline_and_sections_anew(severity, kind, due, is_full):
    for before in Severity:
        said = a_comment(f"/severity {severity} that is what it is", VIC)
        _, assessment, _ = look(before.value, "", said, memory=a_memory(severity=before.value))
        assert (assessment.severity.name, assessment.kind) == (severity, kind)
        assert assessment.due == (OPENED + due if due else None)
        assert ("section.contributing_factors" in asked(assessment)) is is_full


def test_a_criterion_that_is_ticked_later_raises_label_and_deadline_and_says_why():
    case, assessment, memory = look("SEV3", HARM, memory=a_memory(severity="SEV3"))
    assert (assessment.severity.name, assessment.due) == ("SEV1", OPENED + timedelta(hours=48))
    (labels,) = [c for c in plan(assessment, case, memory, a_policy()) if isinstance(c, EnsureLabels)]
    assert (labels.add, labels.remove) == ({"sev1"}, {"sev3"})
    text = plain(status_tree(assessment, case, a_policy(), STAMP), unfolded=True)
    assert "| Severity | ✔ | SEV1, at least SEV1, because “An individual was harmed” is ticked. |" in text


@pytest.mark.parametrize(
    ("by", "said", "severity"),
    [
        (VIC, "/severity sev3 two answers, none of them seen", "SEV3"),
        (VIC, "/severity sev3", "SEV1"),
        (TOM, "/severity sev3 two answers, none of them seen", "SEV1"),
        (DANA, "/severity sev3 two answers, none of them seen", "SEV3"),
    ],
    ids=["write", "without a reason", "triage alone", "write as well"],
)
def test_lowering_takes_a_reason_and_somebody_with_the_right(by, said, severity):
    _, assessment, _ = look("SEV1", "", a_comment(said, by), memory=a_memory())
    assert assessment.severity.name == severity
    assert assessment.decisions[0].accepted is (severity == "SEV3")


def test_no_command_goes_below_a_criterion_that_holds():
    _, assessment, _ = look("SEV1", EMERGENCY, a_comment("/severity sev4 it was nothing", GINA), memory=a_memory())
    assert assessment.severity.name == "SEV2"


def test_unclassified_the_clock_of_sev2_runs_and_the_criteria_are_asked_with_the_line_to_copy():
    case, assessment, _ = look("")
    assert (assessment.severity.severity, assessment.kind) == (None, Kind.FULL)
    assert assessment.due == OPENED + timedelta(days=7)
    assert open_findings(assessment.findings)[0].check == "severity_stated"
    for text in (
        plain(status_tree(assessment, case, a_policy(), STAMP), unfolded=True),
        plain(status_reply(assessment, case, a_policy())),
    ):
        assert "| An individual was harmed | SEV1 | `/criteria harm-to-person` |" in text


@pytest.mark.parametrize(
    "guide",
    [
        "for an extended period (extended means 24 hours or more)",
        "number of users was affected (100 users or 5 % of them, or more)",
        "impact is moderate (moderate means 1,000 to 10,000 USD)",
    ],
)
@pytest.mark.parametrize("severity", ["", "SEV3", "SEV4"])
def test_vague_criteria_are_shown_with_what_they_mean_here(guide, severity):
    case, assessment, _ = look(severity)
    assert guide in plain(status_tree(assessment, case, a_policy(), STAMP), unfolded=True)


def test_once_the_criteria_are_answered_they_are_listed_no_more():
    for label, body in (("SEV4", "- [x] None of the SEV1 and SEV2 criteria apply\n"), ("SEV1", "")):
        case, assessment, _ = look(label, body)
        assert "/criteria" not in plain(status_tree(assessment, case, a_policy(), STAMP), unfolded=True)


def test_every_line_of_the_list_can_be_copied_and_is_taken():
    case, assessment, _ = look("")
    text = plain(status_tree(assessment, case, a_policy(), STAMP), unfolded=True)
    lines = [part for part in text.split("`") if part.startswith("/criteria ")]
    assert len(lines) == len(a_policy().severity.grave())
    for line in lines:
        _, raised, _ = look("", "", a_comment(line, TOM))
        assert raised.decisions[0].accepted
        assert raised.severity.severity is not None


@pytest.mark.parametrize("severity", ["SEV3", "SEV4"])
def test_what_looks_small_closes_only_after_the_grave_criteria_were_answered(severity):
    def missing(*comments):
        _, assessment, _ = look(severity, a_body(), *comments, memory=a_memory(severity=severity))
        return "criteria_answered" in {f.check for f in assessment.gates[0].missing}

    assert missing()
    assert not missing(a_comment("/criteria none", TOM))
    assert missing(a_comment("none of them, I think", TOM))


def test_what_never_reached_production_stays_a_near_miss_unless_a_sev1_criterion_holds():
    no = "### Did it reach production?\n\nNo\n"
    assert look("SEV4", EMERGENCY + no)[1].severity.name == "SEV4"
    assert look("SEV4", EMERGENCY)[1].severity.name == "SEV2"
    assert look("SEV4", HARM + no)[1].severity.name == "SEV1"


# Phases.


def test_while_responding_four_things_are_asked_and_the_rest_is_later_with_its_day():
    case, assessment, _ = look("")
    assert {f.check for f in open_findings(assessment.findings)} == {
        "severity_stated",
        "lead_named",
        "client_known",
        "began_known",
    }
    text = plain(status_tree(assessment, case, a_policy(), STAMP), unfolded=True)
    later = [row for row in text.splitlines() if row.startswith("| ") and " | later, due 2026-11-30 | " in row]
    assert len(later) >= 9


def test_a_near_miss_has_no_day_and_nothing_is_called_due():
    case, assessment, _ = look("SEV4")
    assert "due" not in plain(status_tree(assessment, case, a_policy(), STAMP))


def test_the_phase_ends_with_the_time_that_was_said_and_the_post_mortem_is_asked_for():
    _, before, _ = look("SEV1", "", a_comment("/note 09:00 release 41", TOM))
    assert before.phase is Phase.RESPONDING
    _, after, _ = look("SEV1", "", a_comment("/note 09:00 release 41\n/resolved 13:20", TOM))
    assert after.phase is Phase.WRITING
    assert f"{after.timeline.resolved:%H:%M}" == "13:20"
    assert "section.summary" in {f.check for f in after.gates[0].missing}


# Nobody classifies it.


def test_after_a_day_without_a_severity_the_governance_reviewer_is_asked_once_and_not_an_hour_before():
    reviewed = a_policy(
        people="roles:\n  governance_reviewers: [gina]\npeople:\n  gina: {name: Gina, github: gina, github_id: 2}\n"
    )
    first = a_comment("", SERVICE, at=OPENED, origin=CommentOrigin.OURS, purpose="status")
    case = a_case(an_incident("", body="", comments=(first,)))

    def asked_at(hours, memory):
        assessment = judge(case, facts(), memory, reviewed, OPENED + timedelta(hours=hours))
        said = [c for c in plan(assessment, case, memory, reviewed) if isinstance(c, EnsureReply)]
        return assessment, said

    before, quiet = asked_at(23, a_memory(severity=None))
    assert quiet == []
    assert before.next_look == OPENED + timedelta(hours=24)
    _, (reply,) = asked_at(24, a_memory(severity=None))
    text = plain(reply.tree)
    assert text.startswith("@gina: could you look at this one?")
    assert "`/severity sev2 <why>`" in text
    for hours in (24, 48, 24 * 30):
        assert asked_at(hours, a_memory(severity=None, said=frozenset({reply.purpose})))[1] == []


@pytest.mark.parametrize(("shown", "severity"), [("Medium", ""), ("High", "SEV2"), ("Low", "SEV4"), ("", "")])
def test_the_priority_that_jira_gives_to_every_issue_classifies_nothing(shown, severity):
    issue = an_incident("", ref=IssueRef(IssueKey("jira", "512"), "SHOP-12"), severity_shown=shown, body="")
    memory = nothing_remembered()
    assessment = judge(a_case(issue), facts(), memory, a_policy(), NOW)
    assert assessment.severity.name == (severity or "unclassified")
    assert not [c for c in plan(assessment, a_case(issue), memory, a_policy()) if isinstance(c, EnsureSeverityShown)]
    chosen = a_policy(severity="jira: {given_to_all: []}")
    assert judge(a_case(issue), facts(), memory, chosen, NOW).severity.name == (
        "SEV3" if shown == "Medium" else severity or "unclassified"
    )


def test_who_classifies_it_within_the_day_spares_the_reviewer_the_question():
    first = a_comment("", SERVICE, at=OPENED, origin=CommentOrigin.OURS, purpose="status")
    for label, body in (("SEV3", ""), ("", EMERGENCY)):
        case = a_case(an_incident(label, body=body, comments=(first,)))
        assert not judge(case, facts(), a_memory(severity=None), a_policy(), OPENED + timedelta(days=3)).ask_reviewer


# Nobody gets a second message for the same thing.


def test_a_second_look_says_nothing_that_was_said():
    comments = (a_comment("/severity sev2 <why>", TOM), a_comment("/resolvd", VIC), a_comment("/status", GINA))
    case, first, _ = look("SEV1", "", *comments)
    remembered = a_memory(*first.decisions, looked_at=None)
    said = {c.purpose for c in plan(first, case, remembered, a_policy()) if isinstance(c, EnsureReply)}
    assert len(said) == 3
    again = a_memory(*first.decisions, said=frozenset(said))
    second = judge(case, facts(), again, a_policy(), NOW + timedelta(minutes=5))
    assert [c for c in plan(second, case, again, a_policy()) if isinstance(c, EnsureReply)] == []
