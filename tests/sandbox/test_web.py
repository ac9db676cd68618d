"""What both stand-in trackers share: who may ask, what goes wrong, what is counted, how webhooks go out."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests
from flask import Flask, Response, jsonify, request

from integration.sandbox.web import (
    CallLog,
    Delivery,
    Hook,
    HookSender,
    Misbehaviour,
    Server,
    add_control,
    guard,
    is_loopback_url,
    signature,
    watch,
)
from tests.sandbox.github_stage import SECRET, Receiver, receiving

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


class Tracker:
    """The smallest tracker: a list that POST adds to."""

    def __init__(self) -> None:
        self.things: list[str] = []
        self.calls, self.misbehave = CallLog(), Misbehaviour()
        self.hooks = HookSender(lambda _delivery: {"Content-Type": "application/json"}, self.misbehave, lambda: NOW)
        app = Flask("tracker")
        guard(app, lambda status, message: {"status": status, "said": message}, body_cap=1000)
        watch(
            app,
            self.calls,
            self.misbehave,
            error=lambda status, message: {"status": status, "said": message},
            account=lambda: request.headers.get("X-Me"),
            clock=lambda: NOW,
            is_read=lambda method, path: method == "GET" or path == "/search",
        )
        add_control(app, self.calls, self.misbehave, self.hooks)

        @app.post("/things/<name>")
        def add(name: str) -> Response:
            request.get_data()
            self.things.append(name)
            return jsonify(self.things)

        @app.route("/things", methods=["GET"])
        def things() -> Response:
            return jsonify(self.things)

        app.add_url_rule("/search", "search", things, methods=["POST"])
        self.server = Server(app)

    def ask(self, method: str, path: str, **options: object) -> requests.Response:
        headers = {"X-Me": "dana", **options.pop("headers", {})}  # type: ignore[dict-item]
        return requests.request(method, self.server.url + path, headers=headers, timeout=10, **options)  # type: ignore[arg-type]


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    tracker = Tracker()
    with tracker.server:
        tracker.hooks.start()
        yield tracker
        tracker.hooks.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def test_a_foreign_host_header_is_refused_so_that_no_rebound_name_reaches_the_sandbox(tracker: Tracker) -> None:
    assert tracker.ask("GET", "/things", headers={"Host": "evil.example"}).status_code == 403
    assert tracker.ask("GET", "/things", headers={"Host": "localhost:1"}).status_code == 200


def test_a_page_of_another_origin_is_refused_also_on_the_control(tracker: Tracker) -> None:
    foreign = {"Origin": "https://evil.example"}
    assert tracker.ask("POST", "/things/a", headers=foreign).status_code == 403
    assert tracker.ask("POST", "/_sandbox/reset-calls", headers=foreign).status_code == 403
    assert tracker.ask("POST", "/things/a", headers={"Origin": tracker.server.url}).status_code == 200
    assert tracker.things == ["a"]


def test_errors_speak_the_trackers_shape(tracker: Tracker) -> None:
    missing = tracker.ask("GET", "/nowhere")
    assert (missing.status_code, missing.json()["status"]) == (404, 404)
    assert tracker.ask("POST", "/things/a", data=b"x" * 1001).status_code == 413


def test_every_call_is_counted_with_route_account_and_whether_it_writes(tracker: Tracker) -> None:
    tracker.ask("POST", "/things/a")
    tracker.ask("GET", "/things")
    tracker.ask("POST", "/search", headers={"X-Me": "bot"})
    assert [(call.route, call.account, call.is_write) for call in tracker.calls.entries] == [
        ("/things/<name>", "dana", True),
        ("/things", "dana", False),
        ("/search", "bot", False),
    ]
    assert (tracker.calls.count(), tracker.calls.count(writes_only=True), tracker.calls.count(account="bot")) == (
        3,
        1,
        1,
    )
    tracker.calls.reset()
    assert tracker.calls.count() == 0


def test_a_scripted_failure_hits_only_the_calls_that_match_and_only_so_often(tracker: Tracker) -> None:
    tracker.misbehave.fail_next(2, status=502, match=r"^POST /things/")
    assert tracker.ask("GET", "/things").status_code == 200
    assert [tracker.ask("POST", "/things/a").status_code for _ in range(3)] == [502, 502, 200]
    assert tracker.things == ["a"]


def test_a_failure_after_the_deed_answers_an_error_although_it_was_done(tracker: Tracker) -> None:
    tracker.misbehave.fail_next(1, status=500, after_deed=True)
    assert tracker.ask("POST", "/things/a").status_code == 500
    assert tracker.things == ["a"]


def test_a_lost_answer_is_a_cut_connection_after_the_deed(tracker: Tracker) -> None:
    tracker.misbehave.lose_answer_next()
    with pytest.raises(requests.ConnectionError):
        tracker.ask("POST", "/things/a")
    assert tracker.things == ["a"]
    assert [call.was_answered for call in tracker.calls.entries] == [False]
    assert tracker.ask("GET", "/things").json() == ["a"]


def test_a_rate_limit_names_when_to_come_back(tracker: Tracker) -> None:
    tracker.misbehave.rate_limit_next(1, retry_after=7)
    limited = tracker.ask("POST", "/things/a")
    assert (limited.status_code, limited.headers["Retry-After"], tracker.things) == (429, "7", [])


def test_a_delay_makes_a_short_timeout_fail_while_the_deed_is_done(tracker: Tracker) -> None:
    tracker.misbehave.delay(0.5, match="POST")
    with pytest.raises(requests.Timeout):
        requests.post(f"{tracker.server.url}/things/a", timeout=0.1)
    tracker.misbehave.delay(0)
    while not tracker.things:
        assert tracker.ask("GET", "/things").status_code == 200


def test_random_faults_repeat_with_their_seed(tracker: Tracker) -> None:
    def statuses() -> list[int]:
        tracker.misbehave.at_random(7, fail=0.5)
        return [tracker.ask("GET", "/things").status_code for _ in range(12)]

    first = statuses()
    assert first == statuses()
    assert set(first) == {200, 503}


def test_another_process_scripts_and_counts_over_http(tracker: Tracker) -> None:
    assert tracker.ask("POST", "/_sandbox/misbehave", json={"do": "fail_next", "with": {"n": 1}}).status_code == 200
    assert tracker.ask("POST", "/_sandbox/misbehave", json={"do": "__init__"}).status_code == 422
    assert tracker.ask("POST", "/_sandbox/misbehave", json={"do": "hold", "with": {"what": 1}}).status_code == 422
    assert tracker.ask("GET", "/things").status_code == 503
    counted = tracker.ask("GET", "/_sandbox/calls").json()
    assert (counted["count"], counted["writes"], counted["entries"][0]["status"]) == (1, 0, 503)


def test_a_stopped_server_refuses_and_comes_back_on_the_same_port(tracker: Tracker) -> None:
    url = tracker.server.url
    tracker.server.stop()
    with pytest.raises(requests.ConnectionError):
        tracker.ask("GET", "/things")
    tracker.server.start()
    assert tracker.server.url == url
    assert tracker.ask("GET", "/things").status_code == 200


def _hook(receiver: Receiver) -> Hook:
    return Hook(1, receiver.url, SECRET, frozenset({"*"}))


def _send(tracker: Tracker, receiver: Receiver, *names: str) -> list[Delivery]:
    # The stage reads GitHub's header for the event; the smallest tracker sends none, so the bodies are compared.
    return [tracker.hooks.send(_hook(receiver), "thing", "added", {"name": name}) for name in names]


def _names(receiver: Receiver) -> list[str]:
    return [json.loads(body)["name"] for _, body in receiver.got]


def test_webhooks_arrive_in_order(tracker: Tracker, receiver: Receiver) -> None:
    _send(tracker, receiver, "a", "b", "c")
    assert tracker.hooks.wait_idle()
    assert _names(receiver) == ["a", "b", "c"]


def test_webhooks_can_be_dropped_lost_and_doubled(tracker: Tracker, receiver: Receiver) -> None:
    tracker.misbehave.drop_next()
    tracker.misbehave.drop_next(recorded=False)
    tracker.misbehave.double_next()
    _send(tracker, receiver, "dropped", "lost", "doubled", "sent")
    assert tracker.hooks.wait_idle()
    assert _names(receiver) == ["doubled", "doubled", "sent"]
    assert [(made.status, made.succeeded) for made in tracker.hooks.deliveries] == [
        (0, False),
        (202, True),
        (202, True),
        (202, True),
    ]


@pytest.mark.parametrize(("order", "expected"), [("kept", "abcd"), ("reversed", "dcba")])
def test_held_webhooks_leave_in_the_order_asked_for(
    tracker: Tracker, receiver: Receiver, order: str, expected: str
) -> None:
    tracker.misbehave.hold()
    _send(tracker, receiver, *"abcd")
    assert not tracker.hooks.wait_idle(0.05)
    tracker.misbehave.release(order)  # type: ignore[arg-type]
    assert tracker.hooks.wait_idle()
    assert "".join(_names(receiver)) == expected


def test_a_redelivery_keeps_guid_and_body(tracker: Tracker, receiver: Receiver) -> None:
    receiver.status = 500
    _send(tracker, receiver, "a")
    assert tracker.hooks.wait_idle()
    failed = tracker.hooks.deliveries[0]
    receiver.status = 202
    again = tracker.ask("POST", "/_sandbox/redeliver", json={"id": failed.id}).json()
    assert tracker.ask("POST", "/_sandbox/wait-idle", json={}).json() == {"idle": True}
    assert (again["guid"], again["redelivery"]) == (failed.guid, True)
    assert [made.status for made in tracker.hooks.deliveries] == [500, 202]
    assert receiver.got[0][1] == receiver.got[1][1]
    assert tracker.ask("POST", "/_sandbox/redeliver", json={"id": 999}).status_code == 404


def test_a_receiver_that_is_down_makes_a_failed_delivery_and_the_next_one_goes_out(
    tracker: Tracker, receiver: Receiver
) -> None:
    nobody = Hook(2, "http://127.0.0.1:9/none", None, frozenset({"*"}))
    tracker.hooks.send(nobody, "thing", "added", {})
    _send(tracker, receiver, "a")
    assert tracker.hooks.wait_idle()
    assert [(made.status, made.reason) for made in tracker.hooks.deliveries] == [
        (0, "failed to connect to host"),
        (202, "OK"),
    ]


def test_retried_statuses_are_posted_again_as_jira_cloud_does(receiver: Receiver) -> None:
    receiver.status = 503
    misbehave = Misbehaviour()
    hooks = HookSender(
        lambda _delivery: {}, misbehave, lambda: NOW, retried=frozenset({0, 503}), retries=2, retry_pause=0.01
    )
    hooks.start()
    hooks.send(_hook(receiver), "thing", "added", {"name": "a"})
    assert hooks.wait_idle()
    hooks.stop()
    assert [made.attempt for made in hooks.deliveries] == [0, 1, 2]
    assert len({made.guid for made in hooks.deliveries}) == 1


def test_nothing_is_posted_beyond_this_machine(tracker: Tracker) -> None:
    tracker.hooks.send(Hook(3, "http://192.0.2.1/hook", None, frozenset({"*"})), "thing", "added", {})
    assert tracker.hooks.wait_idle()
    assert tracker.hooks.deliveries[0].reason == "not a loopback address"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8080/webhooks", True),
        ("https://localhost/x", True),
        ("http://[::1]:80/x", True),
        ("http://127.0.0.1.evil.example/x", False),
        ("http://localhost@evil.example/x", False),
        ("http://10.0.0.1/x", False),
        ("ftp://127.0.0.1/x", False),
        ("http://[bad/x", False),
    ],
)
def test_only_loopback_addresses_are_loopback(url: str, expected: bool) -> None:
    assert is_loopback_url(url) is expected


def test_the_signature_is_the_hmac_of_the_raw_body() -> None:
    # The vector that Atlassian's and GitHub's documentation share.
    key, body = "It's a Secret to Everybody", b"Hello World!"
    assert signature(key, body) == "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    assert signature(key, body).endswith("a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9")
