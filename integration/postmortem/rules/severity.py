"""Which severity holds, and why: labels, the tracker's own field, criteria, commands (DESIGN 5 "Severity").

The highest label wins; criteria are a floor; what was decided or recorded before is lowered only by ``/severity``. A label that is lowered or
taken off by hand is put back once, with the reason; whoever does it again is asked, and not fought.
"""

from dataclasses import dataclass

from integration.postmortem.commands import EnsureLabels, name_of
from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.findings import Finding
from integration.postmortem.incident import Issue
from integration.postmortem.rules.criteria import CriteriaView, judge_criteria, read_criteria
from integration.postmortem.rules.ending import INCIDENT
from integration.postmortem.rules.written import PostMortem, read_postmortem
from mappings.models import Policy, Severity

BY_COMMAND = "set by /severity"


@dataclass(frozen=True)
class SeverityView:
    """The severity in force (``None`` while unclassified), the reason in words, and the labels that should say so.

    ``put_back`` says in words what was lowered by hand, where it is put back now; empty where nothing is. ``is_commanded`` says that it comes
    of a ``/severity`` that no finished look has acted on yet: its labels follow on a closed issue, too, or the command would be lost.
    """

    severity: Severity | None
    reason: str
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    put_back: str = ""
    is_commanded: bool = False

    @property
    def name(self) -> str:
        """Return ``SEV1`` … ``SEV4``, or ``unclassified``."""
        return self.severity.value if self.severity else "unclassified"


def judge_severity(
    incident: Issue,
    memory: Memory,
    new: tuple[Decision, ...],
    policy: Policy,
    postmortem: PostMortem | None = None,
) -> SeverityView:
    """Return the severity in force; ``new`` are decisions taken in this look, which no finished look has acted on yet."""
    file = policy.severity
    written = postmortem or read_postmortem(incident, policy)
    criteria = read_criteria(incident, written, (*memory.decisions, *new), policy)
    stated = file.from_labels(incident.labels)
    field = file.stated_in_jira(incident.severity_shown) if incident.severity_shown else None
    said = stated.highest or field
    decided = _undone_command(incident, memory, new)
    before = Severity(memory.severity) if memory.severity else None
    is_lowered = before is not None and (said is None or said.is_below(before)) and decided is None
    put_back = ""
    if before and is_lowered and not (criteria.floor and criteria.floor.is_at_least(before)):
        now = _now_says(said, "label" if stated.highest or field is None else "priority")
        if incident.closed or kept(incident, before) in memory.said:
            findings = (_lowered(before, said, now, policy), *judge_criteria(criteria, before, policy))
            return SeverityView(before, "recorded before", findings=findings)
        said, put_back = before, now
    severity = decided or said
    if criteria.floor and (severity is None or severity.is_below(criteria.floor)):
        severity = criteria.floor
    if severity is None:
        return SeverityView(None, "not stated yet", findings=(_unknown(policy),))
    reason = _reason(severity, memory, new, criteria)
    label = file.of(severity).label
    # To some trackers, labels that differ in case alone are one: taking `SEV1` off would take `sev1` with it.
    others = frozenset(given for given in stated.labels if given.casefold() != label.casefold())
    is_there = any(given.casefold() == label.casefold() for given in incident.labels)
    findings = (
        _known(severity, reason, policy, criteria.line if criteria.floor is severity else None),
        *judge_criteria(criteria, severity, policy),
    )
    add = frozenset[str]() if is_there else frozenset({label})
    return SeverityView(severity, reason, add, others, findings, put_back, is_commanded=decided is not None)


def kept(incident: Issue, severity: Severity) -> str:
    """Return the purpose of the comment that says, once, that this severity was put back."""
    return f"kept:{incident.ref.key.id}:{severity.value}"


def _undone_command(incident: Issue, memory: Memory, new: tuple[Decision, ...]) -> Severity | None:
    """Return what the latest ``/severity`` said that no finished look has acted on, so that a worker's death in between loses nothing.

    Nor has a look acted on it whose labels were refused: what they still say was not said after the command.
    """
    is_refused = any(refusal.purpose == name_of(EnsureLabels(incident.ref)) for refusal in memory.refusals)
    unfinished = [
        d for d in _stated(memory.decisions) if is_refused or memory.looked_at is None or d.at > memory.looked_at
    ]
    granted = [*unfinished, *_stated(new)]
    return Severity(granted[-1].reason.upper()) if granted else None


def _stated(decisions: tuple[Decision, ...]) -> list[Decision]:
    """Return the granted decisions that say how severe it is: ``/severity``, and ``/incident`` that took it on."""
    return [d for d in decisions if d.word in ("severity", INCIDENT) and d.grants]


def _reason(severity: Severity, memory: Memory, new: tuple[Decision, ...], criteria: CriteriaView) -> str:
    """Say why in words that stay the same once the labels follow, so that the comment is not edited for them."""
    said = _stated((*memory.decisions, *new))
    if said and said[-1].reason == severity.value:
        return BY_COMMAND
    return f"at least {severity.value}, because {criteria.why}" if criteria.floor is severity else "as stated"


def _known(severity: Severity, reason: str, policy: Policy, line: int | None) -> Finding:
    level = policy.level("severity_stated", severity)
    return Finding("severity_stated", "Severity", True, level, f"{severity.value}, {reason}", line=line)


def _unknown(policy: Policy) -> Finding:
    labels = ", ".join(f"`{entry.label}`" for entry in policy.severity.severities)
    return Finding(
        "severity_stated",
        "Severity",
        False,
        policy.level("severity_stated", None),
        "nobody has said yet how severe it is",
        f"Add a label ({labels}), or write `/severity sev2 <why>`. Until then the {policy.clocks.provisional_severity.value} clock runs.",
    )


def _now_says(said: Severity | None, word: str) -> str:
    return f"the {word} says {said.value}" if said else "its label is gone"


def _lowered(before: Severity, said: Severity | None, now: str, policy: Policy) -> Finding:
    lower = (said or Severity.SEV3).value.lower()
    return Finding(
        "severity_stated",
        "Severity",
        False,
        policy.level("severity_stated", before),
        f"it is recorded as {before.value}, and {now}",
        f"To lower it, write `/severity {lower} <why>`; to keep it, put the label `{policy.severity.of(before).label}` back.",
    )
