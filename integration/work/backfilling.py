"""Reads existing incidents into the ledger: lists a project page by page, observes what is not known, and records it. Never writes to a tracker.

A page is done when its cursor is saved, so whoever is stopped goes on there. What a look has recorded stays as it is, so that a second run
changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from integration.errors import IssueNotFound, RateLimited, TrackerError, TrackerRefused, TrackerUnavailable
from integration.ledger.ledger import Ledger
from integration.postmortem.decisions import ProjectMemory
from integration.postmortem.incident import Case, IssueKey, IssueRef
from integration.postmortem.rebuilding import Rebuilt, is_of_action, needed, rebuild, remembered, tickets_told
from integration.postmortem.rules.routing import leads_to
from integration.trackers.across import InScope, across
from integration.trackers.base import Tracker
from integration.trackers.listing import Lists, Page
from integration.work.recording import record_of
from mappings.models import Mode, Policy

Answer = TypeVar("Answer")
RESERVE = 0.25
"""The part of the tracker's hourly budget that is left to the running service."""
TRY_AGAIN = (5, 20, 60, 300)
"""Seconds to wait for a tracker that does not answer, each time longer; then the run ends and can be repeated."""
MOST_TOLD = 60
"""Tickets of one case that are looked up because our own comment names them."""


class Reads(Tracker, Lists, Protocol):
    """A tracker that observes and lists."""


@dataclass(frozen=True)
class Reading:
    """What reading in may use. ``rest`` waits until an instant and says why; ``policy`` is the whole policy, ``stamp`` its hash; ``allows`` says which
    places are in scope.
    """

    trackers: dict[str, Reads]
    ledger: Ledger
    policy: Policy
    stamp: str
    mode: Mode
    clock: Callable[[], datetime]
    rest: Callable[[datetime, str], None]
    allows: InScope

    def calls(self) -> int:
        """Return how many requests were made so far, to all trackers."""
        return sum(tracker.calls() for tracker in self.trackers.values())


@dataclass(frozen=True)
class Tally:
    """How far a project is: ``issues`` were listed, ``incidents`` among them, of which so many were ``known``, ``read`` now, and ``unread``.

    ``ours`` of those read had been taken on by us; ``unconfirmed`` counts the grants found that nobody vouches for any more.
    """

    place: str
    issues: int = 0
    incidents: int = 0
    known: int = 0
    read: int = 0
    ours: int = 0
    unconfirmed: int = 0
    unread: tuple[str, ...] = ()
    calls: int = 0
    is_done: bool = False


def read_in(site: str, project: str, given: Reading) -> Iterator[Tally]:
    """Read in one project; yields how far it is after each incident and each page. Raises ``TrackerError`` where it has to end early."""
    tracker = given.trackers[site]
    before = given.calls()
    cursor, done_at = given.ledger.backfill_progress(site, project)
    tally = Tally(f"{site}:{project}")
    pages = _pages(tracker, project, "" if done_at else cursor, given)
    for page in pages:
        for listed in page.issues:
            tally = replace(tally, issues=tally.issues + 1)
            if given.policy.for_project(site, project).severity.is_incident(listed.labels, listed.issue_type):
                tally = _incident(listed.ref, tracker, given, tally)
                yield replace(tally, calls=given.calls() - before)
        is_last = not page.cursor
        now = given.clock()
        given.ledger.save_backfill(site, project, page.cursor, now if is_last else None, now)
        tally = replace(tally, calls=given.calls() - before, is_done=is_last)
        yield tally


class _Listing:
    """A project's pages; where one does not come, the listing is begun anew after the last one that did."""

    def __init__(self, tracker: Reads, project: str, cursor: str) -> None:
        self._tracker, self._project, self._cursor = tracker, project, cursor
        self._pages = tracker.everything(project, cursor)

    def following(self) -> Page:
        """Return the next page. Raises ``TrackerError``, and may be asked again."""
        try:
            page = next(self._pages)
        except TrackerError:
            self._pages = self._tracker.everything(self._project, self._cursor)
            raise
        self._cursor = page.cursor
        return page


def _pages(tracker: Reads, project: str, cursor: str, given: Reading) -> Iterator[Page]:
    listing = _Listing(tracker, project, cursor)
    while True:
        page = _patiently(tracker, listing.following, given)
        yield page
        if not page.cursor:
            return


def _patiently(tracker: Reads, deed: Callable[[], Answer], given: Reading) -> Answer:
    """Do something that asks the tracker, within its limits: rest when it asks to, and when our part of the budget is spent."""
    waits = iter(TRY_AGAIN)
    while True:
        _leave_the_rest(tracker, given)
        try:
            return deed()
        except RateLimited as limited:
            given.rest(limited.until, "the tracker asks to wait")
        except TrackerUnavailable as away:
            wait = next(waits, None)
            if wait is None:
                raise
            given.rest(given.clock() + timedelta(seconds=wait), str(away))


