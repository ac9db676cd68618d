"""A launch issue is told what earlier incidents teach, once, on either tracker; it does not close before the grave lessons are answered."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.stage import TEAM, Stage, stage
from tests.e2e.story import ON, OnGitHub, Told

TITLE = "Launch the Hansen shop assistant"
BODY = "The retriever answers from the catalogue of products that Hansen exports; the assistant recommends products to customers from Monday."
LESSON = "A filter that everybody assumes has to be tested where the answer leaves the house."
HANSEN = {"github": "acme/hansen", "jira": "HANS"}


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Launch:
    """A launch issue of another client, and what people do there."""

    stage: Stage
    site: str
    ref: str = ""

    def open(self, place: str = "", labels: tuple[str, ...] = ("launch", "new-client"), who: str = "dana") -> None:
        """Open it."""
        place = place or self._place()
        if self.site == "github":
            issue = self.stage.github.as_person(who).open_issue(place, TITLE, BODY, labels=list(labels))
            self.ref = f"{place}#{issue['number']}"
        else:
            self.ref = self.stage.jira.as_person(who).open_issue(place, TITLE, BODY, labels=list(labels))
        self.stage.settle()

    def _place(self) -> str:
        place = HANSEN[self.site]
        roles = {**TEAM, "followthrough": "admin"}
        if self.site == "github":
            self.stage.github.add_repository(place, private=True, roles=roles)
        else:
            self.stage.jira.add_project(place, place, "gina", roles=dict.fromkeys(roles, "member"))
        return place

    def say(self, who: str, text: str) -> None:
        """Comment."""
        if self.site == "github":
            place, number = self._at()
            self.stage.github.as_person(who).comment(place, number, text)
        else:
            self.stage.jira.as_person(who).comment(self.ref, text)
        self.stage.settle()

    def close(self) -> None:
        """Close it."""
        if self.site == "github":
            place, number = self._at()
            self.stage.github.as_person("dana").close(place, number)
        else:
            self.stage.jira.as_person("dana").close_issue(self.ref)
        self.stage.settle()

    def is_closed(self) -> bool:
        """Tell whether it is closed now."""
        if self.site == "github":
            place, number = self._at()
            return str(self.stage.github.as_person("gina").issue(place, number)["state"]) == "closed"
        fields = self.stage.jira.as_person("gina").call("GET", f"/issue/{self.ref}")["fields"]
        return str(fields["status"]["statusCategory"]["key"]) == "done"

    def ours(self) -> list[str]:
        """Return what we said there, oldest first."""
        if self.site == "github":
            place, number = self._at()
            said = self.stage.github.as_person("gina").comments(place, number)
            return [each["body"] for each in said if each["user"]["login"] == "followthrough"]
        said = self.stage.jira.as_person("gina").comments(self.ref)
        return [each["body"] for each in said if each["author"]["displayName"].casefold() == "followthrough"]

    def _at(self) -> tuple[str, int]:
        place, _, number = self.ref.partition("#")
        return place, int(number)


def an_incident_that_taught(service: Stage, site: str) -> Told:
    """Tell the story of the recalled products up to its post-mortem: two actions, none of them verified."""
    told = ON[site](service)
    told.report()
    told.say("dana", "/client Nordlicht")
    service.settle()
    told.write_up()
    service.settle()
    return told


@pytest.mark.parametrize("site", list(ON))
def test_the_launch_of_the_second_client_is_warned_and_waits_for_an_answer(folder: Path, site: str) -> None:
    with stage(folder) as service:
        an_incident_that_taught(service, site)
        launch = Launch(service, site)
        launch.open()
        [said] = launch.ours()
        assert LESSON in said
        assert "Not proven yet" in said
        assert "1 lesson of 1 earlier incident" in said
        # Across the border: the category, the lesson, a link; no name of the other client, and not what its actions are.
        assert "SEV1 · data" in said
        assert "Nordlicht" not in said
        assert "Filter recalled products" not in said

        launch.close()
        assert not launch.is_closed()
        assert any("opened this again" in each and "Lesson 1" in each for each in launch.ours())

        launch.say("dana", "/applied 1 a replay of 1,000 questions runs behind the filter in every release")
        assert any("all answered" in each and "☑ 1" in each for each in launch.ours())
        launch.close()
        assert launch.is_closed()
        assert len(launch.ours()) == 2


@pytest.mark.parametrize("site", list(ON))
def test_within_its_own_project_a_launch_is_told_of_actions_too_those_without_proof_first(
    folder: Path, site: str
) -> None:
    with stage(folder) as service:
        told = an_incident_that_taught(service, site)
        launch = Launch(service, site)
        launch.open(told.place)
        [said] = launch.ours()
        assert "Action: Filter recalled products at query time" in said
        assert said.count("Not proven yet") == 3
        launch.say("dana", "/not-applicable 9 there is no ninth")
        launch.say("dana", "/not-applicable 2")
        launch.say("dana", "/not-applicable 2 the search is another one here")
        assert any("☑ 2" in each and "does not apply, says" in each for each in launch.ours())
        assert any("there is no lesson 9" in each for each in launch.ours())


def test_what_resembles_nothing_is_told_so_and_closes_at_once(folder: Path) -> None:
    with stage(folder) as service:
        an_incident_that_taught(service, "github")
        place, dana = Launch(service, "github")._place(), service.github.as_person("dana")
        number = dana.open_issue(place, "Invoice scanner", "Reads receipts.", labels=["new-deployment"])["number"]
        service.settle()
        launch = Launch(service, "github", f"{place}#{number}")
        assert "None of the earlier incidents" in launch.ours()[0]
        launch.close()
        assert launch.is_closed()


def test_of_a_confidential_incident_only_the_number_is_told(folder: Path) -> None:
    with stage(folder) as service:
        told = ON["github"](service)
        told.report()
        assert isinstance(told, OnGitHub)
        service.github.as_person("dana").label(told.place, told.number, "confidential")
        told.write_up()
        service.settle()
        launch = Launch(service, "github")
        launch.open()
        [said] = launch.ours()
        assert LESSON not in said
        assert told.place not in said
        assert "1 more incident that resembles it is confidential and only counted here" in said


def test_in_public_nothing_is_told(folder: Path) -> None:
    with stage(folder) as service:
        an_incident_that_taught(service, "github")
        service.github.add_repository("acme/open", private=False, roles={**TEAM, "followthrough": "admin"})
        launch = Launch(service, "github")
        launch.open("acme/open")
        assert launch.ours() == []
        launch.close()
        assert launch.is_closed()


def test_a_lesson_that_is_written_later_comes_to_an_open_launch_and_numbers_stay(folder: Path) -> None:
    with stage(folder) as service:
        told = an_incident_that_taught(service, "github")
        launch = Launch(service, "github")
        launch.open()
        launch.say("dana", "/applied 1 tested")
        assert isinstance(told, OnGitHub)
        dana = service.github.as_person("dana")
        text = "## Lessons learned\n\nThe assistant recommends what the catalogue of products no longer sells; ask the catalogue."
        dana.open_issue(
            told.place, "The assistant recommends sold-out products of the catalogue", text, labels=["incident", "sev3"]
        )
        service.settle()
        service.clock.forward(hours=25)
        service.parts.engine.outstanding.wake([], service.clock().timestamp())
        launch.say("dana", "Is there news?")
        status = launch.ours()[0]
        assert "☑ 1" in status
        assert "☐ 2" in status
        assert "1 answer would help, none holds it up" in status
