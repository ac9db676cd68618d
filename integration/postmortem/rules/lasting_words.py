"""Answers to the question whether what was verified still holds: ``/still-holds`` and ``/no-longer-holds``, on the incident or on a ticket."""

from collections.abc import Iterator

from integration.postmortem.reading.arguments import read_actions
from integration.postmortem.reading.commands import Command
from integration.postmortem.rules.bench import Bench, Verdict, needs
from integration.postmortem.rules.drafting import ActionDraft
from integration.postmortem.rules.eligible import may_stand_alone
from integration.postmortem.rules.lasting import STILL, Check, check_of, open_checks

EXAMPLES = {
    STILL: "For example: `/still-holds the replay of 1,000 questions runs nightly and is green`",
    "no-longer-holds": "For example: `/no-longer-holds A1 the alert was removed with release 52`",
}


def judge_lasting_word(said: Command, bench: Bench) -> Verdict:
    """Judge an answer. On the incident it may begin with the actions that it is about; without them it is about all that are asked."""
    found = dict(_checks(bench))
    waiting = {check.action_id: draft for check, draft in found.items() if check in open_checks(found, bench.now)}
    named, rest = read_actions(said.args, {check.action_id for check in found})
    if bench.draft is not None:
        waiting = {name: draft for name, draft in waiting.items() if draft is bench.draft}
    chosen = {name: draft for name, draft in waiting.items() if not named or name in named}
    if not chosen:
        return Verdict.refuse("no_check", "nothing is asked here now", _next(found, bench))
    if not rest:
        what = "it needs a word on what you looked at" if said.word == STILL else "it needs a reason"
        return Verdict.refuse("form", what, EXAMPLES[said.word])
    owned = [name for name, draft in chosen.items() if draft.is_owned_by(bench.comment.author.id)]
    alone = bool(owned) and said.word == STILL
    if alone and not may_stand_alone(bench):
        others = [name for name in chosen if name not in owned]
        remedy = "Somebody else with the right can."
        if others:
            remedy = f"Of the others you can: `/{STILL} {' '.join(others)} <what you checked>`"
        return Verdict.refuse(
            "own_work", "whoever owns an action leaves it to somebody else to say that it holds", remedy
        )
    return Verdict(
        True, said.word, subject=" ".join(sorted(chosen)), needs=needs(bench, said.word), independent=not alone
    )


def _checks(bench: Bench) -> Iterator[tuple[Check, ActionDraft]]:
    for draft in bench.drafts:
        name = draft.remembered.action_id if draft.remembered else ""
        if draft.ticket is not None and name:
            key, decisions = draft.ticket.ref.key, bench.memory.decisions
            check = check_of(name, draft.kind, key, decisions, bench.severity, bench.policy)
            if check is not None:
                yield check, draft


def _next(found: dict[Check, ActionDraft], bench: Bench) -> str:
    coming = min((check.day for check in found if check.answer is None and check.due > bench.now), default=None)
    return f"The next question comes on {coming}." if coming else "It needs no answer."
