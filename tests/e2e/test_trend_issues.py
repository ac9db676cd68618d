"""Summaries of months and quarters on both trackers: one issue for each period, however often it is woken and whoever is killed on the way."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.work.scheduler import Scheduler
from tests.e2e.reviewed import add_places
from tests.e2e.stage import TEAM, stage
from tests.e2e.story import ON
from tests.e2e.summed import Summed, months, publishes_summaries, shown

PERSONS = [*TEAM, *(name.capitalize() for name in TEAM)]


@pytest.fixture(params=list(ON))
def summed(request: pytest.FixtureRequest) -> Iterator[Summed]:
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    site = request.param
    mappings = folder / "mappings"
    publishes_summaries(mappings, site)
    with stage(folder / "data", environment={"FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings)}) as running:
        add_places(running)
        ready = Summed(running, site)
        ready.next_month()  # Early in a month, so that a day later is the same month still.
        yield ready
    shutil.rmtree(folder, ignore_errors=True)


def test_a_month_makes_one_issue_however_often_it_is_woken(summed: Summed) -> None:
    month = f"{summed.stage.clock():%B %Y}"
    summed.write_up()
    summed.tick()
    assert summed.issues() == []  # The month is not over.
    summed.next_month()
    summed.tick(6)
    [issue] = months(summed.issues())
    assert issue["title"] == f"Trends, {month}"
    assert not issue["closed"]
    # The story's own incident, and the one that was opened for the other system that it names.
    assert "2 incidents, 0 near-misses" in issue["text"].replace("\\", "")
    assert "1 of 1 (few)" in issue["text"].replace("\\", "")


def test_a_summary_speaks_of_nobody(summed: Summed) -> None:
    summed.write_up()
    summed.next_month()
    summed.tick()
    [issue] = months(summed.issues())
    assert [name for name in PERSONS if name in issue["text"]] == []


def test_months_without_anything_make_no_issue(summed: Summed) -> None:
    summed.next_month()
    summed.tick()
    assert summed.issues() == []


@pytest.mark.parametrize("lost", [True, False], ids=["its answer was lost", "it was never made"])
def test_a_creation_of_which_nothing_came_back_is_found_or_made_and_never_twice(summed: Summed, lost: bool) -> None:
    summed.write_up()
    summed.next_month()
    path = f"POST .*/{'issues' if summed.site == 'github' else 'issue'}$"
    if lost:
        summed.misbehave.lose_answer_next(1, match=path)
    else:
        summed.misbehave.fail_next(1, 502, match=path)
    summed.tick(2)
    summed.stage.clock.forward(minutes=10)
    summed.tick(4)
    assert len(months(summed.issues())) == 1


def test_two_schedulers_and_two_workers_at_once_make_one_issue(summed: Summed) -> None:
    summed.write_up()
    summed.next_month()
    engine, client = summed.stage.parts.engine, summed.stage.parts.client
    schedulers = [Scheduler(engine, client) for _ in range(2)]

    def run() -> None:
        for scheduler in schedulers:
            scheduler.tick()
        summed.stage.settle()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for scheduler in schedulers:
        scheduler.stop()
    summed.tick(3)
    assert len(months(summed.issues())) == 1


def test_the_next_summary_closes_the_last_one_of_which_nothing_is_left_to_decide(summed: Summed) -> None:
    told = summed.write_up()
    summed.next_month()
    summed.tick()
    told.say("dana", "/client Nordlicht")
    ON[summed.site](summed.stage).report()
    summed.stage.settle()
    summed.next_month()
    summed.tick()
    assert [each["closed"] for each in months(summed.issues())] == [True, False]


def test_after_months_without_a_scheduler_only_the_present_summary_is_made(summed: Summed) -> None:
    summed.write_up()
    for _ in range(3):
        summed.next_month()
    ON[summed.site](summed.stage).report()
    summed.stage.settle()
    summed.next_month()
    summed.tick()
    assert len(months(summed.issues())) == 1


def test_looking_again_writes_nothing_more(summed: Summed) -> None:
    summed.write_up()
    summed.next_month()
    summed.tick()
    before = summed.stage.writes()
    summed.stage.clock.forward(hours=1)
    summed.tick(2)
    assert summed.stage.writes() == before


@pytest.mark.parametrize("summed", ["jira"], indirect=True)
def test_charts_hang_on_a_jira_issue_as_pictures_are_sent_once_and_follow_the_numbers(summed: Summed) -> None:
    told = summed.write_up()
    summed.next_month()
    summed.tick()
    [issue] = months(summed.issues())
    assert shown(issue)
    assert [each["filename"] for each in issue["files"]] == shown(issue)
    assert all(each["author"]["displayName"].casefold() == "followthrough" for each in issue["files"])

    summed.stage.clock.forward(days=1)
    summed.tick(2)
    [again] = months(summed.issues())
    assert [each["id"] for each in again["files"]] == [each["id"] for each in issue["files"]]

    # The author finds that the cause is another one: last month's numbers change, another picture stands there, and the former one goes.
    rewrite(told, "Category: data, rows that should be excluded", "Category: process")
    summed.stage.clock.forward(days=1)
    summed.tick(2)
    [changed] = months(summed.issues())
    assert shown(changed) != shown(issue)
    assert sorted(each["filename"] for each in changed["files"]) == sorted(shown(changed))


@pytest.mark.parametrize("summed", ["jira"], indirect=True)
def test_where_jira_takes_no_files_the_tables_say_it_alone(summed: Summed) -> None:
    summed.write_up()
    summed.next_month()
    summed.misbehave.fail_next(9, 403, match="POST .*/attachments$")
    summed.tick()
    [issue] = months(summed.issues())
    assert (issue["files"], shown(issue)) == ([], [])
    assert "||Category||" in issue["text"]


@pytest.mark.parametrize("summed", ["jira"], indirect=True)
def test_a_file_that_somebody_else_gave_the_name_of_a_chart_is_not_taken_for_ours(summed: Summed) -> None:
    told = summed.write_up()
    summed.next_month()
    summed.tick()
    dana = summed.stage.jira.as_person("dana")
    dana.attach("GOV-1", "followthrough-0123456789abcdef.png", b"not ours")
    rewrite(told, "Category: data, rows that should be excluded", "Category: process")
    summed.stage.clock.forward(days=1)
    summed.tick(2)
    [issue] = months(summed.issues())
    assert "followthrough-0123456789abcdef.png" in [each["filename"] for each in issue["files"]]
    assert "followthrough-0123456789abcdef.png" not in shown(issue)


def rewrite(told: Any, old: str, new: str) -> None:
    """Let the author put other words into the post-mortem."""
    dana = told.stage.jira.as_person("dana")
    text = dana.call("GET", f"/issue/{told.key}")["fields"]["description"]
    assert old in text
    dana.edit(told.key, description=text.replace(old, new))
    told.stage.settle()
