"""A learning note: what failed, what was learned, what changed, and how proven that is, for people who were not there. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from integration.postmortem.asking import FOR_LEARNING
from integration.postmortem.precedents import Measure, Precedent
from integration.postmortem.rules.crossing import Border, told_elsewhere
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.writing.tree import (
    Block,
    Bullets,
    Grid,
    Heading,
    IssueLink,
    Line,
    Link,
    Paragraph,
    Plain,
    Small,
    Strong,
    Tree,
    line,
)
from integration.postmortem.writing.wording import count
from mappings.models import Policy

LONGEST_TITLE = 90
"""Characters of a lesson that become the title of its note."""
_STATES = {
    ProofState.VERIFIED.value: "verified: somebody else has confirmed that it works",
    ProofState.RISK_ACCEPTED.value: "not done: its risk is accepted",
}
_UNDER_WAY = "not proven yet"


@dataclass(frozen=True)
class Note:
    """What one note is about, where it stands, and what may not be said there: ``people`` are names."""

    source: Precedent
    here: Border
    policy: Policy
    people: frozenset[str] = frozenset()

    def told(self, text: str) -> str:
        """Return a text as it may be said here, or an empty one where it has to stay with its incident."""
        return told_elsewhere(text, self.source, self.here, self.policy, self.people)

    @property
    def categories(self) -> str:
        """Return the categories of the causes, as they are said."""
        return ", ".join(dict.fromkeys(category for category in self.source.categories if category))

    @property
    def lessons(self) -> tuple[str, ...]:
        """Return the lessons that may be said here."""
        return tuple(filter(None, map(self.told, self.source.lessons)))


def note_title(note: Note | None) -> str:
    """Return the title: the first lesson that may be told, else the sort of cause. ``None``: the incident is confidential by now."""
    if note is None:
        return "Learning note · withdrawn"
    lesson = next(iter(note.lessons), "")
    if not lesson:
        return f"Learning note · an incident of {note.source.severity or 'no severity yet'}, cause: {note.categories or 'not categorised'}"
    short = lesson if len(lesson) <= LONGEST_TITLE else f"{lesson[: LONGEST_TITLE - 1].rstrip()}…"
    return f"Learning note · {short.rstrip('.')}"


def note_tree(note: Note) -> Tree:
    """Return what the note says."""
    return Tree((*_what_failed(note), *_learned(note), *_changed(note), *_small_print()))


def withdrawal() -> Tree:
    """Return what stands in the place of a note whose incident has become confidential."""
    return Tree((Paragraph(line("What stood here was withdrawn: its incident is confidential, and only counted.")),))


def note_outcome(note: Note | None) -> Tree:
    """Return with which words a note is closed."""
    if note is None:
        return withdrawal()
    actions = note.source.actions
    if not actions:
        return Tree((Paragraph(line("The incident is closed. The note stays as it is.")),))
    proven = sum(action.is_verified for action in actions)
    said = f"The incident is closed: {proven} of {count(len(actions), 'action', 'actions')} verified"
    rest = len(actions) - proven
    kept = f", {count(rest, 'risk', 'risks')} accepted" if rest else ""
    return Tree((Paragraph(line(f"{said}{kept}. The note stays as it is.")),))


def _what_failed(note: Note) -> Iterator[Block]:
    title = note.told(note.source.title)
    about = f"{note.source.severity or 'Not classified'}{f' · cause: {note.categories}' if note.categories else ''} · "
    yield Heading(line("What failed"), 2)
    yield Paragraph(
        (Strong(title), Plain(" · "), Plain(about), *_origin(note)) if title else (Plain(about), *_origin(note))
    )


def _origin(note: Note) -> Line:
    ref = note.source.ref
    if note.here.holds(note.source):
        return (IssueLink(ref),)
    # For those who have access there: the words say no name of a place or client.
    return (Link("the incident, for those with access", ref.url),) if ref.url else (Plain("an incident"),)


def _learned(note: Note) -> Iterator[Block]:
    yield Heading(line("What was learned"), 2)
    kept = len(note.source.lessons) - len(note.lessons)
    items = [line(lesson) for lesson in note.lessons]
    if kept:
        items.append(line(note.policy.learning.lessons.withheld))
    yield Bullets(tuple(items)) if items else Paragraph(line("No lesson is written in its post-mortem."))


def _changed(note: Note) -> Iterator[Block]:
    yield Heading(line("What changed"), 2)
    actions = note.source.actions
    if not actions:
        yield Paragraph(line("No action followed from it."))
        return
    proven = sum(action.is_verified for action in actions)
    yield Paragraph(line(f"{proven} of {count(len(actions), 'action', 'actions')} verified."))
    told = [(note.told(action.description), _state(action)) for action in actions]
    rows = tuple((line(text), line(state)) for text, state in told if text)
    if rows:
        yield Grid(("Action", "State"), rows)
    if len(rows) < len(told):
        hidden = count(len(told) - len(rows), "action names", "actions name")
        yield Small(line(f"{hidden} people, clients or figures, and can be read at the incident alone."))


def _state(action: Measure) -> str:
    return _STATES.get(action.outcome, _UNDER_WAY)


def _small_print() -> Iterator[Block]:
    yield Small(
        line(
            "If you run something alike, look whether this could happen to you. I keep the states up to date, and close this when all are settled. "
            f"{FOR_LEARNING}"
        )
    )
