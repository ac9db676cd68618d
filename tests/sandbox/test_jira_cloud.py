"""What only Jira Cloud does: REST v3 with its documents, search by token, account ids."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests
from jira import JIRA

from integration.sandbox.jira import adf
from integration.sandbox.jira.server import JiraSandbox

NOW = datetime(2026, 11, 23, 14, 10, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[JiraSandbox]:
    with JiraSandbox(clock=lambda: NOW) as sandbox:
        sandbox.add_person("dana")
        sandbox.add_project("PM", lead="dana")
        yield sandbox


def v3(site: JiraSandbox, method: str, path: str, **more: object) -> requests.Response:
    auth = ("dana@example.test", "dana-token")
    return requests.request(method, f"{site.url}/rest/api/3{path}", auth=auth, timeout=10, **more)  # type: ignore[arg-type]


def paragraph(text: str) -> dict[str, object]:
    return {"type": "paragraph", "content": [{"type": "text", "text": text}]}


def test_a_document_written_in_v3_is_wiki_text_in_v2_and_html_when_rendered(site: JiraSandbox) -> None:
    heading = {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Timeline"}]}
    items = [{"type": "listItem", "content": [paragraph("began")]}]
    document = {"version": 1, "type": "doc", "content": [heading, {"type": "bulletList", "content": items}]}
    fields = {
        "project": {"key": "PM"},
        "issuetype": {"name": "Task"},
        "summary": "x",
        "description": document,
    }
    key = v3(site, "POST", "/issue", json={"fields": fields}).json()["key"]
    shown = site.as_person("dana").issue(key, expand="renderedFields")
    assert shown["fields"]["description"] == "h2. Timeline\n\n* began"
    assert '<h2><a name="Timeline"></a>Timeline</h2>' in shown["renderedFields"]["description"]
    again = v3(site, "GET", f"/issue/{key}").json()["fields"]["description"]
    assert [block["type"] for block in again["content"]] == ["heading", "bulletList"]


def test_each_version_refuses_the_other_ones_texts(site: JiraSandbox) -> None:
    key = site.as_person("dana").open_issue("PM", "x")
    assert v3(site, "POST", f"/issue/{key}/comment", json={"body": "plain"}).status_code == 400
    with pytest.raises(requests.HTTPError):
        site.as_person("dana").call("POST", f"/issue/{key}/comment", json={"body": {"type": "doc"}})


def test_text_marks_mentions_and_tables_survive_the_way_through_a_document() -> None:
    marked = [
        {"type": "text", "text": "now", "marks": [{"type": "strong"}]},
        {"type": "mention", "attrs": {"id": "5b10"}},
        {"type": "text", "text": "here", "marks": [{"type": "link", "attrs": {"href": "https://x.test"}}]},
    ]
    row = {"type": "tableRow", "content": [{"type": "tableHeader", "content": [paragraph("A")]}]}
    content = [{"type": "paragraph", "content": marked}, {"type": "table", "content": [row]}]
    assert adf.text_of({"type": "doc", "content": content}) == "*now*[~accountid:5b10][here|https://x.test]\n\n||A||"


def test_the_old_search_is_gone_and_an_unbounded_one_refused(site: JiraSandbox) -> None:
    assert v3(site, "GET", "/search", params={"jql": "project = PM"}).status_code == 410
    unbounded = v3(site, "GET", "/search/jql", params={"jql": "ORDER BY created"})
    assert unbounded.status_code == 400
    assert "Unbounded JQL" in unbounded.json()["errorMessages"][0]


def test_search_goes_on_by_token_and_shows_only_ids_unless_fields_are_asked_for(site: JiraSandbox) -> None:
    for n in range(5):
        site.as_person("dana").open_issue("PM", f"issue {n}")
    query = {"jql": "project = PM ORDER BY key", "maxResults": "2"}
    first = v3(site, "GET", "/search/jql", params=query).json()
    assert (len(first["issues"]), first["isLast"], set(first["issues"][0])) == (2, False, {"id"})
    seen = list(first["issues"])
    page = first
    while not page["isLast"]:
        page = v3(site, "GET", "/search/jql", params={**query, "nextPageToken": page["nextPageToken"]}).json()
        seen += page["issues"]
    assert len({each["id"] for each in seen}) == 5
    with_fields = v3(site, "POST", "/search/jql", json={"jql": "project = PM", "fields": ["summary"]}).json()
    assert set(with_fields["issues"][0]["fields"]) == {"summary"}
    assert v3(site, "GET", "/search/jql", params={**query, "nextPageToken": "rubbish"}).status_code == 400


def test_the_library_finds_every_issue(site: JiraSandbox) -> None:
    for n in range(120):
        site.as_person("dana").open_issue("PM", f"issue {n}")
    client = JIRA(site.url, basic_auth=("dana@example.test", "dana-token"), max_retries=0, timeout=10)
    assert len(client.search_issues("project = PM", maxResults=0, fields=["summary"])) == 120


def test_a_new_issue_is_missing_from_search_while_the_index_lags_unless_it_is_reconciled(site: JiraSandbox) -> None:
    key = site.as_person("dana").open_issue("PM", "new")
    site.search_lag = timedelta(seconds=5)
    number = site.site.keys[key]
    asked = {"jql": "project = PM"}
    assert v3(site, "POST", "/search/jql", json=asked).json()["issues"] == []
    found = v3(site, "POST", "/search/jql", json={**asked, "reconcileIssues": [int(number)]}).json()
    assert found["issues"] == [{"id": number}]


def test_the_changelog_is_paged_oldest_first(site: JiraSandbox) -> None:
    dana = site.as_person("dana")
    key = dana.open_issue("PM", "0")
    for n in range(1, 6):
        dana.edit(key, summary=str(n))
    page = v3(site, "GET", f"/issue/{key}/changelog", params={"startAt": 3, "maxResults": 1}).json()
    assert (page["total"], page["isLast"], page["values"][0]["items"][0]["toString"]) == (5, False, "4")
