"""The answers to the first questions of the form: which client, when it began, who leads, whether it reached production.

What was answered there is not asked again (issue 4, "How it must feel"). A lead that is written is one that was proposed: it answers the
question and bars from approving, and gives no right (S11).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from integration.postmortem.asking import LATER, ONE_OF, hints_of, question_of
from integration.postmortem.document import Block, Document, Heading, Paragraph, Style, plain_text
from integration.postmortem.facts import Facts
from integration.postmortem.people import Person
from integration.postmortem.reading.arguments import read_people
from integration.postmortem.reading.impact import Said, read_impact
from integration.postmortem.reading.normalise import normalise
from mappings.models import Policy, normalise_label

LONGEST = 100
BEGAN, CLIENT, LEAD, PRODUCTION = "began_known", "client_known", "lead_named", "production"
VERSIONS, SYSTEM = "versions", "system"
_ASKED = (LEAD, CLIENT, BEGAN, PRODUCTION, VERSIONS, SYSTEM)
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Answers:
    """What stands below each question, on one line; empty where nobody answered, or answered that nobody knows.

    ``deciding`` are the questions that decide on sections, as answered, "unknown" included: pairs of id and answer.
    """

    lead: str = ""
    client: str = ""
    began: str = ""
    production: str = ""
    versions: str = ""
    system: str = ""
    deciding: tuple[tuple[str, str], ...] = ()

    @property
    def people(self) -> frozenset[str]:
        """Return the names that have to be resolved to accounts (S6)."""
        return frozenset(read_people(self.lead))


def read_answers(document: Document, policy: Policy) -> Answers:
    """Return what the document answers below the questions as the form asks them."""
    asked = policy.severity.production
    responding = {
        entry.id: (question_of(entry.ask)[0],)
        for entry in policy.postmortem.responding
        if entry.id in (BEGAN, CLIENT, LEAD)
    }
    deciding = {entry.id: (entry.text, *entry.headings) for entry in policy.postmortem.questions}
    names: Mapping[str, tuple[str, ...]] = {
        **responding,
        PRODUCTION: (asked.text, *asked.headings),
        VERSIONS: (policy.causes.versions.text, *_of_several_words(policy.causes.versions.headings)),
        SYSTEM: (policy.causes.system.text, *_of_several_words(policy.causes.system.headings)),
        **deciding,
    }
    hints = _hints(policy)
    about = [
        block
        for block in _about(document.blocks, names)
        if not (isinstance(block, Paragraph) and normalise(block.text.plain) in hints)
    ]
    found = {
        answer.id: " ".join(answer.text.split())[:LONGEST]
        for answer in read_impact(about, names)
        if answer.said is Said.ANSWERED
        or (answer.said is Said.NONE and answer.id in {PRODUCTION, *deciding})
        or (answer.said is Said.UNKNOWN and answer.id in deciding)
    }
    lead, client, began, production, versions, system = (found.get(each, "") for each in _ASKED)
    decided = tuple((each, found[each]) for each in deciding if each in found)
    return Answers(lead, client, began, production, versions, system, decided)


def _of_several_words(names: tuple[str, ...]) -> tuple[str, ...]:
    """A single word, such as "System", labels too many things outside the section of causes."""
    return tuple(name for name in names if len(name.split()) > 1)


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
    return frozenset(normalise(text) for text in (LATER, ONE_OF, *below))


def client_written(answers: Answers, policy: Policy) -> str:
    """Return the client that is written; where the mapping lists clients, only one of those is one."""
    known = policy.service.clients
    if not known:
        return answers.client
    return next((client for client in known if client.casefold() == answers.client.casefold()), "")


def system_written(answers: Answers, labels: frozenset[str], policy: Policy) -> str:
    """Return the affected system as the form names it, or else as a label does: "system: search"."""
    begins = tuple(normalise_label(text) for text in policy.causes.system.label_begins)
    named = ((label, begin) for label in sorted(labels) for begin in begins if normalise_label(label).startswith(begin))
    return answers.system or next((normalise_label(label)[len(begin) :].strip() for label, begin in named), "")


def lead_written(answers: Answers, facts: Facts) -> Person | None:
    """Return the one active account that is named as lead, or ``None``."""
    active = [person for name in answers.people for person in facts.people.get(name, ()) if person.active]
    return active[0] if len(active) == 1 else None
