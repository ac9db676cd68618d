"""The meeting is asked for at SEV1 and SEV2, and a leader among those who take part where a leadership decision contributed (issue 5, "Blameless process")."""

from integration.postmortem.findings import Finding, Level
from integration.postmortem.judgement import judge
from tests.builders import (
    GINA,
    HERE,
    LED,
    NOW,
    STAMP,
    TOM,
    VIC,
    a_body,
    a_case,
    a_decision,
    a_memory,
    a_policy,
    an_incident,
    facts,
)

FACTORS = "- Monitoring: none\n- Communication: none\n- Documentation: none\n- Tooling: none\n- Governance: {}\n- Leadership or resourcing: none"
MEETING = "- Day: 2026-11-25\n- Attendees: {}"
SPONSORED = """
roles: {executive_sponsors: [gina]}
people:
  gina: {name: Gina, github: gina, github_id: 1004}
"""


def seen(*decisions, severity="SEV1", policy=None, meeting="engineer on call", governance="none", text=None):
    """Return the findings on meeting and leadership, by check."""
    talk = MEETING.format(meeting) if text is None else text
    body = a_body(meeting=talk, contributing_factors=FACTORS.format(governance))
    case, memory = a_case(an_incident(severity, body=body)), a_memory(LED, *decisions, severity=severity)
    findings = judge(case, facts(), memory, policy or a_policy(), NOW, stamp=STAMP).findings
    return {f.check: f for f in findings if f.check == "leader_present" or "meeting" in f.check}


def test_the_meeting_is_asked_for_at_sev1_and_sev2_as_advice_alone() -> None:
    for severity in ("SEV1", "SEV2"):
        found = seen(severity=severity, text="")["section.meeting"]
        assert (found.passed, found.level) == (False, Level.ADVISE)
    assert not any("meeting" in check for check in seen(severity="SEV3"))


def test_a_day_is_a_date_and_attendees_are_roles() -> None:
    found = _without_a_day()
    assert (found["part.meeting.day"].passed, found["part.meeting.attendees"].passed) == (False, True)
    assert "For example: 2026-12-01" in found["part.meeting.day"].remedy


def _without_a_day() -> dict[str, Finding]:
    body = a_body(meeting="- Day: next week\n- Attendees: engineer on call")
    findings = judge(a_case(an_incident(body=body)), facts(), a_memory(LED), a_policy(), NOW, stamp=STAMP).findings
    return {f.check: f for f in findings}


def test_where_no_decision_of_leadership_contributed_no_leader_is_asked_for() -> None:
    for governance in (
        "none",
        "no decision of leadership contributed",
        "the release checklist asks for relevance only",
        "management of the keys was manual",
    ):
        assert "leader_present" not in seen(governance=governance), governance


def test_whether_a_decision_of_leadership_contributed_is_asked_and_an_answer_other_than_none_asks_for_a_leader() -> (
    None
):
    for said, is_one in (
        ("none", False),
        ("no decision contributed", False),
        ("unknown, @gina asks by 2026-12-01", False),
        ("the launch was moved up by a month", True),
        ("two of four posts were vacant", True),
    ):
        factors = FACTORS.format("none").replace("resourcing: none", f"resourcing: {said}")
        body = a_body(meeting=MEETING.format("engineer on call"), contributing_factors=factors)
        findings = judge(a_case(an_incident(body=body)), facts(), a_memory(LED), a_policy(), NOW, stamp=STAMP).findings
        assert ("leader_present" in {f.check for f in findings}) is is_one, said
    unanswered = FACTORS.format("none").replace("\n- Leadership or resourcing: none", "")
    body = a_body(contributing_factors=unanswered)
    findings = judge(a_case(an_incident(body=body)), facts(), a_memory(LED), a_policy(), NOW, stamp=STAMP).findings
    (found,) = [f for f in findings if f.check == "part.contributing_factors.leadership"]
    assert (found.passed, found.level) == (False, Level.BLOCK)


def test_a_decision_of_leadership_asks_for_a_leader_and_holds_nothing_up() -> None:
    for governance in (
        "management postponed the schema review",
        "pressure from leadership to launch in spring",
        "the budget for testing was cut",
        "head of product decided to launch without the replay",
    ):
        found = seen(governance=governance)["leader_present"]
        assert (found.passed, found.level, found.blocks) == (False, Level.WARN, False), governance
    assert "leader_present" not in seen(severity="SEV4", governance="management postponed the schema review")


def test_a_title_among_the_attendees_or_a_sponsor_who_takes_part_is_a_leader() -> None:
    decided = {"governance": "management postponed the schema review"}
    assert not seen(**decided, meeting="engineer on call, headhunter")["leader_present"].passed
    assert seen(**decided, meeting="engineer on call, Head of Search")["leader_present"].passed
    takes_part = a_decision("participants", TOM, issue=HERE, reason="gina", subject=GINA.id, args="@gina")
    assert not seen(takes_part, **decided)["leader_present"].passed
    assert seen(takes_part, **decided, policy=a_policy(people=SPONSORED))["leader_present"].passed
    sponsor = a_decision("sponsor", TOM, issue=HERE, reason=":gina", subject=GINA.id, args="@gina")
    assert seen(takes_part, sponsor, **decided)["leader_present"].passed
    other = a_decision("participants", TOM, issue=HERE, reason="vic", subject=VIC.id, args="@vic")
    assert not seen(other, **decided, policy=a_policy(people=SPONSORED))["leader_present"].passed
