"""For every key of the mappings: which change of it makes the policy weaker, and what that means.

A test keeps the table complete.

Entries written by id stand as ``*``. Levels need no line: a lower level is weaker wherever it stands.
"""

from enum import Enum, auto


class Weaker(Enum):
    """Which change of a value weakens the policy."""

    MORE = auto()  # a larger number; none at all is the largest
    LESS = auto()  # a smaller number
    LOWER = auto()  # a step down in an order: severity, kind, mode, truth …
    ADDED = auto()  # something more in a list
    REMOVED = auto()  # something less in a list
    CHANGED = auto()  # any change, because what counted before may no longer count
    CONDITION = auto()  # a condition where there was none, or another one
    LATER = auto()  # a later day, or one that nobody can tell


RULES: dict[str, tuple[Weaker, str]] = {
    "severity.incident.labels": (Weaker.REMOVED, "issues with this label are incidents no more"),
    "severity.incident.types": (Weaker.REMOVED, "issues of this type are incidents no more"),
    "severity.incident.observe_labels": (Weaker.ADDED, "incidents with this label are only read"),
    "severity.incident.ignore_labels": (Weaker.ADDED, "incidents with this label are not looked at"),
    "severity.severities": (Weaker.REMOVED, "this severity is gone"),
    "severity.severities.*.labels": (Weaker.REMOVED, "this label states the severity no more"),
    "severity.severities.*.postmortem": (Weaker.LOWER, "a lesser post-mortem is asked for"),
    "severity.severities.*.due_hours": (Weaker.MORE, "post-mortems are due later, in hours"),
    "severity.severities.*.jira_value": (Weaker.CHANGED, "the former Jira value states the severity no more"),
    "severity.criteria": (Weaker.REMOVED, "this criterion implies no severity any more"),
    "severity.criteria.*.text": (Weaker.CHANGED, "forms with the former wording count only if it is under `also`"),
    "severity.criteria.*.also": (Weaker.REMOVED, "forms with this wording count no more"),
    "severity.criteria.*.implies": (Weaker.LOWER, "the criterion implies a lower severity"),
    "severity.criteria.*.labels": (Weaker.REMOVED, "this label states the criterion no more"),
    "severity.jira.field": (Weaker.CHANGED, "the former Jira field states the severity no more"),
    "postmortem.sections": (Weaker.REMOVED, "this section is asked for no more"),
    "postmortem.sections.*.when": (Weaker.CONDITION, "the section is asked for only under a condition"),
    "postmortem.sections.*.prompt": (Weaker.REMOVED, "this template text counts as an answer"),
    "postmortem.sections.*.parts": (Weaker.REMOVED, "this part is asked for no more"),
    "postmortem.questions.*.unanswered_means_yes_for": (Weaker.REMOVED, "no answer counts as no at this severity"),
    "postmortem.empty.placeholders": (Weaker.REMOVED, "this text counts as an answer"),
    "postmortem.empty.answers": (Weaker.ADDED, "this text counts as an answer"),
    "postmortem.empty.reason_words": (Weaker.ADDED, "this word makes an answer of a placeholder"),
    "remediation.required": (Weaker.REMOVED, "this field is asked for no more"),
    "remediation.horizons": (Weaker.ADDED, "actions may choose this horizon"),
    "remediation.horizons.*.max_days": (Weaker.MORE, "actions may be due later, in days"),
    "remediation.kinds": (Weaker.ADDED, "actions may choose this kind"),
    "remediation.kinds.*.claims": (Weaker.REMOVED, "this evidence is needed no more"),
    "remediation.default_kind": (Weaker.CHANGED, "actions that name no kind need other evidence"),
    "remediation.ticket.max_per_incident": (Weaker.LESS, "fewer actions get a ticket"),
    "remediation.reopening.rounds": (Weaker.LESS, "the service insists less often"),
    "remediation.reopening.jira_transitions": (Weaker.REMOVED, "this way back is taken no more"),
    "remediation.close_incident_when": (Weaker.LOWER, "incidents close before their actions are verified"),
    "people.commands.*": (Weaker.LOWER, "the command needs less authority"),
    "people.adopting": (Weaker.LOWER, "adopting needs less authority"),
    "people.jira.triage.accounts": (Weaker.ADDED, "this account holds triage"),
    "people.jira.triage.groups": (Weaker.ADDED, "this group holds triage"),
    "people.jira.triage.roles": (Weaker.ADDED, "this role holds triage"),
    "people.jira.write.accounts": (Weaker.ADDED, "this account holds write"),
    "people.jira.write.groups": (Weaker.ADDED, "this group holds write"),
    "people.jira.write.roles": (Weaker.ADDED, "this role holds write"),
    "people.jira.admin.accounts": (Weaker.ADDED, "this account holds admin"),
    "people.jira.admin.groups": (Weaker.ADDED, "this group holds admin"),
    "people.jira.admin.roles": (Weaker.ADDED, "this role holds admin"),
    "people.jira.when_unmapped": (Weaker.LOWER, "every active user may command while nobody is listed"),
    "people.apps.github": (Weaker.ADDED, "this app may command"),
    "people.apps.jira": (Weaker.ADDED, "this app may command"),
    "people.roles.technical_reviewers": (Weaker.ADDED, "this person may approve the technical part"),
    "people.roles.governance_reviewers": (Weaker.ADDED, "this person may approve, waive and accept risks"),
    "people.roles.executive_sponsors": (Weaker.ADDED, "this person may waive and accept risks"),
    "people.people": (Weaker.REMOVED, "the accounts of this person count as two people"),
    "people.people.*.github_id": (Weaker.CHANGED, "another account stands for this person"),
    "people.people.*.jira": (Weaker.CHANGED, "another account stands for this person"),
    "clocks.working_days": (Weaker.REMOVED, "working-day clocks stand still on this day"),
    "clocks.holidays": (Weaker.ADDED, "working-day clocks stand still on this day"),
    "clocks.provisional_severity": (Weaker.LOWER, "unclassified incidents run under a milder clock"),
    "clocks.ask_reviewer_after_hours": (Weaker.MORE, "unclassified incidents are asked about later, in hours"),
    "clocks.least_hours_after_labelling": (Weaker.MORE, "late-recorded incidents get longer, in hours"),
    "clocks.refusals_per_person_and_day": (Weaker.MORE, "one person can make the service speak more often"),
    "clocks.seconds_between_looks": (Weaker.MORE, "the gate answers later, in seconds"),
    "clocks.look_again_hours": (Weaker.MORE, "what a tracker refused is tried again later, in hours"),
    "service.mode": (Weaker.LOWER, "the service does less"),
    "service.profile": (Weaker.LOWER, "fewer checks weigh as shipped"),
    "service.governed_since": (Weaker.LATER, "issues opened before that day are left alone"),
    "service.leave_alone": (Weaker.ADDED, "this project is governed no more"),
    "service.public_issues": (Weaker.LOWER, "more is written where everybody can read it"),
    "service.circuit_breaker.reopenings_per_hour": (Weaker.MORE, "more is written before the service stops itself"),
    "service.circuit_breaker.creations_per_hour": (Weaker.MORE, "more is written before the service stops itself"),
    "service.circuit_breaker.times_usual": (Weaker.MORE, "more is written before the service stops itself"),
    "service.wording.not_for_evaluation": (Weaker.LOWER, "people are no longer told that this is for learning"),
}

