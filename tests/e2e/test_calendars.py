"""Calendars played through: each project's own zone, working days and holidays decide when somebody is told, and sponsors hear of a project once a week."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from integration.sandbox.demo.texts import Dates, postmortem, written
from integration.wakeups import WakeUp
from tests.e2e.reviewed import GOVERNANCE, Reviewed, add_places, publishes
from tests.e2e.stage import TEAM, Stage, stage
from tests.e2e.story import TITLE

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DUE_IN = 15  # days until the second action of the story is due
BEGINS = 9
EVERY = 4  # hours between two looks of the scheduler
STEPS = {"a reminder": -1, "Is it done?": 1, "Could you ask what it needs": 3}
PEOPLE = """
roles:
  executive_sponsors: [gina]
people:
  gina: {{name: Gina, github: gina, github_id: {number}}}
"""


class Calendar:
    """When people of one project work, told day by day and without a calendar's arithmetic."""

    def __init__(self, zone: str, working: tuple[str, ...], holidays: tuple[date, ...]) -> None:
        self.zone, self.working, self.holidays = zone, working, holidays

    def works(self, day: date) -> bool:
        """Tell whether anybody works on that day."""
        return DAYS[day.weekday()] in self.working and day not in self.holidays

    def counted(self, start: date, days: int) -> date:
        """Return the working day that lies so many working days after a day, or before it."""
        step, day, left = (1 if days > 0 else -1), start, abs(days)
        while left:
            day += timedelta(days=step)
            left -= self.works(day)
        return day

    def mapping(self, place: str) -> str:
        """Return the project file that says so."""
        holidays = ", ".join(map(str, self.holidays))
        clocks = f"  zone: {self.zone}\n  working_days: [{', '.join(self.working)}]\n  holidays: [{holidays}]\n"
        return f'applies_to: ["github:{place}"]\nclocks:\n{clocks}'


@contextmanager
def running(folder: Path, **calendars: Calendar) -> Iterator[Stage]:
    """Run a service in which each of these repositories of ``acme`` has its own calendar."""
    environment = publishes(folder, "github")
    mappings = Path(environment["FOLLOWTHROUGH_MAPPINGS_DIR"])
    (mappings / "projects").mkdir()
    for name, calendar in calendars.items():
        (mappings / "projects" / f"{name}.yaml").write_text(calendar.mapping(f"acme/{name}"))
    with stage(folder / "data", environment=environment) as it:
        add_places(it)
        yield it


def report(it: Stage, place: str, severity: str = "sev2") -> int:
    """Report an incident with its whole post-mortem, and let it have a lead."""
    if place not in it.github.site.repositories:
        it.github.add_repository(place, private=True, roles={**TEAM, "followthrough": "admin"})
        it.github.as_person("dana").open_issue(place, "Hello", "No incident.")
        it.settle()
    body = written(postmortem(Dates(it.clock()), lambda name: f"@{name}", complete=True), "markdown")
    dana = it.github.as_person("dana")
    number = int(dana.open_issue(place, TITLE, body, labels=["incident", severity])["number"])
    it.settle()
    for who, said in (("omar", "/lead @vic"), ("dana", "/resolved")):
        it.github.as_person(who).comment(place, number, said)
        it.settle()
    return number


