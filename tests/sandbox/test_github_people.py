"""Who may do what on the stand-in GitHub, and what tells who did it: roles, timelines, editors, Apps."""

from collections.abc import Iterator

import pytest
import requests

from integration.sandbox.github.sandbox import GitHubSandbox
from tests.sandbox.github_stage import REPO, ROLES, a_github, client

PUBLIC = "acme/open"
EVERYBODY = ("ada", "dana", "omar", "rita", "stranger")


@pytest.fixture
def github() -> Iterator[GitHubSandbox]:
    with a_github() as github:
        github.add_repository(PUBLIC, private=False, roles=ROLES)
        yield github


def _statuses(github: GitHubSandbox, method: str, path: str, body: object = None) -> dict[str, int]:
    return {login: github.as_person(login).ask(method, path, body).status_code for login in EVERYBODY}


def test_a_private_repository_is_404_for_a_stranger_and_for_nobody(github: GitHubSandbox) -> None:
    assert _statuses(github, "GET", f"/repos/{REPO}") == dict.fromkeys(EVERYBODY, 200) | {"stranger": 404}
    assert requests.get(f"{github.url}/repos/{REPO}", timeout=5).status_code == 404
    assert requests.get(f"{github.url}/repos/{PUBLIC}", timeout=5).status_code == 200


def test_an_unknown_token_is_401_and_writing_without_one_too(github: GitHubSandbox) -> None:
    bad = requests.get(f"{github.url}/repos/{PUBLIC}", headers={"Authorization": "token nobody"}, timeout=5)
    assert (bad.status_code, bad.json()["message"]) == (401, "Bad credentials")
    assert requests.post(f"{github.url}/repos/{PUBLIC}/issues", json={"title": "x"}, timeout=5).status_code == 401


def test_anybody_opens_and_comments_on_a_public_repository(github: GitHubSandbox) -> None:
    stranger = github.as_person("stranger")
    issue = stranger.open_issue(PUBLIC, "x", labels=["incident"], assignees=["dana"])
    assert (issue["labels"], issue["assignees"], issue["author_association"]) == ([], [], "NONE")
    assert stranger.comment(PUBLIC, issue["number"], "hi")["author_association"] == "NONE"


def test_closing_others_issues_takes_triage_and_authors_close_their_own(github: GitHubSandbox) -> None:
    dana = github.as_person("dana")
    dana.open_issue(PUBLIC, "x")
    path = f"/repos/{PUBLIC}/issues/1"
    assert _statuses(github, "PATCH", path, {"state": "closed"}) == {
        "ada": 200,
        "dana": 200,
        "omar": 200,
        "rita": 403,
        "stranger": 403,
    }
    stranger = github.as_person("stranger")
    number = stranger.open_issue(PUBLIC, "mine")["number"]
    assert stranger.close(PUBLIC, number)["state"] == "closed"
    assert stranger.reopen(PUBLIC, number)["state"] == "open"
    github.as_person("omar").close(PUBLIC, number)
    assert stranger.ask("PATCH", f"/repos/{PUBLIC}/issues/{number}", {"state": "open"}).status_code == 403


def test_labels_take_triage_new_labels_and_others_texts_take_write(github: GitHubSandbox) -> None:
    dana = github.as_person("dana")
    dana.open_issue(PUBLIC, "x", labels=["incident"])
    path = f"/repos/{PUBLIC}/issues/1"
    assert _statuses(github, "POST", f"{path}/labels", ["incident"]) == {
        "ada": 200,
        "dana": 200,
        "omar": 200,
        "rita": 403,
        "stranger": 403,
    }
    assert github.as_person("omar").ask("POST", f"{path}/labels", ["brand new"]).status_code == 403
    assert dana.ask("POST", f"{path}/labels", ["brand new"]).status_code == 200
    assert github.as_person("omar").ask("PATCH", path, {"title": "y"}).status_code == 403
    assert github.as_person("ada").ask("PATCH", path, {"title": "y"}).status_code == 200


