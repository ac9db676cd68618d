"""The receiver as production runs it: granian in processes of its own, real HTTP, real kills."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from pathlib import Path

import psutil
import pytest
import redis

from integration import wakeups
from tests.receiver.conftest import Receiver, StartReceiver, Valkey, environment, free_port
from tests.receiver.deliveries import a_jira_payload, an_issues_payload, github_headers, jira_headers, to_body

LIMIT = 60 * 1024 * 1024  # bytes of resident memory of each of the receiver's processes


class Connection:
    """One kept-alive connection that sends bytes as they are given.

    A server that answers before it has read a body may close the connection after the answer (RFC 9110, 9112): then the next request goes
    over a new one, as every client does it.
    """

    def __init__(self, receiver: Receiver) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=30)

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        try:
            return self._post(path, body, headers)
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            self.http.close()
            return self._post(path, body, headers)

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        self.http.request("POST", path, body, headers)
        answer = self.http.getresponse()
        return answer.status, answer.read()


def post_github(connection: Connection, *, delivery: str | None = None, id: int = 1) -> int:
    body = to_body(an_issues_payload(id=id))
    return connection.post("/webhooks/github", body, github_headers(body, delivery=delivery))[0]


def raw(receiver: Receiver, request: bytes) -> int:
    """Send bytes as they are, and return the status of the answer."""
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=30) as connection:
        connection.sendall(request)
        return int(connection.recv(65_536).split(b" ")[1])


def raw_post(body: bytes, headers: list[str]) -> bytes:
    lines = ["POST /webhooks/github HTTP/1.1", "Host: receiver", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def test_deliveries_are_accepted_over_real_http(
    shared_valkey: Valkey, store: "redis.Redis", start_receiver: StartReceiver
):
    receiver = start_receiver(shared_valkey.url)
    connection = Connection(receiver)
    assert post_github(connection) == 202
    body = to_body(a_jira_payload())
    assert connection.post("/webhooks/jira", body, jira_headers(body))[0] == 202
    assert store.hgetall(wakeups.WANTED) == {"github:1": "1", "jira:10040": "1"}


def test_doubled_non_ascii_and_sha1_signature_headers_get_401_on_the_wire(
    shared_valkey: Valkey, store: "redis.Redis", start_receiver: StartReceiver
):
    receiver = start_receiver(shared_valkey.url)
    body = to_body(an_issues_payload())
    signed = github_headers(body)
    right = f"X-Hub-Signature-256: {signed['X-Hub-Signature-256']}"
    common = ["X-GitHub-Event: issues", "X-GitHub-Delivery: 1"]
    for headers in (
        [right, right],
        [right, "X-Hub-Signature-256: sha256=" + "0" * 64],
        ["X-Hub-Signature-256: sha256=" + "\xe4" * 64],
        [f"X-Hub-Signature: {signed['X-Hub-Signature']}"],
        ["X-Hub-Signature-256:"],
        [],
    ):
        assert raw(receiver, raw_post(body, common + headers)) in {400, 401}, headers
    assert not store.keys("*")
    assert raw(receiver, raw_post(body, [*common, right])) == 202


def test_a_connection_serves_on_after_every_kind_of_refusal(
    shared_valkey: Valkey, store: "redis.Redis", start_receiver: StartReceiver
):
    connection = Connection(start_receiver(shared_valkey.url))
    body = to_body(an_issues_payload())
    assert connection.post("/webhooks/github", body, {})[0] == 401  # answered before the body is read
    assert post_github(connection) == 202
    for strange, status in ((b"[" * 500_000, 400), (b"9" * 500_000, 400), (b'"' + b"x" * 500_000, 400)):
        assert connection.post("/webhooks/github", strange, github_headers(strange))[0] == status
        assert post_github(connection) == 202


def test_a_body_over_25_mb_gets_413_by_its_announced_length(shared_valkey: Valkey, start_receiver: StartReceiver):
    receiver = start_receiver(shared_valkey.url)
    request = b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 26214401\r\nX-Hub-Signature-256: sha256="
    assert raw(receiver, request + b"0" * 64 + b"\r\n\r\n") == 413


def test_a_body_over_25_mb_gets_413_even_without_a_length(
    shared_valkey: Valkey, store: "redis.Redis", start_receiver: StartReceiver
):
    receiver = start_receiver(shared_valkey.url)
    head = b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nX-Hub-Signature-256: sha256="
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=30) as connection:
        connection.sendall(head + b"0" * 64 + b"\r\n\r\n")
        sent = 0
        try:
            for _ in range(40):
                connection.sendall(chunk)
                sent += 1
        except OSError:
            pass  # The receiver has answered and closed; the answer can still be read.
        try:
            answer = connection.recv(65_536)
        except ConnectionResetError:
            answer = b""
    assert sent >= 25
    assert answer == b"" or answer.split(b" ")[1] == b"413"
    assert not store.keys("*")
    assert post_github(Connection(receiver)) == 202
    # The endless body was not kept: the worker is as small as ever.
    assert psutil.Process(receiver.worker).memory_info().rss < LIMIT + 60 * 1024 * 1024


def test_a_chunked_delivery_is_accepted(shared_valkey: Valkey, store: "redis.Redis", start_receiver: StartReceiver):
    connection = Connection(start_receiver(shared_valkey.url))
    body = to_body(an_issues_payload(id=5))
    connection.http.request(
        "POST", "/webhooks/github", iter([body[:100], body[100:]]), github_headers(body), encode_chunked=True
    )
    assert connection.http.getresponse().status == 202
    assert store.hget(wakeups.WANTED, "github:5") == "1"


def test_it_starts_while_redis_is_down_and_accepts_once_it_is_up(own_valkey: Valkey, start_receiver: StartReceiver):
    own_valkey.kill()
    connection = Connection(start_receiver(own_valkey.url))
    delivery = str(uuid.uuid4())
    body = to_body(an_issues_payload(id=1))
    headers = github_headers(body, delivery=delivery)
    assert connection.post("/webhooks/github", body, headers)[0] == 503
    own_valkey.start()
    assert connection.post("/webhooks/github", body, headers)[0] == 202
    with own_valkey.client() as store:
        assert store.hgetall(wakeups.WANTED) == {"github:1": "1"}


def test_metrics_are_told_on_an_address_of_their_own(shared_valkey: Valkey, start_receiver: StartReceiver):
    receiver = start_receiver(shared_valkey.url)
    post_github(Connection(receiver))
    with urllib.request.urlopen(f"http://127.0.0.1:{receiver.metrics_port}/readyz") as answer:
        told = json.load(answer)
    assert told == {
        "status": "ready",
        "redis": "up",
        "github_webhook_secret": "set",
        "jira_webhook_secret": "set",
    }
    with urllib.request.urlopen(f"http://127.0.0.1:{receiver.metrics_port}/metrics") as answer:
        told = answer.read().decode()
    assert 'followthrough_deliveries_total{outcome="accepted",site="github"} 1.0' in told
    assert Connection(receiver).post("/metrics", b"", {})[0] == 404


def test_it_stops_on_sigterm_and_leaves_no_process(shared_valkey: Valkey, start_receiver: StartReceiver):
    receiver = start_receiver(shared_valkey.url)
    worker = receiver.worker
    receiver.process.send_signal(signal.SIGTERM)
    assert receiver.process.wait(20) == 0
    assert not psutil.pid_exists(worker)


def test_requests_in_flight_are_answered_when_it_is_stopped(
    shared_valkey: Valkey, store: "redis.Redis", start_receiver: StartReceiver
):
    receiver = start_receiver(shared_valkey.url)
    body = to_body(an_issues_payload(id=77))
    head = raw_post(body, [f"{name}: {value}" for name, value in github_headers(body).items()])
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=30) as connection:
        connection.sendall(head[:-50])  # the last bytes are still under way
        wait_until_reading(receiver)
        receiver.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.sendall(head[-50:])
        assert connection.recv(65_536).split(b" ")[1] == b"202"
    assert receiver.process.wait(20) == 0
    assert store.hget(wakeups.WANTED, "github:77") == "1"


def wait_until_reading(receiver: Receiver) -> None:
    """Give the worker the time to take a request up; another connection's answer shows that it is at work."""
    assert raw(receiver, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") == 200


def test_the_worker_ends_when_the_process_that_watches_it_is_killed(
    shared_valkey: Valkey, start_receiver: StartReceiver
):
    receiver = start_receiver(shared_valkey.url)
    worker = psutil.Process(receiver.worker)
    receiver.process.kill()
    receiver.process.wait()
    worker.wait(20)


def test_a_killed_worker_loses_nothing_acknowledged_and_is_replaced(
    shared_valkey: Valkey, store: "redis.Redis", start_receiver: StartReceiver
):
    receiver = start_receiver(shared_valkey.url)
    acknowledged: list[int] = []
    stop = threading.Event()

    def send(start: int) -> None:
        number = start
        connection = Connection(receiver)
        while not stop.is_set():
            number += 1
            try:
                if post_github(connection, id=number) == 202:
                    acknowledged.append(number)
            except (OSError, http.client.HTTPException):
                connection = Connection(receiver)

    senders = [threading.Thread(target=send, args=(1_000_000 * turn,)) for turn in range(1, 4)]
    for sender in senders:
        sender.start()
    try:
        wait_for(lambda: len(acknowledged) > 200)
        killed = receiver.worker
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: [child.pid for child in psutil.Process(receiver.process.pid).children()] not in ([], [killed]))
        before = len(acknowledged)
        wait_for(lambda: len(acknowledged) > before + 100)
    finally:
        stop.set()
        for sender in senders:
            sender.join()
    wanted = store.hgetall(wakeups.WANTED)
    assert [number for number in acknowledged if wanted.get(f"github:{number}") != "1"] == []
    assert set(store.lrange(wakeups.INBOX, 0, -1)) == set(wanted)


