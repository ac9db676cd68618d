"""The models of ``remediation.yaml``: how actions are read, which evidence they need, what their tickets look like,
when things may close.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field

from mappings.destinations import ExactProject
from mappings.values import (
    ENTRIES,
    PAIRS,
    Flag,
    Id,
    JiraField,
    Keyed,
    MappingModel,
    Percent,
    PlainLabel,
    Positive,
    Sentence,
    Severity,
    SeverityLevels,
    Table,
    Words,
    normalise,
    normalise_label,
)


class CloseWhen(StrEnum):
    """When an incident may close, beside its post-mortem being complete and approved."""

    ACTIONS_VERIFIED = "actions_verified"
    POSTMORTEM_APPROVED = "postmortem_approved"


class GithubDue(StrEnum):
    """Where a ticket on GitHub carries its due date."""

    LINE = "line"
    MILESTONE = "milestone"
    ISSUE_FIELD = "issue_field"


class JiraRelation(StrEnum):
    """How a ticket on Jira belongs to its incident."""

    LINK = "link"
    SUBTASK = "subtask"


class LinkDirection(StrEnum):
    """On which side of the link the incident stands: ``outward`` reads "incident <outward name> ticket"."""

    OUTWARD = "outward"
    INWARD = "inward"


class Column(MappingModel):
    """A column of the table of actions, or a label in a list of actions."""

    id: Id
    """The field of an action."""
    headings: tuple[Words, ...] = Field(min_length=1)
    """Headings by which the column is recognised."""


class RequiredField(MappingModel):
    """How much it weighs when an action lacks a field."""

    id: Id
    """The field of an action, as in ``columns``; the finding is called ``action.<field>``."""
    levels: SeverityLevels
    """Level per severity."""
    ask: Sentence
    """The next step, said when the field is missing."""


class Effect(StrEnum):
    """What a kind of action does about the next time. ``weak``: people are asked to be more careful."""

    PREVENT = "prevent"
    DETECT = "detect"
    WEAK = "weak"


class Horizon(MappingModel):
    """How soon an action is due."""

    id: Id
    """Short name."""
    headings: tuple[Words, ...] = Field(min_length=1)
    """Words by which it is recognised."""
    max_days: Positive
    """Days from the opening of the incident within which an action of this horizon is due."""
    severity_days: Annotated[tuple[tuple[Severity, Positive], ...], PAIRS, Table()]
    """Other days at a severity."""
    interim: Flag
    """Whether an action that is due later than the horizon before it allows names what limits the harm until then."""

    def days_at(self, severity: Severity) -> int:
        """Return the days that hold at ``severity``."""
        return dict(self.severity_days).get(severity, self.max_days)


class Priority(MappingModel):
    """How important an action is."""

    id: Id
    """Short name."""
    headings: tuple[Words, ...] = Field(min_length=1)
    """Words by which it is recognised."""
    enough_for: Severity
    """The gravest severity at which an action of this priority needs no reason."""


class Claim(MappingModel):
    """Something that evidence shows: ``/evidence <claim> <link>``."""

    id: Id
    """The word of the command."""
    title: Words
    """The words shown to people."""
    ask: Sentence
    """What to attach, in one sentence."""
    by_whom: bool = False
    """Whether the evidence says by whom, in a few words after its link."""

    @property
    def line(self) -> str:
        """Return the line to copy, without backticks."""
        return f"/evidence {self.id} <link>{' <by whom>' if self.by_whom else ''}"


class ActionKind(MappingModel):
    """A kind of action, and the evidence that it needs before its ticket may close."""

    id: Id
    """Short name."""
    headings: tuple[Words, ...] = Field(min_length=1)
    """Words by which it is recognised."""
    claims: tuple[Id, ...]
    """The claims that all have to be shown."""
    effect: Effect
    """What it does about the next time: ``prevent`` it, ``detect`` it, or ``weak``."""


class ActionWording(MappingModel):
    """Words by which actions are weighed."""

    concrete: tuple[Words, ...]
    """Verbs that say what will be done."""
    vague: tuple[Words, ...]
    """Verbs that leave open what will be done."""
    targets: tuple[Words, ...]
    """Words with which an action says what its verb comes to."""
    weak: tuple[Words, ...]
    """Beginnings of actions that ask people to be more careful."""
    detecting: tuple[Words, ...]
    """Beginnings of actions that notice it next time."""
    teams: tuple[Words, ...]
    """Words that name a group where one person is asked for."""
    unmeasurable: tuple[Words, ...]
    """Words that make no criterion by themselves."""
    interim: tuple[Words, ...]
    """Words with which a long-term action says what limits the harm until it is there."""
    accepted: tuple[Words, ...]
    """Beginnings of rows that say that a risk is lived with."""


class Repeated(MappingModel):
    """When an action says much the same as one that was closed before."""

    alike_percent: Percent
    """So many of the words of each, in percent, stand in the other one."""
    within_days: Positive
    """So many days back earlier actions are looked for."""


class GithubTicket(MappingModel):
    """Tickets on GitHub."""

    due: GithubDue
    """Where the due date is kept: ``line`` in the body, ``milestone``, or ``issue_field``."""
    due_field: Words
    """The name of the issue field, where ``due`` is ``issue_field``."""
    type: Words | None
    """The issue type that tickets get; null: none."""


class JiraTicket(MappingModel):
    """Tickets on Jira."""

    relation: JiraRelation
    """``link``: an issue of its own, linked to the incident; ``subtask``: a sub-task of the incident."""
    link_type: Words
    """The name of the link type."""
    link_direction: LinkDirection
    """On which side of the link the incident stands."""
    issue_type: Words
    """The issue type of a linked ticket."""
    subtask_type: Words
    """The issue type of a sub-task."""
    due_field: JiraField
    """The field that carries the due date."""
    priorities: Flag
    """Whether tickets get the incident's severity as their priority."""


