"""What an approval is of: each scope its parts, and which changes void it (issue 5, "Approvals"; S11)."""

from dataclasses import replace

import pytest

from integration.postmortem.judgement import judge
from tests.builders import (
    GINA,
    HERE,
    LED,
    NOW,
    TOM,
    VIC,
    a_body,
    a_case,
    a_comment,
    a_decision,
    a_line,
    a_memory,
    a_policy,
    an_incident,
    facts,
)


def look(*comments, body=None, memory=None, **incident):
    case = a_case(an_incident(body=a_body() if body is None else body, comments=comments, **incident))
    return judge(case, facts(), memory or a_memory(LED), a_policy(), NOW)


APPROVED = (
    LED,
    *look(a_comment("/approve technical", VIC)).decisions,
    *look(a_comment("/approve governance", GINA)).decisions,
)


def lapsed(body=None, *more, **incident):
    """Return what is said of the approvals that no longer hold."""
    assessment = look(body=body, memory=a_memory(*APPROVED, *more, **incident.pop("remembered", {})), **incident)
    asked = (f for f in assessment.findings if f.check.startswith("approval_"))
    return {f.check.removeprefix("approval_"): f.reason for f in asked if not f.passed}


def changed(what):
    return f"it changed after it was approved: {what}"


def test_what_is_as_it_was_approved_holds():
    assert lapsed() == {}


@pytest.mark.parametrize(
    "body",
    [
        a_body(a_line(owner="@omar")),
        a_body(a_line(due="2026-12-24", horizon="short-term")),
        a_body(a_line(action_id="")),
        a_body(summary="Another summary.", lessons="Another lesson."),
        a_body(timeline="- 2026-11-18 09:00 UTC Began: release 41\n- 2026-11-23 18:20 UTC Resolved: it is filtered"),
        a_body().replace("\n\n", "\n\n\n").replace("Users affected: 31", "Users  affected:   31"),
    ],
    ids=["owner", "due", "id", "summary and lessons", "timeline", "white space"],
)
def test_owner_date_state_white_space_and_what_is_in_no_scope_void_nothing(body):
    assert lapsed(body) == {}


def test_a_new_title_or_label_voids_nothing():
    assert lapsed(title="Assistant recommends recalled products (shop)", labels={"incident", "team-search"}) == {}


@pytest.mark.parametrize(
    ("body", "scope", "what"),
    [
        (
            a_body().replace("The status column was dropped at the export", "The export dropped `status`"),
            "technical",
            "Root causes: “Why? The export dropped status”, 1 line no longer there",
        ),
        (
            a_body().replace("- Tooling: none", "- Tooling: the export tool"),
            "technical",
            "Contributing factors: “Tooling: the export tool”, 1 line no longer there",
        ),
        (
            a_body(a_line(criteria="it works")),
            "technical",
            "Actions: “Filter recalled products at query time · it works”, 1 line no longer there",
        ),
        (
            a_body().replace("Users affected: 31", "Users affected: 3,100"),
            "governance",
            "Impact: “Users affected: 3,100”, 1 line no longer there",
        ),
        (a_body(where_else=""), "governance", "where else is gone"),
        (
            a_body().replace("- Reputation: none", "- Reputation: none\n- Also: a\n- And: b\n- Then: c"),
            "governance",
            "Impact: “Also: a”, “And: b”, 1 more new line",
        ),
    ],
    ids=["cause", "factor", "criteria", "impact", "where else", "several lines"],
)
def test_a_change_voids_the_approval_of_its_own_scope_and_is_shown(body, scope, what):
    assert lapsed(body) == {scope: changed(what)}


def test_what_was_set_aside_after_a_governance_approval_voids_it():
    waived = a_decision("waive", GINA, issue=HERE, reason="section.lessons", args="section.lessons nothing new")
    assert lapsed(None, waived) == {"governance": changed("Waivers: “section.lessons: nothing new”")}


def test_another_client_or_severity_voids_both():
    client = a_decision("client", TOM, issue=HERE, reason="Hansen")
    assert lapsed(None, client) == dict.fromkeys(("technical", "governance"), changed("the client is another one"))
    assert lapsed(severity="SEV2", remembered={"severity": "SEV2"}) == dict.fromkeys(
        ("technical", "governance"), changed("the severity is another one")
    )


def test_an_approval_that_was_voided_is_not_revived_but_by_the_very_text():
    other = a_body().replace("Users affected: 31", "Users affected: 3,100")
    assert lapsed(other)
    assert lapsed(a_body()) == {}


def test_short_digests_of_lines_show_and_the_whole_digest_decides():
    _, *parts = APPROVED[1].subject.split(" ")
    forged = replace(APPROVED[1], subject=" ".join(("0" * 64, *parts)))
    assessment = look(memory=a_memory(LED, forged))
    (finding,) = [f for f in assessment.findings if f.check == "approval_technical"]
    assert (finding.passed, finding.reason) == (False, "it changed after it was approved")
