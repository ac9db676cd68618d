"""The weekly review on both trackers: published once, found again, said anew in place, closed by the next one, and kept from where everybody reads."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.reviewed import GOVERNANCE, TITLE, Reviewed, publishes, reviewing
from tests.e2e.stage import TEAM, stage
from tests.e2e.story import ON

A_DAY, A_WEEK = 1, 7


@pytest.fixture(params=list(ON))
def reviewed(request: pytest.FixtureRequest) -> Iterator[Reviewed]:
    with reviewing(request.param) as running:
        yield running


def test_a_review_appears_once_however_often_it_is_woken(reviewed: Reviewed) -> None:
    reviewed.write_up()
    reviewed.tick(6)
    assert len(reviewed.reviews()) == 1
    title, text, closed = reviewed.reviews()[0]
    assert (title.startswith(TITLE), closed) == (True, False)
    assert "Omar" in text or "omar" in text


def test_nothing_open_makes_no_review(reviewed: Reviewed) -> None:
    reviewed.stage.settle()
    reviewed.tick(3)
    assert reviewed.reviews() == []


@pytest.mark.parametrize("lost", [True, False], ids=["its answer was lost", "it was never made"])
def test_a_creation_of_which_nothing_came_back_is_found_or_made_and_never_twice(reviewed: Reviewed, lost: bool) -> None:
    reviewed.write_up()
    path = f"POST .*/{'issues' if reviewed.site == 'github' else 'issue'}$"
    if lost:
        reviewed.misbehave.lose_answer_next(1, match=path)
    else:
        reviewed.misbehave.fail_next(1, 502, match=path)
    reviewed.tick(2)
    reviewed.stage.clock.forward(minutes=10)
    reviewed.tick(4)
    assert len(reviewed.reviews()) == 1


def test_the_next_week_closes_the_last_review_with_its_outcome(reviewed: Reviewed) -> None:
    reviewed.write_up()
    reviewed.tick()
    reviewed.stage.clock.forward(days=A_WEEK)
    reviewed.tick()
    assert [closed for _, _, closed in reviewed.reviews()] == [True, False]
    assert "over" in reviewed.comments(1)[-1]


def test_after_weeks_without_a_scheduler_only_the_present_review_is_made(reviewed: Reviewed) -> None:
    reviewed.write_up()
    reviewed.tick()
    reviewed.stage.clock.forward(days=4 * A_WEEK)
    reviewed.tick()
    assert [closed for _, _, closed in reviewed.reviews()] == [True, False]


def test_a_place_that_everybody_reads_gets_no_review() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    with stage(folder / "data", environment=publishes(folder, "github")) as running:
        running.github.add_repository(GOVERNANCE["github"], private=False, roles={**TEAM, "followthrough": "admin"})
        reviewed = Reviewed(running, "github")
        reviewed.write_up()
        reviewed.tick()
        assert reviewed.reviews() == []
        assert running.parts.engine.counts.read().of("alarm", "publishing_refused") >= 1
    shutil.rmtree(folder, ignore_errors=True)


def test_a_review_that_somebody_closed_is_left_closed(reviewed: Reviewed) -> None:
    told = reviewed.write_up()
    reviewed.tick()
    if reviewed.site == "github":
        reviewed.stage.github.as_person("gina").close(reviewed.place, 1)
    else:
        reviewed.stage.jira.as_person("gina").close_issue(f"{reviewed.place}-1")
    told.say("dana", "/evidence tested https://example.org/run/1 replayed 1,000 questions", "A1")
    reviewed.stage.clock.forward(days=A_DAY)
    reviewed.tick()
    assert [closed for _, _, closed in reviewed.reviews()] == [True]