def _leave_the_rest(tracker: Reads, given: Reading) -> None:
    resting = tracker.rest_until(RESERVE)
    if resting is not None:
        given.rest(resting, "the rest of this hour's requests is left to the service")


def _incident(ref: IssueRef, tracker: Reads, given: Reading, tally: Tally) -> Tally:
    tally = replace(tally, incidents=tally.incidents + 1)
    if given.ledger.is_known(ref.key):
        return replace(tally, known=tally.known + 1)
    try:
        rebuilt = _patiently(tracker, lambda: _rebuilt(ref, tracker, given), given)
    except (TrackerRefused, IssueNotFound) as refused:
        return replace(tally, unread=(*tally.unread, f"{ref.locator} ({refused.reason})"))
    if not _record(rebuilt, given):
        return replace(tally, known=tally.known + 1)
    unconfirmed = sum(not each.confirmed for each in rebuilt.decisions)
    return replace(
        tally, read=tally.read + 1, ours=tally.ours + rebuilt.was_ours, unconfirmed=tally.unconfirmed + unconfirmed
    )


def _rebuilt(ref: IssueRef, tracker: Reads, given: Reading) -> Rebuilt:
    case = _observed(ref, tracker, given)
    incident = case.incident.ref
    policy = given.policy.for_project(incident.key.site, incident.project)
    known = given.ledger.recall(incident)
    if known.project.name not in {each.name for each in given.ledger.projects_known(incident.key.site)}:
        known = replace(known, project=ProjectMemory(incident.key.site, incident.project, given.clock()))
    memory = remembered(case, known, policy)
    reach = across(given.trackers, tracker.site, given.allows)
    facts = reach.look_up(incident, needed(case, memory, policy), policy)
    return rebuild(case, facts, memory, policy, given.clock(), mode=given.mode, stamp=given.stamp)


def _observed(ref: IssueRef, tracker: Reads, given: Reading) -> Case:
    """Observe a case; tickets that only our own comment names are looked for besides."""
    tickets = list(given.ledger.tickets(ref))
    case = tracker.observe(ref, tuple(tickets), given.policy)
    told: dict[str, list[str]] = {}
    for site, locator in tickets_told(case)[:MOST_TOLD]:
        told.setdefault(site, []).append(locator)
    if here := tuple(_located(tracker, told.pop(tracker.site, ()))):
        case = tracker.observe(ref, (*tickets, *here), given.policy)
    for site, locators in told.items():
        case = _with_tickets_on(site, locators, case, given)
    return case


def _with_tickets_on(site: str, locators: Iterable[str], case: Case, given: Reading) -> Case:
    """Return the case with those of the named issues of another tracker that bear our mark for it, in places to which a route of the mapping leads (S18)."""
    incident, other = case.incident.ref, given.trackers.get(site)
    if other is None:
        return case
    policy = given.policy.for_project(incident.key.site, incident.project)
    places = [(each, IssueRef(IssueKey(site, ""), each).place) for each in locators]
    allowed = [each for each, at in places if leads_to(at, policy) and given.allows(at.site, at.project)]
    if not allowed:
        return case
    _leave_the_rest(other, given)
    refs = tuple(_located(other, allowed))
    if not refs:
        return case
    seen = other.observe_tickets(incident.key, refs, policy)
    return replace(case, tickets=(*case.tickets, *filter(is_of_action, seen.tickets)))


def _located(tracker: Reads, locators: Iterable[str]) -> Iterator[IssueRef]:
    for locator in locators:
        with suppress(TrackerRefused, IssueNotFound):  # It is gone, or no issue at all.
            yield tracker.locate("", locator)


def _record(rebuilt: Rebuilt, given: Reading) -> bool:
    case, incident = rebuilt.case, rebuilt.case.incident.ref
    record = record_of(case, rebuilt.memory, rebuilt.assessment, [], (), given.stamp, finished=True)
    record = replace(record, governed=rebuilt.was_ours, satisfied=rebuilt.memory.satisfied)
    if rebuilt.was_ours and rebuilt.began is not None:
        given.ledger.governed_at_least_since(incident.key.site, incident.project, rebuilt.began, given.clock())
    if not rebuilt.was_ours:
        # Nobody was asked for anything here, so nothing was ever due, and no look is due either.
        record = replace(record, due_at=None, approved_at=None, finished_at=None, next_look=None, adopted_digest=None)
    return given.ledger.read_in(incident, record, rebuilt.decisions, given.clock())
