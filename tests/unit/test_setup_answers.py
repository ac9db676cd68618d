"""Answers of setting up go into the mappings so that comments and all else stay, and a second time changes nothing."""

from pathlib import Path

import pytest

from integration.errors import ConfigError
from integration.setup.answers import FILES, Account, Answers, changed
from integration.setup.writing import write_answers
from mappings.clocks import Weekday
from mappings.loading import load_texts
from mappings.service import Profile

SHIPPED = {name: (Path(__file__).parents[2] / "mappings" / name).read_text("utf-8") for name in FILES}
GINA = Account("github", "583231", "gina-g", "Gina Gold")
OLGA = Account("jira", "5b10ac8d82e05b22cc7d4ef5", "", "Olga Öz")
ALL = Answers(Profile.STARTER, GINA, OLGA, Weekday.THU)


@pytest.mark.parametrize("texts", [SHIPPED, {}])
def test_the_answers_make_a_sound_policy_and_a_second_time_changes_nothing(texts: dict[str, str]) -> None:
    after = {**texts, **changed(texts, ALL)}
    policy = load_texts(after).policy
    assert policy.service.profile is Profile.STARTER
    assert policy.clocks.review_day is Weekday.THU
    gina, olga = policy.people.people
    assert (gina.id, gina.github, gina.github_id) == ("gina-g", "gina-g", 583231)
    assert (olga.name, olga.jira) == ("Olga Öz", OLGA.id)
    assert policy.people.roles.governance_reviewers == ("gina-g",)
    assert policy.people.roles.executive_sponsors == (olga.id,)
    assert changed(after, ALL) == {}


def test_comments_and_what_was_written_before_stay() -> None:
    after = changed(SHIPPED, ALL)
    assert set(after) == set(FILES)
    for name, text in after.items():
        lost = [line for line in SHIPPED[name].splitlines() if line.strip().startswith("#") and line not in text]
        assert lost == [], name
        kept = [line for line in SHIPPED[name].splitlines() if line not in text.splitlines()]
        assert len(kept) <= 3, (name, kept)


def test_what_was_not_answered_is_left_alone() -> None:
    assert changed(SHIPPED, Answers()) == {}


def test_somebody_who_is_in_the_file_is_not_entered_twice() -> None:
    texts = {"people.yaml": "people:\n  boss: {name: Gina, github_id: 583231}\nroles:\n  executive_sponsors: [boss]\n"}
    after = changed(texts, Answers(governance_reviewer=GINA, sponsor=GINA))
    people = load_texts({**texts, **after}).policy.people
    assert [person.id for person in people.people] == ["boss"]
    assert people.roles.governance_reviewers == people.roles.executive_sponsors == ("boss",)


def test_a_second_reviewer_stands_beside_the_first() -> None:
    once = changed({}, Answers(governance_reviewer=GINA))
    other = Account("github", "77", "Gina_G", "Another")
    twice = changed(once, Answers(governance_reviewer=other))
    assert load_texts({**once, **twice}).policy.people.roles.governance_reviewers == ("gina-g", "gina-g-2")


def test_the_folder_that_ships_with_the_program_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = Path(__file__).parents[2] / "mappings"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="mkdir mappings"):
        write_answers(shipped, ALL, only_show=False)
    assert {name: (shipped / name).read_text("utf-8") for name in FILES} == SHIPPED
