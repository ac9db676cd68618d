"""Judges commands on generated issues once, when first seen, by the rules of all commands (DESIGN 1.6; S6–S8); what a word means there is its kind's.

Whoever has no say in the place is recorded and not answered (S4).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.facts import Facts, FactsNeeded
from integration.postmortem.incident import Comment, CommentOrigin, Issue
from integration.postmortem.people import PersonKind
from integration.postmortem.reading.commands import Command, read_commands
from integration.postmortem.rules.authority import appointed, authority_of
from integration.postmortem.rules.bench import Verdict
from integration.postmortem.rules.rights import by_right
from integration.postmortem.rules.verdicts import PLACEHOLDER
from integration.postmortem.writing.replies import refusal_reply
from integration.postmortem.writing.tree import Tree
from mappings.models import Authority, Policy


@dataclass(frozen=True)
class Answer:
    """One command as its kind judges it: what was said, on which issue, in which comment, and what was decided there before it."""

    said: Command
    issue: Issue
    comment: Comment
    before: tuple[Decision, ...]
    policy: Policy
    now: datetime


Judges = Mapping[str, Callable[[Answer], Verdict]]
"""Word → what it means on issues of a kind. A verdict's ``needs`` is the authority that it takes in the place where it is said."""


def undecided(issue: Issue, memory: Memory) -> tuple[Comment, ...]:
    """Return the comments on which nothing was decided yet; each is decided as a whole, so that later edits add nothing (S8)."""
    seen = {decision.comment_id for decision in memory.decisions if decision.issue == issue.ref.key}
    return tuple(c for c in issue.comments if c.origin is not CommentOrigin.OURS and c.id not in seen)


def rights_needed(issue: Issue, memory: Memory, judges: Judges) -> FactsNeeded:
    """Return whose rights have to be read: of everybody who commands in a comment on which nothing was decided."""
    found = {c.author for c in undecided(issue, memory) if _commands(c, judges)}
    return FactsNeeded(frozenset((issue.ref.project, person) for person in found))


def decide_answers(
    issue: Issue, facts: Facts, memory: Memory, judges: Judges, policy: Policy, stamp: str, now: datetime
) -> tuple[Decision, ...]:
    """Judge every new command on one issue in the order in which they were written."""
    decided: list[Decision] = []
    for comment in undecided(issue, memory):
        for said in _commands(comment, judges):
            before = tuple(d for d in (*memory.decisions, *decided) if d.issue == issue.ref.key)
            answer = Answer(said, issue, comment, before, policy, now)
            verdict, by = _judge(answer, facts, judges)
            decided.append(_decision(answer, verdict, by, stamp))
    return tuple(decided)


def refusals(issue: Issue, memory: Memory, policy: Policy) -> tuple[tuple[str, Tree], ...]:
    """Return what is answered to refused commands on an issue, by name: at most so many a person and day (S4)."""
    replies: list[tuple[str, Tree]] = []
    for decision in memory.decisions:
        if decision.issue != issue.ref.key or decision.accepted or not decision.authority:
            continue
        day = f"answer:{decision.actor.id}:{decision.at.date()}:"
        if sum(name.startswith(day) for name, _ in replies) < policy.clocks.refusals_per_person_and_day:
            replies.append((f"{day}{decision.comment_id}", refusal_reply(decision)))
    return tuple(replies)


def _commands(comment: Comment, judges: Judges) -> tuple[Command, ...]:
    return tuple(said for said in read_commands(comment.raw, judges) if isinstance(said, Command))


def _judge(answer: Answer, facts: Facts, judges: Judges) -> tuple[Verdict, str]:
    comment, issue, policy = answer.comment, answer.issue, answer.policy
    standing = facts.standing(issue.ref.project, comment.author)
    held = authority_of(standing, policy.people, issue.ref.project, participates=False)
    by = held.by if held.covers(Authority.TRIAGE) or (not issue.public and standing.role is not None) else ""
    if comment.origin is CommentOrigin.REWRITTEN:
        why, remedy = "somebody else may have edited this comment", "Please post it anew, as a comment of its own."
        return Verdict.refuse("rewritten", why, remedy), by
    if comment.origin is CommentOrigin.APP and comment.author.kind is PersonKind.HUMAN:
        return Verdict.refuse("through_app", "it was posted through an app", "Please post it yourself."), by
    verdict = judges[answer.said.word](answer)
    left = PLACEHOLDER.search(answer.said.args) if verdict.accepted else None
    if left is not None:
        why, remedy = f"`{left[0]}` still stands in it", "Please write your own words there, and post it once more."
        return Verdict.refuse("placeholder", why, remedy), by
    needed = verdict.needs or Authority.ANY
    if held.covers(needed):
        return verdict, held.by
    if role := appointed(comment.author, verdict.deed or answer.said.word, policy.people, answer.now.date()):
        return verdict, role
    return Verdict.refuse("not_authorised", f"this is for {by_right(needed)}", f"What counts here: {held.by}."), by


def _decision(answer: Answer, verdict: Verdict, by: str, stamp: str) -> Decision:
    return Decision(
        issue=answer.issue.ref.key,
        comment_id=answer.comment.id,
        comment_digest=answer.comment.digest,
        line=answer.said.line,
        word=answer.said.word,
        args=answer.said.args[:500],
        actor=answer.comment.author,
        accepted=verdict.accepted,
        authority=by,
        reason=verdict.reason if verdict.accepted else f"{verdict.reason}: {verdict.why}. {verdict.remedy}".strip(),
        subject=verdict.subject,
        policy=stamp,
        at=answer.now,
    )
