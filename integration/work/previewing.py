"""What a look would find and do, without doing any of it: the first three of its five steps, over what is remembered. Writes nothing anywhere."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from integration.ledger.ledger import Ledger
from integration.postmortem.assessment import Assessment
from integration.postmortem.commands import Command
from integration.postmortem.decisions import Memory, ProjectMemory
from integration.postmortem.incident import Case, IssueKey, IssueRef
from integration.postmortem.judgement import judge
from integration.postmortem.plan import plan
from integration.trackers.base import Tracker
from integration.work.looking import BEFORE_THE_FIRST, reconciled
from integration.work.looking_up import looked_up
from integration.work.resembling import Library, with_precedents
from mappings.models import Mode, Policy


@dataclass(frozen=True)
class Preview:
    """What a look would come to. ``commands`` are those of its first round: tickets come before the comment that lists them."""

    case: IssueRef
    in_scope: bool
    assessment: Assessment
    commands: tuple[Command, ...]


def preview(
    ref: IssueRef,
    tracker: Tracker,
    ledger: Ledger,
    policy: Policy,
    *,
    stamp: str,
    mode: Mode,
    in_scope: Callable[[str, str], bool],
    now: datetime,
) -> Preview:
    """Observe, judge and plan the case to which an issue belongs. Raises ``TrackerError`` subclasses."""
    case_ref = ledger.case_of(ref.key) or ref
    case = tracker.observe(case_ref, ledger.tickets(case_ref), policy)
    incident = case.incident.ref
    memory = recalled(case, ledger, now)
    policy = policy.for_project(incident.key.site, incident.project)
    facts = looked_up(case, memory, policy, tracker, ledger)
    facts = with_precedents(facts, case, memory, policy, Library(ledger))
    assessment = judge(case, facts, memory, policy, now, mode=mode, stamp=stamp)
    is_in_scope = in_scope(incident.key.site, incident.project)
    commands = plan(assessment, case, memory, policy, stamp) if is_in_scope else ()
    return Preview(incident, is_in_scope, assessment, commands)


def recalled(case: Case, ledger: Ledger, now: datetime) -> Memory:
    """Return what a look at a case would begin with: what is remembered, without refusals that are old enough to be tried again."""
    incident = case.incident.ref
    return _first_met(reconciled(ledger.recall(incident), case).trying_again(now), incident, ledger, now)


def _first_met(memory: Memory, incident: IssueRef, ledger: Ledger, now: datetime) -> Memory:
    """A project that was never met would be governed from this moment on, as by its first delivery."""
    site, name = incident.key.site, incident.project
    if any(project.name == name for project in ledger.projects_known(site)):
        return memory
    return replace(memory, project=ProjectMemory(site, name, now - BEFORE_THE_FIRST))


def issue_named(tracker: Tracker, locator: str) -> IssueRef:
    """Return the issue that a person named. Raises ``IssueNotFound``."""
    found = tracker.locate("", locator)
    return IssueRef(IssueKey(found.key.site, found.key.id), found.locator, found.url)
