"""Which issues a GitHub delivery speaks of."""

from typing import Any

import pytest

from integration.errors import DeliveryRejected
from integration.wakeups import WakeUp
from tests.receiver.deliveries import a_repository, an_issue, an_issues_payload, to_body
from webhooks.github import read_wakeups

AT = 1_790_000_000.5


def read(payload: Any, event: str = "issues") -> tuple[WakeUp, ...]:
    return read_wakeups({"X-GitHub-Event": event}, to_body(payload), AT)


def places(payload: Any, event: str) -> list[tuple[str, str]]:
    return [(wakeup.id, wakeup.locator) for wakeup in read(payload, event)]


@pytest.mark.parametrize(
    "action", ["opened", "closed", "reopened", "edited", "deleted", "labeled", "typed", "field_added"]
)
def test_any_action_on_an_issue_wakes_it(action: str):
    assert read(an_issues_payload(action)) == (WakeUp("github", "3578496080", "acme/shop#20", f"issues.{action}", AT),)


def test_a_comment_on_an_issue_wakes_it():
    payload = an_issues_payload("created") | {"comment": {"id": 1, "body": "/status"}}
    assert [wakeup.event for wakeup in read(payload, "issue_comment")] == ["issue_comment.created"]


def test_a_comment_on_a_pull_request_wakes_nothing():
    payload = an_issues_payload("created", pull_request={"url": "https://api.example/pulls/20"})
    assert read(payload, "issue_comment") == ()


def test_a_transfer_wakes_the_old_issue_and_the_new_one():
    changes = {"new_issue": an_issue(id=99, number=1), "new_repository": a_repository("acme/store")}
    payload = an_issues_payload("transferred") | {"changes": changes}
    assert places(payload, "issues") == [("3578496080", "acme/shop#20"), ("99", "acme/store#1")]


def test_an_edits_changes_are_not_taken_for_a_transfer():
    payload = an_issues_payload("edited") | {"changes": {"body": {"from": "before"}}}
    assert places(payload, "issues") == [("3578496080", "acme/shop#20")]


@pytest.mark.parametrize("action", ["sub_issue_added", "sub_issue_removed"])
def test_the_parents_sub_issue_event_wakes_both(action: str):
    payload = {
        "action": action,
        "sub_issue": an_issue(id=2, number=5),
        "sub_issue_repo": a_repository("acme/tools"),
        "parent_issue": an_issue(id=1, number=20),
        "repository": a_repository(),
    }
    assert places(payload, "sub_issues") == [("2", "acme/tools#5"), ("1", "acme/shop#20")]


@pytest.mark.parametrize("action", ["parent_issue_added", "parent_issue_removed"])
def test_the_sub_issues_parent_event_wakes_both(action: str):
    payload = {
        "action": action,
        "sub_issue": an_issue(id=2, number=5),
        "parent_issue": an_issue(id=1, number=20),
        "parent_issue_repo": a_repository("acme/shop"),
        "repository": a_repository("acme/tools"),
    }
    assert places(payload, "sub_issues") == [("2", "acme/tools#5"), ("1", "acme/shop#20")]


def test_a_dependency_wakes_both_ends():
    payload = {
        "action": "blocked_by_added",
        "blocked_issue": an_issue(id=1, number=20),
        "blocking_issue": an_issue(id=2, number=5),
        "blocking_issue_repo": a_repository("acme/tools"),
        "repository": a_repository("acme/shop"),
    }
    assert places(payload, "issue_dependencies") == [("1", "acme/shop#20"), ("2", "acme/tools#5")]


@pytest.mark.parametrize("event", ["ping", "push", "milestone", "label", "star", "installation", "check_run", "xyz"])
def test_other_events_wake_nothing(event: str):
    assert read({"zen": "Design for failure."}, event) == ()


@pytest.mark.parametrize("action", ["closed", "reopened"])
def test_a_pull_request_that_evidence_may_point_at_is_named_as_its_page(action: str):
    payload = {"action": action, "repository": a_repository(), "pull_request": {"id": 250, "number": 7}}
    (wakeup,) = read(payload, "pull_request")
    assert (wakeup.id, wakeup.locator, wakeup.event) == ("pull-250", "acme/shop/pull/7", f"pull_request.{action}")
    assert WakeUp.from_json(wakeup.to_json()) == wakeup


