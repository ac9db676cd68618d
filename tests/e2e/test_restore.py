"""Backup and restore as the runbook tells them, in the middle of the story: the audit chain is whole, and nothing is made twice."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from integration.bootstrap import build
from integration.work.sweeping import sweep_trackers
from tests import databases
from tests.e2e.stage import Stage, stage
from tests.e2e.started import short_folder
from tests.e2e.story import ON, Told, steps

CLI = (sys.executable, "-P", "-m", "integration.cli")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    with databases.server() as uri:
        yield uri


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A whole service whose ledger is in either database."""
    more = {}
    if request.param == "postgresql":
        more["FOLLOWTHROUGH_DATABASE_URL"] = databases.new_database(request.getfixturevalue("postgresql"))
    with short_folder() as folder, stage(folder, environment=more) as running:
        # The trackers' clocks run ahead of that of the commands, which is the machine's own.
        running.clock.forward(minutes=3)
        yield running


def run(service: Stage, *arguments: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return subprocess.run(
        (*CLI, *arguments),
        cwd=service.settings.data_dir,
        env={**kept, **service.environment, "HOME": str(service.settings.data_dir)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def back_up(service: Stage) -> Path:
    """Copy the ledger as the runbook says."""
    file = service.settings.data_dir / "backup"
    url = service.settings.database_url
    is_sqlite = url.startswith("sqlite")
    dump = ("--format=custom", f"--file={file}")
    done = run(service, "backup", str(file)) if is_sqlite else postgresql_program("pg_dump", url, *dump)
    assert done.returncode == 0, done.stderr
    return file


def put_back(service: Stage, file: Path) -> None:
    """Lose the ledger, put the copy back as the runbook says, and start the engine anew."""
    service.parts.close()
    url = service.settings.database_url
    if url.startswith("sqlite"):
        done = run(service, "restore", str(file))
    else:
        gone = postgresql_program("pg_restore", url, "--clean", "--if-exists", "--no-owner", str(file))
        assert gone.returncode == 0, gone.stderr
        done = run(service, "restore", "--loaded")
    assert done.returncode == 0, done.stderr
    assert "knows what was done until" in done.stdout
    service.parts = build(service.settings, service.clock)


def postgresql_program(name: str, url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    command = (databases.program(name), f"--dbname={plain}", *arguments)
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def tell(told: Told, service: Stage, chosen: slice) -> None:
    for step in steps(told)[chosen]:
        step()
        service.settle()


@pytest.mark.parametrize("site", list(ON))
@pytest.mark.parametrize("until", [2, 6], ids=["copied before the post-mortem", "copied after the reopening"])
def test_after_a_restore_nothing_is_made_twice_and_the_story_goes_on(service: Stage, site: str, until: int) -> None:
    told = ON[site](service)
    tell(told, service, slice(0, until))
    file = back_up(service)
    tell(told, service, slice(until, 8))
    before = told.state()

    put_back(service, file)
    look_at_everything(service)
    assert told.state() == before
    verified = run(service, "audit", "verify")
    assert verified.returncode == 0, verified.stdout

    tell(told, service, slice(8, None))
    look_at_everything(service)
    assert run(service, "audit", "verify").returncode == 0
    assert run(service, "deliveries", "list").returncode == 0
    comments = [author for issue in told.state() for author, _ in issue[-1]]
    assert len(comments) >= len([author for issue in before for author, _ in issue[-1]])
    assert len(told.state()) == len(before)


def look_at_everything(service: Stage) -> None:
    """Let the sweep wake what changed, and every case be due."""
    sweep_trackers(service.parts.engine, lambda: True)
    for site in ("github", "jira"):
        for case in service.parts.engine.ledger.open_cases(site):
            service.parts.engine.ledger.postpone(case, service.clock())
    service.settle()


def refused(service: Stage, *arguments: str) -> str:
    done = run(service, *arguments)
    assert done.returncode == 2, done.stdout
    return done.stderr


def test_a_restore_under_a_running_service_is_refused(service: Stage) -> None:
    service.parts.client.set("followthrough:alive:worker:elsewhere:1", "1")
    assert "Stop workers and scheduler first" in refused(service, "restore", "--loaded")


def test_a_copy_is_never_written_over_anything_and_no_copy_of_nothing_is_put_back(service: Stage) -> None:
    if not service.settings.database_url.startswith("sqlite"):
        assert "pg_dump" in refused(service, "backup", "copy")
        return
    folder = service.settings.data_dir
    (folder / "copy").write_text("mine")
    assert "there already" in refused(service, "backup", "copy")
    assert (folder / "copy").read_text() == "mine"
    assert refused(service, "restore")
    ledger = folder / "ledger.db"
    ledger_before = ledger.read_bytes()
    assert "cannot be read" in refused(service, "restore", "copy")
    assert ledger.read_bytes() == ledger_before
