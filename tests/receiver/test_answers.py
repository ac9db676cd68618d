"""What the receiver answers and what it leaves in Redis, over the Flask application and a real Valkey."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import generate_latest
from werkzeug.test import TestResponse

from integration import wakeups
from integration.settings import Settings
from integration.wakeups import WakeUp
from tests.receiver.conftest import Valkey, environment
from tests.receiver.deliveries import (
    GITHUB_SECRET,
    a_jira_issue,
    a_jira_payload,
    an_issues_payload,
    github_headers,
    jira_headers,
    sign,
    to_body,
)
from webhooks.app import create_app
from webhooks.health import Counts

SECOND_SECRET = "github-next-secret-0123456789"


def post_github(client: FlaskClient, payload: Any, event: str = "issues", **headers: str) -> TestResponse:
    body = to_body(payload)
    return client.post("/webhooks/github", data=body, headers=github_headers(body, event) | headers)


def post_jira(client: FlaskClient, payload: Any, **headers: str) -> TestResponse:
    body = to_body(payload)
    return client.post("/webhooks/jira", data=body, headers=jira_headers(body) | headers)


def an_app(redis_url: str, counts: Counts | None = None, **more: str) -> Flask:
    return create_app(Settings.load(environment(redis_url, **more), env_file=None), counts)


def nothing_written(store: "redis.Redis") -> bool:
    return not store.keys("*")


def test_a_signed_github_delivery_is_noted_and_acknowledged(client: FlaskClient, store: "redis.Redis"):
    answer = post_github(client, an_issues_payload("labeled"))
    assert (answer.status_code, answer.json) == (202, {"status": "accepted"})
    assert store.hgetall(wakeups.WANTED) == {"github:3578496080": "1"}
    assert store.lrange(wakeups.INBOX, 0, -1) == ["github:3578496080"]
    noted = WakeUp.from_json(store.hget(wakeups.WAKEUPS, "github:3578496080") or "")
    assert (noted.locator, noted.event) == ("acme/shop#20", "issues.labeled")
    assert store.zscore(wakeups.QUEUED, "github:3578496080") == pytest.approx(noted.at)


def test_a_signed_jira_delivery_is_noted_and_acknowledged(client: FlaskClient, store: "redis.Redis"):
    assert post_jira(client, a_jira_payload()).status_code == 202
    assert store.hgetall(wakeups.WANTED) == {"jira:10040": "1"}
    assert WakeUp.from_json(store.hget(wakeups.WAKEUPS, "jira:10040") or "").locator == "PM-41"


def test_nothing_of_the_body_is_kept_but_the_reference(client: FlaskClient, store: "redis.Redis"):
    post_github(client, an_issues_payload("edited", body="sentinel-text", title="sentinel-title"))
    post_jira(client, a_jira_payload(issue=a_jira_issue(description="sentinel-text")))
    everything = [str(store.dump(key)) for key in store.keys("*")] + store.keys("*")
    assert "sentinel" not in "".join(everything) + "".join(store.hgetall(wakeups.WAKEUPS).values())


def test_an_object_that_waits_already_is_wanted_more_but_not_queued_again(client: FlaskClient, store: "redis.Redis"):
    for action in ("opened", "labeled", "closed"):
        assert post_github(client, an_issues_payload(action)).status_code == 202
    assert store.hget(wakeups.WANTED, "github:3578496080") == "3"
    assert store.llen(wakeups.INBOX) == 1
    assert WakeUp.from_json(store.hget(wakeups.WAKEUPS, "github:3578496080") or "").event == "issues.closed"


def test_an_object_that_a_worker_has_taken_is_queued_again(client: FlaskClient, store: "redis.Redis"):
    post_github(client, an_issues_payload())
    store.lpop(wakeups.INBOX)
    store.zrem(wakeups.QUEUED, "github:3578496080")
    post_github(client, an_issues_payload("closed"))
    assert store.lrange(wakeups.INBOX, 0, -1) == ["github:3578496080"]
    assert store.hget(wakeups.WANTED, "github:3578496080") == "2"


def test_a_repeat_adds_nothing_and_is_acknowledged(client: FlaskClient, store: "redis.Redis"):
    payload, delivery = an_issues_payload(), str(uuid.uuid4())
    for _ in range(3):
        assert post_github(client, payload, **{"X-GitHub-Delivery": delivery}).status_code == 202
    assert store.hget(wakeups.WANTED, "github:3578496080") == "1"


def test_a_repeat_is_remembered_for_three_days(client: FlaskClient, store: "redis.Redis"):
    post_github(client, an_issues_payload())
    (key,) = store.keys(wakeups.DELIVERY + "*")
    assert 0 <= 3 * 24 * 3600 - store.ttl(key) < 60


@pytest.mark.parametrize(
    "changed", [{"X-GitHub-Delivery": "2"}, {"X-GitHub-Hook-ID": "9"}, {"X-GitHub-Hook-Installation-Target-ID": "9"}]
)
def test_the_same_body_by_another_id_or_hook_is_news(
    client: FlaskClient, store: "redis.Redis", changed: dict[str, str]
):
    payload = an_issues_payload()
    post_github(client, payload, **{"X-GitHub-Delivery": "1"})
    post_github(client, payload, **({"X-GitHub-Delivery": "1"} | changed))
    assert store.hget(wakeups.WANTED, "github:3578496080") == "2"


def test_another_body_under_a_repeated_id_is_news(client: FlaskClient, store: "redis.Redis"):
    # Some servers number their deliveries anew after a restart; ids are not signed either.
    post_github(client, an_issues_payload("opened"), **{"X-GitHub-Delivery": "1"})
    post_github(client, an_issues_payload("closed"), **{"X-GitHub-Delivery": "1"})
    assert store.hget(wakeups.WANTED, "github:3578496080") == "2"


def test_a_data_center_delivery_without_any_id_is_told_apart_by_its_body(client: FlaskClient, store: "redis.Redis"):
    first, second = a_jira_payload(), a_jira_payload()
    for payload in (first, second, first):
        body = to_body(payload)
        headers = jira_headers(body)
        del headers["X-Atlassian-Webhook-Identifier"]
        assert client.post("/webhooks/jira", data=body, headers=headers).status_code == 202
    assert store.hget(wakeups.WANTED, "jira:10040") == "2"


def test_one_delivery_about_two_issues_wakes_both_in_one_step(client: FlaskClient, store: "redis.Redis"):
    link = {"id": 1, "sourceIssueId": 11, "destinationIssueId": 12}
    assert post_jira(client, a_jira_payload("issuelink_created", issueLink=link)).status_code == 202
    assert store.hgetall(wakeups.WANTED) == {"jira:11": "1", "jira:12": "1"}
    assert store.lrange(wakeups.INBOX, 0, -1) == ["jira:11", "jira:12"]


def test_many_deliveries_at_once_lose_none(shared_valkey: Valkey, store: "redis.Redis"):
    app = an_app(shared_valkey.url)

    def send(number: int) -> int:
        return post_github(app.test_client(), an_issues_payload(id=1 + number % 7)).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(200))) == {202}
    assert sum(int(count) for count in store.hvals(wakeups.WANTED)) == 200
    assert sorted(store.lrange(wakeups.INBOX, 0, -1)) == [f"github:{number}" for number in range(1, 8)]


@pytest.mark.parametrize("event", ["ping", "push", "milestone", "unheard_of"])
def test_an_event_that_concerns_no_case_gets_204(client: FlaskClient, store: "redis.Redis", event: str):
    answer = post_github(client, {"zen": "Design for failure."}, event)
    assert (answer.status_code, answer.data) == (204, b"")
    assert nothing_written(store)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=" + "0" * 64,
        "sha256=" + "ä" * 64,
        "0" * 64,
        "sha1=" + "0" * 40,
    ],
)
def test_a_delivery_without_a_right_signature_gets_401_and_nothing_is_written(
    client: FlaskClient, store: "redis.Redis", signature: str | None
):
    body = to_body(an_issues_payload())
    headers = github_headers(body)
    headers.pop("X-Hub-Signature-256")
    if signature is not None:
        headers["X-Hub-Signature-256"] = signature
    # The SHA-1 header that GitHub also sends is right here, and does not count.
    answer = client.post("/webhooks/github", data=body, headers=headers)
    assert (answer.status_code, (answer.json or {})["reason"]) == (401, "bad_signature")
    assert nothing_written(store)


def test_a_signature_of_another_trackers_secret_gets_401(client: FlaskClient, store: "redis.Redis"):
    body = to_body(a_jira_payload())
    answer = client.post("/webhooks/jira", data=body, headers={"X-Hub-Signature": sign(body, GITHUB_SECRET)})
    assert answer.status_code == 401
    assert nothing_written(store)


def test_both_secrets_of_a_rotation_are_accepted(shared_valkey: Valkey, store: "redis.Redis"):
    secrets = f"{SECOND_SECRET},{GITHUB_SECRET}"
    client = an_app(shared_valkey.url, GITHUB_WEBHOOK_SECRET=secrets).test_client()
    body = to_body(an_issues_payload())
    for secret, status in ((GITHUB_SECRET, 202), (SECOND_SECRET, 202), (secrets, 401)):
        headers = github_headers(body) | {"X-Hub-Signature-256": sign(body, secret)}
        assert client.post("/webhooks/github", data=body, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("tracker", "variable"), [("github", "GITHUB_WEBHOOK_SECRET"), ("jira", "JIRA_WEBHOOK_SECRET")]
)
def test_a_tracker_without_a_secret_is_refused_and_the_other_served(
    shared_valkey: Valkey, store: "redis.Redis", tracker: str, variable: str
):
    client = an_app(shared_valkey.url, **{variable: ""}).test_client()
    answers = {"github": post_github(client, an_issues_payload()), "jira": post_jira(client, a_jira_payload())}
    refused = answers.pop(tracker)
    assert (refused.status_code, (refused.json or {})["reason"]) == (403, "not_configured")
    assert [answer.status_code for answer in answers.values()] == [202]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"nonsense", "not_json"),
        (b"payload=%7B%7D", "not_json"),
        (b"[" * 200_000, "not_json"),
        (b'{"action": "opened", "issue": {"id": ' + b"9" * 10_000 + b"}}", "not_json"),
        (b"[]", "wrong_shape"),
        (b'{"action": "opened"}', "wrong_shape"),
    ],
    ids=["empty", "text", "form", "deep", "large integer", "list", "no issue"],
)
def test_what_is_signed_but_unreadable_gets_400_and_the_next_delivery_is_served(
    client: FlaskClient, store: "redis.Redis", body: bytes, reason: str
):
    for post in (post_github, post_jira):
        answer = post(client, body)
        assert (answer.status_code, answer.is_json, (answer.json or {})["reason"]) == (400, True, reason)
    assert nothing_written(store)
    assert post_github(client, an_issues_payload()).status_code == 202


def test_a_body_over_25_mb_gets_413(client: FlaskClient, store: "redis.Redis"):
    body = b'{"action": "' + b"x" * (25 * 1024 * 1024) + b'"}'
    answer = client.post("/webhooks/github", data=body, headers=github_headers(body))
    assert (answer.status_code, (answer.json or {})["reason"]) == (413, "too_large")
    assert nothing_written(store)


def test_a_body_of_just_25_mb_is_read(client: FlaskClient):
    body = to_body(an_issues_payload())
    body += b" " * (25 * 1024 * 1024 - len(body))
    assert client.post("/webhooks/github", data=body, headers=github_headers(body)).status_code == 202


def test_redis_down_gets_503_and_the_same_delivery_is_accepted_when_sent_again(own_valkey: Valkey):
    client = an_app(own_valkey.url).test_client()
    payload, delivery = an_issues_payload(), {"X-GitHub-Delivery": str(uuid.uuid4())}
    assert post_github(client, an_issues_payload(id=1)).status_code == 202  # a connection is open, then goes stale
    own_valkey.kill()
    answer = post_github(client, payload, **delivery)
    assert (answer.status_code, (answer.json or {})["reason"]) == (503, "store_down")
    assert answer.headers["Retry-After"] == "5"
    assert client.get("/readyz").status_code == 503
    own_valkey.start()
    assert post_github(client, payload, **delivery).status_code == 202
    with own_valkey.client() as store:
        assert store.hgetall(wakeups.WANTED) == {"github:1": "1", "github:3578496080": "1"}


def test_a_store_that_fails_half_way_remembers_no_delivery(client: FlaskClient, store: "redis.Redis"):
    payload, delivery = an_issues_payload(), {"X-GitHub-Delivery": str(uuid.uuid4())}
    store.set(wakeups.WANTED, "not a hash")
    assert post_github(client, payload, **delivery).status_code == 503
    store.delete(wakeups.WANTED)
    assert store.keys("*") == []
    assert post_github(client, payload, **delivery).status_code == 202
    assert store.hget(wakeups.WANTED, "github:3578496080") == "1"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/webhooks/github", 405),
        ("PUT", "/webhooks/jira", 405),
        ("POST", "/healthz", 405),
        ("POST", "/", 404),
        ("GET", "/webhooks", 404),
        ("POST", "/webhooks/github/", 404),
        ("GET", "/static/x", 404),
        ("GET", "/metrics", 404),
    ],
)
def test_other_ways_and_methods_are_answered_as_json(client: FlaskClient, method: str, path: str, status: int):
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.is_json) == (status, True)
    assert ("Allow" in answer.headers) == (status == 405)


def test_our_own_fault_shows_no_trace(shared_valkey: Valkey, monkeypatch: pytest.MonkeyPatch):
    app = an_app(shared_valkey.url)

    def fail(*_: object) -> None:
        raise ZeroDivisionError("sentinel-detail")

    monkeypatch.setattr("webhooks.inbox.Inbox.note", fail)
    answer = post_github(app.test_client(), an_issues_payload())
    assert (answer.status_code, answer.is_json) == (500, True)
    assert "sentinel" not in answer.text and "Traceback" not in answer.text


def test_no_answer_and_no_log_line_holds_a_secret_or_a_body(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, store: "redis.Redis"
):
    told = ""
    for payload in (an_issues_payload(title="sentinel-title"), b"sentinel-title", {"action": "sentinel-title"}):
        told += post_github(client, payload).text
        told += post_github(client, payload, **{"X-Hub-Signature-256": "sentinel-title"}).text
    told += caplog.text + "".join(json.dumps(record.__dict__, default=str) for record in caplog.records)
    assert "sentinel" not in told
    assert GITHUB_SECRET not in told


def test_health_tells_that_it_lives_and_whether_redis_does(client: FlaskClient):
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ready"}
    dead = an_app("unix:///nowhere/valkey.sock").test_client()
    assert (dead.get("/healthz").status_code, dead.get("/readyz").status_code) == (200, 503)
    assert dead.get("/readyz").json == {"status": "not ready"}


def test_every_delivery_is_counted_by_its_outcome(shared_valkey: Valkey, store: "redis.Redis"):
    counts = Counts()
    client = an_app(shared_valkey.url, counts, JIRA_WEBHOOK_SECRET="").test_client()
    payload = an_issues_payload()
    for _ in range(2):
        post_github(client, payload, **{"X-GitHub-Delivery": "1"})
    post_github(client, {}, "ping")
    post_github(client, payload, **{"X-Hub-Signature-256": ""})
    post_github(client, b"nonsense")
    post_github(client, {"action": "opened"})
    post_github(client, payload, "Not An Event")
    post_jira(client, a_jira_payload())
    told = dict(line.rsplit(" ", 1) for line in generate_latest(counts.registry).decode().splitlines())
    for outcome in ("accepted", "repeated", "unrelated", "bad_signature", "not_json", "wrong_shape", "no_event"):
        assert told[f'followthrough_deliveries_total{{outcome="{outcome}",site="github"}}'] == "1.0", outcome
    assert told['followthrough_deliveries_total{outcome="not_configured",site="jira"}'] == "1.0"
    assert told['followthrough_deliveries_total{outcome="accepted",site="jira"}'] == "0.0"
