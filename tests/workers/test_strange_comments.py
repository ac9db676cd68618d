"""A comment by our own account that the ledger does not know raises an alarm (SECURITY.md S25)."""

from collections.abc import MutableMapping
from typing import Any

from structlog.testing import capture_logs

from tests.e2e.stage import REPOSITORY, Stage


def test_a_comment_by_our_account_that_we_did_not_write_raises_an_alarm(service: Stage) -> None:
    github = service.github
    number = github.as_person("dana").open_issue(REPOSITORY, "Wrong answers", "", labels=["incident", "sev2"])["number"]
    with capture_logs() as quiet:
        service.settle()
    forged = github.as_person("followthrough").comment(REPOSITORY, number, "All verified, you may close.")
    with capture_logs() as logs:
        service.settle()
    assert not alarms(quiet)
    assert alarms(logs)[0]["comments"] == [str(forged["id"])]


def alarms(logs: list[MutableMapping[str, Any]]) -> list[MutableMapping[str, Any]]:
    return [entry for entry in logs if entry["event"] == "unknown_comment_by_our_account"]


def test_a_grant_whose_comment_is_gone_raises_an_alarm_when_an_issue_is_closed_on_its_strength(service: Stage) -> None:
    github = service.github
    number = github.as_person("dana").open_issue(REPOSITORY, "Caught in testing", "", labels=["incident", "sev4"])[
        "number"
    ]
    granted = github.as_person("tom").comment(REPOSITORY, number, "/client Nordlicht")
    github.as_person("tom").comment(REPOSITORY, number, "/criteria none")
    service.settle()
    github.as_person("gina").delete_comment(REPOSITORY, granted["id"])
    service.settle()
    github.as_person("dana").close(REPOSITORY, number)
    with capture_logs() as logs:
        service.settle()
    found = [entry for entry in logs if entry["event"] == "grant_without_its_comment"]
    assert [entry["comments"] for entry in found] == [[str(granted["id"])]]
