"""What judging a case needs to know beyond it: asked of the tracker, and of the ledger where it is about other incidents."""

from dataclasses import replace
from datetime import timedelta

from integration.ledger.ledger import Ledger
from integration.postmortem.decisions import Memory
from integration.postmortem.facts import Facts, FactsNeeded
from integration.postmortem.incident import Case
from integration.postmortem.judgement import facts_needed
from integration.postmortem.rules.drafting import accounts_needed
from integration.postmortem.rules.ending import originals_named
from integration.postmortem.rules.vouching import strange_comments, without_comment
from integration.trackers.base import Tracker
from mappings.models import Policy


def looked_up(case: Case, memory: Memory, policy: Policy, tracker: Tracker, ledger: Ledger) -> Facts:
    """Return the facts. ``policy`` is the one that holds in the case's project. Raises what the tracker raises."""
    incident, needed = case.incident, facts_needed(case, memory, policy)
    named = originals_named(case, memory)
    facts = replace(
        tracker.look_up(incident.ref, needed, policy),
        incidents=ledger.incidents(incident.ref.key.site, named) if named else {},
        comments_gone=without_comment(case, memory),
        comments_strange=strange_comments(case, memory),
    )
    # Only once it is known whom the rows name is it known whose accounts on another tracker are meant.
    if accounts := accounts_needed(case, facts, memory, policy):
        found = tracker.look_up(incident.ref, FactsNeeded(accounts=accounts), policy)
        facts = replace(facts, accounts=found.accounts)
    if not needed.earlier:
        return facts
    # Verified before this incident was opened, so that the answer stays the same for as long as it is asked.
    since = incident.created_at - timedelta(days=policy.remediation.repeated.within_days)
    return replace(facts, earlier=ledger.verified_before(incident.ref, since, incident.created_at))
