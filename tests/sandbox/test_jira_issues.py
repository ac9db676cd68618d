"""The stand-in Jira, met by the `jira` library unmodified, on Cloud and on Server."""

from collections.abc import Iterator
from io import BytesIO

import pytest
import requests
from jira import JIRA, JIRAError

from integration.sandbox.jira.model import ONE_WAY
from integration.sandbox.jira.server import JiraSandbox


@pytest.fixture(params=["Cloud", "Server"])
def site(request: pytest.FixtureRequest) -> Iterator[JiraSandbox]:
    sandbox = JiraSandbox(deployment=request.param)
    for name in ("dana", "omar", "vic", "gina"):
        sandbox.add_person(name)
    sandbox.add_person("bot", "app")
    sandbox.add_project("PM", name="Product", lead="vic", roles={"dana": "member", "omar": "member", "bot": "member"})
    sandbox.add_field("customfield_10050", "Gate", "textfield")
    sandbox.add_field("customfield_10051", "Severity", "select", options=("SEV1", "SEV2"))
    with sandbox:
        yield sandbox


def library(site: JiraSandbox, name: str = "bot") -> JIRA:
    user = f"{name}@example.test" if site.site.is_cloud else name
    return JIRA(site.url, basic_auth=(user, f"{name}-token"), max_retries=0, timeout=10)


def an_issue(site: JiraSandbox, **fields: object) -> str:
    given = {"project": {"key": "PM"}, "issuetype": {"name": "Task"}, "summary": "Recalled products", **fields}
    return str(library(site).create_issue(fields=given, prefetch=False).key)


def test_the_library_learns_what_it_talks_to(site: JiraSandbox) -> None:
    client = library(site)
    assert client.deploymentType == site.site.deployment
    assert client.myself()["displayName"] == "Bot"


def test_an_issue_comes_back_as_it_was_opened(site: JiraSandbox) -> None:
    key = an_issue(site, labels=["sev1", "incident"], duedate="2026-11-29", customfield_10051={"value": "SEV1"})
    fields = library(site).issue(key).raw["fields"]
    assert (fields["labels"], fields["duedate"]) == (["incident", "sev1"], "2026-11-29")
    assert fields["customfield_10051"]["value"] == "SEV1"
    assert fields["status"]["statusCategory"]["key"] == "new"


def test_a_property_sent_with_the_creation_can_be_read_with_the_issue(site: JiraSandbox) -> None:
    person = site.as_person("bot")
    fields = {"project": {"key": "PM"}, "issuetype": {"name": "Task"}, "summary": "A1"}
    asked = {"fields": fields, "properties": [{"key": "followthrough", "value": {"action": "A1"}}]}
    key = person.call("POST", "/issue", json=asked)["key"]
    assert person.issue(key, properties="followthrough")["properties"] == {"followthrough": {"action": "A1"}}


def test_every_wrong_field_is_named_and_nothing_is_opened(site: JiraSandbox) -> None:
    with pytest.raises(JIRAError) as refused:
        an_issue(site, duedate="soon", labels=["two words"], customfield_99999="x", resolution={"name": "Done"})
    assert refused.value.status_code == 400
    errors = refused.value.response.json()["errors"]
    assert set(errors) == {"duedate", "labels", "customfield_99999", "resolution"}
    assert "not on the appropriate screen" in errors["customfield_99999"]
    assert site.site.issues == {}


def test_labels_are_added_and_removed_without_touching_the_others(site: JiraSandbox) -> None:
    key = an_issue(site, labels=["incident"])
    dana = site.as_person("dana")
    dana.add_label(key, "sev1")
    dana.remove_label(key, "incident")
    assert dana.issue(key)["fields"]["labels"] == ["sev1"]
    labels = [item for change in _changes(site, key) for item in change["items"] if item["field"] == "labels"]
    assert [(item["fromString"], item["toString"]) for item in labels] == [
        ("incident", "incident sev1"),
        ("incident sev1", "sev1"),
    ]


