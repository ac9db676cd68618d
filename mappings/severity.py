"""The models of ``severity.yaml``: which issues are incidents, how severe they are, and what each severity asks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mappings.values import (
    ENTRIES,
    PAIRS,
    Id,
    JiraField,
    Keyed,
    Kind,
    Label,
    MappingModel,
    Percent,
    PlainLabel,
    Positive,
    Rate,
    Sentence,
    Severity,
    Table,
    Words,
    normalise,
    normalise_label,
)

PART = r"^[a-z][a-z0-9_-]{0,39}\.[a-z][a-z0-9_-]{0,39}$"


class IncidentMarks(MappingModel):
    """What makes an issue an incident, and which labels steer the service."""

    labels: tuple[Label, ...] = Field(min_length=1)
    """Labels that make an issue an incident, on either tracker."""
    types: tuple[Words, ...]
    """Issue types that make an issue an incident, on either tracker."""
    adopt_label: PlainLabel
    """Label by which a person with triage right adopts an older or a stranger's issue."""
    observe_labels: tuple[Label, ...]
    """Labels of incidents that are read but never written to."""
    ignore_labels: tuple[Label, ...]
    """Labels of issues that are not looked at, though they carry an incident label."""
    ask_labels: tuple[Label, ...]
    """Labels of issues that may be incidents: whoever opened one is asked, once."""
    ask_types: tuple[Words, ...]
    """Issue types that may be incidents: likewise."""


class SeverityPolicy(MappingModel):
    """One severity: its labels, its post-mortem and its deadline."""

    id: Severity
    """SEV1 to SEV4."""
    name: Words
    """The word beside the number, in comments."""
    labels: tuple[Label, ...] = Field(min_length=1)
    """Labels that state this severity."""
    label: PlainLabel
    """The label that the service writes, whichever of the accepted ones was used."""
    postmortem: Kind
    """The kind of post-mortem that is asked for."""
    due_hours: Positive | None
    """Hours from detection to the deadline of the post-mortem; null: no deadline."""
    jira_value: Words | None
    """The value written into the Jira severity field; null: none."""


class Criterion(MappingModel):
    """A statement that, ticked or given as a label, implies at least a severity."""

    id: Id
    """Short name, used in reasons."""
    text: Sentence
    """The statement as the issue form shows it."""
    also: tuple[Sentence, ...]
    """Other wordings of earlier forms that mean the same."""
    implies: Severity
    """The severity that it implies at least."""
    labels: tuple[Label, ...]
    """Labels that say the same."""
    guide: Sentence | None = None
    """What a vague statement means here, shown where the criteria are asked for; null: it speaks for itself."""
    amount: Id | None = None
    """The amount below that states the criterion by itself when it is large enough; null: none."""
    at_least: Positive | None = None
    """From how much on the amount states it; null: however much it is."""
    percent: Percent | None = None
    """From which share in percent on the amount states it; null: whatever share it is."""
    passes_over: tuple[Words, ...] = ()
    """An amount beside one of these words is another one: our own loss is not the client's."""

    @property
    def shown(self) -> str:
        """Return the statement as people are asked about it, with its guide where it has one."""
        return f"{self.text} ({self.guide})" if self.guide else self.text


class Amount(MappingModel):
    """A figure that the post-mortem gives anyway, read for the criteria that depend on it."""

    id: Id
    """Short name; criteria refer to it."""
    part: Annotated[str, Field(pattern=PART)]
    """Where it is written: section and part of ``postmortem.yaml``, such as ``impact.money``."""
    jira_field: JiraField | None
    """The Jira field that holds it, where it has one of its own; null: none."""
    units: Annotated[tuple[tuple[Words, Rate], ...], PAIRS, Table()]
    """The units that count, and how much one of each is worth in the unit of ``at_least``."""

    def worth(self, unit: str) -> float | None:
        """Return what one ``unit`` is worth, or ``None`` for a unit that is not counted."""
        wanted = normalise(unit)
        return next((rate for name, rate in self.units if normalise(name) == wanted), None)


class Statement(MappingModel):
    """A box of the issue form that stands for itself."""

    text: Sentence
    """The statement as the form shows it."""
    also: tuple[Sentence, ...]
    """Other wordings that mean the same."""

    def is_among(self, ticked: Iterable[str]) -> bool:
        """Tell whether it was ticked, in any of its wordings."""
        wanted = {normalise(text) for text in (self.text, *self.also)}
        return any(normalise(text) in wanted for text in ticked)


class Production(MappingModel):
    """The question whether it reached production."""

    text: Sentence
    """The question as the form asks it."""
    headings: tuple[Words, ...]
    """Other headings or labels under which the answer is found."""
    no: tuple[Words, ...]
    """Answers that mean no."""


class JiraSeverity(MappingModel):
    """Where Jira keeps the severity."""

    field: JiraField | None
    """The field: ``priority``, or a custom field such as ``customfield_10050``; null: labels only."""
    given_to_all: tuple[Words, ...]
    """Values that every issue has from the beginning, and that so state nothing by themselves."""


@dataclass(frozen=True)
class LabelledSeverity:
    """What the labels of an issue say: the most severe one stated, all that are stated (most severe first), and the
    labels that say it.
    """

    highest: Severity | None
    stated: tuple[Severity, ...]
    labels: tuple[str, ...]

    @property
    def is_conflicting(self) -> bool:
        """Tell whether labels state more than one severity."""
        return len(self.stated) > 1


