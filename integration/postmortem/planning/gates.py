"""What is done about an issue that was closed before its evidence was there: say why, open it again, and in the end hand it over to a person. Pure."""

from integration.postmortem.assessment import Assessment, Gate
from integration.postmortem.commands import Command, EnsureLabels, EnsureOpen, EnsureReply, Share
from integration.postmortem.decisions import Memory
from integration.postmortem.incident import Case, Issue
from integration.postmortem.writing.replies import closed_too_early, handed_over
from mappings.models import Mode, Policy


def gates_wanted(assessment: Assessment, case: Case, memory: Memory, policy: Policy) -> tuple[Command, ...]:
    """Return what is wanted where an issue is closed before its time, or is marked as such and need not be any more; nothing unless we enforce."""
    if assessment.mode is not Mode.ENFORCE:
        return ()
    return tuple(command for gate in assessment.gates for command in _gate(gate, assessment, case, memory, policy))


def _gate(gate: Gate, assessment: Assessment, case: Case, memory: Memory, policy: Policy) -> tuple[Command, ...]:
    issue = gate.issue
    if gate.may_close:
        return _no_longer_unverified(issue, policy)
    # A locked conversation is no way out: whoever may lock may close, and opening again needs no comment.
    if not issue.closed or (issue.ref.key in memory.satisfied and not _comes_back(issue, assessment)):
        return ()
    if rounds(issue, memory) >= policy.remediation.reopening.rounds:
        return _hand_over(gate, assessment, memory, policy)
    if issue.reopen_with is None:
        return ()
    purpose = reopening(issue)
    reply = EnsureReply(issue.ref, purpose, closed_too_early(gate, assessment), Share.GATE)
    said = () if purpose in memory.said else (reply,)
    return (*said, EnsureOpen(issue.ref, issue.reopen_with))


def _comes_back(issue: Issue, assessment: Assessment) -> bool:
    """Closing stays closed when a text or the policy changes later, but not when somebody with the right refused the evidence, when what
    the evidence points at changed, or when the time of an accepted risk is over.
    """
    return any(
        view.proof.comes_back for view in assessment.actions if view.ticket is not None and view.ticket.ref == issue.ref
    )


def reopening(issue: Issue) -> str:
    """Return the purpose of the comment that answers this very closing: a second look at the same closing says nothing new."""
    at = issue.closed_at or issue.updated_at
    return f"reopen:{issue.ref.key.id}:{int(at.timestamp())}"


def rounds(issue: Issue, memory: Memory) -> int:
    """Return how often this issue was opened again: by what was done, and by what was said before it was done."""
    said = sum(
        purpose.startswith(f"reopen:{issue.ref.key.id}:") for purpose in memory.said if purpose != reopening(issue)
    )
    return max(said, memory.reopened.get(issue.ref.key, 0))


def _no_longer_unverified(issue: Issue, policy: Policy) -> tuple[Command, ...]:
    """What was left closed without its evidence counts as open by this label; once the evidence is there, it does not any more."""
    wrong = frozenset(label for label in issue.labels if _is_unverified(label, policy))
    return (EnsureLabels(issue.ref, remove=wrong, share=Share.GATE),) if wrong else ()


def _is_unverified(label: str, policy: Policy) -> bool:
    return label.casefold() == policy.remediation.reopening.unverified_label.casefold()


def _hand_over(gate: Gate, assessment: Assessment, memory: Memory, policy: Policy) -> tuple[Command, ...]:
    """Somebody insists: the issue stays closed, counted as open, and a person is asked once (DESIGN 1.8, S13)."""
    issue, label = gate.issue, policy.remediation.reopening.unverified_label
    purpose = f"handover:{issue.ref.key.id}"
    is_marked = any(_is_unverified(given, policy) for given in issue.labels)
    labels = () if is_marked else (EnsureLabels(issue.ref, frozenset({label}), share=Share.GATE),)
    said = (
        ()
        if purpose in memory.said
        else (EnsureReply(issue.ref, purpose, handed_over(gate, assessment, policy), Share.GATE),)
    )
    return (*labels, *said)
