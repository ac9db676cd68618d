"""Who is asked in which role, who may act, and who is apart: for teams of one, two and three (issue 5, "Roles"; S11)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from integration.postmortem.assessment import Phase
from integration.postmortem.judgement import facts_needed, judge
from integration.postmortem.people import PersonKind, Standing
from integration.postmortem.rules.roles import Role, Source
from integration.postmortem.writing.notices import notice_tree
from tests.builders import (
    DANA,
    GINA,
    HERE,
    LED,
    NOW,
    OMAR,
    PROJECT,
    RITA,
    STAMP,
    TOM,
    VIC,
    a_body,
    a_case,
    a_comment,
    a_decision,
    a_memory,
    a_person,
    a_policy,
    a_ref,
    a_ticket,
    an_action,
    an_incident,
    facts,
)

CLIENT = a_decision("client", TOM, issue=HERE, reason="Nordlicht")
MAPPED = """
people:
  vic: {name: Vic, github: vic, github_id: 1003}
  gina: {name: Gina, github: gina, github_id: 1004}
  rita: {name: Rita, github: rita, github_id: 1006}
  tom: {name: Tom, github: tom, github_id: 1005, jira: acc-tom}
"""


def look(*comments, body=None, memory=None, policy=None, now=NOW, given=None, severity="SEV1", **incident):
    body = a_body() if body is None else body
    case = a_case(an_incident(severity, body=body, comments=comments, **incident))
    return judge(
        case, given or facts(), memory or a_memory(LED, severity=severity), policy or a_policy(), now, stamp=STAMP
    )


def said(text, by, *before, **changes):
    """Return the decisions on what was said, one after the other, as (accepted, the slug or the value)."""
    memory = changes.pop("memory", None) or a_memory(*before)
    decisions = look(*[a_comment(each, by) for each in text.split("\n")], memory=memory, **changes).decisions
    return [(d.accepted, d.reason.partition(":")[0] if not d.accepted else d.reason) for d in decisions]


def asked(text, by=TOM, *before):
    """Return the decision of naming somebody."""
    (decision,) = look(a_comment(text, by), memory=a_memory(LED, *before)).decisions
    assert decision.accepted, decision.reason
    return decision


# Naming.


def test_whom_a_command_names_is_asked_and_with_a_right_approves():
    assessment = look(memory=a_memory(LED, CLIENT, asked("/reviewer technical @vic deputy @omar")))
    seat = assessment.roles.seat(Role.TECHNICAL)
    assert (seat.source, seat.people, seat.deputies) == (Source.COMMAND, (VIC,), (OMAR,))
    (finding,) = [f for f in assessment.findings if f.check == "approval_technical"]
    assert finding.remedy == "`/approve technical` by vic, please by 2026-11-26 15:02 UTC."


def test_naming_is_proposing():
    named = asked("/reviewer governance @rita")
    assert said("/approve governance", RITA, LED, named) == [(False, "not_authorised")]
    assert said(
        "/approve governance",
        RITA,
        LED,
        named,
        policy=a_policy(people=MAPPED + "roles: {governance_reviewers: [rita]}"),
    ) == [(True, "governance")]


@pytest.mark.parametrize(
    ("text", "by", "slug"),
    [
        ("/reviewer technical @tom", TOM, "self_appointed"),
        ("/reviewer technical @vic deputy @omar", OMAR, "self_appointed"),
        ("/sponsor @gina", GINA, "self_appointed"),
        ("/reviewer technical @tom", VIC, "own_work"),
        ("/reviewer @vic", TOM, "form"),
        ("/reviewer legal @vic", TOM, "form"),
        ("/sponsor nobody", TOM, "form"),
        ("/reviewer technical @vic until:soon", TOM, "form"),
        ("/reviewer technical @vic from:2026-12-24 until:2026-12-01", TOM, "form"),
        ("/reviewer technical @vic until:2026-11-01", TOM, "date"),
        ("/reviewer technical @nobody", TOM, "nobody"),
        ("/reviewer technical @vic deputy @nobody", TOM, "nobody"),
        ("/reviewer technical @vic", RITA, "not_authorised"),
    ],
)
def test_a_naming_that_does_not_hold_says_why(text, by, slug):
    assert said(text, by, LED) == [(False, slug)]


def test_whoever_leads_names_reviewers_without_any_other_right():
    led = a_decision("lead", TOM, issue=HERE, reason="rita", subject=RITA.id, args="@rita")
    assert said("/reviewer technical @vic", RITA, led) == [(True, "technical: vic")]
    assert said("/sponsor @gina", RITA, led) == [(False, "not_authorised")]


def test_while_somebody_is_asked_others_with_the_right_do_not_approve_in_their_stead():
    named = asked("/reviewer technical @vic deputy @omar")
    assert said("/approve technical", GINA, LED, named) == [(False, "not_asked")]
    assert said("/approve technical", VIC, LED, named) == [(True, "technical")]
    assert said("/approve technical", GINA, LED) == [(True, "technical")]


def test_another_reviewer_voids_the_approval():
    named = asked("/reviewer technical @vic")
    (approved,) = look(a_comment("/approve technical", VIC), memory=a_memory(LED, named)).decisions

    def reason(*decisions):
        assessment = look(memory=a_memory(LED, *decisions))
        return next(f for f in assessment.findings if f.check == "approval_technical").reason

    assert reason(named, approved) == "approved by vic"
    other = asked("/reviewer technical @omar", TOM, named, approved)
    assert reason(named, approved, other) == "it changed after it was approved: somebody else was named to review it"


# The section.

ROLES = "## Roles\n\n- Lead: @rita\n- Participants: @dana, @omar\n- Technical reviewer: @vic, deputy @omar\n- Executive sponsor: @gina\n\n"


def test_the_section_names_lead_participants_reviewers_and_deputies():
    assessment = look(body=ROLES + a_body(), memory=a_memory())
    assert assessment.roles.lead == RITA
    assert assessment.roles.took_part == {DANA.id, OMAR.id}
    seat = assessment.roles.seat(Role.TECHNICAL)
    assert (seat.source, seat.people, seat.deputies) == (Source.SECTION, (VIC,), (OMAR,))
    assert assessment.roles.seat(Role.SPONSOR).people == (GINA,)
    assert assessment.roles.seat(Role.GOVERNANCE).source is Source.DEFAULT
    assert [f.reason for f in assessment.findings if f.check == "lead_named"] == ["led by rita"]


def test_the_names_of_the_section_are_resolved_and_its_writer_is_asked_for_only_where_it_matters():
    quiet = a_case(an_incident(body=ROLES + a_body()))
    approving = a_case(an_incident(body=ROLES + a_body(), comments=(a_comment("/approve technical", VIC),)))
    assert {"@rita", "@dana", "@omar", "@vic", "@gina"} <= facts_needed(quiet, a_memory(), a_policy()).names
    assert not facts_needed(quiet, a_memory(), a_policy()).body_editor
    assert facts_needed(approving, a_memory(), a_policy()).body_editor


def test_a_name_that_its_bearer_wrote_appoints_nobody():
    given = {"body": ROLES + a_body(), "memory": a_memory(LED)}
    by_other = facts(body_editor=Standing(TOM, "triage"))
    assert said("/approve technical", GINA, given=by_other, **given) == [(False, "not_asked")]
    # Gina wrote herself in as well: that excludes nobody, and gives her nothing.
    own = ROLES.replace("@vic, deputy @omar", "@gina")
    by_herself = facts(body_editor=Standing(GINA, "admin"))
    assert said("/approve technical", GINA, given=by_herself, body=own + a_body(), memory=a_memory(LED)) == [
        (True, "technical")
    ]


# The mapping: terms, absences, deputies.


@pytest.mark.parametrize(
    ("roles", "away", "people"),
    [
        ("technical_reviewers: [vic]", "", "vic"),
        ('technical_reviewers: ["vic from 2026-11-25", rita]', "", "rita"),
        ('technical_reviewers: ["vic until 2026-11-24", rita]', "", "vic rita"),
        ("technical_reviewers: [vic, rita]", "away: [2026-11-20 until 2026-11-30]", "rita"),
        ("technical_reviewers: [vic]", "away: [2026-11-24]", ""),
        ("technical_reviewers: [vic], deputies: {technical_reviewers: [rita]}", "away: [2026-11-24]", "rita"),
    ],
)
def test_the_mapping_names_by_term_and_absence(roles, away, people):
    text = MAPPED.replace("github_id: 1003", f"github_id: 1003, {away}") if away else MAPPED
    seat = look(policy=a_policy(people=f"{text}roles: {{{roles}}}")).roles.seat(Role.TECHNICAL)
    assert " ".join(person.handle for person in seat.people) == people


def test_it_is_looked_again_when_a_term_or_an_absence_turns():
    policy = a_policy(people=MAPPED.replace("1003", "1003, away: [2026-11-20 until 2026-11-24]"))
    assert look(policy=policy, severity="SEV4").next_look == NOW.replace(day=25, hour=0, minute=0)


DEPUTY = MAPPED + "roles: {governance_reviewers: [tom], deputies: {governance_reviewers: [rita]}}\n"


def test_a_deputy_acts_while_nobody_of_the_role_is_there_or_free_and_not_before():
    led = a_decision("lead", GINA, issue=HERE, reason="vic", subject=VIC.id, args="@vic")
    approve = ("/approve governance", RITA, led)
    assert said(*approve, policy=a_policy(people=DEPUTY)) == [(False, "not_authorised")]
    away = DEPUTY.replace("jira: acc-tom", "jira: acc-tom, away: [2026-11-24]")
    assert said(*approve, policy=a_policy(people=away)) == [(True, "governance")]
    # Whoever leads does not approve, so the deputy does.
    assert said("/approve governance", RITA, LED, policy=a_policy(people=DEPUTY)) == [(True, "governance")]
    unanswered = a_memory(led, in_review_since=NOW - timedelta(days=6))
    assert said("/approve governance", RITA, memory=unanswered, policy=a_policy(people=DEPUTY)) == [
        (True, "governance")
    ]


def test_a_mapped_lead_leads_where_nobody_is_named_and_took_no_part():
    policy = a_policy(people=MAPPED + "roles: {leads: [vic, rita]}")
    assert look(policy=policy, memory=a_memory()).roles.lead.handle == "vic"
    took_part = a_decision("participants", TOM, issue=HERE, subject=VIC.id)
    assert look(policy=policy, memory=a_memory(took_part)).roles.lead.handle == "rita"
    assert look(policy=policy).roles.lead == TOM


# The review's clock.


def in_review(severity="SEV1", *decisions, since=NOW, now=NOW, policy=None, looked_at=None, **changes):
    memory = a_memory(
        LED,
        CLIENT,
        *decisions,
        severity=severity,
        in_review_since=since,
        looked_at=looked_at or since,
        actions=(an_action(),),
    )
    case = a_case(an_incident(severity, body=a_body()), a_ticket())
    return judge(case, facts(), replace(memory, **changes), policy or a_policy(), now)


def test_the_clock_runs_against_the_reviewer_and_is_shown():
    assessment = in_review()
    assert (assessment.phase, assessment.is_overdue) == (Phase.IN_REVIEW, False)
    late = in_review(now=NOW + timedelta(days=60))
    assert (late.phase, late.is_overdue) == (Phase.IN_REVIEW, False)


@pytest.mark.parametrize(
    ("severity", "days", "steps"),
    [  # NOW is a Tuesday.
        ("SEV1", 0, []),
        ("SEV1", 1, ["review"]),
        ("SEV1", 2, ["review"]),
        ("SEV1", 3, ["deputy"]),
        ("SEV2", 5, []),
        ("SEV2", 6, ["review"]),
        ("SEV2", 7, ["deputy"]),
    ],
)
def test_one_reminder_then_the_deputy(severity, days, steps):
    named = asked("/reviewer technical @vic deputy @omar")
    (governance,) = look(
        a_comment("/approve governance", GINA), severity=severity, memory=a_memory(LED, CLIENT, severity=severity)
    ).decisions
    assessment = in_review(severity, named, governance, now=NOW + timedelta(days=days))
    told = [notice for notice in assessment.notices.now if notice.scope]
    assert [notice.step.value for notice in told] == steps
    assert [notice.to for notice in told] == [(VIC,) if step == "review" else (OMAR,) for step in steps]


def test_what_was_said_is_not_said_again_and_where_nobody_is_named_the_lead_is_asked():
    first = [n for n in in_review(now=NOW + timedelta(days=1)).notices.now if n.scope]
    assert [(n.scope, n.to, n.is_named) for n in first] == [("technical", (TOM,), False), ("governance", (TOM,), False)]
    again = in_review(now=NOW + timedelta(days=1, hours=1), said=frozenset(n.purpose for n in first))
    assert [n for n in again.notices.now if n.scope] == []
    text = str(notice_tree(first[0], a_policy()))
    assert "nobody is named for it yet" in text
    assert "/reviewer technical @name" in text


def test_once_it_went_unanswered_anybody_with_the_right_may_approve():
    named = asked("/reviewer technical @vic")
    since = {"in_review_since": NOW - timedelta(days=5)}
    assert said("/approve technical", OMAR, memory=a_memory(LED, named, **since)) == [(True, "technical")]
    assert said("/approve technical", OMAR, memory=a_memory(LED, named, in_review_since=NOW)) == [(False, "not_asked")]


# Apart.


def test_a_lead_who_was_involved_holds_a_sev1_until_it_is_set_aside_and_a_sev2_is_only_asked():
    took_part = a_decision("participants", GINA, issue=HERE, subject=TOM.id)
    waive = said("/waive lead_apart nobody independent was available", GINA, LED, took_part)
    assert waive == [(True, "lead_apart")]

    def state(severity, *more):
        assessment = look(memory=a_memory(LED, took_part, *more, severity=severity), severity=severity)
        return [(f.blocks, f.waived) for f in assessment.findings if f.check == "lead_apart"]

    assert state("SEV1") == [(True, "")]
    assert state("SEV2") == [(False, "")]
    waived = a_decision(
        "waive", GINA, issue=HERE, reason="lead_apart", args="lead_apart nobody independent was available"
    )
    assert state("SEV1", waived) == [(False, "gina")]


def test_handing_the_lead_on_frees_nobody_and_being_relieved_does():
    own = a_decision("lead", VIC, issue=HERE, reason="vic", subject=VIC.id, args="@vic")
    handed_on = a_decision("lead", VIC, issue=HERE, reason="tom", subject=TOM.id, args="@tom")
    assert said("/approve technical", VIC, own, handed_on) == [(False, "own_work")]
    relieved = replace(handed_on, actor=OMAR)
    assert said("/approve technical", VIC, own, relieved) == [(True, "technical")]


def test_one_person_gives_both_approvals_only_in_a_small_team():
    technical = look(a_comment("/approve technical", GINA), memory=a_memory(LED)).decisions
    assert said("/approve governance", GINA, LED, *technical) == [(False, "both_reviews")]
    for team in ("small", "solo"):
        assert said("/approve governance", GINA, LED, *technical, policy=a_policy(people=f"team: {team}")) == [
            (True, "governance")
        ]


@pytest.mark.parametrize(
    "check",
    ["evidence", "verification", "approval_technical", "approval_governance", "text_adopted", "authority_mapped"],
)
def test_independence_and_authority_are_never_waived(check):
    assert said(f"/waive {check} we have no time", GINA, LED) == [(False, "not_waivable")]


def test_whoever_leads_sets_nothing_aside():
    led = a_decision("lead", TOM, issue=HERE, reason="gina", subject=GINA.id, args="@gina")
    assert said("/waive section.lessons nothing new", GINA, led) == [(False, "own_work")]


def test_a_sponsor_who_took_part_leaves_the_risk_to_the_deputy():
    people = MAPPED + "roles: {executive_sponsors: [gina], deputies: {executive_sponsors: [rita]}}\n"
    took_part = a_decision("participants", TOM, issue=HERE, subject=GINA.id)
    risk = "/accept-risk until:2026-12-24 the vendor replaces it"

    def accepted(by, *before):
        ticket = a_ticket(comments=(a_comment(risk, by),))
        case, memory = a_case(None, ticket), a_memory(LED, *before, actions=(an_action(),))
        (decision,) = judge(case, facts(), memory, a_policy(people=people), NOW).decisions
        return decision.accepted, decision.reason.partition(":")[0]

    assert accepted(GINA)[0]
    assert accepted(RITA) == (False, "not_authorised")
    assert accepted(GINA, took_part) == (False, "took_part")
    assert accepted(RITA, took_part)[0]


# A team of one.

SOLO = "team: solo"
LEADS_ALONE = a_decision("lead", DANA, issue=HERE, reason="dana", subject=DANA.id, args="@dana")
ALONE = {(PROJECT, DANA.id): Standing(DANA, "admin")}


@pytest.mark.parametrize(
    ("severity", "hours", "before", "expected"),
    [
        ("SEV3", 72, (), (True, "technical")),
        ("SEV3", 71, (), (False, "own_work")),
        ("SEV2", 100, (), (False, "own_work")),
        ("SEV1", 100, (), (False, "own_work")),
        ("SEV3", 72, (a_decision("severity", DANA, issue=HERE, reason="SEV3", subject="SEV1"),), (False, "own_work")),
        ("SEV3", 72, (a_decision("severity", GINA, issue=HERE, reason="SEV3", subject="SEV1"),), (True, "technical")),
    ],
    ids=["after 72 hours", "too early", "SEV2", "SEV1", "lowered by themselves", "lowered by somebody else"],
)
def test_a_team_of_one_approves_its_own_small_post_mortem_after_a_while(severity, hours, before, expected):
    memory = a_memory(
        LEADS_ALONE, *before, severity=severity, in_review_since=NOW - timedelta(hours=hours), looked_at=NOW
    )
    given = {"memory": memory, "severity": severity, "given": facts(standings=ALONE), "policy": a_policy(people=SOLO)}
    assert said("/approve technical", DANA, **given) == [expected]


def test_what_a_team_of_one_decided_about_itself_is_shown_as_not_independent():
    memory = a_memory(LEADS_ALONE, severity="SEV3", in_review_since=NOW - timedelta(hours=80), looked_at=NOW)
    given = {"severity": "SEV3", "given": facts(standings=ALONE), "policy": a_policy(people=SOLO)}
    assessment = look(a_comment("/approve technical", DANA), memory=memory, **given)
    (decision,) = assessment.decisions
    assert (decision.is_independent, decision.authority) == (False, f"admin on {PROJECT}; not independent")
    assert [f.reason for f in assessment.findings if f.check == "approval_technical"] == [
        "approved by dana, not independent"
    ]


def test_on_an_unmapped_jira_the_projects_lead_decides_or_whom_others_named():
    def person(name):
        return a_person(name, 0, site="jira", id=f"acc-{name}")

    gina, vic, rita = person("gina"), person("vic"), person("rita")
    ref = a_ref(12, "jira")
    led = a_decision("lead", vic, issue=ref.key, reason="vic", subject=vic.id)
    named = a_decision(
        "reviewer",
        vic,
        issue=ref.key,
        reason="governance: rita",
        subject=rita.id,
        args="governance [~accountid:acc-rita]",
    )

    def accepted(by, *before, heads=None):
        case = a_case(
            an_incident(body=a_body(), ref=ref, author=gina, comments=(a_comment("/approve governance", by),))
        )
        memory = replace(a_memory(led, *before), project=replace(a_memory().project, site="jira", name="SHOP"))
        assert facts_needed(case, memory, a_policy()).heads == {"SHOP"}
        given = facts(standings={}, people={}, heads={"SHOP": gina} if heads is None else heads)
        (decision,) = judge(case, given, memory, a_policy(), NOW).decisions
        return decision.accepted, decision.reason.partition(":")[0]

    assert accepted(gina) == (True, "governance")
    assert accepted(rita) == (False, "not_the_reviewer")
    assert accepted(rita, named) == (True, "governance")
    assert accepted(gina, heads={}) == (False, "not_the_reviewer")
    assert date(2026, 11, 24) == NOW.date()


# Suggestions, where nobody is named.


def _technical(given, **changes):
    found = look(given=given, memory=a_memory(LED, CLIENT), **changes).findings
    return next(f.remedy for f in found if f.check == "approval_technical")


def test_where_nobody_is_named_the_owner_of_the_code_is_suggested_with_the_line_that_asks_them():
    told = _technical(replace(facts(), advisers=(VIC, OMAR, RITA)))
    assert told.startswith(
        "`/approve technical` by somebody with write rights who does not lead the post-mortem, please by "
    )
    assert told.endswith(" vic and omar own this code: `/reviewer technical @vic` asks them.")
    assert _technical(replace(facts(), advisers=(VIC,))).endswith(
        " vic owns this code: `/reviewer technical @vic` asks them."
    )


def test_nobody_is_suggested_who_leads_or_took_part_or_is_no_person_or_gone():
    app, gone = replace(VIC, kind=PersonKind.APP), replace(VIC, active=False)
    took_part = a_decision("participants", TOM, issue=HERE, reason="omar", subject=OMAR.id)
    memory = a_memory(LED, CLIENT, took_part)
    given = replace(facts(), advisers=(TOM, OMAR, app, gone))
    found = look(given=given, memory=memory).findings
    assert "own" not in next(f.remedy for f in found if f.check == "approval_technical")


def test_once_somebody_is_named_or_the_mapping_lists_somebody_nobody_is_suggested_or_looked_up():
    mapped = a_policy(people="roles:\n  technical_reviewers: [vic]\n" + MAPPED)
    case = a_case(an_incident(body=a_body()))
    named = asked("/reviewer technical @vic")
    for memory, policy, wanted in (
        (a_memory(LED), a_policy(), True),
        (a_memory(LED, named), a_policy(), False),
        (a_memory(LED), mapped, False),
    ):
        assert facts_needed(case, memory, policy).advisers is wanted
        found = judge(case, replace(facts(), advisers=(OMAR,)), memory, policy, NOW, stamp=STAMP).findings
        assert ("owns this code" in next(f.remedy for f in found if f.check == "approval_technical")) is wanted
    assert facts_needed(a_case(an_incident(body="It fails.")), a_memory(LED), a_policy()).advisers is False
    assert facts_needed(a_case(an_incident(body=a_body(), closed=True)), a_memory(LED), a_policy()).advisers is False


def test_a_suggestion_gives_no_right():
    decision = look(a_comment("/approve technical", RITA), given=replace(facts(), advisers=(RITA,))).decisions[0]
    assert not decision.accepted