class SeverityFile(MappingModel):
    """``severity.yaml``."""

    incident: IncidentMarks
    """What makes an issue an incident."""
    severities: Annotated[tuple[SeverityPolicy, ...], ENTRIES, Keyed()]
    """The four severities."""
    criteria: Annotated[tuple[Criterion, ...], ENTRIES, Keyed()]
    """The criteria of the issue form and the severity that each implies."""
    amounts: Annotated[tuple[Amount, ...], ENTRIES, Keyed()]
    """The amounts that criteria depend on."""
    none_apply: Statement
    """The box that says that no SEV1 and no SEV2 criterion applies."""
    production: Production
    """The question whether it reached production."""
    jira: JiraSeverity
    """Where Jira keeps the severity."""

    def criterion(self, name: str) -> Criterion | None:
        """Return the criterion that goes by ``name``, its id (with hyphens or underscores) or one of its labels."""
        wanted = name.casefold()
        return next(
            (
                entry
                for entry in self.criteria
                if wanted in {entry.id, entry.id.replace("_", "-"), *map(normalise_label, entry.labels)}
            ),
            None,
        )

    def grave(self) -> tuple[Criterion, ...]:
        """Return the criteria of SEV1 and SEV2, which have to be looked at before anything milder closes."""
        return tuple(entry for entry in self.criteria if entry.implies.is_at_least(Severity.SEV2))

    def of(self, severity: Severity) -> SeverityPolicy:
        """Return what the mapping says about ``severity``."""
        return next(entry for entry in self.severities if entry.id is severity)

    def is_incident(self, labels: Iterable[str], issue_type: str | None = None) -> bool:
        """Tell whether these labels and this type make an issue an incident, whatever it is ignored for."""
        wanted = {normalise_label(label) for label in self.incident.labels}
        types = {normalise(name) for name in self.incident.types}
        return any(normalise_label(label) in wanted for label in labels) or (
            issue_type is not None and normalise(issue_type) in types
        )

    def is_adopted(self, labels: Iterable[str]) -> bool:
        """Tell whether the adoption label is among ``labels``. Who set it is for the caller to find out."""
        return normalise_label(self.incident.adopt_label) in {normalise_label(label) for label in labels}

    def is_observed(self, labels: Iterable[str]) -> bool:
        """Tell whether a label says: read, but do not write."""
        return _any_of(self.incident.observe_labels, labels)

    def is_ignored(self, labels: Iterable[str]) -> bool:
        """Tell whether a label says: do not look at this issue."""
        return _any_of(self.incident.ignore_labels, labels)

    def asking(self, labels: Iterable[str], issue_type: str | None = None) -> str:
        """Return the label or type for which an issue is asked whether it is an incident; empty where none says so."""
        wanted = {normalise_label(label) for label in self.incident.ask_labels}
        label = next((label for label in sorted(labels) if normalise_label(label) in wanted), "")
        types = {normalise(name) for name in self.incident.ask_types}
        return label or (issue_type if issue_type and normalise(issue_type) in types else "")

    def from_labels(self, labels: Iterable[str]) -> LabelledSeverity:
        """Read the severity that ``labels`` state; the highest wins (DESIGN, "Severity")."""
        known = {
            normalise_label(label): entry.id for entry in self.severities for label in (*entry.labels, entry.label)
        }
        found = [(known[normalise_label(label)], label) for label in labels if normalise_label(label) in known]
        stated = tuple(sorted({severity for severity, _ in found}, key=lambda severity: severity.rank))
        return LabelledSeverity(stated[0] if stated else None, stated, tuple(label for _, label in found))

    def stated_in_jira(self, value: str) -> Severity | None:
        """Return what the value of the mapped Jira field states; None where Jira gives it to every issue by itself."""
        given = {normalise(each) for each in self.jira.given_to_all}
        return None if normalise(value) in given else self.from_jira_value(value)

    def from_jira_value(self, value: str) -> Severity | None:
        """Read the severity from the value of the mapped Jira field; None when the value stands for none."""
        wanted = normalise(value)
        return next(
            (entry.id for entry in self.severities if entry.jira_value and normalise(entry.jira_value) == wanted), None
        )

    def criteria_from_labels(self, labels: Iterable[str]) -> tuple[Criterion, ...]:
        """Return the criteria that ``labels`` state, in the mapping's order."""
        given = {normalise_label(label) for label in labels}
        return tuple(entry for entry in self.criteria if given & {normalise_label(label) for label in entry.labels})

    def criteria_from_texts(self, ticked: Iterable[str]) -> tuple[Criterion, ...]:
        """Return the criteria whose form text was ticked, in the mapping's order.

        Texts that no criterion has are passed over.
        """
        given = {normalise(text) for text in ticked}
        return tuple(
            entry for entry in self.criteria if given & {normalise(text) for text in (entry.text, *entry.also)}
        )

    def floor(self, criteria: Iterable[Criterion]) -> Severity | None:
        """Return the severity that ``criteria`` imply at least, or None when there are none."""
        return Severity.highest(entry.implies for entry in criteria)


def _any_of(wanted: tuple[str, ...], labels: Iterable[str]) -> bool:
    return not {normalise_label(label) for label in wanted}.isdisjoint(normalise_label(label) for label in labels)
