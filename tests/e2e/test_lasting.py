"""A month after an action was verified it is asked whether that still holds, on the closed incident; the weekly review lists what has no answer."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration.work.scheduler import Scheduler
from tests.e2e.stage import TEAM, Stage, stage
from tests.e2e.started import short_folder
from tests.e2e.story import ON, Told, steps

GOVERNANCE = {"github": "acme/governance", "jira": "GOV"}
REVIEWS = """
places:
  governance: {{project: "{site}:{name}", audiences: [governance]}}
issues:
  review: {{to: [governance]}}
"""


@pytest.fixture(params=list(ON))
def told(request: pytest.FixtureRequest) -> Iterator[Told]:
    """The story on one tracker, with a place for its weekly reviews."""
    site = request.param
    with short_folder() as folder:
        mappings = folder / "mappings"
        mappings.mkdir()
        (mappings / "destinations.yaml").write_text(REVIEWS.format(site=site, name=GOVERNANCE[site]))
        with stage(folder / "data", environment={"FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings)}) as service:
            roles = {**TEAM, "followthrough": "admin"}
            service.github.add_repository(GOVERNANCE["github"], private=True, roles=roles)
            service.jira.add_project(GOVERNANCE["jira"], "Governance", "gina", roles=dict.fromkeys(roles, "member"))
            yield ON[site](service)


def act(told: Told, who: str, text: str, on: str = "") -> None:
    told.say(who, text, on)
    told.stage.settle()


def close_in_order(told: Told) -> None:
    """Tell the story to its end: one action verified, the risk of the other accepted, both reviews given."""
    for step in steps(told):
        step()
        told.stage.settle()
    until = (told.stage.clock() + timedelta(days=80)).date()
    act(told, "gina", f"/accept-risk until:{until} the alert comes with the new platform", "A2")
    act(told, "vic", "/approve technical")
    act(told, "gina", "/approve governance")
    for on in ("A2", ""):
        told.close("dana", on)
        told.stage.settle()


def tick(service: Stage, times: int = 3) -> None:
    for _ in range(times):
        scheduler = Scheduler(service.parts.engine, service.parts.client)
        scheduler.tick()
        scheduler.stop()
        service.settle()
        service.clock.forward(seconds=2)


def state_of(told: Told, title: str) -> tuple[bool, list[str]]:
    """Return whether an issue is closed, and what we said on it."""
    found = next(each for each in told.state() if each[0].startswith(title))
    return found[1] in ("closed", True), [text for author, text in found[-1] if author.casefold() == "followthrough"]


def incident(told: Told) -> tuple[bool, list[str]]:
    return state_of(told, "The shop assistant")


def questions(told: Told) -> list[str]:
    return [text for text in incident(told)[1] if "still hold?" in text]


def reviews(told: Told) -> str:
    place = GOVERNANCE[told.site]
    if told.site == "github":
        return "".join(str(each["body"]) for each in told.stage.github.as_person("gina").issues(place))
    gina = told.stage.jira.as_person("gina")
    found = gina.call("GET", "/search/jql", params={"jql": f"project = {place}", "fields": "*all"})
    return "".join(str(each["fields"]["description"]) for each in found["issues"])


def test_it_is_asked_on_the_closed_incident_answered_there_and_listed_in_the_review_until_then(told: Told) -> None:
    service = told.stage
    close_in_order(told)
    assert incident(told)[0]
    assert questions(told) == []
    service.clock.forward(days=31)
    tick(service)
    [asked] = questions(told)
    assert "A1" in asked
    assert "A2" not in asked, "its risk was accepted, nothing was verified"
    assert incident(told)[0], "asking opens nothing"
    service.clock.forward(days=8)
    tick(service)
    assert "Does what was verified still hold?" in reviews(told)
    service.clock.forward(days=8)
    tick(service)
    assert len([text for text in incident(told)[1] if "a reminder" in text and "still holds" in text]) == 1

    act(told, "dana", "/still-holds it is fine")
    assert any("leaves it to somebody else" in text for text in incident(told)[1])
    act(told, "vic", "/still-holds A1 the replay of 1,000 questions is green")
    writes = service.writes()
    tick(service)
    assert questions(told) == [asked]
    assert service.writes() - writes <= 4, "the review is said anew, and nothing else"
    closed, _ = incident(told)
    assert closed


def test_what_no_longer_holds_opens_its_ticket_and_leaves_the_incident_closed(told: Told) -> None:
    close_in_order(told)
    told.stage.clock.forward(days=31)
    tick(told.stage)
    act(told, "dana", "/no-longer-holds A1 the filter was removed with release 52")
    closed, said = state_of(told, "A1")
    assert not closed
    assert any("it no longer holds" in text for text in said)
    assert incident(told)[0]
