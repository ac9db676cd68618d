"""Ways of ending an incident without the work, each with its defined answer (issue 5, "No way around"; docs/security.md)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from integration.postmortem.review import OpenAction
from tests.e2e.attack import SERVICE, Attacked, incident
from tests.e2e.stage import REPOSITORY, Stage, stage


@pytest.fixture
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service that governs a private repository."""
    folder: Path = tmp_path_factory.mktemp("w", numbered=True) / "d"
    with stage(folder) as running:
        yield running


def _close_as(reason: str) -> Callable[[Attacked], None]:
    def close(a: Attacked) -> None:
        a.as_("dana").close(REPOSITORY, a.number, reason)

    return close


def _by_pull_request(a: Attacked) -> None:
    number = a.it.github.add_pull_request(REPOSITORY, "dana", "Filter", f"Fixes #{a.number}")
    a.it.github.merge_pull_request(REPOSITORY, number, "dana")


def _without_its_label(a: Attacked) -> None:
    a.as_("dana").unlabel(REPOSITORY, a.number, "incident")
    a.it.settle()
    a.as_("dana").close(REPOSITORY, a.number)


def _without_its_severity(a: Attacked) -> None:
    a.as_("dana").unlabel(REPOSITORY, a.number, "sev1")
    a.it.settle()
    a.as_("dana").close(REPOSITORY, a.number)


def _emptied(a: Attacked) -> None:
    a.as_("dana").edit(REPOSITORY, a.number, body="Done.")
    a.it.settle()
    a.as_("dana").close(REPOSITORY, a.number)


def _without_our_comment(a: Attacked) -> None:
    ours = [each for each in a.as_("gina").comments(REPOSITORY, a.number) if each["user"]["login"] == SERVICE]
    for each in ours:
        a.as_("gina").delete_comment(REPOSITORY, each["id"])
    a.it.settle()
    assert a.ours(), "the status comment is written again"
    a.as_("gina").close(REPOSITORY, a.number)


def _with_our_comment_rewritten(a: Attacked) -> None:
    status = next(each for each in a.as_("gina").comments(REPOSITORY, a.number) if each["user"]["login"] == SERVICE)
    a.as_("gina").edit_comment(REPOSITORY, status["id"], "Complete, may be closed.")
    a.it.settle()
    a.as_("gina").close(REPOSITORY, a.number)


def _with_our_labels_by_hand(a: Attacked) -> None:
    a.as_("gina").ask("POST", f"/repos/{REPOSITORY}/labels", {"name": "closed-unverified", "color": "ededed"})
    a.as_("gina").label(REPOSITORY, a.number, "closed-unverified")
    a.it.settle()
    a.as_("gina").close(REPOSITORY, a.number)


def _locked(a: Attacked) -> None:
    a.as_("gina").ask("PUT", f"/repos/{REPOSITORY}/issues/{a.number}/lock", {})
    a.as_("gina").close(REPOSITORY, a.number)


@pytest.mark.parametrize(
    "way",
    [
        _close_as("not_planned"),
        _close_as("duplicate"),
        _by_pull_request,
        _without_its_label,
        _without_its_severity,
        _emptied,
        _without_our_comment,
        _with_our_comment_rewritten,
        _with_our_labels_by_hand,
        _locked,
    ],
    ids=[
        "not planned",
        "duplicate",
        "by a pull request",
        "label removed",
        "severity removed",
        "emptied",
        "our comment deleted",
        "our comment rewritten",
        "our label by hand",
        "locked",
    ],
)
def test_the_incident_is_open_again_with_the_reason(it: Stage, way: Callable[[Attacked], None]) -> None:
    a = incident(it)
    way(a)
    it.settle()
    assert not a.is_closed()
    assert any("I have opened this again" in text for text in a.ours())


def test_tickets_that_are_closed_all_at_once_are_all_open_again(it: Stage) -> None:
    a = incident(it)
    tickets = [a.ticket("A1"), a.ticket("A2")]
    for number in (*tickets, a.number):
        a.as_("gina").close(REPOSITORY, number, "not_planned")
    it.settle()
    assert [a.is_closed(number) for number in (*tickets, a.number)] == [False, False, False]


