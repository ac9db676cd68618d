"""What an action needs and who answers, and decisions on what is late, told on both trackers (issue 6, "Escalation and resources")."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from integration.sandbox.demo.texts import Dates, Part, Table, postmortem, written
from tests.e2e.reviewed import Reviewed, reviewing
from tests.e2e.story import ON, steps


@pytest.fixture(params=list(ON))
def reviewed(request: pytest.FixtureRequest) -> Iterator[Reviewed]:
    with reviewing(request.param) as running:
        yield running


def write_up(reviewed: Reviewed, needs: str) -> Any:
    """Report an incident of which the first action needs something."""
    stage, on_github = reviewed.stage, reviewed.site == "github"
    told = ON[reviewed.site](stage)
    for step in steps(told)[:4]:
        step()
        stage.settle()
    people = stage.jira.site.people

    def mention(name: str) -> str:
        return f"@{name}" if on_github else f"[~accountid:{people[name].account_id}]"

    parts = tuple(asking(part, needs) for part in postmortem(Dates(stage.clock()), mention, complete=True))
    if on_github:
        stage.github.as_person("dana").edit(told.place, told.number, body=written(parts, "markdown"))
    else:
        stage.jira.as_person("dana").edit(told.key, description=written(parts, "wiki"))
    stage.settle()
    return told


def asking(part: Part, needs: str) -> Part:
    """Give the table of actions a column "Needs", filled in the first row."""
    if not isinstance(part, Table) or part.rows[0][0] != "ID":
        return part
    head, first, *others = part.rows
    return Table(((*head, "Needs"), (*first, needs), *((*row, "-") for row in others)))


def review(reviewed: Reviewed) -> str:
    """Return the present review, brought up to date a day later."""
    reviewed.stage.clock.forward(days=1)
    reviewed.tick()
    return next(text for _, text, closed in reviewed.reviews() if not closed)


def say(reviewed: Reviewed, told: Any, who: str, text: str) -> str:
    """Say something on the ticket of the first action; return what the service answers, if it does."""
    before = [said for title, *_, comments in told.state() if title.startswith("A1") for _, said in comments]
    told.say(who, text, "A1")
    reviewed.stage.settle()
    reviewed.tick(1)
    after = [said for title, *_, comments in told.state() if title.startswith("A1") for _, said in comments]
    return "\n".join(each for each in after if each not in before and each != text)


@pytest.mark.parametrize(
    ("answer", "shown"), [("/fund", "granted"), ("/decline we keep the present licence", "declined")]
)
def test_an_unanswered_need_heads_the_review_until_a_sponsor_answers(
    reviewed: Reviewed, answer: str, shown: str
) -> None:
    told = write_up(reviewed, "money")
    reviewed.tick()
    text = review(reviewed)
    headings = [line for line in text.splitlines() if re.match(r"#+ |h\d\. ", line)]
    assert "Waiting for a yes or no (1)" in headings[0]

    refused = say(reviewed, told, "omar", answer)
    assert "has not taken effect" in refused
    assert "Waiting for a yes or no (1)" in review(reviewed)

    say(reviewed, told, "gina", answer)
    text = review(reviewed)
    assert "Waiting for a yes or no" not in text
    assert f"needs money: {shown}" in text.replace("\\", "")


def test_a_sponsor_acknowledges_what_is_late_once_somebody_was_told(reviewed: Reviewed) -> None:
    told = reviewed.write_up()
    early = say(reviewed, told, "gina", "/ack we wait for the vendor")
    assert "nobody was told that this is late" in early
    for _ in range(12):
        reviewed.stage.clock.forward(days=1)
        reviewed.tick(1)

    refused = say(reviewed, told, "rita", "/ack I say so")
    assert "has not taken effect" in refused
    say(reviewed, told, "gina", "/ack we wait for the vendor until January")
    text = review(reviewed).replace("\\", "")
    assert "answered: we wait for the vendor until January" in text
    assert "I say so" not in text
