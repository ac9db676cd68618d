"""GitHub's deliveries: which issues does one speak of? Nothing else in a payload is believed (S2)."""

import re
from typing import Any

from flask import Blueprint, Response

from integration.wakeups import WakeUp
from webhooks.deliveries import Headers, Payload, Sender, read_event, read_payload, wrong_shape
from webhooks.receiving import Door

SITE = "github"
# https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
SENDER = Sender(
    site=SITE,
    signature_header="X-Hub-Signature-256",
    id_header="X-GitHub-Delivery",
    target_headers=(
        "X-GitHub-Hook-ID",
        "X-GitHub-Hook-Installation-Target-Type",
        "X-GitHub-Hook-Installation-Target-ID",
    ),
)
# Events that can concern a case. Every other event is answered 204: the list is short on purpose, and the sweep finds
# what an event outside of it changed.
ISSUE_EVENTS = frozenset({"issues", "issue_comment"})
PAIR_EVENTS = {  # event → the two issues that it names
    "sub_issues": ("sub_issue", "parent_issue"),
    "issue_dependencies": ("blocked_issue", "blocking_issue"),
}
# What evidence may point at, and the actions after which it may count no more, or for the first time.
EXHIBIT_EVENTS = {"pull_request": frozenset({"closed", "reopened"}), "workflow_run": frozenset({"completed"})}

_REPOSITORY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}", re.ASCII)
_ACTION = re.compile(r"[a-z_]{1,40}", re.ASCII)
_LARGEST = 2**63 - 1


class Repository(Payload):
    """A repository, as far as it is read."""

    full_name: str


class Issue(Payload):
    """An issue, as far as it is read; ``id`` is the database id, which a transfer changes and a rename does not."""

    id: int
    number: int
    pull_request: Any = None


class Changes(Payload):
    """Where a transferred issue went."""

    new_issue: Issue | None = None
    new_repository: Repository | None = None


class IssuePayload(Payload):
    """The payload of ``issues`` and ``issue_comment``."""

    action: str
    issue: Issue
    repository: Repository
    changes: Changes | None = None


class PairPayload(Payload):
    """The payload of ``sub_issues`` and ``issue_dependencies``: the far issue's repository has its own field."""

    action: str
    repository: Repository | None = None
    sub_issue: Issue | None = None
    sub_issue_repo: Repository | None = None
    parent_issue: Issue | None = None
    parent_issue_repo: Repository | None = None
    blocked_issue: Issue | None = None
    blocked_issue_repo: Repository | None = None
    blocking_issue: Issue | None = None
    blocking_issue_repo: Repository | None = None


class PullRequest(Payload):
    """A pull request, as far as it is read."""

    id: int
    number: int


class Run(Payload):
    """A workflow run, as far as it is read."""

    id: int


class ExhibitPayload(Payload):
    """The payload of ``pull_request`` and ``workflow_run``."""

    action: str
    repository: Repository
    pull_request: PullRequest | None = None
    workflow_run: Run | None = None


class AnyPayload(Payload):
    """A payload of which nothing is read."""


def read_wakeups(headers: Headers, body: bytes, at: float) -> tuple[WakeUp, ...]:
    """Return the issues that may have changed; none for an event that can concern no case.

    ``at`` is the arrival in Unix seconds. Raises :class:`DeliveryRejected` 400 for what cannot be read.
    """
    event = read_event(headers.get("X-GitHub-Event"), "X-GitHub-Event")
    if event in ISSUE_EVENTS:
        return _wake_issue(event, read_payload(IssuePayload, body), at)
    if event in PAIR_EVENTS:
        return _wake_pair(event, read_payload(PairPayload, body), at)
    if event in EXHIBIT_EVENTS:
        return _wake_exhibit(event, read_payload(ExhibitPayload, body), at)
    read_payload(AnyPayload, body)
    return ()


def _wake_issue(event: str, payload: IssuePayload, at: float) -> tuple[WakeUp, ...]:
    if payload.issue.pull_request is not None:
        return ()  # GitHub calls a comment on a pull request issue_comment, too.
    name = _event_name(event, payload.action)
    found = [_wakeup(payload.issue, payload.repository, name, at, "issue")]
    moved = payload.changes
    if payload.action == "transferred" and moved and moved.new_issue and moved.new_repository:
        found.append(_wakeup(moved.new_issue, moved.new_repository, name, at, "changes.new_issue"))
    return tuple(found)


def _wake_pair(event: str, payload: PairPayload, at: float) -> tuple[WakeUp, ...]:
    name = _event_name(event, payload.action)
    found = []
    for field in PAIR_EVENTS[event]:
        issue: Issue | None = getattr(payload, field)
        repository: Repository | None = getattr(payload, f"{field}_repo") or payload.repository
        if issue is None or repository is None:
            raise wrong_shape(field)
        found.append(_wakeup(issue, repository, name, at, field))
    return tuple(found)


def _wake_exhibit(event: str, payload: ExhibitPayload, at: float) -> tuple[WakeUp, ...]:
    """Name the object as its page does: which cases point at it, the ledger knows."""
    if payload.action not in EXHIBIT_EVENTS[event]:
        return ()
    pull, run = payload.pull_request, payload.workflow_run
    if event == "pull_request" and pull is not None:
        kind, identifier, page, number = "pull", pull.id, "pull", pull.number
    elif event == "workflow_run" and run is not None:
        kind, identifier, page, number = "run", run.id, "actions/runs", run.id
    else:
        raise wrong_shape(event)
    if not 0 < identifier <= _LARGEST or not 0 < number <= _LARGEST:
        raise wrong_shape(f"{event}.id")
    place = _checked(payload.repository)
    return (WakeUp(SITE, f"{kind}-{identifier}", f"{place}/{page}/{number}", _event_name(event, payload.action), at),)


def _event_name(event: str, action: str) -> str:
    if not _ACTION.fullmatch(action):
        raise wrong_shape("action")
    return f"{event}.{action}"


def _wakeup(issue: Issue, repository: Repository, event: str, at: float, field: str) -> WakeUp:
    if not 0 < issue.id <= _LARGEST or not 0 < issue.number <= _LARGEST:
        raise wrong_shape(f"{field}.id")
    return WakeUp(SITE, str(issue.id), f"{_checked(repository)}#{issue.number}", event, at)


def _checked(repository: Repository) -> str:
    """Return the repository's name: it reaches client libraries, which put it into paths unescaped (S17)."""
    if not _REPOSITORY.fullmatch(repository.full_name):
        raise wrong_shape("repository.full_name")
    return repository.full_name


def blueprint(door: Door, secrets: tuple[bytes, ...]) -> Blueprint:
    """Return the route of GitHub's deliveries; ``secrets`` are those that may have signed them."""
    routes = Blueprint(SITE, __name__)

    @routes.post("/webhooks/github")
    def receive() -> Response:
        return door.receive(SENDER, secrets, read_wakeups)

    return routes