class Ticket(MappingModel):
    """What an action ticket looks like."""

    labels: tuple[PlainLabel, ...] = Field(min_length=1)
    """Labels that every ticket gets."""
    title: Words
    """The title. ``{id}``, ``{action}``, ``{severity}`` and ``{incident}`` are filled in; nothing else is."""
    max_per_incident: Annotated[int, Field(strict=True, ge=1, le=50)]
    """Tickets per incident at most; further rows become a finding."""
    github: GithubTicket
    """Tickets on GitHub."""
    jira: JiraTicket
    """Tickets on Jira."""

    def title_for(self, names: Mapping[str, str]) -> str:
        """Fill ``names`` into the title.

        Only whole names in braces are replaced, once, so that a text with braces stays text.
        """
        return re.sub(r"\{([a-z]+)\}", lambda found: names.get(found[1], found[0]), self.title)


class Route(MappingModel):
    """A place for tickets of actions elsewhere, and for which actions it is."""

    id: Id
    """Short name in this file."""
    to: ExactProject
    """The repository or project: ``github:owner/repo`` or ``jira:KEY``."""
    components: tuple[Words, ...] = ()
    """Components, of the row or else of the incident, of which one has to be named; empty: any."""
    labels: tuple[Words, ...] = ()
    """Labels of which the incident has to have one; empty: any."""
    kinds: tuple[Id, ...] = ()
    """Kinds of action; empty: any."""

    @property
    def site(self) -> str:
        """Return the tracker's name."""
        return self.to.partition(":")[0]

    @property
    def project(self) -> str:
        """Return the repository (``owner/repo``) or project key."""
        return self.to.partition(":")[2]

    def takes(self, components: frozenset[str], labels: frozenset[str], kind: str) -> bool:
        """Tell whether every condition holds, compared without case; a route without conditions takes nothing by itself."""
        if not (self.components or self.labels or self.kinds):
            return False
        by_component = not self.components or bool({normalise(each) for each in self.components} & components)
        by_label = not self.labels or bool({normalise_label(each) for each in self.labels} & labels)
        return by_component and by_label and (not self.kinds or kind in self.kinds)


class Evidence(MappingModel):
    """What the service looks up of evidence."""

    repositories: tuple[Words, ...]
    """Further repositories, as globs such as ``acme/*``, whose pull requests, commits, runs and files are looked up; the
    incident's own always is.
    """
    reread_days: Positive
    """Every how many days the evidence of a closed incident is read again."""
    watch_days: Positive
    """For how many days after closing it is read again."""

    def is_listed(self, repository: str) -> bool:
        """Tell whether one of the globs names this repository, compared without case."""
        wanted = repository.casefold()
        return any(fnmatchcase(wanted, pattern.casefold()) for pattern in self.repositories)