def test_writers_edit_anybodys_comment_rest_still_names_the_author_and_graphql_the_editor(
    github: GitHubSandbox,
) -> None:
    rita, ada = github.as_person("rita"), github.as_person("ada")
    rita.open_issue(REPO, "x")
    comment = rita.comment(REPO, 1, "/verify nothing")
    assert (
        github.as_person("omar")
        .ask("PATCH", f"/repos/{REPO}/issues/comments/{comment['id']}", {"body": "y"})
        .status_code
        == 403
    )
    edited = ada.edit_comment(REPO, comment["id"], "/verify everything")
    assert edited["user"]["login"] == "rita"
    query = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment {
        id databaseId editor { login ... on User { databaseId } } lastEditedAt } } }"""
    variables = {"ids": [comment["node_id"]]}
    _, answer = client(github, "dana").requester.graphql_query(query, variables)
    node = answer["data"]["nodes"][0]
    assert node["editor"] == {"login": "ada", "databaseId": ada.id}
    assert (node["id"], node["databaseId"]) == (comment["node_id"], comment["id"])
    assert node["lastEditedAt"] == edited["updated_at"]


def test_graphql_hides_what_cannot_be_seen_and_refuses_unknown_fields(github: GitHubSandbox) -> None:
    dana = github.as_person("dana")
    node = dana.comment(REPO, dana.open_issue(REPO, "x")["number"], "secret")["node_id"]
    query = f'{{ node(id: "{node}") {{ __typename ... on IssueComment {{ text: body editor {{ login }} }} }} }}'
    seen = dana.ask("POST", "/graphql", {"query": query}).json()
    assert seen == {"data": {"node": {"__typename": "IssueComment", "text": "secret", "editor": None}}}
    unseen = github.as_person("stranger").ask("POST", "/graphql", {"query": query}).json()
    assert (unseen["data"], unseen["errors"][0]["type"]) == ({"node": None}, "NOT_FOUND")
    wrong = dana.ask("POST", "/graphql", {"query": query.replace("body", "bodyy")}).json()
    assert "doesn't exist on type 'IssueComment'" in wrong["errors"][0]["message"]
    assert requests.post(f"{github.url}/graphql", json={"query": query}, timeout=5).status_code == 401
    broken = dana.ask("POST", "/graphql", {"query": "{ node(id: "}).json()
    assert "Parse error" in broken["errors"][0]["message"]
    assert github.calls.count(writes_only=True) == 2


def test_graphql_tells_who_edited_an_issues_text(github: GitHubSandbox) -> None:
    issue = github.as_person("rita").open_issue(REPO, "x", "text")
    github.as_person("dana").edit(REPO, 1, body="other")
    query = "query($id: ID!) { node(id: $id) { ... on Issue { editor { login } } } }"
    body = {"query": query, "variables": {"id": issue["node_id"]}}
    assert github.as_person("dana").ask("POST", "/graphql", body).json() == {
        "data": {"node": {"editor": {"login": "dana"}}}
    }


def test_the_permission_route_folds_roles_and_takes_push_to_ask(github: GitHubSandbox) -> None:
    dana = github.as_person("dana")

    def read(login: str, repo: str = REPO) -> tuple[str, str]:
        found = dana.ask("GET", f"/repos/{repo}/collaborators/{login}/permission").json()
        return found["permission"], found["role_name"]

    github.set_role(REPO, "mika", "maintain")
    assert [read(login) for login in ("ada", "mika", "dana", "omar", "rita", "stranger")] == [
        ("admin", "admin"),
        ("write", "maintain"),
        ("write", "write"),
        ("read", "triage"),
        ("read", "read"),
        ("none", "none"),
    ]
    assert read("stranger", PUBLIC) == ("read", "read")
    assert _statuses(github, "GET", f"/repos/{PUBLIC}/collaborators/dana/permission") == {
        "ada": 200,
        "dana": 200,
        "omar": 403,
        "rita": 403,
        "stranger": 403,
    }
    assert dana.ask("GET", f"/repos/{REPO}/collaborators/ghost/permission").status_code == 404
    github.set_role(REPO, "mika", None)
    assert read("mika") == ("none", "none")
    assert client(github, "dana").get_repo(REPO).get_collaborator_role_name("omar") == "triage"


def test_a_locked_issue_takes_comments_from_writers_only(github: GitHubSandbox) -> None:
    github.as_person("dana").open_issue(PUBLIC, "x")
    assert github.as_person("omar").ask("PUT", f"/repos/{PUBLIC}/issues/1/lock", {}).status_code == 403
    assert github.as_person("dana").ask("PUT", f"/repos/{PUBLIC}/issues/1/lock", {}).status_code == 204
    assert _statuses(github, "POST", f"/repos/{PUBLIC}/issues/1/comments", {"body": "hi"}) == {
        "ada": 201,
        "dana": 201,
        "omar": 403,
        "rita": 403,
        "stranger": 403,
    }


def test_hooks_are_hidden_from_all_but_admins(github: GitHubSandbox) -> None:
    assert _statuses(github, "GET", f"/repos/{REPO}/hooks") == dict.fromkeys(EVERYBODY, 404) | {"ada": 200}


def test_the_timeline_names_the_actor_of_everything(github: GitHubSandbox) -> None:
    github.as_person("rita").open_issue(REPO, "x")
    github.as_person("omar").label(REPO, 1, "incident") if False else github.as_person("dana").label(
        REPO, 1, "incident"
    )
    github.as_person("omar").assign(REPO, 1, "dana")
    github.as_person("dana").edit(REPO, 1, title="y")
    github.as_person("ada").close(REPO, 1)
    github.as_person("omar").reopen(REPO, 1)
    timeline = github.as_person("rita").ask("GET", f"/repos/{REPO}/issues/1/timeline").json()
    assert [(event["event"], event["actor"]["login"]) for event in timeline] == [
        ("labeled", "dana"),
        ("assigned", "omar"),
        ("renamed", "dana"),
        ("closed", "ada"),
        ("reopened", "omar"),
    ]
    assert timeline[2]["rename"] == {"from": "x", "to": "y"}
    assert timeline[1]["assignee"]["login"] == "dana"


def test_an_app_writes_as_its_bot_and_has_no_user(github: GitHubSandbox) -> None:
    github.add_person("followthrough[bot]", kind="Bot", app="followthrough")
    github.set_role(REPO, "followthrough[bot]", "write")
    bot = github.as_person("followthrough[bot]")
    issue = bot.open_issue(REPO, "x")
    assert (issue["user"]["type"], issue["performed_via_github_app"]["slug"]) == ("Bot", "followthrough")
    assert bot.ask("GET", "/user").status_code == 403
    comment = bot.comment(REPO, 1, "status")
    bot.edit_comment(REPO, comment["id"], "other status")
    query = "query($id: ID!) { node(id: $id) { ... on IssueComment { editor { __typename login } } } }"
    body = {"query": query, "variables": {"id": comment["node_id"]}}
    node = bot.ask("POST", "/graphql", body).json()["data"]["node"]
    assert node["editor"] == {"__typename": "Bot", "login": "followthrough"}
    assert github.as_person("dana").open_issue(REPO, "y")["performed_via_github_app"] is None


def test_accounts_are_found_by_login_and_by_id(github: GitHubSandbox) -> None:
    dana = github.as_person("dana")
    assert dana.ask("GET", "/users/DANA").json()["id"] == dana.id
    assert dana.ask("GET", f"/user/{dana.id}").json()["login"] == "dana"
    assert dana.ask("GET", "/users/ghost").status_code == 404
    assert client(github, "rita").get_user().login == "rita"
    assert [repo.full_name for repo in client(github, "rita").get_user().get_repos()] == [PUBLIC, REPO]
    assert list(client(github, "stranger").get_user().get_repos()) == []
