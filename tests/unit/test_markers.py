"""A marker is sound only where, and as, it was signed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.postmortem.incident import IssueKey
from integration.postmortem.rules.elsewhere import purpose_of
from integration.trackers.jira.marks import last_line, origin_of, property_value
from integration.trackers.markers import Signer

SIGNER = Signer(b"0123456789abcdef0123456789abcdef")
ISSUE = IssueKey("github", "3000000001")
PURPOSES = st.from_regex(r"[A-Za-z0-9:._+-]{1,120}", fullmatch=True)


@settings(deadline=None)
@given(PURPOSES)
def test_a_marker_is_read_back_from_the_text_that_carries_it(purpose: str) -> None:
    text = f"Judged.\n\n<!-- {SIGNER.marker(ISSUE, purpose)} -->"
    assert SIGNER.purpose(ISSUE, text) == purpose


def test_a_text_without_a_marker_has_no_purpose() -> None:
    assert SIGNER.purpose(ISSUE, "") is None
    assert SIGNER.purpose(ISSUE, "followthrough:v1:status:") is None


@pytest.mark.parametrize(
    "other", [replace(ISSUE, id="3000000002"), replace(ISSUE, site="jira"), IssueKey("github", "30000000010")]
)
def test_a_marker_copied_to_another_issue_means_nothing(other: IssueKey) -> None:
    assert SIGNER.purpose(other, SIGNER.marker(ISSUE, "status")) is None


def test_a_marker_signed_by_another_installation_means_nothing() -> None:
    assert SIGNER.purpose(ISSUE, Signer(b"another key of another place").marker(ISSUE, "status")) is None


def test_a_marker_whose_purpose_was_edited_means_nothing() -> None:
    marker = SIGNER.marker(ISSUE, "ticket:A1")
    assert SIGNER.purpose(ISSUE, marker.replace("A1", "A2")) is None


@settings(deadline=None)
@given(st.integers(0, 31), st.sampled_from("0123456789abcdef"))
def test_a_marker_with_any_digit_of_its_signature_changed_means_nothing(at: int, digit: str) -> None:
    marker = SIGNER.marker(ISSUE, "status")
    body, signature = marker[:-32], marker[-32:]
    forged = body + signature[:at] + digit + signature[at + 1 :]
    assert (SIGNER.purpose(ISSUE, forged) == "status") == (forged == marker)


def test_parts_cannot_be_moved_between_issue_and_purpose() -> None:
    moved = SIGNER.marker(IssueKey("github", "3"), "0:status")
    assert SIGNER.purpose(IssueKey("github", "30"), moved) is None


def test_the_last_sound_marker_counts_and_forged_ones_after_it_do_not() -> None:
    first, last = SIGNER.marker(ISSUE, "status"), SIGNER.marker(ISSUE, "reply:1")
    forged = "followthrough:v1:ticket:A1:" + "0" * 32
    assert SIGNER.purpose(ISSUE, f"{first}\n{last}\n{forged}") == "reply:1"


def test_a_marker_holds_nothing_that_markup_reads() -> None:
    assert not set(SIGNER.marker(ISSUE, "ticket:A1")) & set("`*_[](){}<>|~@#\\\n ")


def test_the_key_does_not_show_in_the_marker() -> None:
    assert SIGNER.key.decode() not in SIGNER.marker(ISSUE, "status")


def test_the_marker_of_an_incident_for_another_system_tells_where_it_comes_from() -> None:
    marker = SIGNER.marker(ISSUE, purpose_of("Hansen mail", ISSUE))
    assert SIGNER.origin("github", f"Opened.\n\n<!-- {marker} -->") == ISSUE
    assert SIGNER.origin("jira", marker) is None
    assert SIGNER.origin("github", marker.replace(ISSUE.id, "3000000002")) is None
    assert SIGNER.origin("github", SIGNER.marker(ISSUE, "ticket:A1")) is None
    assert Signer(b"another key of another place").origin("github", marker) is None


def test_on_jira_the_small_print_tells_it_as_well() -> None:
    issue = IssueKey("jira", "10001")
    purpose = purpose_of("Hansen mail", issue)
    text = f"Opened.\n\n{last_line(SIGNER, issue, purpose)}"
    assert origin_of(SIGNER, "jira", None, text) == issue
    assert origin_of(SIGNER, "jira", property_value(SIGNER, issue, purpose), "") == issue
    assert origin_of(SIGNER, "jira", {"marker": 7}, text.replace("10001", "10002")) is None
    assert origin_of(SIGNER, "jira", None, last_line(SIGNER, issue, "status")) is None
