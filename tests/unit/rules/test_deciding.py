"""Commands are judged once, when first seen: by whom, on which issue, by what right, on which text (S4, S6–S11, S16)."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from integration.postmortem.facts import Facts
from integration.postmortem.incident import CommentOrigin
from integration.postmortem.judgement import facts_needed, judge
from integration.postmortem.people import PersonKind, Standing
from integration.postmortem.rules.authority import appointed
from integration.postmortem.rules.deciding import participants, undecided
from integration.postmortem.rules.verdicts import PLACEHOLDER
from mappings.models import Mode
from tests.builders import (
    DANA,
    GINA,
    MAPPINGS,
    NOW,
    OMAR,
    PROJECT,
    RITA,
    ROBOT,
    SERVICE,
    STAMP,
    STRAY,
    TOM,
    VIC,
    a_body,
    a_case,
    a_comment,
    a_decision,
    a_file,
    a_line,
    a_memory,
    a_person,
    a_policy,
    a_ref,
    a_ticket,
    an_action,
    an_incident,
    facts,
)

TICKET, INCIDENT = a_ref(13).key, a_ref(12).key
PROVEN = a_decision("evidence", OMAR, reason="tested", subject="e1")
LINK = "https://ci.example/runs/7"


def decided(*comments, on="ticket", memory=None, facts_given=None, policy=None, now=NOW, **changes):
    """Return the decisions on these comments, on the ticket of A1 or on its incident."""
    here = {"comments": comments, **changes}
    incident = an_incident(body=a_body(), **(here if on == "incident" else {}))
    ticket = a_ticket(**(here if on == "ticket" else {}))
    memory = memory or a_memory(PROVEN, actions=(an_action(),))
    case = a_case(incident, ticket)
    return judge(case, facts_given or facts(), memory, policy or a_policy(), now, stamp=STAMP).decisions


def verdict(*comments, **changes):
    """Return whether the last command was accepted, and the reason of it."""
    last = decided(*comments, **changes)[-1]
    return last.accepted, last.reason


def test_a_decision_remembers_who_said_what_by_which_right_on_which_text():
    comment = a_comment("/verify ran the replay", VIC)
    (decision,) = decided(comment)
    assert (decision.issue, decision.comment_id, decision.line) == (TICKET, comment.id, 1)
    assert (decision.comment_digest, decision.actor, decision.at) == (comment.digest, VIC, NOW)
    assert (decision.word, decision.args, decision.policy) == ("verify", "ran the replay", STAMP)
    assert (decision.accepted, decision.reason, decision.authority) == (True, "verified", f"write on {PROJECT}")
    assert len(decision.subject) == 64


# Who may.


@pytest.mark.parametrize(
    ("word", "on", "least"),
    [
        ("/status", "incident", STRAY),
        ("/note it began at nine", "incident", DANA),
        (f"/evidence tested {LINK}", "ticket", DANA),
        ("/client Nordlicht", "incident", TOM),
        ("/resolved", "incident", TOM),
        ("/lead @vic", "incident", TOM),
        ("/participants @vic @omar", "incident", TOM),
        ("/severity sev1 people were harmed", "incident", TOM),
        ("/severity sev3 nobody was harmed", "incident", OMAR),
        ("/verify looked at it", "ticket", VIC),
        ("/reject it shows nothing", "ticket", VIC),
        ("/approve technical", "incident", VIC),
        ("/approve governance", "incident", GINA),
        ("/accept-risk until:2026-12-24 it goes away in January", "ticket", GINA),
        ("/waive section.lessons nothing to learn", "incident", GINA),
        ("/pause", "incident", GINA),
        ("/resume", "incident", GINA),
    ],
)
def test_each_command_takes_the_authority_that_the_mapping_says_and_not_less(word, on, least):
    ladder = [STRAY, RITA, DANA, TOM, VIC, GINA]  # Dana takes part in it, with no role here.
    roles = {RITA: "read", TOM: "triage", VIC: "write", OMAR: "write", GINA: "admin"}
    case = {"on": on, "facts_given": facts(roles)}
    start = ladder.index(least if least is not OMAR else VIC)
    taken = [decided(a_comment(word, by), **case)[-1] for by in ladder]
    assert [each.accepted for each in taken] == [False] * start + [True] * (6 - start)
    for refused in taken[:start]:
        assert re.search(r"(this is for|Others can:) (those|people|administrators) ", refused.reason), refused.reason


MAPPED = """
roles:
  technical_reviewers: [vic]
  governance_reviewers: [gina, rita]
  executive_sponsors: [omar]
people:
  vic: {name: Vic, github: vic, github_id: 1003}
  gina: {name: Gina, github: gina, github_id: 1004}
  rita: {name: Rita, github: rita, github_id: 1006}
  omar: {name: Omar, github: omar, github_id: 1002}
