"""What another policy would change, case by case: each open case is observed once and judged twice. Writes nothing to a tracker or the ledger.

The trackers are asked, because the ledger keeps no text of issues: only what is there now can be judged.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from integration.errors import RateLimited, TrackerError, TrackerUnavailable
from integration.ledger.ledger import Ledger
from integration.postmortem.assessment import Assessment
from integration.postmortem.comparing import Difference, differences
from integration.postmortem.incident import Case, IssueRef
from integration.postmortem.judgement import judge
from integration.trackers.base import Tracker
from integration.work.looking_up import looked_up
from integration.work.previewing import recalled
from mappings.comparing import ChangedLine, changed_lines
from mappings.loading import LoadedPolicy
from mappings.models import Mode, Policy
from mappings.weakening import Weakening, weakenings

SITES = ("github", "jira")
MOST_COUNTED = 10_000  # open cases of a site; beyond them nobody counts how many were left out


@dataclass(frozen=True)
class Rehearsed:
    """One case under both policies. ``trouble`` says why it could not be judged, or is empty."""

    case: IssueRef
    differences: tuple[Difference, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class Rehearsal:
    """What a rehearsal may use: the policy in force and the other one, and what observing needs. ``mode`` is the installation's."""

    ledger: Ledger
    trackers: Mapping[str, Tracker]
    live: Policy
    new: Policy
    mode: Mode
    now: datetime

    def run(self, cases: Iterable[IssueRef]) -> Iterator[Rehearsed]:
        """Judge one case after another. A tracker that is down or asks to wait is not asked again."""
        resting: dict[str, str] = {}
        for case in cases:
            site = case.key.site
            if site not in self.trackers:
                yield Rehearsed(case, trouble=f"{site} is not configured here")
            elif site in resting:
                yield Rehearsed(case, trouble=resting[site])
            else:
                try:
                    yield Rehearsed(case, self._compare(case))
                except (TrackerUnavailable, RateLimited) as error:
                    resting[site] = f"{site} does not answer at present ({error.reason})"
                    yield Rehearsed(case, trouble=resting[site])
                except TrackerError as error:
                    yield Rehearsed(case, trouble=f"it cannot be read ({error.reason})")

    def _compare(self, ref: IssueRef) -> tuple[Difference, ...]:
        tracker = self.trackers[ref.key.site]
        tickets = self.ledger.tickets(ref)
        case = tracker.observe(ref, tickets, self.live)
        place = case.incident.ref.key.site, case.incident.ref.project
        if self.live.for_project(*place) == self.new.for_project(*place):
            return ()
        again = case if _reads_alike(self.live, self.new) else tracker.observe(ref, tickets, self.new)
        return differences(self._judge(case, self.live, tracker), self._judge(again, self.new, tracker))

    def _judge(self, case: Case, everywhere: Policy, tracker: Tracker) -> Assessment:
        incident = case.incident.ref
        memory = recalled(case, self.ledger, self.now)
        policy = everywhere.for_project(incident.key.site, incident.project)
        facts = looked_up(case, memory, policy, tracker, self.ledger)
        return judge(case, facts, memory, policy, self.now, mode=self.mode)


@dataclass(frozen=True)
class Edit:
    """What an edit of the policy comes to: its lines, what it makes weaker, and the open cases; ``left_out`` counts those that were not judged."""

    before: LoadedPolicy
    after: LoadedPolicy
    lines: tuple[ChangedLine, ...]
    weaker: tuple[Weakening, ...]
    cases: tuple[Rehearsed, ...]
    left_out: int

    @property
    def changing(self) -> tuple[Rehearsed, ...]:
        """Return the cases that would be judged otherwise."""
        return tuple(case for case in self.cases if case.differences)

    @property
    def unread(self) -> tuple[Rehearsed, ...]:
        """Return the cases that could not be judged."""
        return tuple(case for case in self.cases if case.trouble)


def edit_of(before: LoadedPolicy, after: LoadedPolicy, cases: tuple[Rehearsed, ...] = (), left_out: int = 0) -> Edit:
    """Return what an edit comes to, with the cases that were rehearsed for it."""
    weaker = weakenings(before.policy, after.policy)
    return Edit(before, after, changed_lines(before, after), weaker, cases, left_out)


def open_incidents(
    ledger: Ledger, limit: int, place: tuple[str, str | None] | None = None
) -> tuple[tuple[IssueRef, ...], int]:
    """Return up to ``limit`` open cases, of one (site, project) or of all, and how many more there are, as far as the ledger is asked."""
    places = (place,) if place else tuple((site, None) for site in SITES)
    found = [case for site, project in places for case in ledger.open_cases(site, project, limit=MOST_COUNTED)]
    return tuple(found[:limit]), len(found[limit:])


def _reads_alike(one: Policy, other: Policy) -> bool:
    """Tell whether both read a tracker alike, so that one observation serves both: the same fields, people and tickets."""
    keys = (
        (
            policy.severity.jira,
            policy.people,
            policy.remediation,
            tuple((s.id, s.title, s.jira_field) for s in policy.postmortem.sections),
        )
        for policy in (one, other)
    )
    return len(set(keys)) == 1
