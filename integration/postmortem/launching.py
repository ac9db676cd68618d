"""A launch is a case of its own kind: it is told what earlier incidents teach, and does not close before the grave lessons are answered. Pure.

Observed, planned and recorded as an incident is; only what is judged differs.
"""

from datetime import datetime, timedelta

from integration.postmortem.assessment import Assessment, Gate, LaunchView, Phase
from integration.postmortem.decisions import Memory, paused_by
from integration.postmortem.facts import Facts
from integration.postmortem.findings import blocking
from integration.postmortem.incident import Case
from integration.postmortem.precedents import Precedents
from integration.postmortem.rules.deciding import decide
from integration.postmortem.rules.lessons import counted_only, judge_offer, offers_of
from integration.postmortem.rules.severity import SeverityView
from integration.postmortem.rules.standing import GovernedView
from mappings.models import Policy, PublicText


def judge_launch(
    case: Case, facts: Facts, memory: Memory, policy: Policy, now: datetime, standing: GovernedView, stamp: str
) -> Assessment:
    """Judge one launch. What everybody can read is told nothing, unless the mapping says otherwise (S27)."""
    issue = case.incident
    decided = decide(case, facts, memory, (), policy, stamp, now)
    decisions = (*memory.decisions, *decided.decisions)
    precedents = facts.precedents or Precedents()
    is_public = issue.public and policy.service.public_issues is PublicText.CHECKS
    offers = () if is_public else offers_of(case, precedents, memory, decisions, policy)
    findings = tuple(judge_offer(offer, policy) for offer in offers)
    gate = Gate(issue, blocking(findings))
    launch = policy.learning.launch(issue.labels)
    again = now + timedelta(hours=policy.clocks.look_again_hours)
    retries = [refusal.retry_at for refusal in memory.refusals if refusal.retry_at > now]
    return Assessment(
        case=issue.ref,
        governed=standing.governed,
        why=standing.why,
        mode=standing.mode,
        severity=SeverityView(None, ""),
        kind=policy.kind(None),
        phase=Phase.COMPLETE if gate.may_close else Phase.WRITING,
        due=None,
        is_overdue=False,
        findings=findings,
        gates=(gate,),
        decisions=decided.decisions,
        suggestions=decided.suggestions,
        paused_by=paused_by(decisions),
        # Lessons may be written while a launch is prepared: an open one is told of them without anybody touching it.
        next_look=min([*([] if issue.closed else [again]), *retries], default=None),
        adopted_digest=standing.adopted_digest,
        launch=LaunchView(
            title=launch.title if launch else "a launch",
            offers=offers,
            confidential=counted_only(precedents, policy),
            is_silent=is_public or not (offers or precedents.known),
        ),
    )
