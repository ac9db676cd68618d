"""Issues of the stand-in GitHub as PyGithub and plain HTTP meet them: reading, paging, editing, histories, links."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests
from github import GithubException, UnknownObjectException
from github.GithubObject import NotSet

from integration.sandbox.github import issue_deeds
from integration.sandbox.github.sandbox import GitHubSandbox
from tests.sandbox.github_stage import REPO, a_github, client


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 10, 0, 0, 900_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def github(clock: Clock) -> Iterator[GitHubSandbox]:
    with a_github(clock=clock) as github:
        yield github


@pytest.mark.parametrize("prefix", ["", "/api/v3"])
def test_pygithub_opens_comments_closes_and_reopens_on_either_kind_of_server(
    github: GitHubSandbox, prefix: str
) -> None:
    api = client(github, "dana", base_url=github.url + prefix)
    issue = api.get_repo(REPO).create_issue("It recommends recalled products", "since noon", labels=["incident"])
    issue.create_comment("/resolved")
    issue.edit(state="closed", state_reason="not_planned")
    assert (issue.state, issue.state_reason, issue.closed_by.login) == ("closed", "not_planned", "dana")
    issue.edit(state="open", state_reason="reopened")
    assert (issue.state, issue.state_reason, issue.closed_at) == ("open", "reopened", None)
    assert issue.url.startswith(github.url + prefix + "/repos/acme/shop/issues/")
    assert [event.event for event in issue.get_timeline()] == ["labeled", "commented", "closed", "reopened"]


def test_an_enterprise_server_is_played_by_its_prefix_also_for_graphql() -> None:
    with a_github(enterprise=True) as github:
        assert github.url.endswith("/api/v3")
        api = client(github, "dana")
        assert api.get_user().login == "dana"
        assert api.requester.graphql_query("{ viewer { login } }", {})[1] == {"data": {"viewer": {"login": "dana"}}}


def test_instants_are_whole_seconds_and_an_edit_within_the_second_leaves_updated_equal_to_created(
    github: GitHubSandbox, clock: Clock
) -> None:
    dana = github.as_person("dana")
    number = dana.open_issue(REPO, "x")["number"]
    comment = dana.comment(REPO, number, "first")
    assert comment["created_at"] == "2026-11-23T10:00:00Z"
    assert dana.edit_comment(REPO, comment["id"], "second")["updated_at"] == comment["created_at"]
    clock.move(seconds=5)
    later = dana.edit_comment(REPO, comment["id"], "third")
    assert (later["created_at"], later["updated_at"]) == ("2026-11-23T10:00:00Z", "2026-11-23T10:00:05Z")


@pytest.mark.parametrize("deed", ["comment", "edit_comment", "delete_comment", "label", "close"])
def test_what_happens_to_an_issue_counts_as_an_update_of_it(github: GitHubSandbox, clock: Clock, deed: str) -> None:
    dana = github.as_person("dana")
    number = dana.open_issue(REPO, "x")["number"]
    comment = dana.comment(REPO, number, "first")
    clock.move(minutes=1)
    match deed:
        case "comment":
            dana.comment(REPO, number, "second")
        case "edit_comment":
            dana.edit_comment(REPO, comment["id"], "other")
        case "delete_comment":
            dana.delete_comment(REPO, comment["id"])
        case "label":
            dana.label(REPO, number, "incident")
        case _:
            dana.close(REPO, number)
    assert dana.issue(REPO, number)["updated_at"] == "2026-11-23T10:01:00Z"


def test_what_changes_nothing_leaves_no_trace(github: GitHubSandbox, clock: Clock) -> None:
    dana = github.as_person("dana")
    issue = dana.open_issue(REPO, "x", "text", labels=["incident"], assignees=["omar"])
    before = (dana.issue(REPO, 1), github.site.repository(REPO).issues[1].timeline[:])
    clock.move(minutes=1)
    dana.edit(REPO, 1, title="x", body="text", labels=["INCIDENT"], assignees=["omar"], state="open", milestone=None)
    dana.label(REPO, 1, "incident")
    dana.assign(REPO, 1, "omar")
    assert (dana.issue(REPO, 1), github.site.repository(REPO).issues[1].timeline) == before
    assert before[0]["updated_at"] == issue["updated_at"]


def test_a_listing_at_a_constant_address_gives_304_until_something_changes(github: GitHubSandbox) -> None:
    dana = github.as_person("dana")
    number = dana.open_issue(REPO, "x")["number"]
    address = f"{github.url}/repos/{REPO}/issues?state=all&sort=updated&direction=desc&per_page=100"
    headers = {"Authorization": f"Bearer {dana.token}"}
    first = requests.get(address, headers=headers, timeout=5)
    remaining = int(first.headers["X-RateLimit-Remaining"])
    again = requests.get(address, headers={**headers, "If-None-Match": first.headers["ETag"]}, timeout=5)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert int(again.headers["X-RateLimit-Remaining"]) == remaining
    for deed in (lambda: dana.comment(REPO, number, "hi"), lambda: dana.unlabel(REPO, number, "incident")):
        dana.label(REPO, number, "incident")
        seen = requests.get(address, headers=headers, timeout=5).headers["ETag"]
        deed()
        changed = requests.get(address, headers={**headers, "If-None-Match": seen}, timeout=5)
        assert (changed.status_code, changed.json()[0]["number"]) == (200, number)


def test_pygithub_updates_conditionally(github: GitHubSandbox) -> None:
    issue = client(github, "dana").get_repo(REPO).create_issue("x")
    assert issue.update()
    assert not issue.update()
    github.as_person("omar").comment(REPO, issue.number, "hi")
    assert issue.update()
    assert issue.comments == 1


def test_pages_are_linked_by_the_repositorys_id_and_pygithub_follows(github: GitHubSandbox) -> None:
    api = client(github, "dana", per_page=2)
    repo = api.get_repo(REPO)
    for number in range(5):
        repo.create_issue(f"issue {number}")
    assert [issue.number for issue in repo.get_issues(direction="asc")] == [1, 2, 3, 4, 5]
    page = github.as_person("dana").ask("GET", f"/repos/{REPO}/issues?per_page=2&page=2")
    links = requests.utils.parse_header_links(page.headers["Link"])
    base = f"{github.url}/repositories/{repo.id}/issues?per_page=2&page="
    assert {link["rel"]: link["url"] for link in links} == {
        "prev": base + "1",
        "first": base + "1",
        "next": base + "3",
        "last": base + "3",
    }
    assert "Link" not in github.as_person("dana").ask("GET", f"/repos/{REPO}/issues").headers


def test_the_listing_filters_as_asked(github: GitHubSandbox, clock: Clock) -> None:
    dana, omar = github.as_person("dana"), github.as_person("omar")
    dana.open_issue(REPO, "one", labels=["incident", "SEV1"], assignees=["omar"])
    clock.move(hours=1)
    omar.open_issue(REPO, "two", labels=["incident"])
    dana.open_issue(REPO, "three")
    dana.close(REPO, 3)
    github.add_pull_request(REPO, "dana", "a pull request")

    def numbers(query: str) -> list[int]:
        found = dana.ask("GET", f"/repos/{REPO}/issues?{query}")
        assert found.status_code == 200, found.text
        return [issue["number"] for issue in found.json()]

    assert numbers("") == [4, 2, 1]
    assert numbers("state=all&direction=asc") == [1, 2, 3, 4]
    assert numbers("labels=incident,sev1") == [1]
    assert numbers("creator=omar") == [2]
    assert numbers("assignee=omar") == [1]
    assert numbers("assignee=none") == [4, 2]
    assert numbers("assignee=*") == [1]
    assert numbers("since=2026-11-23T10:30:00Z&state=all") == [4, 3, 2]
    assert dana.ask("GET", f"/repos/{REPO}/issues?state=shut").status_code == 422
    pull = next(issue for issue in dana.issues(REPO) if issue["number"] == 4)
    assert pull["pull_request"]["merged_at"] is None


def test_all_pages_of_a_long_listing_share_one_sorting(github: GitHubSandbox) -> None:
    repository, person = github.site.repository(REPO), github.site.people["dana"]
    with github.site.lock:
        for number in range(3000):
            issue_deeds.open_issue(github.site, repository, person, f"issue {number}")
    dana = github.as_person("dana")
    seen = {
        issue["number"]
        for page in range(1, 31)
        for issue in dana.ask("GET", f"/repos/{REPO}/issues?per_page=100&page={page}").json()
    }
    assert len(seen) == 3000
    assert len(repository.listings) == 1


def test_names_with_slashes_are_reached_encoded_and_never_lead_elsewhere(github: GitHubSandbox) -> None:
    dana = github.as_person("dana")
    dana.open_issue(REPO, "one", labels=["area/search", "50%"])
    dana.open_issue(REPO, "two", labels=["keep"])
    issue = client(github, "dana").get_repo(REPO).get_issue(1)
    with pytest.raises(UnknownObjectException):
        issue.remove_from_labels("area/search")
    dana.unlabel(REPO, 1, "area/search")
    dana.unlabel(REPO, 1, "50%")
    assert dana.issue(REPO, 1)["labels"] == []
    with pytest.raises(requests.HTTPError):
        dana.unlabel(REPO, 1, "../../2/labels/keep")
    assert len(dana.issue(REPO, 2)["labels"]) == 1


def test_opening_with_somebody_who_cannot_be_assigned_is_refused_but_adding_them_is_silently_ignored(
    github: GitHubSandbox,
) -> None:
    dana = github.as_person("dana")
    refused = dana.ask("POST", f"/repos/{REPO}/issues", {"title": "x", "assignees": ["stranger"]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0] | {"value": ""} == {
        "resource": "Issue",
        "field": "assignees",
        "code": "invalid",
        "value": "",
    }
    number = dana.open_issue(REPO, "x")["number"]
    github.misbehave.refuse_assignee("omar")
    assert dana.assign(REPO, number, "stranger", "omar", "rita")["assignees"][0]["login"] == "rita"
    assert dana.ask("GET", f"/repos/{REPO}/assignees/omar").status_code == 404
    assert dana.ask("GET", f"/repos/{REPO}/assignees/rita").status_code == 204


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"title": ""}, "title", "missing_field"),
        ({}, "title", "missing_field"),
        ({"title": "x" * 257}, "title", "custom"),
        ({"title": "x", "body": "y" * 65_537}, "body", "custom"),
        ({"title": "x", "labels": [""]}, "name", "invalid"),
        ({"title": "x", "milestone": 9}, "milestone", "invalid"),
    ],
)
def test_an_issue_that_cannot_be_opened_is_refused_by_field(
    github: GitHubSandbox, body: dict[str, object], field: str, code: str
) -> None:
    refused = github.as_person("dana").ask("POST", f"/repos/{REPO}/issues", body)
    assert refused.status_code == 422
    assert refused.json()["message"] == "Validation Failed"
    assert (refused.json()["errors"][0]["field"], refused.json()["errors"][0]["code"]) == (field, code)


def test_an_edit_is_done_whole_or_not_at_all(github: GitHubSandbox) -> None:
    dana = github.as_person("dana")
    number = dana.open_issue(REPO, "x")["number"]
    refused = dana.ask("PATCH", f"/repos/{REPO}/issues/{number}", {"title": "y", "labels": ["a"], "milestone": 7})
    assert refused.status_code == 422
    assert (dana.issue(REPO, number)["title"], dana.issue(REPO, number)["labels"]) == ("x", [])


def test_what_is_not_json_is_400(github: GitHubSandbox) -> None:
    headers = {"Authorization": "token dana-token"}
    url = f"{github.url}/repos/{REPO}/issues"
    assert requests.post(url, data=b"{", headers=headers, timeout=5).status_code == 400
    assert requests.post(url, data=b"[]", headers=headers, timeout=5).status_code == 422


def test_sub_issues_go_by_database_id_and_have_one_parent(github: GitHubSandbox) -> None:
    dana = github.as_person("dana")
    parent, other, child = (dana.open_issue(REPO, title) for title in ("parent", "other", "child"))
    path = f"/repos/{REPO}/issues/{{}}/sub_issues"
    assert dana.ask("POST", path.format(1), {"sub_issue_id": child["number"]}).status_code == 404
    assert dana.ask("POST", path.format(1), {"sub_issue_id": child["id"]}).status_code == 201
    assert dana.ask("POST", path.format(2), {"sub_issue_id": child["id"]}).status_code == 422
    assert dana.ask("POST", path.format(3), {"sub_issue_id": parent["id"]}).status_code == 422
    assert dana.issue(REPO, 3)["parent_issue_url"] == parent["url"]
    moved = dana.ask("POST", path.format(2), {"sub_issue_id": child["id"], "replace_parent": True})
    assert moved.status_code == 201
    dana.close(REPO, 3)
    assert dana.issue(REPO, 2)["sub_issues_summary"] == {"total": 1, "completed": 1, "percent_completed": 100}
    assert dana.ask("GET", f"/repos/{REPO}/issues/3/parent").json()["id"] == other["id"]
    assert dana.ask("GET", f"/repos/{REPO}/issues/1/parent").status_code == 404


def test_an_older_server_has_no_sub_issues_fields_or_dependencies(github: GitHubSandbox) -> None:
    github.add_repository("acme/old", roles={"dana": "write"}, features=())
    dana = github.as_person("dana")
    issue = dana.open_issue("acme/old", "x")
    assert not {"sub_issues_summary", "issue_dependencies_summary"} & set(issue)
    for path in ("sub_issues", "parent", "dependencies/blocked_by", "issue-field-values"):
        assert dana.ask("GET", f"/repos/acme/old/issues/1/{path}").status_code == 404


def test_issue_fields_exist_in_organisations_only_and_check_their_type(github: GitHubSandbox) -> None:
    due = github.add_issue_field("acme", "Due", "date")
    github.add_repository("dana/own", roles={})
    dana = github.as_person("dana")
    dana.open_issue(REPO, "x")
    dana.open_issue("dana/own", "x")

    def put(repo: str, value: object) -> int:
        body = {"issue_field_values": [{"field_id": due.id, "value": value}]}
        return dana.ask("POST", f"/repos/{repo}/issues/1/issue-field-values", body).status_code

    assert (put(REPO, "2026-12-01"), put(REPO, "tomorrow"), put("dana/own", "2026-12-01")) == (200, 422, 404)


def test_a_deleted_issue_is_410_and_a_transferred_one_leads_to_its_new_place(github: GitHubSandbox) -> None:
    github.add_repository("acme/other", roles={"dana": "write"})
    dana = github.as_person("dana")
    dana.open_issue(REPO, "to delete")
    comment = dana.comment(REPO, dana.open_issue(REPO, "to move", labels=["incident"])["number"], "evidence")
    github.delete_issue(REPO, 1, by="ada")
    number = github.transfer_issue(REPO, 2, "acme/other", by="ada")
    with pytest.raises(GithubException) as gone:
        client(github, "dana").get_repo(REPO).get_issue(1)
    assert gone.value.status == 410
    moved = client(github, "dana").get_repo(REPO).get_issue(2)
    assert (moved.repository.full_name, moved.number, moved.labels) == ("acme/other", number, [])
    assert [each.id for each in moved.get_comments()] == [comment["id"]]
    # Whoever cannot see the new place is told nothing about it.
    assert github.as_person("rita").ask("GET", f"/repos/{REPO}/issues/2").status_code == 404


def test_a_converted_issue_stays_behind_closed_and_locked_and_only_its_history_tells(github: GitHubSandbox) -> None:
    dana = github.as_person("dana")
    dana.open_issue(REPO, "to convert")
    github.convert_issue(REPO, 1, by="ada")
    left = dana.issue(REPO, 1)
    assert (left["state"], left["locked"], left["title"]) == ("closed", True, "to convert")
    events = [each.event for each in client(github, "dana").get_repo(REPO).get_issue(1).get_events()]
    assert events == ["converted_to_discussion", "closed", "locked"]


def test_merging_a_pull_request_closes_what_its_text_says(github: GitHubSandbox) -> None:
    dana = github.as_person("dana")
    for title in ("one", "two", "three"):
        dana.open_issue(REPO, title)
    number = github.add_pull_request(REPO, "dana", "Filter", "Fixes #1, resolves: #2, mentions #3")
    github.merge_pull_request(REPO, number, by="omar")
    assert [dana.issue(REPO, each)["state"] for each in (1, 2, 3)] == ["closed", "closed", "open"]
    closed = list(client(github, "dana").get_repo(REPO).get_issue(1).get_events())[-1]
    pull = client(github, "dana").get_repo(REPO).get_pull(number)
    assert (closed.actor.login, closed.commit_id) == ("omar", pull.merge_commit_sha)
    assert (pull.merged, pull.merged_by.login, pull.state) == (True, "omar", "closed")
    unmerged = github.add_pull_request(REPO, "dana", "Other", "Fixes #3")
    github.close_pull_request(REPO, unmerged, by="omar")
    assert dana.issue(REPO, 3)["state"] == "open"


def test_pygithub_clears_a_milestone_with_an_empty_text(github: GitHubSandbox) -> None:
    repo = client(github, "dana").get_repo(REPO)
    milestone = repo.create_milestone("due", due_on=datetime(2026, 12, 1, tzinfo=UTC))
    issue = repo.create_issue("x", milestone=milestone)
    assert repo.get_milestone(1).open_issues == 1
    issue.edit(milestone=None)
    assert (issue.milestone, repo.get_milestone(1).open_issues) == (None, 0)
    issue.edit(title="y", milestone=NotSet)
    assert issue.title == "y"


def test_the_hour_is_limited_per_account_and_304_is_free(github: GitHubSandbox, clock: Clock) -> None:
    github.limits.an_hour = 2
    dana = github.as_person("dana")
    assert [dana.ask("GET", "/user").status_code for _ in range(3)] == [200, 200, 403]
    refused = dana.ask("GET", "/user")
    assert refused.json()["message"].startswith("API rate limit exceeded")
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert dana.ask("GET", "/rate_limit").json()["rate"]["remaining"] == 0
    assert github.as_person("omar").ask("GET", "/user").status_code == 200
    clock.move(hours=1)
    assert dana.ask("GET", "/user").status_code == 200


def test_creating_too_much_in_a_minute_is_refused_with_the_seconds_to_wait(github: GitHubSandbox, clock: Clock) -> None:
    github.limits.contents_a_minute = 2
    dana = github.as_person("dana")
    dana.open_issue(REPO, "one")
    clock.move(seconds=20)
    dana.open_issue(REPO, "two")
    refused = dana.ask("POST", f"/repos/{REPO}/issues", {"title": "three"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (403, "40")
    assert "secondary rate limit" in refused.json()["message"]
    clock.move(seconds=41)
    dana.open_issue(REPO, "three")


def test_answers_carry_githubs_headers(github: GitHubSandbox) -> None:
    answer = github.as_person("dana").ask("GET", "/user")
    assert answer.headers["Date"] == "Mon, 23 Nov 2026 10:00:00 GMT"
    assert answer.headers["X-GitHub-Request-Id"]
    assert answer.headers["X-RateLimit-Limit"] == "5000"
    assert answer.headers["X-GitHub-Api-Version-Selected"] == "2022-11-28"


def test_a_secondary_limit_on_demand_reads_like_githubs(github: GitHubSandbox) -> None:
    github.misbehave.rate_limit_next(1, retry_after=60, status=403)
    refused = github.as_person("dana").ask("GET", "/user")
    assert (refused.status_code, refused.headers["Retry-After"]) == (403, "60")
    assert "secondary rate limit" in refused.json()["message"]
    assert github.as_person("dana").ask("GET", "/user").status_code == 200


def test_open_issues_are_counted_through_closing_moving_and_deleting(github: GitHubSandbox) -> None:
    github.add_repository("acme/other", roles={"dana": "write"})
    repo = client(github, "dana").get_repo(REPO)
    milestone = repo.create_milestone("due")
    for title in ("to close", "to move", "to delete", "to keep"):
        repo.create_issue(title, milestone=milestone)
    repo.get_issue(1).edit(state="closed")
    github.transfer_issue(REPO, 2, "acme/other", by="dana")
    github.delete_issue(REPO, 3, by="dana")
    seen = repo.get_milestone(1)
    assert (seen.open_issues, seen.closed_issues) == (1, 1)
    dana = github.as_person("dana")
    assert [dana.ask("GET", f"/repos/{name}").json()["open_issues_count"] for name in (REPO, "acme/other")] == [1, 1]