"""


@pytest.mark.parametrize(
    ("word", "on", "who"),
    [
        (
            "/waive section.lessons none needed",
            "incident",
            "administrators of this project or a governance reviewer (Gina, Rita) or an executive sponsor (Omar)",
        ),
        ("/approve technical", "incident", "people with write rights here or a technical reviewer (Vic)"),
        ("/approve governance", "incident", "administrators of this project or a governance reviewer (Gina, Rita)"),
        (
            "/accept-risk until:2026-12-24 it goes away",
            "ticket",
            "administrators of this project or a governance reviewer (Gina, Rita) or an executive sponsor (Omar)",
        ),
        ("/verify looked at it", "ticket", "people with write rights here"),
    ],
)
def test_a_refusal_names_whom_the_mapping_lists_beside_those_with_the_right(word, on, who):
    policy = a_policy(people=MAPPED)
    _, reason = verdict(a_comment(word, TOM), on=on, policy=policy)
    assert reason == f"not_authorised: this is for {who}. What counts here: triage on acme/shop."
    (public,) = decided(a_comment(word, TOM), on=on, policy=policy, public=True)
    assert "Gina" not in public.reason, "nobody is named where everybody can read it"


def test_whoever_may_not_decide_about_their_own_work_is_told_who_may_instead():
    led = a_decision("lead", TOM, issue=INCIDENT, subject=VIC.id)
    policy = a_policy(people=MAPPED)
    _, reason = verdict(a_comment("/approve technical", VIC), on="incident", memory=a_memory(led), policy=policy)
    assert (
        reason
        == "own_work: whoever leads the post-mortem does not approve it. Others can: people with write rights here."
    )
    _, reason = verdict(
        a_comment("/waive section.lessons none", VIC), on="incident", memory=a_memory(led), policy=policy
    )
    assert reason.endswith(
        "Others can: administrators of this project or a governance reviewer (Gina, Rita) or an executive sponsor (Omar)."
    )


def test_triage_cannot_verify_and_is_told_who_can():
    accepted, reason = verdict(a_comment("/verify looked at it", TOM))
    assert not accepted
    assert reason == "not_authorised: this is for people with write rights here. What counts here: triage on acme/shop."


def test_rights_are_those_of_this_look_and_what_cannot_be_read_is_not_granted():
    assert verdict(a_comment("/verify looked at it", VIC), facts_given=facts({VIC: "read"}))[0] is False
    assert verdict(a_comment("/verify looked at it", VIC), facts_given=Facts())[0] is False
    assert (
        verdict(a_comment("/verify looked at it", VIC), facts_given=facts({VIC: "write"}, project="acme/other"))[0]
        is False
    )


@pytest.mark.parametrize(
    "by", [ROBOT, a_person("dana", 1001, active=False), a_person("desk", 9, kind=PersonKind.CUSTOMER)]
)
def test_apps_customers_and_accounts_that_are_not_active_command_nothing_not_even_a_status(by):
    standings = facts(standings={(PROJECT, by.id): Standing(by, "admin")})
    (decision,) = decided(a_comment("/status", by), on="incident", facts_given=standings)
    assert (decision.accepted, decision.authority) == (False, "")
    assert decision.reason.startswith("not_authorised: this is for active people. What counts here: ")


def test_a_person_who_posts_through_an_app_is_asked_to_post_in_person():
    assert verdict(a_comment("/verify looked at it", VIC, origin=CommentOrigin.APP)) == (
        False,
        "through_app: it was posted through an app. Please post it yourself.",
    )


def test_an_app_that_the_mapping_lists_may_command():
    policy = a_policy(people="apps: {github: [helper]}")
    standings = facts(standings={(PROJECT, ROBOT.id): Standing(ROBOT, "admin")})
    comment = a_comment("/resolved", ROBOT, origin=CommentOrigin.APP)
    assert verdict(comment, on="incident", policy=policy, facts_given=standings)[0] is True


APPOINTED = """
people:
  rita: {name: Rita, github: rita, github_id: 1006}
  desk: {name: Desk, jira: acc-desk}
