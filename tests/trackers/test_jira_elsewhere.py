"""The Jira adapter on a server that nobody here wrote: PyPI ``jira820`` (the shape of Data Center 8.20) with the shim
of the contract folder.

It keeps no properties at creation, puts no comments into an issue and knows no ``update.issuelinks``: what a careful
client has to stand.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from integration.postmortem.commands import (
    EnsureAgreed,
    EnsureLabels,
    EnsureOpen,
    EnsureReply,
    EnsureSeverityShown,
    EnsureStatusComment,
    Result,
)
from integration.postmortem.document import plain_text
from integration.postmortem.facts import FactsNeeded
from integration.postmortem.incident import CommentOrigin, IssueRef
from integration.postmortem.people import Person
from integration.trackers.base import Cursor
from integration.trackers.jira.client import JiraAccess
from integration.trackers.jira.tracker import JiraTracker, connect
from tests.trackers.jira_harness import DUE, KEY, Purse, a_policy, a_wish, says

SHIM = Path(__file__).parents[2].parent / "shared" / "contract" / "jira820_shim.py"
POLICY = a_policy()
LONG_BEFORE = datetime.now(UTC) - timedelta(hours=1)

pytestmark = pytest.mark.skipif(
    not SHIM.exists(), reason="the contract folder with the jira820 shim is not beside the project"
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    pytest.importorskip("jira820")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        str(SHIM),
        "--port",
        str(port),
        "--project",
        "PM",
        "--empty",
        "--users",
        "dana,omar,followthrough",
    ]
    server = subprocess.Popen(command, env={**os.environ, "PYTHONWARNINGS": "ignore"}, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while True:
            try:
                requests.get(f"{address}/rest/api/2/serverInfo", timeout=5).raise_for_status()
                break
            except requests.RequestException:
                assert server.poll() is None, "jira820 ended before it answered"
                assert time.monotonic() < until, "jira820 did not come up"
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def jira(url: str) -> Iterator[JiraTracker]:
    tracker = connect(JiraAccess(url, "tok_followthrough", key=KEY))
    yield tracker
    tracker.close()


def act(url: str, method: str, path: str, body: dict[str, Any], who: str = "dana") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer tok_{who}"}
    answer = requests.request(method, f"{url}/rest/api/2/{path}", json=body, headers=headers, timeout=20)
    answer.raise_for_status()
    return dict(answer.json()) if answer.content else {}


def an_incident(url: str, jira: JiraTracker, **fields: Any) -> IssueRef:
    given = {
        "project": {"key": "PM"},
        "issuetype": {"name": "Task"},
        "summary": "Recalled products",
        "description": "h2. Summary\n\nOne *bad* day.",
    }
    return jira.locate("", str(act(url, "POST", "issue", {"fields": given | fields})["key"]))


def move(url: str, issue: IssueRef, name: str) -> None:
    offered = requests.get(f"{url}/rest/api/2/issue/{issue.locator}/transitions", timeout=20).json()["transitions"]
    way = next(each["id"] for each in offered if each["to"]["statusCategory"]["key"] == name)
    act(url, "POST", f"issue/{issue.locator}/transitions", {"transition": {"id": way}})


def test_it_is_told_from_cloud_and_knows_who_we_are(jira: JiraTracker) -> None:
    assert not jira.client.is_cloud
    assert jira.service().handle == "followthrough"
    assert jira.in_scope() == {"PM"}


def test_an_incident_is_read_and_labelled(url: str, jira: JiraTracker) -> None:
    issue = an_incident(url, jira, labels=["incident", "major"])
    jira.apply(EnsureLabels(issue, frozenset({"sev1"}), frozenset({"major"})), POLICY, Purse())
    jira.apply(EnsureSeverityShown(issue, "SEV1"), POLICY, Purse())
    seen = jira.observe(issue, (), POLICY).incident
    assert seen.labels == {"incident", "sev1"}
    assert seen.priority == "Highest"
    assert plain_text(seen.document.blocks) == "Summary\nOne bad day."
    assert (seen.closed, seen.comments) == (False, ())


def test_comments_are_ours_and_theirs_and_keep_their_mark(url: str, jira: JiraTracker) -> None:
    issue = an_incident(url, jira)
    act(url, "POST", f"issue/{issue.locator}/comment", {"body": "/resolved"})
    status = jira.apply(EnsureStatusComment(issue, None, says("Three things.")), POLICY, Purse())
    jira.apply(EnsureStatusComment(issue, status.created, says("Two things.")), POLICY, Purse())
    reply = EnsureReply(issue, "reply:1", says("Hello."))
    said = jira.apply(reply, POLICY, Purse())
    again = jira.apply(reply, POLICY, Purse(), seek_since=LONG_BEFORE)
    comments = {comment.raw.splitlines()[0]: comment for comment in jira.observe(issue, (), POLICY).incident.comments}
    assert comments["/resolved"].origin is CommentOrigin.PERSON
    ours = comments["h4. Followthrough"]
    assert (ours.origin, ours.purpose, ours.id) == (CommentOrigin.OURS, "status", status.created)
    assert "Two things." in ours.raw
    assert (comments["Hello."].purpose, again.created, again.result) == ("reply:1", said.created, Result.UNCHANGED)
    assert len(comments) == 3


def test_an_action_becomes_one_linked_ticket_even_when_asked_twice(url: str, jira: JiraTracker) -> None:
    case = an_incident(url, jira)
    first = jira.apply(a_wish(case), POLICY, Purse())
    second = jira.apply(a_wish(case), POLICY, Purse(), seek_since=LONG_BEFORE)
    (ticket,) = jira.observe(case, (), POLICY).tickets
    assert (first.ticket, second.ticket, second.result) == (ticket.ref, ticket.ref, Result.UNCHANGED)
    assert (ticket.purpose, ticket.linked, ticket.due) == ("ticket:A1", True, DUE)
    assert [person.handle for person in ticket.assignees] == ["omar"]


def test_a_ticket_without_its_link_is_found_by_its_label_and_linked(url: str, jira: JiraTracker) -> None:
    case = an_incident(url, jira)
    made = jira.apply(a_wish(case), POLICY, Purse()).ticket
    assert made is not None
    (link,) = requests.get(f"{url}/rest/api/2/issue/{case.locator}", timeout=20).json()["fields"]["issuelinks"]
    act(url, "DELETE", f"issueLink/{link['id']}", {})
    assert jira.observe(case, (), POLICY).tickets == ()
    found = jira.apply(a_wish(case), POLICY, Purse(), seek_since=LONG_BEFORE)
    assert (found.ticket, found.result, found.writes) == (made, Result.CHANGED, 1)
    assert jira.observe(case, (), POLICY).tickets[0].linked


def test_a_closed_ticket_is_opened_again(url: str, jira: JiraTracker) -> None:
    issue = an_incident(url, jira)
    move(url, issue, "done")
    seen = jira.observe(issue, (), POLICY).incident
    assert seen.closed
    assert seen.closed_by == Person("jira", "dana", "dana", "Dana")
    assert seen.reopen_with is not None
    assert jira.apply(EnsureOpen(issue, seen.reopen_with), POLICY, Purse()).result is Result.CHANGED
    assert not jira.observe(issue, (), POLICY).incident.closed


def test_owner_and_date_are_agreed_and_names_resolved(url: str, jira: JiraTracker) -> None:
    issue = an_incident(url, jira)
    facts = jira.look_up(issue, FactsNeeded(names=frozenset({"Dana", "[~omar]", "Nobody"})), POLICY)
    (omar,) = facts.people["[~omar]"]
    assert [each.handle for each in facts.people["Dana"]] == ["dana"]
    assert facts.people["Nobody"] == ()
    jira.apply(EnsureAgreed(issue, omar, date(2027, 1, 2)), POLICY, Purse())
    seen = jira.observe(issue, (), POLICY).incident
    assert (seen.assignees, seen.due) == ((omar,), date(2027, 1, 2))


def test_a_field_on_no_screen_is_a_refusal(url: str, jira: JiraTracker) -> None:
    policy = a_policy({"severity.jira.field": "customfield_99999"})
    outcome = jira.apply(EnsureSeverityShown(an_incident(url, jira), "SEV1"), policy, Purse())
    assert outcome.result is Result.REFUSED
    assert "cannot be set" in outcome.detail


def test_a_sweep_lists_the_project(url: str, jira: JiraTracker) -> None:
    issue = an_incident(url, jira)
    assert issue in jira.changed_since("PM", Cursor()).issues
