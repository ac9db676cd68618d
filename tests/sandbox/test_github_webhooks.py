"""The webhooks of the stand-in GitHub: what is announced, how it is signed, and what can be delivered again."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from uuid import UUID

import pytest

from integration.sandbox.github.sandbox import GitHubSandbox
from tests.sandbox.github_stage import REPO, SECRET, Receiver, a_github, client, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def github(receiver: Receiver) -> Iterator[GitHubSandbox]:
    with a_github(hook_secret=SECRET, hook_url=receiver.url) as github:
        yield github


def test_every_change_by_anybody_is_announced_in_order(github: GitHubSandbox, receiver: Receiver) -> None:
    bot, dana = github.as_person("followthrough-bot"), github.as_person("dana")
    dana.open_issue(REPO, "x", labels=["incident"], assignees=["omar"])
    bot.comment(REPO, 1, "what is missing")
    dana.close(REPO, 1)
    bot.reopen(REPO, 1)
    assert github.hooks.wait_idle()
    assert receiver.told == [
        "ping",
        "label.created",
        "issues.opened",
        "issues.labeled",
        "issues.assigned",
        "issue_comment.created",
        "issues.closed",
        "issues.reopened",
    ]
    assert [json.loads(body)["sender"]["login"] for _, body in receiver.got[-3:]] == [
        "followthrough-bot",
        "dana",
        "followthrough-bot",
    ]


def test_a_delivery_is_signed_over_its_raw_bytes_and_carries_githubs_headers(
    github: GitHubSandbox, receiver: Receiver
) -> None:
    github.as_person("dana").open_issue(REPO, "Zurückgerufene Produkte ⚠")
    assert github.hooks.wait_idle()
    headers, body = receiver.got[-1]
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert (headers["X-GitHub-Event"], headers["Content-Type"]) == ("issues", "application/json")
    assert UUID(headers["X-GitHub-Delivery"])
    assert headers["X-GitHub-Hook-Installation-Target-Type"] == "repository"
    assert headers["X-GitHub-Hook-Installation-Target-ID"] == str(github.site.repository(REPO).id)
    assert headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert "X-GitHub-Enterprise-Version" not in headers


def test_an_enterprise_server_says_so(receiver: Receiver) -> None:
    with a_github(hook_secret=SECRET, hook_url=receiver.url, enterprise=True) as github:
        github.as_person("dana").open_issue(REPO, "x")
        assert github.hooks.wait_idle()
    headers, body = receiver.got[-1]
    assert headers["X-GitHub-Enterprise-Version"]
    assert json.loads(body)["issue"]["url"] == f"{github.url}/repos/{REPO}/issues/1"


def test_a_change_that_changes_nothing_is_not_announced(github: GitHubSandbox, receiver: Receiver) -> None:
    dana = github.as_person("dana")
    dana.open_issue(REPO, "x", "text", labels=["incident"])
    comment = dana.comment(REPO, 1, "hi")
    assert github.hooks.wait_idle()
    before = len(receiver.got)
    dana.edit(REPO, 1, title="x", body="text", labels=["incident"], state="open")
    dana.edit_comment(REPO, comment["id"], "hi")
    assert github.hooks.wait_idle()
    assert len(receiver.got) == before


def test_an_edit_tells_what_was_there_before(github: GitHubSandbox, receiver: Receiver) -> None:
    dana = github.as_person("dana")
    dana.open_issue(REPO, "x", "text")
    comment = dana.comment(REPO, 1, "one")
    dana.edit(REPO, 1, title="y", body="other")
    dana.edit_comment(REPO, comment["id"], "two")
    assert github.hooks.wait_idle()
    assert receiver.payloads("issues", "edited")[0]["changes"] == {"title": {"from": "x"}, "body": {"from": "text"}}
    assert receiver.payloads("issue_comment", "edited")[0]["changes"] == {"body": {"from": "one"}}


def test_the_payload_shows_the_moment_of_the_change_and_not_of_the_delivery(
    github: GitHubSandbox, receiver: Receiver
) -> None:
    assert github.hooks.wait_idle()
    receiver.got.clear()
    github.misbehave.hold()
    dana = github.as_person("dana")
    dana.open_issue(REPO, "x")
    dana.close(REPO, 1)
    dana.reopen(REPO, 1)
    github.misbehave.release("reversed")
    assert github.hooks.wait_idle()
    assert receiver.told[:3] == ["issues.reopened", "issues.closed", "issues.opened"]
    assert receiver.payloads("issues", "closed")[0]["issue"]["state"] == "closed"


def test_both_sides_of_a_sub_issue_are_told(github: GitHubSandbox, receiver: Receiver) -> None:
    repo = client(github, "dana").get_repo(REPO)
    parent, child = repo.create_issue("parent"), repo.create_issue("child")
    parent.add_sub_issue(child.id)
    parent.remove_sub_issue(child.id)
    assert github.hooks.wait_idle()
    added = receiver.payloads("sub_issues", "sub_issue_added")[0]
    assert (added["parent_issue_id"], added["sub_issue_id"]) == (parent.id, child.id)
    assert [each["action"] for each in receiver.payloads("sub_issues")] == [
        "parent_issue_added",
        "sub_issue_added",
        "parent_issue_removed",
        "sub_issue_removed",
    ]


def test_pull_requests_are_announced_as_such_and_not_as_issues(github: GitHubSandbox, receiver: Receiver) -> None:
    github.as_person("dana").open_issue(REPO, "x")
    number = github.add_pull_request(REPO, "dana", "Filter", "closes #1")
    github.merge_pull_request(REPO, number, by="omar")
    assert github.hooks.wait_idle()
    assert receiver.told[-4:] == ["issues.opened", "pull_request.opened", "pull_request.closed", "issues.closed"]
    closed = receiver.payloads("pull_request", "closed")[0]
    assert (closed["pull_request"]["merged"], closed["sender"]["login"]) == (True, "omar")


def test_a_hook_gets_only_what_it_subscribed_to(github: GitHubSandbox) -> None:
    with receiving() as other:
        github.add_hook(REPO, other.url, SECRET, {"issue_comment"})
        dana = github.as_person("dana")
        dana.open_issue(REPO, "x")
        dana.comment(REPO, 1, "hi")
        assert github.hooks.wait_idle()
        assert other.told == ["ping", "issue_comment.created"]


def test_failed_deliveries_are_listed_and_delivered_again_under_their_guid(
    github: GitHubSandbox, receiver: Receiver
) -> None:
    hook = client(github, "ada").get_repo(REPO).get_hooks()[0]
    assert github.hooks.wait_idle()
    receiver.status = 503
    github.as_person("dana").open_issue(REPO, "x")
    assert github.hooks.wait_idle()
    receiver.status = 202
    repo = client(github, "ada").get_repo(REPO)
    failed = [each for each in repo.get_hook_deliveries(hook.id) if each.status != "OK"]
    assert [(each.event, each.action, each.status_code) for each in failed] == [("issues", "opened", 503)]
    repo.requester.requestJsonAndCheck("POST", f"{hook.url}/deliveries/{failed[0].id}/attempts", input={})
    assert github.hooks.wait_idle()
    (first, body), (again, same) = receiver.got[-2:]
    assert (first["X-GitHub-Delivery"], body) == (again["X-GitHub-Delivery"], same)
    newest = next(iter(repo.get_hook_deliveries(hook.id)))
    assert (newest.redelivery, newest.guid, newest.status) == (True, failed[0].guid, "OK")
    assert newest.id != failed[0].id


def test_deliveries_are_paged_by_cursor(github: GitHubSandbox) -> None:
    dana = github.as_person("dana")
    for number in range(4):
        dana.open_issue(REPO, f"issue {number}")
    assert github.hooks.wait_idle()
    hook = client(github, "ada").get_repo(REPO).get_hooks()[0]
    made = list(client(github, "ada", per_page=2).get_repo(REPO).get_hook_deliveries(hook.id))
    assert [each.event for each in made] == ["issues"] * 4 + ["ping"]
    assert sorted((each.id for each in made), reverse=True) == [each.id for each in made]


def test_a_hook_elsewhere_than_on_this_machine_is_refused(github: GitHubSandbox) -> None:
    body = {"name": "web", "config": {"url": "https://example.com/hook"}, "events": ["issues"]}
    assert github.as_person("ada").ask("POST", f"/repos/{REPO}/hooks", body).status_code == 422
    with pytest.raises(ValueError, match="loopback"):
        github.add_hook(REPO, "https://example.com/hook")


def test_deletion_and_transfer_are_announced_with_both_places(github: GitHubSandbox, receiver: Receiver) -> None:
    github.add_repository("acme/other", roles={"dana": "write"})
    dana = github.as_person("dana")
    dana.open_issue(REPO, "to move")
    dana.open_issue(REPO, "to delete")
    github.transfer_issue(REPO, 1, "acme/other", by="dana")
    github.delete_issue(REPO, 2, by="dana")
    assert github.hooks.wait_idle()
    moved = receiver.payloads("issues", "transferred")[0]
    assert (moved["issue"]["number"], moved["changes"]["new_repository"]["full_name"]) == (1, "acme/other")
    opened = receiver.payloads("issues", "opened")[-1]
    assert opened["changes"]["old_issue"]["id"] == moved["issue"]["id"]
    assert receiver.payloads("issues", "deleted")[0]["issue"]["number"] == 2
