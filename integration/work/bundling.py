"""Puts edits of one issue's fields together where the tracker can do them with one request (Jira: twenty writes in two seconds an issue)."""

from typing import Protocol, runtime_checkable

from integration.postmortem.commands import Command, FieldEdit, Outcome, Share, edited
from integration.trackers.base import Spend
from mappings.models import Policy

SHARES = (Share.GATE, Share.TICKET, Share.COMMENT, Share.GENERATED)  # from the one that may use the whole budget


@runtime_checkable
class EditsTogether(Protocol):
    """A tracker that changes several fields of an issue with one request."""

    def apply_together(self, commands: tuple[FieldEdit, ...], policy: Policy, spend: Spend) -> tuple[Outcome, ...]:
        """Bring about the edits, all of one issue; an outcome for each, in their order."""
        ...


Bundle = tuple[Command, ...]


def bundled(commands: list[Command], tracker: object) -> list[Bundle]:
    """Return the commands in their order, where an edit joins an earlier one of the same issue.

    To be done earlier than it was planned does an edit no harm: it names a wanted state, and hangs on nothing that comes in between.
    """
    if not isinstance(tracker, EditsTogether):
        return [(command,) for command in commands]
    bundles: list[Bundle] = []
    for command in commands:
        at = next((n for n, bundle in enumerate(bundles) if _go_together(bundle[0], command)), None)
        if at is None:
            bundles.append((command,))
        else:
            bundles[at] = (*bundles[at], command)
    return bundles


def paying(bundle: Bundle) -> Command:
    """Return the command whose share of the budget pays for the bundle's one request: it is made for the most urgent one anyway."""
    return min(bundle, key=lambda command: SHARES.index(command.share))


def _go_together(first: Command, second: Command) -> bool:
    return isinstance(first, FieldEdit) and isinstance(second, FieldEdit) and edited(first) == edited(second)
