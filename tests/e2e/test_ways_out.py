"""The ways out of an incident that somebody with the right may take by saying why, and what comes of those that say nothing (issue 5, "No way around")."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.attack import LINK, SERVICE, Attacked, AttackedJira, incident, jira_incident
from tests.e2e.stage import PROJECT, REPOSITORY, Stage, stage
from tests.e2e.story import OnJira

IGNORED = """
incident:
  ignore_labels: [rehearsal]
  observe_labels: [hands-off]
"""


@pytest.fixture
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service that governs a private repository and a Jira project, whose mapping has labels to leave issues alone."""
    folder: Path = tmp_path_factory.mktemp("o", numbered=True) / "d"
    mappings = folder.parent / "mappings"
    mappings.mkdir()
    (mappings / "severity.yaml").write_text(IGNORED)
    with stage(folder, environment={"FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings)}) as running:
        yield running


def _labels(a: Attacked, number: int | None = None) -> set[str]:
    return {each["name"] for each in a.as_("gina").issue(REPOSITORY, number or a.number)["labels"]}


def _said(a: Attacked, words: str) -> int:
    return sum(words in text for text in a.ours())


def test_the_incident_label_is_put_back_once_with_the_reason_and_then_asked_for(it: Stage) -> None:
    a = incident(it)
    a.as_("tom").unlabel(REPOSITORY, a.number, "incident")
    it.settle()
    assert "incident" in _labels(a)
    assert _said(a, "I have put `incident` back") == 1
    a.as_("tom").unlabel(REPOSITORY, a.number, "incident")
    it.settle()
    assert "incident" not in _labels(a), "nobody is fought for ever"
    assert _said(a, "the label is gone") == 1
    assert not a.close("tom")


def test_a_label_that_makes_us_look_away_does_not_work_on_what_was_taken_on(it: Stage) -> None:
    a = incident(it)
    for label in ("rehearsal", "hands-off"):
        a.as_("gina").ask("POST", f"/repos/{REPOSITORY}/labels", {"name": label, "color": "ededed"})
        a.as_("tom").label(REPOSITORY, a.number, label)
        it.settle()
        assert label not in _labels(a)
        assert _said(a, f"I have taken `{label}` off again") == 1
    a.as_("tom").label(REPOSITORY, a.number, "rehearsal")
    it.settle()
    assert "rehearsal" in _labels(a)
    assert not a.close("tom"), "it is there, and has no effect"
    a.say("tom", "/waive steering_label it was a drill")
    assert not a.close("tom"), "somebody with triage rights is not enough"
    a.say("gina", "/waive steering_label it was a drill")
    assert a.close("tom")


def test_our_mark_set_by_hand_is_taken_off_once(it: Stage) -> None:
    a = incident(it)
    a.as_("gina").ask("POST", f"/repos/{REPOSITORY}/labels", {"name": "closed-unverified", "color": "ededed"})
    a.as_("gina").label(REPOSITORY, a.number, "closed-unverified")
    it.settle()
    assert "closed-unverified" not in _labels(a)
    assert _said(a, "I have taken `closed-unverified` off") == 1


def test_a_duplicate_names_the_governed_incident_that_carries_the_work(it: Stage) -> None:
    first, a = incident(it), incident(it)
    plain = a.as_("dana").open_issue(REPOSITORY, "A typo", "")["number"]
    a.as_("dana").close(REPOSITORY, a.number, "duplicate")
    it.settle()
    assert not a.is_closed()
    assert _said(a, "/duplicate-of") == 1
    a.say("omar", f"/duplicate-of #{plain}")
    assert "no other incident of that name" in a.ours()[-1]
    a.say("dana", f"/duplicate-of #{first.number}")
    assert f"The same as #{first.number}" in a.ours()[0].replace("**", "")
    assert a.close("dana")
    first.say("dana", f"/duplicate-of #{a.number}")
    assert "no other incident of that name" in first.ours()[-1]
    assert not first.close("dana"), "two cannot carry each other"


def test_an_administrator_may_say_that_it_was_none_and_that_it_is_one_after_all(it: Stage) -> None:
    a = incident(it)
    ticket = a.ticket("A1")
    a.say("dana", "/not-incident a planned test")
    assert "administrators" in a.ours()[-1]
    a.say("gina", "/not-incident a planned test")
    assert "Not an incident" in a.ours()[0]
    assert "a planned test" in a.ours()[0]
    assert not a.close("dana", ticket), "its tickets keep their own gates"
    a.say("tom", "/incident sev1")
    assert "Not an incident" not in a.ours()[0]
    assert not a.close("dana")


def test_a_verification_whose_comment_is_deleted_is_asked_for_again(it: Stage) -> None:
    a = incident(it)
    ticket = a.ticket("A1")
    a.say("omar", f"/evidence tested {LINK}", ticket)
    verified = a.say("vic", "/verify ran the replay", ticket)
    a.as_("gina").delete_comment(REPOSITORY, verified["id"])
    it.settle()
    assert not a.close("dana", ticket)
    assert "is not there any more" in a.ours(ticket)[-1]
    a.say("vic", "/verify ran the replay", ticket)
    assert a.close("dana", ticket)


def test_a_comment_in_our_name_that_is_not_ours_holds_the_gate_until_it_is_explained(it: Stage) -> None:
    a = incident(it, "incident", "sev4", body="Caught in testing.")
    a.say("tom", "/criteria none")
    a.say(SERVICE, "All verified, you may close.")
    a.say("gina", "/waive section.remediation none needed")
    a.as_("dana").close(REPOSITORY, a.number)
    it.settle()
    assert any("a comment in my name that I did not write" in text for text in a.ours())


def test_a_post_mortem_that_is_emptied_after_its_approval_is_asked_for_again(it: Stage) -> None:
    a = incident(it)
    a.say("vic", "/approve technical")
    a.say("gina", "/approve governance")
    a.as_("dana").edit(REPOSITORY, a.number, body="Done.")
    it.settle()
    assert not a.close("dana")


def test_an_incident_that_is_gone_is_remembered_as_lost_and_counted(it: Stage) -> None:
    """S13"""
    a = incident(it)
    it.github.delete_issue(REPOSITORY, a.number, "gina")
    it.settle()
    assert [lost.issue.locator for lost in it.parts.engine.ledger.lost_cases()] == [f"{REPOSITORY}#{a.number}"]
    assert it.parts.engine.ledger.figures().lost == 1
    assert it.parts.engine.ledger.figures().open_cases == 1


def test_an_incident_beyond_our_reach_counts_as_open_until_it_is_back_and_is_opened_again(it: Stage) -> None:
    """S13"""
    a = incident(it)
    it.github.set_role(REPOSITORY, SERVICE, None)
    a.as_("dana").close(REPOSITORY, a.number)
    it.settle()
    assert it.parts.engine.ledger.figures().lost == 1
    assert it.parts.engine.ledger.figures().open_cases == 1
    it.github.set_role(REPOSITORY, SERVICE, "write")
    a.say("tom", "We are back.")
    assert it.parts.engine.ledger.figures().lost == 0
    assert not a.is_closed()
    assert _said(a, "I have opened this again") == 1


def test_an_incident_that_is_transferred_out_of_the_scope_is_remembered_as_lost(it: Stage) -> None:
    a = incident(it)
    it.github.add_repository("elsewhere/shop", private=True, roles={"gina": "admin"})
    it.github.transfer_issue(REPOSITORY, a.number, "elsewhere/shop", "gina")
    it.settle()
    assert it.parts.engine.ledger.figures().lost == 1
    assert it.parts.engine.ledger.figures().open_cases == 1


@pytest.fixture
def on_jira(it: Stage) -> AttackedJira:
    """An incident on Jira with a whole post-mortem and its tickets."""
    it.jira.site.projects[PROJECT].roles["gina"] = "admin"
    told = OnJira(it)
    told.report()
    told.write_up()
    it.settle()
    told.say("dana", "/resolved")
    it.settle()
    return AttackedJira(it, told.key)


def _of_actions(a: AttackedJira) -> list[str]:
    """Return the tickets of the actions, without the incident of the other system that is linked as well."""
    return [key for key in a.tickets() if a.as_("gina").issue(key)["fields"]["summary"].startswith("A")]


def test_on_jira_what_is_closed_all_at_once_is_all_open_again(on_jira: AttackedJira) -> None:
    everything = (*_of_actions(on_jira), on_jira.key)
    assert len(everything) == 3
    for key in everything:
        on_jira.as_("gina").close_issue(key)
    on_jira.it.settle()
    assert [on_jira.is_closed(key) for key in everything] == [False, False, False]


def test_on_jira_a_ticket_that_is_unlinked_is_linked_again_and_one_that_is_deleted_is_missed(
    on_jira: AttackedJira,
) -> None:
    tickets = _of_actions(on_jira)
    for link in on_jira.as_("gina").issue(on_jira.key)["fields"]["issuelinks"]:
        on_jira.as_("gina").call("DELETE", f"/issueLink/{link['id']}")
    on_jira.it.settle()
    assert _of_actions(on_jira) == tickets
    on_jira.as_("gina").call("DELETE", f"/issue/{_of_actions(on_jira)[0]}")
    on_jira.it.settle()
    assert not on_jira.close("dana")
    fates = ("was deleted", "cannot be found any more")
    assert any(fate in text for text in on_jira.ours() for fate in fates)


def test_on_jira_a_post_mortem_that_is_emptied_is_asked_for_again(on_jira: AttackedJira) -> None:
    on_jira.as_("dana").edit(on_jira.key, description="Done.")
    on_jira.it.settle()
    assert not on_jira.close("dana")
    assert any("I have opened this again" in text for text in on_jira.ours())


def test_on_jira_a_ticket_that_is_moved_to_another_project_keeps_its_gate(on_jira: AttackedJira) -> None:
    it = on_jira.it
    it.jira.add_project("OPS", "Ops", "gina", roles={"dana": "member", "followthrough": "member"})
    moved = it.jira.move_issue(_of_actions(on_jira)[0], "OPS")
    it.settle()
    assert not on_jira.close("dana", moved)
    assert not on_jira.close("dana")


def test_on_jira_a_ticket_of_which_something_else_is_made_is_said_once_and_keeps_its_gate(
    on_jira: AttackedJira,
) -> None:
    it, gina = on_jira.it, on_jira.as_("gina")
    first, second = _of_actions(on_jira)
    other = gina.open_issue(PROJECT, "Something else")
    gina.edit(first, issuetype={"name": "Bug"})
    gina.edit(second, issuetype={"name": "Sub-task"}, parent={"key": other})
    it.settle()
    said = "\n".join(on_jira.ours()).replace("\\", "")
    assert f"The type of its ticket {first} was changed from Task to Bug" in said
    assert f"Its ticket {second} was made a sub-task of {other}" in said
    assert not on_jira.close("dana", first)
    writes = it.writes()
    gina.comment(on_jira.key, "Any news?")
    it.settle()
    assert it.writes() == writes


def test_on_jira_an_incident_that_is_deleted_counts_as_open(on_jira: AttackedJira) -> None:
    """S13"""
    on_jira.as_("gina").call("DELETE", f"/issue/{on_jira.key}?deleteSubtasks=true")
    on_jira.it.settle()
    figures = on_jira.it.parts.engine.ledger.figures()
    assert figures.lost == 1
    assert figures.open_cases == 2, "that of the other system is another one"


def test_on_jira_the_labels_come_back_and_a_move_changes_only_the_key(it: Stage) -> None:
    a = jira_incident(it, "Prices were wrong.")
    a.as_("dana").remove_label(a.key, "incident")
    it.settle()
    assert "incident" in a.as_("gina").issue(a.key)["fields"]["labels"]
    it.jira.add_project("OPS", "Ops", "gina", roles={"dana": "member", "followthrough": "member"})
    b = AttackedJira(it, it.jira.move_issue(a.key, "OPS"))
    assert b.key.startswith("OPS-")
    assert not b.close("dana")
    a.say("dana", "/not-incident it was a test")
    assert b.close("dana")


def test_a_jira_issue_closed_as_a_duplicate_says_which_one_by_its_key(it: Stage) -> None:
    first, a = jira_incident(it, "Prices were wrong."), jira_incident(it, "Prices were wrong.")
    assert not a.close("dana")
    a.say("dana", f"!duplicate-of {first.key}")
    assert a.close("dana")
