"""Finds earlier incidents that resemble a case. The index is made when it is first asked for, once per process; after that only what is new is read."""

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from integration.ledger.ledger import Ledger
from integration.postmortem.decisions import Memory
from integration.postmortem.incident import Case, Facts
from integration.postmortem.precedents import Precedents
from integration.postmortem.rules.lessons import is_launch
from mappings.models import Policy

if TYPE_CHECKING:
    from integration.postmortem.nearest import Index

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
        with self._lock:
            index = self._refreshed()
            hits = index.search(text, MOST + 1, before=before)
            known = len(index)
        shared = {hit.position: hit.shared for hit in hits}
        rows = self._ledger.rows_of_cases(also)
        read = self._ledger.precedents([*shared, *(row for row in rows if row not in shared)])
        found = (replace(each, shared=shared.get(each.row, 0)) for each in read if str(each.key) != but_not)
        return Precedents(tuple(found), known, self._ledger.names())

    def _refreshed(self) -> "Index":
        # numpy takes a moment to import, which processes that never search need not pay.
        from integration.postmortem.nearest import Index  # noqa: PLC0415

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
        return facts
    about = (policy.learning.system, policy.learning.kind_of_project, policy.service.client)
    text = "\n".join((issue.title, issue.body, *(word for word in about if word)))
    told = {":".join(key.split(":")[:2]) for key, _ in memory.offered}
    return replace(facts, precedents=library.found(text, but_not=str(issue.ref.key), also=sorted(told)))
