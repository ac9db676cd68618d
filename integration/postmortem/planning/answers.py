"""What is answered to people: refused commands, near-miss spellings, what they asked for; each once, and nobody without end. Pure."""

from integration.postmortem.assessment import Assessment
from integration.postmortem.commands import Command, EnsureReply
from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.incident import Case
from integration.postmortem.rules.blameless import AGENDA, DISCLOSE
from integration.postmortem.writing.blameless import agenda_tree, thanks_tree
from integration.postmortem.writing.replies import refusal_reply, status_reply, suggestion_reply
from mappings.models import Policy


def replies_wanted(assessment: Assessment, case: Case, memory: Memory, policy: Policy) -> tuple[Command, ...]:
    """Answer refused commands, near-miss spellings and ``/status``, each once, at most so many per person, issue and day (S4)."""
    refs = {issue.ref.key: issue.ref for issue in case.issues}
    wanted: list[tuple[str, EnsureReply]] = []
    for decision in unanswered(memory):
        issue = refs.get(decision.issue)
        if issue is None or not decision.authority:  # Strangers could make us write as often as they like.
            continue
        day = f"answer:{decision.issue.id}:{decision.actor.id}:{decision.at.date()}:"
        purpose = f"{day}{decision.comment_id}"
        if not decision.accepted:
            wanted.append((day, EnsureReply(issue, purpose, refusal_reply(decision))))
        elif decision.word == "status":
            wanted.append((day, EnsureReply(issue, purpose, status_reply(assessment, case, policy))))
    for ref, comment, suggestion in assessment.suggestions:
        day = f"answer:{ref.key.id}:{comment.author.id}:{comment.created_at.date()}:"
        wanted.append((day, EnsureReply(ref, f"{day}{comment.id}", suggestion_reply(suggestion))))
    # An answer that the tracker refused has had its turn of the day, or the next one would slip into its place.
    refused = {each.purpose.removeprefix("EnsureReply:") for each in memory.refusals}
    said, replies = set(memory.said) | refused, []
    for day, reply in wanted:
        answered = sum(purpose.startswith(day) for purpose in said)
        if reply.purpose not in said and answered < policy.clocks.refusals_per_person_and_day:
            replies.append(reply)
            said.add(reply.purpose)
    return tuple(replies)


def agenda_and_thanks(assessment: Assessment, case: Case, memory: Memory) -> tuple[Command, ...]:
    """Post the agenda as often as it is asked for, and thank for what was told openly: each request once."""
    refs = {issue.ref.key: issue.ref for issue in case.issues}
    trees = {AGENDA: lambda: agenda_tree(assessment), DISCLOSE: thanks_tree}
    return tuple(
        EnsureReply(refs[d.issue], purpose, trees[d.word]())
        for d in unanswered(memory)
        if d.word in trees and d.accepted and d.authority and d.issue in refs
        if (purpose := f"{d.word}:{d.issue.id}:{d.comment_id}:{d.line}") not in memory.said
    )


def unanswered(memory: Memory) -> tuple[Decision, ...]:
    """Return decisions that no finished look has acted on, so that a worker's death between deciding and answering loses no answer."""
    return tuple(d for d in memory.decisions if memory.looked_at is None or d.at > memory.looked_at)
