"""What follows for an earlier incident once somebody said that it came back: its actions are asked about again, once, and what was verified before
counts no more where the policy says so (issue 7, "Recurrence"). Pure.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from integration.postmortem.decisions import Decision
from integration.postmortem.incident import Issue, IssueRef
from integration.postmortem.precedents import Precedent, Recurred
from integration.postmortem.rules.crossing import may_be_named
from integration.postmortem.rules.evidence import Proof, ProofState
from integration.postmortem.rules.lessons import border_of
from mappings.models import Policy, PublicText

WHY = "it came back in a later incident"


@dataclass(frozen=True)
class CameBack:
    """One later incident as it is told here: ``ref`` where it may be named as its tracker does, ``link`` where only a link may be given."""

    purpose: str
    categories: tuple[str, ...] = ()
    ref: IssueRef | None = None
    link: str = ""


def came_back(incident: Issue, recurred: tuple[Recurred, ...], policy: Policy) -> tuple[CameBack, ...]:
    """Return what this incident is told of those that are it come back. In public, nothing (S27)."""
    if incident.public and policy.service.public_issues is PublicText.CHECKS:
        return ()
    return tuple(_told(incident, each.later, policy) for each in recurred)


def _told(incident: Issue, later: Precedent, policy: Policy) -> CameBack:
    purpose = f"came-back:{later.key.site}:{later.key.id}"
    if not may_be_named(later):
        return CameBack(purpose)
    categories = tuple(dict.fromkeys(category for category in later.categories if category))
    if border_of(incident.ref, policy).holds(later):
        return CameBack(purpose, categories, later.ref)
    return CameBack(purpose, categories, link=later.ref.url)


def lapsed(proof: Proof, decisions: tuple[Decision, ...], recurred: tuple[Recurred, ...], policy: Policy) -> Proof:
    """Return the proof as it counts after the incident came back: what was verified before that has lapsed, where the policy says so.

    ``decisions`` are those on the action's ticket.
    """
    back_at = max((each.at for each in recurred), default=None)
    if back_at is None or proof.state is not ProofState.VERIFIED or not policy.learning.recurrence.evidence_lapses:
        return proof
    if _verified_at(decisions) > back_at:
        return proof
    return replace(proof, state=ProofState.LAPSED, why=WHY, comes_back=True)


def _verified_at(decisions: tuple[Decision, ...]) -> datetime:
    return max(decision.at for decision in decisions if decision.word == "verify" and decision.grants)
