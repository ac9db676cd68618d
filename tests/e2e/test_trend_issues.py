"""Summaries of months and quarters on both trackers: one issue for each period, however often it is woken and whoever is killed on the way."""

import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integration.work.scheduler import Scheduler
from tests.e2e.reviewed import GOVERNANCE, Reviewed
from tests.e2e.stage import TEAM, stage
from tests.e2e.story import ON

DESTINATIONS = """
places:
  governance: {{project: "{site}:{name}", audiences: [governance]}}
issues:
  monthly_trends: {{to: [governance]}}
  quarterly_trends: {{to: [governance]}}
  recommendation: {{to: [governance]}}
"""
PERSONS = [*TEAM, *(name.capitalize() for name in TEAM)]


@dataclass
class Summed(Reviewed):
    """A stage on which one tracker has a place for summaries."""

    def next_month(self) -> None:
        """Go to noon of the fifth day of the next month: its first working day has begun in any calendar."""
        now = self.stage.clock()
        later = datetime(now.year + now.month // 12, now.month % 12 + 1, 5, 12, tzinfo=UTC)
        self.stage.clock.forward(seconds=(later - now).total_seconds())

    def issues(self, kind: str = "Trends") -> list[dict[str, Any]]:
        """Return title, text, whether it is closed, and its attachments, of every summary in the order in which they were opened."""
        if self.site == "github":
            found = self.stage.github.as_person("gina").issues(self.place)
            told = [
                {"title": i["title"], "text": i["body"] or "", "closed": i["state"] == "closed", "files": []}
                for i in sorted(found, key=lambda issue: int(issue["number"]))
            ]
        else:
            gina = self.stage.jira.as_person("gina")
            asked = {"jql": f"project = {self.place} ORDER BY created ASC, key ASC", "fields": "*all"}
            fields = [each["fields"] for each in gina.call("GET", "/search/jql", params=asked)["issues"]]
            told = [
                {
                    "title": f["summary"],
                    "text": f["description"] or "",
                    "closed": f["status"]["statusCategory"]["key"] == "done",
                    "files": f["attachment"],
                }
                for f in fields
            ]
        return [each for each in told if each["title"].startswith(kind)]


@pytest.fixture(params=list(ON))
def summed(request: pytest.FixtureRequest) -> Iterator[Summed]:
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    site = request.param
    mappings = folder / "mappings"
    mappings.mkdir()
    (mappings / "destinations.yaml").write_text(DESTINATIONS.format(site=site, name=GOVERNANCE[site]))
    with stage(folder / "data", environment={"FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings)}) as running:
        roles = {**TEAM, "followthrough": "admin"}
        running.github.add_repository(GOVERNANCE["github"], private=True, roles=roles)
        running.jira.add_project(GOVERNANCE["jira"], "Governance", "gina", roles=dict.fromkeys(roles, "member"))
        ready = Summed(running, site)
        ready.next_month()  # Early in a month, so that a day later is the same month still.
        yield ready
    shutil.rmtree(folder, ignore_errors=True)


def months(issues: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the summaries of months among them."""
    return [each for each in issues if "Q" not in each["title"]]


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


def shown(issue: dict[str, Any]) -> list[str]:
    """Return the names of the pictures in a text, in order."""
    return re.findall(r"!(followthrough-\w+\.png)\|width=\d+!", issue["text"])


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
