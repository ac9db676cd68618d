"""What judging a case needs to know beyond it: asked of the tracker, and of the ledger where it is about earlier incidents."""

from dataclasses import replace
from datetime import timedelta

from integration.ledger.ledger import Ledger
from integration.postmortem.decisions import Memory
from integration.postmortem.incident import Case, Facts
from integration.postmortem.judgement import facts_needed
from integration.trackers.base import Tracker
from mappings.models import Policy


def looked_up(case: Case, memory: Memory, policy: Policy, tracker: Tracker, ledger: Ledger) -> Facts:
    """Return the facts. ``policy`` is the one that holds in the case's project. Raises what the tracker raises."""
    incident, needed = case.incident, facts_needed(case, memory, policy)
    facts = tracker.look_up(incident.ref, needed, policy)
    if not needed.earlier:
        return facts
    # Verified before this incident was opened, so that the answer stays the same for as long as it is asked.
    since = incident.created_at - timedelta(days=policy.remediation.repeated.within_days)
    return replace(facts, earlier=ledger.verified_before(incident.ref, since, incident.created_at))
