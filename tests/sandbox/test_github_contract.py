"""Every answer and webhook of the stand-in GitHub, against GitHub's published descriptions."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import requests

from integration.sandbox.github.sandbox import GitHubSandbox
from tests.sandbox.github_stage import REPO, SECRET, Receiver, a_github, client, receiving

CONTRACT = Path(__file__).parents[2].resolve().parent / "shared" / "contract"
pytestmark = pytest.mark.skipif(
    not (CONTRACT / "specs" / "api.github.com.json.gz").exists(),
    reason="the published API descriptions are not beside the project (../shared/contract)",
)


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"contract_{name}", CONTRACT / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Story:
    """Plays every route once, mostly with PyGithub, the rest as raw requests."""

    def __init__(self, github: GitHubSandbox, receiver: Receiver) -> None:
        self.github, self.receiver = github, receiver
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"token {github.token_of('ada')}"

    def ask(self, method: str, path: str, status: int, body: object = None) -> Any:
        answer = self.session.request(method, self.github.url + path, json=body, allow_redirects=False, timeout=10)
        assert answer.status_code == status, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def play(self) -> None:
        self.accounts()
        self.issues()
        self.labels()
        self.milestones()
        self.links()
        self.fields()
        self.hooks()
        self.endings()

    def accounts(self) -> None:
        me = self.ask("GET", "/user", 200)
        self.ask("GET", f"/user/{me['id']}", 200)
        for path in ("/", "/rate_limit", "/users/dana", "/user/repos", f"/repos/{REPO}"):
            self.ask("GET", path, 200)
        for path in ("collaborators", "collaborators/omar/permission", "assignees"):
            self.ask("GET", f"/repos/{REPO}/{path}", 200)
        self.ask("GET", f"/repos/{REPO}/collaborators/omar", 204)
        self.ask("GET", f"/repos/{REPO}/assignees/omar", 204)
        self.ask("GET", f"/repos/{REPO}/assignees/stranger", 404)

    def issues(self) -> None:
        repo = client(self.github, "dana").get_repo(REPO)
        issue = repo.create_issue("Recalled products are recommended", "…", labels=["incident"], assignees=["omar"])
        comment = issue.create_comment("/resolved")
        comment.edit("/resolved 10:00")
        issue.get_comment(comment.id)
        issue.edit(title="Recalled products", body="the chatbot recommended them")
        issue.add_to_assignees("rita")
        issue.remove_from_assignees("omar")
        issue.lock("resolved")
        issue.unlock()
        issue.edit(state="closed", state_reason="completed")
        issue.edit(state="open", state_reason="reopened")
        issue.create_comment("to be deleted").delete()
        assert len(list(repo.get_issues(state="all", sort="updated", direction="desc"))) == 1
        assert list(repo.get_issues_comments(sort="updated")) and list(issue.get_comments())
        assert list(issue.get_timeline()) and list(issue.get_events())
        number = self.github.add_pull_request(REPO, "dana", "Filter recalled products", "Fixes #1")
        repo.get_pull(number)
        self.github.merge_pull_request(REPO, number, "dana")
        repo.get_pull(number)
        self.ask("GET", f"/repos/{REPO}/issues?state=all&labels=incident&creator=dana&assignee=rita&per_page=1", 200)
        self.ask("GET", f"/repos/{REPO}/issues/{number}/timeline", 200)

    def labels(self) -> None:
        repo = client(self.github, "dana").get_repo(REPO)
        label = repo.create_label("sev/2", "ff0000", "major")
        repo.get_issue(1).add_to_labels("incident", "sev/2")
        label.edit("severity/2", "00ff00", "major")
        issue = repo.get_issue(1)
        assert {each.name for each in issue.get_labels()} == {"incident", "severity/2"}
        self.ask("DELETE", f"/repos/{REPO}/issues/1/labels/severity%2F2", 200)
        issue.set_labels("severity/2")
        issue.delete_labels()
        self.ask("GET", f"/repos/{REPO}/labels/severity%2F2", 200)
        self.ask("DELETE", f"/repos/{REPO}/labels/severity%2F2", 204)
        assert [each.name for each in repo.get_labels()] == ["incident"]

    def milestones(self) -> None:
        repo = client(self.github, "dana").get_repo(REPO)
        milestone = repo.create_milestone("due 2026-12-01", due_on=datetime(2026, 12, 1, tzinfo=UTC))
        repo.get_issue(1).edit(milestone=milestone)
        milestone.edit("due 2026-12-02", description="moved", due_on=datetime(2026, 12, 2, tzinfo=UTC))
        milestone.edit("due 2026-12-02", state="closed")
        milestone.edit("due 2026-12-02", state="open")
        repo.get_milestone(1)
        assert list(repo.get_milestones())
        milestone.delete()

    def links(self) -> None:
        repo = client(self.github, "dana").get_repo(REPO)
        parent, first, second = repo.get_issue(1), repo.create_issue("Add the filter"), repo.create_issue("Replay it")
        parent.add_sub_issue(first.id)
        parent.add_sub_issue(second.id)
        parent.prioritize_sub_issue(second.id, first.id)
        self.ask("GET", f"/repos/{REPO}/issues/{first.number}/parent", 200)
        assert [each.number for each in parent.get_sub_issues()] == [first.number, second.number]
        parent.remove_sub_issue(first.id)
        first.add_blocked_by(second)
        assert [each.number for each in first.get_blocked_by()] == [second.number]
        assert [each.number for each in second.get_blocking()] == [first.number]
        first.remove_blocked_by(second)
        for issue in (parent, first, second):
            self.ask("GET", f"/repos/{REPO}/issues/{issue.number}/timeline", 200)
            self.ask("GET", f"/repos/{REPO}/issues/{issue.number}/events", 200)

    def fields(self) -> None:
        due = self.github.add_issue_field("acme", "Due", "date")
        horizon = self.github.add_issue_field("acme", "Horizon", "single_select", ("now", "later"))
        self.ask("GET", "/orgs/acme/issue-fields", 200)
        path = f"/repos/{REPO}/issues/1/issue-field-values"
        self.ask("POST", path, 200, {"issue_field_values": [{"field_id": due.id, "value": "2026-12-01"}]})
        self.ask("POST", path, 200, {"issue_field_values": [{"field_id": horizon.id, "value": "later"}]})
        assert len(self.ask("GET", path, 200)) == 2
        self.ask("DELETE", f"{path}/{due.id}", 204)
        self.ask("PUT", path, 200, {"issue_field_values": [{"field_id": due.id, "value": "2026-12-02"}]})

    def hooks(self) -> None:
        path = f"/repos/{REPO}/hooks"
        config = {"url": self.receiver.url + "/second", "content_type": "json", "secret": SECRET}
        hook = self.ask("POST", path, 201, {"name": "web", "config": config, "events": ["issues"], "active": True})
        one = f"{path}/{hook['id']}"
        self.ask("PATCH", one, 200, {"add_events": ["issue_comment"]})
        self.ask("POST", f"{one}/pings", 204)
        assert self.github.hooks.wait_idle()
        self.ask("GET", path, 200)
        self.ask("GET", one, 200)
        made = self.ask("GET", f"{one}/deliveries?per_page=1", 200)
        self.ask("GET", f"{one}/deliveries/{made[0]['id']}", 200)
        self.ask("POST", f"{one}/deliveries/{made[0]['id']}/attempts", 202)
        self.ask("DELETE", one, 204)

    def endings(self) -> None:
        self.github.add_repository("acme/other", roles={"ada": "admin"})
        self.github.transfer_issue(REPO, 3, "acme/other", by="ada")
        self.ask("GET", f"/repos/{REPO}/issues/3", 301)
        self.github.delete_issue(REPO, 4, by="ada")
        self.ask("GET", f"/repos/{REPO}/issues/4", 410)
        self.ask("GET", f"/repos/{REPO}/issues/99", 404)
        self.ask("POST", f"/repos/{REPO}/issues", 422, {"title": "x", "assignees": ["stranger"]})


@pytest.fixture
def played(tmp_path: Path) -> Iterator[tuple[Receiver, Path]]:
    log = tmp_path / "exchanges.jsonl"
    with receiving() as receiver, a_github(hook_secret=SECRET, hook_url=receiver.url) as github:
        story = Story(github, receiver)
        with _load("http_recorder").Recorder(str(log), host_filter=github.url.removeprefix("http://")):
            story.play()
        story.session.close()
        assert github.hooks.wait_idle()
        yield receiver, log


def test_every_answer_fits_the_published_description_of_its_route(
    played: tuple[Receiver, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    spec = str(CONTRACT / "specs" / "api.github.com.json.gz")
    arguments = ["--spec", spec, "--log", str(played[1]), "--responses", "--profile", "github"]
    failed = _load("contract_check").main([*arguments, "--ignore", r"^/repositories/\d+"])
    report = capsys.readouterr().out
    assert not failed, "\n".join(line for line in report.splitlines() if line.startswith(("V ", "--")))
    assert "w resp-status" not in report, report


def test_every_webhook_fits_the_published_description_of_its_event_and_action(
    played: tuple[Receiver, Path], tmp_path: Path
) -> None:
    checker = _load("contract_check")
    spec = checker.Spec(str(CONTRACT / "specs" / "webhooks.api.github.com.json.gz"))
    described = spec.doc.get("webhooks") or spec.doc.get("x-webhooks")
    seen, wrong = set(), []
    for headers, body in played[0].got:
        payload = json.loads(body)
        name = "-".join(filter(None, (headers["X-GitHub-Event"], payload.get("action")))).replace("_", "-")
        seen.add(name)
        assert name in described, name
        media = checker.esc("application/json")
        for problem in spec.errors(f"#/webhooks/{name}/post/requestBody/content/{media}/schema", payload):
            wrong.append((name, *checker.flatten(problem)))
    assert not wrong, "\n".join(str(each) for each in sorted(set(wrong)))
    assert seen >= _WANTED, _WANTED - seen


_ACTIONS = {
    "issues": "opened edited closed reopened labeled unlabeled assigned unassigned milestoned demilestoned",
    "issue-comment": "created edited deleted",
    "sub-issues": "sub-issue-added sub-issue-removed parent-issue-added parent-issue-removed",
    "issue-dependencies": "blocked-by-added blocked-by-removed blocking-added blocking-removed",
    "label": "created edited deleted",
    "milestone": "created edited closed opened deleted",
    "pull-request": "opened closed",
}
_WANTED = {f"{event}-{action}" for event, actions in _ACTIONS.items() for action in actions.split()} | {
    "ping",
    "issues-deleted",
    "issues-transferred",
    "issues-locked",
    "issues-unlocked",
}
