"""A case whose tickets stand on several trackers, behind the port of one: what concerns the incident goes to its own tracker, the rest to theirs.

It knows no tracker, decides nothing about the domain, and asks of a place only what :class:`Reach` says.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.commands import Command, EnsureActionTicket, FieldEdit, Outcome, place_of
from integration.postmortem.facts import Facts, FactsNeeded
from integration.postmortem.incident import Case, IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.postmortem.places import Place, Reach
from integration.trackers.base import Changes, Cursor, EditsTogether, Elsewhere, PointsElsewhere, Spend, Tracker
from integration.trackers.capabilities import Capabilities
from mappings.models import Policy

UNAUTHORIZED = 401
InScope = Callable[[str, str], bool]


@dataclass
class Across:
    """The tracker of incidents on ``site``, ``home``, with all ``trackers`` by site; ``allows`` says where may be written (S5)."""

    site: str
    home: Tracker
    trackers: Mapping[str, Tracker]
    allows: InScope

    def service(self) -> Person:
        """Return our account where the incident is."""
        return self.home.service()

    def locate(self, site_id: str, locator: str) -> IssueRef:
        """Return the reference of an issue on the incident's own tracker."""
        return self.home.locate(site_id, locator)

    def observe(self, case: IssueRef, tickets: tuple[IssueRef, ...], policy: Policy) -> Case:
        """Read the case, and its tickets on other trackers. Those of a tracker that is not set up any more cannot be found."""
        seen = self.home.observe(case, tickets, policy)
        for site, refs in _by_site(tickets, self.site).items():
            tracker = self.trackers.get(site)
            gone = Elsewhere(missing=frozenset(ref.key for ref in refs))
            found = tracker.observe_tickets(case.key, refs, policy) if tracker is not None else gone
            tickets_there = (*seen.tickets, *found.tickets)
            seen = replace(
                seen, tickets=tickets_there, missing=seen.missing | found.missing, fates=seen.fates | found.fates
            )
        return seen

    def observe_tickets(self, case: IssueKey, tickets: tuple[IssueRef, ...], policy: Policy) -> Elsewhere:
        """Read tickets on the incident's own tracker."""
        return self.home.observe_tickets(case, tickets, policy)

    def look_up(self, case: IssueRef, needed: FactsNeeded, policy: Policy) -> Facts:
        """Answer each question where the account, the place or the ticket is that it is about."""
        at_home = self._about(self.site, needed)
        facts = self.home.look_up(case, replace(at_home, beside=frozenset()), policy)
        facts = replace(facts, places={place: self._reach(place) for place in sorted(needed.places)})
        for site, tracker in self.trackers.items():
            if site != self.site:
                asked = self._about(site, needed)
                facts = (
                    _with(facts, tracker.look_up(case, replace(asked, beside=frozenset()), policy)) if asked else facts
                )
            for ref in _one_of_each(ref for ref in needed.beside if ref.key.site == site):
                # Read from its ticket: a link that was seen from the incident already was seen.
                links = needed.links - facts.exhibits.keys()
                facts = _with(facts, tracker.look_up(ref, FactsNeeded(links=links), policy)) if links else facts
        return facts

    def _about(self, site: str, needed: FactsNeeded) -> FactsNeeded:
        """Return what the tracker ``site`` is asked: of names, labels and texts only the incident's own knows."""
        standings = frozenset((project, person) for project, person in needed.standings if person.site == site)
        accounts = frozenset(each for each in needed.accounts if each.place.site == site)
        # Only Jira's projects have a lead.
        heads = needed.heads if site == "jira" else frozenset[str]()
        if site != self.site:
            return FactsNeeded(standings=standings, accounts=accounts, heads=heads)
        return replace(needed, standings=standings, accounts=accounts, heads=heads, places=frozenset())

    def _reach(self, place: Place) -> Reach:
        """Say how a place is seen, asked afresh (S27); one that is missing and one that is not ours look alike (S18)."""
        tracker = self.trackers.get(place.site)
        if tracker is None:
            return Reach.UNREACHED
        if not self.allows(place.site, place.project):
            return Reach.OUT_OF_SCOPE
        try:
            return Reach.PUBLIC if tracker.is_public(place.project) else Reach.OPEN
        except IssueNotFound:
            return Reach.UNREACHED
        except TrackerRefused as refused:
            if refused.status == UNAUTHORIZED:
                raise
            return Reach.UNREACHED

    def apply(self, command: Command, policy: Policy, spend: Spend, *, seek_since: datetime | None = None) -> Outcome:
        """Bring about the wanted state on the tracker that it is wanted of; a ticket elsewhere is shown on its incident, where the tracker can."""
        outcome = self._of(command).apply(command, policy, spend, seek_since=seek_since)
        return self._shown(command, outcome, spend) if isinstance(command, EnsureActionTicket) else outcome

    def _shown(self, command: EnsureActionTicket, outcome: Outcome, spend: Spend) -> Outcome:
        ticket = outcome.ticket
        if ticket is None or ticket.key.site == self.site or not isinstance(self.home, PointsElsewhere):
            return outcome
        # Whoever dies in between finds the ticket again, and comes by here with it.
        shown = self.home.point_to(command.case, ticket, command.title, spend)
        return replace(outcome, writes=outcome.writes + shown.writes, shortfall=(*outcome.shortfall, *shown.shortfall))

    def edits_together(self, command: Command) -> bool:
        """Tell whether edits of the issue that the command is about are one request."""
        return isinstance(self._of(command), EditsTogether)

    def apply_together(self, commands: tuple[FieldEdit, ...], policy: Policy, spend: Spend) -> tuple[Outcome, ...]:
        """Bring about edits of one issue; an outcome for each, in their order."""
        tracker = self._of(commands[0])
        if isinstance(tracker, EditsTogether):
            return tracker.apply_together(commands, policy, spend)
        return tuple(tracker.apply(command, policy, spend) for command in commands)

    def _of(self, command: Command) -> Tracker:
        site = place_of(command).site
        tracker = self.trackers.get(site)
        if tracker is None:
            raise TrackerRefused(f"{site} is not configured", status=0)
        return tracker

    def changed_since(self, project: str, cursor: Cursor) -> Changes:
        """List what changed in a repository or project of the incident's own tracker."""
        return self.home.changed_since(project, cursor)

    def in_scope(self) -> frozenset[str]:
        """Return the projects that our account may govern on the incident's own tracker."""
        return self.home.in_scope()

    def is_public(self, project: str) -> bool:
        """Tell whether everybody can read a project of the incident's own tracker."""
        return self.home.is_public(project)

    def account(self, issue: IssueRef) -> str:
        """Name the account from whose budget a write to this issue is taken."""
        return self.trackers[issue.key.site].account(issue)

    def probe(self, project: str, policy: Policy) -> Capabilities:
        """Find out what the incident's own tracker has at a project."""
        return self.home.probe(project, policy)


