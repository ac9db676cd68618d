"""What an incident leaves for later cases: its lessons as written, whom it was for, and the words by which it is found again. Pure."""

import re
from collections.abc import Iterator

from integration.postmortem.document import Block, Heading, ListBlock, Paragraph
from integration.postmortem.incident import Issue
from integration.postmortem.precedents import Learned
from integration.postmortem.rules.written import PostMortem
from mappings.models import Policy

SECTION, RECOMMENDATIONS = "lessons", "recommendations"
NOTHING = re.compile(r"\W*(?:none|nothing|no recommendations?|n/?a|not applicable)\b", re.IGNORECASE)
MOST, LONGEST = 10, 500
"""Lessons of one incident that are kept, and characters of each."""


def learned_from(incident: Issue, postmortem: PostMortem, client: str, policy: Policy) -> Learned:
    """Return what is kept. ``client`` is the one that is known by command, form or mapping."""
    section = postmortem.sections.get(SECTION)
    lessons = tuple(_lines(section.blocks))[:MOST] if section is not None and section.has_substance else ()
    titles = [cause.title for cause in postmortem.causes]
    about = [policy.learning.system or "", policy.learning.kind_of_project or "", client]
    return Learned(
        client=client,
        confidential=policy.learning.is_confidential(incident.labels),
        lessons=lessons,
        words="\n".join(text for text in (*titles, *about) if text),
        recommendations=_recommendations(postmortem),
    )


def _recommendations(postmortem: PostMortem) -> tuple[str, ...]:
    """Return what is recommended to governance; "none, because …" recommends nothing."""
    section = postmortem.sections.get(RECOMMENDATIONS)
    if section is None or not section.has_substance:
        return ()
    return tuple(text for text in _lines(section.blocks) if not NOTHING.match(text))[:MOST]


def _lines(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Yield each lesson: an item of a list, or a paragraph; what is in tables, code, quotes and folds is detail."""
    for block in blocks:
        if isinstance(block, ListBlock):
            for item in block.items:
                yield from _lines(item.blocks)
        elif isinstance(block, Paragraph) and not isinstance(block, Heading):
            text = " ".join(block.text.plain.split())
            if text:
                yield text[:LONGEST]
