"""The models of action tickets in ``remediation.yaml``: what one looks like, where it goes, and how the service insists on it."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from mappings.destinations import ExactProject
from mappings.values import Flag, Id, JiraField, MappingModel, PlainLabel, Words, normalise, normalise_label


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
