"""Jiras that answer otherwise than the stand-in: Data Center's roles, forbidden questions, lost tickets, properties
that are refused.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from integration.errors import TrackerRefused, TrackerUnavailable
from integration.postmortem.commands import EnsureLabels, EnsureReply, EnsureSeverityShown, Result
from integration.postmortem.facts import FactsNeeded
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.people import Person, PersonKind
from integration.trackers.jira.client import JiraAccess
from integration.trackers.jira.story import NOBODY, person_of, story_of
from integration.trackers.jira.tracker import JiraTracker, connect
from integration.trackers.jira.translation import visible
from tests.trackers.jira_harness import DUE, KEY, Purse, a_policy, a_wish, says

URL = "https://jira.example"
API = f"{URL}/rest/api/2"
POLICY = a_policy()
CASE = IssueRef(IssueKey("jira", "10001"), "PM-1", f"{URL}/browse/PM-1")


@pytest.fixture
def answers() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{API}/myself", json={"accountId": "us", "displayName": "Followthrough", "accountType": "atlassian"})
        yield mock


@pytest.fixture
def cloud(answers: responses.RequestsMock) -> Iterator[JiraTracker]:
    answers.get(f"{API}/serverInfo", json={"deploymentType": "Cloud", "baseUrl": URL})
    tracker = connect(JiraAccess(URL, "token", "bot", KEY))
    yield tracker
    tracker.close()


@pytest.fixture
def server(answers: responses.RequestsMock) -> Iterator[JiraTracker]:
    answers.get(f"{API}/serverInfo", json={"deploymentType": "Server", "baseUrl": URL})
    tracker = connect(JiraAccess(URL, "token", key=KEY))
    yield tracker
    tracker.close()


def an_issue(number: int, **fields: Any) -> dict[str, Any]:
    shown = {"summary": f"Issue {number}", "comment": {"comments": [], "total": 0}, "project": {"key": "PM"}}
    return {"id": str(10000 + number), "key": f"PM-{number}", "fields": shown | fields}


def test_data_centers_roles_name_users_and_groups(answers: responses.RequestsMock, server: JiraTracker) -> None:
    user = {"key": "JIRAUSER1", "name": "gina", "displayName": "Gina", "groups": {"items": [{"name": "board"}]}}
    answers.get(f"{API}/user", json=user)
    roles = {"Owners": f"{API}/project/1/role/7", "Guests": f"{API}/project/1/role/8", "Odd": "https://evil.example/x"}
    answers.get(f"{API}/project/PM/role", json=roles)
    group = {"type": "atlassian-group-role-actor", "name": "board"}
    answers.get(f"{API}/project/PM/role/7", json={"actors": [group]})
    named = {"type": "atlassian-user-role-actor", "name": "gina"}
    answers.get(f"{API}/project/PM/role/8", json={"actors": [named]})
    policy = a_policy({"people.jira.admin.roles": ["Owners", "Guests", "Odd"]})
    gina = Person("jira", "JIRAUSER1", "gina")
    standing = server.look_up(CASE, FactsNeeded(frozenset({("PM", gina)})), policy).standing("PM", gina)
    assert standing.project_roles == {"Owners", "Guests"}
    assert [call.request.url for call in answers.calls if "evil" in str(call.request.url)] == []


def test_cloud_roles_hold_groups_too(answers: responses.RequestsMock, cloud: JiraTracker) -> None:
    user = {"accountId": "5b10gina", "accountType": "atlassian", "groups": {"items": [{"name": "board"}]}}
    answers.get(f"{API}/user", json=user)
    answers.get(f"{API}/project/PM/role", json={"Owners": f"{API}/project/1/role/7"})
    actor = {"type": "atlassian-group-role-actor", "actorGroup": {"name": "board"}}
    answers.get(f"{API}/project/PM/role/7", json={"actors": [actor, {"type": "unknown"}]})
    gina = Person("jira", "5b10gina", "5b10gina")
    policy = a_policy({"people.jira.admin.roles": ["Owners"]})
    assert cloud.look_up(CASE, FactsNeeded(frozenset({("PM", gina)})), policy).standing("PM", gina).project_roles == {
        "Owners"
    }


def test_where_users_may_not_be_browsed_a_name_means_nobody(
    answers: responses.RequestsMock, cloud: JiraTracker
) -> None:
    answers.get(f"{API}/user/search", status=403, json={"errorMessages": ["no"]})
    assert cloud.look_up(CASE, FactsNeeded(names=frozenset({"Dana"})), POLICY).people == {"Dana": ()}


def test_a_name_that_more_people_have_than_are_read_means_nobody(
    answers: responses.RequestsMock, cloud: JiraTracker
) -> None:
    page = [{"accountId": f"a{each}", "displayName": "Dana", "accountType": "atlassian"} for each in range(100)]
    answers.get(f"{API}/user/search", json=page)
    assert cloud.look_up(CASE, FactsNeeded(names=frozenset({"Dana", "x" * 201})), POLICY).people["Dana"] == ()
    assert len([call for call in answers.calls if "user/search" in str(call.request.url)]) == 3


def test_one_deleted_ticket_does_not_hide_the_others(answers: responses.RequestsMock, cloud: JiraTracker) -> None:
    answers.get(f"{API}/field", json=[])
    answers.get(f"{API}/issue/10001", json=an_issue(1))
    answers.get(f"{API}/search/jql", status=400, json={"errorMessages": ["An issue with key '10003' does not exist."]})
    answers.get(f"{API}/issue/10002", json=an_issue(2))
    answers.get(f"{API}/issue/10003", status=404, json={})
    tickets = tuple(IssueRef(IssueKey("jira", f"1000{each}"), f"PM-{each}") for each in (2, 3))
    seen = cloud.observe(CASE, tickets, POLICY)
    assert [ticket.ref.locator for ticket in seen.tickets] == ["PM-2"]
    assert seen.missing == {tickets[1].key}


def test_a_search_in_pages_is_read_to_its_end(answers: responses.RequestsMock, cloud: JiraTracker) -> None:
    answers.get(f"{API}/field", status=404, json={})
    answers.get(f"{API}/issue/10001", json=an_issue(1))
    answers.get(f"{API}/search/jql", json={"issues": [an_issue(2)], "isLast": False, "nextPageToken": "next"})
    answers.get(f"{API}/search/jql", json={"issues": [an_issue(3)], "isLast": True})
    tickets = tuple(IssueRef(IssueKey("jira", f"1000{each}"), f"PM-{each}") for each in (2, 3))
    assert len(cloud.observe(CASE, tickets, POLICY).tickets) == 2
    assert len(answers.calls) == 6


@pytest.mark.parametrize("answer", [{}, {"id": "10001", "key": "PM-1"}, {"id": "10001", "key": "PM-1", "fields": []}])
def test_an_answer_that_is_no_issue_is_no_answer(
    answers: responses.RequestsMock, cloud: JiraTracker, answer: dict[str, Any]
) -> None:
    answers.get(f"{API}/issue/10001", json=answer)
    with pytest.raises(TrackerUnavailable):
        cloud.observe(CASE, (), POLICY)
    with pytest.raises(TrackerUnavailable):
        cloud.locate("10001", "")


def test_a_jira_that_takes_no_properties_gets_the_ticket_without(
    answers: responses.RequestsMock, server: JiraTracker
) -> None:
    answers.post(f"{API}/issue", status=400, json={"errorMessages": ["Unrecognized field: properties"], "errors": {}})
    answers.post(f"{API}/issue", status=201, json={"id": "10002", "key": "PM-2"})
    answers.post(f"{API}/issueLink", status=201, body=b"")
    outcome = server.apply(a_wish(CASE), POLICY, Purse())
    assert (outcome.result, outcome.writes, outcome.shortfall) == (Result.CHANGED, 3, ())
    assert outcome.ticket is not None
    assert outcome.ticket.locator == "PM-2"


def test_a_refusal_of_the_whole_is_not_tried_again(answers: responses.RequestsMock, server: JiraTracker) -> None:
    answers.post(f"{API}/issue", status=403, json={"errorMessages": ["You may not create issues."]})
    outcome = server.apply(a_wish(CASE), POLICY, Purse())
    assert (outcome.result, outcome.writes, outcome.detail) == (Result.REFUSED, 1, "You may not create issues.")


def test_a_creation_that_says_nothing_may_have_happened(answers: responses.RequestsMock, server: JiraTracker) -> None:
    answers.post(f"{API}/issue", status=201, json={})
    with pytest.raises(TrackerUnavailable) as raised:
        server.apply(a_wish(CASE), POLICY, Purse())
    assert raised.value.may_have_happened


def test_being_signed_out_is_raised_and_no_refusal_of_one_command(
    answers: responses.RequestsMock, cloud: JiraTracker
) -> None:
    answers.put(f"{API}/issue/10001", status=401, json={})
    answers.get(f"{API}/issue/10001", json=an_issue(1))
    answers.post(f"{API}/issue/10001/comment", status=401, json={})
    labels = EnsureLabels(CASE, frozenset({"sev1"}))
    with pytest.raises(TrackerRefused):
        cloud.apply(EnsureReply(CASE, "reply:1", says("x")), POLICY, Purse())
    with pytest.raises(TrackerRefused):
        cloud.apply_together((labels, EnsureSeverityShown(CASE, "SEV1")), POLICY, Purse())


def test_an_edit_that_is_forbidden_is_a_refusal(answers: responses.RequestsMock, cloud: JiraTracker) -> None:
    answers.put(f"{API}/issue/10001", status=403, json={"errorMessages": ["You may not edit."]})
    labels = EnsureLabels(CASE, frozenset({"sev1"}))
    assert cloud.apply_together((labels,), POLICY, Purse())[0].detail == "You may not edit."


def test_our_own_account_must_be_active(answers: responses.RequestsMock, cloud: JiraTracker) -> None:
    answers.replace(responses.GET, f"{API}/myself", json={"accountId": "us", "active": False})
    with pytest.raises(TrackerRefused):
        cloud.observe(CASE, (), POLICY)


def test_clouds_own_answer_about_projects_is_the_scope(answers: responses.RequestsMock, cloud: JiraTracker) -> None:
    answers.post(f"{API}/permissions/project", json={"projects": [{"id": 1, "key": "PM"}, {"id": 2, "key": "../x"}]})
    assert cloud.in_scope() == {"PM"}


def test_accounts_of_every_kind() -> None:
    assert person_of({"accountId": "a", "accountType": "app"}).kind is PersonKind.APP
    assert person_of({"accountId": "a", "accountType": "customer"}).kind is PersonKind.CUSTOMER
    assert person_of({"accountId": "a", "accountType": "unknown"}).kind is PersonKind.APP
    assert person_of({"name": "dana"}) == Person("jira", "dana", "dana")
    assert not person_of({"accountId": "a", "active": False}).active
    for nobody in (None, "dana", {}, {"displayName": "Anonymous"}):
        assert person_of(nobody) == NOBODY
    assert not NOBODY.active


def test_values_of_every_kind_read_as_people_see_them() -> None:
    option, person = {"id": "1", "value": "High"}, {"displayName": "Dana", "name": "dana"}
    assert [visible(each) for each in (None, "x", option, person, {}, [option, person], 3.5, [])] == [
        "", "x", "High", "Dana", "", "High, Dana", "3.5", "",
    ]  # fmt: skip


def test_a_custom_field_called_status_closes_nothing_and_a_cut_changelog_names_no_creator() -> None:
    entry = {"id": "2", "created": "2026-11-23T10:00:00.000+0100", "author": {"name": "dana"}}
    item = {"field": "status", "fieldtype": "custom", "fromString": "a", "toString": "b"}
    log = {"total": 5, "histories": [entry | {"items": [item]}]}
    story = story_of({"fields": {"creator": {"name": "omar"}, "labels": ["Incident"]}, "changelog": log})
    assert story.last_change("status") is None
    assert story.changes[0].at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert (story.labelled_by("incident"), story.edited_by(frozenset({"summary"}))) == (None, None)


def test_a_due_date_in_a_field_of_its_own_is_written_and_read(
    answers: responses.RequestsMock, server: JiraTracker
) -> None:
    policy = a_policy({"remediation.ticket.jira.due_field": "customfield_10070"})
    answers.get(f"{API}/field", json=[])
    answers.get(f"{API}/issue/10001", json=an_issue(1, customfield_10070=DUE.isoformat()))
    assert server.observe(CASE, (), policy).incident.due == DUE
    answers.replace(responses.GET, f"{API}/issue/10001", json=an_issue(1, customfield_10070="soon"))
    assert server.observe(CASE, (), policy).incident.due is None
