"""On approval one learning note goes to the place of the mapping, on either tracker: once, without names, kept up, and closed when all is proven."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.work.scheduler import Scheduler
from tests.e2e.attack import REPOSITORY
from tests.e2e.stage import TEAM, Stage, stage
from tests.e2e.story import ON, OnGitHub, Told, _mention

LEARNING = {"github": "acme/learning", "jira": "LEARN"}
LESSON = "A filter that everybody assumes has to be tested where the answer leaves the house"
DESTINATIONS = """
places:
  learning: {{project: "{site}:{name}", audiences: [teams]}}
issues:
  note: {{to: [learning]}}
"""


@pytest.fixture(params=list(ON))
def told(request: pytest.FixtureRequest) -> Iterator[Told]:
    """A service that publishes notes, and an incident whose post-mortem stands."""
    folder, site = Path(tempfile.mkdtemp(prefix="ft-")), request.param
    mappings = folder / "mappings"
    mappings.mkdir()
    (mappings / "destinations.yaml").write_text(DESTINATIONS.format(site=site, name=LEARNING[site]))
    with stage(folder / "data", environment={"FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings)}) as running:
        roles = {**TEAM, "followthrough": "admin"}
        running.github.add_repository(LEARNING["github"], private=True, roles=roles)
        running.jira.add_project(LEARNING["jira"], "Learning", "gina", roles=dict.fromkeys(roles, "member"))
        yield ON[site](running)
    shutil.rmtree(folder, ignore_errors=True)


def say(told: Told, who: str, text: str, on: str = "") -> None:
    told.say(who, text, on)
    told.stage.settle()


def name(told: Told, who: str) -> str:
    return f"@{who}" if isinstance(told, OnGitHub) else _mention(told, who)


def written_up(told: Told) -> None:
    told.report()
    told.stage.settle()
    told.write_up()
    say(
        told,
        "dana",
        f"/lead {name(told, 'omar')}\n/client Nordlicht\n/resolved\n/reviewer technical {name(told, 'dana')}",
    )


def approved(told: Told) -> None:
    say(told, "dana", "/approve technical")
    say(told, "gina", "/approve governance")


def proven(told: Told) -> None:
    for action, claim in (("A1", "tested"), ("A2", "detected")):
        say(told, "dana", f"/evidence {claim} https://example.org/run/1", action)
        say(told, "gina", "/verify read the replay", action)
        told.close("gina", action)
        told.stage.settle()


def notes(stage: Stage, site: str) -> list[tuple[str, str, bool]]:
    """Return title, text and whether it is closed, of every note in the order in which they were opened."""
    if site == "github":
        found = stage.github.as_person("gina").issues(LEARNING["github"])
        return [(i["title"], i["body"], i["state"] == "closed") for i in sorted(found, key=lambda i: int(i["number"]))]
    asked = {"jql": f"project = {LEARNING['jira']} ORDER BY key ASC", "fields": "*all"}
    fields = [
        each["fields"] for each in stage.jira.as_person("gina").call("GET", "/search/jql", params=asked)["issues"]
    ]
    return [(f["summary"], f["description"] or "", f["status"]["statusCategory"]["key"] == "done") for f in fields]


def test_approval_publishes_one_note_that_names_nobody_and_is_kept_up_until_all_is_proven(told: Told) -> None:
    written_up(told)
    assert notes(told.stage, told.site) == []
    approved(told)
    [(title, text, closed)] = notes(told.stage, told.site)
    assert LESSON in title
    assert LESSON in text
    assert "0 of 2 actions verified" in text
    for secret in ("Nordlicht", "dana", "Dana", "omar", "Omar", REPOSITORY + " "):
        assert secret not in text
    assert not closed

    proven(told)
    told.close("gina")
    told.stage.settle()
    _a_day_later(told.stage)
    [(_, text, closed)] = notes(told.stage, told.site)
    assert "2 of 2 actions verified" in text
    assert closed


def test_a_creation_whose_answer_was_lost_leads_to_no_second_note(told: Told) -> None:
    written_up(told)
    misbehave = told.stage.github.misbehave if told.site == "github" else told.stage.jira.misbehave
    path = f"POST .*{LEARNING['github']}/issues$" if told.site == "github" else "POST .*/issue$"
    say(told, "dana", "/approve technical")
    misbehave.lose_answer_next(1, match=path)
    say(told, "gina", "/approve governance")
    for _ in range(2):
        _a_day_later(told.stage)
    assert len(notes(told.stage, told.site)) == 1


def _a_day_later(stage: Stage) -> None:
    """Let the daily look of the series come due, and what was put off besides."""
    stage.clock.forward(days=1)
    for _ in range(3):
        scheduler = Scheduler(stage.parts.engine, stage.parts.client)
        scheduler.tick()
        scheduler.stop()
        stage.settle()
        stage.clock.forward(seconds=2)