def test_a_run_that_ended_is_named_as_its_page():
    payload = {"action": "completed", "repository": a_repository(), "workflow_run": {"id": 90}}
    assert places(payload, "workflow_run") == [("run-90", "acme/shop/actions/runs/90")]


@pytest.mark.parametrize(("event", "action"), [("pull_request", "synchronize"), ("workflow_run", "requested")])
def test_what_cannot_change_what_evidence_shows_wakes_nothing(event: str, action: str):
    payload = {
        "action": action,
        "repository": a_repository(),
        "pull_request": {"id": 250, "number": 7},
        "workflow_run": {"id": 90},
    }
    assert read(payload, event) == ()


@pytest.mark.parametrize(
    "payload",
    [
        {"action": "closed", "repository": a_repository()},
        {"action": "closed", "repository": a_repository(), "pull_request": {"id": 0, "number": 7}},
        {"action": "closed", "repository": a_repository("acme/../x"), "pull_request": {"id": 1, "number": 7}},
    ],
)
def test_a_pull_request_of_the_wrong_shape_is_refused(payload: Any):
    with pytest.raises(DeliveryRejected):
        read(payload, "pull_request")


def test_only_the_reference_is_taken_from_the_payload():
    payload = an_issues_payload("closed", state="closed", labels=[]) | {
        "installation": {"id": 666},
        "sender": {"login": "somebody-else", "id": 1},
    }
    (wakeup,) = read(payload)
    assert set(vars(wakeup).values()) == {"github", "3578496080", "acme/shop#20", "issues.closed", AT, ""}


@pytest.mark.parametrize(
    "full_name",
    [
        "shop",
        "acme/",
        "/shop",
        "acme/shop/../../user",
        "acme/..",
        "acme/.",
        "../shop",
        "acme/shop?x=1",
        "acme/shop#1",
        "acme/sh op",
        "acme/shöp",
        "acme/shop\n",
        "-acme/shop",
        "a" * 101 + "/shop",
    ],
)
def test_a_repository_that_is_no_repositorys_name_is_the_wrong_shape(full_name: str):
    with pytest.raises(DeliveryRejected) as refusal:
        read(an_issues_payload(repository=full_name))
    assert (refusal.value.status, refusal.value.reason) == (400, "wrong_shape")
    assert full_name not in str(refusal.value)


@pytest.mark.parametrize("full_name", ["a/b", "acme-x/shop.js", "ana_corp/_shop", "acme/...", "0/0"])
def test_odd_but_allowed_repository_names_pass(full_name: str):
    assert read(an_issues_payload(repository=full_name))[0].locator == f"{full_name}#20"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"action": "opened"},
        {"action": "opened", "issue": an_issue()},
        an_issues_payload(id=0),
        an_issues_payload(id=-1),
        an_issues_payload(number=0),
        an_issues_payload(id=2**63),
        an_issues_payload(id=10**30),
        an_issues_payload(id="1"),
        an_issues_payload(id=True),
        an_issues_payload("Opened; rm"),
        an_issues_payload(None),
        [],
    ],
)
def test_an_issues_payload_that_is_not_as_documented_is_the_wrong_shape(payload: Any):
    with pytest.raises(DeliveryRejected) as refusal:
        read(payload)
    assert (refusal.value.status, refusal.value.reason) == (400, "wrong_shape")


@pytest.mark.parametrize("missing", ["sub_issue", "parent_issue", "repository"])
def test_a_pair_that_lacks_an_end_is_the_wrong_shape(missing: str):
    payload = {
        "action": "sub_issue_added",
        "sub_issue": an_issue(id=2, number=5),
        "parent_issue": an_issue(),
        "repository": a_repository(),
    }
    del payload[missing]
    with pytest.raises(DeliveryRejected, match="not as documented"):
        read(payload, "sub_issues")


def test_a_delivery_without_an_events_name_is_refused():
    with pytest.raises(DeliveryRejected) as refusal:
        read_wakeups({}, to_body(an_issues_payload()), AT)
    assert refusal.value.reason == "no_event"


def test_another_events_body_must_still_be_json():
    with pytest.raises(DeliveryRejected) as refusal:
        read(b"nonsense", "push")
    assert refusal.value.reason == "not_json"


def test_a_wake_up_stays_under_a_kilobyte():
    payload = an_issues_payload("a" * 40, repository="a" * 100 + "/" + "b" * 100, id=2**63 - 1, number=2**63 - 1)
    assert len(read(payload)[0].to_json()) < 1000
