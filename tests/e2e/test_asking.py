"""Issues that nobody labelled as incidents: one question, an answer by somebody with the right, and nothing that waits (issue 5)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.attack import Attacked, AttackedJira, incident, jira_incident
from tests.e2e.stage import PROJECT, REPOSITORY, Stage, stage

QUESTION = "did something go wrong for people"


@pytest.fixture
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service that governs a private repository and a Jira project."""
    folder: Path = tmp_path_factory.mktemp("q", numbered=True) / "d"
    with stage(folder) as running:
        yield running


def _labels(a: Attacked) -> set[str]:
    return {each["name"] for each in a.as_("gina").issue(REPOSITORY, a.number)["labels"]}


def _asked(it: Stage) -> list[str]:
    return [ask.issue.locator for site in ("github", "jira") for ask in it.parts.engine.ledger.unanswered_asks(site)]


def test_an_issue_that_may_be_an_incident_is_asked_about_once_and_is_not_governed(it: Stage) -> None:
    a = incident(it, "hotfix", body="Prices were wrong.")
    assert [QUESTION in text for text in a.ours()] == [True]
    assert _asked(it) == [f"{REPOSITORY}#{a.number}"]
    a.say("dana", "I am on it.")
    a.as_("dana").label(REPOSITORY, a.number, "outage")
    it.settle()
    assert len(a.ours()) == 1
    assert a.close("dana"), "nothing waits for the answer"
    assert _asked(it) == [f"{REPOSITORY}#{a.number}"], "closing answers nothing"


def test_one_line_takes_it_on_with_its_severity_and_the_rest_of_the_comment(it: Stage) -> None:
    a = incident(it, "hotfix", body="Prices were wrong.")
    a.say("tom", "/incident sev2\n/lead @vic")
    assert {"incident", "sev2", "hotfix"} <= _labels(a)
    assert "SEV2 · responding" in a.ours()[-1]
    assert "/lead" not in a.ours()[-1]
    assert _asked(it) == []
    assert not a.close("dana")


def test_no_incident_ends_the_question_and_a_label_that_comes_later_governs_all_the_same(it: Stage) -> None:
    a = incident(it, "production", body="Prices were wrong.")
    a.say("tom", "/not-incident a planned release")
    assert _asked(it) == []
    assert len(a.ours()) == 1
    a.as_("gina").label(REPOSITORY, a.number, "incident")
    a.as_("gina").label(REPOSITORY, a.number, "sev1")
    it.settle()
    assert "SEV1" in a.ours()[-1]
    assert not a.close("dana")


def test_any_issue_can_be_declared_an_incident(it: Stage) -> None:
    a = incident(it, "bug", body="Prices were wrong.")
    assert a.ours() == []
    a.say("tom", "/incident sev3 wrong prices for an hour")
    assert {"incident", "sev3"} <= _labels(a)


def test_who_may_not_say_so_is_told_who_may(it: Stage) -> None:
    a = incident(it, "outage", body="Prices were wrong.")
    a.say("rita", "/not-incident it is nothing")
    assert "has not taken effect" in a.ours()[-1]
    assert "triage rights" in a.ours()[-1]
    assert _asked(it) == [f"{REPOSITORY}#{a.number}"]
    a.say("tom", "/not-incident")
    assert "it needs a reason" in a.ours()[-1]


def test_what_is_closed_is_not_asked_about(it: Stage) -> None:
    a = incident(it, "bug", body="Prices were wrong.")
    a.close("dana")
    a.as_("gina").label(REPOSITORY, a.number, "hotfix")
    it.settle()
    assert a.ours() == []
    assert _asked(it) == []


def test_on_jira_as_well(it: Stage) -> None:
    a = jira_incident(it, "Prices were wrong.", "customer-reported")
    assert [QUESTION in text for text in a.ours()] == [True]
    assert _asked(it) == [a.key]
    a.say("dana", "/incident sev2")
    labels = set(a.as_("gina").issue(a.key)["fields"]["labels"])
    assert {"incident", "sev2", "customer-reported"} <= labels
    assert not a.close("dana")
    b = AttackedJira(it, it.jira.as_person("gina").open_issue(PROJECT, "Slow", "Slow.", labels=["outage"]))
    it.settle()
    b.say("dana", "!not-incident load test")
    assert _asked(it) == []
    assert b.close("dana")
