"""The Tracker suite over the Jira adapter, on a stand-in Cloud and a stand-in Data Center; and what a look costs in
calls.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest

from integration.clock import now
from integration.postmortem.commands import (
    EnsureLabels,
    EnsureOpen,
    EnsureReply,
    EnsureSeverityShown,
    EnsureStatusComment,
)
from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person
from integration.sandbox.jira.server import Deployment, JiraSandbox
from integration.trackers.jira.tracker import JiraTracker
from tests.trackers.jira_harness import BOT, Purse, a_policy, a_ticket_command, an_adapter, person, ref, says
from tests.trackers.suite import TrackerSuite, story

__all__ = ["story"]
POLICY = a_policy()


class JiraWorld:
    """One stand-in Jira with the project PM, and the adapter. Omar administers it, so he may edit other people's
    comments.
    """

    project = "PM"
    policy = POLICY
    has_links = True

    def __init__(self, sandbox: JiraSandbox, tracker: JiraTracker, ahead: list[timedelta]) -> None:
        self.sandbox, self.tracker, self._ahead = sandbox, tracker, ahead

    def open_issue(self, by: str, title: str, body: str = "", labels: tuple[str, ...] = ()) -> IssueRef:
        return ref(self.tracker, self.sandbox.as_person(by).open_issue("PM", title, body, labels=list(labels)))

    def comment(self, by: str, issue: IssueRef, text: str) -> str:
        return str(self.sandbox.as_person(by).comment(issue.locator, text)["id"])

    def edit_comment(self, by: str, issue: IssueRef, comment_id: str, text: str) -> None:
        self.sandbox.as_person(by).edit_comment(issue.locator, comment_id, text)

    def delete_comment(self, by: str, issue: IssueRef, comment_id: str) -> None:
        self.sandbox.as_person(by).delete_comment(issue.locator, comment_id)

    def label(self, by: str, issue: IssueRef, label: str) -> None:
        self.sandbox.as_person(by).add_label(issue.locator, label)

    def assign(self, by: str, issue: IssueRef, who: str | None) -> None:
        self.sandbox.as_person(by).assign(issue.locator, self.sandbox.site.people[who] if who else None)

    def set_due(self, by: str, issue: IssueRef, due: date) -> None:
        self.sandbox.as_person(by).edit(issue.locator, duedate=due.isoformat())

    def close(self, by: str, issue: IssueRef) -> None:
        self.sandbox.as_person(by).close_issue(issue.locator)

    def delete_issue(self, issue: IssueRef) -> None:
        self.sandbox.as_person("omar").call("DELETE", f"/issue/{issue.locator}")

    def unlink(self, by: str, case: IssueRef, ticket: IssueRef) -> None:
        omar = self.sandbox.as_person(by)
        for link in omar.issue(case.locator)["fields"]["issuelinks"]:
            if ticket.locator in {(link.get(side) or {}).get("key") for side in ("inwardIssue", "outwardIssue")}:
                omar.call("DELETE", f"/issueLink/{link['id']}")

    def person(self, who: str) -> Person:
        return person(self.sandbox, BOT if who == "bot" else who)

    def written(self, who: str) -> str:
        known = self.sandbox.site.people.get(who)
        if self.sandbox.site.is_cloud and known:
            return f"[~accountid:{known.account_id}]"
        return f"[~{who}]"

    def texts(self, issue: IssueRef) -> tuple[str, ...]:
        return tuple(each["body"] for each in self.sandbox.as_person("omar").comments(issue.locator))

    def issues(self) -> int:
        return len(self.sandbox.site.issues)

    def writes(self) -> int:
        return self.sandbox.calls.count(writes_only=True, account=BOT)

    def calls(self) -> list[str]:
        """Return what our account asked since the last reset, as ``METHOD path``, without what is asked once per
        process.
        """
        calls = self.sandbox.calls.of(account=BOT)
        asked = [f"{call.method} {call.path.removeprefix('/rest/api/2/')}" for call in calls]
        return [each for each in asked if each not in {"GET serverInfo", "GET myself"}]

    def lose_next_answer(self, to: str) -> None:
        match = {"comment": r"^POST .*/comment$", "ticket": r"^POST .*/issue$"}[to]
        self.sandbox.misbehave.lose_answer_next(1, match)

    def fail_next(self, status: int, retry_after: int | None = None) -> None:
        # Who we are was read before; this is about the look.
        self.tracker.service()
        if status == 429:
            self.sandbox.misbehave.rate_limit_next(1, retry_after)
        else:
            self.sandbox.misbehave.fail_next(1, status)

    def later(self) -> None:
        self._ahead[0] += timedelta(seconds=1)


@contextmanager
def a_world(deployment: Deployment, cloud_id: str = "") -> Iterator[JiraWorld]:
    ahead = [timedelta()]

    def clock() -> datetime:
        return now() + ahead[0]

    sandbox = JiraSandbox(deployment=deployment, clock=clock, cloud_id=cloud_id)
    for name in ("dana", "omar", "stranger", BOT):
        sandbox.add_person(name)
    sandbox.add_project("PM", roles={"dana": "member", "omar": "admin", BOT: "member"})
    if cloud_id:
        sandbox.scope_token(BOT)
    with sandbox, an_adapter(sandbox) as tracker:
        yield JiraWorld(sandbox, tracker, ahead)


class TestJiraCloud(TrackerSuite):
    """Every test has a Jira Cloud of its own."""

    @pytest.fixture
    def world(self) -> Iterator[JiraWorld]:
        """Run a stand-in Jira Cloud."""
        with a_world("Cloud") as world:
            yield world


class TestJiraGateway(TrackerSuite):
    """Everything again through Atlassian's gateway, with a token that the site itself does not take."""

    @pytest.fixture
    def world(self) -> Iterator[JiraWorld]:
        """Run a stand-in Jira Cloud behind its gateway."""
        with a_world("Cloud", "11111111-2222-3333-4444-555555555555") as world:
            yield world


