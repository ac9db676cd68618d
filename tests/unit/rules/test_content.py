"""Findings on the incident itself and on its text: what is asked, what was seen, what to do next."""

from dataclasses import replace

import pytest

from integration.postmortem.decisions import Refusal
from integration.postmortem.document import Document
from integration.postmortem.findings import Finding, Level, open_findings
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.judgement import judge
from tests.builders import (
    GINA,
    HERE,
    NOW,
    TOM,
    a_body,
    a_case,
    a_decision,
    a_memory,
    a_policy,
    a_ticket,
    an_action,
    an_incident,
    facts,
)


def found(check, *decisions, severity="SEV1", policy=None, tickets=(), remembered=None, **incident):
    """Return (passed, level, reason, remedy) of every finding of this check, or of checks that begin so."""
    case = a_case(an_incident(severity, **{"body": a_body(), **incident}), *tickets)
    memory = a_memory(*decisions, **{"severity": severity, **(remembered or {})})
    assessment = judge(case, facts(), memory, policy or a_policy(), NOW)
    return [(f.passed, f.level, f.reason, f.remedy) for f in assessment.findings if f.check == check]


@pytest.mark.parametrize(
    ("check", "decision", "known", "remedy"),
    [
        (
            "lead_named",
            a_decision("lead", TOM, issue=HERE, reason="vic"),
            "led by vic",
            "Who leads the post-mortem? Someone who was not involved, where possible. `/lead @name`",
        ),
        (
            "client_known",
            a_decision("client", TOM, issue=HERE, reason="Nordlicht"),
            "it is Nordlicht",
            "Which client? `/client <name>`",
        ),
        (
            "began_known",
            a_decision("note", TOM, issue=HERE, reason="09:00"),
            "it was noted in a comment",
            "When did it begin, if you know? `/note 09:00 <what happened first>`",
        ),
    ],
)
def test_the_questions_of_the_first_hour(check, decision, known, remedy):
    level = Level.BLOCK if check == "lead_named" else Level.WARN
    assert found(check, body="") == [(False, level, "not known yet", remedy)]
    assert found(check, decision, body="") == [(True, level, known, "")]
    assert found(check, replace(decision, accepted=False), body="") == [(False, level, "not known yet", remedy)]


def test_the_beginning_may_stand_in_the_timeline_and_the_client_in_the_mapping():
    assert found("began_known")[0][2] == "it is in the timeline"
    assert found("client_known", policy=a_policy(service="client: Nordlicht"))[0][:3:2] == (True, "it is Nordlicht")


def test_a_question_that_the_mapping_does_not_ask_has_no_line_to_copy():
    policy = a_policy(postmortem="responding:\n  severity_stated: {ask: How severe is it?, line: /severity sev2 why}\n")
    assert found("lead_named", body="", policy=policy) == [(False, Level.BLOCK, "not known yet", "")]


def test_an_incident_does_not_end_by_losing_its_label():
    remedy = (
        "Please put the label `incident` back; an administrator can set this aside with `/waive incident_label <why>`."
    )
    assert found("incident_label", labels=set()) == [], "it is put back, once"
    again = {"said": frozenset({"kept:512:label:incident"})}
    assert found("incident_label", labels=set(), remembered=again) == [
        (False, Level.BLOCK, "the label is gone", remedy)
    ]
    waived = a_decision("waive", GINA, issue=HERE, reason="incident_label")
    case = a_case(an_incident(labels=set()))
    assert "incident_label" not in [f.check for f in judge(case, facts(), a_memory(waived), a_policy(), NOW).blocking]


def test_more_comments_than_are_read_are_said_to_be_so():
    remedy = "Move long discussions to another issue, so that all comments can be read."
    ours = a_ticket(comments_capped=True)
    assert found("comments_read", tickets=(ours,), remembered={"actions": (an_action(),)}, comments_capped=True) == [
        (False, Level.WARN, "acme/shop#12 has more comments than are read", remedy),
        (False, Level.WARN, "acme/shop#13 has more comments than are read", remedy),
    ]
    assert found("comments_read", tickets=(ours,)) == []  # People's own issue, which they linked.