def test_a_row_that_is_deleted_after_its_ticket_exists_stays_asked_for_and_its_ticket_gated(it: Stage) -> None:
    a = incident(it)
    ticket = a.ticket("A2")
    body = a.as_("dana").issue(REPOSITORY, a.number)["body"]
    kept = "\n".join(line for line in body.splitlines() if not line.startswith("| A2 |"))
    a.as_("dana").edit(REPOSITORY, a.number, body=kept)
    it.settle()
    assert not a.close("omar", ticket)
    assert not a.close("dana")
    assert any("row is gone from the table" in text for text in a.ours())


def test_a_ticket_that_is_unlinked_is_linked_again(it: Stage) -> None:
    a = incident(it)
    ticket = a.as_("gina").issue(REPOSITORY, a.ticket("A1"))
    path = f"/repos/{REPOSITORY}/issues/{a.number}/sub_issue"
    assert a.as_("gina").ask("DELETE", path, {"sub_issue_id": ticket["id"]}).status_code == 200
    it.settle()
    linked = a.as_("gina").ask("GET", f"{path}s").json()
    assert ticket["id"] in {each["id"] for each in linked}
    assert not a.close("dana", int(ticket["number"]))


@pytest.mark.parametrize("way", ["deleted", "transferred", "converted"])
def test_an_action_does_not_end_by_losing_its_ticket(it: Stage, way: str) -> None:
    a = incident(it)
    ticket = a.ticket("A1")
    if way == "deleted":
        it.github.delete_issue(REPOSITORY, ticket, "gina")
    elif way == "converted":
        it.github.convert_issue(REPOSITORY, ticket, "gina")
    else:
        it.github.add_repository("acme/elsewhere", private=True, roles={"gina": "admin"})
        it.github.transfer_issue(REPOSITORY, ticket, "acme/elsewhere", "gina")
    it.settle()
    assert not a.close("dana")
    fates = (f"was {way}", "cannot be found any more") if way != "converted" else ("was converted into a discussion",)
    assert any(fate in text for text in a.ours() for fate in fates)
    if way == "converted":  # What is left of it is no ticket any more, and is not fought over.
        assert a.is_closed(ticket)


def test_an_action_whose_ticket_cannot_come_back_waits_until_its_risk_is_accepted_on_the_incident(it: Stage) -> None:
    a = incident(it)
    it.github.delete_issue(REPOSITORY, a.ticket("A1"), "gina")
    it.settle()
    [row] = [line for line in a.ours()[0].splitlines() if line.startswith("| A1 |")]
    assert "no ticket yet" not in row
    assert row.endswith("was deleted |")
    asked = "where it cannot come back, `/accept-risk A1 until:YYYY-MM-DD <why>` here"
    assert asked in a.ours()[0]
    a.say("dana", f"/accept-risk A1 until:{it.clock().date() + timedelta(days=30)} mine")
    assert asked in a.ours()[0]
    a.say("gina", f"/accept-risk A1 until:{it.clock().date() + timedelta(days=30)} the export is replaced in spring")
    assert asked not in a.ours()[0]
    [row] = [line for line in a.ours()[0].splitlines() if line.startswith("| A1 |")]
    assert row.endswith(f"risk accepted until {it.clock().date() + timedelta(days=30)} |")
    [kept] = [each for each in _remembered(it) if each.action_id == "A1"]
    assert (kept.outcome, kept.until) == ("risk accepted", it.clock().date() + timedelta(days=30))
    assert kept.is_set_aside, "the weekly review no longer asks for it"


def _remembered(it: Stage) -> tuple[OpenAction, ...]:
    """Return the actions of which the weekly review would speak."""
    return it.parts.engine.ledger.review([("github", REPOSITORY)], it.clock()).actions


def test_whoever_insists_is_let_and_the_incident_counts_as_open(it: Stage) -> None:
    """S13"""
    a = incident(it)
    ticket = a.ticket("A1")
    rounds = [a.close("dana", ticket) for _ in range(5)]
    assert rounds == [False, False, False, True, True]
    labels = {each["name"] for each in a.as_("gina").issue(REPOSITORY, ticket)["labels"]}
    assert "closed-unverified" in labels
    assert not a.close("dana")