class TestJiraDataCenter(TrackerSuite):
    """Every test has a Jira Data Center of its own."""

    @pytest.fixture
    def world(self) -> Iterator[JiraWorld]:
        """Run a stand-in Jira Data Center."""
        with a_world("Server") as world:
            yield world


@pytest.fixture(params=["Cloud", "Server"])
def jira(request: pytest.FixtureRequest) -> Iterator[JiraWorld]:
    """Run a stand-in Jira of either kind."""
    with a_world(request.param) as world:
        # The site's fields are asked for once in the life of a process, so these tests count without that call.
        world.tracker.client.fields.all()
        yield world


def test_an_incident_that_is_opened_costs_one_read_and_two_writes(jira: JiraWorld) -> None:
    case = jira.open_issue("dana", "Recalled products", "It happened.", ("incident", "major"))
    jira.sandbox.calls.reset()
    jira.tracker.observe(case, (), POLICY)
    labels = EnsureLabels(case, frozenset({"sev2"}), frozenset({"major"}))
    jira.tracker.apply_together((labels, EnsureSeverityShown(case, "SEV2")), POLICY, Purse())
    jira.tracker.apply(EnsureStatusComment(case, None, says("Three things help now.")), POLICY, Purse())
    issue = f"issue/{case.key.id}"
    assert jira.calls() == [f"GET {issue}", f"PUT {issue}", f"POST {issue}/comment"]


def test_a_look_at_which_nothing_changed_writes_nothing_and_reads_tickets_at_once_on_cloud(jira: JiraWorld) -> None:
    case = jira.open_issue("dana", "Recalled products")
    for each in range(5):
        jira.tracker.apply(a_ticket_command(jira.sandbox, case, action_id=f"A{each}"), POLICY, Purse())
    jira.sandbox.calls.reset()
    assert len(jira.tracker.observe(case, (), POLICY).tickets) == 5
    assert jira.writes() == 0
    assert len(jira.calls()) == (2 if jira.sandbox.site.is_cloud else 6)


def test_actions_cost_a_creation_and_a_link_each_and_one_edit_of_the_status_comment(jira: JiraWorld) -> None:
    case = jira.open_issue("dana", "Recalled products")
    status = jira.tracker.apply(EnsureStatusComment(case, None, says("One.")), POLICY, Purse()).created
    jira.sandbox.calls.reset()
    for each in range(3):
        jira.tracker.apply(a_ticket_command(jira.sandbox, case, action_id=f"A{each}"), POLICY, Purse())
    jira.tracker.apply(EnsureStatusComment(case, status, says("Two.")), POLICY, Purse())
    assert jira.calls() == ["POST issue", "POST issueLink"] * 3 + [f"PUT issue/{case.key.id}/comment/{status}"]


def test_a_closing_that_is_refused_costs_one_read_and_two_writes(jira: JiraWorld) -> None:
    case = jira.open_issue("dana", "Recalled products")
    jira.tracker.apply(EnsureReply(case, "reply:0", says("Hello.")), POLICY, Purse())
    jira.close("dana", case)
    jira.sandbox.calls.reset()
    seen = jira.tracker.observe(case, (), POLICY).incident
    assert seen.reopen_with is not None
    jira.tracker.apply(EnsureOpen(case, seen.reopen_with), POLICY, Purse())
    jira.tracker.apply(EnsureReply(case, "reply:1", says("I have opened this again.")), POLICY, Purse())
    issue = f"issue/{case.key.id}"
    assert jira.calls() == [f"GET {issue}", f"POST {issue}/transitions", f"POST {issue}/comment"]
