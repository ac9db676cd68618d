"""The post-mortem as written: its sections, its timeline, and its rows of remediation, read from the incident under the mapping's names."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from integration.postmortem.asking import prompts_of
from integration.postmortem.document import Document, Heading, Paragraph, Style, texts_of
from integration.postmortem.incident import Issue
from integration.postmortem.reading.actions import read_actions
from integration.postmortem.reading.categories import SECTION, CauseNames, Thread, cause_names
from integration.postmortem.reading.causes import Cause, read_causes
from integration.postmortem.reading.impact import Said, read_impact
from integration.postmortem.reading.sections import Sections, find_sections
from integration.postmortem.reading.substance import why_empty
from integration.postmortem.reading.timeline import Entry, Timeline, read_timeline
from integration.postmortem.remediation import ActionRow
from integration.postmortem.rules.answered import Answers, read_answers
from integration.postmortem.rules.notes import merged
from integration.postmortem.rules.rolesection import NO_NAMES, RoleNames, read_role_names
from mappings.models import Policy

REMEDIATION = "remediation"
TIMELINE = "timeline"
IMPACT = "impact"
MOST_EFFECTS, LONGEST_EFFECT = 40, 200


@dataclass(frozen=True)
class PostMortem:
    """What people wrote, as values: ``timeline`` as the section tells it, ``told`` with what was said in comments (``notes``).

    ``answered`` are the questions about causes that have a heading of their own; ``effects`` the lines of the impact,
    ``amounts`` what stands where a figure may show how severe it is: id of the amount, title of the section, text, line.
    """

    sections: Sections
    timeline: Timeline
    rows: tuple[ActionRow, ...]
    answers: Answers = field(default_factory=Answers)
    told: Timeline = field(default_factory=Timeline)
    notes: tuple[Entry, ...] = ()
    roles: RoleNames = NO_NAMES
    causes: tuple[Cause, ...] = ()
    answered: frozenset[Thread] = frozenset()
    effects: tuple[str, ...] = ()
    amounts: tuple[tuple[str, str, str, int | None], ...] = ()

    def with_notes(self, notes: tuple[Entry, ...], opened_at: datetime) -> "PostMortem":
        """Return the same with what was told in comments."""
        return replace(self, told=merged(self.timeline, notes, opened_at), notes=notes)

    @property
    def is_noted(self) -> bool:
        """Tell whether comments told anything but that it is over: what was noted need not be written a second time."""
        return any(not note.clear for note in self.notes)

    def detected_at(self, incident: Issue) -> datetime:
        """Return when the incident was detected: as the timeline says, but never later than the issue was opened."""
        stated = self.told.detected
        return min(stated, incident.created_at) if stated else incident.created_at


class _Reading:
    """One document under one policy, told apart by identity: both are frozen, and comparing long ones costs as much as reading them."""

    def __init__(self, incident: Issue, policy: Policy) -> None:
        self.incident, self.policy = incident, policy

    def __hash__(self) -> int:
        return hash((id(self.incident.document), self.incident.created_at, id(self.policy)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Reading):
            return NotImplemented
        is_same_text = self.incident.document is other.incident.document and self.policy is other.policy
        return is_same_text and self.incident.created_at == other.incident.created_at


def read_postmortem(incident: Issue, policy: Policy) -> PostMortem:
    """Read the incident's document; the rules share what it returns.

    A long one costs 20 ms. A look judges several times, so the latest readings are kept: of a document, not of an issue, whose labels and
    comments may have changed since.
    """
    return _kept(_Reading(incident, policy))


@lru_cache(maxsize=8)
def _kept(reading: _Reading) -> PostMortem:
    return _read(reading.incident, reading.policy)


def _read(incident: Issue, policy: Policy) -> PostMortem:
    headings = _headings(policy)
    sections = find_sections(incident.document, headings, _prompts(policy), parts=_parts(policy))
    zone = ZoneInfo(policy.clocks.zone)
    found = sections.get(TIMELINE)
    heading, blocks = (found.heading, found.blocks) if found else ("", ())
    timeline = read_timeline(blocks, zone=zone, day=incident.created_at.astimezone(zone).date(), heading=heading)
    columns = {column.id: column.headings for column in policy.remediation.columns}
    rows = tuple(
        row
        for section in sections.all(REMEDIATION)
        if section.has_substance
        for row in read_actions(section.blocks, columns)
    )
    answers, roles = read_answers(incident.document, policy), read_role_names(sections, policy)
    if not answers.lead and roles.lead:
        answers = replace(answers, lead=roles.lead)
    names, section = cause_names(policy), sections.get(SECTION)
    causes = read_causes(section.blocks, names) if section is not None and section.has_substance else ()
    answered = frozenset(_answered(incident.document, names)) if causes else frozenset()
    return PostMortem(
        sections,
        timeline,
        rows,
        answers,
        timeline,
        roles=roles,
        causes=causes,
        answered=answered,
        effects=_effects(sections),
        amounts=tuple(_amounts(sections, policy)),
    )


def _amounts(sections: Sections, policy: Policy) -> Iterator[tuple[str, str, str, int | None]]:
    for amount in policy.severity.amounts:
        section, _, part = amount.part.partition(".")
        asked = next((entry for entry in policy.postmortem.sections if entry.id == section), None)
        names = {part: (asked.part(part).title, *asked.part(part).headings)} if asked else {}
        for found in sections.all(section) if asked else ():
            (answer,) = read_impact(found.blocks, names)
            if asked and answer.said is Said.ANSWERED:
                yield amount.id, asked.title, answer.text, answer.line


def _answered(document: Document, names: CauseNames) -> Iterator[Thread]:
    """Yield the questions about causes that have a heading of their own somewhere, with something below it."""
    for block, below in pairwise(document.blocks):
        is_heading = isinstance(block, Heading) or (isinstance(block, Paragraph) and block.text.is_all(Style.STRONG))
        if is_heading and isinstance(block, Heading | Paragraph) and not isinstance(below, Heading):
            thread = names.thread(block.text.plain)
            if thread is not None and not why_empty((below,)):
                yield thread


def _effects(sections: Sections) -> tuple[str, ...]:
    """Return what the impact says, line by line, as far as anybody would compare it."""
    impact = sections.get(IMPACT)
    texts = texts_of(impact.blocks) if impact is not None else ()
    return tuple(text.plain[:LONGEST_EFFECT] for text, _ in islice(texts, MOST_EFFECTS))


@lru_cache(maxsize=8)
def _prompts(policy: Policy) -> tuple[str, ...]:
    return prompts_of(policy)


@lru_cache(maxsize=8)
def _parts(policy: Policy) -> dict[str, tuple[str, ...]]:
    return {
        section.id: tuple(name for part in section.parts for name in (part.title, *part.headings))
        for section in policy.postmortem.sections
    }


@lru_cache(maxsize=8)
def _headings(policy: Policy) -> dict[str, tuple[str, ...]]:
    return {section.id: (section.title, *section.headings) for section in policy.postmortem.sections}
