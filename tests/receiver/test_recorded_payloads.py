"""Every recorded payload of the shared contract material is read as its index says; skipped where that is missing."""

import json
from pathlib import Path
from typing import Any

import pytest

from webhooks import github, jira

CONTRACT = Path(__file__).parents[3] / "shared" / "contract"


def recordings(folder: str) -> list[Any]:
    index = CONTRACT / folder / "index.json"
    if not index.is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no recorded payloads at shared/contract/{folder}"))]
    return [pytest.param(entry, id=entry["file"]) for entry in json.loads(index.read_text())]


@pytest.mark.parametrize("entry", recordings("github-webhooks"))
def test_a_recorded_github_payload_wakes_the_issues_it_names(entry: dict[str, Any]):
    body = (CONTRACT / "github-webhooks" / entry["file"]).read_bytes()
    payload = json.loads(body)
    found = github.read_wakeups({"X-GitHub-Event": entry["event"]}, body, 1.0)
    named = [payload[name] for name in ("issue", "sub_issue", "parent_issue") if name in payload]
    if entry["action"] == "transferred":
        named.append(payload["changes"]["new_issue"])
    wanted = {(str(issue["id"]), issue["number"]) for issue in named if not issue.get("pull_request")}
    assert {(wakeup.id, int(wakeup.locator.partition("#")[2])) for wakeup in found} == wanted
    for wakeup in found:
        # Each issue tells its own repository by address, which confirms the one that was chosen.
        (issue,) = (issue for issue in named if str(issue["id"]) == wakeup.id)
        assert issue["repository_url"].endswith("/repos/" + wakeup.locator.partition("#")[0])


@pytest.mark.parametrize("entry", recordings("jira-webhooks"))
def test_a_recorded_jira_payload_wakes_the_issues_it_names(entry: dict[str, Any]):
    body = (CONTRACT / "jira-webhooks" / entry["file"]).read_bytes()
    payload = json.loads(body)
    found = jira.read_wakeups({}, body, 1.0)
    if "issue" in payload:
        assert [(wakeup.id, wakeup.locator) for wakeup in found] == [(payload["issue"]["id"], payload["issue"]["key"])]
    elif "issueLink" in payload:
        ends = [payload["issueLink"]["sourceIssueId"], payload["issueLink"]["destinationIssueId"]]
        assert [wakeup.id for wakeup in found] == [str(end) for end in ends]
    else:
        assert [wakeup.id for wakeup in found] == [payload["comment"]["self"].split("/issue/")[1].split("/")[0]]
