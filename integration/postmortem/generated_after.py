"""What is seen of a series of generated issues once a command was carried out, so that planning again sees it without reading anew. Pure."""

from dataclasses import replace
from datetime import datetime

from integration.postmortem.commands import (
    Command,
    EnsureClosed,
    EnsureGeneratedIssue,
    EnsureReply,
    EnsureStatusComment,
    Outcome,
    Result,
    name_of,
)
from integration.postmortem.decisions import Intent, IntentState, Memory, Refusal
from integration.postmortem.document import Document
from integration.postmortem.generated import Published, Seen
from integration.postmortem.incident import Issue, IssueRef
from integration.postmortem.people import Person


def made_of(command: EnsureGeneratedIssue, outcome: Outcome, now: datetime) -> Published:
    """Return what the ledger keeps of an issue that was made or found. Raises ``AssertionError`` where nobody says which it is."""
    if outcome.ticket is None:
        raise AssertionError(f"{command.purpose} was made without saying which issue it is")
    # What an earlier attempt made may say something else by now, so it is edited next.
    digests = (command.tree.digest,) if outcome.result is Result.CHANGED else ()
    return Published(command.purpose.split(":", 2)[2], outcome.ticket, now, digests)


def seen_after(seen: Seen, command: Command, outcome: Outcome, now: datetime, retry_at: datetime) -> Seen:
    """Return what is seen once a command was carried out, so that planning again sees it without reading anew."""
    memory = seen.memory
    if outcome.result is Result.REFUSED:
        refused = Refusal(name_of(command), outcome.detail[:300], retry_at)
        return replace(seen, memory=replace(memory, refusals=(*memory.refusals, refused)))
    match command:
        case EnsureGeneratedIssue() if command.there is None:
            made = made_of(command, outcome, now)
            issues = {**seen.issues, made.period: _new_issue(command, made, now)}
            return replace(seen, published=(*seen.published, made), issues=issues)
        case EnsureGeneratedIssue():
            return _with_digest(seen, command.there, 0, command.tree.digest)
        case EnsureStatusComment():
            number = int(command.purpose.rpartition(":page")[2]) - 1
            return replace(
                _with_digest(seen, command.issue, number, command.tree.digest),
                memory=_done(memory, command, outcome, now),
            )
        case EnsureReply():
            return replace(seen, memory=replace(memory, said=memory.said | {command.purpose}))
        case EnsureClosed():
            closed = tuple(replace(p, closed_at=now) if p.ref == command.issue else p for p in seen.published)
            return replace(seen, published=closed)
        case _:
            return seen


def _with_digest(seen: Seen, issue: IssueRef | None, number: int, digest: str) -> Seen:
    def changed(each: Published) -> Published:
        if each.ref != issue:
            return each
        known = (*each.digests, *("-",) * (number + 1 - len(each.digests)))
        return replace(each, digests=(*known[:number], digest, *known[number + 1 :]))

    return replace(seen, published=tuple(map(changed, seen.published)))


def _done(memory: Memory, command: EnsureStatusComment, outcome: Outcome, now: datetime) -> Memory:
    created = outcome.created or command.comment_id or ""
    intent = Intent(command.purpose, command.issue.key, IntentState.DONE, now, created)
    others = tuple(each for each in memory.intents if each.purpose != command.purpose)
    return replace(memory, intents=(*others, intent))


def _new_issue(command: EnsureGeneratedIssue, made: Published, now: datetime) -> Issue:
    """It has just been made: what is known of it is what was asked for, and of comments nothing."""
    us = Person(made.ref.key.site, "", "")
    return Issue(made.ref, command.title, "", Document(()), us, now, now, labels=command.labels, comments_capped=True)
