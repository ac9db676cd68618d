"""The models of ``destinations.yaml``: where issues go that the service writes itself, for whom they are, and who may read there (S27)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from mappings.values import ENTRIES, Flag, Id, Keyed, MappingModel, PlainLabel, Words


class Audience(StrEnum):
    """For whom a generated issue is written."""

    GOVERNANCE = "governance"  # those who review, sponsor and audit
    TEAMS = "teams"  # everybody who builds or operates
    CLIENTS = "clients"  # people of a client


class Per(StrEnum):
    """How much one generated issue covers."""

    ALL = "all"
    PROJECT = "project"


# One repository or project by its name: here something is made, so there is nothing to guess.
ExactProject = Annotated[
    str,
    Field(pattern=r"^(github:[A-Za-z0-9][A-Za-z0-9_-]{0,99}/[A-Za-z0-9._-]{1,100}|jira:[A-Z][A-Z0-9_]{1,50})$"),
]


class Place(MappingModel):
    """A repository or project in which the service may open issues of its own."""

    id: Id
    """Short name in this file."""
    project: ExactProject
    """The repository or project: ``github:owner/repo`` or ``jira:KEY``."""
    audiences: tuple[Audience, ...] = Field(min_length=1)
    """Who reads there: ``governance``, ``teams``, ``clients``. What is written for others does not go there."""

    @property
    def site(self) -> str:
        """Return the tracker's name."""
        return self.project.partition(":")[0]

    @property
    def name(self) -> str:
        """Return the repository (``owner/repo``) or project key."""
        return self.project.partition(":")[2]


class GeneratedIssue(MappingModel):
    """One kind of issue that the service writes."""

    id: Id
    """The kind."""
    to: tuple[Id, ...]
    """Short names of the places where it is published; empty: nowhere."""
    audience: Audience
    """For whom it is written; each of its places has to name this audience."""
    only_private: Flag
    """Whether it is kept from places that everybody can read; who can is read each time something is written."""
    per: Per
    """``all``: one issue about all projects that publish to the same place; ``project``: one for each."""
    labels: tuple[PlainLabel, ...] = Field(min_length=1)
    """Labels that the issue gets; none of an incident."""
    issue_type: Words
    """The issue type on Jira."""


class DestinationsFile(MappingModel):
    """``destinations.yaml``."""

    places: Annotated[tuple[Place, ...], ENTRIES, Keyed()]
    """Where the service may open issues of its own."""
    issues: Annotated[tuple[GeneratedIssue, ...], ENTRIES, Keyed(complete=True)]
    """The kinds of issues that the service writes."""

    def place(self, place_id: str) -> Place:
        """Return the place with this short name; KeyError when there is none."""
        for place in self.places:
            if place.id == place_id:
                return place
        raise KeyError(place_id)

    def issue(self, kind: str) -> GeneratedIssue:
        """Return what holds for this kind; KeyError when there is no such kind."""
        for issue in self.issues:
            if issue.id == kind:
                return issue
        raise KeyError(kind)
