"""The models of ``severity.yaml``: which issues are incidents, how severe they are, and what each severity asks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mappings.values import (
    ENTRIES,
    Id,
    JiraField,
    Keyed,
    Kind,
    Label,
    MappingModel,
    PlainLabel,
    Positive,
    Sentence,
    Severity,
    Words,
    normalise,
    normalise_label,
)


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


class JiraSeverity(MappingModel):
    """Where Jira keeps the severity."""

    field: JiraField | None
    """The field: ``priority``, or a custom field such as ``customfield_10050``; null: labels only."""


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
    jira: JiraSeverity
    """Where Jira keeps the severity."""

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

    def from_labels(self, labels: Iterable[str]) -> LabelledSeverity:
        """Read the severity that ``labels`` state; the highest wins (DESIGN, "Severity")."""
        known = {
            normalise_label(label): entry.id for entry in self.severities for label in (*entry.labels, entry.label)
        }
        found = [(known[normalise_label(label)], label) for label in labels if normalise_label(label) in known]
        stated = tuple(sorted({severity for severity, _ in found}, key=lambda severity: severity.rank))
        return LabelledSeverity(stated[0] if stated else None, stated, tuple(label for _, label in found))

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
