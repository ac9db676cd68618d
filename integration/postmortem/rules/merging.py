"""The three-way merge of an action's owner and due date between its row and its ticket. Each side has its own base; people's text is never edited."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True)
class Merged(Generic[Value]):
    """What came of merging one value: the one that holds now, whether the ticket has to follow, whether a person has to choose.

    ``row_base`` and ``ticket_base`` are what to remember as last agreed; in a conflict, and until the ticket has followed, they stay as they were.
    """

    value: Value | None
    row_base: Value | None
    ticket_base: Value | None
    write_ticket: bool = False
    conflict: bool = False


def merge(row: Value | None, ticket: Value | None, row_base: Value | None, ticket_base: Value | None) -> Merged[Value]:
    """Merge one value. A row that says nothing readable (``None``) has not changed anything.

    Row changed: the ticket follows. Ticket changed: it holds, and the status comment shows it. Both changed to the same: agreed. Both changed
    differently: a person chooses; until then the ticket's value is shown.
    """
    row_changed = row is not None and row != row_base
    ticket_changed = ticket != ticket_base
    if row_changed and ticket_changed and row != ticket:
        return Merged(ticket, row_base, ticket_base, conflict=True)
    if row_changed and not ticket_changed and row != ticket:
        # Agreed only when the ticket is seen to follow: a write that waits or is refused must not look like a person's change.
        return Merged(row, row_base, ticket_base, write_ticket=True)
    return Merged(ticket, row if row is not None else row_base, ticket)
