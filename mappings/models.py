"""The whole policy as one frozen value, and everything the core may know of it.

Only the standard library and pydantic are needed here.

Reading YAML is in ``loading``, which the core never imports.
"""

from fnmatch import fnmatchcase

from mappings.causes import CauseCategory, CausesFile, LifecyclePhase, SubCategory
from mappings.checks import Check, ChecksFile
from mappings.clocks import ClocksFile, Weekday
from mappings.destinations import Audience, DestinationsFile, GeneratedIssue, Per, Place
from mappings.language import LanguageFile
from mappings.learning import Launch, LearningFile
from mappings.people import Approvals, Apps, CommandAuthority, JiraAuthority, JiraHolders, PeopleFile, Person
from mappings.postmortem import Emptiness, LinkedIncidents, Part, PostmortemFile, Question, RespondingQuestion, Section
from mappings.remediation import (
    ActionKind,
    ActionWording,
    Claim,
    CloseWhen,
    Column,
    Effect,
    Evidence,
    Horizon,
    Priority,
    RemediationFile,
    RequiredField,
)
from mappings.roles import Deputies, Roles, Team
from mappings.service import CircuitBreaker, PublicText, ServiceFile, Wording
from mappings.severity import (
    Amount,
    Criterion,
    IncidentMarks,
    JiraSeverity,
    LabelledSeverity,
    SeverityFile,
    SeverityPolicy,
)
from mappings.tickets import GithubDue, GithubTicket, JiraRelation, JiraTicket, LinkDirection, Reopening, Route, Ticket
from mappings.values import (
    Authority,
    Kind,
    KindLevels,
    Level,
    MappingModel,
    Mode,
    ProjectPattern,
    Severity,
    SeverityLevels,
    Wants,
    normalise,
    normalise_label,
)

__all__ = [
    "ActionKind",
    "ActionWording",
    "Amount",
    "Approvals",
    "Apps",
    "Audience",
    "Authority",
    "CauseCategory",
    "CausesFile",
    "Check",
    "ChecksFile",
    "CircuitBreaker",
    "Claim",
    "ClocksFile",
    "CloseWhen",
    "Column",
    "CommandAuthority",
    "Criterion",
    "Deputies",
    "DestinationsFile",
    "Effect",
    "Emptiness",
    "Evidence",
    "GeneratedIssue",
    "GithubDue",
    "GithubTicket",
    "Horizon",
    "IncidentMarks",
    "JiraAuthority",
    "JiraHolders",
    "JiraRelation",
    "JiraSeverity",
    "JiraTicket",
    "Kind",
    "KindLevels",
    "LabelledSeverity",
    "LanguageFile",
    "Launch",
    "LearningFile",
    "Level",
    "LifecyclePhase",
    "LinkDirection",
    "LinkedIncidents",
    "MappingModel",
    "Mode",
    "Part",
    "PeopleFile",
    "Per",
    "Person",
    "Place",
    "Policy",
    "PostmortemFile",
    "Priority",
    "ProjectPolicy",
    "PublicText",
    "Question",
    "RemediationFile",
    "Reopening",
    "RequiredField",
    "RespondingQuestion",
    "Roles",
    "Route",
    "Section",
    "ServiceFile",
    "Severity",
    "SeverityFile",
    "SeverityLevels",
    "SeverityPolicy",
    "SubCategory",
    "Team",
    "Ticket",
    "Wants",
    "Weekday",
    "Wording",
    "normalise",
    "normalise_label",
]