def live(it: Stage, days: int) -> None:
    """Let days pass, and every few hours wake what is due, as the scheduler does."""
    engine = it.parts.engine
    for _ in range(days * 24 // EVERY):
        it.clock.forward(hours=EVERY)
        now = it.clock()
        for case in engine.ledger.due_cases(now, 50):
            engine.ledger.postpone(case, now)
            engine.outstanding.wake(
                [WakeUp(case.key.site, case.key.id, case.locator, "due", now.timestamp())], now.timestamp()
            )
        it.settle()


def said_on(it: Stage, place: str, action: str) -> list[tuple[datetime, str]]:
    """Return when the service said what on the ticket of an action, oldest first."""
    gina = it.github.as_person("gina")
    ticket = next(issue for issue in gina.issues(place) if issue["title"].startswith(f"{action}:"))
    comments = [each for each in gina.comments(place, ticket["number"]) if each["user"]["login"] == "followthrough"]
    return [(datetime.fromisoformat(each["created_at"]), str(each["body"])) for each in comments]


def test_each_project_is_told_by_its_own_calendar_and_nothing_is_called_late_before(tmp_path_factory: Any) -> None:
    due = datetime.now(UTC).date() + timedelta(days=DUE_IN)
    calendars = {
        "tokyo": Calendar("Asia/Tokyo", DAYS[:5], tuple(due + timedelta(days=n) for n in (1, 2, 3))),
        "cairo": Calendar("Africa/Cairo", ("sun", *DAYS[:4]), (due + timedelta(days=4),)),
        "anchorage": Calendar("America/Anchorage", DAYS[:5], (due, due - timedelta(days=1))),
    }
    with running(tmp_path_factory.mktemp("c", numbered=True), **calendars) as it:
        for name in calendars:
            report(it, f"acme/{name}")
        live(it, DUE_IN + 16)
        for name, calendar in calendars.items():
            told = [(at, text) for at, text in said_on(it, f"acme/{name}", "A2") if any(word in text for word in STEPS)]
            assert [next(word for word in STEPS if word in text) for _, text in told] == list(STEPS), name
            for (at, text), (word, days) in zip(told, STEPS.items(), strict=True):
                local = at.astimezone(ZoneInfo(calendar.zone))
                assert word in text
                assert local.date() == calendar.counted(due, days), (name, word, local)
                assert BEGINS <= local.hour <= BEGINS + EVERY, (name, word, local)


def test_sponsors_hear_of_each_project_once_a_week_and_of_a_sev1_on_its_ticket(tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("c", numbered=True)
    everyday = Calendar("UTC", DAYS[:5], ())
    with running(folder, one=everyday) as it:
        number = it.github.site.people["gina"].id
        (folder / "mappings" / "people.yaml").write_text(PEOPLE.format(number=number))
        reviewed = Reviewed(it, "github")
        reviewed.tick(1)
        for place, severity in (("acme/one", "sev2"), ("acme/two", "sev2"), ("acme/grave", "sev1")):
            report(it, place, severity)
        live(it, 14)  # The first action is due in five days, and told of to sponsors five working days later.
        reviewed.tick()

        text = next(text for _, text, closed in reviewed.reviews() if not closed)
        (asked,) = re.findall(r"^#+ For the executive sponsors\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
        assert asked.count("@gina") == 1
        lines = [line for line in asked.splitlines() if line.startswith(("- ", "* "))]
        assert [re.sub(r"[^a-z/]", "", line.partition(":")[0]) for line in lines] == ["acme/one", "acme/two"]
        for place in ("acme/one", "acme/two"):
            for action in ("A1", "A2"):
                assert not any("@gina" in text for _, text in said_on(it, place, action))
        assert sum("@gina" in text for _, text in said_on(it, "acme/grave", "A1")) == 1
        assert GOVERNANCE["github"] not in text


def test_a_date_that_is_moved_asks_for_its_reason_until_it_is_given(tmp_path_factory: Any) -> None:
    with running(tmp_path_factory.mktemp("c", numbered=True)) as it:
        number = report(it, "acme/one")
        dana = it.github.as_person("dana")
        assert "/moved" not in status(it, number)
        body = dana.issue("acme/one", number)["body"]
        due = it.clock().date() + timedelta(days=DUE_IN)
        dana.edit("acme/one", number, body=body.replace(str(due), str(due + timedelta(days=3))))
        it.settle()
        assert "/moved" in status(it, number)
        ticket = next(issue for issue in dana.issues("acme/one") if issue["title"].startswith("A2:"))
        it.github.as_person("omar").comment("acme/one", ticket["number"], "/moved the vendor delivers three days later")
        it.settle()
        assert "/moved" not in status(it, number)


def status(it: Stage, number: int) -> str:
    """Return the status comment of an incident."""
    comments = it.github.as_person("gina").comments("acme/one", number)
    return next(str(each["body"]) for each in comments if each["user"]["login"] == "followthrough")


def test_after_two_weeks_without_a_word_the_owner_is_asked_once_and_a_comment_is_a_word(tmp_path_factory: Any) -> None:
    with running(tmp_path_factory.mktemp("c", numbered=True)) as it:
        number = report(it, "acme/one")
        dana = it.github.as_person("dana")
        body, due = dana.issue("acme/one", number)["body"], it.clock().date() + timedelta(days=DUE_IN)
        dana.edit("acme/one", number, body=body.replace(str(due), str(due + timedelta(days=60))))
        it.settle()
        live(it, 12)
        assert silences(it) == 0
        live(it, 8)
        assert silences(it) == 1
        ticket = next(issue for issue in dana.issues("acme/one") if issue["title"].startswith("A2:"))
        dana.comment("acme/one", ticket["number"], "The alert is half done.")
        it.settle()
        live(it, 12)
        assert silences(it) == 1
        live(it, 8)
        assert silences(it) == 2


def silences(it: Stage) -> int:
    """Return how often the owner of the second action was asked how it goes."""
    return sum("nothing has been written here since" in text for _, text in said_on(it, "acme/one", "A2"))
