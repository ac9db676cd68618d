"""Labels that steer the service, on a case that was taken on: put back once, with the reason, and asked about after that (issue 5, "No way around").

Somebody with the right may do all of it by saying why: ``/not-incident``, ``/waive incident_label``, ``/waive steering_label``.
"""

from dataclasses import dataclass

from integration.postmortem.assessment import PutBack
from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.findings import Finding
from integration.postmortem.incident import Case, Issue
from integration.postmortem.rules.drafting import our_issues
from integration.postmortem.rules.ending import is_labelled
from integration.postmortem.rules.standing import is_steered
from mappings.models import Policy, Severity


@dataclass(frozen=True)
class Kept:
    """What is put back now, and findings on what was put back before and is gone again."""

    back: tuple[PutBack, ...] = ()
    findings: tuple[Finding, ...] = ()


def judge_labels(
    case: Case, memory: Memory, decisions: tuple[Decision, ...], severity: Severity | None, policy: Policy
) -> Kept:
    """Judge the labels by which an incident could slip away, and those of ours that somebody else set."""
    own, findings = _incident_label(case.incident, memory, decisions, severity, policy)
    steering, more = _steering(case.incident, memory, severity, policy)
    marks = tuple(back for issue in our_issues(case, memory) if (back := _mark_by_hand(issue, memory, policy)))
    return Kept((*own, *steering, *marks), (*findings, *more))


def put_back(issue: Issue, label: str) -> str:
    """Return the purpose of the comment that says, once, that this label was put back or taken off."""
    return f"kept:{issue.ref.key.id}:label:{label.casefold()}"


def _incident_label(
    incident: Issue, memory: Memory, decisions: tuple[Decision, ...], severity: Severity | None, policy: Policy
) -> tuple[tuple[PutBack, ...], tuple[Finding, ...]]:
    if is_labelled(incident, policy):
        return (), ()
    label = policy.severity.incident.labels[0]
    purpose = put_back(incident, label)
    is_waived = any(d.word == "waive" and d.grants and d.reason == "incident_label" for d in decisions)
    if not incident.closed and not is_waived and purpose not in memory.said:
        says = (
            f"I have put `{label}` back: what was taken on as an incident stays one until its work is done. "
            "If it was none, an administrator can say so, with the reason: `/not-incident <why>`."
        )
        # Whoever said `/incident` a moment ago gets the label with it, and no explanation.
        back = PutBack(incident.ref, purpose if memory.governed else "", says, add=frozenset({label}))
        return (back,), ()
    ask = (
        f"Please put the label `{label}` back; an administrator can set this aside with `/waive incident_label <why>`."
    )
    level = policy.level("incident_label", severity)
    return (), (Finding("incident_label", "Incident label", False, level, "the label is gone", ask),)


def _steering(
    incident: Issue, memory: Memory, severity: Severity | None, policy: Policy
) -> tuple[tuple[PutBack, ...], tuple[Finding, ...]]:
    if is_steered(memory):
        return (), ()
    there = sorted(label for label in incident.labels if _steers(label, memory, policy))
    fresh = [label for label in there if put_back(incident, label) not in memory.said]
    back = tuple(
        PutBack(
            incident.ref,
            put_back(incident, label),
            f"I have taken `{label}` off again: it would take an incident out of the gate that was taken on before. An administrator "
            "can let it stay, with the reason: `/waive steering_label <why>`, and then the label.",
            remove=frozenset({label}),
        )
        for label in fresh
    )
    check, level = policy.check("steering_label"), policy.level("steering_label", severity)
    again = tuple(
        Finding("steering_label", "Label", False, level, f"`{label}` is there, and has no effect", check.asks)
        for label in there
        if label not in fresh
    )
    return back, again


def _steers(label: str, memory: Memory, policy: Policy) -> bool:
    file = policy.severity
    return file.is_ignored((label,)) or (file.is_observed((label,)) and memory.mode != "observe")


def _mark_by_hand(issue: Issue, memory: Memory, policy: Policy) -> PutBack | None:
    """Our mark for what was left closed without its evidence means nothing where we did not set it; where we did, it stays."""
    mark = policy.remediation.reopening.unverified_label
    there = frozenset(label for label in issue.labels if label.casefold() == mark.casefold())
    purpose = put_back(issue, mark)
    if not there or issue.closed or purpose in memory.said or f"handover:{issue.ref.key.id}" in memory.said:
        return None
    says = f"I have taken `{mark}` off: it is how I mark what was left closed without its evidence, and here that is not so."
    return PutBack(issue.ref, purpose, says, remove=there)