class Policy(MappingModel):
    """All mapping files together. ``for_project`` gives the one that holds in a project."""

    severity: SeverityFile
    """``severity.yaml``."""
    postmortem: PostmortemFile
    """``postmortem.yaml``."""
    remediation: RemediationFile
    """``remediation.yaml``."""
    people: PeopleFile
    """``people.yaml``."""
    clocks: ClocksFile
    """``clocks.yaml``."""
    service: ServiceFile
    """``service.yaml``."""
    checks: ChecksFile
    """``checks.yaml``."""
    language: LanguageFile
    """``language.yaml``."""
    destinations: DestinationsFile
    """``destinations.yaml``."""
    learning: LearningFile
    """``learning.yaml``."""
    causes: CausesFile
    """``causes.yaml``."""
    projects: "tuple[ProjectPolicy, ...]" = ()
    """``projects/*.yaml``, each with the whole policy that holds there."""

    def __hash__(self) -> int:
        """Hash the files alone, so that the cost (0.2 ms) does not grow with the number of projects."""
        files = (self.severity, self.postmortem, self.remediation, self.people)
        others = (self.clocks, self.service, self.checks, self.language, self.destinations, self.learning, self.causes)
        return hash((*files, *others))

    def for_project(self, site: str, project: str) -> "Policy":
        """Return the policy for a project: ``site`` is ``github`` or ``jira``, ``project`` is ``owner/repo`` or a
        project key.
        """
        entry = self.project_file(site, project)
        return entry.policy if entry else self

    def project_file(self, site: str, project: str) -> "ProjectPolicy | None":
        """Return the file of ``projects/`` that holds for a project, or None where none does.

        Of several patterns that match, the most exact one decides: the one with most characters that are no wildcard;
        then the first by name.
        """
        wanted = f"{site}:{project}".casefold()
        found = [
            (exactness(pattern), -position, entry)
            for position, entry in enumerate(self.projects)
            for pattern in entry.applies_to
            if fnmatchcase(wanted, pattern.casefold())
        ]
        return max(found, key=lambda candidate: candidate[:2])[2] if found else None

    def is_left_alone(self, site: str, project: str) -> bool:
        """Tell whether the mapping says that this project is never governed."""
        wanted = f"{site}:{project}".casefold()
        return any(fnmatchcase(wanted, pattern.casefold()) for pattern in self.service.leave_alone)

    def section(self, section_id: str) -> Section:
        """Return the section with this id; KeyError when there is none."""
        return self.postmortem.section(section_id)

    def check(self, check_id: str) -> Check:
        """Return the check with this id; KeyError when there is none."""
        for entry in self.checks.checks:
            if entry.id == check_id:
                return entry
        raise KeyError(check_id)

    def kind(self, severity: Severity | None) -> Kind:
        """Return the kind of post-mortem at ``severity``; None stands for the provisional one."""
        return self.severity.of(severity or self.clocks.provisional_severity).postmortem

    def level(self, check: str, severity: Severity | None) -> Level:
        """Return how much ``check`` weighs at ``severity`` (None: the provisional one).

        ``check`` is ``section.<id>``, ``part.<section>.<part>``, ``action.<field>`` or the id of a check; KeyError when
        there is no such one. A field of an action that is not listed as required is ``off``.
        """
        known = severity or self.clocks.provisional_severity
        match check.split("."):
            case ["section", section_id]:
                return self.section(section_id).levels.at(self.kind(known))
            case ["part", section_id, part_id]:
                section = self.section(section_id)
                section.part(part_id)
                return section.parts_levels.at(self.kind(known))
            case ["action", field]:
                if field not in {column.id for column in self.remediation.columns}:
                    raise KeyError(check)
                return next(
                    (entry.levels.at(known) for entry in self.remediation.required if entry.id == field), Level.OFF
                )
            case _:
                return self.check(check).levels.at(known)

    def has_check(self, check: str) -> bool:
        """Tell whether ``check`` names something that can be found, and so can be waived."""
        try:
            self.level(check, Severity.SEV1)
        except KeyError:
            return False
        return True


class ProjectPolicy(MappingModel):
    """One file of ``projects/``: where it applies, and the whole policy with its changes in it."""

    name: str
    """The file's name without ``.yaml``."""
    applies_to: tuple[ProjectPattern, ...]
    """Patterns of projects, such as ``github:acme/shop-*`` or ``jira:SHOP``."""
    policy: Policy
    """The policy that holds there."""


def exactness(pattern: str) -> int:
    """Return how exact a pattern of projects is: the number of its characters that are no wildcard."""
    return sum(character not in "*?" for character in pattern)


Policy.model_rebuild()
