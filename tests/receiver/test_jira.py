"""Which issues a Jira delivery speaks of, on Cloud and on Data Center."""

from typing import Any

import pytest

from integration.errors import DeliveryRejected
from integration.wakeups import WakeUp
from tests.receiver.deliveries import a_jira_issue, a_jira_payload, to_body
from webhooks.jira import read_wakeups

AT = 1_790_000_000.5


def read(payload: Any) -> tuple[WakeUp, ...]:
    return read_wakeups({}, to_body(payload), AT)


@pytest.mark.parametrize(
    "event",
    [
        "jira:issue_created",
        "jira:issue_updated",
        "jira:issue_deleted",
        "comment_created",
        "comment_updated",
        "comment_deleted",
        "attachment_created",
    ],
)
def test_an_event_that_names_an_issue_wakes_it(event: str):
    assert read(a_jira_payload(event)) == (WakeUp("jira", "10040", "PM-41", event, AT),)


@pytest.mark.parametrize("event", ["comment_created", "comment_updated", "comment_deleted"])
def test_a_data_center_comment_names_its_issue_by_its_own_address_alone(event: str):
    comment = {"self": "https://jira.example/rest/api/2/issue/10013/comment/10082", "id": "10082", "body": "/status"}
    assert read(a_jira_payload(event, issue=None, comment=comment)) == (WakeUp("jira", "10013", "", event, AT),)


def test_a_link_wakes_both_ends_by_number():
    link = {"id": 10656, "sourceIssueId": 11442, "destinationIssueId": 11961}
    found = read(a_jira_payload("issuelink_created", issueLink=link))
    assert [(wakeup.id, wakeup.locator) for wakeup in found] == [("11442", ""), ("11961", "")]


def test_an_attachment_without_an_issue_wakes_nothing():
    assert read(a_jira_payload("attachment_created", issue=None, attachment={"id": "1"})) == ()


@pytest.mark.parametrize(
    "event", ["worklog_created", "sprint_started", "jira:version_released", "issue_property_set", "user_created"]
)
def test_other_events_wake_nothing(event: str):
    assert read(a_jira_payload(event)) == ()


@pytest.mark.parametrize("key", ["PM-1/../../user", "pm-1", "PM-0", "PM", "PM-1 ", "PM-1\n", "P M-1", "PM-1?x", "ÄÖ-1"])
def test_an_odd_key_is_dropped_since_the_id_is_enough(key: str):
    (wakeup,) = read(a_jira_payload(issue=a_jira_issue(key=key)))
    assert (wakeup.id, wakeup.locator) == ("10040", "")


@pytest.mark.parametrize("identifier", ["", "0", "-1", "1/../2", "abc", "1" * 20, 0, -5, 10**30, True, None, 1.5, "١"])
def test_an_issue_whose_id_is_no_id_is_the_wrong_shape(identifier: Any):
    with pytest.raises(DeliveryRejected) as refusal:
        read(a_jira_payload(issue={"id": identifier, "key": "PM-1"}))
    assert (refusal.value.status, refusal.value.reason) == (400, "wrong_shape")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        [],
        {"webhookEvent": 7},
        {"webhookEvent": "jira:issue_updated"},
        {"webhookEvent": "comment_created"},
        {"webhookEvent": "comment_created", "comment": {"self": "https://jira.example/rest/api/2/comment/1"}},
        {"webhookEvent": "comment_created", "comment": {"self": "https://jira.example/issue/1x/comment/1"}},
        {"webhookEvent": "jira:issue_updated", "comment": {"self": "https://jira.example/issue/1/comment/1"}},
        {"webhookEvent": "issuelink_created"},
        {"webhookEvent": "issuelink_created", "issueLink": {"sourceIssueId": 1}},
        {"webhookEvent": "issuelink_created", "issueLink": {"sourceIssueId": 1, "destinationIssueId": "x"}},
    ],
)
def test_a_payload_that_is_not_as_documented_is_the_wrong_shape(payload: Any):
    with pytest.raises(DeliveryRejected) as refusal:
        read(payload)
    assert (refusal.value.status, refusal.value.reason) == (400, "wrong_shape")


def test_a_strange_events_name_is_refused():
    with pytest.raises(DeliveryRejected) as refusal:
        read(a_jira_payload("jira:issue updated; drop"))
    assert refusal.value.reason == "no_event"
