"""After acting once, judging again wants nothing more (DESIGN 1.5): for every rule, for random cases, and for random histories.

The tracker is a value: what is commanded comes true by ``after``, with the outcomes that the adapters give.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from integration.postmortem.after import after
from integration.postmortem.commands import (
    EnsureActionTicket,
    EnsureAgreed,
    EnsureLabels,
    EnsureLinked,
    EnsureLinkedIncident,
    EnsureOpen,
    EnsureReply,
    EnsureSeverityShown,
    EnsureStatusComment,
    Outcome,
    Result,
)
from integration.postmortem.decisions import Refusal
from integration.postmortem.document import Document
from integration.postmortem.incident import CommentOrigin, IssueKey, IssueRef
from integration.postmortem.people import Standing
from integration.postmortem.reading.markdown import read_markdown
from integration.postmortem.rules.evidence import risk_subject
from mappings.models import Mode, Severity
from tests.builders import (
    ACTION,
    DANA,
    DUE,
    GINA,
    NOW,
    OMAR,
    RITA,
    SERVICE,
    STRAY,
    TOM,
    VIC,
    a_body,
    a_case,
    a_comment,
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
from tests.unit.tracker_of_values import done, look, wants_nothing

HERE, THERE = a_ref(12), a_ref(13)
KNOWN = a_memory(actions=(an_action(),))
RISK = a_decision("accept-risk", GINA, reason="2026-12-24", subject=risk_subject(ACTION))
ADOPT = "followthrough-adopt"
JIRA = IssueRef(IssueKey("jira", "512"), "SHOP-12")
OUR_STATUS = a_comment("", SERVICE, origin=CommentOrigin.OURS, purpose="status", at=NOW)
PAID = "## Impact\n\n- Money: the client lost 25,000 USD\n"
INSISTED = replace(KNOWN, said=frozenset(f"reopen:{number}:{n}" for number in (512, 513) for n in range(3)))


def settled(
    incident=None, *tickets, memory=KNOWN, mode=Mode.ENFORCE, policy=None, given=None, answer=done, now=NOW, **case
):
    """Look once, and hold that nothing more is wanted: at once, and at any time before something turns by itself."""
    given, policy = given or facts(), policy or a_policy()
    looked = look(a_case(incident, *tickets, **case), given, memory, policy, now, mode, answer)
    assert wants_nothing(looked, given, policy, now, mode)
    until = looked.assessment.next_look or now + timedelta(days=400)
    assert wants_nothing(looked, given, policy, until - timedelta(microseconds=1), mode)
    again = look(looked.case, given, looked.memory, policy, now, mode, answer)
    assert again.commands == ()
    return looked


RULES = [
    pytest.param({"memory": nothing_remembered()}, {EnsureActionTicket, EnsureStatusComment}, id="a new incident"),
    pytest.param(
        {"memory": nothing_remembered(), "incident": an_incident("", body="")},
        {EnsureStatusComment},
        id="an unclassified one",
    ),
    pytest.param(
        {
            "memory": nothing_remembered(),
            "incident": an_incident("", labels={"incident", "severity: high", "sev-3"}, body=""),
        },
        {EnsureLabels, EnsureStatusComment},
        id="odd labels",
    ),
    pytest.param(
        {"memory": nothing_remembered(), "incident": an_incident("", labels={"incident", "SEV1"}, body="")},
        {EnsureStatusComment},
        id="a label in capitals",
    ),
    pytest.param(
        {"incident": an_incident("sev3")}, {EnsureLabels, EnsureReply, EnsureStatusComment}, id="a lowered label"
    ),
    pytest.param(
        {"incident": an_incident("sev3"), "memory": replace(KNOWN, said=frozenset({"kept:512:SEV1"}))},
        {EnsureStatusComment},
        id="a label lowered again",
    ),
    pytest.param(
        {
            "incident": an_incident("", body="", comments=(OUR_STATUS,)),
            "memory": a_memory(severity=""),
            "now": NOW + timedelta(days=1),
        },
        {EnsureReply, EnsureStatusComment},
        id="unclassified for a day",
    ),
    pytest.param(
        {"incident": an_incident("sev3", body=PAID), "memory": nothing_remembered()},
        {EnsureLabels, EnsureStatusComment},
        id="an amount above the label",
    ),
    pytest.param(
        {
            "incident": an_incident("sev4", body="- [x] None of the SEV1 and SEV2 criteria apply"),
            "memory": nothing_remembered(),
        },
        {EnsureStatusComment},
        id="a near-miss with its criteria answered",
    ),
    pytest.param(
        {"incident": an_incident("sev4", body="", closed=True), "memory": nothing_remembered()},
        {EnsureReply, EnsureOpen, EnsureStatusComment},
        id="a near-miss closed before its criteria were answered",
    ),
    pytest.param(
        {
            "incident": an_incident("sev3", comments=(a_comment("/criteria client-loss", TOM),)),
            "memory": a_memory(severity="SEV3"),
        },
        {EnsureLabels, EnsureStatusComment},
        id="a criterion by command",
    ),
    pytest.param(
        {"incident": an_incident("sev3", body="- [x] An individual was harmed")},
        {EnsureLabels, EnsureStatusComment},
        id="a lowered label below a ticked criterion",
    ),
    pytest.param(
        {"incident": an_incident("sev3", body="- [x] An individual was harmed"), "memory": nothing_remembered()},
        {EnsureLabels, EnsureStatusComment},
        id="a criterion above the label",
    ),
    pytest.param(
        {"incident": an_incident("sev1", comments=(a_comment("/severity sev3 nobody was harmed", OMAR),))},
        {EnsureLabels, EnsureStatusComment},
        id="a severity by command",
    ),
    pytest.param(
        {"incident": an_incident("sev3", ref=JIRA, severity_shown="Low")},
        {EnsureLabels, EnsureReply, EnsureSeverityShown, EnsureStatusComment},
        id="a lowered priority",
    ),
    pytest.param(
        {"memory": nothing_remembered(), "incident": an_incident(author=STRAY)},
        {EnsureStatusComment},
        id="an outsider's report",
    ),
    pytest.param(
        {
            "memory": nothing_remembered(),
            "incident": an_incident(author=STRAY, labels={"incident", ADOPT}, body=a_body()),
            "given": facts(labellers={ADOPT: Standing(TOM, "triage")}),
        },
        {EnsureActionTicket, EnsureStatusComment},
        id="an adopted report",
    ),
    pytest.param(
        {"memory": replace(KNOWN, adopted_digest="another")},
        {EnsureStatusComment},
        id="an adopted report that was changed",
    ),
    pytest.param({"memory": nothing_remembered(), "mode": Mode.OBSERVE}, set(), id="observing"),
    pytest.param({"memory": nothing_remembered(), "incident": an_incident("", labels=set())}, set(), id="no incident"),
    pytest.param({"memory": a_memory(a_decision("pause", GINA, issue=HERE.key))}, {EnsureStatusComment}, id="resting"),
    pytest.param(
        {"incident": an_incident(body=a_body(where_else="- Hansen mail: affected\n- Nord bot: affected"))},
        {EnsureLinkedIncident, EnsureStatusComment},
        id="two affected systems",
    ),
    pytest.param(
        {"memory": nothing_remembered(), "incident": an_incident(body=a_body(), public=True)},
        {EnsureStatusComment},
        id="in public",
    ),
    pytest.param({"tickets": (a_ticket(linked=False),)}, {EnsureLinked, EnsureStatusComment}, id="a loose ticket"),
    pytest.param(
        {"tickets": (a_ticket(),), "incident": an_incident(body=a_body(a_line(owner="@omar", due="2026-11-28")))},
        {EnsureAgreed, EnsureStatusComment},
        id="a changed row",
    ),
    pytest.param({"tickets": (a_ticket(assignees=(OMAR,), due=None),)}, {EnsureStatusComment}, id="a changed ticket"),
    pytest.param(
        {"tickets": (a_ticket(assignees=(GINA,)),), "incident": an_incident(body=a_body(a_line(owner="@omar")))},
        {EnsureStatusComment},
        id="both changed",
    ),
    pytest.param({"missing": frozenset({THERE.key})}, {EnsureStatusComment}, id="a ticket that is gone"),
    pytest.param(
        {"tickets": (a_ticket(),), "incident": an_incident(body=a_body(remediation=""))},
        {EnsureStatusComment},
        id="a row that is gone",
    ),
    pytest.param(
        {"memory": nothing_remembered(), "incident": an_incident(body=a_body(a_line(), a_line(action="Other")))},
        {EnsureStatusComment},
        id="rows in doubt",
    ),
    pytest.param(
        {"tickets": (a_ticket(closed=True),)},
        {EnsureReply, EnsureOpen, EnsureStatusComment},
        id="a ticket closed too early",
    ),
    pytest.param(
        {"tickets": (a_ticket(closed=True, locked=True),)},
        {EnsureReply, EnsureOpen, EnsureStatusComment},
        id="closed and locked",
    ),
    pytest.param(
        {"incident": an_incident(body=a_body(), closed=True), "tickets": (a_ticket(),)},
        {EnsureReply, EnsureOpen, EnsureStatusComment},
        id="an incident closed too early",
    ),
    pytest.param({"tickets": (a_ticket(closed=True, reopen_with=None),)}, {EnsureStatusComment}, id="no way back"),
    pytest.param({"tickets": (a_ticket(closed=True),), "mode": Mode.ADVISE}, {EnsureStatusComment}, id="advising"),
    pytest.param(
        {"tickets": (a_ticket(closed=True),), "memory": INSISTED},
        {EnsureLabels, EnsureReply, EnsureStatusComment},
        id="somebody insists",
    ),
    pytest.param(
        {
            "tickets": (a_ticket(closed=True, labels=frozenset({"closed-unverified"})),),
            "memory": replace(INSISTED, decisions=(RISK,)),
        },
        {EnsureLabels, EnsureStatusComment},
        id="proven after all",
    ),
    pytest.param(
        {"tickets": (a_ticket(closed=True),), "memory": replace(KNOWN, decisions=(RISK,))},
        {EnsureStatusComment},
        id="closed with its risk accepted",
    ),
    pytest.param(
        {
            "tickets": (
                a_ticket(comments=(a_comment("/verify it", TOM), a_comment("/verfy", VIC), a_comment("/status", OMAR))),
            )
        },
        {EnsureReply, EnsureStatusComment},
        id="questions and refusals",
    ),
    pytest.param(
        {"tickets": (a_ticket(comments=(a_comment("/verify it", STRAY),)),)}, {EnsureStatusComment}, id="a stranger"
    ),
    pytest.param(
        {
            "memory": replace(KNOWN, refusals=(Refusal("EnsureOpen:acme/shop#13", "no", NOW + timedelta(days=1)),)),
            "tickets": (a_ticket(closed=True),),
        },
        {EnsureReply, EnsureStatusComment},
        id="an opening that was refused",
    ),
    pytest.param(
        {"incident": an_incident(document=Document(problems=("Too deep.",)))},
        {EnsureStatusComment},
        id="a text that could not be read",
    ),
]


@pytest.mark.parametrize(("circumstances", "kinds"), RULES)
def test_one_look_is_enough(circumstances, kinds):
    circumstances = dict(circumstances)
    looked = settled(circumstances.pop("incident", None), *circumstances.pop("tickets", ()), **circumstances)
    assert {type(command) for command in looked.commands} == kinds


def test_tickets_come_first_and_the_comment_lists_them():
    looked = settled(memory=nothing_remembered())
    assert [[type(c) for c in commands] for commands in looked.rounds] == [[EnsureActionTicket], [EnsureStatusComment]]
    assert looked.assessment.actions[0].ticket.ref == a_ref(101)
    assert looked.memory.actions == (an_action(ticket=a_ref(101), opened="601"),)


def refusing(*kinds):
    """Answer as a tracker that refuses commands of these kinds."""
    return lambda command: Outcome(Result.REFUSED, detail="no") if isinstance(command, kinds) else done(command)


@pytest.mark.parametrize(
    "kind", [EnsureActionTicket, EnsureReply, EnsureOpen, EnsureLabels, EnsureLinked, EnsureAgreed]
)
def test_what_is_refused_is_told_of_and_not_tried_again_in_vain(kind):
    incident = an_incident(
        "", labels={"incident", "severity: critical"}, body=a_body(a_line(owner="@omar"), a_line("A2", "Alert on it"))
    )
    ticket = a_ticket(closed=True, linked=False)
    looked = settled(incident, ticket, answer=refusing(kind))
    assert [type(c) for c in looked.commands].count(kind) == 1
    told = [f.reason for f in looked.assessment.findings if f.check == "tracker_accepts"]
    assert len(told) == 1
    assert isinstance(looked.commands[-1], EnsureStatusComment)
    assert "was refused: no" in repr(looked.commands[-1].tree)


def test_a_tracker_that_refuses_the_status_comment_is_not_asked_for_ever():
    assert [type(c) for c in settled(answer=refusing(EnsureStatusComment)).commands] == [EnsureStatusComment]


@pytest.mark.parametrize(
    ("shortfall", "owner", "due", "check"),
    [
        (("assignee: dana",), None, DUE, "action.owner"),
        (("due",), DANA, None, "action.due"),
        (("label x",), DANA, DUE, None),
    ],
)
def test_what_a_tracker_drops_silently_is_remembered_as_it_is_and_not_written_again(shortfall, owner, due, check):
    def drops(command):
        return replace(done(command), shortfall=shortfall) if isinstance(command, EnsureActionTicket) else done(command)

    looked = settled(memory=nothing_remembered(), answer=drops)
    (view,) = looked.assessment.actions
    assert (view.owner, view.ticket.due) == (owner, due)
    assert (view.agreed.owner_id, view.agreed.row_owner_id) == (owner and owner.id, DANA.id)
    problems = [f.check for f in view.findings if not f.passed]
    assert problems == ([check] if check == "action.owner" else [])


def test_a_change_of_which_a_part_was_dropped_keeps_the_part_that_was_not():
    incident, ticket = an_incident(body=a_body(a_line(owner="@omar", due="2026-11-28"))), a_ticket()
    command = EnsureAgreed(THERE, OMAR, DUE - timedelta(days=2))
    dropped = Outcome(Result.CHANGED, shortfall=("assignee: omar",))
    case, memory = after(a_case(incident, ticket), KNOWN, command, dropped)
    assert (case.tickets[0].assignees, case.tickets[0].due) == ((DANA,), DUE - timedelta(days=2))
    case, _ = after(case, memory, replace(command, due=None), Outcome(Result.CHANGED))
    assert (case.tickets[0].assignees, case.tickets[0].due) == ((OMAR,), DUE - timedelta(days=2))


def test_a_ticket_that_was_asked_for_and_is_not_named_changes_nothing():
    command = look(a_case(), facts(), nothing_remembered(), a_policy(), NOW).commands[0]
    assert after(a_case(), KNOWN, command, Outcome(Result.UNCHANGED)) == (a_case(), KNOWN)


def test_on_jira_the_priority_follows_once():
    tara = a_person("tara", 7, site="jira")
    incident = an_incident("SEV1", ref=JIRA, severity_shown="Medium", body="", author=tara)
    looked = settled(incident, given=facts({tara: ""}, project="SHOP"), memory=nothing_remembered())
    assert looked.case.incident.severity_shown == "Highest"


def test_a_severity_said_by_command_is_not_lost_where_the_closed_issue_stays_closed():
    said = (a_comment("/severity sev4 nobody was harmed"),)
    incident = an_incident("", labels={"incident", "many-users", "SEV2", "sev1"}, comments=said, body="", closed=True)

    def answer(command):
        return Outcome(Result.REFUSED, detail="no") if isinstance(command, EnsureOpen) else done(command)

    looked = settled(incident, memory=replace(KNOWN, severity=""), answer=answer)
    assert looked.assessment.severity.severity is Severity.SEV2
    assert "sev1" not in looked.case.incident.labels


def test_whoever_closes_again_and_again_is_told_three_times_and_then_handed_over_once():
    case, memory, openings, said = a_case(None, a_ticket()), KNOWN, 0, []
    for turn in range(6):
        at = NOW + timedelta(minutes=turn)
        shut = replace(case.tickets[0], closed=True, closed_at=at)
        looked = look(replace(case, tickets=(shut,)), facts(), memory, a_policy(), at + timedelta(seconds=5))
        case, memory = looked.case, looked.memory
        openings += sum(isinstance(c, EnsureOpen) for c in looked.commands)
        said += [c.purpose.partition(":")[0] for c in looked.commands if isinstance(c, EnsureReply)]
    assert (openings, said, case.tickets[0].closed) == (3, ["reopen", "reopen", "reopen", "handover"], True)
    assert "closed-unverified" in case.tickets[0].labels


# Any case.

ROWS = st.builds(
    a_line,
    st.sampled_from(["", "A1", "A1", "A2", "A7", "x"]),
    st.sampled_from([ACTION, ACTION.upper(), "Filter recalled items at query time", "Alert when it happens again", ""]),
    st.sampled_from(["@dana", "@omar", "@nobody", "", "@dana @omar"]),
    st.sampled_from([DUE, DUE + timedelta(days=2), "", "soon", "03/04/2026"]),
    horizon=st.sampled_from(["immediate", "long-term", ""]),
    kind=st.sampled_from(["technical", "process", ""]),
    criteria=st.sampled_from(["it works", ""]),
)
BODIES = st.one_of(
    st.just(""),
    st.builds(
        lambda lines, lessons, timeline: a_body(*lines, lessons=lessons, **timeline),
        st.lists(ROWS, min_size=1, max_size=4),
        st.sampled_from(["TBD", "Look twice."]),
        st.sampled_from([{}, {"timeline": ""}]),
    ),
)
LABELS = st.sets(
    st.sampled_from(["sev1", "SEV2", "severity: low", "many-users", ADOPT, "closed-unverified"]), max_size=3
)
WORDS = st.sampled_from(
    [
        "/verify it works",
        "/verfy",
        "/status",
        "/evidence tested https://ci.example/7",
        "/reject no",
        "/severity sev4 calm",
        "/severity sev1 worse",
        "/resolved",
        "/lead @vic",
        "/approve technical",
        "/approve governance",
        "/pause",
        "/resume",
        "/accept-risk until:2026-12-24 later",
        "/waive section.lessons none",
        "/waive action.owner none",
        "thanks",
        "/note 9",
    ]
)
PEOPLE = st.sampled_from([DANA, OMAR, VIC, GINA, TOM, RITA, STRAY])
COMMENTS = st.lists(
    st.builds(a_comment, WORDS, PEOPLE, origin=st.sampled_from([*[CommentOrigin.PERSON] * 4, *CommentOrigin])),
    max_size=4,
).map(tuple)
MODES = st.sampled_from([*[Mode.ENFORCE] * 4, *Mode])
INCIDENTS = st.builds(
    lambda labels, body, comments, closed, author, public, back: an_incident(
        "",
        labels={"incident", *labels},
        body=body,
        comments=comments,
        closed=closed,
        author=author,
        public=public,
        reopen_with=back,
    ),
    LABELS,
    BODIES,
    COMMENTS,
    st.booleans(),
    st.sampled_from([DANA, DANA, STRAY]),
    st.sampled_from([False, False, False, True]),
    st.sampled_from(["open", "open", None]),
)
TICKETS = st.builds(
    lambda owner, due, comments, closed, linked, labels: a_ticket(
        assignees=owner, due=due, comments=comments, closed=closed, linked=linked, labels=frozenset(labels)
    ),
    st.sampled_from([(DANA,), (OMAR,), (OMAR, DANA), ()]),
    st.sampled_from([DUE, None, DUE - timedelta(days=1)]),
    COMMENTS,
    st.booleans(),
    st.booleans(),
    LABELS,
)
MEMORIES = st.builds(
    lambda decisions, severity, rounds, adopted, fresh: (
        nothing_remembered()
        if fresh
        else a_memory(
            *decisions,
            severity=severity,
            actions=(an_action(),),
            adopted_digest=adopted,
            said=frozenset(f"reopen:{issue}:{n}" for issue in (512, 513) for n in range(rounds)),
        )
    ),
    st.lists(
        st.sampled_from(
            [RISK, replace(RISK, reason="2026-11-01"), a_decision("evidence", OMAR, reason="tested", subject="e")]
        ),
        max_size=2,
    ),
    st.sampled_from(["", "SEV1", "SEV3"]),
    st.integers(0, 3),
    st.sampled_from([None, None, "another"]),
    st.booleans(),
)

KINDS = ["EnsureReply", "EnsureOpen", "EnsureLabels", "EnsureActionTicket", "EnsureAgreed", "EnsureStatusComment"]
REFUSED = st.sets(st.sampled_from(KINDS), max_size=2)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    INCIDENTS,
    st.lists(TICKETS, max_size=1),
    MEMORIES,
    MODES,
    st.sets(
        st.sampled_from(
            ["EnsureReply", "EnsureOpen", "EnsureLabels", "EnsureActionTicket", "EnsureAgreed", "EnsureStatusComment"]
        ),
        max_size=2,
    ),
)
def test_one_look_is_enough_for_any_case_on_any_tracker(incident, tickets, memory, mode, refused):
    def answer(command):
        return Outcome(Result.REFUSED, detail="no") if type(command).__name__ in refused else done(command)

    looked = settled(incident, *tickets, memory=memory, mode=mode, answer=answer)
    made = [command.purpose for command in looked.commands if isinstance(command, EnsureActionTicket)]
    assert len(made) == len(set(made))
    if mode is Mode.OBSERVE:
        assert looked.commands == ()


class AnyHistory(RuleBasedStateMachine):
    """People do things in any order, the service looks after each: it settles every time, and makes nothing twice."""

    @initialize(body=BODIES)
    def begins(self, body):
        self.case, self.memory = a_case(an_incident(body=body)), nothing_remembered()
        self.now, self.comments, self.made = NOW, [], []
        self._look()

    def _look(self):
        self.now += timedelta(minutes=3)
        policy = a_policy()
        looked = look(self.case, facts(), self.memory, policy, self.now)
        self.case, self.memory = looked.case, looked.memory
        self.assessment = looked.assessment
        self.comments += [c.purpose for c in looked.commands if isinstance(c, EnsureStatusComment) and not c.comment_id]
        self.comments += [c.purpose for c in looked.commands if isinstance(c, EnsureReply)]
        self.made += [c for c in looked.commands if isinstance(c, EnsureActionTicket)]
        assert wants_nothing(looked, facts(), policy, self.now)

    def _on_incident(self, **changes):
        self.case = replace(self.case, incident=replace(self.case.incident, **changes))
        self._look()

    @rule(body=BODIES)
    def somebody_rewrites_the_text(self, body):
        self._on_incident(body=body, document=read_markdown(body))

    @rule(labels=LABELS)
    def somebody_changes_labels(self, labels):
        self._on_incident(labels=frozenset({"incident", *labels}))

    @rule(closed=st.booleans())
    def somebody_closes_or_opens_the_incident(self, closed):
        self._on_incident(closed=closed, closed_at=self.now if closed else None)

    @rule(word=WORDS, by=PEOPLE, number=st.integers(0, 3))
    def somebody_comments(self, word, by, number):
        said = a_comment(word, by, at=self.now)
        issues = self.case.issues
        at = issues[number % len(issues)]
        self._change(at.ref, comments=(*at.comments, said))

    def _change(self, ref, **changes):
        changed = {issue.ref: replace(issue, **changes) if issue.ref == ref else issue for issue in self.case.issues}
        incident, *tickets = (changed[issue.ref] for issue in self.case.issues)
        self.case = replace(self.case, incident=incident, tickets=tuple(tickets))
        self._look()

    @rule(number=st.integers(0, 3), owner=st.sampled_from([(DANA,), (OMAR,), ()]), due=st.sampled_from([DUE, None]))
    def somebody_changes_a_ticket(self, number, owner, due):
        if self.case.tickets:
            self._change(self.case.tickets[number % len(self.case.tickets)].ref, assignees=owner, due=due)

    @rule(number=st.integers(0, 3), closed=st.booleans())
    def somebody_closes_or_opens_a_ticket(self, number, closed):
        if self.case.tickets:
            ticket = self.case.tickets[number % len(self.case.tickets)]
            self._change(ticket.ref, closed=closed, closed_at=self.now if closed else None)

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours):
        self.now += timedelta(hours=hours)
        self._look()

    @invariant()
    def nothing_is_said_or_made_twice(self):
        if hasattr(self, "comments"):
            assert len(self.comments) == len(set(self.comments))
            assert len({c.action_id for c in self.made}) == len(self.made)
            assert len({view.action_id for view in self.assessment.actions}) == len(self.assessment.actions)

    @invariant()
    def no_ticket_stays_closed_without_proof_before_it_was_insisted_on(self):
        if not hasattr(self, "assessment") or self.assessment.paused_by:
            return
        for gate in self.assessment.gates[1:]:
            shut = gate.issue.closed and not gate.may_close and gate.issue.ref.key not in self.memory.satisfied
            assert not shut or any(label == "closed-unverified" for label in gate.issue.labels)


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(
    max_examples=25, stateful_step_count=10, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_an_answer_that_was_refused_leaves_its_turn_of_the_day_to_no_other():
    incident = an_incident("SEV1", comments=(a_comment("/verify it works", DANA), a_comment("/verfy", DANA)))

    def answer(command):
        return Outcome(Result.REFUSED, detail="no") if isinstance(command, EnsureReply) else done(command)

    looked = settled(incident, answer=answer)

    assert sum(isinstance(command, EnsureReply) for command in looked.commands) <= 1
