"""``doctor`` on this machine: Redis, queue, ledger, audit chain, mappings, secrets and the receiver, one fault at a time."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from integration.doctor.lines import Line, State
from integration.postmortem.incident import IssueKey, IssueRef
from integration.wakeups import WakeUp
from tests.e2e.stage import REPOSITORY, Stage
from tests.e2e.test_doctor import GITHUB, lines, of, service

__all__ = ["service"]
CASE = IssueRef(IssueKey("github", "7"), f"{REPOSITORY}#7")


def nothing(_: Stage) -> None:
    """Leave all as it is: the settings alone are amiss."""


@dataclass(frozen=True)
class Fault:
    """Something amiss, with the settings that go with it, and the line that has to tell of it."""

    name: str
    state: State
    says: str
    remedy: str
    amiss: Callable[[Stage], object] = nothing
    settings: dict[str, str] = field(default_factory=dict)


def _wait_long(it: Stage) -> None:
    long_ago = it.clock().timestamp() - 1_000
    it.parts.engine.outstanding.wake([WakeUp("github", "7", CASE.locator, "issues.edited", long_ago)], long_ago)


def _set_aside(it: Stage) -> None:
    it.parts.engine.ledger.park("github:7", CASE, reason="KeyError", detail="", failures=5, now=it.clock())


def _break(it: Stage) -> None:
    ledger = it.parts.engine.ledger
    ledger.project("github", REPOSITORY, it.clock())
    ledger.open_breaker("github", REPOSITORY, "far more than is usual", it.clock())


def _pause(it: Stage) -> None:
    ledger = it.parts.engine.ledger
    ledger.project("github", REPOSITORY, it.clock())
    ledger.set_paused("github", REPOSITORY, True, by="cli", now=it.clock())


def _change_the_chain(it: Stage) -> None:
    with closing(sqlite3.connect(it.settings.data_dir / "ledger.db")) as database, database:
        for (guard,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {guard}")
        database.execute("UPDATE audit SET body = '{}' WHERE seq = 1")


FAULTS = {
    "Redis keeps no file": Fault(
        "redis",
        State.ADVICE,
        "no append-only file",
        "appendonly yes",
        lambda it: it.parts.client.config_set("appendonly", "no"),
    ),
    "Redis throws keys out": Fault(
        "redis",
        State.FAILED,
        "allkeys-lru",
        "noeviction",
        lambda it: it.parts.client.config_set("maxmemory-policy", "allkeys-lru"),
    ),
    "a case waits": Fault("queue", State.FAILED, "for 17 minutes", "more workers", _wait_long),
    "a case was set aside": Fault("parked", State.FAILED, "1 case(s)", "deliveries retry", _set_aside),
    "the breaker is open": Fault("writing", State.FAILED, "circuit breaker", "followthrough resume", _break),
    "writing is paused": Fault("writing", State.ADVICE, "paused", "followthrough resume", _pause),
    "the audit chain is broken": Fault("audit", State.FAILED, "broken", "audit verify", _change_the_chain),
    "a secret is missing": Fault(
        "secrets",
        State.FAILED,
        "GITHUB_WEBHOOK_SECRET",
        "webhook",
        settings={"GITHUB_WEBHOOK_SECRET": ""},
    ),
    "the token for Jira expires soon": Fault(
        "token",
        State.FAILED,
        "Our token for Jira expires on 2020-01-31",
        "docs/runbook.md",
        settings={"JIRA_TOKEN_EXPIRES": "2020-01-31"},
    ),
    "the database has no schema": Fault(
        "database",
        State.FAILED,
        "",
        "followthrough migrate",
        settings={"FOLLOWTHROUGH_DATABASE_URL": "sqlite:////nowhere/ledger.db"},
    ),
    "the receiver listens elsewhere": Fault(
        "processes",
        State.FAILED,
        "No worker goes on.",
        "followthrough work",
        settings={"FOLLOWTHROUGH_BIND": "127.0.0.1:9"},
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_this_machine_has_its_line_and_its_remedy(service: Stage, fault: str) -> None:
    given = FAULTS[fault]
    given.amiss(service)
    line = of(lines(service, **given.settings), given.name)
    assert (line.state, given.says in line.says, given.remedy in line.remedy) == (given.state, True, True), line


def test_where_all_is_well_each_of_these_lines_says_so(service: Stage) -> None:
    address = urlsplit(next(iter(service.github.site.hooks.values())).url)
    receiver = f"{address.hostname}:{address.port}"
    found = lines(service, FOLLOWTHROUGH_BIND=receiver, JIRA_TOKEN_EXPIRES="2099-01-31")
    for name in (
        "token",
        "settings",
        "mappings",
        "secrets",
        "redis",
        "database",
        "audit",
        "queue",
        "parked",
        "writing",
    ):
        assert of(found, name).state is State.PASSED, name
    assert Line("processes", State.PASSED, "The receiver takes deliveries.") in found


def test_mappings_that_are_broken_are_told_and_hide_nothing_but_the_trackers(service: Stage, tmp_path: Path) -> None:
    shutil.copytree(service.settings.mappings_dir, tmp_path / "mappings", ignore=shutil.ignore_patterns("*.py"))
    (tmp_path / "mappings" / "clocks.yaml").write_text("zone: Mars/Olympus\n")
    found = lines(service, FOLLOWTHROUGH_MAPPINGS_DIR=str(tmp_path / "mappings"))
    line = of(found, "mappings")
    assert (line.state, "1 mistake" in line.says, "mappings validate" in line.remedy) == (State.FAILED, True, True)
    assert of(found, "database").state is State.PASSED
    assert "connection" not in {each.name for each in found}


def test_without_any_tracker_that_is_what_has_to_be_mended(service: Stage) -> None:
    found = lines(service, GITHUB_TOKEN="", JIRA_URL="", JIRA_USER="", JIRA_TOKEN="")
    line = of(found, "settings")
    assert (line.state, "GITHUB_TOKEN" in line.remedy) == (State.FAILED, True)


def test_what_a_server_lacks_is_named_with_what_is_done_instead(service: Stage) -> None:
    service.github.site.repository(REPOSITORY).features = frozenset()
    service.github.as_person("dana").open_issue(REPOSITORY, "It fails", "Text.")
    found = [each for each in lines(service) if (each.name, each.place) == ("fallbacks", REPOSITORY)]
    assert {each.state for each in found} == {State.ADVICE}
    assert any("no sub issues" in each.says and "Instead: the table" in each.says for each in found)


def test_a_repository_that_was_renamed_is_told_by_the_name_that_the_settings_still_have(service: Stage) -> None:
    service.github.rename_repository(REPOSITORY, "acme/store")
    line = of(lines(service), "connection", "acme/store")
    assert (line.state, line.says) == (State.FAILED, f"{REPOSITORY} is called acme/store by now.")
    assert "FOLLOWTHROUGH_SCOPE" in line.remedy
    assert GITHUB not in {each.place for each in lines(service) if each.state is State.FAILED}
