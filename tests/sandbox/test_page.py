"""The page over both sandboxes, by plain HTTP: what it shows, to whom, and what its forms do."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from integration.sandbox.github.sandbox import GitHubSandbox
from integration.sandbox.jira.server import JiraSandbox
from integration.sandbox.page.board import StoryBoard
from integration.sandbox.page.server import Page
from integration.sandbox.page.tickets import Form

REPO = "acme/shop"


@dataclass(frozen=True)
class Stage:
    """Both sandboxes and the page over them."""

    github: GitHubSandbox
    jira: JiraSandbox
    page: Page
    story: StoryBoard

    def see(self, path: str, who: str = "dana") -> requests.Response:
        return requests.get(self.page.url + path, cookies={"who": who}, timeout=10)

    def send(self, path: str, who: str = "dana", **form: str) -> requests.Response:
        headers = {"Origin": self.page.url}
        session = requests.Session()
        session.cookies.set("who", who, domain="127.0.0.1")
        return session.post(self.page.url + path, data=form, headers=headers, timeout=10)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with GitHubSandbox() as github, JiraSandbox() as jira:
        for name in ("dana", "omar", "gina"):
            github.add_person(name)
            jira.add_person(name)
        github.add_person("followthrough-bot", kind="Bot")
        github.add_repository(REPO, roles={"dana": "write", "omar": "triage"})
        jira.add_project("PM", name="Incidents", lead="dana", roles={"omar": "member"})
        story = StoryBoard()
        forms = {REPO: Form("### Summary\n\n_No response_", title="Incident: ", labels=("incident",))}
        with Page(github, jira, story, forms=forms) as page:
            yield Stage(github, jira, page, story)


def an_issue(stage: Stage, body: str = "text") -> str:
    issue = stage.github.as_person("dana").open_issue(REPO, "Recalled products", body)
    return f"/github/{REPO}/{issue['number']}"


def test_the_overview_lists_both_trackers_and_only_what_one_may_see(stage: Stage) -> None:
    an_issue(stage)
    stage.jira.as_person("dana").open_issue("PM", "Wrong price", labels=["sev2"], duedate="2026-11-29")
    dana = stage.see("/").text
    assert all(each in dana for each in ("acme/shop#1", "Recalled products", "PM-1", "sev2", "due 2026-11-29"))
    gina = stage.see("/", who="gina").text
    assert "acme/shop" not in gina
    assert "Wrong price" in gina
    assert stage.see(f"/github/{REPO}/1", who="gina").status_code == 404


def test_a_github_issue_is_rendered_with_tables_task_lists_and_folds_and_without_comments_in_html(stage: Stage) -> None:
    body = (
        "| a | b |\n|--|--|\n| 1 | 2 |\n\n- [x] done\n\n<!-- marker -->\n"
        "<details><summary>Fold</summary>\n\n**in**\n</details>"
    )
    html = stage.see(an_issue(stage, body)).text
    shown = html[html.index('class="text"') : html.index("Comment as dana")]
    assert "<td>1</td>" in shown
    assert '<input type="checkbox" disabled checked' in shown
    assert "<details><summary>Fold</summary>" in shown
    assert "<strong>in</strong>" in shown
    assert "marker" not in shown


HOSTILE = (
    '<script>alert(1)</script><img src="http://evil.test/x.png" onerror="alert(1)">'
    '<iframe src="http://evil.test"></iframe><a href="javascript:alert(1)" onclick="x()">link</a>'
    '<style>*{display:none}</style><form action="/who"><button>x</button></form>'
    '<p style="position:fixed" id="main">p</p><svg onload="alert(1)"></svg>'
)


def test_what_people_wrote_brings_no_script_no_picture_from_elsewhere_and_no_form(stage: Stage) -> None:
    html = stage.see(an_issue(stage, HOSTILE + "\n\n[x](javascript:alert(1)) ![y](http://evil.test/y.png)")).text
    shown = html[html.index('class="text"') : html.index("Comment as dana")]
    for bad in (
        "<script",
        "evil.test",
        "onerror",
        "onclick",
        "javascript:",
        "<style",
        "<form",
        "style=",
        "id=",
        "<svg",
    ):
        assert bad not in shown.partition("</article>")[0].replace("[x](javascript:alert(1))", "")
    key = stage.jira.as_person("dana").open_issue("PM", "x", HOSTILE + "\n!http://evil.test/x.png!")
    jira = stage.see(f"/jira/{key}").text
    assert "<script>alert" not in jira
    assert "<img" not in jira


def test_a_diagram_is_shown_as_its_source_with_a_caption(stage: Stage) -> None:
    html = stage.see(an_issue(stage, "```mermaid\npie title <b>\n```")).text
    assert "shown as its source</figcaption><pre>pie title &lt;b&gt;" in html


def test_mentions_references_and_addresses_become_links_within_the_page(stage: Stage) -> None:
    html = stage.see(an_issue(stage, f"@omar see #1, {REPO}#7 and https://example.test/a but not `#2`")).text
    assert '<span class="mention">@omar</span>' in html
    assert f'<a href="/github/{REPO}/1">#1</a>' in html
    assert f'<a href="/github/{REPO}/7">{REPO}#7</a>' in html
    assert 'href="https://example.test/a" rel="noopener noreferrer nofollow"' in html
    assert "<code>#2</code>" in html


def test_a_jira_issue_is_shown_in_jiras_rendering_with_its_links_and_moves(stage: Stage) -> None:
    dana = stage.jira.as_person("dana")
    one = dana.open_issue("PM", "Recalled", "h2. Timeline\n||a||b||\n|1|2|")
    other = dana.open_issue("PM", "A1: filter")
    link = {"type": {"name": "Blocks"}, "inwardIssue": {"key": other}, "outwardIssue": {"key": one}}
    dana.call("POST", "/issueLink", json=link)
    html = stage.see(f"/jira/{one}").text
    assert "<h2>Timeline</h2>" in html
    assert "<th>a</th>" in html
    assert "is blocked by" in html
    assert f'href="/jira/{other}"' in html
    assert "Move to Done" in html
    assert "cannot change the state" in stage.see(f"/jira/{one}", who="gina").text


def test_forms_act_as_the_chosen_person_on_github(stage: Stage) -> None:
    path = an_issue(stage)
    stage.send(path, do="comment", text="/status")
    stage.send(path, do="label", label="incident")
    stage.send(path, do="assign", assignee="omar")
    stage.send(path, do="edit", title="Recalled again", text="new\r\ntext")
    stage.send(path, who="omar", do="move", move="closed:not_planned")
    issue = stage.github.as_person("dana").issue(REPO, 1)
    assert (issue["title"], issue["body"]) == ("Recalled again", "new\ntext")
    assert [label["name"] for label in issue["labels"]] == ["incident"]
    assert [person["login"] for person in issue["assignees"]] == ["omar"]
    assert (issue["state"], issue["state_reason"], issue["closed_by"]["login"]) == ("closed", "not_planned", "omar")
    stage.send(path, do="unlabel", label="incident")
    stage.send(path, do="move", move="open:reopened")
    html = stage.see(path).text
    assert "removed the label incident" in html
    assert "opened this again" in html


def test_forms_act_as_the_chosen_person_on_jira(stage: Stage) -> None:
    key = stage.jira.as_person("dana").open_issue("PM", "Recalled", "old")
    path = f"/jira/{key}"
    stage.send(path, who="omar", do="comment", text="/status")
    stage.send(path, do="label", label="sev1")
    stage.send(path, do="assign", assignee="Omar")
    stage.send(path, do="edit", title="Recalled again", text="new")
    stage.send(path, do="move", move="31")
    shown = stage.jira.as_person("dana").issue(key)["fields"]
    assert (shown["summary"], shown["description"], shown["labels"]) == ("Recalled again", "new", ["sev1"])
    assert (shown["assignee"]["displayName"], shown["status"]["name"]) == ("Omar", "Done")
    assert shown["comment"]["comments"][0]["author"]["displayName"] == "Omar"
    assert "moved this from To Do to Done" in stage.see(path).text


def test_a_refusal_is_shown_in_the_trackers_words(stage: Stage) -> None:
    key = stage.jira.as_person("dana").open_issue("PM", "Recalled")
    html = stage.send(f"/jira/{key}", who="gina", do="label", label="sev1").text
    assert "Jira answered 403: You do not have permission to edit issues in this project." in html


def test_a_new_issue_begins_with_the_places_form(stage: Stage) -> None:
    empty = stage.see(f"/github/{REPO}/new").text
    assert "### Summary\n\n_No response_" in empty
    assert 'value="Incident: "' in empty
    done = stage.send(f"/github/{REPO}/new", title="Incident: x", text="### Summary", labels="incident, sev1")
    assert done.url.endswith(f"/github/{REPO}/1")
    labels = stage.github.as_person("dana").issue(REPO, 1)["labels"]
    assert sorted(label["name"] for label in labels) == ["incident", "sev1"]
    opened = stage.send("/jira/PM/new", title="x", text="h2. Summary", labels="incident")
    assert opened.url.endswith("/jira/PM-1")


def test_a_form_from_another_page_or_from_nowhere_is_refused(stage: Stage) -> None:
    path = stage.page.url + an_issue(stage)
    form = {"do": "comment", "text": "forged"}
    for headers in ({}, {"Origin": "https://evil.test"}, {"Origin": "null"}, {"Host": "evil.test"}):
        assert requests.post(path, data=form, headers=headers, timeout=10).status_code == 403
    assert stage.github.as_person("dana").issue(REPO, 1)["comments"] == 0
    assert requests.get(path, headers={"Host": "evil.test"}, timeout=10).status_code == 403


def test_becoming_somebody_leads_back_to_this_page_only(stage: Stage) -> None:
    for back in ("//evil.test/", "https://evil.test/", "/\\evil.test"):
        answer = stage.send("/who", who="dana", back=back)
        assert answer.status_code == 400
    session = requests.Session()
    headers = {"Origin": stage.page.url}
    form = {"who": "omar", "back": "//evil.test/"}
    answer = session.post(stage.page.url + "/who", data=form, headers=headers, timeout=10, allow_redirects=False)
    assert answer.headers["Location"] == "/"
    assert "SameSite=Strict" in answer.headers["Set-Cookie"]


def test_the_page_allows_nothing_from_elsewhere(stage: Stage) -> None:
    answer = stage.see("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "http://" not in answer.text.replace(stage.page.url, "").replace("http://www.w3.org", "")


def test_the_version_changes_with_every_change_and_not_otherwise(stage: Stage) -> None:
    def version() -> str:
        return str(stage.see("/version").json()["version"])

    an_issue(stage)
    seen = [version()]
    stage.see("/")
    assert version() == seen[0]
    stage.github.as_person("dana").comment(REPO, 1, "hello")
    seen.append(version())
    stage.jira.as_person("dana").open_issue("PM", "x")
    seen.append(version())
    stage.story.tell("Dana labels an issue.")
    seen.append(version())
    assert len(set(seen)) == 4


def test_each_part_of_the_story_begins_with_its_name(stage: Stage) -> None:
    for chapter in ("On GitHub", "On Jira"):
        stage.story.begin(chapter)
        stage.story.tell("Tom opens an issue.")
        stage.story.tell("Dana answers.")
    page = stage.see("/").text
    assert [page.count(f"<h3>{chapter}</h3>") for chapter in ("On GitHub", "On Jira")] == [1, 1]
    assert page.index("On GitHub") < page.index("Tom opens an issue.") < page.index("On Jira")


def test_the_story_is_told_at_the_side_with_how_it_came_out(stage: Stage) -> None:
    first = stage.story.tell("Dana closes <too> early.", "/jira/PM")
    stage.story.tell("It stays closed.")
    stage.story.settle(first, False)
    html = stage.see("/").text
    assert "Dana closes &lt;too&gt; early." in html
    assert "did not come out as told" in html
    assert "not yet" in html


def test_somebody_without_an_account_on_a_tracker_is_told_so(stage: Stage) -> None:
    stage.jira.as_person("dana").open_issue("PM", "x")
    answer = stage.see("/jira/PM-1", who="followthrough-bot")
    assert answer.status_code == 404
    assert "has no account on Jira" in answer.text


def test_a_tracker_that_does_not_answer_is_said_to_be_away(stage: Stage) -> None:
    path = an_issue(stage)
    stage.github.misbehave.lose_answer_next(1)
    assert stage.see(path).status_code == 502
    assert stage.see(path).status_code == 200


def test_names_that_are_no_issue_reach_no_other_address(stage: Stage) -> None:
    for path in (
        "/github/../shop/1",
        "/github/acme/..%2f..%2fuser/1",
        "/jira/PM-1%2f..%2f..%2fmyself",
        "/jira/pm-1",
        "/jira/X-0",
    ):
        assert stage.see(path).status_code == 404


def test_closed_and_open_issues_can_be_told_apart(stage: Stage) -> None:
    path = an_issue(stage)
    stage.github.as_person("dana").open_issue(REPO, "Another one")
    stage.github.as_person("dana").close(REPO, 1)
    closed = stage.see(f"/github/{REPO}?state=closed").text
    assert "Recalled products" in closed
    assert "Another one" not in closed
    assert path in closed