def across(trackers: Mapping[str, Tracker], site: str, allows: InScope) -> Across:
    """Return the tracker of incidents on ``site`` that reaches their tickets everywhere. Raises ``KeyError`` for a site that is not set up."""
    return Across(site, trackers[site], trackers, allows)


def everywhere(trackers: Mapping[str, Tracker], allows: InScope) -> dict[str, Tracker]:
    """Return for each site the tracker of its incidents that reaches their tickets everywhere."""
    return {site: across(trackers, site, allows) for site in trackers}


def _by_site(tickets: Iterable[IssueRef], home: str) -> dict[str, tuple[IssueRef, ...]]:
    found: dict[str, tuple[IssueRef, ...]] = {}
    for ref in tickets:
        if ref.key.site != home:
            found[ref.key.site] = (*found.get(ref.key.site, ()), ref)
    return found


def _one_of_each(refs: Iterable[IssueRef]) -> tuple[IssueRef, ...]:
    """Return one ticket of each project: what may be looked at follows from the project."""
    found = {ref.place: ref for ref in sorted(refs, key=lambda ref: ref.locator, reverse=True)}
    return tuple(found[place] for place in sorted(found))


def _with(facts: Facts, more: Facts) -> Facts:
    return replace(
        facts,
        standings=facts.standings | more.standings,
        accounts=facts.accounts | more.accounts,
        exhibits=more.exhibits | facts.exhibits,
        heads=facts.heads | more.heads,
    )
