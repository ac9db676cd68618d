"""Answers "which line led to this?": from the check that a finding names to the keys of the policy behind it, and to the file and line that set each.

What a check reads beside its level and its wording stands in ``PARAMETERS``; a check that is not listed there reads no more.
"""

from dataclasses import dataclass
from typing import Any

from mappings.explaining import UnknownKey, locate
from mappings.gathering import Place
from mappings.loading import LoadedPolicy, shipped_policy
from mappings.models import Severity

# Check → keys. {severity} is the one in force, provisional where nobody has said it yet.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "severity_stated": ("severity.severities.{severity}.labels", "clocks.provisional_severity"),
    "incident_label": ("severity.incident.labels", "severity.incident.types"),
    "client_known": ("service.client",),
    "text_adopted": ("severity.incident.adopt_label", "people.adopting"),
    "timeline_resolved": ("postmortem.resolved_words",),
    "in_time": ("severity.severities.{severity}.due_hours", "clocks.least_hours_after_labelling"),
    "due_within_horizon": ("remediation.horizons",),
    "interim_measure": ("remediation.horizons", "remediation.wording.interim"),
    "action_verb": ("remediation.wording.concrete", "remediation.wording.vague"),
    "action_vague": ("remediation.wording.vague", "remediation.wording.targets"),
    "action_measurable": ("remediation.wording.unmeasurable",),
    "action_priority": ("remediation.priorities",),
    "action_repeated": ("remediation.repeated.alike_percent", "remediation.repeated.within_days"),
    "recurrence_answered": ("learning.recurrence.across_projects", "people.commands.not-recurrence"),
    "action_mix": ("remediation.kinds", "remediation.wording.detecting"),
    "actions_strong": ("remediation.kinds", "remediation.wording.weak"),
    "action_identity": ("remediation.columns.id.headings",),
    "action_place": ("remediation.routes", "remediation.columns.place.headings"),
    "ticket_cap": ("remediation.ticket.max_per_incident",),
    "tracker_accepts": ("clocks.look_again_hours",),
    "evidence": ("remediation.kinds", "people.commands.verify"),
    "verification": ("people.commands.verify",),
    "approval_technical": ("people.commands.approve-technical", "people.roles.technical_reviewers"),
    "approval_governance": ("people.commands.approve-governance", "people.roles.governance_reviewers"),
    "way_back": ("remediation.reopening.jira_transitions",),
    "authority_mapped": ("people.jira.when_unmapped",),
}


@dataclass(frozen=True)
class Traced:
    """One line of the policy behind a finding.

    ``role`` is ``level``, ``wording``, ``kind``, ``deadline`` or ``parameter``; ``instead_of`` is the line that this one
    takes the place of, with another value, in the general file or the shipped one.
    """

    role: str
    key: str
    value: Any
    place: Place
    instead_of: Place | None


def trace(loaded: LoadedPolicy, check: str, severity: Severity | None, site: str, project: str) -> tuple[Traced, ...]:
    """Return the lines behind a check in a project, the level first."""
    policy = loaded.policy.for_project(site, project)
    known = severity or policy.clocks.provisional_severity
    kind = policy.kind(known).value
    by_kind = ("kind", f"severity.severities.{known.value}.postmortem")
    match check.split("."):
        case ["section", section]:
            at = f"postmortem.sections.{section}"
            keys = [
                ("level", f"{at}.levels.{kind}"),
                by_kind,
                ("wording", f"{at}.ask"),
                ("parameter", f"{at}.headings"),
            ]
        case ["part", section, part]:
            at = f"postmortem.sections.{section}"
            keys = [("level", f"{at}.parts_levels.{kind}"), by_kind, ("wording", f"{at}.parts.{part}.ask")]
        case ["action", field]:
            at = f"remediation.required.{field}"
            keys = [("level", f"{at}.levels.{known.value}"), ("wording", f"{at}.ask")]
            keys.append(("parameter", f"remediation.columns.{field}.headings"))
        case _:
            at = f"checks.checks.{check}"
            keys = [("level", f"{at}.levels.{known.value}"), ("wording", f"{at}.asks")]
            if check in {question.id for question in policy.postmortem.responding}:
                keys.append(("wording", f"postmortem.responding.{check}.ask"))
    keys += [("parameter", key.format(severity=known.value)) for key in PARAMETERS.get(check, ())]
    return _traced(loaded, keys, site, project)


def trace_severity(loaded: LoadedPolicy, severity: Severity | None, site: str, project: str) -> tuple[Traced, ...]:
    """Return the lines that say which post-mortem is asked for, and until when."""
    policy = loaded.policy.for_project(site, project)
    at = f"severity.severities.{(severity or policy.clocks.provisional_severity).value}"
    return _traced(loaded, [("kind", f"{at}.postmortem"), ("deadline", f"{at}.due_hours")], site, project)


def _traced(loaded: LoadedPolicy, keys: list[tuple[str, str]], site: str, project: str) -> tuple[Traced, ...]:
    file = loaded.policy.project_file(site, project)
    found = (_line(loaded, role, key, file.name if file else None) for role, key in keys)
    return tuple(line for line in found if line is not None)


def _line(loaded: LoadedPolicy, role: str, key: str, project: str | None) -> Traced | None:
    told = _told(loaded, f"projects.{project}.{key}" if project else key)
    if told is None:
        return None  # A finding of an earlier policy, or a field that is not required here.
    value, place = told
    # A line that was copied from the shipped file, or from the general one, takes the place of nothing.
    others = [other for other in (_told(loaded, key), _told(shipped_policy(), key)) if other and other[0] != value]
    return Traced(role, key, value, place, others[0][1] if others else None)


def _told(loaded: LoadedPolicy, key: str) -> tuple[Any, Place] | None:
    try:
        return locate(loaded, key)
    except UnknownKey:
        return None  # Only the project has it, or only this installation.
