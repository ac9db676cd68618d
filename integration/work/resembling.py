"""Finds earlier incidents that resemble a case. The index is made when it is first asked for, once per process; after that only what is new is read."""

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from integration.ledger.ledger import Ledger
from integration.postmortem.decisions import Memory
from integration.postmortem.facts import Facts
from integration.postmortem.incident import Case, Issue, IssueKey
from integration.postmortem.kinship import CauseKind
from integration.postmortem.nearest import Index, Resemblance
from integration.postmortem.precedents import Precedents, Recurred
from integration.postmortem.rules.lessons import is_launch
from integration.postmortem.rules.recurrence_words import locators_named
from integration.postmortem.rules.recurring import kinds_written
from integration.postmortem.rules.standing import is_marked
from integration.postmortem.rules.written import read_postmortem
from mappings.models import Policy

MOST = 20
"""Earlier incidents that are read in whole: more than are shown, since of some nothing may be told."""


class Library:
    """The earlier incidents as one process knows them. May be asked from several threads."""

    def __init__(self, ledger: Ledger) -> None:
        """Take the ledger; nothing is read yet."""
        self._ledger = ledger
        self._lock = threading.Lock()
        self._index: Index | None = None

    def found(
        self, text: str, *, before: datetime | None = None, but_not: str = "", also: Iterable[str] = ()
    ) -> Precedents:
        """Return the earlier incidents nearest to a text, nearest first; ``before``: opened no later.

        ``but_not`` is the key of the case that asks; ``also`` are keys of incidents to be told of however far they are.
        """
        own = next(iter(self._ledger.rows_of_cases([but_not])), None) if but_not else None
        hits, known = self._searched(text, before, own)
        shared = {hit.key: hit.shared for hit in hits}
        rows = self._ledger.rows_of_cases(also)
        read = self._ledger.precedents([*shared, *(row for row in rows if row not in shared)])
        found = (replace(each, shared=shared.get(each.row, 0)) for each in read if each.row != own)
        return Precedents(tuple(found), known, self._ledger.names())

    def of_the_same_kind(
        self, issue: Issue, kinds: tuple[CauseKind, ...], also: Iterable[str], *, any_system: bool
    ) -> Precedents:
        """Return incidents that were opened before this one and whose causes are of these kinds, and those with the keys in ``also``."""
        found = self._ledger.kindred(issue.ref.key, kinds, issue.created_at, issue.origin, any_system=any_system)
        known = {each.row for each in found}
        rows = [row for row in self._ledger.rows_of_cases(also) if row not in known]
        found = (*found, *self._ledger.precedents(rows))
        return Precedents(found, len(found), self._ledger.names() if found else frozenset())

    def keys_of(self, site: str, locators: Iterable[str]) -> frozenset[str]:
        """Return the keys of the governed incidents of these names, as text; nothing is asked where nothing is named."""
        named = frozenset(locators)
        return frozenset(map(str, self._ledger.incidents(site, named).values())) if named else frozenset()

    def recurred(self, incident: IssueKey) -> tuple[Recurred, ...]:
        """Return the later incidents of which it was said that they are this one come back."""
        return self._ledger.recurred(incident)

    def _searched(self, text: str, before: datetime | None, own: int | None) -> tuple[tuple[Resemblance, ...], int]:
        """Return the hits, and how many incidents were searched. An index in which anything went wrong is made anew by the next one who asks."""
        with self._lock:
            try:
                index = self._refreshed()
                return index.search(text, MOST, before=before, but_not=own), len(index)
            except BaseException:
                # After a panic in its own threads it would answer nobody any more.
                self._index = None
                raise

    def _refreshed(self) -> Index:
        if self._index is None:
            self._index = Index()
        for each in self._ledger.recollections(self._index.version):
            self._index.put(each.row, each.text, each.opened_at)
            self._index.version = each.version
        return self._index


def with_precedents(facts: Facts, case: Case, memory: Memory, policy: Policy, library: Library) -> Facts:
    """Return the facts with the earlier incidents that judging this case asks for; most cases ask for none."""
    issue = case.incident
    if not is_launch(issue, memory, policy):
        is_ours = memory.governed or is_marked(issue, policy)
        return _of_the_same_kind(facts, case, memory, policy, library) if is_ours else facts
    about = (policy.learning.system, policy.learning.kind_of_project, policy.service.client)
    text = "\n".join((issue.title, issue.body, *(word for word in about if word)))
    told = {":".join(key.split(":")[:2]) for key, _ in memory.offered}
    return replace(facts, precedents=library.found(text, but_not=str(issue.ref.key), also=sorted(told)))


def _of_the_same_kind(facts: Facts, case: Case, memory: Memory, policy: Policy, library: Library) -> Facts:
    issue = case.incident
    kinds = kinds_written(issue, read_postmortem(issue, policy), policy)
    also = library.keys_of(issue.ref.key.site, locators_named(case, memory))
    return replace(
        facts,
        precedents=library.of_the_same_kind(issue, kinds, also, any_system=policy.learning.recurrence.any_system),
        recurred=library.recurred(issue.ref.key),
    )
