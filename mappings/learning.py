"""The models of ``learning.yaml``: what earlier incidents are told to whom, before a launch and when one resembles another."""

from typing import Annotated

from pydantic import Field

from mappings.values import (
    ENTRIES,
    Flag,
    Id,
    Keyed,
    Label,
    MappingModel,
    Positive,
    Sentence,
    Severity,
    Words,
    normalise_label,
)

Few = Annotated[int, Field(strict=True, ge=1, le=50)]
Fewer = Annotated[int, Field(strict=True, ge=0, le=20)]


class Launch(MappingModel):
    """One kind of launch."""

    id: Id
    """Short name in this file."""
    title: Words
    """What is launched, as it is said in comments."""
    labels: tuple[Label, ...]
    """Labels that make an issue a launch of this kind."""


class Lessons(MappingModel):
    """Which lessons a launch issue is told."""

    most: Few
    """Lessons and actions that one launch is told, at most."""
    words_in_common: Few
    """Telling words that an earlier incident and a launch need to share."""
    withheld: Sentence
    """What stands in place of a lesson that may not cross to another project or client."""


class Recurrence(MappingModel):
    """What an incident is told of earlier ones of the same kind, and what follows when one of them came back."""

    most: Fewer
    """Earlier incidents that are shown, at most; 0 shows none."""
    any_system: Flag
    """Whether those are shown as well that are alike in category and sub-category alone, whatever their system."""
    across_projects: Flag
    """Whether incidents of other projects and clients are looked for as well."""
    evidence_lapses: Flag
    """Whether what was verified of an earlier incident lapses once somebody says that it came back."""


class HoldDays(MappingModel):
    """Days after which it is asked whether what was verified still holds, by severity."""

    SEV1: Positive
    """Days at SEV1."""
    SEV2: Positive
    """Days at SEV2."""
    SEV3: Positive
    """Days at SEV3."""
    SEV4: Positive
    """Days at SEV4."""

    def at(self, severity: Severity) -> int:
        """Return the days at ``severity``."""
        days: int = getattr(self, severity.value)
        return days


class HoldQuestion(MappingModel):
    """What is to be looked at for one kind of action."""

    id: Id
    """The kind, as ``remediation.yaml`` calls it."""
    ask: Sentence
    """The question."""


class Effectiveness(MappingModel):
    """When and how it is asked whether what was verified still holds."""

    days: HoldDays
    """Days after the verification."""
    remind_after_days: Positive
    """Days after the question at which one reminder is written."""
    asks: Annotated[tuple[HoldQuestion, ...], ENTRIES, Keyed()]
    """What is to be looked at, by kind of action."""


class LearningFile(MappingModel):
    """``learning.yaml``."""

    launches: Annotated[tuple[Launch, ...], ENTRIES, Keyed()]
    """The kinds of launch, and the labels that say so."""
    lessons: Lessons
    """Which lessons a launch issue is told."""
    recurrence: Recurrence
    """What an incident is told of earlier ones of the same kind."""
    effectiveness: Effectiveness
    """When it is asked whether what was verified still holds."""
    system: Words | None
    """The system that a project is about, where it is one."""
    kind_of_project: Words | None
    """What sort of thing a project makes, such as "shop assistant"."""
    confidential_labels: tuple[Label, ...]
    """Incidents with one of these labels are only counted elsewhere."""

    def launch(self, labels: frozenset[str]) -> Launch | None:
        """Return the kind of launch that the labels say, the first in the file where several do."""
        given = {normalise_label(label) for label in labels}
        return next((each for each in self.launches if given & {normalise_label(label) for label in each.labels}), None)

    def is_confidential(self, labels: frozenset[str]) -> bool:
        """Tell whether an incident with these labels is only counted elsewhere."""
        given = {normalise_label(label) for label in labels}
        return bool(given & {normalise_label(label) for label in self.confidential_labels})
