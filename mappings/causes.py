"""The models of ``causes.yaml``: categories, sub-categories and phases of root causes, and what the rules about them go by."""

from typing import Annotated

from pydantic import Field

from mappings.language import Pattern
from mappings.values import ENTRIES, Flag, Id, Keyed, MappingModel, Percent, Positive, Sentence, Words

Code = Annotated[str, Field(pattern=r"^[A-Z][0-9]{2,5}$")]


class SubCategory(MappingModel):
    """What sort of cause within a category."""

    id: Id
    """Short name; the ledger keeps it."""
    title: Words
    """The words shown to people."""
    headings: tuple[Words, ...]
    """Other words by which it is recognised."""
    avid: tuple[Code, ...]
    """Its codes in the taxonomy of the AI Vulnerability Database."""
    gmf: tuple[Words, ...]
    """Its names among the technical causes of the Goals, Methods, Failures taxonomy."""


class CauseCategory(MappingModel):
    """One of the six categories."""

    id: Id
    """Short name."""
    headings: tuple[Words, ...]
    """Other words by which it is recognised."""
    asks_version: Flag
    """Whether a cause of this category names the version of the model or the data."""
    sub_categories: Annotated[tuple[SubCategory, ...], ENTRIES, Keyed()]
    """What sort of it."""


class LifecyclePhase(MappingModel):
    """A phase of the lifecycle in which a cause can arise."""

    id: Id
    """Short name."""
    title: Words
    """The words shown to people."""
    headings: tuple[Words, ...]
    """Other words by which it is recognised."""
    avid: tuple[Code, ...]
    """Its codes in the lifecycle of the AI Vulnerability Database."""


class AskedOnce(MappingModel):
    """A question that is answered under a heading or beside a label."""

    text: Sentence
    """The question as it is asked."""
    headings: tuple[Words, ...]
    """Other headings and labels under which it is answered."""


class AffectedSystem(MappingModel):
    """How the affected system is named."""

    text: Sentence
    """The question as the form asks it."""
    headings: tuple[Words, ...]
    """Other headings and labels under which it is answered."""
    label_begins: tuple[Words, ...]
    """Labels of the incident that begin so name it."""


class Leadership(MappingModel):
    """How a decision of those who lead is recognised, and those who lead."""

    decided: tuple[Pattern, ...]
    """Patterns of a sentence which says that such a decision contributed."""
    titles: tuple[Words, ...]
    """Words of a title by which somebody who leads is known."""


class CausesFile(MappingModel):
    """``causes.yaml``."""

    categories: Annotated[tuple[CauseCategory, ...], ENTRIES, Keyed(complete=True)]
    """The six categories."""
    phases: Annotated[tuple[LifecyclePhase, ...], ENTRIES, Keyed()] = Field(min_length=1)
    """The phases of the lifecycle."""
    least_steps: Positive
    """So many linked steps a chain has at least."""
    symptom_percent: Percent
    """From so many percent of shared words on, the last step is taken for the symptom told again."""
    assumed: tuple[Words, ...]
    """Words that mark a step as an assumption."""
    ends_at_person: tuple[Pattern, ...]
    """Patterns of a last step at which a person stands."""
    ends_beyond_us: tuple[Pattern, ...]
    """Patterns of a last step that nobody here can change, such as that the model hallucinated."""
    leadership: Leadership
    """A decision of those who lead that contributed."""
    made_likely: AskedOnce
    """The question after a chain that ends at a person."""
    versions: AskedOnce
    """The question for the versions in use."""
    system: AffectedSystem
    """The question for the affected system."""

    def category(self, category_id: str) -> CauseCategory:
        """Return the category with this id; KeyError when there is none."""
        for entry in self.categories:
            if entry.id == category_id:
                return entry
        raise KeyError(category_id)
