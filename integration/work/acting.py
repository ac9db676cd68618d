"""The fourth step of a look: plan, carry out, judge again with what came of it, until nothing more is wanted or something has to wait."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from integration.errors import RateLimited
from integration.postmortem.after import after
from integration.postmortem.assessment import Assessment
from integration.postmortem.commands import Command, EnsureOpen, EnsureReply, Outcome, Result, Share, name_of
from integration.postmortem.decisions import Memory, Refusal
from integration.postmortem.incident import Case, IssueKey
from integration.postmortem.plan import plan
from integration.postmortem.writing.replies import breaker_reply
from integration.work.breaker import Breaker
from integration.work.bundling import bundled
from integration.work.carrying_out import carry_out, carry_out_together
from integration.work.look import Look
from mappings.models import Policy

MOST_ROUNDS = 4  # Tickets first, then the status comment that lists them; more rounds than this would mean that we fight ourselves.

Assess = Callable[[Case, Memory], Assessment]


@dataclass
class Acting:
    """One case while it is acted on: ``case`` and ``memory``, refusals included, move on with what is ``done``.

    ``waits`` are the instants for which something has to wait; ``tried`` is what is not tried again in this look.
    """

    case: Case
    memory: Memory
    policy: Policy
    given: Look
    done: list[tuple[Command, Outcome]] = field(default_factory=list)
    waits: list[datetime] = field(default_factory=list)
    tried: set[Command] = field(default_factory=set)

    def act(self, assess: Assess, assessment: Assessment) -> Assessment:
        """Carry out what the plan wants, round by round, and return how the case stands then; stop early only where something has to wait."""
        breaker = Breaker(self.given.ledger, self.policy, self.case.incident.ref, self.given.now)
        for _ in range(MOST_ROUNDS):
            wanted = self._wanted(assessment)
            if not wanted:
                break
            objection = breaker.objection(wanted)
            if objection:
                self._stop_writing(objection, breaker)
                break
            self._carry_out(wanted)
            if self.waits:
                break
            assessment = assess(self.case, self.memory)
        return assess(self.case, self.memory)

    def _wanted(self, assessment: Assessment) -> list[Command]:
        refused = {refusal.purpose for refusal in self.memory.refusals}
        planned = plan(assessment, self.case, self.memory, self.policy, self.given.stamp)
        return [command for command in planned if command not in self.tried and name_of(command) not in refused]

    def _carry_out(self, wanted: list[Command]) -> None:
        unsaid: set[IssueKey] = set()
        for bundle in bundled(wanted, self.given.tracker):
            if isinstance(bundle[0], EnsureOpen) and bundle[0].issue.key in unsaid:
                continue  # The reason comes first (decision 5): once the issue is open, nothing would ask for it any more.
            self.tried.update(bundle)
            try:
                # Everything that is logged while commands are carried out names them, the adapters' own lines as well.
                with structlog.contextvars.bound_contextvars(command=", ".join(map(name_of, bundle))):
                    outcomes = carry_out_together(bundle, self.case, self.memory, self.policy, self.given)
            except RateLimited as limited:
                self.waits.append(limited.until)
                return
            if isinstance(outcomes, datetime):
                self.waits.append(outcomes)
                unsaid |= {command.issue.key for command in bundle if isinstance(command, EnsureReply)}
                continue
            for command, outcome in zip(bundle, outcomes, strict=True):
                self._note(command, outcome)

    def _note(self, command: Command, outcome: Outcome) -> None:
        self.done.append((command, outcome))
        if outcome.result is Result.REFUSED:
            retry_at = self.given.now + timedelta(hours=self.policy.clocks.look_again_hours)
            refusals = {refusal.purpose: refusal for refusal in self.memory.refusals}
            refusals[name_of(command)] = Refusal(name_of(command), outcome.detail[:300], retry_at)
            self.memory = replace(self.memory, refusals=tuple(refusals.values()))
        self.case, self.memory = after(self.case, self.memory, command, outcome)

    def _stop_writing(self, objection: str, breaker: Breaker) -> None:
        """Open the circuit breaker and ask a person, once a day, on the case that tripped it; it opens even where nothing can be said."""
        given = self.given
        ask = EnsureReply(self.case.incident.ref, f"breaker:{given.now.date()}", breaker_reply(objection), Share.GATE)
        try:
            is_said = ask.purpose in self.memory.said
            outcome = None if is_said else carry_out(ask, self.case, self.memory, self.policy, given)
        finally:
            breaker.open(objection)
            given.counts.alarm("breaker_opened")
        if isinstance(outcome, Outcome):
            self.done.append((ask, outcome))
