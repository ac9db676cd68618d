"""What the GitHub adapter writes, with how many requests, and what it leaves to people."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from integration.clock import now
from integration.errors import LockLost, TrackerRefused, TrackerUnavailable
from integration.postmortem.commands import (
    Command,
    EnsureActionTicket,
    EnsureAgreed,
    EnsureLabels,
    EnsureLinked,
    EnsureOpen,
    EnsureReply,
    EnsureSeverityShown,
    EnsureStatusComment,
    Outcome,
    Result,
)
from integration.postmortem.incident import Issue, IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.trackers.github import marks
from mappings.models import GithubDue
from tests.trackers.github_harness import BOT, PROJECT, GitHubWorld, a_world, where
from tests.trackers.suite import Purse, says


@pytest.fixture
def world() -> Iterator[GitHubWorld]:
    with a_world() as world:
        yield world


def apply(world: GitHubWorld, command: Command, seek_since: datetime | None = None) -> Outcome:
    purse = Purse()
    outcome = world.tracker.apply(command, world.policy, purse, seek_since=seek_since)
    assert outcome.writes == len(purse.spent)
    return outcome


def an_incident(world: GitHubWorld, body: str = "Text.") -> IssueRef:
    return world.open_issue("dana", "Recalled products", body, ("incident",))


def a_command(world: GitHubWorld, case: IssueRef, action: str = "A1", **more: Any) -> EnsureActionTicket:
    command = EnsureActionTicket(
        case=case,
        action_id=action,
        text="filter",
        description="Filter",
        project=PROJECT,
        title=f"{action}: Filter",
        tree=says("Filter on product status."),
        owner=world.person("dana"),
        due=date(2026, 12, 1),
        labels=frozenset({"followthrough-action"}),
    )
    return replace(command, **more)


def a_ticket(world: GitHubWorld, case: IssueRef, action: str = "A1", **more: Any) -> IssueRef:
    outcome = apply(world, a_command(world, case, action, **more))
    assert outcome.ticket is not None
    return outcome.ticket


def ticket_of(world: GitHubWorld, case: IssueRef, *remembered: IssueRef) -> Issue:
    (seen,) = world.tracker.observe(case, remembered, world.policy).tickets
    return seen


def body_of(world: GitHubWorld, issue: IssueRef) -> str:
    return str(world.sandbox.as_person("gina").issue(*where(issue))["body"])


def written(world: GitHubWorld) -> list[str]:
    return [line for line in world.calls() if not line.startswith("GET ")]


# Counted calls, as in the budget of the design


def test_an_incident_that_is_opened_costs_two_writes(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.sandbox.calls.reset()
    apply(world, EnsureLabels(case, add=frozenset({"SEV1"})))
    apply(world, EnsureStatusComment(case, None, says("Three things help now.")))
    assert written(world) == [
        "POST /repos/acme/shop/issues/1/labels 200",
        "POST /repos/acme/shop/issues/1/comments 201",
    ]


def test_actions_cost_a_creation_and_a_link_each_and_one_edit_of_the_status_comment(world: GitHubWorld) -> None:
    case = an_incident(world)
    status = apply(world, EnsureStatusComment(case, None, says("Three things."))).created
    world.sandbox.calls.reset()
    for action in ("A1", "A2", "A3"):
        a_ticket(world, case, action)
    apply(world, EnsureStatusComment(case, status, says("Three tickets.")))
    assert len(written(world)) == 2 * 3 + 1
    assert len(world.calls()) == 2 * 3 + 1


def test_a_closing_that_is_refused_costs_two_writes(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.close("dana", case)
    world.tracker.service()
    world.sandbox.calls.reset()
    apply(world, EnsureOpen(case, "open"))
    apply(world, EnsureReply(case, "reply:reopen:1", says("I have opened this again.")))
    assert [line.split()[0] for line in world.calls()] == ["PATCH", "POST"]


def test_a_state_that_holds_already_costs_no_write(world: GitHubWorld) -> None:
    case = an_incident(world)
    ticket = a_ticket(world, case)
    world.sandbox.calls.reset()
    for command in (
        EnsureLabels(case, add=frozenset({"Incident"}), remove=frozenset({"sev4"})),
        EnsureAgreed(ticket, world.person("dana"), date(2026, 12, 1)),
        EnsureAgreed(ticket),
        EnsureSeverityShown(case, "SEV1"),
    ):
        assert apply(world, command).result is Result.UNCHANGED
    assert written(world) == []


# Labels


def test_a_label_with_a_slash_reaches_no_other_issue(world: GitHubWorld) -> None:
    case, other = an_incident(world), an_incident(world)
    for label in ("../../2/labels/incident", "a/b", "50 %", "x?y#z"):
        world.label("omar", case, label)
        assert apply(world, EnsureLabels(case, remove=frozenset({label}))).result is Result.CHANGED
    labels = [world.tracker.observe(issue, (), world.policy).incident.labels for issue in (case, other)]
    assert labels == [{"incident"}, {"incident"}]


def test_a_label_that_somebody_adds_meanwhile_is_not_lost(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.label("omar", case, "sev2")
    purse = Purse()

    def spend(issue: IssueRef) -> None:
        if not purse.spent:
            world.label("omar", case, "checkout")
        purse(issue)

    world.tracker.apply(EnsureLabels(case, frozenset({"sev1"}), frozenset({"sev2"})), world.policy, spend)
    assert world.tracker.observe(case, (), world.policy).incident.labels == {"incident", "checkout", "sev1"}


def test_a_label_that_is_taken_off_meanwhile_is_off(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.label("omar", case, "sev2")

    def spend(_issue: IssueRef) -> None:
        world.sandbox.as_person("omar").unlabel(*where(case), "sev2")

    outcome = world.tracker.apply(EnsureLabels(case, remove=frozenset({"sev2"})), world.policy, spend)
    assert outcome.result is Result.CHANGED


def test_labels_that_a_server_does_not_make_by_itself_are_made_first(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.sandbox.misbehave.fail_next(1, 422, "POST .*/issues/1/labels")
    outcome = apply(world, EnsureLabels(case, add=frozenset({"sev1", "incident"})))
    assert (outcome.result, outcome.shortfall) == (Result.CHANGED, ())
    made = world.sandbox.site.repository(PROJECT).labels["sev1"]
    assert made.color == "5319e7"
    assert "sev1" in world.tracker.observe(case, (), world.policy).incident.labels


def test_an_account_without_rights_is_refused_and_told_why(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.sandbox.set_role(PROJECT, BOT, "read")
    outcome = apply(world, EnsureLabels(case, add=frozenset({"sev1"})))
    assert outcome.result is Result.REFUSED
    assert outcome.detail


# Comments


def test_a_locked_issue_refuses_and_says_so(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.sandbox.set_role(PROJECT, BOT, "triage")
    world.sandbox.as_person("omar").ask("PUT", f"/repos/{PROJECT}/issues/1/lock").raise_for_status()
    outcome = apply(world, EnsureReply(case, "reply:1", says("x")))
    assert (outcome.result, outcome.writes) == (Result.REFUSED, 1)
    assert "locked" in outcome.detail


@pytest.mark.parametrize("comment_id", ["../1", "1/reactions", "x", "0", ""])
def test_a_comment_id_that_is_none_never_reaches_github(world: GitHubWorld, comment_id: str) -> None:
    case = an_incident(world)
    world.tracker.service()
    world.sandbox.calls.reset()
    assert apply(world, EnsureStatusComment(case, comment_id, says("x"))).result is Result.REFUSED
    assert world.calls() == []


@pytest.mark.parametrize(
    "ref",
    [
        IssueRef(IssueKey("github", "1"), "acme/../user#1"),
        IssueRef(IssueKey("github", "1"), "acme/shop#1/../2"),
        IssueRef(IssueKey("jira", "1"), "PM-1"),
    ],
)
def test_a_reference_that_is_none_never_reaches_github(world: GitHubWorld, ref: IssueRef) -> None:
    world.tracker.service()
    world.sandbox.calls.reset()
    commands: tuple[Command, ...] = (
        EnsureLabels(ref, add=frozenset({"x"})),
        EnsureReply(ref, "reply:1", says("x")),
        EnsureOpen(ref, "open"),
        EnsureLinked(ref, ref),
        EnsureAgreed(ref, None, date(2027, 1, 1)),
    )
    assert {apply(world, command).result for command in commands} == {Result.REFUSED}
    assert world.calls() == []


def test_a_reply_that_stands_already_is_found_when_sought_and_only_then(world: GitHubWorld) -> None:
    case = an_incident(world)
    reply = EnsureReply(case, "reply:1", says("x"))
    first = apply(world, reply)
    found = apply(world, reply, seek_since=now())
    assert (found.result, found.created, found.writes) == (Result.UNCHANGED, first.created, 0)
    assert len(world.texts(case)) == 1


def test_a_token_that_is_no_longer_good_is_raised_and_no_refusal(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.sandbox.misbehave.fail_next(1, 401, "POST")
    with pytest.raises(TrackerRefused):
        apply(world, EnsureReply(case, "reply:1", says("x")))


# Tickets


def test_a_ticket_reads_as_it_was_meant(world: GitHubWorld) -> None:
    case = an_incident(world)
    ticket = a_ticket(world, case)
    text, due, mark = body_of(world, ticket).split("\n\n")
    assert (text, due) == ("Filter on product status.", "Due: 2026-12-01")
    assert mark.startswith("<!-- followthrough:v1:ticket:A1:")


def test_an_owner_who_cannot_be_assigned_costs_one_more_write(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.sandbox.misbehave.refuse_assignee("dana")
    outcome = apply(world, a_command(world, case))
    assert (outcome.result, outcome.writes, outcome.shortfall) == (Result.CHANGED, 3, ("assignee",))


def test_an_owner_of_another_tracker_is_told_and_not_tried(world: GitHubWorld) -> None:
    case = an_incident(world)
    outcome = apply(world, a_command(world, case, owner=Person("jira", "1", "dana")))
    assert (outcome.writes, outcome.shortfall) == (2, ("assignee",))


def test_what_github_drops_without_a_word_is_read_back(world: GitHubWorld) -> None:
    world.sandbox.add_repository("acme/ops", private=False, roles={BOT: "read", "dana": "write"})
    case = an_incident(world)
    outcome = apply(world, a_command(world, case, project="acme/ops"))
    assert outcome.result is Result.CHANGED
    assert outcome.shortfall == ("assignee", "label followthrough-action")


def test_a_ticket_for_another_owner_hangs_on_nothing_as_github_links_none_across_owners(world: GitHubWorld) -> None:
    world.sandbox.add_repository("other/ops", roles={BOT: "write", "dana": "write"})
    case = an_incident(world)
    outcome = apply(world, a_command(world, case, project="other/ops"))
    assert (outcome.result, outcome.writes, outcome.shortfall) == (Result.CHANGED, 1, ())
    assert outcome.ticket is not None
    assert outcome.ticket.locator == "other/ops#1"
    (ticket,) = world.tracker.observe(case, (outcome.ticket,), world.policy).tickets
    assert ticket.linked


def test_where_there_are_no_sub_issues_the_second_ticket_does_not_try() -> None:
    with a_world(features=()) as world:
        case = an_incident(world)
        outcomes = [apply(world, a_command(world, case, action)) for action in ("A1", "A2")]
        assert [(each.writes, each.shortfall) for each in outcomes] == [(2, ("link",)), (1, ("link",))]
        linked = apply(world, EnsureLinked(case, outcomes[0].ticket or case))
        assert (linked.result, linked.writes) == (Result.REFUSED, 0)


def test_a_ticket_that_belongs_to_another_incident_stays_there(world: GitHubWorld) -> None:
    first, second = an_incident(world), an_incident(world)
    ticket = a_ticket(world, first)
    outcome = apply(world, EnsureLinked(second, ticket))
    assert (outcome.result, outcome.shortfall) == (Result.REFUSED, ("link",))
    assert apply(world, EnsureLinked(first, ticket)).result is Result.UNCHANGED
    assert ticket_of(world, first).linked


@pytest.mark.parametrize("project", ["acme/..", "../user", "acme/shop/issues", "PM"])
def test_a_project_that_is_none_never_reaches_github(world: GitHubWorld, project: str) -> None:
    case = an_incident(world)
    world.tracker.service()
    world.sandbox.calls.reset()
    assert apply(world, a_command(world, case, project=project)).result is Result.REFUSED
    assert world.calls() == []


def test_a_ticket_is_found_again_though_its_labels_were_taken_off(world: GitHubWorld) -> None:
    case = an_incident(world)
    began = now() - timedelta(minutes=1)
    world.sandbox.misbehave.lose_answer_next(1, r"POST .*/issues$")
    with pytest.raises(TrackerUnavailable):
        apply(world, a_command(world, case))
    world.sandbox.as_person("omar").unlabel(PROJECT, 2, "followthrough-action")
    found = apply(world, a_command(world, case), seek_since=began)
    assert (found.result, found.writes) == (Result.CHANGED, 1)
    again = apply(world, a_command(world, case), seek_since=began)
    assert (again.result, again.writes, world.issues()) == (Result.UNCHANGED, 0, 2)


def test_a_copied_marker_of_another_account_is_not_taken_for_the_ticket(world: GitHubWorld) -> None:
    case = an_incident(world)
    body = body_of(world, a_ticket(world, case))
    copy = world.open_issue("dana", "Copied", body)
    world.delete_issue(world.ref(2))
    outcome = apply(world, a_command(world, case), seek_since=now() - timedelta(minutes=1))
    assert outcome.ticket is not None
    assert outcome.ticket.key != copy.key


def test_a_ticket_of_another_incident_is_not_taken_for_this_ones(world: GitHubWorld) -> None:
    first, second = an_incident(world), an_incident(world)
    theirs = a_ticket(world, first)
    outcome = apply(world, a_command(world, second), seek_since=now() - timedelta(minutes=1))
    assert outcome.ticket is not None
    assert outcome.ticket.key != theirs.key


def test_a_lock_that_is_lost_between_ticket_and_link_stops_before_the_link(world: GitHubWorld) -> None:
    case = an_incident(world)
    asked: list[IssueRef] = []

    def spend(issue: IssueRef) -> None:
        if asked:
            raise LockLost("another worker has the case")
        asked.append(issue)

    with pytest.raises(LockLost):
        world.tracker.apply(a_command(world, case), world.policy, spend)
    assert world.issues() == 2
    found = apply(world, a_command(world, case), seek_since=now() - timedelta(minutes=1))
    assert (world.issues(), found.writes) == (2, 1)


# Owner and due date


def test_owner_and_due_line_are_agreed_in_one_request_and_peoples_words_stay(world: GitHubWorld) -> None:
    case = an_incident(world)
    ticket = a_ticket(world, case)
    body = body_of(world, ticket).replace("Filter on", "I will filter on") + "\r\n\r\n- [ ] my own list\r\nDue soon."
    world.sandbox.as_person("omar").edit(*where(ticket), body=body)
    outcome = apply(world, EnsureAgreed(ticket, world.person("omar"), date(2027, 1, 15)))
    assert (outcome.result, outcome.writes) == (Result.CHANGED, 1)
    assert body_of(world, ticket) == body.replace("2026-12-01", "2027-01-15")
    assert [each.handle for each in ticket_of(world, case).assignees] == ["omar"]


def test_a_due_line_that_people_removed_is_put_back_before_the_marker(world: GitHubWorld) -> None:
    case = an_incident(world)
    ticket = a_ticket(world, case)
    body = body_of(world, ticket).replace("Due: 2026-12-01\n\n", "")
    world.sandbox.as_person("omar").edit(*where(ticket), body=body)
    apply(world, EnsureAgreed(ticket, None, date(2027, 1, 15)))
    seen = ticket_of(world, case)
    assert (seen.due, seen.purpose) == (date(2027, 1, 15), "ticket:A1")
    assert body_of(world, ticket).endswith("-->")


def test_several_assignees_keep_their_places_beside_a_new_owner(world: GitHubWorld) -> None:
    case = an_incident(world)
    ticket = a_ticket(world, case)
    world.sandbox.as_person("omar").assign(*where(ticket), "gina")
    apply(world, EnsureAgreed(ticket, world.person("omar")))
    assert {each.handle for each in ticket_of(world, case).assignees} == {"omar", "dana", "gina"}


def test_an_owner_whom_github_refuses_is_told_and_the_date_is_written(world: GitHubWorld) -> None:
    case = an_incident(world)
    ticket = a_ticket(world, case)
    world.sandbox.misbehave.refuse_assignee("omar")
    outcome = apply(world, EnsureAgreed(ticket, world.person("omar"), date(2027, 1, 15)))
    assert (outcome.result, outcome.shortfall, outcome.writes) == (Result.CHANGED, ("assignee",), 2)
    alone = apply(world, EnsureAgreed(ticket, world.person("omar")))
    assert (alone.result, alone.shortfall, alone.writes) == (Result.REFUSED, ("assignee",), 1)
    seen = ticket_of(world, case)
    assert (seen.due, [each.handle for each in seen.assignees]) == (date(2027, 1, 15), ["dana"])


def test_a_ticket_that_people_wrote_is_not_edited(world: GitHubWorld) -> None:
    case = an_incident(world)
    theirs = world.open_issue("omar", "An older ticket", "Due: 2026-12-01")
    outcome = apply(world, EnsureAgreed(theirs, None, date(2027, 1, 15)))
    assert (outcome.result, outcome.shortfall, outcome.writes) == (Result.REFUSED, ("due",), 0)
    assert body_of(world, theirs) == "Due: 2026-12-01"
    assert ticket_of(world, case, theirs).due is None


def test_milestones_are_made_once_for_each_day_and_hold_the_due_date() -> None:
    with a_world(GithubDue.MILESTONE) as world:
        case = an_incident(world)
        outcomes = [apply(world, a_command(world, case, action)) for action in ("A1", "A2")]
        assert [each.writes for each in outcomes] == [3, 2]
        ticket = outcomes[0].ticket
        assert ticket is not None
        moved = apply(world, EnsureAgreed(ticket, world.person("omar"), date(2027, 1, 15)))
        assert (moved.writes, moved.shortfall) == (2, ())
        again = apply(world, EnsureAgreed(ticket, world.person("omar"), date(2027, 1, 15)))
        assert again.result is Result.UNCHANGED
        seen = {each.title: each.due for each in world.tracker.observe(case, (), world.policy).tickets}
        assert seen == {"A1: Filter": date(2027, 1, 15), "A2: Filter": date(2026, 12, 1)}
        assert "Due:" not in body_of(world, ticket)


def test_a_milestone_that_we_may_not_make_is_told_and_the_ticket_stands() -> None:
    with a_world(GithubDue.MILESTONE) as world:
        case = an_incident(world)
        world.sandbox.misbehave.fail_next(1, 403, "POST .*/milestones")
        outcome = apply(world, a_command(world, case))
        assert (outcome.result, outcome.shortfall) == (Result.CHANGED, ("due",))


def test_an_issue_field_holds_the_due_date() -> None:
    with a_world(GithubDue.ISSUE_FIELD) as world:
        world.sandbox.add_issue_field("acme", "Due date", "date")
        case = an_incident(world)
        ticket = a_ticket(world, case)
        assert ticket_of(world, case).due == date(2026, 12, 1)
        outcome = apply(world, EnsureAgreed(ticket, world.person("omar"), date(2027, 1, 15)))
        assert (outcome.result, outcome.writes) == (Result.CHANGED, 2)
        assert ticket_of(world, case).due == date(2027, 1, 15)


@pytest.mark.parametrize(
    ("features", "field"), [(("sub_issues",), "Due date"), (("sub_issues", "issue_fields"), "Other")]
)
def test_an_issue_field_that_is_not_there_is_told(features: tuple[str, ...], field: str) -> None:
    with a_world(GithubDue.ISSUE_FIELD, features=features) as world:
        world.sandbox.add_issue_field("acme", field, "date")
        case = an_incident(world)
        outcome = apply(world, a_command(world, case))
        assert (outcome.result, outcome.shortfall) == (Result.CHANGED, ("due",))
        assert ticket_of(world, case).due is None


def test_a_ticket_that_stays_closed_is_a_refusal(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.close("dana", case)
    world.sandbox.set_role(PROJECT, BOT, "read")
    outcome = apply(world, EnsureOpen(case, "open"))
    assert (outcome.result, outcome.writes) == (Result.REFUSED, 1)


# The due line


@pytest.mark.parametrize(
    ("body", "due"),
    [
        ("Due: 2026-12-01", date(2026, 12, 1)),
        ("**Due:** 2026-12-01\r\n", date(2026, 12, 1)),
        ("Due: 2026-01-01\n\nDue: 2026-12-01", date(2026, 12, 1)),
        ("It is Due: 2026-12-01", None),
        ("Due: 2026-12-01 or later", None),
        ("Due: 1.12.2026", None),
        ("Due: 2026-02-30", None),
        ("", None),
    ],
)
def test_which_line_is_the_due_line(body: str, due: date | None) -> None:
    assert marks.due_in(body) == due


def test_a_due_line_in_an_empty_text_is_all_of_it() -> None:
    assert marks.with_due("", date(2026, 12, 1)) == "Due: 2026-12-01"
