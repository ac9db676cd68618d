"""What becomes of odd answers: every outcome of a call is one of our errors, credentials stay in, paths do not
climb.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import responses

from integration.errors import IssueNotFound, RateLimited, TrackerRefused, TrackerUnavailable
from integration.trackers.jira import jql
from integration.trackers.jira.answers import FieldsRefused
from integration.trackers.jira.client import JiraAccess, JiraClient
from integration.trackers.jira.identifiers import is_account, is_key, numeric, path_of

URL = "https://jira.example"
API = f"{URL}/rest/api/2"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TOKEN = "sentinel-token-5b10"


@pytest.fixture
def answers() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> Iterator[JiraClient]:
    made = JiraClient(JiraAccess(URL, TOKEN, "bot@example.test"), lambda: NOW)
    yield made
    made.close()


def test_nothing_is_asked_before_it_is_needed(answers: responses.RequestsMock, client: JiraClient) -> None:
    assert len(answers.calls) == 0
    answers.get(f"{API}/serverInfo", json={"deploymentType": "Cloud", "versionNumbers": [1001, 0, 0], "baseUrl": URL})
    assert client.is_cloud
    assert client.server.version == (1001, 0, 0)
    assert len(answers.calls) == 1
    assert (client._jira.deploymentType, client._jira._version) == ("Cloud", (1001, 0, 0))


def test_a_gateway_is_called_and_the_site_is_shown(answers: responses.RequestsMock) -> None:
    gateway = "https://api.atlassian.example/ex/jira/11111111-2222"
    told = {"deploymentType": "Cloud", "baseUrl": "https://acme.example/"}
    answers.get(f"{gateway}/rest/api/2/serverInfo", json=told)
    assert JiraClient(JiraAccess(gateway, TOKEN, "bot")).server.url == "https://acme.example"


@pytest.mark.parametrize("base_url", ["javascript:alert(1)", "", None, 7])
def test_an_address_that_is_none_is_not_shown(
    answers: responses.RequestsMock, client: JiraClient, base_url: object
) -> None:
    answers.get(f"{API}/serverInfo", json={"deploymentType": "Server", "baseUrl": base_url})
    assert client.server.url == URL


@pytest.mark.parametrize(
    ("user", "expected"), [("bot", "Basic Ym90OnNlbnRpbmVsLXRva2VuLTViMTA="), (None, f"Bearer {TOKEN}")]
)
def test_a_user_signs_in_with_basic_and_a_token_alone_as_bearer(
    answers: responses.RequestsMock, user: str | None, expected: str
) -> None:
    answers.get(f"{API}/myself", json={})
    JiraClient(JiraAccess(URL, TOKEN, user)).get("myself")
    assert answers.calls[0].request.headers["Authorization"] == expected


REFUSALS: dict[str, tuple[int, dict[str, str], Any, type[Exception]]] = {
    "a wrong token": (401, {}, {"errorMessages": ["Client must be authenticated"]}, TrackerRefused),
    "no permission": (403, {}, {"errorMessages": ["You may not"], "errors": {}}, TrackerRefused),
    "a captcha": (403, {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE"}, None, TrackerRefused),
    "a wrong field": (400, {}, {"errorMessages": [], "errors": {"duedate": "Bad date"}}, FieldsRefused),
    "an error body that is a list": (400, {}, ["no"], TrackerRefused),
    "an error body that is null": (400, {}, None, TrackerRefused),
    "a deleted issue": (404, {}, {"errorMessages": ["Issue does not exist"]}, IssueNotFound),
    "a removed endpoint": (410, {}, {"errorMessages": ["The requested API has been removed."]}, IssueNotFound),
    "too many requests": (429, {"Retry-After": "30"}, {}, RateLimited),
    "a server at a loss": (500, {}, {"errorMessages": ["Internal server error"]}, TrackerUnavailable),
    "a gateway without a server": (502, {}, None, TrackerUnavailable),
    "a server in maintenance": (503, {"Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"}, None, TrackerUnavailable),
    "a request that took too long": (408, {}, None, TrackerUnavailable),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_every_refusal_is_one_of_our_errors(answers: responses.RequestsMock, client: JiraClient, case: str) -> None:
    status, headers, body, error = REFUSALS[case]
    answers.post(f"{API}/issue", status=status, headers=headers, body=json.dumps(body))
    with pytest.raises(error) as raised:
        client.write("POST", "issue", body={"fields": {}})
    assert type(raised.value) is error
    assert TOKEN not in str(raised.value)
    if isinstance(raised.value, TrackerUnavailable):
        assert raised.value.may_have_happened
    assert len(answers.calls) == 1  # Nothing is tried twice.


def test_a_wrong_token_that_cloud_answers_with_404_is_told_as_such(
    answers: responses.RequestsMock, client: JiraClient
) -> None:
    answers.get(f"{API}/issue/1", status=404, headers={"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}, json={})
    with pytest.raises(TrackerRefused) as raised:
        client.get("issue", "1")
    assert raised.value.status == 401


def test_details_are_short_one_line_and_name_the_field(answers: responses.RequestsMock, client: JiraClient) -> None:
    said = {"errorMessages": ["Line one\nline two"], "errors": {"labels": "x" * 1000}}
    answers.put(f"{API}/issue/1", status=400, json=said)
    with pytest.raises(FieldsRefused) as raised:
        client.write("PUT", "issue", "1", body={"fields": {}})
    assert raised.value.detail.startswith("Line one line two; labels: xxx")
    assert len(raised.value.detail) == 300
    assert list(raised.value.fields) == ["labels"]


@pytest.mark.parametrize(
    ("given", "date", "seconds"),
    [
        ("30", None, 30),
        ("0", None, 1),
        ("1.5", None, 2),
        ("999999999", None, 86_400),
        ("Mon, 23 Nov 2026 10:02:00 GMT", None, 120),
        ("Mon, 23 Nov 2026 09:02:00 GMT", "Mon, 23 Nov 2026 09:00:00 GMT", 120),  # Their clock is an hour slow.
        ("Mon, 23 Nov 2026 09:00:00 GMT", None, 1),
        ("soon", None, 60),
        ("-5", None, 60),
        (None, None, 60),
    ],
)
def test_retry_after_is_a_number_or_a_date(
    answers: responses.RequestsMock, client: JiraClient, given: str | None, date: str | None, seconds: int
) -> None:
    headers = {name: value for name, value in (("Retry-After", given), ("Date", date)) if value}
    answers.get(f"{API}/myself", status=429, headers=headers, json={})
    with pytest.raises(RateLimited) as raised:
        client.get("myself")
    assert raised.value.until == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("place", ["https://evil.example/", "http://jira.example/rest/api/2/myself", "/login.jsp"])
def test_redirects_are_refused_and_credentials_do_not_follow(
    answers: responses.RequestsMock, client: JiraClient, place: str
) -> None:
    answers.get(f"{API}/myself", status=302, headers={"Location": place})
    with pytest.raises(TrackerRefused) as raised:
        client.get("myself")
    assert raised.value.status == 302
    assert len(answers.calls) == 1


@pytest.mark.parametrize("body", ["<html>Log in</html>", "[" * 100_000, "7", "[]"])
def test_an_answer_that_is_no_json_object_is_no_answer(
    answers: responses.RequestsMock, client: JiraClient, body: str
) -> None:
    answers.get(f"{API}/myself", body=body)
    with pytest.raises(TrackerUnavailable):
        client.get("myself")


def test_a_list_is_asked_for_where_a_list_is_due(answers: responses.RequestsMock, client: JiraClient) -> None:
    answers.get(f"{API}/field", json={"errorMessages": []})
    with pytest.raises(TrackerUnavailable):
        client.get_list("field")


@pytest.mark.parametrize(
    ("problem", "happened"),
    [
        (requests.exceptions.ReadTimeout(), True),
        (requests.exceptions.ChunkedEncodingError(), True),
        (requests.exceptions.ConnectionError("reset"), True),
        (requests.exceptions.ConnectTimeout(), False),
    ],
)
def test_a_cut_or_slow_answer_may_have_happened_and_a_refused_connection_has_not(
    answers: responses.RequestsMock, client: JiraClient, problem: Exception, happened: bool
) -> None:
    answers.post(f"{API}/issue", body=problem)
    answers.get(f"{API}/myself", body=problem)
    with pytest.raises(TrackerUnavailable) as raised:
        client.write("POST", "issue", body={})
    assert raised.value.may_have_happened is happened
    with pytest.raises(TrackerUnavailable) as raised:
        client.get("myself")
    assert raised.value.may_have_happened is False


def test_a_server_that_does_not_listen_has_done_nothing() -> None:
    closed = JiraClient(JiraAccess("http://127.0.0.1:9", TOKEN))
    with pytest.raises(TrackerUnavailable) as raised:
        closed.write("POST", "issue", body={})
    assert raised.value.may_have_happened is False


def test_credentials_show_in_no_text(client: JiraClient) -> None:
    assert TOKEN not in repr(client) + repr(JiraAccess(URL, TOKEN, "bot", b"key-key-key"))
    assert "key-key-key" not in repr(JiraAccess(URL, TOKEN, "bot", b"key-key-key"))


def test_the_servers_clock_is_known_from_its_answers(answers: responses.RequestsMock, client: JiraClient) -> None:
    answers.get(f"{API}/myself", json={}, headers={"Date": "Mon, 23 Nov 2026 09:50:00 GMT"})
    client.get("myself")
    assert client.server_now() == NOW - timedelta(minutes=10)


def test_segments_are_encoded_and_do_not_climb() -> None:
    assert path_of(("issue", "PM-1/../../user?x=1#y")) == "issue/PM-1%2F..%2F..%2Fuser%3Fx%3D1%23y"
    for climbing in ("..", ".", ""):
        with pytest.raises(ValueError, match="not a path"):
            path_of(("issue", climbing))


@pytest.mark.parametrize("text", ["PM-1", "A1-2", "DATA_X-99"])
def test_keys(text: str) -> None:
    assert is_key(text)


@pytest.mark.parametrize("text", ["pm-1", "P-1", "PM-1 ", "PM-1\n", "PM-", "PM-1/../x", "PM-١", "1PM-1", ""])
def test_what_is_no_key(text: str) -> None:
    assert not is_key(text)


@pytest.mark.parametrize("text", ["1/2", "", "-1", "1\n", "١", "1" * 19])
def test_what_is_no_id(text: str) -> None:
    with pytest.raises(IssueNotFound):
        numeric(text)


def test_accounts() -> None:
    assert is_account("712020:5b10ac8d-82e0")
    assert is_account("dana.ruiz@example.test")
    for text in ("", "a]b", "a|b", "a/b", "a ", "a\nb", "~a", "{a}"):
        assert not is_account(text)


def test_jql_values_are_quoted_in_one_place() -> None:
    assert jql.quoted('a" OR project = "B\\') == '"a\\" OR project = \\"B\\\\"'
    with pytest.raises(ValueError, match="control"):
        jql.quoted("a\nb")
    assert jql.with_ids(("1", "2")) == "id in (1, 2)"
    with pytest.raises(IssueNotFound):
        jql.with_ids(("1) OR (1=1",))
    with pytest.raises(ValueError, match="project"):
        jql.changed_in('PM" OR "', NOW, NOW)


@pytest.mark.parametrize(
    ("ago", "span"),
    [
        (timedelta(), "5m"),
        (timedelta(seconds=1), "6m"),
        (timedelta(minutes=90), "95m"),
        (timedelta(hours=20), "21h"),
        (timedelta(days=100), "101d"),
        (timedelta(days=-1), "1m"),
        (timedelta(days=100_000), "9999d"),
    ],
)
def test_spans_reach_back_at_least_as_far_as_asked_with_an_overlap(ago: timedelta, span: str) -> None:
    assert f'updated >= "-{span}"' in jql.changed_in("PM", NOW - ago, NOW)
