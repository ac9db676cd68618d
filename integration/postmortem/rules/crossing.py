"""What of an earlier incident may be said on another issue: inside its project and client all of it; across that border its categories, a lesson
that names nobody and nothing, and a link; of a confidential one nothing at all (SECURITY.md S27, S28). Pure.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from integration.postmortem.precedents import Precedent
from mappings.models import Policy

LONGEST = 300
"""Characters of a lesson or an action that are told elsewhere."""
FEWEST_LETTERS = 3
_LEAKS = (
    ("an address", re.compile(r"https?://|www\.|\b[\w.+-]+@[\w-]+\.\w|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[\w-]+(?:\.[\w-]+)+/\w", re.I)),
    ("somebody", re.compile(r"(?<!\w)@\w|\[~")),
    ("an issue", re.compile(r"(?<!\w)#\d|\b[A-Z][A-Z0-9_]+-\d+\b")),
    ("a sum of money", re.compile(r"[$€£¥]\s?\d|\d\s?(?:[$€£¥]|(?:k |m )?(?:USD|EUR|GBP|CHF|dollars?|euros?|pounds?)\b)|\b(?:USD|EUR|GBP|CHF)\s?\d", re.I)),
    ("something like a secret", re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{20,}\b|\b[0-9a-f]{16,}\b", re.I)),
)  # fmt: skip


@dataclass(frozen=True)
class Border:
    """Where something is to be said: the project of an issue, and the client that it belongs to, where one is known."""

    site: str
    project: str
    client: str = ""

    def holds(self, precedent: Precedent) -> bool:
        """Tell whether an earlier incident lies on this side: the same project, and no other client."""
        is_here = (precedent.key.site, precedent.ref.project) == (self.site, self.project)
        other = precedent.client and self.client and precedent.client.casefold() != self.client.casefold()
        return is_here and not other


def may_be_named(precedent: Precedent) -> bool:
    """Tell whether anything of an incident but its number may be said elsewhere."""
    return not precedent.confidential


def leak_in(text: str, names: Iterable[str]) -> str:
    """Return what a text gives away, in words ("a client or a person", "an address"), or an empty string. ``names`` are looked for as whole words."""
    for what, pattern in _LEAKS:
        if pattern.search(text):
            return what
    return "a client or a person" if any(_is_named(name, text) for name in names) else ""


def _is_named(name: str, text: str) -> bool:
    if len(name) < FEWEST_LETTERS or name not in text:
        return False
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def told_elsewhere(text: str, precedent: Precedent, here: Border, policy: Policy, people: frozenset[str]) -> str:
    """Return the text as it may be said ``here``, shortened, or an empty string where it has to stay with its incident."""
    plain = " ".join(text.split())
    short = plain if len(plain) <= LONGEST else plain[: LONGEST - 1].rstrip() + "…"
    if here.holds(precedent):
        return short
    return "" if leak_in(plain, names_kept(precedent, policy) | people) else short


def names_kept(precedent: Precedent, policy: Policy) -> frozenset[str]:
    """Return the names that may not cross: clients and projects, as they are written and in the cases people write them in."""
    clients = {precedent.client, policy.service.client or "", *policy.service.clients}
    places = {precedent.ref.project, *precedent.ref.project.split("/")}
    people = {
        name for person in policy.people.people for name in (person.name, person.github or "", *person.name.split())
    }
    written = {name for name in clients | places | people if name}
    return frozenset(written | {name.upper() for name in clients} | {name.lower() for name in clients} - {""})
