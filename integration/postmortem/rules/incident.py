"""What is asked about the incident itself: who leads, which client, when it began, whether it is over, and what could not be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from integration.postmortem.decisions import Decision, Memory, Refusal
from integration.postmortem.findings import Finding
from integration.postmortem.incident import Case, Issue
from integration.postmortem.people import Person
from integration.postmortem.rules.answered import client_written
from integration.postmortem.rules.deadlines import Deadline
from integration.postmortem.rules.drafting import our_issues
from integration.postmortem.rules.gatefield import judge_gate_fields
from integration.postmortem.rules.unconfirmed import judge_unconfirmed
from integration.postmortem.rules.written import PostMortem
from mappings.models import Policy, Severity


@dataclass(frozen=True)
class About:
    """Findings on the incident itself, the checks that are asked for while responding, and what is known: lead, client, whether it is over."""

    findings: tuple[Finding, ...]
    asked_now: frozenset[str]
    lead: str
    client: str
    is_over: bool


def judge_incident(
    case: Case,
    memory: Memory,
    decisions: tuple[Decision, ...],
    postmortem: PostMortem,
    severity: Severity | None,
    policy: Policy,
    lead_written: Person | None = None,
) -> About:
    """Judge the questions of the responding phase and the traps around the case. ``lead_written`` is the account that the form names."""
    granted = {decision.word: decision for decision in decisions if decision.grants}
    answers = postmortem.answers
    lead = granted["lead"].reason if "lead" in granted else lead_written.called if lead_written else ""
    said = granted["client"].reason if "client" in granted else client_written(answers, policy)
    client = said or policy.service.client or ""
    began = _began(postmortem)
    asked = frozenset({"severity_stated", *(question.id for question in policy.postmortem.responding)})
    findings = [
        _asked("lead_named", "Lead", f"led by {lead}" if lead else "", severity, policy),
        _asked("client_known", "Client", f"it is {client}" if client else "", severity, policy),
        _asked("began_known", "Beginning", began, severity, policy),
        *_traps(case, memory, severity, policy),
        *judge_gate_fields(case, memory, severity, policy),
    ]
    return About(
        tuple(findings), asked, lead, client, "resolved" in granted or postmortem.timeline.resolved is not None
    )


def _began(postmortem: PostMortem) -> str:
    """Say where it is told when it began, or return an empty string."""
    if postmortem.timeline.began is not None:
        return "it is in the timeline"
    if postmortem.answers.began:
        return "it is in the first answers"
    return "it was noted in a comment" if any(note.time for note in postmortem.notes) else ""


def late(severity: Severity | None, policy: Policy, deadline: Deadline) -> Finding:
    """Return the finding that the deadline has passed; said kindly, and never before it has. How late it truly is stays known."""
    check = policy.check("in_time")
    clock = moment_of(deadline.by_clock, policy) if deadline.is_eased else ""
    reason = f"it has passed; counted from detection it was {clock}" if clock else "it has passed"
    return Finding("in_time", "Deadline", False, policy.level("in_time", severity), reason, check.asks)


def moment_of(at: datetime | None, policy: Policy) -> str:
    """Return an instant as it is shown, in the zone of the mapping."""
    return at.astimezone(ZoneInfo(policy.clocks.zone)).strftime("%Y-%m-%d %H:%M %Z") if at else ""


def not_adopted(severity: Severity | None, policy: Policy) -> Finding:
    """Return the finding that an adopted text was changed by somebody who may not adopt one: nothing is created from it until it is saved again."""
    level, ask = policy.level("text_adopted", severity), policy.check("text_adopted").asks
    return Finding(
        "text_adopted",
        "Text",
        False,
        level,
        "it was changed since it was taken on, by somebody without triage rights",
        ask,
    )


def _asked(check: str, about: str, known: str, severity: Severity | None, policy: Policy) -> Finding:
    question = next((entry for entry in policy.postmortem.responding if entry.id == check), None)
    level = policy.level(check, severity)
    if known:
        return Finding(check, about, True, level, known)
    remedy = f"{question.ask} `{question.line}`" if question else ""
    return Finding(check, about, False, level, "not known yet", remedy)


_WRITES = {
    "EnsureLabels": "a change of labels on {}",
    "EnsureSeverityShown": "a change of the severity of {}",
    "EnsureGateField": "a change of the gate field of {}",
    "EnsureStatusComment": "this comment on {}",
    "EnsureReply": "an answer ({})",
    "EnsureOpen": "opening {} again",
    "EnsureActionTicket": "a new ticket ({})",
    "EnsureLinkedIncident": "a new incident for an affected system",
    "EnsureLinked": "linking {}",
    "EnsureAgreed": "a change of owner or due date on {}",
}


def _what(refusal: Refusal) -> str:
    """Name in a reader's words what the tracker refused."""
    kind, _, about = refusal.purpose.partition(":")
    return _WRITES.get(kind, "{}").format(about.removeprefix("ticket:"))


def _traps(case: Case, memory: Memory, severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    """Return what stands in the way of governing the case, whatever its post-mortem says."""
    return (
        *(finding for issue in our_issues(case, memory) for finding in _limits(issue, severity, policy)),
        *_unmapped(case.incident, severity, policy),
        *judge_unconfirmed(case, memory, severity, policy),
        *_unreadable(case.incident, severity, policy),
        *_refused(memory, severity, policy),
    )


def _limits(issue: Issue, severity: Severity | None, policy: Policy) -> Iterator[Finding]:
    """Find what we cannot do on an issue: read all of its comments, or open it again."""
    if issue.comments_capped:
        level, ask = policy.level("comments_read", severity), policy.check("comments_read").asks
        reason = f"{issue.ref.locator} has more comments than are read"
        yield Finding("comments_read", "Comments", False, level, reason, ask)
    if issue.closed and issue.reopen_with is None:
        level = policy.level("way_back", severity)
        reason = f"the workflow of {issue.ref.locator} offers our account no way back from closed"
        ask = "An administrator can name the transition under `reopening` in remediation.yaml, or allow it to our account."
        yield Finding("way_back", "Workflow", False, level, reason, ask)


def _unmapped(incident: Issue, severity: Severity | None, policy: Policy) -> Iterator[Finding]:
    if incident.ref.key.site == "jira" and not policy.people.jira.is_mapped:
        level, ask = policy.level("authority_mapped", severity), policy.check("authority_mapped").asks
        reason = "the mapping names nobody, so any active user of this site may decide"
        yield Finding("authority_mapped", "Authority", False, level, reason, ask, aside=True)


def _unreadable(incident: Issue, severity: Severity | None, policy: Policy) -> Iterator[Finding]:
    level, ask = policy.level("document_readable", severity), "Please split or simplify that part."
    for problem in incident.document.problems:
        yield Finding("document_readable", "Text", False, level, problem, ask)


def _refused(memory: Memory, severity: Severity | None, policy: Policy) -> Iterator[Finding]:
    level = policy.level("tracker_accepts", severity)
    ask = "An administrator can see in the service's log which right is missing; it is tried again within a day."
    for refusal in memory.refusals:
        yield Finding(
            "tracker_accepts", "Tracker", False, level, f"{_what(refusal)} was refused: {refusal.detail}", ask
        )
