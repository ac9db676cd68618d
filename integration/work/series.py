"""One look at a series of generated issues: observe → judge → plan → act → record, as for an incident (DESIGN 1.4). What a series says is its kind's.

A creation is preceded by its intent; one without an outcome is looked for by listing after a grace period, so that a worker killed anywhere, or two of
them, never lead to a second issue or comment. The lock of the series, the write budget and the scope are the caller's, as for every look.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from integration.errors import IssueNotFound, RateLimited
from integration.ledger.records import LookRecord
from integration.postmortem.commands import (
    Command,
    EnsureGeneratedIssue,
    EnsureReply,
    EnsureStatusComment,
    Outcome,
    Result,
    name_of,
)
from integration.postmortem.decisions import Intent, IntentState, Refusal
from integration.postmortem.generated import Publication, Published, Seen, Series, objection, plan_generated
from integration.postmortem.generated_after import made_of, seen_after
from integration.postmortem.incident import Issue, IssueRef
from integration.postmortem.rules.answering import decide_answers, rights_needed
from integration.work.carrying_out import LEEWAY, attempt
from integration.work.kinds import KINDS, wanted_series
from integration.work.look import Look, Looked

log = structlog.get_logger(__name__)
MOST_ROUNDS = 4  # The issue first, then its further pages.
FIRST_LOOKS_BACK = timedelta(
    days=35
)  # A series that the ledger does not know may have been published before the ledger was lost.
DAILY = timedelta(days=1)
_Creation = EnsureReply | EnsureStatusComment | EnsureGeneratedIssue


def publish(ref: IssueRef, given: Look) -> Looked:
    """Look at one series once. Raises what the tracker raises where nothing can be observed, and ``LockLost``."""
    series = next((each for each in wanted_series(given.policy, given.ledger) if each.ref.key == ref.key), None)
    if series is None:
        # The mapping publishes this no more: what was published stays as it is.
        given.ledger.record_series(ref, LookRecord(tickets=_refs(given.ledger.published(ref))), (), given.now)
        return Looked(None)
    if not given.in_scope(series.site, series.project):
        given.counts.alarm("out_of_scope")
        log.warning("out_of_scope", project=series.project)
        given.ledger.record_series(ref, LookRecord(next_look=given.now + DAILY), (), given.now)
        return Looked(None)
    given.ledger.project(series.site, series.project, given.now)
    work = _Work(series, given, _observe(series, given))
    return work.done()


def _observe(series: Series, given: Look) -> Seen:
    """Read what may change: the open issues of the series, each with its comments, and who can read the place (S27)."""
    memory = given.ledger.recall(series.ref).trying_again(given.now)
    done = {intent.purpose for intent in memory.intents if intent.state is IntentState.DONE}
    memory = replace(memory, said=memory.said | done)
    published: list[Published] = []
    issues: dict[str, Issue] = {}
    for each in given.ledger.published(series.ref):
        if each.closed_at is None:
            try:
                issue = given.tracker.observe(each.ref, (), given.policy).incident
            except IssueNotFound:
                log.info("generated_issue_gone", issue=each.ref.locator)
                published.append(replace(each, closed_at=given.now))
                continue
            issues[each.period] = issue
            closed_at = (issue.closed_at or given.now) if issue.closed else None
            published.append(replace(each, ref=issue.ref, closed_at=closed_at))
        else:
            published.append(each)
    public = given.tracker.is_public(series.project)
    return Seen(series, memory, tuple(published), issues, public)


@dataclass
class _Work:
    """The rest of the look; ``seen`` moves on with what is done."""

    series: Series
    given: Look
    seen: Seen

    def done(self) -> Looked:
        """Judge, plan, act, and record."""
        given, series = self.given, self.series
        kind, policy = KINDS[series.kind], series.policy(given.policy)
        figures = kind.gather(given.ledger, series, policy, given.now)

        def judged() -> Publication:
            return kind.judge(figures, self.seen, policy, given.now)

        why_not = objection(self.seen, given.policy, given.mode)
        if why_not:
            given.counts.alarm("publishing_refused")
            log.warning("publishing_refused", kind=series.kind, project=series.project, why=why_not)
            return self._recorded(judged(), [], [], why_not)
        self._decide()
        done, waits = self._act(judged)
        return self._recorded(judged(), done, waits)

    def _decide(self) -> None:
        """Take the decisions that are new, once, before anything is done about them."""
        given, judges = self.given, KINDS[self.series.kind].words
        for issue in self.seen.issues.values() if judges else ():
            memory = self.seen.memory
            needed = rights_needed(issue, memory, judges)
            if not needed:
                continue
            policy = self.series.policy(given.policy)
            facts = given.tracker.look_up(issue.ref, needed, policy)
            taken = decide_answers(issue, facts, memory, judges, policy, given.stamp, given.now)
            kept = given.ledger.remember_decisions(self.series.ref, taken, given.now)
            self.seen = replace(self.seen, memory=replace(memory, decisions=(*memory.decisions, *kept)))

    def _act(self, judged: Callable[[], Publication]) -> tuple[list[tuple[Command, Outcome]], list[datetime]]:
        done: list[tuple[Command, Outcome]] = []
        tried: set[Command] = set()
        for _ in range(MOST_ROUNDS):
            refused = {refusal.purpose for refusal in self.seen.memory.refusals}
            planned = plan_generated(judged(), self.seen, self.given.policy)
            wanted = [c for c in planned if c not in tried and name_of(c) not in refused]
            if not wanted:
                break
            for command in wanted:
                tried.add(command)
                try:
                    with structlog.contextvars.bound_contextvars(command=name_of(command)):
                        outcome = self._carry_out(command)
                except RateLimited as limited:
                    return done, [limited.until]
                if isinstance(outcome, datetime):
                    return done, [outcome]
                done.append((command, outcome))
                self.seen = seen_after(self.seen, command, outcome, self.given.now, self._retry_at())
                if outcome.result is Result.REFUSED:
                    break  # What follows may hang on it, such as closing on having said why.
        return done, []

    def _retry_at(self) -> datetime:
        return self.given.now + timedelta(hours=self.given.policy.clocks.look_again_hours)

    def _carry_out(self, command: Command) -> Outcome | datetime:
        """Do one command; returns the instant to wait for where an earlier attempt at a creation may still be under way."""
        given = self.given
        if not isinstance(command, _Creation) or _is_edit(command):
            return attempt(command, given.policy, given, None)
        issue = self.series.ref if isinstance(command, EnsureGeneratedIssue) else command.issue
        intent = self.seen.memory.intent(command.purpose)
        seek_since = self._seek_since(command, intent)
        if intent is not None and intent.state is IntentState.OPEN:
            if given.now < intent.opened_at + given.intent_grace:
                return intent.opened_at + given.intent_grace
            seek_since = intent.opened_at - LEEWAY
        given.ledger.open_intent(self.series.ref, command.purpose, issue.key, given.now)
        outcome = attempt(command, given.policy, given, seek_since)
        self._settle(command, outcome)
        return outcome

    def _seek_since(self, command: Command, intent: Intent | None) -> datetime | None:
        """After a restore the ledger may not know what was made since its copy was taken; a ledger that is new may follow one that was lost."""
        gap = self.given.ledger.restored
        if intent is not None:
            return None
        if gap is not None:
            return gap.known_until - LEEWAY
        if isinstance(command, EnsureGeneratedIssue) and not self.seen.published:
            return self.given.now - FIRST_LOOKS_BACK
        return None

    def _settle(self, command: _Creation, outcome: Outcome) -> None:
        ledger, ref, now = self.given.ledger, self.series.ref, self.given.now
        if outcome.result is Result.REFUSED:
            ledger.settle_intent(ref, command.purpose, IntentState.FAILED, "", now)
        elif isinstance(command, EnsureGeneratedIssue):
            made = made_of(command, outcome, now)
            ledger.settle_published(ref, command.purpose, made, now)
        else:
            ledger.settle_intent(ref, command.purpose, IntentState.DONE, outcome.created, now)

    def _recorded(
        self, publication: Publication, done: list[tuple[Command, Outcome]], waits: list[datetime], why_not: str = ""
    ) -> Looked:
        seen, now = self.seen, self.given.now
        refusals = (Refusal(f"publish:{self.series.kind}", why_not, now + DAILY),) if why_not else seen.memory.refusals
        # A day at most, as for every open case: figures change without an event that would wake the series.
        next_look = min(filter(None, (publication.next_look, now + DAILY)))
        record = LookRecord(
            title=f"{self.series.kind} · {self.series.scope}",
            kind=f"series:{self.series.kind}",
            mode=self.given.mode.value,
            policy=self.given.stamp,
            next_look=next_look,
            tickets=_refs(seen.published),
            said=frozenset(name for name in seen.memory.said if name.startswith("issue:")),
            refusals=refusals,
            finished=not waits,
        )
        self.given.ledger.record_series(self.series.ref, record, seen.published, now)
        return Looked(None, tuple(done), min(waits, default=None))


def _is_edit(command: _Creation) -> bool:
    """Tell whether what the command names is there already."""
    match command:
        case EnsureGeneratedIssue():
            return command.there is not None
        case EnsureStatusComment():
            return command.comment_id is not None
        case _:
            return False


def _refs(published: tuple[Published, ...]) -> tuple[IssueRef, ...]:
    return tuple(each.ref for each in published)
