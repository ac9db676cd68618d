"""What the adapter does to a Jira, over real HTTP on the stand-in, Cloud and Data Center alike."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from integration.errors import IssueNotFound, LockLost, RateLimited, TrackerUnavailable
from integration.postmortem.commands import (
    EnsureAgreed,
    EnsureLabels,
    EnsureLinked,
    EnsureOpen,
    EnsureReply,
    EnsureSeverityShown,
    EnsureStatusComment,
    Result,
)
from integration.postmortem.incident import CommentOrigin, IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.sandbox.jira.model import ONE_WAY
from integration.sandbox.jira.server import JiraSandbox
from integration.trackers.jira.tracker import JiraTracker
from tests.trackers.jira_harness import (
    BOT,
    DUE,
    Purse,
    a_policy,
    a_site,
    a_ticket_command,
    an_adapter,
    person,
    ref,
    says,
)

LONG_BEFORE = datetime.now(UTC) - timedelta(hours=1)
POLICY = a_policy()


@pytest.fixture(params=["Cloud", "Server"])
def site(request: pytest.FixtureRequest) -> Iterator[JiraSandbox]:
    with a_site(request.param) as sandbox:
        yield sandbox


@pytest.fixture
def jira(site: JiraSandbox) -> Iterator[JiraTracker]:
    with an_adapter(site) as tracker:
        yield tracker


def an_incident(site: JiraSandbox, **fields: object) -> str:
    return site.as_person("dana").open_issue(
        "PM", "Recalled products recommended", "It happened.", kind="Incident", **fields
    )


def writes(site: JiraSandbox) -> list[str]:
    return [
        f"{call.method} {call.path.removeprefix('/rest/api/2/')}"
        for call in site.calls.of(account=BOT, writes_only=True)
    ]


def test_labels_are_added_and_removed_and_other_peoples_labels_stay(site: JiraSandbox, jira: JiraTracker) -> None:
    key = an_incident(site, labels=["incident", "major"])
    issue, purse = ref(jira, key), Purse()
    outcome = jira.apply(
        EnsureLabels(issue, frozenset({"sev2"}), frozenset({"major", "severity: major"})), POLICY, purse
    )
    assert (outcome.result, outcome.writes, purse.spent) == (Result.CHANGED, 1, [issue])
    assert site.as_person("dana").issue(key)["fields"]["labels"] == ["incident", "sev2"]


def test_a_label_with_a_blank_is_told_and_the_others_are_written(site: JiraSandbox, jira: JiraTracker) -> None:
    key = an_incident(site)
    outcome = jira.apply(EnsureLabels(ref(jira, key), frozenset({"sev2", "near miss"})), POLICY, Purse())
    assert outcome.shortfall == ("labels: 'near miss' has blanks",)
    assert site.as_person("dana").issue(key)["fields"]["labels"] == ["sev2"]


def test_nothing_to_write_is_unchanged_without_a_request(site: JiraSandbox, jira: JiraTracker) -> None:
    issue = ref(jira, an_incident(site))
    assert jira.apply(EnsureLabels(issue), POLICY, Purse()).result is Result.UNCHANGED
    quiet = a_policy({"severity.jira.field": None})
    assert jira.apply(EnsureSeverityShown(issue, "SEV1"), quiet, Purse()).result is Result.UNCHANGED
    assert not writes(site)


def test_the_severity_is_shown_as_priority(site: JiraSandbox, jira: JiraTracker) -> None:
    key = an_incident(site)
    jira.apply(EnsureSeverityShown(ref(jira, key), "SEV1"), POLICY, Purse())
    assert site.as_person("dana").issue(key)["fields"]["priority"]["name"] == "Highest"


@pytest.mark.parametrize("kind", ["select", "textfield"])
def test_the_severity_is_shown_in_a_field_of_its_own(site: JiraSandbox, jira: JiraTracker, kind: str) -> None:
    site.add_field("customfield_10050", "Severity", kind, options=("Highest", "High"))
    key = an_incident(site)
    policy = a_policy({"severity.jira.field": "customfield_10050"})
    assert jira.apply(EnsureSeverityShown(ref(jira, key), "SEV2"), policy, Purse()).result is Result.CHANGED
    assert dict(jira.observe(ref(jira, key), (), policy).incident.fields)["severity"] == "High"


def test_labels_and_severity_go_in_one_request(site: JiraSandbox, jira: JiraTracker) -> None:
    key = an_incident(site)
    issue, purse = ref(jira, key), Purse()
    outcome, other = jira.apply_together(
        (EnsureLabels(issue, frozenset({"sev1"})), EnsureSeverityShown(issue, "SEV1")), POLICY, purse
    )
    fields = site.as_person("dana").issue(key)["fields"]
    assert (outcome.writes, other.writes, len(purse.spent)) == (1, 0, 1)
    assert (fields["labels"], fields["priority"]["name"]) == (["sev1"], "Highest")


def test_edits_of_two_issues_do_not_go_together(site: JiraSandbox, jira: JiraTracker) -> None:
    one, other = ref(jira, an_incident(site)), ref(jira, an_incident(site))
    with pytest.raises(ValueError, match="several issues"):
        jira.apply_together(
            (EnsureLabels(one, frozenset({"a"})), EnsureLabels(other, frozenset({"a"}))), POLICY, Purse()
        )


def test_a_field_that_is_on_no_screen_is_left_out_and_told(site: JiraSandbox, jira: JiraTracker) -> None:
    site.add_field("customfield_10050", "Severity", "select", options=("High",), on_screen=False)
    policy = a_policy({"severity.jira.field": "customfield_10050"})
    key = an_incident(site)
    issue = ref(jira, key)
    labels, severity = jira.apply_together(
        (EnsureLabels(issue, frozenset({"sev2"})), EnsureSeverityShown(issue, "SEV2")), policy, Purse()
    )
    assert (labels.result, labels.writes, labels.shortfall) == (Result.CHANGED, 2, ())
    assert (severity.result, severity.writes) == (Result.REFUSED, 0)
    assert "cannot be set" in severity.shortfall[0]
    assert site.as_person("dana").issue(key)["fields"]["labels"] == ["sev2"]
    alone = jira.apply(EnsureSeverityShown(issue, "SEV2"), policy, Purse())
    assert alone.result is Result.REFUSED
    assert "appropriate screen" in alone.detail


def test_the_status_comment_is_created_once_and_then_edited(site: JiraSandbox, jira: JiraTracker) -> None:
    issue = ref(jira, an_incident(site))
    first = jira.apply(EnsureStatusComment(issue, None, says("Three things help now.")), POLICY, Purse())
    again = jira.apply(EnsureStatusComment(issue, first.created, says("Two things help now.")), POLICY, Purse())
    (comment,) = jira.observe(issue, (), POLICY).incident.comments
    assert (again.created, comment.id, comment.purpose) == (first.created, first.created, "status")
    assert comment.origin is CommentOrigin.OURS
    assert comment.raw.startswith("h4. Followthrough\n\nTwo things help now.")


def test_an_edit_of_a_deleted_status_comment_is_a_refusal(site: JiraSandbox, jira: JiraTracker) -> None:
    issue = ref(jira, an_incident(site))
    outcome = jira.apply(EnsureStatusComment(issue, "99999", says("Hello.")), POLICY, Purse())
    assert outcome.result is Result.REFUSED
    assert "comment" in outcome.detail


def test_a_reply_whose_answer_was_lost_is_found_again(site: JiraSandbox, jira: JiraTracker) -> None:
    issue = ref(jira, an_incident(site))
    site.misbehave.lose_answer_next(1, match=r"POST .*/comment$")
    reply = EnsureReply(issue, "reply:reopen:PM-7:1", says("I have opened this again."))
    with pytest.raises(TrackerUnavailable) as lost:
        jira.apply(reply, POLICY, Purse())
    assert lost.value.may_have_happened
    outcome = jira.apply(reply, POLICY, Purse(), seek_since=LONG_BEFORE)
    (comment,) = jira.observe(issue, (), POLICY).incident.comments
    assert (outcome.result, outcome.created, outcome.writes) == (Result.UNCHANGED, comment.id, 0)


def test_a_status_comment_whose_answer_was_lost_is_found_and_edited(site: JiraSandbox, jira: JiraTracker) -> None:
    issue = ref(jira, an_incident(site))
    site.misbehave.fail_next(1, 502, match=r"POST .*/comment$", after_deed=True)
    with pytest.raises(TrackerUnavailable):
        jira.apply(EnsureStatusComment(issue, None, says("One.")), POLICY, Purse())
    outcome = jira.apply(EnsureStatusComment(issue, None, says("Two.")), POLICY, Purse(), seek_since=LONG_BEFORE)
    (comment,) = jira.observe(issue, (), POLICY).incident.comments
    assert comment.id == outcome.created
    assert "Two." in comment.raw


def test_comments_in_a_service_desk_are_internal(site: JiraSandbox, jira: JiraTracker) -> None:
    site.add_project("HELP", roles={BOT: "member"}, type_key="service_desk")
    key = site.as_person("dana").open_issue("HELP", "The bot recommends recalled products")
    site.as_person("buyer").comment(key, "When is this fixed?")
    jira.apply(EnsureReply(ref(jira, key), "reply:1", says("Internal.")), POLICY, Purse())
    assert [each["body"] for each in site.as_person("buyer").comments(key)] == ["When is this fixed?"]
    assert len(site.as_person("dana").comments(key)) == 2


def test_a_closed_issue_is_opened_by_the_way_that_was_observed(site: JiraSandbox, jira: JiraTracker) -> None:
    key = an_incident(site)
    site.as_person("dana").close_issue(key)
    seen = jira.observe(ref(jira, key), (), POLICY).incident
    assert seen.closed
    assert seen.reopen_with is not None
    outcome = jira.apply(EnsureOpen(seen.ref, seen.reopen_with), POLICY, Purse())
    again = jira.observe(seen.ref, (), POLICY).incident
    assert (outcome.result, again.closed, again.status_name) == (Result.CHANGED, False, "To Do")


def test_a_way_that_is_gone_is_a_refusal_unless_the_issue_is_open_by_now(site: JiraSandbox, jira: JiraTracker) -> None:
    site.add_project("OW", roles={"dana": "member", BOT: "member"}, workflow=ONE_WAY)
    key = site.as_person("dana").open_issue("OW", "No way back")
    issue = ref(jira, key)
    assert jira.apply(EnsureOpen(issue, "99"), POLICY, Purse()).result is Result.UNCHANGED
    site.as_person("dana").close_issue(key)
    assert jira.observe(issue, (), POLICY).incident.reopen_with is None
    assert jira.apply(EnsureOpen(issue, "21"), POLICY, Purse()).result is Result.REFUSED


def test_an_action_becomes_a_linked_ticket_with_owner_and_due_date(site: JiraSandbox, jira: JiraTracker) -> None:
    case = ref(jira, an_incident(site))
    purse = Purse()
    outcome = jira.apply(a_ticket_command(site, case), POLICY, purse)
    assert outcome.ticket is not None
    seen = jira.observe(case, (), POLICY)
    (ticket,) = seen.tickets
    assert (outcome.result, outcome.writes, outcome.shortfall) == (Result.CHANGED, 2, ())
    assert (ticket.ref, ticket.linked, ticket.purpose) == (outcome.ticket, True, "ticket:A1")
    assert (ticket.assignees, ticket.due, ticket.title) == ((person(site, "omar"),), DUE, "A1: Filter on status")
    assert ticket.labels == {"followthrough-action"}
    assert writes(site) == ["POST issue", "POST issueLink"]
    assert purse.spent == [case, outcome.ticket]


def test_links_have_the_direction_of_the_mapping(site: JiraSandbox, jira: JiraTracker) -> None:
    case = ref(jira, an_incident(site))
    for direction, field in (("outward", "outwardIssue"), ("inward", "inwardIssue")):
        policy = a_policy(
            {"remediation.ticket.jira.link_type": "Blocks", "remediation.ticket.jira.link_direction": direction}
        )
        made = jira.apply(a_ticket_command(site, case, action_id=direction), policy, Purse()).ticket
        assert made is not None
        links = site.as_person("dana").issue(case.locator)["fields"]["issuelinks"]
        # "outward" reads "incident blocks ticket": the incident's own view names the ticket as the outward one.
        assert links[-1][field]["key"] == made.locator
        assert [ticket.ref for ticket in jira.observe(case, (), policy).tickets] == [made]


def test_a_subtask_needs_no_link(site: JiraSandbox, jira: JiraTracker) -> None:
    policy = a_policy({"remediation.ticket.jira.relation": "subtask"})
    case = ref(jira, an_incident(site))
    outcome = jira.apply(a_ticket_command(site, case), policy, Purse())
    (ticket,) = jira.observe(case, (), policy).tickets
    assert (outcome.writes, ticket.linked, ticket.issue_type) == (1, True, "Sub-task")


def test_an_owner_whom_jira_refuses_leaves_a_ticket_without_owner(site: JiraSandbox, jira: JiraTracker) -> None:
    case = ref(jira, an_incident(site))
    site.misbehave.refuse_assignee("omar")
    outcome = jira.apply(a_ticket_command(site, case), POLICY, Purse())
    (ticket,) = jira.observe(case, (), POLICY).tickets
    assert outcome.result is Result.CHANGED
    assert "cannot be assigned" in outcome.shortfall[0]
    assert ticket.assignees == ()


def test_an_unknown_issue_type_is_a_refusal_and_creates_nothing(site: JiraSandbox, jira: JiraTracker) -> None:
    case = ref(jira, an_incident(site))
    outcome = jira.apply(
        a_ticket_command(site, case), a_policy({"remediation.ticket.jira.issue_type": "Bogus"}), Purse()
    )
    assert (outcome.result, outcome.ticket) == (Result.REFUSED, None)
    assert "issue type" in outcome.detail
    assert len(site.site.issues) == 1


@pytest.mark.parametrize("lost", ["POST .*/issue$", "POST .*/issueLink$"])
def test_a_ticket_whose_answer_was_lost_is_found_linked_and_not_made_twice(
    site: JiraSandbox, jira: JiraTracker, lost: str
) -> None:
    case = ref(jira, an_incident(site))
    site.misbehave.lose_answer_next(1, match=lost)
    command = a_ticket_command(site, case)
    try:
        assert "link" in jira.apply(command, POLICY, Purse()).shortfall[0]
    except TrackerUnavailable as error:
        assert error.may_have_happened
    outcome = jira.apply(command, POLICY, Purse(), seek_since=LONG_BEFORE)
    (ticket,) = jira.observe(case, (), POLICY).tickets
    assert (outcome.ticket, ticket.linked) == (ticket.ref, True)
    assert len(site.site.issues) == 2


def test_a_ticket_of_ours_goes_before_a_linked_copy_of_its_marker(site: JiraSandbox, jira: JiraTracker) -> None:
    case = ref(jira, an_incident(site))
    site.misbehave.fail_next(1, 503, match="POST .*/issueLink$")
    made = jira.apply(a_ticket_command(site, case), POLICY, Purse()).ticket
    assert made is not None
    dana = site.as_person("dana")
    copy = dana.open_issue(
        "PM", "Mine", dana.issue(made.locator)["fields"]["description"], labels=["followthrough-action"]
    )
    jira.apply(EnsureLinked(case, ref(jira, copy)), POLICY, Purse())
    outcome = jira.apply(a_ticket_command(site, case), POLICY, Purse(), seek_since=LONG_BEFORE)
    assert (outcome.ticket, outcome.result) == (made, Result.CHANGED)
    assert {ticket.ref: ticket.linked for ticket in jira.observe(case, (), POLICY).tickets}[made]


def test_owner_and_due_date_are_agreed_in_one_request(site: JiraSandbox, jira: JiraTracker) -> None:
    ticket = ref(jira, an_incident(site))
    outcome = jira.apply(EnsureAgreed(ticket, person(site, "gina"), DUE), POLICY, Purse())
    seen = jira.observe(ticket, (), POLICY).incident
    assert (outcome.writes, seen.assignees, seen.due) == (1, (person(site, "gina"),), DUE)


def test_an_owner_of_another_tracker_is_told_and_the_date_is_written(site: JiraSandbox, jira: JiraTracker) -> None:
    ticket = ref(jira, an_incident(site))
    stranger = Person("github", "7", "dana-r", "Dana Ruiz")
    outcome = jira.apply(EnsureAgreed(ticket, stranger, DUE), POLICY, Purse())
    assert outcome.shortfall == ("assignee: Dana Ruiz is no user of this Jira",)
    assert jira.observe(ticket, (), POLICY).incident.due == DUE
    assert jira.apply(EnsureAgreed(ticket, stranger), POLICY, Purse()).result is Result.REFUSED


def test_a_missing_link_is_made_and_an_equal_second_one_is_not(site: JiraSandbox, jira: JiraTracker) -> None:
    case, ticket = ref(jira, an_incident(site)), ref(jira, an_incident(site))
    for _ in range(2):
        assert jira.apply(EnsureLinked(case, ticket), POLICY, Purse()).result is Result.CHANGED
    assert len(site.site.links) == 1


def test_no_request_is_made_where_the_budget_or_the_lock_says_no(site: JiraSandbox, jira: JiraTracker) -> None:
    issue = ref(jira, an_incident(site))

    def spent(_issue: IssueRef) -> None:
        raise RateLimited("spent", until=datetime.now(UTC))

    def lost(_issue: IssueRef) -> None:
        raise LockLost("gone")

    with pytest.raises(RateLimited):
        jira.apply(EnsureReply(issue, "reply:1", says("Hello.")), POLICY, spent)
    with pytest.raises(LockLost):
        jira.apply(a_ticket_command(site, issue), POLICY, lost)
    assert not writes(site)


def test_a_lock_that_is_lost_between_ticket_and_link_stops_before_the_link(
    site: JiraSandbox, jira: JiraTracker
) -> None:
    case = ref(jira, an_incident(site))
    taken: list[IssueRef] = []

    def once(issue: IssueRef) -> None:
        if taken:
            raise LockLost("gone")
        taken.append(issue)

    with pytest.raises(LockLost):
        jira.apply(a_ticket_command(site, case), POLICY, once)
    assert writes(site) == ["POST issue"]


@pytest.mark.parametrize("bad", ["PM-1/../../user", "../2", "1 OR 1=1", "", "١"])
def test_identifiers_that_are_none_never_reach_jira(site: JiraSandbox, jira: JiraTracker, bad: str) -> None:
    jira.service()
    site.calls.reset()
    forged = IssueRef(IssueKey("jira", bad), "PM-1")
    outcome = jira.apply(EnsureLabels(forged, frozenset({"sev1"})), POLICY, Purse())
    assert outcome.result is Result.REFUSED
    with pytest.raises(IssueNotFound):
        jira.locate(bad, "no key") if bad else jira.locate("", "PM-1/../../user")
    assert site.calls.count() == 1  # The server is asked what it is; nothing else.


def test_a_foreign_comment_or_transition_id_never_reaches_jira(site: JiraSandbox, jira: JiraTracker) -> None:
    issue = ref(jira, an_incident(site))
    assert jira.apply(EnsureOpen(issue, "31/../x"), POLICY, Purse()).result is Result.REFUSED
    assert jira.apply(EnsureStatusComment(issue, "1/../../x", says("x")), POLICY, Purse()).result is Result.REFUSED
    assert not writes(site)