def test_a_workflow_without_a_way_back_is_a_finding():
    assert found("way_back", closed=True) == []
    assert found("way_back", closed=False, reopen_with=None) == []
    assert [reason for _, _, reason, _ in found("way_back", closed=True, reopen_with=None)] == [
        "the workflow of acme/shop#12 offers our account no way back from closed"
    ]


def test_on_jira_it_is_said_while_the_mapping_names_nobody():
    jira = IssueRef(IssueKey("jira", "512"), "SHOP-12")
    reason = "the mapping names nobody, so any active user of this site may decide"
    assert [finding[1:3] for finding in found("authority_mapped", ref=jira)] == [(Level.ADVISE, reason)]
    assert found("authority_mapped") == []
    named = a_policy(people="jira: {admin: {accounts: [acc-gina]}}")
    assert found("authority_mapped", ref=jira, policy=named) == []


def test_what_could_not_be_read_of_the_text_is_said():
    cut = Document(truncated=True, problems=("Parts are nested more than 60 deep; what lies deeper was not read.",))
    assert [finding[::2] for finding in found("document_readable", document=cut)] == [(False, cut.problems[0])]


@pytest.mark.parametrize(
    ("purpose", "said"),
    [
        ("EnsureLabels:acme/shop#12", "a change of labels on acme/shop#12"),
        ("EnsureSeverityShown:SHOP-12", "a change of the severity of SHOP-12"),
        ("EnsureStatusComment:acme/shop#12", "this comment on acme/shop#12"),
        ("EnsureReply:reopen:513:1", "an answer (reopen:513:1)"),
        ("EnsureOpen:acme/shop#13", "opening acme/shop#13 again"),
        ("EnsureActionTicket:ticket:A2", "a new ticket (A2)"),
        ("EnsureLinked:acme/shop#13", "linking acme/shop#13"),
        ("EnsureAgreed:acme/shop#13", "a change of owner or due date on acme/shop#13"),
    ],
)
def test_what_the_tracker_refused_is_told_in_words(purpose, said):
    refusal = Refusal(purpose, "Resource not accessible", NOW)
    assert found("tracker_accepts", remembered={"refusals": (refusal,)}) == [
        (
            False,
            Level.WARN,
            f"{said} was refused: Resource not accessible",
            "An administrator can see in the service's log which right is missing; it is tried again within a day.",
        )
    ]


def test_an_adopted_text_that_an_outsider_changed_is_said_to_be_so():
    (finding,) = found("text_adopted", remembered={"adopted_digest": "another"})
    assert finding[::2] == (False, "it was changed since it was taken on, by somebody without triage rights")
    assert found("text_adopted") == []


# The text.


def test_a_section_is_missing_empty_or_there():
    title = "Lessons learned"
    ask = "Write what others can learn from this, beyond this incident. One line is a good start."
    assert found("section.lessons", body=a_body(lessons="")) == [(False, Level.BLOCK, "no such heading yet", ask)]
    ((passed, _, _, remedy),) = found("section.lessons", body=a_body(lessons="TBD"))
    assert (passed, remedy) == (False, ask)
    assert found("section.lessons") == [(True, Level.BLOCK, f"found under “{title}”", "")]


def test_an_abbreviated_post_mortem_asks_less_and_a_review_least():
    for severity, level in (("SEV1", Level.BLOCK), ("SEV3", Level.ADVISE), ("SEV4", Level.ADVISE)):
        assert [finding[1] for finding in found("section.lessons", severity=severity, body="")] == [level]
    assert found("section.recommendations", severity="SEV3", body="") == []


FAIRNESS = "section.fairness_impact"
ASK_FAIRNESS = "Write a line such as `Groups affected differently: no`; if yes, the section “Fairness impact”."


def answering(answer, fairness="", **sections):
    """Return a post-mortem that answers the third question so, with this section on fairness."""
    answers = "- Model outputs involved: yes\n- Data suspected: yes\n" + (
        f"- Groups affected differently: {answer}" if answer else ""
    )
    written = f"\n\n## Fairness impact\n\n{fairness}\n" if fairness else ""
    return a_body(**{"summary": f"It was so.\n\n{answers}", **sections}) + written


