"""Every outcome of a call to GitHub becomes a value or one of our errors, and none of them tells a secret."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import responses
from urllib3.exceptions import MaxRetryError, NewConnectionError

from integration.errors import IssueNotFound, RateLimited, TrackerError, TrackerRefused, TrackerUnavailable
from integration.trackers.github.client import GitHubClient
from integration.trackers.github.identifiers import (
    Place,
    Repository,
    login_mentioned,
    path,
    place_of,
    repository_of,
)
from integration.trackers.github.remembered import Kept, Remembered
from integration.trackers.github.signin import ByToken
from tests.trackers.github_harness import BOT, PROJECT, a_world

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TOKEN = "ghp_sentinelsentinelsentinelsentinel"
# PyGithub names the port.
API = "https://api.github.com:443"


@pytest.fixture
def client() -> Iterator[GitHubClient]:
    client = GitHubClient("https://api.github.com", ByToken(TOKEN), clock=lambda: NOW)
    yield client
    client.close()


@pytest.fixture
def api() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def failing(client: GitHubClient, method: str = "GET") -> TrackerError:
    with pytest.raises(TrackerError) as raised:
        client.get("/x") if method == "GET" else client.write(method, "/x", {"body": "secret words"})
    return raised.value


# Outcomes


@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_names_the_instant_from_which_to_ask_again(
    client: GitHubClient, api: responses.RequestsMock, status: int
) -> None:
    api.get(f"{API}/x", status=status, json={"message": "slow down"}, headers={"Retry-After": "90"})
    error = failing(client)
    assert isinstance(error, RateLimited)
    assert error.until == NOW + timedelta(seconds=90)


def test_a_spent_hour_ends_when_the_server_says_by_its_own_clock(
    client: GitHubClient, api: responses.RequestsMock
) -> None:
    there = NOW + timedelta(minutes=3)
    reset = int((there + timedelta(minutes=20)).timestamp())
    headers = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(reset),
        "Date": there.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    }
    api.get(f"{API}/x", status=403, json={"message": "API rate limit exceeded"}, headers=headers)
    error = failing(client)
    assert isinstance(error, RateLimited)
    assert error.until == NOW + timedelta(minutes=20)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 60),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "soon"}, 60),
        ({"Retry-After": "9" * 40}, 24 * 3600),
        ({"Retry-After": "Mon, 23 Nov 2026 09:02:00 GMT", "Date": "Mon, 23 Nov 2026 09:00:00 GMT"}, 120),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 30}, 24 * 3600),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, 1),
    ],
)
def test_odd_limits_wait_for_a_sensible_while(
    client: GitHubClient, api: responses.RequestsMock, headers: dict[str, str], seconds: int
) -> None:
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    api.get(f"{API}/x", status=403, json={"message": message}, headers=headers)
    error = failing(client)
    assert isinstance(error, RateLimited)
    assert error.until == NOW + timedelta(seconds=seconds)


def test_an_ordinary_refusal_is_no_limit(client: GitHubClient, api: responses.RequestsMock) -> None:
    api.post(f"{API}/x", status=403, json={"message": "Must have admin rights to Repository."})
    error = failing(client, "POST")
    assert isinstance(error, TrackerRefused)
    assert (error.status, error.detail) == (403, "Must have admin rights to Repository.")


def test_a_refusal_names_the_fields_and_never_what_was_sent(client: GitHubClient, api: responses.RequestsMock) -> None:
    errors = [{"resource": "Issue", "field": "assignees", "code": "invalid", "value": "secret words"}, "odd", 7]
    api.post(f"{API}/x", status=422, json={"message": "Validation Failed", "errors": errors})
    error = failing(client, "POST")
    assert isinstance(error, TrackerRefused)
    assert error.detail == "Validation Failed Issue assignees invalid odd 7"


@pytest.mark.parametrize(
    "body", ["<html>", "[]", '"x"', '{"message": null}', '{"message": "' + "x\\u0007\\n" * 999 + '"}']
)
def test_any_body_of_a_refusal_comes_down_to_a_short_line(
    client: GitHubClient, api: responses.RequestsMock, body: str
) -> None:
    api.get(f"{API}/x", status=400, body=body)
    error = failing(client)
    assert isinstance(error, TrackerRefused)
    assert len(error.detail) <= 200
    assert error.detail.isprintable()


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_not_found(client: GitHubClient, api: responses.RequestsMock, status: int) -> None:
    api.get(f"{API}/x", status=status, json={"message": "Not Found"})
    assert isinstance(failing(client), IssueNotFound)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_an_outage_is_asked_once_and_a_write_may_have_been_done(
    client: GitHubClient, api: responses.RequestsMock, status: int, method: str
) -> None:
    api.add(method, f"{API}/x", status=status, body="bad gateway")
    error = failing(client, method)
    assert isinstance(error, TrackerUnavailable)
    assert error.may_have_happened == (method != "GET")
    assert len(api.calls) == 1


@pytest.mark.parametrize(
    ("cut", "may_have_happened"),
    [
        (requests.ConnectTimeout(), False),
        (requests.ReadTimeout(), True),
        (requests.ConnectionError("reset by peer"), True),
        (requests.ConnectionError(MaxRetryError(None, "/x", NewConnectionError(None, "refused"))), False),  # type: ignore[arg-type]
        (requests.exceptions.ChunkedEncodingError("cut"), True),
    ],
)
def test_a_connection_that_breaks_says_whether_the_deed_may_have_been_done(
    client: GitHubClient, api: responses.RequestsMock, cut: Exception, may_have_happened: bool
) -> None:
    api.post(f"{API}/x", body=cut)
    error = failing(client, "POST")
    assert isinstance(error, TrackerUnavailable)
    assert error.may_have_happened == may_have_happened


@pytest.mark.parametrize("body", ["<html>ok</html>", "{", "[" * 100_000])
def test_a_success_that_cannot_be_read_is_an_outage(
    client: GitHubClient, api: responses.RequestsMock, body: str
) -> None:
    api.post(f"{API}/x", status=201, body=body)
    error = failing(client, "POST")
    assert isinstance(error, TrackerUnavailable)
    assert error.may_have_happened


def test_no_error_and_no_repr_shows_the_token(client: GitHubClient, api: responses.RequestsMock) -> None:
    api.get(f"{API}/x", status=401, json={"message": "Bad credentials"})
    error = failing(client)
    assert isinstance(error, TrackerRefused)
    assert error.status == 401
    assert TOKEN not in repr(error) + str(vars(error)) + repr(client)


def test_the_version_of_the_api_is_pinned(client: GitHubClient, api: responses.RequestsMock) -> None:
    api.get(f"{API}/x", json={})
    client.get("/x")
    assert api.calls[0].request.headers["X-GitHub-Api-Version"] == "2022-11-28"
    assert api.calls[0].request.headers["User-Agent"] == "followthrough"


# Redirects


def test_a_read_follows_a_redirect_on_the_same_server_with_its_query(
    client: GitHubClient, api: responses.RequestsMock
) -> None:
    there = "https://api.github.com/repositories/7/issues?per_page=100"
    api.get(f"{API}/repos/a/b/issues", status=301, headers={"Location": there})
    api.get(f"{API}/repositories/7/issues", json=[1])
    assert client.get("/repos/a/b/issues", {"per_page": 100}).body == [1]
    assert api.calls[1].request.url == f"{API}/repositories/7/issues?per_page=100"


@pytest.mark.parametrize(
    "location",
    ["https://evil.example/x", "http://api.github.com/x", "https://api.github.com:8443/x", "//evil.example/x", ""],
)
def test_no_redirect_leaves_the_server(client: GitHubClient, api: responses.RequestsMock, location: str) -> None:
    api.get(f"{API}/x", status=302, headers={"Location": location})
    assert isinstance(failing(client), TrackerRefused)
    assert len(api.calls) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_write_is_carried_to_where_a_redirect_leads(
    client: GitHubClient, api: responses.RequestsMock, status: int
) -> None:
    api.post(f"{API}/x", status=status, headers={"Location": f"{API}/y"})
    error = failing(client, "POST")
    assert isinstance(error, TrackerRefused)
    assert error.detail == "moved"
    assert len(api.calls) == 1


def test_redirects_in_a_circle_end(client: GitHubClient, api: responses.RequestsMock) -> None:
    api.get(f"{API}/x", status=301, headers={"Location": f"{API}/x"})
    assert isinstance(failing(client), TrackerRefused)


# Remembering


def test_what_did_not_change_is_free_and_reads_the_same(client: GitHubClient, api: responses.RequestsMock) -> None:
    link = '<https://api.github.com/x?page=2>; rel="next"'
    api.get(f"{API}/x", json={"a": 1}, headers={"ETag": 'W/"1"', "Link": link})
    first = client.get("/x")
    api.get(f"{API}/x", status=304)
    second = client.get("/x")
    assert (second.body, second.next_page, second.unchanged) == (first.body, first.next_page, True)
    assert api.calls[1].request.headers["If-None-Match"] == 'W/"1"'
    assert (client.tally.reads, client.tally.unchanged, client.tally.writes) == (1, 1, 0)


def test_what_is_read_afresh_is_neither_remembered_nor_asked_conditionally(
    client: GitHubClient, api: responses.RequestsMock
) -> None:
    api.get(f"{API}/x", json={}, headers={"ETag": '"1"'})
    client.get_fresh("/x")
    client.get_fresh("/x")
    assert all("If-None-Match" not in call.request.headers for call in api.calls)


def test_the_least_used_answers_are_forgotten_first() -> None:
    memory = Remembered(most_answers=2, most_characters=10)
    for name in "abc":
        memory.keep(name, Kept(name, "", name))
        memory.get("a")
    assert [memory.get(name) is not None for name in "abc"] == [True, False, True]
    memory.keep("long", Kept("x", "", "x" * 9))
    assert [memory.get(name) is not None for name in ("a", "c", "long")] == [False, True, True]
    memory.keep("long", Kept("y", "", "y"))
    memory.keep("huge", Kept("x", "", "x" * 11))
    assert memory.get("huge") is None


# Listings


def pages_of(api: responses.RequestsMock, number: int) -> None:
    for page in range(1, number + 1):
        headers = {"Link": f'<{API}/x?page={page + 1}>; rel="next"'} if page < number else {}
        query: dict[str, Any] = {"page": str(page)} if page > 1 else {"per_page": "100"}
        matcher = responses.matchers.query_param_matcher(query)
        api.add("GET", f"{API}/x", json=[page], headers=headers, match=[matcher])


def test_a_listing_is_read_page_by_page(client: GitHubClient, api: responses.RequestsMock) -> None:
    pages_of(api, 3)
    assert client.pages("/x").items == (1, 2, 3)


def test_a_listing_that_does_not_end_is_capped(client: GitHubClient) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as api:
        pages_of(api, 5)
        listed = client.pages("/x", most=2)
    assert (listed.items, listed.capped) == ((1, 2), True)


def test_a_next_page_on_another_server_is_not_asked_for(client: GitHubClient, api: responses.RequestsMock) -> None:
    api.get(f"{API}/x", json=[], headers={"Link": '<https://evil.example/x>; rel="next"'})
    with pytest.raises(TrackerRefused):
        client.pages("/x")


def test_a_listing_that_is_none_is_an_outage(client: GitHubClient, api: responses.RequestsMock) -> None:
    api.get(f"{API}/x", json={"message": "hello"})
    with pytest.raises(TrackerUnavailable):
        client.pages("/x")


# GraphQL and Enterprise


def test_a_question_that_graphql_does_not_understand_is_a_refusal(
    client: GitHubClient, api: responses.RequestsMock
) -> None:
    api.post(f"{API}/graphql", json={"errors": [{"message": "no such field"}]})
    with pytest.raises(TrackerRefused):
        client.ask_graphql("query { x }", {}, Repository("acme", "shop"))
    assert client.tally.writes == 0


def test_an_enterprise_server_has_its_own_prefixes(api: responses.RequestsMock) -> None:
    client = GitHubClient("https://git.example/api/v3/", ByToken(TOKEN))
    link = '<https://git.example/api/v3/x?page=2>; rel="next"'
    api.get("https://git.example:443/api/v3/x", json=[1], headers={"Link": link})
    api.post("https://git.example:443/api/graphql", json={"data": {"viewer": None}})
    assert client.pages("/x", most=1).capped
    assert client.path_of("https://git.example/api/v3/x?page=2") == "/x?page=2"
    assert client.ask_graphql("query { viewer { login } }", {}, Repository("acme", "shop")) == {"viewer": None}
    with pytest.raises(TrackerRefused):
        client.path_of("https://git.example/elsewhere")
    client.close()


# Identifiers


@pytest.mark.parametrize(
    "locator",
    [
        "acme/shop",
        "acme/shop#0",
        "acme/shop#-1",
        "acme/../x#1",
        "acme/..#1",
        "../x#1",
        "a/b/c#1",
        "acme/shop#1\n",
        "#1",
        "",
    ],
)
def test_what_is_no_locator_names_nothing(locator: str) -> None:
    with pytest.raises(IssueNotFound):
        place_of(locator)


@pytest.mark.parametrize("project", ["acme", "acme/", "/shop", "acme/sh op", "acme/shop/x", "acme/..", "acme/shop?x"])
def test_what_is_no_repository_is_refused(project: str) -> None:
    with pytest.raises(TrackerRefused):
        repository_of(project)


def test_every_segment_of_a_path_is_encoded() -> None:
    place = Place(Repository("acme", "shop.js"), 12)
    assert place.path("labels", "../../2/labels/x?y#z ä") == (
        "/repos/acme/shop.js/issues/12/labels/..%2F..%2F2%2Flabels%2Fx%3Fy%23z%20%C3%A4"
    )
    assert path("users", "helper[bot]") == "/users/helper%5Bbot%5D"


@pytest.mark.parametrize(
    ("written", "login"),
    [
        ("@dana", "dana"),
        (" @dana-x ", "dana-x"),
        ("@dana_acme", "dana_acme"),
        ("dana", None),
        ("@dana @omar", None),
        ("@acme/team", None),
        ("@../user", None),
        ("@", None),
        ("[@dana](x)", None),
    ],
)
def test_only_a_mention_names_an_account(written: str, login: str | None) -> None:
    assert login_mentioned(written) == login


# Over real HTTP


def test_an_answer_that_is_cut_leaves_it_open_whether_the_deed_was_done() -> None:
    with a_world() as world:
        client = GitHubClient(world.sandbox.url, ByToken(world.sandbox.token_of(BOT)))
        world.sandbox.misbehave.lose_answer_next(1, "POST")
        with pytest.raises(TrackerUnavailable) as raised:
            client.write("POST", f"/repos/{PROJECT}/issues", {"title": "x"})
        assert raised.value.may_have_happened
        assert world.issues() == 1
        client.close()


def test_a_server_that_is_not_there_certainly_did_nothing() -> None:
    client = GitHubClient("http://127.0.0.1:9", ByToken(TOKEN))
    with pytest.raises(TrackerUnavailable) as raised:
        client.write("POST", f"/repos/{PROJECT}/issues", {"title": "x"})
    assert not raised.value.may_have_happened
    client.close()
