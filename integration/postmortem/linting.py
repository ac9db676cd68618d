"""A post-mortem in a file, judged by the same rules as one on an issue, as far as a file can show: sections, answers, actions. Pure; asks no tracker."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from integration.postmortem.assessment import Assessment
from integration.postmortem.decisions import Memory, ProjectMemory
from integration.postmortem.facts import Facts
from integration.postmortem.findings import Finding
from integration.postmortem.incident import Case, Issue, IssueKey, IssueRef
from integration.postmortem.judgement import facts_needed, judge
from integration.postmortem.people import Person, PersonKind
from integration.postmortem.reading.markdown import read_markdown, without_front_matter
from integration.postmortem.rules.required import is_group
from integration.postmortem.rules.written import TIMELINE, PostMortem, read_postmortem
from mappings.models import Policy, Severity

# What only an issue can show: who said what, which tickets there are, what the tracker allows.
NOT_IN_A_FILE = frozenset(
    {
        "severity_stated",
        "incident_label",
        "steering_label",
        "criteria_answered",
        "lead_named",
        "lead_apart",
        "need_answered",
        "began_known",
        "client_known",
        "text_adopted",
        "comments_read",
        "decisions_confirmed",
        "in_time",
        "date_moved",
        "launch_lessons",
        "recurrence_answered",
        "action_agreement",
        "action_repeated",
        "ticket_missing",
        "action_place",
        "ticket_moved",
        "row_missing",
        "tracker_accepts",
        "evidence",
        "verification",
        "approval_technical",
        "approval_governance",
        "way_back",
        "authority_mapped",
        "gate_field",
        "grant_comment",
        "strange_comment",
    }
)
_SITE, _PLACE = "github", "file/file"
_SECTIONS_OF_CHECKS = {
    "timeline": TIMELINE,
    "cause": "root_causes",
    "where": "where_else",
    "action": "remediation",
    "actions": "remediation",
    "factor": "contributing_factors",
}


@dataclass(frozen=True)
class Noted:
    """A finding and the 1-based line of the file that it is about; ``None`` where it is about something that is not there."""

    finding: Finding
    line: int | None


@dataclass(frozen=True)
class Linted:
    """What was found in a file, the severity that it was judged at, and what raised it above the one that was stated: half a sentence, and its line."""

    severity: Severity
    noted: tuple[Noted, ...]
    raised_by: str = ""
    line: int | None = None


def lint(text: str, severity: Severity, policy: Policy, now: datetime) -> tuple[Noted, ...]:
    """Return what :func:`examine` finds."""
    return examine(text, severity, policy, now).noted


def examine(text: str, severity: Severity, policy: Policy, now: datetime) -> Linted:
    """Judge a post-mortem in Markdown, with or without front matter, in the order in which the mapping asks.

    Owners are taken at their word, since no tracker is asked whether it knows them.
    """
    incident = _incident(text, severity, policy, now)
    case = Case(incident, Person(_SITE, "2", "service", kind=PersonKind.APP))
    memory = Memory(ProjectMemory(_SITE, _PLACE, now - timedelta(days=1)), governed=True)
    named = facts_needed(case, memory, policy).names
    people: dict[str, tuple[Person, ...]] = {
        name: (Person(_SITE, name, name.removeprefix("@")),) for name in named if not is_group(name, policy)
    }
    assessment = judge(case, Facts(people=people), memory, policy, now)
    noted = _noted(assessment, read_postmortem(incident, policy))
    judged = assessment.severity.severity or severity
    if not severity.is_below(judged):
        return Linted(judged, noted)
    said = next((finding for finding in assessment.severity.findings if finding.passed), None)
    return Linted(judged, noted, assessment.severity.reason, said.line if said else None)


def _incident(text: str, severity: Severity, policy: Policy, now: datetime) -> Issue:
    return Issue(
        ref=IssueRef(IssueKey(_SITE, "1"), f"{_PLACE}#1"),
        title="",
        body=text,
        document=read_markdown(without_front_matter(text)),
        author=Person(_SITE, "1", "author"),
        created_at=now,
        updated_at=now,
        labels=frozenset({policy.severity.incident.labels[0], policy.severity.of(severity).label}),
    )


def _noted(assessment: Assessment, postmortem: PostMortem) -> tuple[Noted, ...]:
    own = (Noted(finding, finding.line or _line_of(finding.check, postmortem)) for finding in assessment.findings)
    rows = (
        Noted(finding, view.row.line if view.row else None) for view in assessment.actions for finding in view.findings
    )
    return tuple(
        replace(noted, finding=replace(noted.finding, later=False))
        for noted in (*own, *rows)
        if noted.finding.check not in NOT_IN_A_FILE
    )


def _line_of(check: str, postmortem: PostMortem) -> int | None:
    """Return the line of the section that a check is about: ``section.impact``, ``part.impact.money``, ``timeline_began``."""
    kind, dot, rest = check.partition(".")
    section = rest.partition(".")[0] if dot else _SECTIONS_OF_CHECKS.get(kind.partition("_")[0], "")
    found = postmortem.sections.get(section)
    return found.line if found else None