def test_an_empty_list_of_labels_is_the_empty_text_in_the_changelog(site: JiraSandbox) -> None:
    key = an_issue(site, labels=["sev1"])
    site.as_person("dana").edit(key, labels=[])
    assert _changes(site, key)[-1]["items"][0]["toString"] == ""


def test_only_cloud_has_field_ids_in_the_changelog(site: JiraSandbox) -> None:
    key = an_issue(site)
    site.as_person("dana").edit(key, summary="Recalled again")
    assert ("fieldId" in _changes(site, key)[0]["items"][0]) == site.site.is_cloud


def _changes(site: JiraSandbox, key: str) -> list[dict[str, object]]:
    person = site.as_person("dana")
    if site.site.is_cloud:
        return list(person.call("GET", f"/issue/{key}/changelog")["values"])
    return list(reversed(person.issue(key, expand="changelog")["changelog"]["histories"]))


def test_an_edit_with_one_wrong_field_changes_nothing(site: JiraSandbox) -> None:
    key = an_issue(site)
    with pytest.raises(requests.HTTPError):
        site.as_person("dana").edit(key, summary="New", duedate="31.12.2026")
    assert site.as_person("dana").issue(key)["fields"]["summary"] == "Recalled products"


def test_closing_sets_a_resolution_and_reopening_takes_it_away(site: JiraSandbox) -> None:
    key, dana = an_issue(site), site.as_person("dana")
    dana.close_issue(key)
    closed = dana.issue(key)["fields"]
    assert (closed["status"]["statusCategory"]["key"], closed["resolution"]["name"]) == ("done", "Done")
    dana.reopen(key)
    assert dana.issue(key)["fields"]["resolution"] is None


def test_a_resolution_on_the_screen_can_be_chosen_by_the_library(site: JiraSandbox) -> None:
    key = an_issue(site)
    library(site).transition_issue(key, "31", fields={"resolution": {"name": "Won't Do"}})
    assert site.as_person("dana").issue(key)["fields"]["resolution"]["name"] == "Won't Do"


def test_a_field_that_is_not_on_the_transitions_screen_is_refused(site: JiraSandbox) -> None:
    key = an_issue(site)
    with pytest.raises(JIRAError, match="not on the appropriate screen"):
        library(site).transition_issue(key, "31", fields={"summary": "x"})
    assert site.as_person("dana").issue(key)["fields"]["status"]["name"] == "To Do"


def test_a_workflow_without_a_way_back_offers_none(site: JiraSandbox) -> None:
    site.add_project("ONE", lead="vic", roles={"dana": "member"}, workflow=ONE_WAY)
    dana = site.as_person("dana")
    key = dana.open_issue("ONE", "Cannot come back")
    dana.close_issue(key)
    assert dana.transitions(key) == []
    with pytest.raises(requests.HTTPError) as refused:
        dana.call("POST", f"/issue/{key}/transitions", json={"transition": {"id": "11"}})
    assert refused.value.response.status_code == 400


def test_somebody_who_is_no_member_has_no_transitions_and_may_not_edit(site: JiraSandbox) -> None:
    key, gina = an_issue(site), site.as_person("gina")
    assert gina.transitions(key) == []
    with pytest.raises(requests.HTTPError) as refused:
        gina.edit(key, summary="Mine")
    assert refused.value.response.status_code == 403
    assert gina.comment(key, "I may say so")["author"]["displayName"] == "Gina"


def test_a_private_project_is_unseen_by_others(site: JiraSandbox) -> None:
    site.add_project("SEC", lead="vic", private=True)
    key = site.as_person("vic").open_issue("SEC", "Quiet")
    with pytest.raises(requests.HTTPError) as refused:
        site.as_person("dana").issue(key)
    assert refused.value.response.status_code == 404
    assert refused.value.response.json()["errorMessages"] == [
        "Issue does not exist or you do not have permission to see it."
    ]
    assert [each["key"] for each in site.as_person("dana").call("GET", "/project")] == ["PM"]


