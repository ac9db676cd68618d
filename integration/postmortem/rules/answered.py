"""The answers to the first questions of the form: which client, when it began, who leads. What was answered there is not asked again (issue 4, "Phases").

A lead that is written is one that was proposed: it answers the question and bars from approving, and gives no right (S11).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from integration.postmortem.asking import LATER, hints_of, question_of
from integration.postmortem.document import Document, Paragraph
from integration.postmortem.incident import Facts
from integration.postmortem.people import Person
from integration.postmortem.reading.arguments import read_people
from integration.postmortem.reading.impact import Said, read_impact
from integration.postmortem.reading.normalise import normalise
from mappings.models import Policy

LONGEST = 100
BEGAN, CLIENT, LEAD = "began_known", "client_known", "lead_named"


@dataclass(frozen=True)
class Answers:
    """What stands below each question, on one line; empty where nobody answered, or answered that nobody knows."""

    lead: str = ""
    client: str = ""
    began: str = ""

    @property
    def people(self) -> frozenset[str]:
        """Return the names that have to be resolved to accounts (S6)."""
        return frozenset(read_people(self.lead))


def read_answers(document: Document, policy: Policy) -> Answers:
    """Return what the document answers below the questions as the form asks them."""
    names: Mapping[str, tuple[str, ...]] = {
        entry.id: (question_of(entry.ask)[0],)
        for entry in policy.postmortem.responding
        if entry.id in (BEGAN, CLIENT, LEAD)
    }
    hints = _hints(policy)
    answered = [
        block
        for block in document.blocks
        if not (isinstance(block, Paragraph) and normalise(block.text.plain) in hints)
    ]
    found = {
        answer.id: " ".join(answer.text.split())[:LONGEST]
        for answer in read_impact(answered, names)
        if answer.said is Said.ANSWERED
    }
    return Answers(found.get(LEAD, ""), found.get(CLIENT, ""), found.get(BEGAN, ""))


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
