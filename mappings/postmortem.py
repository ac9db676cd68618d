"""The models of ``postmortem.yaml``: the sections of a post-mortem, what counts as empty, and what is asked while
responding.
"""

from collections.abc import Iterable
from typing import Annotated, TypeVar

from pydantic import Field

from mappings.values import (
    ENTRIES,
    Id,
    JiraField,
    Keyed,
    Kind,
    KindLevels,
    Level,
    MappingModel,
    Sentence,
    Severity,
    Wants,
    Words,
    normalise,
)


class Part(MappingModel):
    """One thing that a section has to answer, such as a dimension of the impact."""

    id: Id
    """Short name, used in findings: ``part.impact.money``."""
    title: Words
    """The words shown to people."""
    headings: tuple[Words, ...]
    """Labels and column names by which the part is recognised, beside its title."""
    ask: Sentence
    """What to write, in one sentence."""
    wants: Wants = Wants.ANSWER
    """What counts as an answer: answer (words), fact, count (a number), or quantity (a number with its unit)."""


class Section(MappingModel):
    """A section of the post-mortem."""

    id: Id
    """Short name, used in findings: ``section.impact``."""
    title: Words
    """The heading that templates use and that people are shown."""
    headings: tuple[Words, ...]
    """Other headings by which the section is recognised."""
    levels: KindLevels
    """How much it weighs when the section is missing or says nothing, by kind of post-mortem."""
    when: Id | None
    """The question that has to be answered with yes for the section to be asked for; null: always."""
    jira_field: JiraField | None
    """The Jira field that holds the section, where the post-mortem is kept in fields; null: none."""
    prompt: tuple[Sentence, ...]
    """What the template asks here; found in the section, it counts as template text and not as an answer."""
    ask: Sentence
    """The next step, said when the section is missing."""
    parts: Annotated[tuple[Part, ...], ENTRIES, Keyed()]
    """What the section has to answer one by one."""
    parts_levels: KindLevels
    """How much a part without an answer weighs, by kind of post-mortem."""

    def part(self, part_id: str) -> Part:
        """Return the part with this id; KeyError when there is none."""
        return _by_id(self.parts, part_id)


class Question(MappingModel):
    """A yes-or-no question that decides whether a section is asked for."""

    id: Id
    """Short name; sections refer to it with ``when``."""
    text: Sentence
    """The question as the issue form asks it."""
    headings: tuple[Words, ...]
    """Other headings or labels under which the answer is found."""
    unanswered_means_yes_for: tuple[Severity, ...]
    """Severities at which no answer, or "unknown", counts as yes."""


class RespondingQuestion(MappingModel):
    """A question that is asked while the incident is still going on."""

    id: Id
    """Short name; it names the check of the same name."""
    ask: Sentence
    """The question."""
    line: Words
    """The line to copy as an answer."""


class Emptiness(MappingModel):
    """Texts that look like answers and are none, and texts that look like none and are answers.

    Plain texts, not regular expressions.
    """

    placeholders: tuple[Words, ...]
    """Answers that count as empty when they are all that is written, compared without case and closing full stop."""
    answers: tuple[Words, ...]
    """Short answers that count: nothing was affected."""
    reason_words: tuple[Words, ...]
    """Words that turn a placeholder into an answer when a reason follows: "N/A because the model was not involved"."""


class LinkedIncidents(MappingModel):
    """Incidents that are opened for other systems, which "Where else?" says are affected."""

    most: Annotated[int, Field(strict=True, ge=0, le=50)]
    """How many are opened from one post-mortem at most; 0: none, people open them."""


class PostmortemFile(MappingModel):
    """``postmortem.yaml``."""

    sections: Annotated[tuple[Section, ...], ENTRIES, Keyed()] = Field(min_length=1)
    """The sections, in the order in which they are shown."""
    questions: Annotated[tuple[Question, ...], ENTRIES, Keyed()]
    """The questions that decide whether conditional sections are asked for."""
    responding: Annotated[tuple[RespondingQuestion, ...], ENTRIES, Keyed()]
    """What is asked while the incident is still going on; everything else can wait."""
    linked_incidents: LinkedIncidents
    """Incidents that are opened for affected systems."""
    empty: Emptiness
    """What counts as empty."""
    resolved_words: tuple[Words, ...]
    """Words of a timeline entry that say that the incident is over."""

    def section(self, section_id: str) -> Section:
        """Return the section with this id; KeyError when there is none."""
        return _by_id(self.sections, section_id)

    def section_for_heading(self, heading: str) -> Section | None:
        """Return the section whose title or synonym ``heading`` is, compared without case and closing colon; None when
        it is another one.
        """
        wanted = normalise(heading)
        return next(
            (
                entry
                for entry in self.sections
                if wanted in {normalise(text) for text in (entry.title, *entry.headings)}
            ),
            None,
        )

    def question(self, question_id: str) -> Question:
        """Return the question with this id; KeyError when there is none."""
        return _by_id(self.questions, question_id)

    def asked_sections(self, kind: Kind) -> tuple[Section, ...]:
        """Return the sections that a post-mortem of ``kind`` is asked for, conditional ones included, in order."""
        return tuple(entry for entry in self.sections if entry.levels.at(kind) is not Level.OFF)


Entry = TypeVar("Entry", Part, Section, Question)


def _by_id(entries: Iterable[Entry], wanted: str) -> Entry:
    for entry in entries:
        if entry.id == wanted:
            return entry
    raise KeyError(wanted)