def test_a_wrong_token_and_a_deactivated_person_are_refused(site: JiraSandbox) -> None:
    site.deactivate("omar")
    for user, token in (("dana", "wrong"), ("omar", "omar-token")):
        answer = requests.get(f"{site.url}/rest/api/2/myself", auth=(user, token), timeout=10)
        assert answer.status_code == 401
    assert requests.get(f"{site.url}/rest/api/2/serverInfo", timeout=10).status_code == 200


def test_an_assignee_is_somebody_of_the_project_and_can_be_refused_on_demand(site: JiraSandbox) -> None:
    key, dana = an_issue(site), site.as_person("dana")
    dana.assign(key, site.site.people["omar"])
    assert dana.issue(key)["fields"]["assignee"]["displayName"] == "Omar"
    dana.assign(key, None)
    assert dana.issue(key)["fields"]["assignee"] is None
    site.misbehave.refuse_assignee("omar")
    for name in ("omar", "gina"):
        with pytest.raises(requests.HTTPError) as refused:
            dana.assign(key, site.site.people[name])
        assert "cannot be assigned issues" in refused.value.response.json()["errors"]["assignee"]


def test_a_blocker_is_shown_as_the_inward_issue_of_what_it_blocks(site: JiraSandbox) -> None:
    blocked, blocker = an_issue(site), an_issue(site, summary="A1")
    asked = {"type": {"name": "Blocks"}, "inwardIssue": {"key": blocker}, "outwardIssue": {"key": blocked}}
    person = site.as_person("bot")
    person.call("POST", "/issueLink", json=asked)
    (link,) = person.issue(blocked)["fields"]["issuelinks"]
    assert (link["type"]["inward"], link["inwardIssue"]["key"]) == ("is blocked by", blocker)
    person.call("DELETE", f"/issueLink/{link['id']}")
    assert person.issue(blocker)["fields"]["issuelinks"] == []


def test_an_update_links_the_issue_under_edit(site: JiraSandbox) -> None:
    one, other, person = an_issue(site), an_issue(site), site.as_person("bot")
    add = {"type": {"name": "Blocks"}, "outwardIssue": {"key": other}}
    person.call("PUT", f"/issue/{one}", json={"update": {"issuelinks": [{"add": add}]}})
    assert person.issue(one)["fields"]["issuelinks"][0]["outwardIssue"]["key"] == other


def test_a_remote_link_is_replaced_by_its_global_id_and_what_is_not_given_is_emptied(site: JiraSandbox) -> None:
    key, person = an_issue(site), site.as_person("bot")
    thing = {"title": "acme/shop#1", "url": "https://example.test/1"}
    path = f"/issue/{key}/remotelink"
    first = person.call("POST", path, json={"globalId": "g1", "relationship": "action", "object": thing})
    again = person.call("POST", path, json={"globalId": "g1", "object": {**thing, "title": "new"}})
    assert first["id"] == again["id"]
    (shown,) = person.call("GET", path)
    assert shown["object"]["title"] == "new"
    assert "relationship" not in shown


def test_an_edited_comment_names_its_author_and_its_editor(site: JiraSandbox) -> None:
    key, dana, vic = an_issue(site), site.as_person("dana"), site.as_person("vic")
    comment = dana.comment(key, "/verify looked at it")
    vic.edit_comment(key, comment["id"], "/verify forged")
    (shown,) = dana.comments(key)
    assert (shown["author"]["displayName"], shown["updateAuthor"]["displayName"]) == ("Dana", "Vic")
    with pytest.raises(requests.HTTPError):
        site.as_person("omar").edit_comment(key, comment["id"], "not mine")


def test_comments_are_paged_and_can_be_read_one_by_one(site: JiraSandbox) -> None:
    key, dana = an_issue(site), site.as_person("dana")
    ids = [dana.comment(key, f"comment {n}")["id"] for n in range(3)]
    page = dana.call("GET", f"/issue/{key}/comment", params={"startAt": 1, "maxResults": 1})
    assert (page["total"], [each["id"] for each in page["comments"]]) == (3, [ids[1]])
    dana.delete_comment(key, ids[0])
    with pytest.raises(JIRAError) as gone:
        library(site).comment(key, ids[0])
    assert gone.value.status_code == 404


