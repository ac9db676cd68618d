"""Each kind of action closes by its own evidence, claim by claim, on both trackers: process, training, technical, monitoring (issue 5; S10, S20)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from integration.sandbox.demo.texts import Dates, Part, Table, postmortem, written
from tests.e2e.stage import Stage, stage
from tests.e2e.story import ON, OnGitHub, OnJira, Told, a_place

PAGE, CHAT, CASE, RECORD = (f"https://wiki.example/{name}" for name in ("release", "chat", "case", "course"))


@pytest.fixture
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A running service."""
    folder: Path = tmp_path_factory.mktemp("k", numbered=True) / "d"
    with stage(folder) as running:
        yield running


def _with_all_kinds(part: Part, dates: Dates, mention: str) -> Part:
    """Add a process and a training to the two actions of the story."""
    if not isinstance(part, Table) or part.rows[0][0] != "ID":
        return part
    day = dates.day(15)
    process = ("A3", "Add the product status to the release checklist", mention, day, "short-term", "process")
    training = ("A4", "Train the catalogue team on recalls", mention, day, "short-term", "training")
    measured = ("used for 1 release", "1", "high"), ("all 4 have completed it", "1", "high")
    return replace(part, rows=(*part.rows, (*process, *measured[0]), (*training, *measured[1])))


def _told(it: Stage, site: str) -> Told:
    """Report an incident with an action of each kind, and let its tickets be made."""
    story = ON[site](it, a_place(it, site))
    story.report()
    it.settle()
    dates = Dates(it.clock())

    def mention(name: str) -> str:
        return f"@{name}" if site == "github" else f"[~accountid:{it.jira.site.people[name].account_id}]"

    parts = [_with_all_kinds(part, dates, mention("dana")) for part in postmortem(dates, mention, complete=True)]
    if isinstance(story, OnGitHub):
        it.github.as_person("dana").edit(story.place, story.number, body=written(tuple(parts), "markdown"))
    if isinstance(story, OnJira):
        it.jira.as_person("dana").edit(story.key, description=written(tuple(parts), "wiki"))
    it.settle()
    return story


def _say(story: Told, who: str, text: str, on: str) -> str:
    story.say(who, text, on)
    story.stage.settle()
    return _last(story, on)


def _last(story: Told, on: str) -> str:
    """Return what the service said last on a ticket, in Jira's markup without the signs that escape."""
    if isinstance(story, OnGitHub):
        found = story.stage.github.as_person("gina").comments(story.place, story._number(on))
        ours = [each["body"] for each in found if each["user"]["login"] == "followthrough"]
    else:
        assert isinstance(story, OnJira)
        found = story.stage.jira.as_person("gina").comments(story._key(on))
        ours = [each["body"] for each in found if each["author"]["displayName"].casefold() == "followthrough"]
    return ours[-1].replace("\\", "") if ours else ""


def _closes(story: Told, on: str) -> bool:
    story.close("dana", on)
    story.stage.settle()
    state = next(state for state in story.state() if state[0].startswith(f"{on}:"))
    return state[1] in ("closed", True)


def _status(story: Told) -> str:
    said = next(state[-1] for state in story.state() if state[0].startswith("The shop assistant"))
    return next(text for who, text in said if who.casefold() == "followthrough").replace("\\", "")


@pytest.mark.parametrize("site", list(ON))
def test_a_process_is_documented_communicated_and_followed_before_its_ticket_closes(it: Stage, site: str) -> None:
    story = _told(it, site)
    _say(story, "omar", f"/evidence documented {PAGE}", "A3")
    _say(story, "omar", f"/evidence communicated {CHAT}", "A3")
    refused = _say(story, "vic", "/verify I read the page", "A3")
    assert "/evidence followed <link>" in refused.replace("&lt;", "<").replace("&gt;", ">")
    assert not _closes(story, "A3")
    assert "one case in which it was followed" in _last(story, "A3")
    _say(story, "omar", f"/evidence followed {CASE}", "A3")
    assert not _closes(story, "A3"), "nobody independent has looked yet"
    _say(story, "vic", "/verify I read the page and the release of last week", "A3")
    assert _closes(story, "A3")
    assert "on omar's word" in _status(story).casefold()


@pytest.mark.parametrize("site", list(ON))
def test_a_training_says_by_whom_it_was_completed(it: Stage, site: str) -> None:
    story = _told(it, site)
    assert "who completed it" in _say(story, "omar", f"/evidence completed {RECORD}", "A4")
    assert not _closes(story, "A4")
    _say(story, "omar", f"/evidence completed {RECORD} the four people of the catalogue team", "A4")
    _say(story, "vic", "/verify I compared the record with the team", "A4")
    assert _closes(story, "A4")


@pytest.mark.parametrize("site", list(ON))
def test_a_monitor_is_shown_by_what_it_detects_and_not_by_a_test(it: Stage, site: str) -> None:
    story = _told(it, site)
    _say(story, "dana", f"/evidence tested {CASE}", "A2")
    _say(story, "vic", "/verify the test is green", "A2")
    assert not _closes(story, "A2")
    assert "the original incident would have been noticed" in _last(story, "A2")
    _say(story, "dana", f"/evidence detected {CASE}", "A2")
    _say(story, "vic", "/verify the replay raised it after two minutes", "A2")
    assert _closes(story, "A2")


def test_it_is_said_of_each_claim_whether_it_was_checked_or_is_on_somebodys_word(it: Stage) -> None:
    story = _told(it, "github")
    assert isinstance(story, OnGitHub)
    it.github.site.repository(story.place).branches["main"]["release.md"] = b"Ask for the product status."
    shown = it.github.as_person("gina").issue(story.place, story.number)["html_url"]
    page = str(shown).replace(f"issues/{story.number}", "blob/main/release.md")
    _say(story, "omar", f"/evidence documented {page}", "A3")
    _say(story, "omar", f"/evidence communicated {CHAT}", "A3")
    _say(story, "omar", f"/evidence followed {CASE}", "A3")
    _say(story, "vic", "/verify I read all three", "A3")
    said = _status(story).casefold()
    assert "documented: checked by the service; communicated and followed: on omar's word" in said


def test_a_file_on_a_jira_ticket_is_checked_and_opens_it_again_when_it_goes(it: Stage) -> None:
    """S20: pinned by id."""
    story = _told(it, "jira")
    assert isinstance(story, OnJira)
    omar = it.jira.as_person("omar")
    attached = omar.attach(story._key("A1"), "replay.txt", b"no recalled product among 1,000")
    file = attached[0] if isinstance(attached, list) else attached
    _say(story, "omar", "/evidence tested replay.txt", "A1")
    _say(story, "vic", "/verify I read the file and ran it", "A1")
    assert _closes(story, "A1")
    assert "checked by the service" in _status(story).casefold()
    omar.call("DELETE", f"/attachment/{file['id']}")
    it.settle()
    state = next(state for state in story.state() if state[0].startswith("A1:"))
    assert not state[1]
    assert "the attachment is not on the ticket any more" in _last(story, "A1")
