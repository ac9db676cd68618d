"""What an author is asked, generated from the policy, so that what is asked and what is judged cannot drift apart. Pure.

A template is a list of questions that knows no tracker's markup: issue forms, Markdown and wiki text are made of it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from integration.postmortem import asking_sections
from mappings.models import Kind, Policy, RespondingQuestion, Section, Severity

FOR_LEARNING = "For learning; not for performance evaluation or discipline."
LINK_PERSONAL_DATA = "Link to personal data, never paste it."
LATER = "Everything below can wait until the incident is over. Leave it empty, and add to the issue when there is time."
ANSWERS = ("Yes", "No", "Unknown")
ONE_OF = f"Write one of: {', '.join(ANSWERS)}"
"""What a description without boxes says below such a question: found there, it is no answer."""
_SENTENCE = re.compile(r"(.+?[?.])(?:\s+(.*))?", re.DOTALL)


class Shape(StrEnum):
    """How a question is answered: by ticking any, by choosing one, in one line, or in as much text as it takes."""

    BOXES = "boxes"
    CHOICE = "choice"
    LINE = "line"
    TEXT = "text"


@dataclass(frozen=True)
class Box:
    """A statement to tick; ``label`` says the same where a tracker has no boxes (empty: none does)."""

    text: str
    label: str = ""


@dataclass(frozen=True)
class Ask:
    """One question. ``label`` is the heading under which the answer is found again, ``hints`` explain it.

    ``lines`` are labels to answer one by one, ``columns`` the head of a table to fill; a text has at most one of them. Where the lines belong to
    one of several things, ``each`` is the heading over the first.
    """

    id: str
    label: str
    shape: Shape
    hints: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    choices: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    each: str = ""


@dataclass(frozen=True)
class Template:
    """All questions of one kind of issue, in order; ``later`` counts from where on they can wait."""

    id: str
    name: str
    about: str
    labels: tuple[str, ...]
    asks: tuple[Ask, ...]
    later: int


def templates(policy: Policy) -> tuple[Template, ...]:
    """Return the template of an incident, and a short one of a near-miss where the policy has a severity for reviews."""
    incident = policy.severity.incident.labels[0]
    found = [
        Template(
            "incident",
            "Incident",
            "Something went wrong, or is going wrong now. A few lines are enough to begin with.",
            (incident,),
            *_asks(policy, (Kind.FULL, Kind.ABBREVIATED)),
        )
    ]
    reviewed = [entry for entry in policy.severity.severities if entry.postmortem is Kind.REVIEW]
    if reviewed:
        near_miss = Template(
            "near-miss",
            reviewed[-1].name.capitalize(),
            "It was caught before it did harm. Thank you for telling; a few lines help others.",
            (incident, reviewed[-1].label),
            *_asks(policy, (Kind.REVIEW,)),
        )
        found.append(near_miss)
    return tuple(found)


def prompts_of(policy: Policy) -> tuple[str, ...]:
    """Return every text with which a template explains a section: found in an answer, it is none."""
    kinds = tuple(Kind)
    return tuple(
        hint
        for entry in policy.postmortem.sections
        for hint in (*entry.prompt, *asking_sections.hints(entry, policy, kinds))
    )


def _asks(policy: Policy, kinds: tuple[Kind, ...]) -> tuple[tuple[Ask, ...], int]:
    first = (*_criteria(policy), *_responding(policy))
    sections = [entry for entry in policy.postmortem.sections if asking_sections.is_asked(entry, kinds)]
    deciding = {entry.when for entry in sections}
    questions = tuple(
        Ask(f"question-{entry.id}", entry.text, Shape.CHOICE, choices=ANSWERS)
        for entry in policy.postmortem.questions
        if entry.id in deciding
    )
    once = tuple(
        Ask(f"once-{name}", asked.text, Shape.LINE)
        for name, asked in (("system", policy.causes.system), ("versions", policy.causes.versions))
    )
    reached = Ask("question-production", policy.severity.production.text, Shape.CHOICE, choices=ANSWERS)
    return (*first, reached, *questions, *once, *(_section(entry, policy, kinds) for entry in sections)), len(first)


def _criteria(policy: Policy) -> tuple[Ask, ...]:
    """Return one question for each severity that criteria imply, with the statements word for word; that none of the grave ones applies stands
    last among them, since a lesser incident closes only once that is said.
    """
    found = []
    graves = [entry.implies for entry in policy.severity.grave()]
    for severity in Severity:
        entries = [entry for entry in policy.severity.criteria if entry.implies is severity]
        boxes = [Box(entry.text, entry.labels[0] if entry.labels else "") for entry in entries]
        guides = [f"“{entry.text}”: {entry.guide}." for entry in entries if entry.guide]
        if graves and severity is max(graves, key=lambda each: each.rank):
            boxes.append(Box(policy.severity.none_apply.text))
            guides.append("That none of them applies can be said later, too: `/criteria none`")
        if boxes:
            label = f"Is any of this true? ({severity.value}, {policy.severity.of(severity).name})"
            found.append(
                Ask(f"criteria-{severity.value.lower()}", label, Shape.BOXES, tuple(guides), boxes=tuple(boxes))
            )
    return tuple(found)


def _responding(policy: Policy) -> tuple[Ask, ...]:
    """Return what is asked while responding; how severe it is follows from the criteria."""
    found = []
    for entry in policy.postmortem.responding:
        if entry.id == "severity_stated":
            continue
        label, _ = question_of(entry.ask)
        found.append(Ask(f"now-{entry.id}", label, Shape.LINE, hints_of(entry)))
    return tuple(found)


def question_of(ask: str) -> tuple[str, str]:
    """Return the question by itself, under which the form has its answer, and what is said after it."""
    parts = _SENTENCE.fullmatch(ask)
    return (parts[1], parts[2] or "") if parts else (ask, "")


def hints_of(entry: RespondingQuestion) -> tuple[str, ...]:
    """Return what a template says below one of the first questions: found there, it is no answer."""
    return (*filter(None, (question_of(entry.ask)[1],)), f"Or later, in a comment: `{entry.line}`")


def _section(section: Section, policy: Policy, kinds: tuple[Kind, ...]) -> Ask:
    lines = asking_sections.lines(section, policy, kinds)
    columns = asking_sections.columns(section, policy, kinds)
    hints = asking_sections.hints(section, policy, kinds)
    each = asking_sections.EACH_CAUSE if section.id == asking_sections.CAUSES and lines else ""
    return Ask(f"section-{section.id}", section.title, Shape.TEXT, hints, lines=lines, columns=columns, each=each)
