"""The three-way merge of what an action is called, between its row and the title of its ticket (docs/decisions/0004-three-way-merge.md)."""

import hashlib
import re
from dataclasses import dataclass

from integration.postmortem.reading.normalise import normalise

COMPARED = 120
"""Letters and digits of a description that have to stand in the title; trackers shorten titles and leave signs out."""
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class MergedTitle:
    """What came of it: whether the ticket has to follow its row, whether a person has to choose, the ticket's own title where it says
    something else than its row, and the bases to remember: digests, so that the ledger keeps no words for it.
    """

    row_base: str
    ticket_base: str
    write: bool = False
    conflict: bool = False
    says: str = ""


def merge_title(description: str, title: str, row_base: str, ticket_base: str) -> MergedTitle:
    """Merge. Both bases are empty where none is known yet: then what there is counts as agreed. Empty ``description``: the row is gone."""
    row, there = digest_of(normalise(description)), digest_of(title)
    agrees = not description or _plain(description)[:COMPARED] in _plain(title)
    says = "" if agrees else title
    row_changed = bool(row_base) and bool(description) and row != row_base
    if agrees or not row_changed:
        return MergedTitle(row if description else row_base, there, says=says)
    if there != ticket_base:
        return MergedTitle(row_base, ticket_base, conflict=True, says=says)
    # Agreed only when the ticket is seen to follow, as with owner and date.
    return MergedTitle(row_base, ticket_base, write=True)


def digest_of(text: str) -> str:
    """Return what is remembered of a text, to tell whether it changed."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(text: str) -> str:
    return _SIGNS.sub("", text).casefold()
