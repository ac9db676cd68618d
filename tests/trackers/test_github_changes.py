"""The sweep over a repository, deliveries that never came, and what we may govern."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses

from integration.clock import now
from integration.errors import ConfigError, TrackerRefused
from integration.trackers.base import Changes, Cursor
from integration.trackers.github.signin import AppAccess
from integration.trackers.github.tracker import connect
from tests.trackers.github_harness import BOT, KEY, PROJECT, GitHubWorld, a_world, where
from tests.trackers.test_github_observing import API, a_payload


@pytest.fixture
def world() -> Iterator[GitHubWorld]:
    with a_world() as world:
        yield world


def locators(changes: Changes) -> list[str]:
    return [issue.locator for issue in changes.issues]


# The sweep


def test_a_sweep_in_which_nothing_changed_is_free(world: GitHubWorld) -> None:
    world.open_issue("dana", "One")
    first = world.tracker.changed_since(PROJECT, Cursor())
    world.sandbox.calls.reset()
    again = world.tracker.changed_since(PROJECT, first.cursor)
    assert (again.issues, again.cursor) == ((), first.cursor)
    assert world.calls() == ["GET /repos/acme/shop/issues 304"]


def test_another_process_goes_on_from_the_cursor(world: GitHubWorld) -> None:
    world.open_issue("dana", "One")
    cursor = world.tracker.changed_since(PROJECT, Cursor()).cursor
    other = connect(world.sandbox.url, KEY, token=world.sandbox.token_of(BOT))
    assert other.changed_since(PROJECT, cursor).issues == ()
    other.close()


def test_closed_and_unlabelled_issues_are_seen_newest_first_and_pull_requests_are_not(world: GitHubWorld) -> None:
    one, two = (world.open_issue("dana", title, labels=("incident",)) for title in ("One", "Two"))
    world.clock.ahead += timedelta(minutes=10)
    three = world.open_issue("dana", "Three")
    cursor = world.tracker.changed_since(PROJECT, Cursor()).cursor
    world.clock.ahead += timedelta(minutes=10)
    world.sandbox.as_person("omar").unlabel(*where(one), "incident")
    world.sandbox.add_pull_request(PROJECT, "omar", "A change")
    world.clock.ahead += timedelta(minutes=1)
    world.close("omar", three)
    changes = world.tracker.changed_since(PROJECT, cursor)
    assert locators(changes) == [three.locator, one.locator]
    assert two not in changes.issues
    assert changes.cursor.etag != cursor.etag


def test_what_changed_just_before_the_cursor_is_seen_again(world: GitHubWorld) -> None:
    one = world.open_issue("dana", "One")
    world.clock.ahead += timedelta(minutes=1)
    two = world.open_issue("dana", "Two")
    cursor = world.tracker.changed_since(PROJECT, Cursor()).cursor
    world.clock.ahead += timedelta(minutes=10)
    world.comment("dana", two, "On it.")
    assert locators(world.tracker.changed_since(PROJECT, Cursor(cursor.seen, ""))) == [two.locator, one.locator]


def test_a_sweep_over_many_changes_turns_pages_until_it_meets_what_it_knows(world: GitHubWorld) -> None:
    known = world.open_issue("dana", "Known")
    world.clock.ahead += timedelta(minutes=10)
    latest = world.open_issue("dana", "The latest that is known")
    cursor = world.tracker.changed_since(PROJECT, Cursor()).cursor
    world.clock.ahead += timedelta(minutes=10)
    for number in range(250):
        world.sandbox.as_person("dana").open_issue(PROJECT, f"Issue {number}")
    world.sandbox.calls.reset()
    changes = world.tracker.changed_since(PROJECT, cursor)
    assert len(changes.issues) == 250 + 1
    assert changes.issues[-1] == latest
    assert known not in changes.issues
    assert len(world.calls()) == 3


def test_the_first_sweep_takes_one_page(world: GitHubWorld) -> None:
    for number in range(120):
        world.sandbox.as_person("dana").open_issue(PROJECT, f"Issue {number}")
    changes = world.tracker.changed_since(PROJECT, Cursor())
    assert len(changes.issues) == 100
    assert changes.cursor.seen is not None
    assert abs(changes.cursor.seen - now()) < timedelta(minutes=1)


def test_an_empty_repository_is_swept_from_the_servers_present(world: GitHubWorld) -> None:
    changes = world.tracker.changed_since(PROJECT, Cursor())
    assert changes.issues == ()
    assert changes.cursor.seen is not None


def test_an_issue_that_moves_up_while_pages_are_turned_is_named_once() -> None:
    def page(*numbers: int) -> list[dict[str, Any]]:
        at = "2026-11-23T10:00:00Z"
        return [a_payload(id=number, number=number, updated_at=at) for number in numbers]

    query = {"state": "all", "sort": "updated", "direction": "desc", "per_page": "100"}
    match = [responses.matchers.query_param_matcher(query)]
    link = {"Link": f'<{API}/repos/acme/shop/issues?page=2>; rel="next"', "ETag": '"7"'}
    with responses.RequestsMock() as api:
        api.get(f"{API}/repos/acme/shop/issues", json=page(3, 2), headers=link, match=match)
        second = [responses.matchers.query_param_matcher({"page": "2"})]
        api.get(f"{API}/repos/acme/shop/issues", json=page(2, 1), match=second)
        tracker = connect("https://api.github.com", KEY, token="t")
        changes = tracker.changed_since("acme/shop", Cursor(datetime(2026, 11, 1, tzinfo=UTC)))
        tracker.close()
    assert locators(changes) == ["acme/shop#3", "acme/shop#2", "acme/shop#1"]
    assert changes.cursor == Cursor(datetime(2026, 11, 23, 10, tzinfo=UTC), '"7"')


@pytest.mark.parametrize("project", ["acme", "acme/..", "../x", ""])
def test_a_project_that_is_none_is_refused(world: GitHubWorld, project: str) -> None:
    with pytest.raises(TrackerRefused):
        world.tracker.changed_since(project, Cursor())


# Deliveries


def test_deliveries_that_never_arrived_are_asked_for_again() -> None:
    with a_world() as world:
        # Nothing listens on the discard port.
        world.sandbox.add_hook(PROJECT, "http://127.0.0.1:9/webhooks/github", "secret-of-sixteen-bytes", ["issues"])
        world.sandbox.add_hook(PROJECT, "http://127.0.0.1:9/somebody/else", None, ["issues"])
        world.sandbox.set_role(PROJECT, BOT, "admin")
        world.open_issue("dana", "One")
        assert world.sandbox.hooks.wait_idle(30)
        failed = world.tracker.failed_deliveries(PROJECT, now() - timedelta(days=1))
        issues = [each for each in failed if each.event == "issues"]
        assert len(issues) == 1
        assert {each.hook for each in failed} == {issues[0].hook}
        before = len(world.sandbox.hooks.deliveries)
        assert world.tracker.redeliver(PROJECT, issues[0])
        assert world.sandbox.hooks.wait_idle(30)
        assert len(world.sandbox.hooks.deliveries) == before + 1
        assert world.tracker.failed_deliveries(PROJECT, now() + timedelta(days=1)) == ()


def test_a_token_that_may_not_see_hooks_finds_none(world: GitHubWorld) -> None:
    assert world.tracker.failed_deliveries(PROJECT, now() - timedelta(days=1)) == ()


def test_a_delivery_that_arrived_in_the_end_is_left_alone() -> None:
    def attempt(number: int, guid: str, status: int) -> dict[str, Any]:
        at = f"2026-11-23T10:00:{number:02}Z"
        return {"id": number, "guid": guid, "status_code": status, "event": "issues", "delivered_at": at}

    made = [attempt(4, "b", 500), attempt(3, "a", 202), attempt(2, "b", 0), attempt(1, "a", 503)]
    hooks = [
        {"id": 5, "active": True, "config": {"url": "https://ft.example/webhooks/github"}},
        {"id": 6, "active": False, "config": {"url": "https://ft.example/webhooks/github"}},
    ]
    with responses.RequestsMock() as api:
        api.get(f"{API}/repos/acme/shop/hooks", json=hooks)
        api.get(f"{API}/repos/acme/shop/hooks/5/deliveries", json=made)
        api.post(f"{API}/repos/acme/shop/hooks/5/deliveries/4/attempts", status=404, json={})
        tracker = connect("https://api.github.com", KEY, token="t")
        failed = tracker.failed_deliveries("acme/shop", datetime(2026, 11, 23, tzinfo=UTC))
        assert [(each.attempt, each.guid) for each in failed] == [(4, "b")]
        assert not tracker.redeliver("acme/shop", failed[0])
        tracker.close()


# Scope and settings


def test_a_token_may_govern_what_it_may_push_to(world: GitHubWorld) -> None:
    world.sandbox.add_repository("acme/read-only", roles={BOT: "triage"})
    world.sandbox.add_repository("acme/archived", roles={BOT: "write"}).is_archived = True
    assert world.tracker.in_scope() == {PROJECT}


def test_no_account_and_an_impossible_app_are_mistakes_of_configuration() -> None:
    with pytest.raises(ConfigError):
        connect("https://api.github.com", KEY)
    with pytest.raises(ConfigError):
        connect("https://api.github.com", KEY, app=AppAccess(1, "no key"))
