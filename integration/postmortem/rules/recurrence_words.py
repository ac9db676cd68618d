"""The commands that say whether an incident is an earlier one come back, and the earlier incidents that they name."""

import hashlib

from integration.postmortem.decisions import Memory
from integration.postmortem.incident import Case, Issue
from integration.postmortem.precedents import Precedent, Precedents
from integration.postmortem.reading.commands import Command, read_commands
from integration.postmortem.reading.references import read_reference
from integration.postmortem.rules.crossing import Border

OF, NOT = "recurrence-of", "not-recurrence"
ANSWERS = (OF, NOT)
_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst")
"""Trackers take seven hex digits for a commit; consonants make neither a commit nor a word."""


def name_of(earlier: Precedent, here: Border) -> str:
    """Return how an earlier incident is called here: as its tracker calls it, or across a border by letters that name no place or client (S28)."""
    return earlier.ref.locator if here.holds(earlier) else _code(earlier)


def _code(earlier: Precedent) -> str:
    return hashlib.sha256(str(earlier.key).encode()).hexdigest()[:7].translate(_LETTERS)


def earlier_named(said: Command, incident: Issue, precedents: Precedents | None) -> Precedent | None:
    """Return the earlier incident that a command names: one that this incident is told of, or one of the same project that the ledger knows.

    What lies elsewhere, or is confidential there, is not found, as if it did not exist (S18).
    """
    word = next(iter(said.args.split()), "").rstrip(".,;").casefold()
    local = read_reference(said.args, incident.ref).casefold()
    for each in precedents.found if precedents is not None and word else ():
        called = (_code(each), each.ref.locator, each.ref.url, f"{each.key.site}:{each.ref.locator}")
        names = {name.casefold() for name in called if name}
        is_local = each.key.site == incident.ref.key.site and local == each.ref.locator.casefold()
        is_earlier = each.opened_at is not None and each.opened_at < incident.created_at
        if (word in names or is_local) and is_earlier and not each.confidential and each.key != incident.ref.key:
            return each
    return None


def locators_named(case: Case, memory: Memory) -> frozenset[str]:
    """Return the issues of this project that undecided ``/recurrence-of`` commands name, as the tracker calls them."""
    decided = {decision.comment_id for decision in memory.decisions if decision.issue == case.incident.ref.key}
    found = (
        read_reference(said.args, case.incident.ref)
        for comment in case.incident.comments
        if comment.id not in decided
        for said in read_commands(comment.raw, (OF,))
        if isinstance(said, Command)
    )
    return frozenset(name for name in found if name)
