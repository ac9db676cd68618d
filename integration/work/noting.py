"""Wakes the learning notes once an incident has come to the point at which it is noted, so that nobody waits a day for one."""

from datetime import datetime

from integration.ledger.ledger import Ledger
from integration.postmortem.assessment import Phase
from integration.postmortem.incident import IssueKey
from integration.postmortem.noting import KIND
from integration.wakeups import WakeUp
from integration.work.kinds import wanted_series
from integration.work.look import Looked
from integration.work.outstanding import Outstanding
from mappings.models import Policy

_MAY_BE_NOTED = (Phase.REMEDIATING, Phase.COMPLETE)


def wake_notes(
    looked: Looked, key: IssueKey, policy: Policy, ledger: Ledger, outstanding: Outstanding, now: datetime
) -> int:
    """Wake each series of notes that wants one of this incident; return how many. What is lost with Redis comes with the daily look."""
    if looked.assessment is None or looked.assessment.phase not in _MAY_BE_NOTED:
        return 0
    if not policy.for_project(key.site, looked.assessment.case.project).destinations.issue(KIND).to:
        return 0
    if not ledger.wants_note(key, now):
        return 0
    place = (key.site, looked.assessment.case.project)
    found = [each.ref for each in wanted_series(policy, ledger) if each.kind == KIND and place in each.covers]
    outstanding.wake(
        [WakeUp(r.key.site, r.key.id, r.locator, "series", now.timestamp()) for r in found], now.timestamp()
    )
    return len(found)
