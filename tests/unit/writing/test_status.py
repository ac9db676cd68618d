"""The status comment as a reader sees it in each phase, word for word; and when it counts as saying something new."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integration.postmortem.judgement import judge
from integration.postmortem.reading.timeline import Timeline
from integration.postmortem.rules.evidence import risk_subject
from integration.postmortem.writing.details import actions_grid
from integration.postmortem.writing.status import status_tree
from integration.postmortem.writing.tree import Paragraph, Tree
from mappings.models import Mode
from tests.builders import (
    ACTION,
    DUE,
    GINA,
    NOW,
    OMAR,
    STAMP,
    STRAY,
    TOM,
    VIC,
    a_body,
    a_case,
    a_decision,
    a_line,
    a_memory,
    a_person,
    a_policy,
    a_ref,
    a_ticket,
    an_action,
    an_incident,
    facts,
    nothing_remembered,
)
from tests.unit.writing.plain import plain

HERE = a_ref(12).key
TEXT = an_incident(body=a_body()).body_digest
LED = a_decision("lead", TOM, issue=HERE, reason="Tom Tarn", subject=TOM.id)
CLIENT = a_decision("client", TOM, issue=HERE, reason="Nordlicht")
TECHNICAL = a_decision("approve", VIC, issue=HERE, reason="technical", subject=TEXT)
GOVERNANCE = a_decision("approve", GINA, issue=HERE, reason="governance", subject=TEXT)
APPROVED = (LED, CLIENT, TECHNICAL, GOVERNANCE)
RISK = a_decision("accept-risk", GINA, reason="2026-12-24", subject=risk_subject(ACTION))
SMALL = "(policy 3f2a91c · `/status` for details · for learning; not for performance evaluation or discipline)"

MIX = (
    "*Remediation actions*: no action would notice it next time. "
    "Add one of kind monitoring, such as an alert that would have gone off on the first day.\n"
)


def tree(*decisions, incident=None, tickets=None, now=NOW, mode=Mode.ENFORCE, policy=None, stamp=STAMP, **remembered):
    case = a_case(incident, *((a_ticket(),) if tickets is None else tickets))
    memory = remembered.pop("memory", None) or a_memory(*decisions, **({"actions": (an_action(),)} | remembered))
    assessment = judge(case, facts(), memory, policy or a_policy(), now, mode=mode)
    return status_tree(assessment, case, policy or a_policy(), stamp)


def seen(*decisions, unfolded=False, **changes):
    return plain(tree(*decisions, **changes), unfolded=unfolded)


def test_responding_it_asks_for_what_helps_now_and_fits_on_a_screen():
    text = seen(incident=an_incident(body=""), tickets=(), actions=())
    assert text == (
        "*SEV1 · responding* · full post-mortem due 2026-11-25 14:10 UTC\n"
        "Three things help now; everything else can wait until it is over.\n"
        "1. Who leads the post-mortem? Someone who was not involved, where possible. `/lead @name`\n"
        "2. Which client? `/client <name>`\n"
        "3. When did it begin, if you know? `/note 09:00 <what happened first>`\n"
        "When it is over: `/resolved`. Then I will help with the rest.\n"
        "> What will be asked later\n"
        f"{SMALL}"
    )
    assert len(text.splitlines()) <= 10


def test_responding_without_a_severity_asks_for_one_first_and_still_fits():
    text = seen(incident=an_incident("", body=""), tickets=(), severity="", actions=())
    assert text.splitlines()[:3] == [
        "*Unclassified · responding* · full post-mortem due 2026-11-30 14:10 UTC",
        "Four things help now; everything else can wait until it is over.",
        "1. Add a label (`sev1`, `sev2`, `sev3`, `sev4`), or write `/severity sev2 <why>`. Until then the SEV2 clock runs.",
    ]
    assert len(text.splitlines()) <= 10


def test_responding_with_everything_known_asks_nothing_and_shows_what_was_noted():
    note = a_decision("note", TOM, issue=HERE, reason="09:00 release 41", subject="2026-11-23T09:00:00+00:00")
    known = {"incident": an_incident(body=""), "tickets": (), "actions": ()}
    assert seen(LED, CLIENT, note, **known).splitlines()[1:-1] == [
        "Nothing more is needed from you until it is over. Then: `/resolved`, and I will help with the rest.",
        "> What will be asked later",
        "> Timeline (1 entry)",
    ]
    assert "\n| 2026-11-23 09:00 UTC | release 41 | began |\n" in seen(LED, CLIENT, note, unfolded=True, **known)


@pytest.mark.parametrize(
    ("decisions", "number"), [((LED,), "Two things help"), ((LED, CLIENT), "One thing helps")], ids=["two", "one"]
)
def test_responding_it_counts_in_words(decisions, number):
    text = seen(*decisions, incident=an_incident(body=""), tickets=(), actions=())
    assert text.splitlines()[1] == f"{number} now; everything else can wait until it is over."


def test_responding_beyond_the_deadline_says_so_and_asks_nothing_more():
    text = seen(incident=an_incident(body=""), tickets=(), actions=(), now=NOW + timedelta(days=3))
    assert text.startswith("*SEV1 · responding* · full post-mortem was due 2026-11-25 14:10 UTC\nThree things")


def test_writing_it_says_the_next_steps_and_folds_the_rest():
    body = a_body(a_line(due=""), lessons="TBD", where_else="")
    assert seen(LED, CLIENT, incident=an_incident(body=body), tickets=(), actions=()) == (
        "*SEV1 · full post-mortem* · due 2026-11-25 14:00 UTC · 13 of 17 parts complete · closing is on hold\n"
        "Next (the first 3 of 6):\n"
        "1. *Where else?*: no such heading yet. Which other live systems, clients or consumers share this component, data source or "
        "pattern? For each: affected, not affected (how checked), or not yet checked (owner, date).\n"
        "2. *Lessons learned*: “TBD” stands here so far. Write what others can learn from this, beyond this incident. One line is a "
        "good start.\n"
        "3. *Action A1*: it has no date. Add a date, as YYYY-MM-DD.\n"
        "> All 72 checks\n"
        "> Timeline (4 entries)\n"
        "> Actions (1)\n"
        f"{SMALL}"
    )


def test_more_than_three_steps_are_counted():
    many = an_incident(body=a_body(lessons="", summary="", impact="", where_else=""))
    assert "\nNext (the first 3 of 9):\n1. " in seen(LED, CLIENT, incident=many)
    assert "\nNext:\n1. " in seen(LED, CLIENT, TECHNICAL)


def test_writing_late_says_so_kindly():
    text = seen(LED, CLIENT, incident=an_incident(body=a_body(lessons="")), now=NOW + timedelta(days=5))
    assert text.startswith("*SEV1 · full post-mortem* · was due 2026-11-25 14:00 UTC · ")
    late = seen(LED, CLIENT, incident=an_incident(body=a_body(lessons="")), now=NOW + timedelta(days=5), unfolded=True)
    assert (
        "| Deadline | please look | It has passed. | Finish the post-mortem; it is late, and welcome all the same. |"
        in late
    )


def test_in_review_only_the_reviews_and_the_proof_are_left():
    assert seen(LED, CLIENT, TECHNICAL).splitlines()[:3] == [
        "*SEV1 · full post-mortem* · 16 of 17 parts complete · closing is on hold",
        "Next:",
        "1. *Governance review*: not approved yet. `/approve governance` by an administrator who does not lead the post-mortem, "
        "please by 2026-11-26 15:02 UTC.",
    ]


HOW = (
    "`/evidence tested <link>` (a test that shows that the failure can no longer happen) by anyone who takes part, then "
    "`/verify <what you looked at>` by somebody with write rights who did not work on it."
)


def test_remediating_each_open_action_is_a_step_and_the_table_shows_them_all():
    assert seen(*APPROVED, unfolded=True) == (
        "*SEV1 · full post-mortem* · 17 of 17 parts complete · closing is on hold\n"
        "Next:\n"
        f"1. *Action A1*: nothing shows yet that it works. {HOW}\n"
        f"2. {MIX.replace('*:', '* (advice):')}"
        "> All 73 checks\n"
        "| Part | State | What I see | What to do |\n"
        "| Severity | ✔ | SEV1, as stated. |  |\n"
        "| Lead | ✔ | Led by Tom Tarn. |  |\n"
        "| Client | ✔ | It is Nordlicht. |  |\n"
        "| Beginning | ✔ | It is in the timeline. |  |\n"
        "| Review meeting | ✔ | Found under “Review meeting”; day: 2026-11-25; attendees: engineer on call, product owner, head o… |  |\n"
        "| Summary | ✔ | Found under “Summary”. |  |\n"
        "| Timeline | ✔ | Found under “Timeline”; it began at 2026-11-18 09:00 UTC; it was detected at 2026-11-23 14:00 UTC; "
        "it was resolved at 2026-11-23 18:20 UTC; 1 entry tells what was done. |  |\n"
        "| Impact | ✔ | Found under “Impact”; users or transactions affected: 31; money lost, the client's and our own: none; "
        "data exposed, corrupted or lost: none; downstream effects: none; reputation: none; regulatory implications: none. |  |\n"
        "| Where else? | ✔ | Found under “Where else?”; Hansen assistant: not affected, checked. |  |\n"
        "| Root causes | ✔ | Found under “Root causes”; why did it happen: answered; why was it not caught: answered; why was it let "
        "through: answered. |  |\n"
        "| Contributing factors | ✔ | Found under “Contributing factors”; monitoring: no alert on recalled products; "
        "communication: none; documentation: none; tooling: none; governance: none; leadership or resourcing: none; monitoring: A1 answers it. |  |\n"
        "| Remediation actions | ✔ | Found under “Remediation actions”; not all of them ask people to be more careful. |  |\n"
        "| Lessons learned | ✔ | Found under “Lessons learned”. |  |\n"
        "| Governance recommendations | ✔ | Found under “Governance recommendations”. |  |\n"
        "| Model behaviour | ✔ | Found under “Model behaviour”; comparison with the baseline: the index before release 41 offered non…; "
        "segments: heaters and toys; confidence: as high as for products on sale; operating envelope: inside, it answers questions "
        "about prod… |  |\n"
        "| Data investigation | ✔ | Found under “Data investigation”; profile: 1,204 of 88,000 rows are recalled produ…; comparison with "
        "the training baseline: the same rows were left out there; quality checks: none looked at the status; lineage: the catalogue, its "
        "nightly export, the … |  |\n"
        "| Monitoring gap | ✔ | Found under “Monitoring gap”; what existed: a monitor of relevance; why it missed: it does not know "
        "product status; what would catch it: a daily replay with recalled products; cost against benefit: an hour of "
        "computing a day. |  |\n"
        "| Root cause 1 | ✔ | Its category is data, rows that should be excluded; it arose in deployment; 5 steps lie behind it; "
        "3 of them say why it happened; it says how that is known; it is about release 41; it ends at something that can be "
        "changed; it goes further than what was seen; A1 answers it. |  |\n"
        "| Remediation actions | please look | No action would notice it next time. | Add one of kind monitoring, such as an alert "
        "that would have gone off on the first day. |\n"
        "| Technical review | ✔ | Approved by vic. |  |\n"
        "| Governance review | ✔ | Approved by gina. |  |\n"
        "| Action A1 | ✔ | It says what will be done; dana sees it through; due 2026-11-30; it says its horizon; its kind is "
        "technical; it says when it works; it names its cause; its priority is high. |  |\n"
        "> Timeline (4 entries)\n"
        "Detected after 5 d 5 h, resolved 4 h 20 min after detection, people were exposed for 5 d 9 h.\n"
        "[2026-11-18: 09:00 Began: release 41 went out]\n"
        "[2026-11-23: 14:00 Detected: a customer asked, 14:20 Switched to the old index, 18:20 Resolved: recalled products are filtered]\n"
        "| When | What | Moment |\n"
        "| 2026-11-18 09:00 UTC | Began: release 41 went out | began |\n"
        "| 2026-11-23 14:00 UTC | Detected: a customer asked | detected |\n"
        "| 2026-11-23 14:20 UTC | Switched to the old index |  |\n"
        "| 2026-11-23 18:20 UTC | Resolved: recalled products are filtered | resolved |\n"
        "> Actions (1)\n"
        "| Action | What | Ticket | Owner | Due | State |\n"
        "| A1 | Filter recalled products at query time | #13 | @dana | 2026-11-30 | evidence wanted |\n"
        f"{SMALL}"
    )


def test_complete_names_who_approved_and_tells_verified_from_accepted():
    assert seen(*APPROVED, RISK) == (
        "*SEV1 · full post-mortem* · complete, may be closed\n"
        "Complete; post-mortem approved by vic (technical) and gina (governance). 0 of 1 action verified, the risk of 1 accepted. "
        "Detected after 5 d 5 h, resolved 4 h 20 min later. "
        "Thank you for writing it down for those who come after.\n"
        f"Worth adding:\n1. {MIX}"
        "> All 73 checks\n"
        "> Timeline (4 entries)\n"
        "> Actions (1)\n"
        f"{SMALL}"
    )


def test_complete_and_closed_no_longer_says_that_it_may_be_closed():
    shut = an_incident(body=a_body(), closed=True)
    assert seen(*APPROVED, RISK, incident=shut).startswith("*SEV1 · full post-mortem* · complete\n")


def test_complete_with_advice_left_says_what_is_worth_adding():
    text = seen(*(d for d in APPROVED if d is not CLIENT), RISK)
    assert "\nWorth adding:\n1. *Client*: not known yet. Which client? `/client <name>`\n" in text
    assert f"\n2. {MIX}" in text


def test_thanks_and_small_print_are_as_the_mapping_says():
    wording = "wording: {thanks: false, show_policy: false, not_for_evaluation: false}"
    text = seen(*APPROVED, RISK, policy=a_policy(service=wording))
    assert text.endswith(
        f"0 of 1 action verified, the risk of 1 accepted. Detected after 5 d 5 h, resolved 4 h 20 min later.\nWorth adding:\n1. {MIX}"
        "> All 73 checks\n> Timeline (4 entries)\n> Actions (1)\n(`/status` for details)"
    )


def test_a_policy_without_a_version_is_not_named():
    assert "policy" not in seen(*APPROVED, RISK, stamp="").splitlines()[-1]


NONE_APPLY = a_decision("criteria", TOM, issue=HERE, reason="none")
THANKS = "Thank you for writing down a near-miss: what is learned from it spares somebody the real thing."
SUMMARY = (
    "1. *Summary*: no such heading yet. Write one paragraph: what happened, to whom, for how long, and how it ended."
)


def near_miss(*decisions, body="", **changes):
    return seen(
        *decisions, incident=an_incident("SEV4", body=body), tickets=(), severity="SEV4", actions=(), **changes
    ).splitlines()


def test_a_near_miss_is_thanked_for_and_asked_one_thing_before_it_closes():
    lines = near_miss()
    assert lines[:6] == [
        "*SEV4 · near-miss review* · closing is on hold",
        THANKS,
        "Before it closes:",
        "1. *SEV1 and SEV2 criteria*: not answered yet. If none applies, `/criteria none`; if one does, its own line (see "
        "“What counts as SEV1 or SEV2”).",
        "A short review is recommended (the first of 5):",
        SUMMARY,
    ]
    assert len([line for line in lines if line]) <= 10


def test_a_near_miss_whose_criteria_were_answered_is_free_to_close_and_a_review_is_only_recommended():
    lines = near_miss(NONE_APPLY)
    assert lines[:5] == [
        "*SEV4 · near-miss review* · may be closed",
        THANKS,
        "Nothing holds up its closing.",
        "A short review is recommended (the first 2 of 5):",
        SUMMARY,
    ]


def test_a_near_miss_with_everything_written_is_complete_and_thanked_once():
    lines = near_miss(NONE_APPLY, body=a_body(remediation="None, because nothing broke."))
    assert lines[1:3] == [THANKS, "Complete."]
    silent = a_policy(service="wording: {thanks: false}")
    assert (
        near_miss(NONE_APPLY, body=a_body(remediation="None, because nothing broke."), policy=silent)[1] == "Complete."
    )


def test_an_outsiders_report_is_thanked_for_and_waits():
    assert seen(incident=an_incident(author=STRAY), tickets=(), memory=nothing_remembered()) == (
        "*Waiting to be taken on*\n"
        "Thank you for the report. It waits for somebody of the team, because it was reported by somebody without triage rights "
        "here: with the label `followthrough-adopt` it is taken on. Until then I create nothing."
    )


def test_resting_it_says_who_asked_for_it_and_what_ends_it():
    paused = a_decision("pause", replace(GINA, name="Gina Gold"), issue=HERE)
    assert seen(paused) == (
        "*SEV1 · paused*\n"
        "Gina Gold asked me to rest here. I read along, open nothing again and write nothing more until `/resume`."
    )


def test_advising_it_says_that_it_opens_nothing_and_holds_nothing():
    text = seen(LED, mode=Mode.ADVISE)
    assert "closing is on hold" not in text
    assert text.splitlines()[-2] == "(I advise here and open nothing again.)"


def test_nothing_left_but_closing_elsewhere_is_said_so():
    """Writing goes on where the severity alone is disputed; without any step the comment says that nothing is asked."""
    assessment = judge(a_case(), facts(), a_memory(), a_policy(), NOW)
    silent = replace(assessment, findings=(), actions=(), gates=())
    assert "Nothing is asked of you now." in plain(status_tree(silent, a_case(), a_policy(), STAMP))
    assert "· writing\n" in plain(status_tree(silent, a_case(), a_policy(), STAMP))


# Details.


def rows(text, part):
    return [line for line in text.splitlines() if line.startswith(f"| {part} |")]


def test_a_waived_check_names_who_set_it_aside_and_asks_nothing():
    waived = a_decision("waive", GINA, issue=HERE, reason="section.lessons")
    text = seen(LED, CLIENT, waived, incident=an_incident(body=a_body(lessons="")), unfolded=True)
    assert rows(text, "Lessons learned") == ["| Lessons learned | set aside by gina | No such heading yet. |  |"]


def test_while_responding_the_rest_is_for_later():
    text = seen(incident=an_incident(body=""), tickets=(), actions=(), unfolded=True)
    assert rows(text, "Summary")[0].startswith(
        "| Summary | later, due 2026-11-25 | No such heading yet. | Write one paragraph"
    )


def test_levels_are_told_apart_in_words():
    body = a_body(a_line(cause="", criteria=""))
    text = seen(LED, incident=an_incident("SEV3", body=body), severity="SEV3", tickets=(), actions=(), unfolded=True)
    states = {
        row.split(" | ")[2]: row.split(" | ")[1] for row in rows(text, "Action A1") + rows(text, "Technical review")
    }
    assert states["It does not say its criteria."] == "please look"
    assert states["It does not say its cause."] == "advice"
    assert states["Not approved yet."] == "missing"


def test_what_passed_of_one_thing_shares_a_row_until_the_row_is_full():
    parts = ["Users affected", "Money", "Data", "Downstream effects", "Reputation", "Regulatory"]
    impact = "\n".join(f"- {part}: none, and that was looked into with care" for part in parts)
    (row,) = rows(seen(LED, incident=an_incident(body=a_body(impact=impact)), unfolded=True), "Impact")
    assert len(row) < 400


def test_a_check_that_is_off_is_not_shown():
    policy = a_policy(checks="checks: {client_known: {levels: {SEV1: 'off', SEV2: 'off', SEV3: 'off', SEV4: 'off'}}}")
    assert rows(seen(LED, policy=policy, unfolded=True), "Client") == []


def test_where_nothing_is_checked_there_is_no_fold():
    assessment = judge(a_case(), facts(), a_memory(), a_policy(), NOW)
    bare = replace(assessment, findings=(), actions=(), timeline=Timeline())
    assert "\n>" not in plain(status_tree(bare, a_case(), a_policy(), STAMP))


@pytest.mark.parametrize(
    ("decisions", "state"),
    [
        ((), "evidence wanted"),
        ((a_decision("evidence", OMAR, reason="tested", subject="e"),), "waiting for verification (on omar's word)"),
        ((a_decision("reject", VIC, reason="rejected", args="no"),), "evidence rejected"),
        ((RISK,), "risk accepted until 2026-12-24"),
        ((replace(RISK, reason="2026-11-23"),), "accepted risk expired on 2026-11-23"),
    ],
)
def test_the_table_of_actions_shows_how_far_each_is(decisions, state):
    assert rows(seen(*decisions, unfolded=True), "A1") == [f"| A1 | {ACTION} | #13 | @dana | 2026-11-30 | {state} |"]


def test_an_action_without_a_ticket_says_what_keeps_it_from_one():
    body = a_body(a_line(owner="@nobody", action="Alert " + "and alert " * 20))
    (row,) = rows(seen(LED, incident=an_incident(body=body), tickets=(), actions=(), unfolded=True), "A1")
    assert row.endswith(" | – | – | 2026-11-30 | no ticket yet: the tracker knows no active account “@nobody” |")
    assert "…" in row
    (row,) = rows(seen(LED, tickets=(), actions=(), unfolded=True), "A1")
    assert row.endswith(f"| – | @dana | {DUE} | no ticket yet |")


def test_where_tickets_hang_loose_the_table_is_the_link():
    note = "(This server has no sub-issues; the tickets are linked from this table.)"
    assert note in seen(tickets=(a_ticket(linked=False),), unfolded=True)
    assert note not in seen(unfolded=True)


@pytest.mark.parametrize("fold", ["> Actions", "> Timeline"])
def test_in_public_no_table_of_actions_and_no_timeline_is_shown(fold):
    assert fold not in seen(incident=an_incident(body=a_body(), public=True))
    everything = a_policy(service="public_issues: everything")
    assert fold in seen(incident=an_incident(body=a_body(), public=True), policy=everything)


def test_while_it_lasts_the_timeline_waits():
    lasting = an_incident(body="### Timeline\n\n- 2026-11-23 13:00 UTC Detected: a customer asked\n")
    text = seen(incident=lasting, tickets=(), actions=())
    assert "· responding*" in text
    assert "> Timeline" not in text


# What is new.


def test_another_policy_version_alone_says_nothing_new():
    assert tree(LED).digest == tree(LED, stamp="another").digest


def test_the_hour_alone_says_nothing_new():
    since = {"in_review_since": NOW}
    assert tree(LED, **since).digest == tree(LED, now=NOW + timedelta(hours=20), **since).digest


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"incident": an_incident(body=a_body(lessons=""))}, id="a section was emptied"),
        pytest.param({"incident": an_incident("SEV2", body=a_body()), "severity": "SEV2"}, id="another severity"),
        pytest.param({"tickets": (a_ticket(assignees=(OMAR,)),)}, id="another owner"),
        pytest.param({"mode": Mode.ADVISE}, id="another mode"),
        pytest.param({"incident": an_incident(body=a_body(lessons="")), "now": NOW + timedelta(days=9)}, id="the deadline passed"),
    ],
)  # fmt: skip
def test_what_a_reader_would_want_to_know_is_new(changes):
    assert tree(LED, **changes).digest != tree(LED).digest


def test_a_ticket_that_people_comment_on_says_nothing_new():
    busy = a_ticket(updated_at=NOW, comments=())
    assert tree(LED, tickets=(busy,)).digest == tree(LED).digest


def test_a_ticket_that_people_renamed_is_shown_with_its_own_title():
    renamed = a_ticket(title="A1: Filter in the retriever")
    assert "(its ticket says: A1: Filter in the retriever)" in seen(LED, tickets=(renamed,), unfolded=True)


def test_a_name_is_shown_and_a_handle_only_where_there_is_none():
    named = a_person("tom", 1005, name="Tom Tarn")
    approved = replace(TECHNICAL, actor=named)
    assert "approved by Tom Tarn (technical)" in seen(LED, CLIENT, approved, GOVERNANCE, RISK)


@pytest.mark.parametrize(
    ("ticket", "incident", "told"),
    [
        (a_ref(13, "jira"), {}, "evidence wanted; “In Review” there"),
        (a_ref(13, "jira"), {"public": True}, "evidence wanted"),
        (a_ref(13), {}, "evidence wanted"),
    ],
    ids=["on the other tracker", "where everybody reads it", "beside its incident"],
)
def test_the_status_of_a_ticket_is_named_where_the_readers_of_the_incident_do_not_see_it(ticket, incident, told):
    known = an_action(ticket=ticket)
    case = a_case(an_incident(body=a_body(), **incident), a_ticket(ref=ticket, under_way="In Review"))
    policy = a_policy()
    assessment = judge(case, facts(), a_memory(actions=(known,), severity="SEV1"), policy, NOW)
    grid = actions_grid(assessment, case.incident)
    assert [plain(Tree((Paragraph(row[-1]),))) for row in grid.rows] == [told]
