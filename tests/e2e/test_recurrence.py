"""A second incident of the same kind is told of the first; whether it came back is asked, holds the closing, and is asked of the first one's actions."""

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from integration.sandbox.demo.texts import Dates, Items, postmortem, written
from integration.wakeups import INBOX
from integration.work.jobs import run
from integration.work.scheduler import Scheduler
from tests.e2e.stage import Stage, stage
from tests.e2e.started import short_folder
from tests.e2e.story import ON, OnGitHub, Told, a_place

SITES = list(ON)
_NAMES = itertools.count(1)


@pytest.fixture(scope="module")
def service() -> Iterator[Stage]:
    """One service; each test's incidents are about a system of its own."""
    with short_folder() as folder, stage(folder) as running:
        yield running


@dataclass
class Incident:
    """One incident about a system, and what people do with it."""

    told: Told
    system: str

    def write_up(self) -> None:
        """Write the whole post-mortem; its cause names the system."""
        stage, site = self.told.stage, self.told.site
        people = stage.jira.site.people

        def mention(name: str) -> str:
            return f"@{name}" if site == "github" else f"[~accountid:{people[name].account_id}]"

        parts = tuple(self._named(part) for part in postmortem(Dates(stage.clock()), mention, complete=True))
        text = written(parts, "markdown" if site == "github" else "wiki")
        if isinstance(self.told, OnGitHub):
            stage.github.as_person("dana").edit(self.told.place, self.told.number, body=text)
        else:
            stage.jira.as_person("dana").edit(self.told.key, description=text)  # type: ignore[attr-defined]

    def _named(self, part: Any) -> Any:
        if isinstance(part, Items) and any("Category: data" in entry for entry in part.entries):
            return Items((*part.entries, f"  System: {self.system}"))
        return part

    @property
    def ref(self) -> str:
        """Return how its tracker calls it."""
        told = self.told
        return f"{told.place}#{told.number}" if isinstance(told, OnGitHub) else told.key  # type: ignore[attr-defined]

    def said(self) -> list[str]:
        """Return what we said on it, the status comment first."""
        state = next(each for each in self.told.state() if each[0].startswith("The shop assistant"))
        ours = [text for author, text in state[-1] if author.casefold() == "followthrough"]
        return sorted(ours, key=lambda text: "SEV1 · full post-mortem" not in text)

    def is_closed(self) -> bool:
        """Tell whether it is closed."""
        state = next(each for each in self.told.state() if each[0].startswith("The shop assistant"))
        return state[1] in ("closed", True)


def an_incident(service: Stage, site: str, system: str, *, place: str = "") -> Incident:
    """Open one, and say that it is over."""
    told = ON[site](service, place or a_place(service, site))
    told.report()
    told.say("dana", "/client Nordlicht")
    told.say("dana", "/resolved")
    service.settle()
    return Incident(told, system)


def settle(service: Stage) -> None:
    """Let everything be done that is due, woken by other incidents as well."""
    scheduler = Scheduler(service.parts.engine, service.parts.client)
    for _ in range(6):
        scheduler._wake_due(service.clock())  # a tick would sweep the trackers as well
        if not service.settle():
            return
    raise AssertionError("it does not come to rest")


def a_system() -> str:
    return f"shop search {next(_NAMES)}"


def two(service: Stage, site: str, system: str) -> tuple[Incident, Incident]:
    """Tell of one that was resolved, and of another a while later in another project."""
    first = an_incident(service, site, system)
    first.write_up()
    settle(service)
    service.clock.forward(days=2)
    second = an_incident(service, site, system)
    second.write_up()
    settle(service)
    return first, second


