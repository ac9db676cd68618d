"""What the GitHub adapter reads, with how many calls, and what it does not believe."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import responses

from integration.errors import IssueNotFound, TrackerRefused, TrackerUnavailable
from integration.postmortem.commands import EnsureActionTicket, EnsureReply, EnsureStatusComment
from integration.postmortem.facts import FactsNeeded
from integration.postmortem.incident import CommentOrigin, Fate, IssueKey, IssueRef
from integration.postmortem.people import Person, PersonKind
from integration.trackers.github.marks import mark_line
from integration.trackers.github.tracker import connect
from integration.trackers.markers import Signer
from mappings.models import GithubDue
from tests.trackers.github_harness import BOT, KEY, PROJECT, GitHubWorld, a_policy, a_world, where
from tests.trackers.suite import Purse, says


@pytest.fixture
def world() -> Iterator[GitHubWorld]:
    with a_world() as world:
        yield world


def an_incident(world: GitHubWorld, body: str = "Text.") -> IssueRef:
    return world.open_issue("dana", "Recalled products", body, ("incident",))


def a_ticket(world: GitHubWorld, case: IssueRef, action: str = "A1", project: str = PROJECT) -> IssueRef:
    command = EnsureActionTicket(
        case=case,
        action_id=action,
        text="filter",
        description="Filter",
        project=project,
        title=f"{action}: Filter",
        tree=says("Filter."),
        owner=world.person("dana"),
        due=date(2026, 12, 1),
        labels=frozenset({"followthrough-action"}),
    )
    outcome = world.tracker.apply(command, world.policy, Purse())
    assert outcome.ticket is not None
    return outcome.ticket


def asked(world: GitHubWorld, case: IssueRef, *tickets: IssueRef) -> list[str]:
    world.sandbox.calls.reset()
    world.tracker.observe(case, tickets, world.policy)
    return world.calls()


# Calls


def test_an_incident_as_it_is_opened_costs_two_calls(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.tracker.service()
    assert asked(world, case) == ["GET /repos/acme/shop/issues/1 200", "GET /repos/acme/shop 200"]


def test_a_case_that_did_not_change_costs_nothing_of_the_limit(world: GitHubWorld) -> None:
    case = an_incident(world)
    tickets = [a_ticket(world, case, action) for action in ("A1", "A2")]
    alone = world.open_issue("omar", "An older ticket")
    for issue in (case, *tickets):
        world.comment("dana", issue, "On it.")
    asked(world, case, *tickets, alone)
    again = asked(world, case, *tickets, alone)
    assert len(again) == 7
    assert {line.rpartition(" ")[2] for line in again} == {"304"}


def test_only_what_changed_is_read_again(world: GitHubWorld) -> None:
    case = an_incident(world)
    ticket = a_ticket(world, case)
    world.comment("dana", case, "On it.")
    asked(world, case, ticket)
    world.comment("dana", ticket, "Started.")
    again = [line for line in asked(world, case, ticket) if not line.endswith("304")]
    assert again == ["GET /repos/acme/shop/issues/1/sub_issues 200", "GET /repos/acme/shop/issues/2/comments 200"]


# Comments


def test_whose_words_a_comment_holds(world: GitHubWorld) -> None:
    world.sandbox.add_person("helper[bot]", "Bot", app="helper")
    world.sandbox.add_person("relay", app="relay-app")
    for login in ("helper[bot]", "relay"):
        world.sandbox.set_role(PROJECT, login, "write")
    case = an_incident(world)
    world.comment("dana", case, "/verify mine")
    world.comment("helper[bot]", case, "/verify by a bot")
    world.comment("relay", case, "/verify through an app")
    world.comment(BOT, case, "/verify by our account")
    comments = world.tracker.observe(case, (), world.policy).incident.comments
    origins = [CommentOrigin.PERSON, CommentOrigin.APP, CommentOrigin.APP, CommentOrigin.OURS]
    assert [comment.origin for comment in comments] == origins
    assert comments[1].author.kind is PersonKind.BOT


def test_editors_are_asked_for_once_a_text_and_only_of_comments_that_may_hold_commands(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.comment("dana", case, "just words")
    assert not any("graphql" in line for line in asked(world, case))
    for text in ("/verify one", "/verify two", "/verify three", "just words"):
        world.comment("dana", case, text)
    ids = [comment.id for comment in world.tracker.observe(case, (), world.policy).incident.comments][1:]
    world.later()
    world.edit_comment("dana", case, ids[0], "/verify one, corrected")
    world.edit_comment("omar", case, ids[1], "/verify two, forged")
    world.edit_comment("dana", case, ids[3], "just other words")
    world.sandbox.calls.reset()
    seen = [world.tracker.observe(case, (), world.policy).incident.comments for _ in range(3)][-1]
    person, rewritten = CommentOrigin.PERSON, CommentOrigin.REWRITTEN
    assert [comment.origin for comment in seen] == [person, person, rewritten, person, rewritten]
    assert sum("graphql" in line for line in world.calls()) == 1


def test_a_command_that_somebody_else_wrote_within_the_first_second_is_rewritten(world: GitHubWorld) -> None:
    """S8: REST tells whole seconds, so that such a comment looks as if nobody had touched it."""
    case = an_incident(world)
    thanks, mine = world.comment("dana", case, "Thanks"), world.comment("dana", case, "/verfy")
    world.edit_comment("omar", case, thanks, "/approve technical")
    world.edit_comment("dana", case, mine, "/verify I ran the replay")
    forged, corrected = world.tracker.observe(case, (), world.policy).incident.comments
    assert forged.updated_at == forged.created_at
    assert (forged.origin, corrected.origin) == (CommentOrigin.REWRITTEN, CommentOrigin.PERSON)


def test_what_grows_beyond_one_question_is_asked_in_several(world: GitHubWorld) -> None:
    case = an_incident(world)
    forged = [world.comment("dana", case, f"thanks {number}") for number in range(60)]
    for each in forged:
        world.edit_comment("omar", case, each, "/approve technical")
    seen = world.tracker.observe(case, (), world.policy).incident.comments
    assert {comment.origin for comment in seen} == {CommentOrigin.REWRITTEN}


def test_an_edit_over_an_edit_is_asked_about_again(world: GitHubWorld) -> None:
    case = an_incident(world)
    mine = world.comment("dana", case, "/verify one")
    for by, text in (("dana", "/verify one, corrected"), ("omar", "/verify one, forged")):
        world.later()
        world.edit_comment(by, case, mine, text)
        origin = world.tracker.observe(case, (), world.policy).incident.comments[0].origin
        assert (origin is CommentOrigin.PERSON) == (by == "dana")


def test_where_there_is_no_graphql_an_edited_command_is_rewritten(world: GitHubWorld) -> None:
    case = an_incident(world)
    mine = world.comment("dana", case, "/verify one")
    world.later()
    world.edit_comment("dana", case, mine, "/verify one, corrected")
    world.sandbox.misbehave.fail_next(1, 404, "graphql")
    for _ in range(2):
        (seen,) = world.tracker.observe(case, (), world.policy).incident.comments
        assert seen.origin is CommentOrigin.REWRITTEN


def test_a_marker_counts_only_on_our_own_text_in_its_own_place(world: GitHubWorld) -> None:
    case, other = an_incident(world), an_incident(world)
    mark = mark_line(Signer(KEY), case.key, "status")
    world.comment(BOT, case, f"Judged.\n\n{mark}")
    world.comment(BOT, case, f"Judged. {mark}")
    world.comment(BOT, case, f"Judged.\r\n\r\n{mark}\r\n")
    world.comment("omar", case, f"Judged.\n\n{mark}")
    world.comment(BOT, other, f"Judged.\n\n{mark}")
    comments = world.tracker.observe(case, (), world.policy).incident.comments
    assert [comment.purpose for comment in comments] == ["status", None, "status", None]
    assert world.tracker.observe(other, (), world.policy).incident.comments[0].purpose is None


def test_a_flood_of_comments_is_capped_and_told() -> None:
    ticket = a_payload(comments=5_000)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as api:
        api.get(f"{API}/user", json=account(9, "bot"))
        api.get(f"{API}/repos/acme/shop", json={"full_name": "acme/shop", "private": True})
        api.get(f"{API}/repos/acme/shop/issues/1", json=ticket)
        remark = {"id": 1, "created_at": ticket["created_at"], "updated_at": ticket["created_at"]}
        for page in range(1, 20):
            link = {"Link": f'<{API}/repos/acme/shop/issues/1/comments?page={page + 1}>; rel="next"'}
            query = {"page": str(page)} if page > 1 else {"per_page": "100"}
            match = [responses.matchers.query_param_matcher(query)]
            api.get(f"{API}/repos/acme/shop/issues/1/comments", json=[remark] * 100, headers=link, match=match)
        tracker = connect("https://api.github.com", KEY, token="t")
        seen = tracker.observe(IssueRef(IssueKey("github", "77"), "acme/shop#1"), (), a_policy()).incident
        tracker.close()
    assert (len(seen.comments), seen.comments_capped) == (1_000, True)


# Odd answers

API = "https://api.github.com:443"


def account(number: int, login: str, kind: str = "User", **more: Any) -> dict[str, Any]:
    return {"id": number, "login": login, "type": kind, **more}


def a_payload(**more: Any) -> dict[str, Any]:
    """Return an issue as GitHub shows it, with ``sub_issues_summary`` saying that there are none."""
    return {
        "id": 77,
        "number": 1,
        "node_id": "I_1",
        "title": "Recalled products",
        "repository_url": "https://api.github.com/repos/acme/shop",
        "html_url": "https://github.com/acme/shop/issues/1",
        "user": account(1, "dana"),
        "created_at": "2026-11-23T09:00:00Z",
        "updated_at": "2026-11-23T10:00:00Z",
        "sub_issues_summary": {"total": 0},
        **more,
    }


def read_payload(ticket: dict[str, Any], due: GithubDue = GithubDue.LINE, **repository: Any) -> Any:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as api:
        api.get(f"{API}/user", json=account(9, "bot"))
        api.get(f"{API}/repos/acme/shop", json={"full_name": "acme/shop", "private": True, **repository})
        api.get(f"{API}/repos/acme/shop/issues/1", json=ticket)
        api.get(f"{API}/repos/acme/shop/issues/1/sub_issues", status=404, json={"message": "Not Found"})
        tracker = connect("https://api.github.com", KEY, token="t")
        try:
            return tracker.observe(IssueRef(IssueKey("github", "77"), "acme/shop#1"), (), a_policy(due)).incident
        finally:
            tracker.close()


def test_deleted_accounts_and_missing_parts_are_read_as_nobody_and_nothing() -> None:
    seen = read_payload(a_payload(user=None, body=None, assignees=None))
    assert (seen.author.handle, seen.author.active, seen.body, seen.assignees) == ("ghost", False, "", ())


def test_labels_come_as_objects_or_as_bare_names() -> None:
    assert read_payload(a_payload(labels=["incident", {"name": "sev1"}])).labels == {"incident", "sev1"}


@pytest.mark.parametrize(
    ("kind", "more", "read"),
    [
        ("User", {}, (PersonKind.HUMAN, True)),
        ("Bot", {}, (PersonKind.BOT, True)),
        ("Mannequin", {}, (PersonKind.HUMAN, False)),
        ("Organization", {}, (PersonKind.APP, False)),
        ("User", {"suspended_at": "2026-01-01T00:00:00Z"}, (PersonKind.HUMAN, False)),
    ],
)
def test_kinds_of_accounts(kind: str, more: dict[str, str], read: tuple[PersonKind, bool]) -> None:
    author = read_payload(a_payload(user=account(1, "dana", kind, **more))).author
    assert (author.kind, author.active) == read


def test_a_due_line_counts_only_in_our_own_text() -> None:
    body = "Due: 2026-12-01"
    assert read_payload(a_payload(body=body, user=account(9, "bot"))).due == date(2026, 12, 1)
    assert read_payload(a_payload(body=body, user=account(1, "dana"))).due is None
    assert read_payload(a_payload(body="Due: 2026-13-01", user=account(9, "bot"))).due is None


def test_a_milestones_day_is_the_due_date_where_the_mapping_says_so() -> None:
    milestone = {"number": 3, "title": "x", "due_on": "2026-12-01T08:00:00Z"}
    assert read_payload(a_payload(milestone=milestone), GithubDue.MILESTONE).due == date(2026, 12, 1)
    assert read_payload(a_payload(milestone=milestone), GithubDue.LINE).due is None
    assert read_payload(a_payload(), GithubDue.MILESTONE).due is None


def test_an_issue_fields_day_is_the_due_date_where_the_mapping_says_so() -> None:
    values = [
        {"issue_field_name": "Other", "value": "2026-01-01"},
        {"issue_field_name": "due date", "value": "2026-12-01"},
    ]
    assert read_payload(a_payload(issue_field_values=values), GithubDue.ISSUE_FIELD).due == date(2026, 12, 1)
    odd = [{"issue_field_name": "Due date", "value": {"x": 1}}]
    assert read_payload(a_payload(issue_field_values=odd), GithubDue.ISSUE_FIELD).due is None
    assert read_payload(a_payload(issue_field_values=[]), GithubDue.ISSUE_FIELD).due is None


def test_visibility_is_read_with_each_look(world: GitHubWorld) -> None:
    case = an_incident(world)
    assert not world.tracker.observe(case, (), world.policy).incident.public
    world.sandbox.site.repository(PROJECT).private = False
    assert world.tracker.observe(case, (), world.policy).incident.public


def test_a_server_without_sub_issues_is_asked_once() -> None:
    with a_world(features=()) as world:
        case = an_incident(world)
        ticket = a_ticket(world, case)
        assert sum("sub_issues" in line for line in asked(world, case, ticket)) == 0
        (seen,) = world.tracker.observe(case, (ticket,), world.policy).tickets
        assert (seen.ref.key, seen.linked, seen.purpose) == (ticket.key, False, "ticket:A1")


@pytest.mark.parametrize(
    "body", [[], {"id": "x"}, a_payload(created_at="yesterday"), a_payload(repository_url=7), None]
)
def test_an_issue_of_another_shape_is_an_outage_and_no_crash(body: Any) -> None:
    with pytest.raises(TrackerUnavailable):
        read_payload(body)


@pytest.mark.parametrize("url", ["https://api.github.com/repos/acme/..", "https://api.github.com/repos/a b/c", ""])
def test_a_repository_that_github_cannot_have_named_is_refused(url: str) -> None:
    with pytest.raises(TrackerRefused):
        read_payload(a_payload(repository_url=url))


# Where an issue is


def test_another_issue_at_the_same_place_is_not_it(world: GitHubWorld) -> None:
    case, other = an_incident(world), an_incident(world)
    with pytest.raises(IssueNotFound):
        world.tracker.locate(case.key.id, other.locator)
    with pytest.raises(IssueNotFound):
        world.tracker.observe(IssueRef(case.key, other.locator), (), world.policy)


def test_a_transferred_issue_has_a_new_id_and_so_is_not_found(world: GitHubWorld) -> None:
    world.sandbox.add_repository("acme/other", roles={BOT: "write", "gina": "admin"})
    case = an_incident(world)
    world.sandbox.transfer_issue(*where(case), to="acme/other", by="gina")
    with pytest.raises(IssueNotFound):
        world.tracker.observe(case, (), world.policy)


def test_a_pull_request_is_no_issue(world: GitHubWorld) -> None:
    number = world.sandbox.add_pull_request(PROJECT, "omar", "A change")
    pull = world.ref(number)
    with pytest.raises(IssueNotFound):
        world.tracker.locate(pull.key.id, pull.locator)


def test_a_private_repository_that_we_cannot_see_is_not_found(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.sandbox.set_role(PROJECT, BOT, None)
    with pytest.raises(IssueNotFound):
        world.tracker.observe(case, (), world.policy)


def test_a_ticket_that_was_deleted_or_hidden_is_missing(world: GitHubWorld) -> None:
    world.sandbox.add_repository("acme/ops", roles={BOT: "write", "dana": "write", "gina": "admin"})
    case = an_incident(world)
    there, here = a_ticket(world, case, "A1", "acme/ops"), a_ticket(world, case, "A2")
    world.delete_issue(here)
    world.sandbox.set_role("acme/ops", BOT, None)
    elsewhere = IssueRef(IssueKey("jira", "10001"), "PM-7")
    seen = world.tracker.observe(case, (there, here, elsewhere), world.policy)
    assert (seen.missing, seen.tickets) == ({there.key, here.key}, ())


def test_a_ticket_that_was_converted_is_told_and_costs_a_call_where_a_closed_one_that_is_locked_does(
    world: GitHubWorld,
) -> None:
    case = an_incident(world)
    converted, locked, closed = (a_ticket(world, case, action) for action in ("A1", "A2", "A3"))
    elsewhere = IssueKey("jira", "10001")
    world.sandbox.convert_issue(*where(converted), by="gina")
    for each in (locked, closed):
        world.close("gina", each)
    assert world.sandbox.as_person("gina").ask("PUT", f"/repos/{PROJECT}/issues/{where(locked)[1]}/lock", {}).ok
    world.sandbox.calls.reset()
    seen = world.tracker.observe(case, (converted, locked, closed), world.policy)
    assert (seen.missing, seen.fates) == ({converted.key}, {converted.key: Fate.CONVERTED})
    assert {ticket.ref.key for ticket in seen.tickets} == {locked.key, closed.key}
    assert sum("/events" in line for line in world.calls()) == 2
    apart = world.tracker.observe_tickets(elsewhere, (converted, closed), world.policy)
    assert (apart.missing, apart.fates) == ({converted.key}, {converted.key: Fate.CONVERTED})


def test_a_renamed_repository_is_followed_and_named_anew() -> None:
    there = {"Location": "https://api.github.com/repositories/7/issues/1"}
    moved = a_payload(repository_url="https://api.github.com/repos/acme/store", comments=1)
    with responses.RequestsMock() as api:
        api.get(f"{API}/user", json=account(9, "bot"))
        api.get(f"{API}/repos/acme/shop/issues/1", status=301, headers=there)
        api.get(f"{API}/repositories/7/issues/1", json=moved)
        api.get(f"{API}/repos/acme/store", json={"full_name": "acme/store", "private": True})
        api.get(f"{API}/repos/acme/store/issues/1/comments", json=[])
        tracker = connect("https://api.github.com", KEY, token="t")
        seen = tracker.observe(IssueRef(IssueKey("github", "77"), "acme/shop#1"), (), a_policy()).incident
        tracker.close()
    assert seen.ref.locator == "acme/store#1"


# Facts


def standing(world: GitHubWorld, person: Person, project: str = PROJECT) -> str | None:
    case = an_incident(world)
    needed = FactsNeeded(standings=frozenset({(project, person)}))
    return world.tracker.look_up(case, needed, world.policy).standing(project, person).role


@pytest.mark.parametrize(
    ("who", "role"), [("rita", "read"), ("dana", "triage"), ("omar", "write"), ("gina", "admin"), ("stranger", None)]
)
def test_a_standing_is_the_role_and_not_what_it_is_folded_into(world: GitHubWorld, who: str, role: str | None) -> None:
    assert standing(world, world.person(who)) == role


def test_a_standing_is_read_afresh_each_time(world: GitHubWorld) -> None:
    assert standing(world, world.person("dana")) == "triage"
    world.sandbox.set_role(PROJECT, "dana", "read")
    assert standing(world, world.person("dana")) == "read"


def test_rights_that_our_account_may_not_read_grant_nothing(world: GitHubWorld) -> None:
    world.sandbox.set_role(PROJECT, BOT, "triage")
    assert standing(world, world.person("gina")) is None


def test_a_login_that_changed_hands_grants_nothing(world: GitHubWorld) -> None:
    assert standing(world, Person("github", "424242", "gina")) is None


@pytest.mark.parametrize("handle", ["../gina", "gina/permission", "", "gina gina"])
def test_a_handle_that_is_none_is_not_asked_about(world: GitHubWorld, handle: str) -> None:
    person = Person("github", world.person("gina").id, handle)
    world.sandbox.calls.reset()
    assert standing(world, person) is None
    assert world.calls() == ["GET /user 200"] or world.calls() == []


@pytest.mark.parametrize(
    ("answer", "role"),
    [
        (
            {"permission": "write", "role_name": "incident-lead", "user": {"id": 5, "permissions": {"push": True}}},
            "write",
        ),
        ({"permission": "read", "role_name": "x", "user": {"id": 5, "permissions": {"triage": True}}}, "triage"),
        ({"permission": "write", "role_name": "x", "user": {"id": 5}}, "write"),
        ({"permission": "write", "user": {"id": 5}}, "write"),
        ({"permission": "none", "role_name": "none", "user": {"id": 5, "permissions": {"pull": True}}}, None),
        ({"permission": "admin", "role_name": "admin", "user": {"id": 6}}, None),
        ({"permission": "admin", "role_name": "admin"}, None),
        ({}, None),
    ],
)
def test_a_role_of_ones_own_counts_as_what_it_includes(answer: dict[str, Any], role: str | None) -> None:
    person = Person("github", "5", "dana")
    with responses.RequestsMock() as api:
        api.get(f"{API}/user", json=account(9, "bot"))
        api.get(f"{API}/repos/acme/shop/collaborators/dana/permission", json=answer)
        tracker = connect("https://api.github.com", KEY, token="t")
        needed = FactsNeeded(standings=frozenset({("acme/shop", person)}))
        facts = tracker.look_up(IssueRef(IssueKey("github", "77"), "acme/shop#1"), needed, a_policy())
        tracker.close()
    assert facts.standing("acme/shop", person).role == role


def test_a_token_that_is_no_longer_good_is_no_lack_of_rights(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.tracker.service()
    world.sandbox.misbehave.fail_next(1, 401, "permission")
    needed = FactsNeeded(standings=frozenset({(PROJECT, world.person("dana"))}))
    with pytest.raises(TrackerRefused) as refused:
        world.tracker.look_up(case, needed, world.policy)
    assert refused.value.status == 401


def test_names_mean_somebody_only_as_a_mention_of_one_who_can_own_things_here(world: GitHubWorld) -> None:
    world.sandbox.add_person("helper[bot]", "Bot", app="helper")
    case = an_incident(world)
    names = frozenset({"@dana", "dana", "Dana", "@stranger", "@acme", "@nobody-here", "@dana @omar", "@../user"})
    people = world.tracker.look_up(case, FactsNeeded(names=names), world.policy).people
    active = {name: [person.handle for person in found if person.active] for name, found in people.items()}
    assert active == {name: ["dana"] if name == "@dana" else [] for name in names}
    assert [person.active for person in people["@stranger"]] == [False]


def test_where_the_server_cannot_tell_who_can_be_assigned_the_account_counts(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.sandbox.misbehave.fail_next(2, 404, "/assignees")
    for _ in range(2):
        facts = world.tracker.look_up(case, FactsNeeded(names=frozenset({"@dana"})), world.policy)
        assert [person.active for person in facts.people["@dana"]] == [True]
    assert sum("/assignees" in line for line in world.calls()) == 2


def test_a_label_is_its_last_setters_and_an_app_is_no_person(world: GitHubWorld) -> None:
    world.sandbox.add_person("helper[bot]", "Bot", app="helper")
    world.sandbox.set_role(PROJECT, "helper[bot]", "write")
    case = an_incident(world)
    person = world.sandbox.as_person
    person("omar").label(*where(case), "governed")
    person("omar").unlabel(*where(case), "governed")
    person("dana").label(*where(case), "governed")
    person("helper[bot]").label(*where(case), "by-bot")
    needed = FactsNeeded(labellers=frozenset({"Governed", "by-bot", "absent"}))
    found = world.tracker.look_up(case, needed, world.policy).labellers
    assert {name: (each.person.handle, each.person.kind) for name, each in found.items()} == {
        "Governed": ("dana", PersonKind.HUMAN),
        "by-bot": ("helper[bot]", PersonKind.APP),
    }
    assert found["Governed"].role == "triage"


def test_the_last_editor_of_a_text_is_told_and_unknown_without_graphql(world: GitHubWorld) -> None:
    case = an_incident(world)
    world.sandbox.as_person("omar").edit(*where(case), body="Another text.")
    needed = FactsNeeded(body_editor=True)
    found = world.tracker.look_up(case, needed, world.policy).body_editor
    assert found is not None
    assert (found.person.id, found.role) == (world.person("omar").id, "write")
    world.sandbox.misbehave.fail_next(1, 404, "graphql")
    assert world.tracker.look_up(case, needed, world.policy).body_editor is None


# Ourselves


def test_our_account_is_read_once(world: GitHubWorld) -> None:
    assert world.tracker.service() == world.tracker.service()
    assert world.calls() == ["GET /user 200"]


def test_an_app_is_read_by_its_bots_login(world: GitHubWorld) -> None:
    world.sign_in_as_app()
    assert (world.tracker.service().handle, world.tracker.service().kind) == ("followthrough[bot]", PersonKind.BOT)


def test_our_replies_and_status_comments_are_ours_in_every_look(world: GitHubWorld) -> None:
    case = an_incident(world)
    for command in (EnsureStatusComment(case, None, says("x")), EnsureReply(case, "reply:1", says("y"))):
        world.tracker.apply(command, world.policy, Purse())
    seen = world.tracker.observe(case, (), world.policy).incident.comments
    assert [(each.origin, each.purpose) for each in seen] == [
        (CommentOrigin.OURS, "status"),
        (CommentOrigin.OURS, "reply:1"),
    ]
    assert all(each.created_at <= datetime.now(UTC) for each in seen)
