"""An issue that was closed too early is opened again with its reason, also where the comment with the reason was not answered (decision 5)."""

from collections.abc import Iterator

import pytest

from tests.e2e.stage import Stage, stage
from tests.e2e.started import short_folder
from tests.e2e.story import ON, Told

GRACE = 60  # seconds for which a creation without an answer is let be
REASON = "I have opened this again"


@pytest.fixture
def it() -> Iterator[Stage]:
    """Run the service with the period of grace that it has by default."""
    with short_folder() as folder, stage(folder / "data", intent_grace_seconds=float(GRACE)) as running:
        yield running


def end(told: Told) -> tuple[bool, int]:
    """Return whether the incident is closed, and how often people were told why it is open again."""
    ((_, state, *_, comments),) = told.state()
    return state in ("closed", True), sum(REASON in text for _, text in comments)


@pytest.mark.parametrize("site", ["github", "jira"])
@pytest.mark.parametrize("was_done", [False, True])
def test_it_stays_closed_until_its_reason_was_said_and_that_is_said_once(it: Stage, site: str, was_done: bool) -> None:
    told = ON[site](it)
    told.report()
    it.settle()
    tracker = it.github if site == "github" else it.jira
    tracker.misbehave.fail_next(1, status=502, match="POST .*/comments?$", after_deed=was_done)
    told.close("dana")
    it.settle()
    it.clock.forward(seconds=10)
    it.settle()
    assert end(told) == (True, int(was_done))
    it.clock.forward(seconds=GRACE)
    it.settle()
    assert end(told) == (False, 1)
