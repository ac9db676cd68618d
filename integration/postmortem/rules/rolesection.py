"""The section "Roles" of a post-mortem → whom it names for which role. Names in a text are proposals (S11); resolving them is the tracker's (S6)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from integration.postmortem.facts import Facts
from integration.postmortem.people import Person
from integration.postmortem.reading.arguments import read_people
from integration.postmortem.reading.impact import Said, read_impact
from integration.postmortem.reading.sections import Sections
from mappings.models import Policy

SECTION = "roles"
LEAD, PARTICIPANTS = "lead", "participants"
ROLES: Mapping[str, str] = {
    "technical_reviewer": "technical_reviewers",
    "governance_reviewer": "governance_reviewers",
    "executive_sponsor": "executive_sponsors",
}
"""The parts of the section that name somebody to be asked, and the lists of the mapping that they are like."""
DEPUTIES = re.compile(r"\bdeput(?:y|ies)\b", re.IGNORECASE)


@dataclass(frozen=True)
class RoleNames:
    """What stands in the section: names as written for each role, those before and those after the word "deputy"."""

    lead: str = ""
    named: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Return the names that have to be resolved to accounts."""
        return frozenset(name for both in self.named.values() for names in both for name in names)

    @property
    def reviewers_named(self) -> bool:
        """Tell whether somebody is named who would decide something."""
        return any(role in self.named for role in ROLES.values())


@dataclass(frozen=True)
class RolesWritten:
    """The same with accounts: for each role, people and deputies. A name that is not exactly one active account is left out."""

    people: Mapping[str, tuple[tuple[Person, ...], tuple[Person, ...]]] = field(default_factory=dict)

    def of(self, role: str) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
        """Return people and deputies of a role."""
        return self.people.get(role, ((), ()))


NO_NAMES = RoleNames()


def read_role_names(sections: Sections, policy: Policy) -> RoleNames:
    """Read the section: a line, a row or a sub-heading for each role, with one name or several, and deputies after that word."""
    found = sections.get(SECTION)
    if found is None:
        return NO_NAMES
    known = {section.id: section for section in policy.postmortem.sections}
    parts = {part.id: (part.title, *part.headings) for part in known[SECTION].parts} if SECTION in known else {}
    answers = {each.id: each.text for each in read_impact(found.blocks, parts) if each.said is not Said.MISSING}
    named = {}
    for part, text in answers.items():
        head, tail = _halves(text)
        if people := read_people(head):
            named[ROLES.get(part, part)] = (people, read_people(tail))
    return RoleNames(answers.get(LEAD, "") if LEAD in named else "", named)


def _halves(text: str) -> tuple[str, str]:
    word = DEPUTIES.search(text)
    return (text[: word.start()], text[word.end() :]) if word else (text, "")


def resolved(names: RoleNames, facts: Facts) -> RolesWritten:
    """Return whom the names mean; exactly one active account counts (S6)."""

    def accounts(written: tuple[str, ...]) -> tuple[Person, ...]:
        found = ([each for each in facts.people.get(name, ()) if each.active] for name in written)
        return tuple({each[0].id: each[0] for each in found if len(each) == 1}.values())

    return RolesWritten({role: (accounts(first), accounts(then)) for role, (first, then) in names.named.items()})
