"""What the sweep sees that no delivery told: a label taken off, and cases that nobody looked at for a day."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.ledger.records import LookRecord
from integration.work.sweeping import sweep_trackers
from tests.e2e.stage import REPOSITORY, Stage, stage

DRAFT = "Answers were wrong for two days."


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path, since a socket lives in it."""
    with tempfile.TemporaryDirectory(prefix="ft-") as made:
        yield Path(made) / "d"


def incident(it: Stage, *labels: str) -> int:
    """Let Dana open an incident and return its number."""
    opened = it.github.as_person("dana").open_issue(
        REPOSITORY, "Wrong answers", DRAFT, labels=list(labels or ("incident", "sev2"))
    )
    return int(opened["number"])


def our_comments(it: Stage, number: int) -> list[str]:
    """Return what the service has said on an issue."""
    comments = it.github.as_person("dana").comments(REPOSITORY, number)
    return [comment["body"] for comment in comments if comment["user"]["login"] == "followthrough"]


def sweep(it: Stage) -> None:
    """Ask the trackers what changed, and work it off."""
    sweep_trackers(it.parts.engine, lambda: True)
    it.settle(2_000)


def test_a_sweep_sees_that_an_incident_label_was_taken_off(folder: Path) -> None:
    with stage(folder) as it:
        number = incident(it)
        it.settle()
        sweep(it)
        it.github.misbehave.drop_next(100)
        it.github.as_person("tom").unlabel(REPOSITORY, number, "incident")
        it.github.as_person("tom").comment(REPOSITORY, number, "/resolved")
        sweep(it)
        assert "incident" in {label["name"] for label in it.github.as_person("tom").issue(REPOSITORY, number)["labels"]}


def test_cases_that_nobody_looked_at_for_a_day_come_round(folder: Path) -> None:
    with stage(folder) as it:
        number = incident(it)
        it.settle()
        case = it.parts.engine.ledger.open_cases("github")[0]
        it.clock.forward(days=2)
        it.parts.engine.ledger.record_look(case, LookRecord(governed=True), it.clock())
        it.clock.forward(days=2)
        it.github.as_person("dana").comments(REPOSITORY, number)
        before = len(it.outcomes)
        sweep(it)
        assert len(it.outcomes) > before
