"""A tracker made of values, and one whole look upon it: judge, plan, carry out by ``after``, judge again, remember, as the engine does it.

Everything that is commanded comes true, or is refused where a test says so.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from integration.postmortem.after import after
from integration.postmortem.assessment import Assessment, Governed, Phase
from integration.postmortem.commands import (
    Command,
    EnsureActionTicket,
    EnsureLinkedIncident,
    EnsureReply,
    EnsureStatusComment,
    Outcome,
    Result,
    name_of,
)
from integration.postmortem.decisions import Memory, Refusal
from integration.postmortem.facts import Facts
from integration.postmortem.incident import Case
from integration.postmortem.judgement import judge
from integration.postmortem.plan import plan
from mappings.models import Mode, Policy
from tests.builders import STAMP, a_ref

MOST_ROUNDS = 4
Answer = Callable[[Command], Outcome]


@dataclass
class Looked:
    """Where one look has led: the case and what is remembered after it, the judgement at its end, what was done, round by round."""

    case: Case
    memory: Memory
    assessment: Assessment
    rounds: list[tuple[Command, ...]] = field(default_factory=list)

    @property
    def commands(self) -> tuple[Command, ...]:
        """Return everything that was done."""
        return tuple(command for commands in self.rounds for command in commands)


def done(command: Command) -> Outcome:
    """Answer as a tracker that does what it is asked to do."""
    match command:
        case EnsureActionTicket():
            number = int(command.action_id[1:]) if command.action_id[1:].isdigit() else 99
            return Outcome(Result.CHANGED, ticket=a_ref(100 + number, command.case.key.site), writes=1)
        case EnsureLinkedIncident():
            return Outcome(Result.CHANGED, ticket=a_ref(200 + len(command.system), command.case.key.site), writes=1)
        case EnsureStatusComment():
            return Outcome(Result.CHANGED, created=command.comment_id or "9001", writes=1)
        case EnsureReply():
            return Outcome(Result.CHANGED, created="9002", writes=1)
        case _:
            return Outcome(Result.CHANGED, writes=1)


def look(
    case: Case,
    facts: Facts,
    memory: Memory,
    policy: Policy,
    now: datetime,
    mode: Mode = Mode.ENFORCE,
    answer: Answer = done,
) -> Looked:
    """Look at the case until nothing more is wanted; more rounds than the engine grants are a failure."""

    def assess(case: Case, memory: Memory) -> Assessment:
        return judge(case, facts, memory, policy, now, mode=mode, stamp=STAMP)

    assessment = assess(case, memory)
    if assessment.mode is not Mode.OBSERVE:
        memory = replace(memory, decisions=(*memory.decisions, *assessment.decisions))
        assessment = assess(case, memory)
    refused = {refusal.purpose: refusal for refusal in memory.refusals if refusal.retry_at > now}
    tried: set[Command] = set()
    looked = Looked(case, memory, assessment)
    for _ in range(MOST_ROUNDS):
        wanted = plan(assessment, case, memory, policy, STAMP)
        wanted = tuple(c for c in wanted if c not in tried and name_of(c) not in refused)
        if not wanted:
            break
        looked.rounds.append(wanted)
        for command in wanted:
            outcome = answer(command)
            if outcome.result is Result.REFUSED:
                refused[name_of(command)] = Refusal(name_of(command), outcome.detail, now.replace(year=now.year + 1))
            case, memory = after(case, memory, command, outcome)
        tried |= set(wanted)
        memory = replace(memory, refusals=tuple(refused.values()))
        assessment = assess(case, memory)
    else:
        raise AssertionError(
            f"still wanted after {MOST_ROUNDS} rounds: {plan(assessment, case, memory, policy, STAMP)}"
        )
    looked.case, looked.memory = case, _remembered(memory, assessment, now)
    looked.assessment = assess(case, looked.memory)
    return looked


def _remembered(memory: Memory, assessment: Assessment, now: datetime) -> Memory:
    """Return the memory as the ledger keeps it after a finished look; the fields that add up add up."""
    agreed = {action.action_id: action for action in memory.actions}
    agreed |= {view.action_id: view.agreed for view in assessment.actions if view.agreed is not None}
    seen = replace(
        memory,
        governed=memory.governed or assessment.governed is Governed.GOVERNED,
        adopted_digest=assessment.adopted_digest or memory.adopted_digest,
        in_review_since=(memory.in_review_since or now) if assessment.phase is Phase.IN_REVIEW else None,
        taken_at=memory.taken_at or (now if assessment.governed is Governed.GOVERNED and not memory.governed else None),
        dates=(
            *memory.dates,
            *(
                (action.action_id, action.due)
                for action in agreed.values()
                if action.due and (action.action_id, action.due) not in memory.dates
            ),
        ),
        actions=tuple(agreed.values()),
        satisfied=memory.satisfied
        | {gate.issue.ref.key for gate in assessment.gates if gate.issue.closed and gate.may_close},
    )
    if assessment.launch is not None:
        seen = replace(seen, kind="launch", offered=tuple((each.key, each.number) for each in assessment.launch.offers))
    if assessment.paused_by:
        return seen
    severity = assessment.severity.severity
    return replace(seen, severity=severity.value if severity else memory.severity, looked_at=now)


def wants_nothing(looked: Looked, facts: Facts, policy: Policy, now: datetime, mode: Mode = Mode.ENFORCE) -> bool:
    """Tell whether judging the same tracker again, a little later, asks for nothing that was not refused."""
    again = judge(looked.case, facts, looked.memory, policy, now, mode=mode, stamp=STAMP)
    refused = {refusal.purpose for refusal in looked.memory.refusals}
    commands = plan(again, looked.case, looked.memory, policy, STAMP)
    return not [command for command in commands if name_of(command) not in refused]