# Keys whose changes make nothing weaker: names, wordings, where things are kept, and lists that are looked at otherwise
# in ``weakening`` (the words of kinds and horizons, GitHub's roles).
NEUTRAL = frozenset(
    {
        "severity.incident.adopt_label",
        "severity.severities.*.name",
        "severity.severities.*.label",
        "postmortem.sections.*.title",
        "postmortem.sections.*.headings",
        "postmortem.sections.*.jira_field",
        "postmortem.sections.*.ask",
        "postmortem.sections.*.parts.*.title",
        "postmortem.sections.*.parts.*.headings",
        "postmortem.sections.*.parts.*.ask",
        "postmortem.questions",
        "postmortem.questions.*.text",
        "postmortem.questions.*.headings",
        "postmortem.linked_incidents.most",
        "postmortem.responding",
        "postmortem.responding.*.ask",
        "postmortem.responding.*.line",
        "postmortem.resolved_words",
        "remediation.columns",
        "remediation.columns.*.headings",
        "remediation.required.*.ask",
        "remediation.horizons.*.headings",
        "remediation.claims",
        "remediation.claims.*.title",
        "remediation.claims.*.ask",
        "remediation.kinds.*.headings",
        "remediation.ticket.labels",
        "remediation.ticket.title",
        "remediation.ticket.github.due",
        "remediation.ticket.github.due_field",
        "remediation.ticket.github.type",
        "remediation.ticket.jira.relation",
        "remediation.ticket.jira.link_type",
        "remediation.ticket.jira.link_direction",
        "remediation.ticket.jira.issue_type",
        "remediation.ticket.jira.subtask_type",
        "remediation.ticket.jira.due_field",
        "remediation.ticket.jira.priorities",
        "remediation.reopening.unverified_label",
        "people.github_roles",
        "people.people.*.name",
        "people.people.*.github",
        "clocks.zone",
        "service.client",
        "service.clients",
        "service.wording.thanks",
        "service.wording.show_policy",
        "checks.checks",
        "checks.checks.*.asks",
        "checks.checks.*.why",
    }
)