def wait_for(condition, seconds: float = 30) -> None:  # type: ignore[no-untyped-def]
    """Return as soon as ``condition()`` holds; the limit only ends a hanging test."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def test_a_killed_valkey_loses_nothing_acknowledged(own_valkey: Valkey, start_receiver: StartReceiver):
    receiver = start_receiver(own_valkey.url)
    acknowledged: list[int] = []
    killed = threading.Event()

    def send() -> None:
        connection = Connection(receiver)
        for number in range(1, 100_000):
            if post_github(connection, id=number) == 202:
                acknowledged.append(number)
            elif killed.is_set():
                return

    sender = threading.Thread(target=send)
    sender.start()
    wait_for(lambda: len(acknowledged) > 200)
    killed.set()
    own_valkey.kill()
    sender.join()
    own_valkey.start()
    with own_valkey.client() as store:
        wanted = store.hgetall(wakeups.WANTED)
    assert [number for number in acknowledged if f"github:{number}" not in wanted] == []


def test_each_process_stays_within_sixty_megabytes_under_load(
    shared_valkey: Valkey, store: "redis.Redis", start_receiver: StartReceiver
):
    receiver = start_receiver(shared_valkey.url)
    padding = "x" * 20_000

    def send(turn: int) -> None:
        connection = Connection(receiver)
        for number in range(100):
            body = to_body(an_issues_payload(id=1 + turn * 1000 + number, body=padding))
            assert connection.post("/webhooks/github", body, github_headers(body))[0] == 202

    senders = [threading.Thread(target=send, args=(turn,)) for turn in range(12)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert store.hlen(wakeups.WANTED) == 1200
    for pid in (receiver.process.pid, receiver.worker):
        assert psutil.Process(pid).memory_info().rss <= LIMIT


def test_an_address_that_is_taken_is_told_with_its_variable(shared_valkey: Valkey, tmp_path: Path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = f"127.0.0.1:{holder.getsockname()[1]}"
        for variable in ("FOLLOWTHROUGH_BIND", "FOLLOWTHROUGH_METRICS_BIND"):
            variables = environment(shared_valkey.url, FOLLOWTHROUGH_BIND=f"127.0.0.1:{free_port()}") | {
                variable: taken
            }
            ended = subprocess.run(
                [sys.executable, "-m", "webhooks.serve"],
                env=variables,
                cwd=tmp_path,
                capture_output=True,
                timeout=30,
                check=False,
            )
            assert (ended.returncode, variable in ended.stderr.decode()) == (2, True)


def test_a_wrong_setting_ends_the_start_with_its_name(tmp_path: Path):
    ended = subprocess.run(
        [sys.executable, "-m", "webhooks.serve"],
        env={"GITHUB_WEBHOOK_SECRET": "short"},
        cwd=tmp_path,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 2
    assert b"GITHUB_WEBHOOK_SECRET" in ended.stderr


def test_log_lines_are_json_and_hold_neither_body_nor_secret(shared_valkey: Valkey, start_receiver: StartReceiver):
    receiver = start_receiver(shared_valkey.url)
    connection = Connection(receiver)
    body = to_body(an_issues_payload(title="sentinel-title"))
    connection.post("/webhooks/github", body, {"X-Hub-Signature-256": "sentinel"})
    lines = [json.loads(line) for line in receiver.log.read_text().splitlines()]
    assert [(line["event"], line["reason"]) for line in lines] == [("delivery refused", "bad_signature")]
    assert "sentinel" not in receiver.log.read_text()


def test_the_receiver_imports_no_tracker_library_no_queue_and_no_database():
    code = "import sys, webhooks.serve, webhooks.app, webhooks.logs; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    assert {"flask", "redis", "granian"} <= set(told)
    assert not {"github", "jira", "sqlalchemy", "rq", "structlog", "rich", "mappings"} & set(told)


@pytest.mark.parametrize("module", ["integration.settings", "webhooks.app"])
def test_no_setting_is_read_when_a_module_is_imported(module: str, tmp_path: Path):
    variables = {"FOLLOWTHROUGH_MODE": "nonsense", "GITHUB_WEBHOOK_SECRET": "short"}
    subprocess.run([sys.executable, "-c", f"import {module}"], env=variables, cwd=tmp_path, check=True)
