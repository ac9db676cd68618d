"""Looks back at the latest incidents of one project: a listing, then each of them as an observation. Reads only; nothing is remembered."""

from dataclasses import dataclass, field
from typing import Protocol

from integration.errors import TrackerError
from integration.postmortem.incident import Case, IssueRef
from integration.postmortem.lookback import Known, Past, look_back, tickets_named
from integration.trackers.base import Tracker
from integration.trackers.listing import Listed, Lists
from mappings.models import Policy

MOST_TICKETS = 10
"""Tickets of one incident that are named in its text and looked up, a call each."""
OTHERWISE = "bug"
"""The label that is tried where no issue is called an incident."""


class Looks(Tracker, Lists, Protocol):
    """A tracker that observes and lists."""


@dataclass(frozen=True)
class LookedBack:
    """What was found. ``chosen`` says by what the incidents were chosen; ``unread`` names those that did not answer."""

    pasts: tuple[Past, ...]
    chosen: str
    calls: int
    unread: tuple[str, ...] = field(default=())


def look_back_at(tracker: Looks, project: str, policy: Policy, *, last: int, label: str = "") -> LookedBack:
    """Look back at the ``last`` incidents of a project, the newest first. Raises ``TrackerError`` where the project cannot be listed."""
    before = tracker.calls()
    found, chosen = _incidents(tracker, project, policy, label, last)
    known = tuple(Known(each.ref, each.title, each.text, each.created_at) for each in found)
    pasts, unread = [], []
    for place, each in enumerate(found[:last]):
        try:
            pasts.append(look_back(_observed(tracker, each.ref, policy), known[place + 1 :], policy))
        except TrackerError as error:
            unread.append(f"{each.ref.locator} ({error.reason})")
    return LookedBack(tuple(pasts), chosen, tracker.calls() - before, tuple(unread))


def _incidents(tracker: Looks, project: str, policy: Policy, label: str, last: int) -> tuple[tuple[Listed, ...], str]:
    """Return the incidents among the latest issues; where these hold too few, the tracker is asked label by label."""
    latest = tracker.latest(project)
    if label:
        wanted = tuple(each for each in latest if label.casefold() in map(str.casefold, each.labels))
        return wanted if len(wanted) >= last else tracker.latest(project, label), f"label {label}"
    severity = policy.severity
    found = {each.ref.key: each for each in latest if severity.is_incident(each.labels, each.issue_type)}
    for name in severity.incident.labels if len(found) < last else ():
        found |= {each.ref.key: each for each in tracker.latest(project, name)}
    if found:
        newest = sorted(found.values(), key=lambda each: each.created_at, reverse=True)
        return tuple(newest), f"labels {', '.join(severity.incident.labels)}"
    named = f"no issue is labelled {' or '.join(severity.incident.labels)}, so those labelled {OTHERWISE}"
    return tracker.latest(project, OTHERWISE), named


def _observed(tracker: Looks, ref: IssueRef, policy: Policy) -> Case:
    case = tracker.observe(ref, (), policy)
    tickets = []
    for locator in tickets_named(case, policy)[:MOST_TICKETS]:
        try:
            tickets.append(tracker.locate("", locator))
        except TrackerError:
            continue  # A number in a text need not be an issue, and one that we may not see is none for us.
    return tracker.observe(ref, tuple(tickets), policy) if tickets else case
