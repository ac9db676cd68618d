"""Holds what opens a gate against the comments in which it was said, and comments in our name against what we remember to have written (SECURITY.md S25)."""

from dataclasses import replace

from integration.postmortem.assessment import Gate
from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.facts import Facts
from integration.postmortem.findings import Finding, blocking
from integration.postmortem.incident import Case, CommentOrigin, Issue, IssueKey
from integration.postmortem.people import Person
from integration.postmortem.rules.drafting import our_issues
from integration.postmortem.rules.waiving import waive
from mappings.models import Policy, Severity

OPENS = frozenset({"approve", "waive", "not-incident", "duplicate-of", "verify", "accept-risk"})
_BY_SUBJECT = frozenset({"approve", "waive"})
_ERASED = "erased/"


def strange_comments(case: Case, memory: Memory) -> tuple[str, ...]:
    """Return the ids of comments by our account on a governed incident that we do not remember to have written."""
    if not memory.governed:
        return ()
    known = {intent.created for intent in memory.intents} | {memory.status_comment}
    return tuple(
        comment.id
        for comment in case.incident.comments
        if comment.origin is CommentOrigin.OURS and comment.purpose is None and comment.id not in known
    )


def without_comment(case: Case, memory: Memory) -> frozenset[tuple[IssueKey, str]]:
    """Return issue and comment of the grants whose comment is not there any more, or is another person's."""
    gone: set[tuple[IssueKey, str]] = set()
    for issue in our_issues(case, memory):
        authors = {comment.id: comment.author for comment in issue.comments}
        gone |= {
            (issue.ref.key, d.comment_id)
            for d in memory.decisions
            if d.grants and d.issue == issue.ref.key and not issue.comments_capped and _is_gone(d, authors)
        }
    return frozenset(gone)


def _is_gone(decision: Decision, authors: dict[str, Person]) -> bool:
    """Accounts can be deleted, and forgotten by us: what they wrote is theirs all the same."""
    author = authors.get(decision.comment_id)
    if author is None:
        return True
    return author.active and author.id != decision.actor.id and not decision.actor.id.startswith(_ERASED)


def judge_comments(
    case: Case,
    facts: Facts,
    memory: Memory,
    decisions: tuple[Decision, ...],
    severity: Severity | None,
    policy: Policy,
    *,
    holds: bool,
) -> dict[IssueKey, tuple[Finding, ...]]:
    """Return for each of our issues the findings that hold its gate until a command is repeated, or a strange comment is explained.

    Where nothing is held anyway (``holds``), our account may be somebody's own, and what they write is told in the details only.
    """
    found = {
        issue.ref.key: tuple(
            _gone(issue, decision, severity, policy)
            for decision in _holding(issue, decisions)
            if (decision.issue, decision.comment_id) in facts.comments_gone
        )
        for issue in our_issues(case, memory)
    }
    if facts.comments_strange:
        check, level = policy.check("strange_comment"), policy.level("strange_comment", severity)
        reason = "there is a comment in my name that I did not write"
        strange = Finding("strange_comment", "Comments", False, level, reason, check.asks, aside=not holds)
        found[case.incident.ref.key] += (strange,)
    return found


def _holding(issue: Issue, decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """Return the decisions on an issue that hold and open a gate: of several alike, the last."""
    holding: dict[tuple[str, str], Decision] = {}
    for decision in decisions:
        if decision.grants and decision.issue == issue.ref.key and decision.word in OPENS:
            holding[decision.word, decision.reason if decision.word in _BY_SUBJECT else ""] = decision
    return tuple(holding.values())


def of_all(comments: dict[IssueKey, tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """Return the findings on all issues of the case: the incident waits for those on its tickets as well."""
    return tuple(finding for found in comments.values() for finding in found)


def held_by(
    gates: tuple[Gate, ...], comments: dict[IssueKey, tuple[Finding, ...]], decisions: tuple[Decision, ...]
) -> tuple[Gate, ...]:
    """Return the gates, those of tickets held by what was found on their own comments."""
    incident, *tickets = gates
    held = (
        replace(gate, missing=(*gate.missing, *blocking(waive(comments.get(gate.issue.ref.key, ()), decisions))))
        for gate in tickets
    )
    return (incident, *held)


def _gone(issue: Issue, decision: Decision, severity: Severity | None, policy: Policy) -> Finding:
    said = f"/{decision.word} {decision.reason}" if decision.word in _BY_SUBJECT else f"/{decision.word}"
    level, check = policy.level("grant_comment", severity), policy.check("grant_comment")
    reason = f"the comment with {said} is not there any more"
    return Finding("grant_comment", f"Commands on {issue.ref.short}", False, level, reason, check.asks)
