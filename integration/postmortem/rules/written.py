"""The post-mortem as written: its sections, its timeline, and its rows of remediation, read from the incident under the mapping's names."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from integration.postmortem.asking import prompts_of
from integration.postmortem.document import Document
from integration.postmortem.incident import Issue
from integration.postmortem.reading.actions import read_actions
from integration.postmortem.reading.same import Same
from integration.postmortem.reading.sections import Sections, find_sections
from integration.postmortem.reading.timeline import Timeline, read_timeline
from integration.postmortem.remediation import ActionRow
from mappings.models import Policy

REMEDIATION = "remediation"
TIMELINE = "timeline"


@dataclass(frozen=True)
class PostMortem:
    """What people wrote, as values."""

    sections: Sections
    timeline: Timeline
    rows: tuple[ActionRow, ...]

    def detected_at(self, incident: Issue) -> datetime:
        """Return when the incident was detected: as the timeline says, but never later than the issue was opened."""
        stated = self.timeline.detected
        return min(stated, incident.created_at) if stated else incident.created_at


def read_postmortem(incident: Issue, policy: Policy) -> PostMortem:
    """Read the incident's document; the rules share what it returns.

    A long one costs 20 ms. A look judges several times, so the latest readings are kept: of a document, not of an issue, whose labels and
    comments may have changed since.
    """
    return _read(Same(incident.document), incident.created_at, Same(policy))


@lru_cache(maxsize=8)
def _read(same: Same[Document], created_at: datetime, under: Same[Policy]) -> PostMortem:
    policy = under.value
    sections = find_sections(same.value, _headings(under), _prompts(under))
    zone = ZoneInfo(policy.clocks.zone)
    found = sections.get(TIMELINE)
    heading, blocks = (found.heading, found.blocks) if found else ("", ())
    timeline = read_timeline(blocks, zone=zone, day=created_at.astimezone(zone).date(), heading=heading)
    columns = {column.id: column.headings for column in policy.remediation.columns}
    rows = tuple(
        row
        for section in sections.all(REMEDIATION)
        if section.has_substance
        for row in read_actions(section.blocks, columns)
    )
    return PostMortem(sections, timeline, rows)


@lru_cache(maxsize=8)
def _prompts(under: Same[Policy]) -> tuple[str, ...]:
    return prompts_of(under.value)


@lru_cache(maxsize=8)
def _headings(under: Same[Policy]) -> dict[str, tuple[str, ...]]:
    return {section.id: (section.title, *section.headings) for section in under.value.postmortem.sections}
