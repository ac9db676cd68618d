"""Judges commands once, when first seen: may this person, on this issue, say this now? (DESIGN 1.6; SECURITY.md S6–S10, S16)

Whether a command makes sense is judged in :mod:`verdicts`; here: what is new, in which order, and by what right.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from integration.postmortem.decisions import NOT_INDEPENDENT, Decision, Memory
from integration.postmortem.facts import Facts
from integration.postmortem.incident import Case, Comment, CommentOrigin, Issue, IssueRef
from integration.postmortem.people import Person, PersonKind, Standing
from integration.postmortem.reading.arguments import read_people
from integration.postmortem.reading.commands import Command, Suggestion, read_commands
from integration.postmortem.rules.authority import APPOINTED_FOR, Held, authority_of
from integration.postmortem.rules.bench import Bench, Verdict
from integration.postmortem.rules.blameless import WITHOUT_WORDS
from integration.postmortem.rules.drafting import ActionDraft, our_issues
from integration.postmortem.rules.eligible import objection, role_held, unknown_across
from integration.postmortem.rules.exhibits import MOST_LINKS, link_in
from integration.postmortem.rules.verdicts import WORDS, judge_command
from integration.postmortem.rules.who_may import who_may
from mappings.models import Authority, Policy


@dataclass(frozen=True)
class Decided:
    """The decisions of this look, in order, and near-miss spellings to answer, each with its issue and comment."""

    decisions: tuple[Decision, ...] = ()
    suggestions: tuple[tuple[IssueRef, Comment, Suggestion], ...] = ()


def undecided(case: Case, memory: Memory) -> tuple[tuple[Issue, Comment], ...]:
    """Return comments on which nothing was decided yet, oldest first. A comment is decided as a whole: later edits add nothing to it (S8).

    Issues that people linked to the incident themselves are theirs: nothing said there is taken for a command.
    """
    seen = {(decision.issue, decision.comment_id) for decision in memory.decisions}
    fresh = [
        (issue, comment)
        for issue in our_issues(case, memory)
        for comment in issue.comments
        if comment.origin is not CommentOrigin.OURS and (issue.ref.key, comment.id) not in seen
    ]
    # Within the second that trackers know times to, ids tell which comment came first; they grow longer.
    return tuple(sorted(fresh, key=lambda pair: (pair[1].created_at, len(pair[1].id), pair[1].id)))


def people_who_command(case: Case, memory: Memory) -> frozenset[tuple[str, Person]]:
    """Return (project, person) for everybody whose undecided comment holds a command or nearly one, so that their rights are read in this look."""
    return frozenset(
        (issue.ref.project, comment.author)
        for issue, comment in undecided(case, memory)
        if read_commands(comment.raw, WORDS)
    )


def names_in_commands(case: Case, memory: Memory) -> frozenset[str]:
    """Return the names that undecided commands about people mention, to be resolved to accounts (S6)."""
    return frozenset(
        name
        for _, comment in undecided(case, memory)
        for said in read_commands(comment.raw, WORDS)
        if isinstance(said, Command) and said.word in ("lead", "participants", "reviewer", "sponsor")
        for name in read_people(said.args)
    )


def decides_in_commands(case: Case, memory: Memory) -> bool:
    """Tell whether an undecided command approves, waives or accepts a risk: then it matters who was asked, and who wrote that down."""
    words = {deed.partition(" ")[0] for deed in APPOINTED_FOR}
    return any(
        isinstance(said, Command) and said.word in words
        for _, comment in undecided(case, memory)
        for said in read_commands(comment.raw, WORDS)
    )


def links_in_commands(case: Case, memory: Memory) -> frozenset[str]:
    """Return the links that undecided ``/evidence`` commands give, as many as are looked up in one look."""
    links = (
        link_in(said.args)
        for _, comment in undecided(case, memory)
        for said in read_commands(comment.raw, WORDS)
        if isinstance(said, Command) and said.word == "evidence"
    )
    return frozenset(list(dict.fromkeys(link for link in links if link))[:MOST_LINKS])


def decide(
    case: Case,
    facts: Facts,
    memory: Memory,
    drafts: tuple[ActionDraft, ...],
    policy: Policy,
    stamp: str,
    now: datetime,
    *,
    among: tuple[tuple[Issue, Comment], ...] | None = None,
) -> Decided:
    """Judge every new command in the order in which they were written; each sees the decisions before it.

    ``stamp`` is the policy's hash; ``among`` are the comments to judge, where not all new ones are.
    """
    decisions: list[Decision] = []
    suggestions: list[tuple[IssueRef, Comment, Suggestion]] = []
    for issue, comment in undecided(case, memory) if among is None else among:
        for said in read_commands(comment.raw, WORDS):
            if isinstance(said, Suggestion):
                if _has_a_say(comment.author, issue, case, facts, memory, policy):
                    suggestions.append((issue.ref, comment, said))
                continue
            so_far = replace(memory, decisions=(*memory.decisions, *decisions))
            bench = Bench(case, issue, comment, so_far, drafts, facts, policy, now)
            standing = facts.standing(issue.ref.project, comment.author)
            verdict, by = _judge(said, bench, standing)
            decisions.append(_decision(said, bench, verdict, by, stamp))
    return Decided(tuple(decisions), tuple(suggestions))


def _judge(said: Command, bench: Bench, standing: Standing) -> tuple[Verdict, str]:
    comment, policy = bench.comment, bench.policy
    participates = not bench.ids.isdisjoint(participants(bench.case, bench.memory))
    held = authority_of(standing, policy.people, bench.issue.ref.project, participates=participates)
    by = held.by if _is_insider(held, standing, bench.issue) else ""
    if comment.origin is CommentOrigin.REWRITTEN:
        return Verdict.refuse(
            "rewritten", "somebody else may have edited this comment", "Please post it anew, as a comment of its own."
        ), by
    if comment.origin is CommentOrigin.APP and comment.author.kind is PersonKind.HUMAN:
        return Verdict.refuse("through_app", "it was posted through an app", "Please post it yourself."), by
    verdict = judge_command(said, bench)
    needed = verdict.needs or Authority.ANY
    deed = f"{said.word} {verdict.reason}" if said.word == "approve" else said.word
    if not held.covers(needed):
        role = _by_role(deed, bench) if verdict.accepted else ""
        if not role:
            who = f"this is for {who_may(needed, deed, bench)}"
            return Verdict.refuse("not_authorised", who, f"What counts here: {held.by}."), by
        by = role
    objected = (unknown_across(said.word, bench) or objection(deed, bench)) if verdict.accepted else None
    return objected or verdict, by


def _by_role(deed: str, bench: Bench) -> str:
    """Return the role by which somebody without the right may do this: by the mapping, or as the lead, who may name reviewers."""
    if deed == "reviewer" and bench.lead == bench.comment.author.id and bench.comment.author.active:
        return "leads the post-mortem"
    return role_held(bench.comment.author, deed, bench)


def _is_insider(held: Held, standing: Standing, issue: Issue) -> bool:
    """Tell whether somebody has a part here: a role beyond reading or a part in the incident; in a private place, any role at all.

    A decision of anybody else names no authority, and is not answered (S4).
    """
    if held.covers(Authority.PARTICIPANT):
        return True
    return (
        held.authority is not None and not issue.public and (standing.role is not None or issue.ref.key.site == "jira")
    )


def _has_a_say(person: Person, issue: Issue, case: Case, facts: Facts, memory: Memory, policy: Policy) -> bool:
    """Strangers are not answered: they could make us write as often as they like (S4)."""
    standing = facts.standing(issue.ref.project, person)
    held = authority_of(
        standing, policy.people, issue.ref.project, participates=person.id in participants(case, memory)
    )
    return held.covers(Authority.PARTICIPANT)


def participants(case: Case, memory: Memory) -> frozenset[str]:
    """Return the ids of those who take part: the incident's author, assignees of its issues, and everybody a command named as lead or participant."""
    ids = {case.incident.author.id, *(person.id for issue in our_issues(case, memory) for person in issue.assignees)}
    named = {d.subject for word in ("lead", "participants") for d in memory.decided(word)}
    return frozenset(ids | {part for subject in named for part in subject.split() if part})


def _decision(said: Command, bench: Bench, verdict: Verdict, by: str, stamp: str) -> Decision:
    return Decision(
        issue=bench.issue.ref.key,
        comment_id=bench.comment.id,
        comment_digest=bench.comment.digest,
        line=said.line,
        word=said.word,
        args="" if said.word in WITHOUT_WORDS else said.args[:500],
        actor=bench.comment.author,
        accepted=verdict.accepted,
        authority=by if verdict.independent else f"{by}; {NOT_INDEPENDENT}",
        reason=verdict.reason if verdict.accepted else f"{verdict.reason}: {verdict.why}. {verdict.remedy}".strip(),
        subject=verdict.subject,
        policy=stamp,
        at=bench.now,
    )
