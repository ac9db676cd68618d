"""How a Jira is signed in to: by its site, by the gateway, on Data Center; and which links people get."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from integration.errors import IssueNotFound, RateLimited, TrackerRefused, TrackerUnavailable
from integration.postmortem.commands import EnsureReply, Result
from integration.sandbox.jira.server import JiraSandbox
from integration.trackers.capabilities import Capabilities
from integration.trackers.jira.client import JiraAccess, JiraClient
from integration.trackers.jira.tracker import JiraTracker, connect
from tests.trackers.jira_harness import BOT, KEY, Purse, a_policy, a_site, a_ticket_command, an_adapter, says

CLOUD_ID = "11111111-2222-3333-4444-555555555555"
TOKEN = f"{BOT}-token"
POLICY = a_policy()


@contextmanager
def a_gateway() -> Iterator[tuple[JiraSandbox, JiraTracker]]:
    with a_site(cloud_id=CLOUD_ID) as sandbox:
        sandbox.scope_token(BOT)
        with an_adapter(sandbox) as tracker:
            yield sandbox, tracker


def test_behind_the_gateway_every_request_goes_there_and_links_lead_to_the_site() -> None:
    with a_gateway() as (sandbox, tracker):
        key = sandbox.as_person("dana").open_issue("PM", "Recalled products")
        case = tracker.locate("", key)
        made = tracker.apply(a_ticket_command(sandbox, case), POLICY, Purse())
        assert tracker.apply(EnsureReply(case, "reply:1", says("Hello.")), POLICY, Purse()).result is Result.CHANGED
        seen = tracker.observe(case, (), POLICY)
        assert made.ticket is not None
        assert [ticket.ref.key for ticket in seen.tickets] == [made.ticket.key]
        assert {case.url, made.ticket.url, seen.incident.ref.url} == {
            f"{sandbox.url}/browse/{key}",
            f"{sandbox.url}/browse/{made.ticket.locator}",
        }
        # The site itself takes no token with scopes, so whatever went past the gateway would have been refused.
        assert 401 not in {call.status for call in sandbox.calls.of()}


def test_a_token_with_scopes_is_refused_by_the_site_itself() -> None:
    with a_site(cloud_id=CLOUD_ID) as sandbox:
        sandbox.scope_token(BOT)
        tracker = connect(JiraAccess(sandbox.url, TOKEN, f"{BOT}@example.test", KEY))
        with pytest.raises(TrackerRefused) as refused:
            tracker.service()
        assert refused.value.status == 401
        tracker.close()


def test_another_cloud_id_finds_nothing() -> None:
    with a_site(cloud_id=CLOUD_ID) as sandbox:
        url = sandbox.gateway_url.replace("1111", "9999", 1)
        tracker = connect(JiraAccess(url, TOKEN, f"{BOT}@example.test", KEY))
        with pytest.raises(IssueNotFound):
            tracker.service()
        tracker.close()


def test_a_service_accounts_token_is_a_bearer_at_the_gateway() -> None:
    with a_site(cloud_id=CLOUD_ID) as sandbox:
        tracker = connect(JiraAccess(sandbox.gateway_url, TOKEN, None, KEY))
        assert tracker.service().id == sandbox.site.people[BOT].account_id
        assert tracker.client.is_cloud
        tracker.close()


def test_on_data_center_the_personal_token_is_a_bearer_and_people_are_names_and_keys() -> None:
    with a_site("Server") as sandbox, an_adapter(sandbox) as tracker:
        sent = tracker.client._session.prepare_request(requests.Request("GET", sandbox.url))
        assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
        us = tracker.service()
        assert (us.handle, us.id) == (BOT, sandbox.site.people[BOT].user_key)
        assert not tracker.client.is_cloud


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_what_the_server_is_is_asked_once(deployment: str) -> None:
    with a_site(deployment) as sandbox, an_adapter(sandbox) as tracker:
        for _ in range(3):
            tracker.locate("", sandbox.as_person("dana").open_issue("PM", "x"))
            tracker.in_scope()
        assert sum(call.path.endswith("/serverInfo") for call in sandbox.calls.of(account=BOT)) == 1


@pytest.mark.parametrize(
    ("url", "is_gateway"),
    [
        ("https://api.atlassian.com/ex/jira/11111111-2222-3333-4444-555555555555", True),
        ("https://api.atlassian.com/ex/jira/11111111-2222-3333-4444-555555555555/", True),
        ("https://acme.atlassian.net", False),
        ("https://tools.acme.example/ex/jira", False),
        ("https://tools.acme.example/jira", False),
    ],
)
def test_the_gateway_is_known_by_its_path(url: str, is_gateway: bool) -> None:
    client = JiraClient(JiraAccess(url, "t"))
    assert client.is_by_gateway is is_gateway
    client.close()


# What there is


def probed(deployment: str = "Cloud") -> Capabilities:
    with a_site(deployment) as sandbox, an_adapter(sandbox) as tracker:
        found = tracker.probe("PM", POLICY)
        assert sandbox.calls.count(writes_only=True, account=BOT) == 0
        return found


def test_cloud_and_data_center_are_told_apart_with_what_data_center_lacks() -> None:
    cloud, server = probed(), probed("Server")
    assert (cloud.server, server.server) == ("Jira Cloud", "Jira Data Center 9.12.5")
    assert {each.name for each in server.lacking} - {each.name for each in cloud.lacking} == {
        "delivery_retries",
        "value_rules",
        "search_by_ids",
    }
    assert (cloud.of("signatures").is_there, server.of("signatures").is_there) == (True, None)


def test_a_field_or_a_link_type_that_is_not_there_is_named_with_what_is_done_instead() -> None:
    policy = a_policy(
        {"remediation.ticket.jira.due_field": "customfield_99999", "remediation.ticket.jira.link_type": "Gone"}
    )
    with a_site() as sandbox, an_adapter(sandbox) as tracker:
        found = tracker.probe("PM", policy)
    assert [found.of(name).is_there for name in ("due_field", "links")] == [False, False]
    assert all(found.of(name).instead for name in ("due_field", "links"))
    assert "customfield_99999" in str(found.of("due_field"))


def test_the_gateway_is_named() -> None:
    with a_gateway() as (_, tracker):
        assert tracker.probe("PM", POLICY).server == "Jira Cloud, by its gateway"


def test_a_project_that_is_not_there_is_not_found() -> None:
    with a_site() as sandbox, an_adapter(sandbox) as tracker:
        for project in ("NONE", "pm/../x"):
            with pytest.raises(IssueNotFound):
                tracker.probe(project, POLICY)


def test_a_project_on_the_web_is_told_from_one_for_those_who_are_signed_in() -> None:
    with a_site() as sandbox, an_adapter(sandbox) as tracker:
        assert tracker.is_public("PM") is False
        assert tracker.examine("PM", POLICY).is_public is False
        sandbox.site.projects["PM"].is_on_the_web = True
        sandbox.calls.reset()
        assert tracker.is_public("PM") is True
        # A stranger's question holds nothing of ours.
        assert [call.account for call in sandbox.calls.entries] == [None]
        assert tracker.examine("PM", POLICY).is_public is True


@pytest.mark.parametrize(("code", "raised"), [(503, TrackerUnavailable), (429, RateLimited)])
def test_an_answer_that_tells_neither_is_no_sign_that_a_project_is_private(code: int, raised: type[Exception]) -> None:
    with a_site() as sandbox, an_adapter(sandbox) as tracker:
        sandbox.site.projects["PM"].is_on_the_web = True
        sandbox.misbehave.fail_next(1, code, match="GET .*/project/PM$")
        with pytest.raises(raised):
            tracker.is_public("PM")


def test_behind_the_gateway_no_stranger_is_asked_about() -> None:
    with a_gateway() as (sandbox, tracker):
        before = len(sandbox.calls.of())
        assert tracker.is_public("PM") is False
        assert len(sandbox.calls.of()) == before
