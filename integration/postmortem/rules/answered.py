"""The answers to the first questions of the form: which client, when it began, who leads, whether it reached production.

What was answered there is not asked again (issue 4, "How it must feel"). A lead that is written is one that was proposed: it answers the
question and bars from approving, and gives no right (S11).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from integration.postmortem.asking import LATER, hints_of, question_of
from integration.postmortem.document import Block, Document, Heading, Paragraph, Style, plain_text
from integration.postmortem.incident import Facts
from integration.postmortem.people import Person
from integration.postmortem.reading.arguments import read_people
from integration.postmortem.reading.impact import Said, read_impact
from integration.postmortem.reading.normalise import normalise
from mappings.models import Policy

LONGEST = 100
BEGAN, CLIENT, LEAD, PRODUCTION = "began_known", "client_known", "lead_named", "production"
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Answers:
    """What stands below each question, on one line; empty where nobody answered, or answered that nobody knows."""

    lead: str = ""
    client: str = ""
    began: str = ""
    production: str = ""

    @property
    def people(self) -> frozenset[str]:
        """Return the names that have to be resolved to accounts (S6)."""
        return frozenset(read_people(self.lead))


def read_answers(document: Document, policy: Policy) -> Answers:
    """Return what the document answers below the questions as the form asks them."""
    asked = policy.severity.production
    names: Mapping[str, tuple[str, ...]] = {
        entry.id: (question_of(entry.ask)[0],)
        for entry in policy.postmortem.responding
        if entry.id in (BEGAN, CLIENT, LEAD)
    } | {PRODUCTION: (asked.text, *asked.headings)}
    hints = _hints(policy)
    about = [
        block
        for block in _about(document.blocks, names)
        if not (isinstance(block, Paragraph) and normalise(block.text.plain) in hints)
    ]
    found = {
        answer.id: " ".join(answer.text.split())[:LONGEST]
        for answer in read_impact(about, names)
        if answer.said is Said.ANSWERED or (answer.id == PRODUCTION and answer.said is Said.NONE)
    }
    return Answers(found.get(LEAD, ""), found.get(CLIENT, ""), found.get(BEGAN, ""), found.get(PRODUCTION, ""))


def _about(blocks: tuple[Block, ...], names: Mapping[str, tuple[str, ...]]) -> Iterator[Block]:
    """Yield every heading, what stands below one that may name a question, and what may name one itself.

    Reading a long timeline for answers that it does not hold would cost as much as judging it.
    """
    words = {max(WORD.findall(name.casefold()), key=len, default="") for each in names.values() for name in each}
    is_below = False
    for block in blocks:
        text = plain_text((block,)).casefold()
        may_name = any(word in text for word in words)
        is_heading = isinstance(block, Heading) or (isinstance(block, Paragraph) and block.text.is_all(Style.STRONG))
        is_below = may_name if is_heading else is_below
        if is_heading or is_below or may_name:
            yield block


@lru_cache(maxsize=8)
def _hints(policy: Policy) -> frozenset[str]:
    """Return what a description that was made from the mappings says between the questions."""
    below = (hint for entry in policy.postmortem.responding for hint in hints_of(entry))
    return frozenset(normalise(text) for text in (LATER, *below))


def client_written(answers: Answers, policy: Policy) -> str:
    """Return the client that is written; where the mapping lists clients, only one of those is one."""
    known = policy.service.clients
    if not known:
        return answers.client
    return next((client for client in known if client.casefold() == answers.client.casefold()), "")


def lead_written(answers: Answers, facts: Facts) -> Person | None:
    """Return the one active account that is named as lead, or ``None``."""
    active = [person for name in answers.people for person in facts.people.get(name, ()) if person.active]
    return active[0] if len(active) == 1 else None