class Reopening(MappingModel):
    """How the service insists."""

    rounds: Annotated[int, Field(strict=True, ge=1, le=20)]
    """How often the same issue is opened again before it is left closed and shown as unverified."""
    unverified_label: PlainLabel
    """The label of an issue that was left closed without its evidence."""
    jira_transitions: tuple[Words, ...] = Field(min_length=1)
    """Jira transitions or statuses that open an issue again, the first one that is offered is taken."""
    jira_gate_field: Words | None
    """The Jira field, by name or id, that the workflow asks before an issue may be closed; null: none is written."""


class RemediationFile(MappingModel):
    """``remediation.yaml``."""

    columns: Annotated[tuple[Column, ...], ENTRIES, Keyed(complete=True)]
    """The columns of the table of actions."""
    required: Annotated[tuple[RequiredField, ...], ENTRIES, Keyed()]
    """The fields that an action needs."""
    horizons: Annotated[tuple[Horizon, ...], ENTRIES, Keyed()] = Field(min_length=1)
    """How soon actions are due."""
    priorities: Annotated[tuple[Priority, ...], ENTRIES, Keyed()] = Field(min_length=1)
    """How important actions are."""
    claims: Annotated[tuple[Claim, ...], ENTRIES, Keyed()] = Field(min_length=1)
    """What evidence can show."""
    kinds: Annotated[tuple[ActionKind, ...], ENTRIES, Keyed()] = Field(min_length=1)
    """The kinds of action, and the evidence that each needs."""
    default_kind: Id
    """The kind of an action that names none."""
    wording: ActionWording
    """Words by which actions are weighed."""
    repeated: Repeated
    """When an action says much the same as an earlier one."""
    ticket: Ticket
    """What an action ticket looks like."""
    routes: Annotated[tuple[Route, ...], ENTRIES, Keyed()]
    """Where tickets go that do not belong beside their incident."""
    evidence: Evidence
    """What the service looks up of evidence."""
    longest_risk_days: Annotated[int, Field(strict=True, ge=1, le=180)]
    """Days for which the risk of not doing an action can be accepted at most."""
    reopening: Reopening
    """How the service insists."""
    close_incident_when: CloseWhen
    """``actions_verified``: an incident closes when every action is verified or waived; ``postmortem_approved``: when
    the post-mortem is.
    """

    def column_for_heading(self, heading: str) -> str | None:
        """Return the id of the column whose heading this is, compared without case; None when it is another one."""
        return _id_for(self.columns, heading)

    def horizon_for(self, text: str) -> Horizon | None:
        """Return the horizon that ``text`` names, or None."""
        found = _id_for(self.horizons, text)
        return next((entry for entry in self.horizons if entry.id == found), None)

    def priority_for(self, text: str) -> Priority | None:
        """Return the priority that ``text`` begins with, or None: "low, because …" is low."""
        words = normalise(text).replace(",", " ").replace(":", " ").replace("(", " ").split()
        return next((entry for entry in self.priorities if words and _goes_by(entry, words[0])), None)

    def kind_for(self, text: str) -> ActionKind | None:
        """Return the kind of action that ``text`` names, or None."""
        found = _id_for(self.kinds, text)
        return next((entry for entry in self.kinds if entry.id == found), None)

    def kind(self, kind_id: str) -> ActionKind:
        """Return the kind of action with this id; KeyError when there is none."""
        for entry in self.kinds:
            if entry.id == kind_id:
                return entry
        raise KeyError(kind_id)

    def claims_for(self, kind: ActionKind) -> tuple[Claim, ...]:
        """Return the claims that evidence for an action of ``kind`` has to cover, in the mapping's order."""
        return tuple(entry for entry in self.claims if entry.id in kind.claims)


def _goes_by(entry: Priority, word: str) -> bool:
    return word in {entry.id, *(normalise(words) for words in entry.headings)}


def _id_for(entries: tuple[Column, ...] | tuple[Horizon, ...] | tuple[ActionKind, ...], text: str) -> str | None:
    wanted = normalise(text)
    return next(
        (entry.id for entry in entries if wanted in {entry.id, *(normalise(words) for words in entry.headings)}), None
    )
