"""The stand-in Jira's requests and answers against Atlassian's published API description, where that is at hand."""

import importlib.util
import json
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
from jira import JIRA

from integration.sandbox.jira.server import JiraSandbox
from integration.setup.jira import Wanted, bring_about
from integration.trackers.jira.client import JiraAccess, JiraClient
from integration.trackers.jira.settling import Settling

CONTRACT = Path(__file__).parents[2] / ".." / "shared" / "contract"
SPECS = CONTRACT / "specs"

# Where the description that we have is narrower than Jira: (operation, where in the answer).
NARROWER = (
    # It leaves `fromString` and `toString` out and forbids null; every recorded changelog has them.
    ("GET /rest/api/2/issue/{issueIdOrKey}", "/changelog/histories/"),
    ("GET /rest/api/2/issue/{issueIdOrKey}/changelog", "/values/"),
    # It describes one link; the example beside it, and Jira, answer a list.
    ("GET /rest/api/2/issue/{issueIdOrKey}/remotelink", ""),
)

pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason="the published API descriptions are not beside the project")


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, CONTRACT / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def play(site: JiraSandbox) -> None:
    """Call what the service calls, through the library and by hand."""
    client = JIRA(site.url, basic_auth=("dana@example.test", "dana-token"), max_retries=0, timeout=10)
    client.myself()
    client.fields()
    client.project("PM")
    client.issue_link_types()
    fields = {"project": {"key": "PM"}, "issuetype": {"name": "Incident"}, "summary": "x", "description": "h2. A"}
    issue = client.create_issue(fields=fields)
    other = client.create_issue(fields={**fields, "parent": {"key": issue.key}, "issuetype": {"name": "Sub-task"}})
    comment = client.add_comment(issue.key, "/status")
    comment.update(body="/status again")
    client.add_attachment(issue.key, BytesIO(b"ok"), filename="replay.txt")
    client.transition_issue(issue.key, "31")
    client.add_issue_property(issue.key, "followthrough", {"a": 1})
    client.search_issues("project = PM", maxResults=10, fields=["summary", "status"])
    dana = site.as_person("dana")
    link = {"type": {"name": "Blocks"}, "inwardIssue": {"key": other.key}, "outwardIssue": {"key": issue.key}}
    dana.call("POST", "/issueLink", json=link)
    thing = {"title": "acme/shop#1", "url": "https://example.test/1"}
    dana.call("POST", f"/issue/{issue.key}/remotelink", json={"globalId": "g", "object": thing})
    dana.assign(issue.key, site.site.people["dana"])
    shown = dana.issue(issue.key, expand="renderedFields,changelog,transitions", properties="followthrough")
    dana.call("GET", f"/issueLink/{shown['fields']['issuelinks'][0]['id']}")
    for path in (
        "/issuetype", "/priority", "/status", "/resolution", "/project", "/project/PM/role", "/project/PM/role/10002",
        "/user/search?query=da", "/user/assignable/search?project=PM", "/mypermissions?permissions=EDIT_ISSUES",
        f"/issue/{issue.key}/comment?expand=renderedBody", f"/issue/{issue.key}/changelog",
        f"/issue/{issue.key}/transitions?expand=transitions.fields", f"/issue/{issue.key}/remotelink",
        f"/issue/{issue.key}/properties", f"/user?accountId={site.site.people['dana'].account_id}",
        "/group/member?groupname=reviewers", "/project/search",
    ):  # fmt: skip
        dana.call("GET", path)
    dana.call("POST", "/permissions/project", json={"permissions": ["EDIT_ISSUES"]})
    dana.call("DELETE", f"/issue/{issue.key}", params={"deleteSubtasks": "true"})


def test_requests_and_answers_keep_to_the_published_description(tmp_path: Path) -> None:
    recorder, checker = load("http_recorder"), load("contract_check")
    with JiraSandbox() as site:
        site.add_person("dana", groups=("reviewers",))
        site.add_project("PM", lead="dana")
        site.add_field("customfield_10050", "Gate", "textfield")
        log, report = tmp_path / "exchanges.jsonl", tmp_path / "report.json"
        with recorder.Recorder(str(log)):
            play(site)
    assert broken(checker, log, report) == []
    assert len(log.read_text(encoding="utf-8").splitlines()) > 40


def test_setting_up_keeps_to_the_published_description(tmp_path: Path) -> None:
    recorder, checker = load("http_recorder"), load("contract_check")
    with JiraSandbox() as site:
        site.add_person("ada", admin=True)
        site.add_project("PM", lead="ada")
        log, report = tmp_path / "exchanges.jsonl", tmp_path / "report.json"
        with recorder.Recorder(str(log)):
            client = JiraClient(JiraAccess(site.url, "ada-token", "ada@example.test"))
            wanted = Wanted("Followthrough gate", "http://127.0.0.1:8080/webhooks/jira", "0123456789abcdef")
            steps = list(bring_about(Settling(client, "PM"), wanted, only_show=False))
            client.close()
    assert [step.kind for step in steps if step.changes] == ["field", "screen", "rule", "webhook"]
    assert broken(checker, log, report) == []
    paths = {json.loads(line)["path"].partition("/rest/")[2].partition("?")[0] for line in log.read_text().splitlines()}
    assert {"api/2/field", "api/2/workflows", "api/2/workflows/update", "api/2/screens/1/tabs/10000/fields"} <= paths


def broken(checker: ModuleType, log: Path, report: Path) -> list[dict[str, str]]:
    """Return what does not keep to the description in the recorded requests and answers."""
    spec = str(SPECS / "jira-cloud-platform-v2.json.gz")
    arguments = ["--spec", spec, "--log", str(log), "--profile", "jira", "--responses", "--json", str(report)]
    checker.main([*arguments, "--alias", "/rest/api/latest=/rest/api/2", "--ignore", "^/rest/webhooks/"])
    found = [each for each in json.loads(report.read_text(encoding="utf-8")) if each["severity"] == "V"]
    return [each for each in found if not any(_is_narrower(each, *known) for known in NARROWER)]


def _is_narrower(each: dict[str, str], operation: str, where: str) -> bool:
    return each["kind"] == "resp-schema" and each["operation"] == operation and each["where"].startswith(where)
