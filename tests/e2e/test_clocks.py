"""Deadlines with a clock that is moved, on both trackers: one reminder, one message for each step, none too early, none twice (issue 5, "Clocks")."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.wakeups import WakeUp
from tests.e2e.stage import PROJECT, REPOSITORY, Stage, stage
from tests.e2e.story import ON, Told, a_place

SPONSORED = """
roles:
  executive_sponsors: [gina]
people:
  gina:
    name: Gina
    github: gina
    github_id: {github}
    jira: "{jira}"
"""
DEADLINE = re.compile(r"a reminder|was due")


@pytest.fixture
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A running service."""
    folder: Path = tmp_path_factory.mktemp("c", numbered=True) / "d"
    with stage(folder) as running:
        yield running


def _live(it: Stage, days: float) -> None:
    """Let days pass, and in each of their hours wake what is due, as the scheduler does."""
    engine = it.parts.engine
    for _ in range(int(days * 4)):
        it.clock.forward(hours=6)
        now = it.clock()
        for case in engine.ledger.due_cases(now, 50):
            engine.ledger.postpone(case, now)
            engine.outstanding.wake(
                [WakeUp(case.key.site, case.key.id, case.locator, "due", now.timestamp())], now.timestamp()
            )
        it.settle()


def _told(story: Told, action: str) -> list[str]:
    """Return what was said about the deadline on an action's ticket, oldest first, by who is meant."""
    return [
        text
        for title, *_, comments in story.state()
        if title.startswith(action)
        for who, text in comments
        if who.casefold() == "followthrough" and DEADLINE.search(text)
    ]


@pytest.mark.parametrize("site", list(ON))
def test_each_step_is_told_once_to_whom_it_is_for_and_nothing_before_it_is_due(it: Stage, site: str) -> None:
    story = ON[site](it, a_place(it, site))
    story.report()
    story.say(
        "omar", "/lead @vic" if site == "github" else f"/lead [~accountid:{it.jira.site.people['vic'].account_id}]"
    )
    story.say("dana", "/resolved")
    story.write_up()
    it.settle()
    assert _told(story, "A1") == []
    _live(it, 20)
    said = _told(story, "A1")
    assert sum("a reminder" in text for text in said) == 1
    assert sum("Is it done?" in text for text in said) == 1
    assert sum("Could you ask what it needs" in text for text in said) == 1
    assert len(said) == 3
    quiet = it.writes()
    _live(it, 3)
    assert len(_told(story, "A1")) == 3
    assert it.writes() == quiet


def test_a_date_that_is_moved_twice_is_told_to_the_lead_once(it: Stage) -> None:
    story = ON["github"](it, a_place(it, "github"))
    story.report()
    story.say("omar", "/lead @vic")
    story.say("dana", "/resolved")
    story.write_up()
    it.settle()
    dana = it.github.as_person("dana")
    for days in (3, 6):
        body = dana.issue(story.place, story.number)["body"]
        row = next(line for line in body.splitlines() if "@dana" in line and line.count("|") > 5)
        later = str((it.clock()).date().replace(day=1).replace(year=it.clock().year + 1, month=1, day=days))
        dana.edit(story.place, story.number, body=body.replace(row, re.sub(r"\d{4}-\d\d-\d\d", later, row)))
        it.settle()
    comments = [text for title, *_, said in story.state() if title.startswith("A1") for _, text in said]
    assert sum("has been moved more than once" in text for text in comments) == 1


@pytest.mark.parametrize("site", ["github", "jira"])
def test_an_incident_that_nobody_classified_is_asked_about_once_after_a_day(it: Stage, site: str) -> None:
    if site == "github":
        dana = it.github.as_person("dana")
        number = dana.open_issue(REPOSITORY, "Prices are wrong", "They are.", labels=["incident"])["number"]
    else:
        key = it.jira.as_person("dana").open_issue(PROJECT, "Prices are wrong", "They are.", labels=["incident"])

    def asked() -> int:
        comments = dana.comments(REPOSITORY, number) if site == "github" else it.jira.as_person("dana").comments(key)
        return sum("look at this one?" in each["body"] for each in comments)

    it.settle()
    _live(it, 0.75)
    assert asked() == 0, "eighteen hours on"
    _live(it, 1)
    assert asked() == 1
    _live(it, 10)
    assert asked() == 1
