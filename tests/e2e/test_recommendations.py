"""What an approved post-mortem recommends to governance becomes a ticket on either tracker, is answered once, and the summary ends with the decisions."""

import pytest

from tests.e2e.story import ON, OnGitHub, _mention
from tests.e2e.summed import Summed, months
from tests.e2e.test_trend_issues import summed

__all__ = ["summed"]
NONE = "None, because the release checklist asks for it from now on."
REPLAY, OWNER = "Ask for a replay before each release", "Name an owner of the catalogue"


class Story:
    """The incident of the story, with two recommendations."""

    def __init__(self, running: Summed) -> None:
        self.summed, self.told = running, ON[running.site](running.stage)

    def say(self, who: str, text: str) -> None:
        self.told.say(who, text)
        self.summed.stage.settle()

    def approve(self) -> None:
        """Write it up and have it approved by both reviewers."""
        told, stage = self.told, self.summed.stage
        told.report()
        stage.settle()
        told.write_up()
        if isinstance(told, OnGitHub):
            dana = stage.github.as_person("dana")
            body = dana.issue(told.place, told.number)["body"]
            assert NONE in body
            dana.edit(told.place, told.number, body=body.replace(NONE, f"- {REPLAY}\n- {OWNER}"))
        else:
            fields = stage.jira.as_person("dana").call("GET", f"/issue/{told.key}")["fields"]
            assert NONE in fields["description"]
            text = fields["description"].replace(NONE, f"* {REPLAY}\n* {OWNER}")
            stage.jira.as_person("dana").edit(told.key, description=text)
        who = {name: f"@{name}" if isinstance(told, OnGitHub) else _mention(told, name) for name in ("omar", "dana")}
        self.say("dana", f"/lead {who['omar']}\n/client Nordlicht\n/resolved\n/reviewer technical {who['dana']}")
        self.say("omar", "/celebrate the search team answered within minutes")
        self.say("dana", "/approve technical")
        self.say("gina", "/approve governance")

    def answer(self, title: str, text: str) -> None:
        """Let Gina answer on the ticket of that title."""
        number = [each["title"] for each in self.summed.issues("")].index(title) + 1
        if isinstance(self.told, OnGitHub):
            self.summed.stage.github.as_person("gina").comment(self.summed.place, number, text)
        else:
            self.summed.stage.jira.as_person("gina").comment(f"{self.summed.place}-{number}", text)
        self.summed.stage.settle()

    def tickets(self) -> dict[str, bool]:
        """Return the titles of the tickets, each with whether it is closed."""
        return {e["title"]: e["closed"] for e in self.summed.issues("") if not e["title"].startswith("Trends")}

    def later(self, days: int = 1) -> None:
        self.summed.stage.clock.forward(days=days)
        self.summed.tick()


@pytest.fixture
def story(summed: Summed) -> Story:
    return Story(summed)


def test_recommendations_become_tickets_that_are_answered_and_the_summary_ends_with_the_decisions(story: Story) -> None:
    story.approve()
    story.later()
    assert story.tickets() == {REPLAY: False, OWNER: False}
    story.later()
    assert len(story.tickets()) == 2
    assert len([e for e in story.summed.issues("") if not e["title"].startswith("Trends")]) == 2

    story.summed.next_month()
    story.summed.tick()
    [summary] = months(story.summed.issues())
    assert "2 decisions are asked of you" in summary["text"]
    assert "the search team answered within minutes" in summary["text"]

    story.answer(REPLAY, "/adopt https://example.org/change/7")
    story.answer(OWNER, "/decline")
    assert story.tickets() == {REPLAY: True, OWNER: False}
    story.later()
    [summary] = months(story.summed.issues())
    assert not summary["closed"]
    assert "1 decision is asked of you" in summary["text"]
    story.answer(OWNER, "/decline the catalogue goes away in March")
    story.later()
    assert story.tickets() == {REPLAY: True, OWNER: True}
    [summary] = months(story.summed.issues())
    assert summary["closed"]
    assert "very decision is taken" in summary["text"]
    assert "https://example.org/change/7" in summary["text"]
    assert "the catalogue goes away in March" in summary["text"]


def test_a_ticket_whose_creation_was_not_answered_is_found_again(story: Story) -> None:
    story.approve()
    path = f"POST .*{story.summed.place}/issues$" if story.summed.site == "github" else "POST .*/issue$"
    story.summed.misbehave.lose_answer_next(1, match=path)
    story.later()
    story.later()
    assert story.tickets() == {REPLAY: False, OWNER: False}
    assert len([e for e in story.summed.issues("") if not e["title"].startswith("Trends")]) == 2


def test_who_may_not_decide_is_told_so_once(story: Story) -> None:
    story.approve()
    story.later()
    if story.summed.site == "jira":
        pytest.skip("on a Jira site whose rights are not mapped every active user may")
    number = [each["title"] for each in story.summed.issues("")].index(REPLAY) + 1
    story.summed.stage.github.as_person("omar").comment(story.summed.place, number, "/decline not now")
    story.summed.stage.settle()
    assert not story.tickets()[REPLAY]
    comments = [c["body"] for c in story.summed.stage.github.as_person("gina").comments(story.summed.place, number)]
    assert sum("this is for administrators of this project" in each for each in comments) == 1
