"""What is remembered beside the cases: projects, the sweep, the breaker's figures, policies, and work that keeps failing."""

from datetime import timedelta

import pytest

from integration.ledger.ledger import Ledger
from integration.ledger.projects import UnknownProject
from integration.ledger.records import Parked, Rejection
from integration.postmortem.decisions import ProjectMemory
from integration.postmortem.incident import IssueRef
from integration.trackers.base import Cursor
from tests.ledger.builders import CASE, DANA, LATER, NOW, a_look, a_ticket


def test_a_project_is_governed_since_it_was_first_met(ledger: Ledger) -> None:
    met = ProjectMemory("github", "acme/shop", NOW)
    assert ledger.project("github", "acme/shop", NOW) == met
    assert ledger.project("github", "acme/shop", LATER) == met
    ledger.project("github", "acme/app", LATER)
    ledger.project("jira", "PM", LATER)
    assert [project.name for project in ledger.projects_known("github")] == ["acme/app", "acme/shop"]


def test_a_project_can_be_paused_and_resumed(ledger: Ledger) -> None:
    ledger.project("github", "acme/shop", NOW)
    ledger.project("github", "acme/app", NOW)
    assert ledger.set_paused("github", "acme/shop", True, DANA, NOW)
    assert not ledger.set_paused("github", "acme/shop", True, DANA, NOW)
    assert ledger.recall(CASE).project.paused
    assert not ledger.project("github", "acme/app", NOW).paused
    assert ledger.set_paused("github", "acme/shop", False, "cli", LATER)
    assert not ledger.recall(CASE).project.paused


def test_pausing_the_service_pauses_every_project_and_resuming_it_keeps_their_own_pauses(ledger: Ledger) -> None:
    ledger.project("github", "acme/shop", NOW)
    ledger.project("jira", "PM", NOW)
    ledger.set_paused("jira", "PM", True, "cli", NOW)
    assert ledger.set_paused("github", None, True, "cli", NOW)
    assert ledger.project("github", "acme/shop", NOW).paused
    assert ledger.set_paused("github", None, False, "cli", NOW)
    assert not ledger.project("github", "acme/shop", NOW).paused
    assert ledger.project("jira", "PM", NOW).paused


def test_a_breaker_says_why_until_it_is_closed(ledger: Ledger) -> None:
    ledger.project("github", "acme/shop", NOW)
    assert ledger.open_breaker("github", "acme/shop", "40 reopenings in an hour", NOW)
    assert ledger.recall(CASE).project.breaker == "40 reopenings in an hour"
    assert ledger.close_breaker("github", "acme/shop", DANA, LATER)
    assert not ledger.close_breaker("github", "acme/shop", DANA, LATER)
    assert ledger.recall(CASE).project.breaker == ""


def test_a_project_that_nobody_heard_of_cannot_be_paused_or_stopped(ledger: Ledger) -> None:
    with pytest.raises(UnknownProject):
        ledger.set_paused("github", "acme/shpo", True, DANA, NOW)
    with pytest.raises(UnknownProject):
        ledger.open_breaker("github", "acme/shpo", "why", NOW)
    assert ledger.verify_audit().entries == 0


def test_the_sweep_goes_on_where_it_was(ledger: Ledger) -> None:
    assert ledger.cursor("github", "acme/shop") == Cursor()
    ledger.save_cursor("github", "acme/shop", Cursor(NOW, '"etag"'), NOW)
    ledger.save_cursor("github", "acme/shop", Cursor(LATER, ""), LATER)
    assert ledger.cursor("github", "acme/shop") == Cursor(LATER, "")
    assert ledger.cursor("github", "acme/app") == Cursor()


def test_creations_and_reopenings_are_counted_per_project_and_time(ledger: Ledger) -> None:
    elsewhere = IssueRef(a_ticket(99).key, "acme/app#1")
    ledger.project("github", "acme/shop", NOW - timedelta(hours=10))
    for n in range(5):
        ledger.open_intent(CASE, f"ticket:A{n}", CASE.key, NOW - timedelta(hours=n))
        ledger.record_look(CASE, a_look(reopened=(CASE.key, a_ticket().key)), NOW - timedelta(hours=n))
    ledger.open_intent(elsewhere, "status", elsewhere.key, NOW)
    since = NOW - timedelta(hours=1)
    assert ledger.creations_since("github", "acme/shop", since) == 2
    assert ledger.reopenings_since("github", "acme/shop", since) == 4
    assert ledger.usual_per_hour("github", "acme/shop", NOW) == (0.5, 1.0)
    assert ledger.usual_per_hour("github", "acme/never", NOW) == (0, 0)


def test_what_is_usual_forgets_what_is_older_than_thirty_days(ledger: Ledger) -> None:
    ledger.project("github", "acme/shop", NOW - timedelta(days=400))
    ledger.open_intent(CASE, "status", CASE.key, NOW - timedelta(days=31))
    ledger.open_intent(CASE, "ticket:A1", CASE.key, NOW - timedelta(days=29))
    assert ledger.usual_per_hour("github", "acme/shop", NOW) == (1 / 720, 0)


def test_a_policy_is_published_once_and_can_be_taken_back_to(ledger: Ledger) -> None:
    first, second = {"severity.yaml": "a: 1"}, {"severity.yaml": "a: 2", "projects/x.yaml": ""}
    assert ledger.active_policy() is None
    assert ledger.publish_policy("h1", first, NOW, "cli")
    assert not ledger.publish_policy("h1", first, NOW, "cli")
    assert ledger.publish_policy("h2", second, LATER, DANA, weakenings=("SEV2 is no longer due.",))
    assert ledger.active_policy() == ("h2", second)
    assert ledger.policy_files("h1") == first
    assert ledger.publish_policy("h1", first, LATER, "cli")
    assert ledger.active_policy() == ("h1", first)
    assert ledger.policy_files("h3") == {}
    assert ledger.verify_audit().entries == 3


def test_a_refused_policy_stays_visible_until_it_is_mended(ledger: Ledger) -> None:
    ledger.publish_policy("h1", {}, NOW, "cli")
    error = "severity.yaml:3: unknown key sevrity; did you mean severity?"
    assert ledger.reject_policy("h2", (error,), NOW)
    assert not ledger.reject_policy("h2", (error,), LATER)
    assert not ledger.reject_policy("h3", (error,), LATER)
    assert ledger.last_rejection() == Rejection("h2", (error,), NOW)
    active = ledger.active_policy()
    assert active is not None
    assert active[0] == "h1"
    assert not ledger.publish_policy("h1", {}, LATER, "cli")
    assert ledger.last_rejection() is None


def test_work_that_keeps_failing_is_set_aside_until_somebody_takes_it_up(ledger: Ledger) -> None:
    ledger.park("github:500", CASE, reason="tracker_refused", detail="403", failures=5, now=NOW)
    ledger.park("github:500", CASE, reason="tracker_refused", detail="403 again", failures=6, now=LATER)
    assert ledger.parked() == (Parked("github:500", CASE, "tracker_refused", "403 again", 6, LATER),)
    assert ledger.unpark("github:500")
    assert not ledger.unpark("github:500")
    assert ledger.parked() == ()