def test_a_no_spares_the_section_and_a_yes_asks_for_it():
    assert found(FAIRNESS, body=answering("No, they are the same people")) == []
    assert found(FAIRNESS, body=answering("no", fairness="TBD")) == []
    ((passed, level, reason, _),) = found(FAIRNESS, body=answering("yes"))
    assert (passed, level, reason) == (False, Level.BLOCK, "no such heading yet")
    assert [each[0] for each in found(FAIRNESS, body=answering("yes", fairness="Nobody differs."))] == [True]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "not answered yet"),
        ("unknown", "answered with unknown"),
        ("not known yet", "answered with unknown"),
        ("no idea", "answered with unknown"),
        ("TBD", "answered with unknown"),
        ("perhaps", "answered with unknown"),
    ],
)
def test_what_nobody_knows_counts_as_yes_where_it_is_grave_and_is_advice_elsewhere(answer, said):
    question = "“May groups of people have been affected differently?” is"
    grave = f"{question} {said}, which counts as yes"
    for severity in ("SEV1", "SEV2"):
        assert found(FAIRNESS, body=answering(answer), severity=severity) == [(False, Level.BLOCK, grave, ASK_FAIRNESS)]
    milder = found(FAIRNESS, body=answering(answer), severity="SEV3")
    assert milder == [(False, Level.ADVISE, f"{question} {said}", ASK_FAIRNESS)]
    assert found(FAIRNESS, body=answering(answer), severity="SEV4") == []


def test_the_mapping_says_for_whom_no_answer_counts_as_yes():
    policy = a_policy(
        postmortem="questions: {outputs_involved: {}, data_suspected: {}, groups_differ: {unanswered_means_yes_for: [SEV1]}}"
    )
    assert [each[1] for each in found(FAIRNESS, body=answering(""), severity="SEV2", policy=policy)] == [Level.ADVISE]


def test_the_answer_may_stand_below_the_question_of_the_form():
    form = "### May groups of people have been affected differently?\n\n"
    assert found(FAIRNESS, body=f"{form}No\n\n{answering('')}") == []
    assert [each[0] for each in found(FAIRNESS, body=f"{form}_No response_\n\n{answering('')}")] == [False]


def test_a_section_that_is_begun_without_an_answer_is_judged():
    assert [each[0] for each in found(FAIRNESS, body=answering("", fairness="Nobody differs."))] == [True]
    parts = found("part.fairness_impact.origin", body=answering("", fairness="Nobody differs."))
    assert [each[0] for each in parts] == [False]


def test_a_dimension_may_not_apply_with_a_reason():
    none = "Does not apply, because only staff used it"
    ((passed, _, reason, _),) = found(FAIRNESS, body=answering("yes", fairness=none))
    assert (passed, reason) == (True, "does not apply, it says: because only staff used it")
    assert found("part.fairness_impact.origin", body=answering("yes", fairness=none)) == []
    bare = "it says that it does not apply, not yet why"
    assert [each[::2] for each in found(FAIRNESS, body=answering("yes", fairness="Does not apply."))] == [(False, bare)]
    gap = a_body(monitoring_gap="N/A because the monitor caught it within a minute")
    assert [each[0] for each in found("section.monitoring_gap", body=gap)] == [True]
    assert found("part.monitoring_gap.missed", body=gap) == []


def test_each_dimension_answers_its_four_questions():
    some = answering(
        "yes", fairness="- Concentration by group: none\n- Disparate impact: does not apply, because nobody differs"
    )
    state = {
        part: found(f"part.fairness_impact.{part}", body=some)[0][0]
        for part in ("concentration", "disparate", "origin", "documented")
    }
    assert state == {"concentration": True, "disparate": True, "origin": False, "documented": False}


def timeline(*entries):
    return {"body": a_body(timeline="\n".join(f"- {entry}" for entry in entries))}


def test_the_timeline_has_a_beginning_a_detection_steps_and_an_end():
    assert found("timeline_began") == [(True, Level.BLOCK, "it began at 2026-11-18 09:00 UTC", "")]
    assert found("timeline_resolved") == [(True, Level.BLOCK, "it was resolved at 2026-11-23 18:20 UTC", "")]
    bare = timeline("2026-11-18 09:00 UTC Release 41 went out")
    assert found("timeline_detected", **bare) == [
        (
            False,
            Level.BLOCK,
            "no entry says when it was detected",
            "Add a dated entry for when and how it was detected.",
        )
    ]
    assert found("timeline_began", body=a_body(timeline="")) == []
    assert found("timeline_began", severity="SEV4") == []


