"""Whether an action of a grave incident is important enough, or says why not (RULES A6). That it has a priority at all is ``action.priority``."""

from integration.postmortem.findings import Finding
from integration.postmortem.reading.normalise import contains_words, normalise
from integration.postmortem.remediation import ActionRow
from integration.postmortem.rules.phrasing import accepts_risk
from mappings.models import Policy, Severity

CHECK = "action_priority"


def judge_priority(row: ActionRow | None, about: str, severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    """Return a finding where the priority is lower than the severity asks for, and no reason stands beside it."""
    if row is None or not row.priority or accepts_risk(row, policy):
        return ()
    known = severity or policy.clocks.provisional_severity
    level, remedy = policy.level(CHECK, severity), policy.check(CHECK).asks
    priority = policy.remediation.priority_for(row.priority)
    if priority is None:
        names = ", ".join(each.id for each in policy.remediation.priorities)
        remedy = f"Please write one of: {names}."
        return (
            Finding(
                CHECK, about, False, level, f"“{row.priority[:40]}” is no priority that I know", remedy, line=row.line
            ),
        )
    if priority.enough_for.is_at_least(known) or _says_why(row.priority, policy):
        return ()
    reason = f"its priority is {priority.id}, at an incident of {known.value}"
    return (Finding(CHECK, about, False, level, reason, remedy, line=row.line),)


def _says_why(text: str, policy: Policy) -> bool:
    return contains_words(normalise(text), map(normalise, policy.postmortem.empty.reason_words))