roles: {technical_reviewers: [rita], governance_reviewers: [desk], executive_sponsors: [rita]}
"""


@pytest.mark.parametrize(
    ("word", "on", "role"),
    [
        ("/approve technical", "incident", "technical reviewer"),
        ("/approve governance", "incident", None),
        ("/accept-risk until:2026-12-24 it goes away", "ticket", "executive sponsor"),
        ("/waive section.lessons none", "incident", "executive sponsor"),
        ("/verify looked at it", "ticket", None),
        ("/severity sev4 no", "incident", None),
    ],
)
def test_whoever_the_mapping_appoints_may_do_what_the_role_is_for_and_no_more(word, on, role):
    (decision,) = decided(a_comment(word, RITA), on=on, policy=a_policy(people=APPOINTED))
    assert decision.accepted is bool(role)
    assert not role or decision.authority == f"named in the mapping as {role}"


def test_an_appointment_is_of_an_account_not_of_a_name_and_not_of_an_app():
    policy = a_policy(people=APPOINTED)
    approve = "/approve technical"
    for other in (a_person("rita", 1999), a_person("rita", 1006, kind=PersonKind.BOT), a_person("rita", 0, id="rita")):
        standings = facts(standings={(PROJECT, other.id): Standing(other, "read")})
        assert not decided(a_comment(approve, other), on="incident", policy=policy, facts_given=standings)[0].accepted
    rewritten = a_comment(approve, RITA, origin=CommentOrigin.REWRITTEN)
    assert not decided(rewritten, on="incident", policy=policy)[0].accepted


def test_on_jira_an_appointment_is_of_the_account_id():
    policy = a_policy(people=APPOINTED + "jira: {when_unmapped: nobody}\n")
    desk = a_person("Desk", 0, site="jira", id="acc-desk")
    assert (
        appointed(desk, "approve governance", policy.people, NOW.date())
        == "named in the mapping as governance reviewer"
    )
    assert appointed(replace(desk, id="acc-other"), "approve governance", policy.people, NOW.date()) == ""


def test_a_comment_that_somebody_else_may_have_rewritten_grants_nothing():
    assert verdict(a_comment("/verify looked at it", VIC, origin=CommentOrigin.REWRITTEN)) == (
        False,
        "rewritten: somebody else may have edited this comment. Please post it anew, as a comment of its own.",
    )


def test_our_own_comments_hold_no_commands():
    assert decided(a_comment("/verify <what you looked at>", SERVICE, origin=CommentOrigin.OURS)) == ()


@pytest.mark.parametrize(
    ("by", "public", "answered"),
    [(VIC, False, True), (RITA, False, True), (STRAY, False, False), (TOM, True, True), (RITA, True, False)],
)
def test_a_refusal_names_an_authority_only_where_somebody_has_a_part_here(by, public, answered):
    (decision,) = decided(a_comment("/severity soon", by), on="incident", public=public)
    assert (decision.accepted, bool(decision.authority)) == (False, answered)


@pytest.mark.parametrize(
    "hidden",
    [
        "> /verify looked",
        "`/verify looked`",
        "```\n/verify looked\n```",
        "<!-- /verify looked -->",
        "x /verify looked",
        "<details>\n\n/verify looked\n\n</details>",
        "\u2066/verify looked",
        "{quote}\n/verify looked\n{quote}",
    ],
)
def test_what_people_do_not_see_as_a_command_is_none(hidden):
    assert decided(a_comment(hidden, VIC)) == ()


# Once.


def test_a_comment_is_judged_once_and_a_later_promotion_does_not_revive_it():
    comment = a_comment("/verify looked at it", VIC)
    memory = a_memory(PROVEN, actions=(an_action(),))
    (refused,) = decided(comment, memory=memory, facts_given=facts({VIC: "triage"}))
    assert not refused.accepted
    memory = replace(memory, decisions=(*memory.decisions, refused))
    assert decided(comment, memory=memory, facts_given=facts({VIC: "admin"})) == ()


def test_a_later_policy_does_not_revive_or_revoke_what_was_decided():
    comment = a_comment("/verify looked at it", TOM)
    memory = a_memory(PROVEN, actions=(an_action(),))
    (refused,) = decided(comment, memory=memory)
    lenient = a_policy(people="commands: {verify: triage}")
    assert decided(comment, memory=replace(memory, decisions=(PROVEN, refused)), policy=lenient) == ()
    (granted,) = decided(comment, memory=memory, policy=lenient)
    case = a_case(None, a_ticket(comments=(comment,)))
    strict = judge(case, facts(), replace(memory, decisions=(PROVEN, granted)), a_policy(), NOW)
    assert strict.actions[0].proof.suffices


def test_editing_a_comment_later_grants_nothing_new():
    comment = a_comment("/status", VIC)
    (first,) = decided(comment)
    memory = a_memory(PROVEN, first, actions=(an_action(),))
    assert decided(replace(comment, raw="/status\n/verify looked at it"), memory=memory) == ()


def test_a_comment_without_commands_is_read_again_when_it_is_edited():
    comment = a_comment("I had a look.", VIC)
    assert decided(comment) == ()
    assert decided(replace(comment, raw="/verify I had a look"))[0].accepted


def test_deleting_a_comment_withdraws_nothing():
    memory = a_memory(PROVEN, *decided(a_comment("/verify looked at it", VIC)), actions=(an_action(),))
    assert judge(a_case(None, a_ticket()), facts(), memory, a_policy(), NOW).actions[0].proof.suffices


def test_a_rebuilt_grant_has_no_effect_until_it_is_confirmed():
    rebuilt = [replace(d, confirmed=False) for d in decided(a_comment("/verify looked at it", VIC))]
    memory = a_memory(PROVEN, *rebuilt, actions=(an_action(),))
    assert not judge(a_case(None, a_ticket()), facts(), memory, a_policy(), NOW).actions[0].proof.suffices


def test_commands_are_judged_in_the_order_of_writing_each_seeing_those_before_it():
    at = NOW - timedelta(hours=2)
    asks = [
        a_comment("/verify looked at it", VIC, id="1000", at=at),
        a_comment(f"/evidence tested {LINK}", OMAR, id="999", at=at),
    ]
    assert [d.word for d in decided(*asks, memory=a_memory(actions=(an_action(),)))] == ["evidence", "verify"]
    assert [d.accepted for d in decided(*asks, memory=a_memory(actions=(an_action(),)))] == [True, True]


def test_several_commands_of_one_comment_are_told_apart_by_their_lines():
    comment = a_comment("/lead @vic\nand then\n/resolved\n/client Nordlicht", TOM)
    given = decided(comment, on="incident")
    assert [(d.word, d.line, d.accepted) for d in given] == [
        ("lead", 1, True),
        ("resolved", 3, True),
        ("client", 4, True),
    ]
    assert len({d.key for d in given}) == 3


def test_comments_of_the_whole_case_are_undecided_until_a_decision_names_them():
    ours, theirs = a_comment("x", SERVICE, origin=CommentOrigin.OURS), a_comment("/status", VIC)
    case, known = a_case(an_incident(comments=(ours,)), a_ticket(comments=(theirs,))), a_memory(actions=(an_action(),))
    assert [(issue.ref, comment) for issue, comment in undecided(case, known)] == [(a_ref(13), theirs)]
    seen = a_decision("status", issue=TICKET, comment_id=theirs.id)
    assert undecided(case, replace(known, decisions=(seen,))) == ()


def test_on_an_issue_that_people_linked_themselves_nothing_is_a_command():
    case = a_case(None, a_ticket(comments=(a_comment("/status", VIC),)))
    assert undecided(case, a_memory()) == ()


# Near misses.


def test_a_near_miss_is_asked_about_and_a_stranger_is_not():
    case = a_case(an_incident(comments=(near := a_comment("/verfy looked", VIC), a_comment("/verfy it", STRAY))))
    assessment = judge(case, facts(), a_memory(), a_policy(), NOW)
    ((ref, comment, suggestion),) = assessment.suggestions
    assert (ref, comment, suggestion.word, suggestion.meant) == (a_ref(12), near, "verfy", "verify")
    assert assessment.decisions == ()


# Where.


@pytest.mark.parametrize(
    "word",
    [
        "/severity sev2 wrong answers",
        "/resolved",
        "/client Nordlicht",
        "/lead @vic",
        "/participants @vic",
        "/approve technical",
        "/waive section.lessons no",
    ],
)
def test_what_is_about_the_incident_is_said_on_the_incident(word):
    assert verdict(a_comment(word, GINA)) == (
        False,
        "not_the_incident: this belongs on the incident itself. Please write it on acme/shop#12.",
    )


@pytest.mark.parametrize(
    "word", [f"/evidence tested {LINK}", "/verify it", "/reject no", "/accept-risk until:2026-12-24 no"]
)
def test_what_is_about_an_action_is_said_on_its_ticket(word):
    why = "not_a_ticket: this belongs on an action's own ticket. Please write it there; the status comment lists the tickets."
    assert verdict(a_comment(word, GINA), on="incident") == (False, why)


def without_its_ticket(text, by=GINA, **changes):
    """Return the verdict on a comment on the incident whose action A1 has lost its ticket."""
    incident = an_incident(body=a_body(), comments=(a_comment(text, by),))
    case = a_case(incident, missing=frozenset({TICKET}))
    memory = a_memory(PROVEN, actions=(an_action(**changes),))
    found = judge(case, facts(), memory, a_policy(), NOW, stamp=STAMP)
    return found.decisions[-1], found


@pytest.mark.parametrize("name", ["A1", "a1,", "A1:"])
def test_the_risk_of_an_action_whose_ticket_is_gone_is_accepted_on_the_incident(name):
    said, found = without_its_ticket(f"/accept-risk {name} until:2026-12-24 it was made a discussion")
    assert (said.accepted, said.reason) == (True, "2026-12-24")
    assert said.issue == INCIDENT
    (view,) = found.actions
    assert (view.proof.state.value, view.proof.until) == ("risk accepted", date(2026, 12, 24))
    assert [f.check for f in view.findings if not f.passed and f.check == "ticket_missing"] == []


@pytest.mark.parametrize(
    ("text", "by", "reason"),
    [
        ("/accept-risk until:2026-12-24 it is gone", GINA, "not_a_ticket"),
        ("/accept-risk A2 until:2026-12-24 it is gone", GINA, "not_a_ticket"),
        ("/accept-risk A1 it is gone", GINA, "form"),
        ("/accept-risk A1 until:2026-12-24 it is gone", DANA, "own_work"),
        ("/accept-risk A1 until:2026-12-24 it is gone", VIC, "not_authorised"),
    ],
)
def test_of_an_action_whose_ticket_is_gone_nothing_less_than_its_name_a_day_a_reason_and_the_right_will_do(
    text, by, reason
):
    said, found = without_its_ticket(text, by)
    assert not said.accepted
    assert said.reason.startswith(reason)
    assert found.actions[0].proof.state.value != "risk accepted"


def test_whoever_ever_owned_an_action_does_not_accept_its_risk_on_the_incident_either():
    said, _ = without_its_ticket("/accept-risk A1 until:2026-12-24 it is gone", owners=frozenset({DANA.id, GINA.id}))
    assert said.reason.startswith("own_work")


def test_the_risk_that_was_accepted_on_the_incident_is_of_that_action_alone_and_ends_when_its_ticket_is_back():
    said, _ = without_its_ticket("/accept-risk A1 until:2026-12-24 it is gone")
    memory = a_memory(PROVEN, said, actions=(an_action(),))
    another = a_body(a_line(action="Count recalled products in answers each day"))
    cases = {
        "gone": a_case(an_incident(body=a_body()), missing=frozenset({TICKET})),
        "back": a_case(an_incident(body=a_body()), a_ticket()),
        "another": a_case(an_incident(body=another), missing=frozenset({TICKET})),
    }
    held = {
        name: judge(case, facts(), memory, a_policy(), NOW, stamp=STAMP).actions[0].proof.state.value == "risk accepted"
        for name, case in cases.items()
    }
    assert held == {"gone": True, "back": False, "another": False}


def test_a_row_that_is_gone_is_not_asked_for_once_the_risk_of_its_action_is_accepted_on_the_ticket():
    accepts = a_comment("/accept-risk until:2026-12-24 the export is replaced in spring", GINA)
    body, memory = a_body(a_line("A2", "Alert when it happens again")), a_memory(PROVEN, actions=(an_action(),))
    asked = []
    for comments in ((), (accepts,)):
        case = a_case(an_incident(body=body), a_ticket(comments=comments))
        _, gone = judge(case, facts(), memory, a_policy(), NOW, stamp=STAMP).actions
        asked.append((gone.action_id, gone.row, [f.check for f in gone.findings if not f.passed]))
    assert asked == [("A1", None, ["row_missing"]), ("A1", None, [])]


# What.

NO_CLAIM = (
    "claim_unknown: it needs to say what is shown. One of `documented`, `communicated`, `followed`, `tested`, "
    "`detected`, `completed`, then a link: `/evidence tested <link>`"
)
NAMES = (
    "it needs the names of criteria, or none. `/criteria none`, or some of `harm-to-person`, `regulatory-notification`, `client-loss`, "
    "`data-exposed`, `public-damage`, `wrong-outputs-extended`, `moderate-loss`, `many-users`, `exploitable-vulnerability`, "
    "`emergency-intervention`"
)
MISFORMED = [
    (
        "/severity sev2",
        "incident",
        "form: it needs a severity and a reason. For example: `/severity sev2 wrong answers for two days`",
    ),
    (
        "/severity bad for two days",
        "incident",
        "form: it needs a severity and a reason. For example: `/severity sev2 wrong answers for two days`",
    ),
    ("/criteria", "incident", f"criterion_unknown: {NAMES}"),
    ("/criteria none harm-to-person", "incident", f"criterion_unknown: {NAMES}"),
    ("/note", "incident", "form: the note is empty. For example: `/note 09:00 release 41 went out`"),
    ("/client", "incident", "form: it needs a name. For example: `/client Nordlicht`"),
    ("/lead dana", "incident", "form: it needs a person. For example: `/lead @name`"),
    ("/lead @dana @vic", "incident", "form: it needs a person. For example: `/lead @name`"),
    (
        "/lead @nobody",
        "incident",
        "nobody: @nobody is not exactly one active account here. Please mention them the way the tracker offers it.",
    ),
    ("/approve", "incident", "form: it needs a scope. `/approve technical` or `/approve governance`"),
    (
        "/waive",
        "incident",
        "check_unknown: there is no check of that name. The names stand in the details of the status comment.",
    ),
    (
        "/waive everything please",
        "incident",
        "check_unknown: there is no check of that name. The names stand in the details of the status comment.",
    ),
    (
        "/waive section.lessons",
        "incident",
        "form: it needs a reason. For example: `/waive section.lessons <why it does not apply here>`",
    ),
    (
        "/waive evidence it works, trust me",
        "incident",
        "not_waivable: independent proof cannot be waived. An action that will not be done: `/accept-risk` on its ticket.",
    ),
    (
        "/waive verification no time",
        "incident",
        "not_waivable: independent proof cannot be waived. An action that will not be done: `/accept-risk` on its ticket.",
    ),
    (
        "/evidence",
        "ticket",
        NO_CLAIM,
    ),
    (
        f"/evidence {LINK}",
        "ticket",
        NO_CLAIM,
    ),
    (
        "/evidence tested see above",
        "ticket",
        "nothing_attached: it needs a link or the name of a file attached here. For example: `/evidence tested <link>`",
    ),
    (
        "/evidence tested javascript:alert(1)",
        "ticket",
        "nothing_attached: it needs a link or the name of a file attached here. For example: `/evidence tested <link>`",
    ),
    (
        "/verify",
        "ticket",
        "form: it needs a word on what you looked at. For example: `/verify ran the replay, nothing recalled came back`",
    ),
    ("/reject", "ticket", "form: it needs a reason. For example: `/reject the test does not cover the export`"),
    (
        "/accept-risk it goes away",
        "ticket",
        "form: it needs a date and a reason. For example: `/accept-risk until:2027-02-22 <why>`",
    ),
    (
        "/accept-risk until:2026-12-24",
        "ticket",
        "form: it needs a date and a reason. For example: `/accept-risk until:2027-02-22 <why>`",
    ),
    (
        "/accept-risk until:2026-11-23 why not",
        "ticket",
        "date: the date lies in the past or more than 180 days ahead. For example: `/accept-risk until:2027-02-22 <why>`",
    ),
    (
        "/accept-risk until:2099-01-01 why not",
        "ticket",
        "date: the date lies in the past or more than 180 days ahead. For example: `/accept-risk until:2027-02-22 <why>`",
    ),
]


@pytest.mark.parametrize(("word", "on", "reason"), MISFORMED)
def test_a_refusal_says_what_would_satisfy_it(word, on, reason):
    assert verdict(a_comment(word, GINA), on=on) == (False, reason)


ACCEPTED = [
    ("/severity SEV-2 for two days", "incident", "SEV2"),
    ("/resolved 11:20", "incident", "2026-11-24T11:20:00+00:00"),
    ("/note 09:00 release 41 went out", "incident", "09:00 release 41 went out"),
    ("/client Nordlicht", "incident", "Nordlicht"),
    ("/criteria None", "incident", "none"),
    ("/criteria many_users, Client-Loss and many-users", "incident", "many_users client_loss"),
    ("/lead @vic", "incident", "vic"),
    ("/participants @vic @omar", "incident", "vic, omar"),
    ("/approve Technical", "incident", "technical"),
    ("/waive action.criteria it is one line", "incident", "action.criteria"),
    (f"/evidence Tested {LINK}", "ticket", "tested"),
    ("/reject it shows nothing", "ticket", "rejected"),
    ("/accept-risk until:2026-11-24 gone tomorrow", "ticket", "2026-11-24"),
    ("/pause", "incident", "paused"),
    ("/resume", "incident", "resumed"),
    ("/status", "ticket", "status"),
]


COPIED = [
    ("/severity sev2 <why>", "incident", "<why>"),
    ("/note 09:00 <what happened first>", "incident", "<what happened first>"),
    ("/client <name>", "incident", "<name>"),
    ("/waive incident_label <why>", "incident", "<why>"),
    ("/verify <what you looked at>", "ticket", "<what you looked at>"),
    ("/accept-risk until:2026-12-24 <why>", "ticket", "<why>"),
]


@pytest.mark.parametrize(("word", "on", "left"), COPIED)
def test_a_line_that_is_copied_as_it_stands_decides_nothing_and_is_answered(word, on, left):
    assert verdict(a_comment(word, GINA), on=on) == (
        False,
        f"placeholder: `{left}` still stands in it. Please write your own words there, and post it once more.",
    )


def test_the_sign_for_a_name_is_nobody_even_where_somebody_is_called_so():
    known = facts(people={"@name": (VIC,)})
    assert verdict(a_comment("/lead @name", GINA), on="incident", facts_given=known) == (
        False,
        "placeholder: `@name` still stands in it. Please write your own words there, and post it once more.",
    )


def test_every_sign_in_the_lines_that_we_offer_is_known_for_one():
    """Whatever the service and its mappings offer to copy either decides as it stands, or is answered."""
    root = MAPPINGS.parent
    texts = [p.read_text() for p in (*root.glob("mappings/*.yaml"), *root.glob("integration/postmortem/**/*.py"))]
    lines = {line for text in texts for line in re.findall(r"(?:`|line: \"?)(/[a-z-]+[^`\n{}]*[>\w])", text)}
    left = {sign for line in lines for sign in re.findall(r"<[^>]*>", line)}
    assert len(lines) > 15
    assert [sign for sign in left if not PLACEHOLDER.fullmatch(sign)] == []


@pytest.mark.parametrize(
    "word", ["/note List<String> was null", "/note <https://ci.example/1> is red", "/note a < b > c"]
)
def test_brackets_of_other_kinds_are_the_writers_own(word):
    assert verdict(a_comment(word, GINA), on="incident")[0] is True


@pytest.mark.parametrize(("word", "on", "reason"), ACCEPTED)
def test_what_is_granted_is_the_reason(word, on, reason):
    assert verdict(a_comment(word, GINA), on=on) == (True, reason)


def test_resolved_without_a_time_means_the_time_of_the_comment():
    comment = a_comment("/resolved", TOM)
    assert verdict(comment, on="incident") == (True, comment.created_at.isoformat())


def test_a_client_is_one_that_the_mapping_lists_where_it_lists_any():
    policy = a_policy(service="clients: [Nordlicht, Hansen]")
    assert verdict(a_comment("/client nordlicht", TOM), on="incident", policy=policy) == (True, "Nordlicht")
    assert verdict(a_comment("/client ../../etc", TOM), on="incident", policy=policy) == (
        False,
        "client_unknown: the mapping does not list this client. Please use a name that the mapping lists.",
    )


@pytest.mark.parametrize("known", [{}, {"@vic": ()}, {"@vic": (VIC, OMAR)}, {"@vic": (replace(VIC, active=False),)}])
def test_a_name_that_is_not_exactly_one_active_account_is_nobody(known):
    accepted, reason = verdict(a_comment("/lead @vic", TOM), on="incident", facts_given=facts(people=known))
    assert (accepted, reason.partition(":")[0]) == (False, "nobody")


def test_those_named_are_remembered_by_id_and_take_part_from_then_on():
    (lead,) = decided(a_comment("/lead @vic", TOM), on="incident")
    assert (lead.reason, lead.subject) == ("vic", VIC.id)
    assert VIC.id not in participants(a_case(), a_memory())
    assert VIC.id in participants(a_case(), a_memory(lead))
    several = a_decision("participants", subject=f"{OMAR.id} {RITA.id}")
    assert {OMAR.id, RITA.id, DANA.id} <= participants(a_case(), a_memory(several))


def test_whoever_leads_does_not_approve_and_the_latest_lead_is_the_lead():
    led = a_decision("lead", TOM, issue=INCIDENT, subject=VIC.id)
    approve = a_comment("/approve technical", VIC)
    refused = "own_work: whoever leads the post-mortem does not approve it. Others can: people with write rights here."
    assert verdict(approve, on="incident", memory=a_memory(led)) == (False, refused)
    relieved = a_decision("lead", TOM, issue=INCIDENT, subject=OMAR.id)
    assert verdict(approve, on="incident", memory=a_memory(led, relieved))[0] is True


def test_an_approval_is_of_the_text_as_it_is():
    (approval,) = decided(a_comment("/approve technical", VIC), on="incident")
    whole, *parts = approval.subject.split(" ")
    assert len(whole) == 64
    assert [part.partition("=")[0] for part in parts] == [
        "severity", "client", "reviewers", "root_causes", "contributing_factors", "model_behaviour", "data_investigation", "monitoring_gap",
        "actions",
    ]  # fmt: skip


def test_lowering_is_measured_against_what_is_in_force_even_before_anything_is_recorded():
    unrecorded = a_memory(severity="", actions=(an_action(),))
    assert verdict(a_comment("/severity sev3 calm down", TOM), on="incident", memory=unrecorded)[0] is False
    raised = a_comment("/severity sev1 it is worse\n/severity sev2 no, it is not", TOM)
    assert [d.accepted for d in decided(raised, on="incident", memory=a_memory(severity=""))] == [True, False]


# Evidence and verification (S10).


def test_evidence_is_bound_to_its_claim_and_link_or_to_the_file_by_its_id():
    by_link = decided(a_comment(f"/evidence tested {LINK}", DANA))[0].subject
    again = decided(a_comment(f"/evidence tested {LINK} and a note", DANA))[0].subject
    other = decided(a_comment("/evidence tested https://ci.example/runs/8", DANA))[0].subject
    assert by_link == again != other
    by_file = decided(a_comment("/evidence tested replay.csv", DANA), attachments=(a_file("replay.csv"),))[0]
    replaced = decided(a_comment("/evidence tested replay.csv", DANA), attachments=(a_file("replay.csv", id="32"),))[0]
    assert by_file.accepted
    assert by_file.subject != replaced.subject


def test_there_is_nothing_to_verify_before_there_is_evidence():
    assert verdict(a_comment("/verify looked at it", VIC), memory=a_memory(actions=(an_action(),))) == (
        False,
        "no_evidence: there is no evidence yet to verify. First: `/evidence tested <link>` (tested)",
    )


def test_all_claims_of_the_kind_are_needed_before_a_verification():
    body = a_body(a_line(kind="process"))
    case = a_case(an_incident(body=body), a_ticket(comments=(a_comment("/verify looked at it", VIC),)))
    given = a_memory(a_decision("evidence", OMAR, reason="documented"), actions=(an_action(),))
    assert judge(case, facts(), given, a_policy(), NOW).decisions[0].reason == (
        "no_evidence: there is no evidence yet to verify. "
        "First: `/evidence communicated <link>` (communicated); `/evidence followed <link>` (followed at least once)"
    )


NOT_OWNER = (
    "not_independent: whoever owns or owned an action does not verify it. Others can: people with write rights here."
)


@pytest.mark.parametrize(
    ("who", "action", "assignees", "reason"),
    [
        (DANA, an_action(), (DANA,), NOT_OWNER),
        (VIC, an_action(owners=frozenset({DANA.id, VIC.id})), (DANA,), NOT_OWNER),
        (VIC, an_action(), (DANA, VIC), NOT_OWNER),
        (
            OMAR,
            an_action(),
            (DANA,),
            "not_independent: whoever gave the evidence does not verify it. Others can: people with write rights here.",
        ),
        (
            VIC,
            an_action(),
            (),
            "not_independent: it has no owner yet, so nobody can be independent of the owner. Please name its owner in the table of the incident first.",
        ),
    ],
    ids=["the owner", "a past owner", "another assignee", "who gave the evidence", "anybody while nobody owns it"],
)
def test_only_somebody_independent_verifies(who, action, assignees, reason):
    memory = a_memory(PROVEN, actions=(action,))
    assert verdict(a_comment("/verify looked at it", who), memory=memory, assignees=assignees) == (False, reason)


def test_evidence_and_verification_in_one_comment_are_not_independent():
    comment = a_comment(f"/evidence tested {LINK}\n/verify looked at it", VIC)
    given = decided(comment, memory=a_memory(actions=(an_action(),)))
    assert [d.accepted for d in given] == [True, False]


def test_the_owner_alone_does_not_accept_the_risk():
    accept = "/accept-risk until:2026-12-24 it goes away in January"
    ticket = {"assignees": (GINA,), "memory": a_memory(actions=(an_action(owner_id=GINA.id),))}
    assert verdict(a_comment(accept, GINA), **ticket) == (
        False,
        "own_work: the owner alone does not accept the risk. Others can: administrators of this project.",
    )
    assert verdict(a_comment(accept, GINA)) == (True, "2026-12-24")


# What has to be looked up for it.


def test_only_the_standing_of_those_who_command_is_asked_for_and_only_names_that_matter():
    comments = (
        a_comment("/lead @vic", TOM),
        a_comment("thanks", OMAR),
        a_comment("/verfy", GINA),
        a_comment("/status", VIC),
    )
    case = a_case(an_incident(body=a_body(), comments=comments), a_ticket(comments=(a_comment("/reject no", DANA),)))
    needed = facts_needed(case, a_memory(actions=(an_action(),)), a_policy())
    assert needed.standings == {(PROJECT, who) for who in (TOM, GINA, VIC, DANA)}
    assert needed.names == {"@dana", "@vic"}
    assert (needed.labellers, needed.body_editor) == (frozenset(), False)


def test_an_issue_that_is_no_incident_needs_nothing_looked_up():
    assert not facts_needed(a_case(an_incident("", labels=set())), a_memory(governed=False), a_policy())


def test_before_an_incident_is_taken_on_its_author_counts_and_whoever_put_the_adoption_label_there():
    incident = an_incident(author=STRAY, labels={"incident", "followthrough-adopt"})
    needed = facts_needed(a_case(incident), a_memory(governed=False), a_policy())
    assert needed.standings == {(PROJECT, STRAY)}
    assert needed.labellers == {"followthrough-adopt"}


def test_who_changed_the_text_is_asked_only_where_the_text_was_adopted_and_is_another():
    incident = an_incident()
    for digest, asked in ((None, False), (incident.body_digest, False), ("another", True)):
        assert facts_needed(a_case(incident), a_memory(adopted_digest=digest), a_policy()).body_editor is asked


def test_an_incident_that_is_only_observed_is_judged_all_the_same():
    case = a_case(an_incident(comments=(a_comment("/resolved", TOM),)))
    assert judge(case, facts(), a_memory(), a_policy(), NOW, mode=Mode.OBSERVE).decisions[0].accepted