@pytest.mark.parametrize(
    ("entries", "passed", "reason"),
    [
        (["2026-11-18 09:00 UTC Began: x"], False, "no entry tells what was done in between"),
        (
            ["2026-11-18 09:00 UTC Began: x", "2026-11-18 10:00 UTC Switched to the old index"],
            True,
            "1 entry tells what was done",
        ),
        (
            ["2026-11-18 10:00 UTC Rolled the index back", "2026-11-18 11:00 UTC Told the client"],
            True,
            "2 entries tell what was done",
        ),
    ],
)
def test_steps_of_the_response_are_counted(entries, passed, reason):
    assert [finding[::2] for finding in found("timeline_steps", **timeline(*entries))] == [(passed, reason)]


def test_a_time_that_can_be_read_in_two_ways_is_asked_about():
    entries = timeline("03/04/2026 09:00 Began: release 41 went out")
    assert found("timeline_began", **entries) == [
        (
            False,
            Level.BLOCK,
            "the time at which it began (“03/04/2026 09:00”) can be read in more than one way",
            "Please write it like 2026-11-18 09:00 UTC.",
        )
    ]


def test_each_dimension_of_the_impact_is_asked_for_by_itself():
    some = a_body(impact="- Users affected: 312 in Bremen, Hamburg and, as far as we can tell, Kiel\n- Money: none")
    assert found("part.impact.users", body=some)[0][::2] == (
        True,
        "users or transactions affected: 312 in Bremen, Hamburg and, as far as w…",
    )
    assert found("part.impact.data", body=some) == [
        (
            False,
            Level.BLOCK,
            "not answered yet",
            'Was data exposed, corrupted or lost? How much and of which kind, or "none".',
        )
    ]
    assert found("part.impact.data", body=a_body(impact="TBD")) == []


CAUSE = "1. The retriever does not filter\n   - Category: data\n   - Phase: deployment\n   - Why? The column was dropped\n   - Why? Nobody owns the schema\n"


@pytest.mark.parametrize(
    ("causes", "check", "passed", "reason"),
    [
        (CAUSE, "cause_category", True, "its category is data"),
        (CAUSE, "cause_phase", True, "it arose in deployment"),
        (CAUSE, "cause_chain", True, "2 steps lie behind it"),
        (
            "1. The retriever does not filter\n   - Why? The column was dropped\n",
            "cause_chain",
            True,
            "1 step lies behind it",
        ),
        ("1. The retriever does not filter\n", "cause_category", False, "it names no category"),
        (
            "1. The retriever does not filter\n   - Category: weather\n",
            "cause_category",
            False,
            "“weather” is none of the six categories",
        ),
        ("1. The retriever does not filter\n", "cause_phase", False, "it names no phase of the lifecycle"),
        ("1. The retriever does not filter\n", "cause_chain", False, "no why lies behind it yet"),
    ],
)
def test_each_root_cause_says_what_it_is_and_what_lies_behind_it(causes, check, passed, reason):
    ((was, _, seen, remedy),) = found(check, body=a_body(root_causes=causes))
    assert (was, seen, bool(remedy)) == (passed, reason, not passed)


def test_nothing_is_asked_of_causes_that_are_not_written_or_not_asked_for():
    assert found("cause_category", body=a_body(root_causes="TBD")) == []
    assert found("cause_phase", severity="SEV4", body=a_body(root_causes=CAUSE)) == []


def test_open_findings_come_in_the_order_of_their_weight():
    levels = [Level.ADVISE, Level.OFF, Level.BLOCK, Level.WARN]
    findings = tuple(Finding(level.value, "x", False, level, "y") for level in levels)
    passed = Finding("p", "x", True, Level.BLOCK, "y")
    asked = open_findings((*findings, passed, replace(findings[2], waived="gina"), findings[2].postponed()))
    assert [f.level for f in asked] == [Level.BLOCK, Level.WARN, Level.ADVISE]
