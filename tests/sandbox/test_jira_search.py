"""JQL of the stand-in Jira: the subset that is understood is understood fully, the rest is refused in Jira's words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests

from integration.sandbox.jira import jql
from integration.sandbox.jira.refusals import JiraRefusal
from integration.sandbox.jira.server import JiraSandbox

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class Hands:
    """A clock that a test moves."""

    at = START

    def now(self) -> datetime:
        return self.at


@pytest.fixture(scope="module")
def site() -> Iterator[JiraSandbox]:
    hands = Hands()
    with JiraSandbox(clock=hands.now, deployment="Server") as sandbox:
        for name in ("dana", "omar"):
            sandbox.add_person(name)
        sandbox.add_project("PM", name="Product", lead="dana", roles={"omar": "member"})
        sandbox.add_project("OPS", name="Operations", lead="dana")
        sandbox.add_project("SEC", name="Secret", lead="dana", private=True)
        sandbox.add_field("customfield_10050", "PM gate", "textfield")
        dana = sandbox.as_person("dana")
        dana.open_issue("PM", "one", labels=["incident", "sev1"], customfield_10050="verified")
        hands.at = START + timedelta(minutes=5)
        dana.open_issue("PM", "two", labels=["sev2"], duedate="2026-11-29", priority={"name": "High"})
        hands.at = START + timedelta(minutes=20)
        dana.open_issue("OPS", "three", kind="Incident", assignee={"name": "dana"})
        dana.open_issue("SEC", "four", labels=["incident"])
        dana.close_issue("OPS-1")
        link = {"type": {"name": "Blocks"}, "inwardIssue": {"key": "PM-2"}, "outwardIssue": {"key": "PM-1"}}
        dana.call("POST", "/issueLink", json=link)
        dana.open_issue("PM", "five", kind="Sub-task", parent={"key": "PM-2"})
        yield sandbox


FOUND = [
    ("project = PM", "PM-1 PM-2 PM-3"),
    ("project in (pm, Operations)", "OPS-1 PM-1 PM-2 PM-3"),
    ("labels = incident", "PM-1"),
    ("labels in (sev1, 'sev2')", "PM-1 PM-2"),
    ("labels not in (sev1)", "PM-2"),
    ("labels is EMPTY and project = PM", "PM-3"),
    ("labels IS NOT EMPTY", "PM-1 PM-2"),
    ("status = Done", "OPS-1"),
    ("statusCategory != Done", "PM-1 PM-2 PM-3"),
    ("statusCategory = new", "PM-1 PM-2 PM-3"),
    ("issuetype = Incident OR labels = sev1", "OPS-1 PM-1"),
    ("type in (Incident, Sub-task)", "OPS-1 PM-3"),
    ("key in (PM-1, PM-2)", "PM-1 PM-2"),
    ("id = PM-1", "PM-1"),
    ("issue = 10000", "PM-1"),
    ("parent = PM-2", "PM-3"),
    ("updated >= -10m", "OPS-1 PM-1 PM-2 PM-3"),
    ('created >= "-10m"', "OPS-1 PM-3"),
    ('created <= "2026/11/23 10:05"', "PM-1 PM-2"),
    ('created < "2026-11-23 10:05"', "PM-1"),
    ("duedate <= 2026-12-01", "PM-2"),
    ("assignee = currentUser()", ""),
    ("assignee = dana", "OPS-1"),
    ("assignee is EMPTY", "PM-1 PM-2 PM-3"),
    ("reporter = dana and priority = High", "PM-2"),
    ("priority >= High", "PM-2"),
    ("resolution = Unresolved", "PM-1 PM-2 PM-3"),
    ("resolution = Done", "OPS-1"),
    ("issue in linkedIssues(PM-1)", "PM-2"),
    ("cf[10050] ~ verif", "PM-1"),
    ('"PM gate" is not EMPTY', "PM-1"),
    ('summary ~ "tw"', "PM-2"),
    ("NOT (project = PM OR status = Done)", ""),
    ("project = PM AND (labels = sev1 OR NOT labels IS EMPTY)", "PM-1 PM-2"),
]


@pytest.mark.parametrize(("query", "keys"), FOUND)
def test_a_query_finds_what_it_says(site: JiraSandbox, query: str, keys: str) -> None:
    found = site.as_person("omar").call("GET", "/search", params={"jql": query})
    assert sorted(each["key"] for each in found["issues"]) == keys.split()
    assert found["total"] == len(keys.split())


def test_the_order_and_the_page_are_as_asked(site: JiraSandbox) -> None:
    asked = {"jql": "project in (PM, OPS) ORDER BY priority DESC, key ASC", "startAt": 1, "maxResults": 2}
    found = site.as_person("omar").call("GET", "/search", params=asked)
    assert ([each["key"] for each in found["issues"]], found["total"]) == (["OPS-1", "PM-1"], 4)


REFUSED = [
    ("nonsense = 1", "Field 'nonsense' does not exist"),
    ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'"),
    ("key = PM-99", "An issue with key 'PM-99' does not exist"),
    ("project PM", "Expecting operator but got 'PM'"),
    ("project = ", "Expecting either a value"),
    ("(project = PM", "Expecting ')'"),
    ("project = PM project = OPS", "Expecting either 'OR' or 'AND'"),
    ('labels = "open', "has not been completed"),
    ("labels is sev1", "does not support the value"),
    ("project > PM", "is not supported by the 'project' field"),
    ("summary = two", "is not supported by the 'summary' field"),
    ("updated >= yesterday", "Date value 'yesterday'"),
    ("assignee = membersOf(x)", "Unable to find JQL function 'membersof()'"),
    ("labels = and", "reserved JQL word"),
    ("project = PM order by shoe", "Field 'shoe' does not exist"),
]


@pytest.mark.parametrize(("query", "message"), REFUSED)
def test_what_is_not_understood_is_refused_and_never_ignored(site: JiraSandbox, query: str, message: str) -> None:
    with pytest.raises(requests.HTTPError) as refused:
        site.as_person("omar").call("GET", "/search", params={"jql": query})
    assert refused.value.response.status_code == 400
    assert message in refused.value.response.json()["errorMessages"][0]


def test_a_hostile_query_is_refused_and_not_a_crash() -> None:
    for query in ("(" * 5000 + "a = 1", "not " * 5000 + "a = 1", "a = 1 or " * 5000):
        with pytest.raises(JiraRefusal):
            jql.parse(query)