@pytest.mark.parametrize("site", SITES)
def test_the_second_is_told_of_the_first_and_does_not_close_before_somebody_said_whether_it_came_back(
    service: Stage, site: str
) -> None:
    first, second = two(service, site, a_system())
    assert "Earlier incidents of the same kind (1)" in second.said()[0]
    assert "0 of 2 actions verified" in second.said()[0]
    assert "Earlier incidents of the same kind" not in first.said()[0]
    second.told.close("dana")
    settle(service)
    assert not second.is_closed()
    assert any("of the same kind" in each and "/recurrence-of" in each for each in second.said())
    code = next(each for each in second.said() if "/recurrence-of" in each).split("/recurrence-of ")[1][:7]

    first.told.say("dana", "/evidence tested https://example.org/run/1 replayed 1,000 questions", "A1")
    first.told.say("vic", "/verify read the replay", "A1")
    first.told.close("dana", "A1")
    settle(service)
    assert "1 of 2 actions verified" in second.said()[0]
    second.told.say("dana", f"/recurrence-of {code}")
    settle(service)
    # Another project: no name of its place, but a link for those who may follow it.
    assert all(first.ref not in each for each in second.said())
    [asked] = [each for each in first.said() if each.startswith("This has come back")]
    assert "What was verified before counts no more" in asked
    ticket = next(each for each in first.told.state() if each[0].startswith("A1"))
    assert ticket[1] in ("open", False)
    assert any("it came back in a later incident" in text for _, text in ticket[-1])
    before = service.writes()
    settle(service)
    assert service.writes() == before


@pytest.mark.parametrize("site", SITES)
def test_within_one_project_it_is_named_and_a_denial_needs_a_reason(service: Stage, site: str) -> None:
    system = a_system()
    first = an_incident(service, site, system)
    first.write_up()
    settle(service)
    service.clock.forward(days=2)
    second = an_incident(service, site, system, place=first.told.place)
    second.write_up()
    settle(service)
    status = _ours(second)[0]
    assert "A1" not in status.partition("Earlier incidents")[2]
    assert "Filter recalled products" in status.partition("Earlier incidents")[2]
    second.told.say("dana", "/not-recurrence")
    second.told.say("dana", "/not-recurrence another export dropped the column")
    settle(service)
    assert any("it needs a reason" in each for each in _ours(second))
    assert "it is no recurrence" in _ours(second)[0].casefold()


def _ours(incident: Incident) -> list[str]:
    told = incident.told
    if isinstance(told, OnGitHub):
        found = told.stage.github.as_person("gina").comments(told.place, told.number)
        return [each["body"] for each in found if each["user"]["login"] == "followthrough"]
    found = told.stage.jira.as_person("gina").comments(told.key)  # type: ignore[attr-defined]
    return [each["body"] for each in found if each["author"]["displayName"].casefold() == "followthrough"]


@pytest.mark.parametrize("seed", range(2))
def test_in_whatever_order_they_are_looked_at_the_same_is_told(service: Stage, seed: int) -> None:
    ends = []
    for chance in (None, random.Random(seed)):  # orders of looks, no secrets
        system = a_system()
        service.clock.forward(seconds=3700)
        incidents = []
        for _ in range(3):
            incidents.append(an_incident(service, "github", system))
            service.clock.forward(minutes=1)
        for incident in incidents:
            incident.write_up()
            if chance is None:
                settle(service)
        service.github.hooks.wait_idle(5)
        _work(service, chance)
        incidents[0].write_up()
        _work(service, chance)
        settle(service)
        ends.append([[text.replace(system, "SYSTEM") for text in incident.said()] for incident in incidents])
    assert _without_names(ends[0]) == _without_names(ends[1])
    assert "Earlier incidents of the same kind (2)" in ends[1][2][0]


def _work(service: Stage, chance: random.Random | None) -> None:
    """Take what has arrived in any order."""
    if chance is None:
        settle(service)
        return
    client: Any = service.parts.client
    while taken := client.lrange(INBOX, 0, -1):
        one = chance.choice(taken)
        client.lrem(INBOX, 1, one)
        run(service.parts.engine, one.decode())


def _without_names(ends: list[list[str]]) -> list[list[str]]:
    return [[re.sub(r"\b[b-t]{7}(?=[`\]])|shop-\d+", "NAME", text) for text in texts] for texts in ends]