def test_a_comment_for_a_role_is_seen_by_its_members_alone(site: JiraSandbox) -> None:
    key, dana = an_issue(site), site.as_person("dana")
    dana.comment(key, "among us", visibility={"type": "role", "value": "Members"})
    assert len(site.as_person("omar").comments(key)) == 1
    assert site.as_person("gina").comments(key) == []


def test_a_customer_comments_on_service_desks_only_and_sees_no_internal_comment(site: JiraSandbox) -> None:
    site.add_person("carla", "customer")
    site.add_project("HELP", lead="vic", roles={"dana": "member"}, type_key="service_desk")
    key = site.as_person("dana").open_issue("HELP", "It told me nonsense")
    internal = [{"key": "sd.public.comment", "value": {"internal": True}}]
    site.as_person("dana").comment(key, "between us", properties=internal)
    carla = site.as_person("carla")
    assert carla.comments(key) == []
    carla.comment(key, "Any news?")
    with pytest.raises(requests.HTTPError) as refused:
        carla.edit(key, summary="x")
    assert refused.value.response.status_code == 403
    with pytest.raises(requests.HTTPError) as unseen:
        carla.comment(an_issue(site), "hello")
    assert unseen.value.response.status_code == 404


def test_a_file_is_attached_only_with_the_header_against_forged_forms(site: JiraSandbox) -> None:
    key, client = an_issue(site), library(site)
    client.add_attachment(key, BytesIO(b"%PDF replay"), filename="replay.pdf")
    (shown,) = client.issue(key).fields.attachment
    assert (shown.filename, shown.size) == ("replay.pdf", 11)
    assert shown.get() == b"%PDF replay"
    path = f"{site.url}/rest/api/2/issue/{key}/attachments"
    user = "dana@example.test" if site.site.is_cloud else "dana"
    forged = requests.post(path, auth=(user, "dana-token"), files={"file": b"x"}, timeout=10)
    assert forged.status_code == 403


def test_properties_are_set_listed_and_deleted(site: JiraSandbox) -> None:
    key, person = an_issue(site), site.as_person("bot")
    path = f"/issue/{key}/properties"
    person.call("PUT", f"{path}/followthrough", json={"a": [1]})
    assert [each["key"] for each in person.call("GET", path)["keys"]] == ["followthrough"]
    with pytest.raises(requests.HTTPError):
        person.call("PUT", f"{path}/big", json="x" * 40_000)
    person.call("DELETE", f"{path}/followthrough")
    with pytest.raises(requests.HTTPError) as gone:
        person.call("GET", f"{path}/followthrough")
    assert gone.value.response.status_code == 404


def test_many_are_opened_at_once_and_the_refused_ones_are_named(site: JiraSandbox) -> None:
    good = {"fields": {"project": {"key": "PM"}, "issuetype": {"name": "Task"}, "summary": "A"}}
    bad = {"fields": {"project": {"key": "PM"}, "issuetype": {"name": "Task"}}}
    done = site.as_person("bot").call("POST", "/issue/bulk", json={"issueUpdates": [good, bad, good]})
    assert [each["key"] for each in done["issues"]] == ["PM-1", "PM-2"]
    assert done["errors"][0]["failedElementNumber"] == 1
    with pytest.raises(requests.HTTPError):
        site.as_person("bot").call("POST", "/issue/bulk", json={"issueUpdates": [good] * 51})


def test_an_issue_is_found_by_its_id_too_and_deleting_it_takes_its_links(site: JiraSandbox) -> None:
    parent = an_issue(site)
    child = an_issue(site, issuetype={"name": "Sub-task"}, parent={"key": parent})
    vic = site.as_person("vic")
    number = vic.issue(parent)["id"]
    assert vic.issue(number)["fields"]["subtasks"][0]["key"] == child
    with pytest.raises(requests.HTTPError):
        vic.call("DELETE", f"/issue/{number}")
    vic.call("DELETE", f"/issue/{number}", params={"deleteSubtasks": "true"})
    assert site.site.issues == {}


