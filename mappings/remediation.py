"""The models of ``remediation.yaml``: how actions are read, which evidence they need, what their tickets look like,
when things may close.
"""

from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field

from mappings.tickets import Reopening, Route, Ticket
from mappings.values import (
    ENTRIES,
    PAIRS,
    Flag,
    Id,
    Keyed,
    MappingModel,
    Percent,
    Positive,
    Sentence,
    Severity,
    SeverityLevels,
    Table,
    Words,
    normalise,
)


class CloseWhen(StrEnum):
    """When an incident may close, beside its post-mortem being complete and approved."""

    ACTIONS_VERIFIED = "actions_verified"
    POSTMORTEM_APPROVED = "postmortem_approved"


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
