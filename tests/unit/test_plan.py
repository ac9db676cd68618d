"""What is to be brought about, and in which order: gates, labels, tickets, answers, and the status comment last."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integration.postmortem.commands import (
    Creation,
    EnsureActionTicket,
    EnsureAgreed,
    EnsureLabels,
    EnsureLinked,
    EnsureOpen,
    EnsureReply,
    EnsureSeverityShown,
    EnsureStatusComment,
    Share,
    name_of,
)
from integration.postmortem.decisions import Refusal
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.judgement import judge
from integration.postmortem.plan import plan
from integration.postmortem.planning.gates import reopening
from integration.postmortem.rules.evidence import risk_subject
from mappings.models import Mode
from tests.builders import (
    ACTION,
    CLOSED,
    DANA,
    DUE,
    GINA,
    NOW,
    OMAR,
    RITA,
    ROBOT,
    STAMP,
    STRAY,
    TOM,
    VIC,
    a_body,
    a_case,
    a_comment,
    a_decision,
    a_line,
    a_memory,
    a_policy,
    a_ref,
    a_ticket,
    an_action,
    an_incident,
    facts,
    nothing_remembered,
)

HERE, THERE = a_ref(12), a_ref(13)
TESTED = a_decision("evidence", OMAR, reason="tested", subject="e1")
RISK = a_decision("accept-risk", GINA, reason="2026-12-24", subject=risk_subject(ACTION))


def planned(incident=None, *tickets, memory=None, mode=Mode.ENFORCE, policy=None, given=None, kinds=None, **case):
    """Return what is wanted for this case, or only the commands of some kinds."""
    case = a_case(incident or an_incident(body=a_body()), *tickets, **case)
    memory, policy = memory or a_memory(actions=(an_action(),)), policy or a_policy()
    assessment = judge(case, given or facts(), memory, policy, NOW, mode=mode, stamp=STAMP)
    # What was decided in this look is remembered before it is acted on.
    memory = replace(memory, decisions=(*memory.decisions, *assessment.decisions))
    assessment = judge(case, given or facts(), memory, policy, NOW, mode=mode, stamp=STAMP)
    commands = plan(assessment, case, memory, policy, STAMP)
    return commands if kinds is None else tuple(command for command in commands if isinstance(command, kinds))


def words(tree):
    return " ".join(repr(tree).split())


# Whether anything is written.


@pytest.mark.parametrize(
    ("circumstances", "written"),
    [
        pytest.param({"incident": an_incident("", labels=set()), "memory": nothing_remembered()}, [], id="no incident"),
        pytest.param(
            {"memory": nothing_remembered(), "policy": a_policy(service="governed_since: 2027-01-01")},
            [],
            id="an old one",
        ),
        pytest.param({"mode": Mode.OBSERVE}, [], id="observing"),
        pytest.param(
            {"incident": an_incident(author=STRAY), "memory": nothing_remembered()},
            [EnsureStatusComment],
            id="an outsider's report",
        ),
        pytest.param(
            {"memory": nothing_remembered()}, [EnsureActionTicket], id="a new incident gets its tickets first"
        ),
        pytest.param(
            {"incident": an_incident(""), "memory": nothing_remembered()},
            [EnsureStatusComment],
            id="an unclassified one",
        ),
    ],
)
def test_something_is_written_only_where_it_is_ours_to_write(circumstances, written):
    assert [type(command) for command in planned(**circumstances)] == written


def test_a_case_that_somebody_asked_us_to_rest_on_gets_its_status_and_nothing_else():
    paused = a_decision("pause", GINA, issue=HERE.key)
    closed = an_incident(body=a_body(), closed=True)
    assert [type(c) for c in planned(closed, memory=a_memory(paused))] == [EnsureStatusComment]
    resumed = a_memory(paused, a_decision("resume", GINA, issue=HERE.key))
    assert [type(c) for c in planned(closed, memory=resumed)] == [EnsureReply, EnsureOpen]


# Tickets.


def test_a_complete_row_becomes_a_ticket_and_the_status_comment_waits_for_it():
    (ticket,) = planned(memory=a_memory())
    assert ticket == EnsureActionTicket(
        case=HERE,
        action_id="A1",
        text="filter recalled products at query time",
        description=ACTION,
        project="acme/shop",
        title=f"A1: {ACTION}",
        tree=ticket.tree,
        owner=DANA,
        due=DUE,
        labels=frozenset({"followthrough-action"}),
        site="github",
    )
    assert (ticket.purpose, ticket.share, name_of(ticket)) == (
        "ticket:A1",
        Share.TICKET,
        "EnsureActionTicket:ticket:A1",
    )
    assert isinstance(ticket, Creation)


def test_the_title_is_as_the_mapping_says():
    policy = a_policy(remediation='ticket: {title: "[{severity}] {action} ({incident})"}')
    (ticket,) = planned(memory=a_memory(), policy=policy)
    assert ticket.title == f"[SEV1] {ACTION} (Assistant recommends recalled products)"


def test_a_refused_ticket_holds_the_status_comment_up_no_longer():
    refused = Refusal("EnsureActionTicket:ticket:A1", "Validation Failed", NOW + timedelta(days=1))
    assert [type(c) for c in planned(memory=a_memory(refusals=(refused,)))] == [EnsureActionTicket, EnsureStatusComment]


def test_a_ticket_follows_its_row_in_one_command_and_only_where_it_differs():
    row = a_body(a_line(owner="@omar"))
    (agreed,) = planned(an_incident(body=row), a_ticket(), kinds=EnsureAgreed)
    assert agreed == EnsureAgreed(THERE, owner=OMAR)
    row = a_body(a_line(owner="@omar", due="2026-11-28"))
    (agreed,) = planned(an_incident(body=row), a_ticket(), kinds=EnsureAgreed)
    assert (agreed.owner, str(agreed.due)) == (OMAR, "2026-11-28")
    assert planned(None, a_ticket(), kinds=EnsureAgreed) == ()


def test_a_ticket_that_hangs_loose_is_linked():
    assert planned(None, a_ticket(linked=False), kinds=EnsureLinked) == (EnsureLinked(HERE, THERE),)
    assert planned(None, kinds=EnsureLinked) == ()


def test_on_a_server_that_cannot_link_nothing_is_wanted_of_it():
    assert planned(None, a_ticket(linked=False), kinds=EnsureLinked, can_link=False) == ()


# Labels and the severity field.


def test_the_label_is_normalised_once_and_left_alone_when_closed():
    odd = an_incident("", labels={"incident", "severity: high"})
    assert planned(odd, kinds=EnsureLabels, memory=nothing_remembered()) == (
        EnsureLabels(HERE, frozenset({"sev2"}), frozenset({"severity: high"})),
    )
    assert planned(replace(odd, closed=True), kinds=EnsureLabels, memory=nothing_remembered()) == ()
    assert planned(kinds=EnsureLabels) == ()


JIRA = IssueRef(IssueKey("jira", "512"), "SHOP-12")


@pytest.mark.parametrize(
    ("shown", "severity", "policy", "value"),
    [
        ("Medium", "SEV1", {}, "Highest"),
        ("Highest", "SEV1", {}, None),
        ("Medium", "", {}, "Medium"),
        ("Medium", "SEV1", {"severity": "jira: {field: null}"}, None),
    ],
)
def test_on_jira_the_severity_is_shown_in_the_mapped_field(shown, severity, policy, value):
    incident = an_incident(severity, ref=JIRA, severity_shown=shown)
    memory, given = a_memory(severity=severity), facts({DANA: ""}, project="SHOP")
    (*found,) = planned(incident, memory=memory, policy=a_policy(**policy), given=given, kinds=EnsureSeverityShown)
    expected = [] if value in (None, shown) else [EnsureSeverityShown(JIRA, "SEV1", value=value)]
    assert found == expected


KEPT = a_memory(said=frozenset({"kept:512:SEV1"}))


@pytest.mark.parametrize("lowered", [an_incident("", ref=JIRA, severity_shown="Low"), an_incident("sev3")])
def test_a_severity_that_somebody_lowered_is_put_back_once_with_the_reason_and_then_not_fought_over(lowered):
    kinds = (EnsureSeverityShown, EnsureLabels, EnsureReply)
    first = planned(lowered, kinds=kinds)
    assert [command.purpose for command in first if isinstance(command, EnsureReply)] == ["kept:512:SEV1"]
    assert len(first) == (3 if lowered.ref == JIRA else 2)
    assert planned(lowered, memory=KEPT, kinds=kinds) == ()


def test_an_unclassified_or_closed_incident_shows_no_severity():
    bare = an_incident("", ref=JIRA)
    assert planned(bare, memory=a_memory(severity=""), kinds=EnsureSeverityShown) == ()
    assert planned(an_incident(ref=JIRA, closed=True, severity_shown="Low"), kinds=EnsureSeverityShown) == ()


def test_a_severity_that_the_mapping_gives_no_value_is_not_shown():
    shipped = a_policy()
    severities = tuple(entry.model_copy(update={"jira_value": None}) for entry in shipped.severity.severities)
    policy = shipped.model_copy(update={"severity": shipped.severity.model_copy(update={"severities": severities})})
    assert planned(an_incident(ref=JIRA, severity_shown="Low"), policy=policy, kinds=EnsureSeverityShown) == ()


# Gates.

SHUT = a_ticket(closed=True)
PURPOSE = f"reopen:513:{int(CLOSED.timestamp())}"


def test_a_ticket_closed_too_early_is_told_why_and_then_opened_again():
    # The status comment follows in the next round, when the ticket is open again, so that it is written once.
    reply, opened = planned(None, SHUT)
    assert (reply.issue, reply.purpose, reply.share) == (THERE, PURPOSE, Share.GATE)
    assert "nothing shows yet that it works" in words(reply.tree)
    assert opened == EnsureOpen(THERE, "open")


def test_an_incident_closed_too_early_is_opened_again_the_way_its_workflow_offers():
    shut = an_incident(body=a_body(), closed=True, reopen_with="31")
    assert planned(shut, a_ticket(), kinds=EnsureOpen) == (EnsureOpen(HERE, "31"),)


def test_what_was_said_of_a_closing_is_not_said_again_when_a_worker_died_before_opening():
    memory = a_memory(actions=(an_action(),), said=frozenset({PURPOSE}))
    assert [type(c) for c in planned(None, SHUT, memory=memory, kinds=(EnsureReply, EnsureOpen))] == [EnsureOpen]


def test_a_closing_without_a_time_is_told_apart_by_the_last_change():
    assert reopening(replace(SHUT, closed_at=None)) == f"reopen:513:{int(SHUT.updated_at.timestamp())}"


@pytest.mark.parametrize(
    "circumstances",
    [
        pytest.param({"ticket": a_ticket()}, id="it is open"),
        pytest.param({"decisions": (RISK,)}, id="its gate is satisfied"),
        pytest.param({"mode": Mode.ADVISE}, id="advising"),
        pytest.param({"satisfied": frozenset({THERE.key})}, id="closing stays closed once it was satisfied"),
        pytest.param({"ticket": a_ticket(closed=True, reopen_with=None)}, id="no way back"),
    ],
)
def test_nothing_is_opened_again_when(circumstances):
    ticket = circumstances.pop("ticket", SHUT)
    memory = a_memory(
        *circumstances.pop("decisions", ()),
        actions=(an_action(),),
        satisfied=circumstances.pop("satisfied", frozenset()),
    )
    assert planned(None, ticket, memory=memory, kinds=(EnsureReply, EnsureOpen), **circumstances) == ()


def test_a_locked_ticket_is_opened_again_like_any_other():
    assert planned(None, replace(SHUT, locked=True), kinds=EnsureOpen) == (EnsureOpen(THERE, "open"),)


def test_closing_stays_closed_unless_the_evidence_is_rejected_afterwards():
    rejected = a_decision("reject", VIC, reason="rejected", args="it shows nothing")
    memory = a_memory(TESTED, rejected, actions=(an_action(),), satisfied=frozenset({THERE.key}))
    assert planned(None, SHUT, memory=memory, kinds=EnsureOpen) == (EnsureOpen(THERE, "open"),)


def told(rounds, **changes):
    said = frozenset(f"reopen:513:{number}" for number in range(rounds))
    return a_memory(**({"actions": (an_action(),), "said": said} | changes))


@pytest.mark.parametrize(
    "memory",
    [told(3), told(0, reopened={THERE.key: 3}), told(3, reopened={THERE.key: 1})],
    ids=["said three times", "opened three times", "said more often than done"],
)
def test_after_three_rounds_it_is_handed_over_once_and_stays_closed(memory):
    labels, reply, status = planned(None, SHUT, memory=memory)
    assert labels == EnsureLabels(THERE, frozenset({"closed-unverified"}), share=Share.GATE)
    assert (reply.issue, reply.purpose, reply.share) == (THERE, "handover:513", Share.GATE)
    assert "It counts as open everywhere until it is shown to work" in words(reply.tree)
    assert isinstance(status, EnsureStatusComment)
    marked = a_ticket(closed=True, labels=frozenset({"Closed-Unverified"}))
    memory = replace(memory, said=memory.said | {"handover:513"})
    assert planned(None, marked, memory=memory, kinds=(EnsureReply, EnsureOpen, EnsureLabels)) == ()


def test_two_rounds_are_not_three_and_the_present_closing_is_not_yet_a_round():
    memory = told(2, said=told(2).said | {PURPOSE})
    assert planned(None, SHUT, memory=memory, kinds=EnsureOpen) == (EnsureOpen(THERE, "open"),)


def test_the_rounds_of_one_issue_are_not_those_of_another():
    memory = a_memory(
        actions=(an_action(),), said=frozenset(f"reopen:51:{n}" for n in range(9)), reopened={HERE.key: 9}
    )
    assert planned(None, SHUT, memory=memory, kinds=EnsureOpen) == (EnsureOpen(THERE, "open"),)


def test_the_label_of_unverified_closing_goes_when_the_proof_is_there():
    marked = a_ticket(closed=True, labels=frozenset({"closed-unverified", "followthrough-action"}))
    memory = told(3, decisions=(RISK,))
    assert planned(None, marked, memory=memory, kinds=EnsureLabels) == (
        EnsureLabels(THERE, remove=frozenset({"closed-unverified"}), share=Share.GATE),
    )


# Answers.


def answers(*comments, memory=None, issue="incident", **changes):
    incident = an_incident(body=a_body(), comments=comments if issue == "incident" else (), **changes)
    tickets = (a_ticket(comments=comments if issue == "ticket" else ()),)
    return planned(incident, *tickets, memory=memory or a_memory(actions=(an_action(),)), kinds=EnsureReply)


def test_a_refused_command_is_answered_with_what_would_satisfy_it():
    (reply,) = answers(comment := a_comment("/verify it", TOM), issue="ticket")
    assert (reply.issue, reply.purpose) == (THERE, f"answer:513:{TOM.id}:2026-11-24:{comment.id}")
    assert "there is no evidence yet to verify" in words(reply.tree)


def test_a_status_that_is_asked_for_is_told_and_an_accepted_command_needs_no_answer():
    (reply,) = answers(a_comment("/status", VIC))
    assert "Everything that I look at, as it stands:" in words(reply.tree)
    assert answers(a_comment("/resolved", TOM)) == ()


def test_a_near_miss_is_asked_about():
    (reply,) = answers(a_comment("/resolvd", TOM))
    assert "Did you mean" in words(reply.tree)


@pytest.mark.parametrize(
    ("by", "public"), [(STRAY, False), (STRAY, True), (RITA, True), (ROBOT, False), (replace(VIC, active=False), False)]
)
def test_strangers_are_not_answered_whatever_they_write(by, public):
    comments = [a_comment(text, by) for text in ("/severity sev4 no", "/severity", "/verfy", "/waive x", "/status")]
    gone = facts(
        standings={**facts().standings, ("acme/shop", by.id): replace(facts().standing("acme/shop", by), person=by)}
    )
    incident = an_incident(body=a_body(), comments=tuple(comments), public=public)
    assert planned(incident, a_ticket(), kinds=EnsureReply, given=gone) == ()


def test_one_person_gets_one_answer_a_day_on_an_issue():
    floods = [a_comment("/severity", TOM), a_comment("/lead", TOM), a_comment("/verfy", TOM), a_comment("/status", TOM)]
    assert len(answers(*floods)) == 1
    assert len(answers(*floods, a_comment("/severity", VIC))) == 2


def test_the_mapping_says_how_many_answers_a_day():
    floods = tuple(a_comment("/severity", TOM) for _ in range(5))
    policy = a_policy(clocks="refusals_per_person_and_day: 3")
    found = planned(an_incident(body=a_body(), comments=floods), a_ticket(), policy=policy, kinds=EnsureReply)
    assert [reply.purpose[-4:] for reply in found] == [comment.id for comment in floods[:3]]


def test_an_answer_is_given_once_and_what_a_finished_look_saw_stays_unanswered():
    refused = a_decision(
        "severity", TOM, issue=HERE.key, accepted=False, reason="form: x. y", at=NOW - timedelta(hours=1)
    )
    assert len(answers(memory=a_memory(refused))) == 1
    said = f"answer:512:{TOM.id}:2026-11-24:{refused.comment_id}"
    assert answers(memory=a_memory(refused, said=frozenset({said}))) == ()
    assert answers(memory=a_memory(refused, looked_at=NOW - timedelta(minutes=5))) == ()
    assert len(answers(memory=a_memory(refused, looked_at=NOW - timedelta(minutes=61)))) == 1


def test_what_was_said_on_an_issue_that_is_gone_is_not_answered():
    refused = a_decision("verify", TOM, issue=IssueKey("github", "999"), accepted=False, reason="form: x. y")
    asked = a_decision("status", TOM, issue=IssueKey("github", "999"))
    assert answers(memory=a_memory(refused, asked)) == ()


# The status comment.


def test_the_status_comment_is_written_once_and_edited_when_it_says_something_new():
    (first,) = planned(None, a_ticket())
    assert (first.issue, first.comment_id, first.purpose) == (HERE, None, "status")
    said = a_memory(actions=(an_action(),), status_comment="9001", status_digest=first.tree.digest)
    assert planned(None, a_ticket(), memory=said) == ()
    (again,) = planned(None, a_ticket(), memory=replace(said, status_comment=None))
    assert again.comment_id is None
    (edited,) = planned(None, a_ticket(), memory=replace(said, decisions=(TESTED,)))
    assert edited.comment_id == "9001"


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (EnsureLabels(HERE), "EnsureLabels:acme/shop#12"),
        (EnsureLinked(HERE, THERE), "EnsureLinked:acme/shop#13"),
        (EnsureAgreed(THERE), "EnsureAgreed:acme/shop#13"),
        (EnsureReply(THERE, "handover:513", None), "EnsureReply:handover:513"),
    ],
)
def test_a_command_has_a_name_by_which_its_refusal_is_remembered(command, name):
    assert name_of(command) == name