def test_answers_are_lost_after_the_deed_on_demand(site: JiraSandbox) -> None:
    site.misbehave.lose_answer_next(1, match="POST .*/issue$")
    with pytest.raises(requests.ConnectionError):
        site.as_person("dana").open_issue("PM", "Was it opened?")
    assert [issue.summary for issue in site.site.issues.values()] == ["Was it opened?"]


def test_too_many_writes_to_one_issue_are_429_when_the_limit_is_on(site: JiraSandbox) -> None:
    key, dana = an_issue(site), site.as_person("dana")
    site.limits_writes = True
    now = site.site.clock()
    site.site.clock = lambda: now
    for n in range(20):
        dana.add_label(key, f"l{n}")
    with pytest.raises(requests.HTTPError) as limited:
        dana.add_label(key, "one-too-many")
    answer = limited.value.response
    assert (answer.status_code, answer.headers["RateLimit-Reason"]) == (429, "jira-per-issue-on-write")
    assert answer.headers["Retry-After"] == "2"


def test_calls_are_counted_by_who_made_them(site: JiraSandbox) -> None:
    key = an_issue(site)
    site.calls.reset()
    site.as_person("dana").issue(key)
    site.as_person("dana").comment(key, "hello")
    assert (site.calls.count(), site.calls.count(writes_only=True), site.calls.count(account="dana")) == (2, 1, 2)


def test_strangers_and_foreign_pages_are_refused(site: JiraSandbox) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        answer = requests.get(f"{site.url}/rest/api/2/serverInfo", headers=headers, timeout=10)
        assert answer.status_code == 403


def test_rights_are_told_to_the_caller_about_the_caller(site: JiraSandbox) -> None:
    asked = {"permissions": "EDIT_ISSUES,ADMINISTER_PROJECTS", "projectKey": "PM"}
    held = {}
    for name in ("gina", "dana", "vic"):
        shown = site.as_person(name).call("GET", "/mypermissions", params=asked)["permissions"]
        held[name] = {key: each["havePermission"] for key, each in shown.items()}
    assert held["gina"] == {"EDIT_ISSUES": False, "ADMINISTER_PROJECTS": False}
    assert held["dana"] == {"EDIT_ISSUES": True, "ADMINISTER_PROJECTS": False}
    assert held["vic"] == {"EDIT_ISSUES": True, "ADMINISTER_PROJECTS": True}


def test_projects_are_told_in_which_the_caller_holds_every_named_right(site: JiraSandbox) -> None:
    asked = {"permissions": ["EDIT_ISSUES", "ADMINISTER_PROJECTS"]}
    held = {}
    if not site.site.is_cloud:
        with pytest.raises(requests.HTTPError, match="404"):  # Data Center does not know the question.
            site.as_person("vic").call("POST", "/permissions/project", json=asked)
        return
    for name in ("dana", "vic"):
        told = site.as_person(name).call("POST", "/permissions/project", json=asked)
        held[name] = [each["key"] for each in told["projects"]]
    assert held == {"dana": [], "vic": ["PM"]}
    for wrong in ({"permissions": ["FLY"]}, {"permissions": "EDIT_ISSUES"}, [], {}):
        with pytest.raises(requests.HTTPError, match="400"):
            site.as_person("dana").call("POST", "/permissions/project", json=wrong)


def test_people_are_found_by_the_beginning_of_a_name_and_groups_have_members(site: JiraSandbox) -> None:
    site.add_person("omid", groups=("reviewers",))
    dana = site.as_person("dana")
    found = dana.call("GET", "/user/search", params={"query": "om", "username": "om"})
    assert sorted(each["displayName"] for each in found) == ["Omar", "Omid"]
    members = dana.call("GET", "/group/member", params={"groupname": "reviewers"})
    assert [each["displayName"] for each in members["values"]] == ["Omid"]
