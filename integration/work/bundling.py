"""Puts edits of one issue's fields together where the tracker can do them with one request (Jira: twenty writes in two seconds an issue)."""

from integration.postmortem.commands import Command, FieldEdit, Share, edited
from integration.trackers.across import Across
from integration.trackers.base import EditsTogether, Tracker

SHARES = (Share.GATE, Share.TICKET, Share.COMMENT, Share.GENERATED)  # from the one that may use the whole budget


Bundle = tuple[Command, ...]


def together_on(tracker: Tracker, command: Command) -> bool:
    """Tell whether several edits of the issue that the command is about are one request there."""
    return tracker.edits_together(command) if isinstance(tracker, Across) else isinstance(tracker, EditsTogether)


def bundled(commands: list[Command], tracker: Tracker) -> list[Bundle]:
    """Return the commands in their order, where an edit joins an earlier one of the same issue.

    To be done earlier than it was planned does an edit no harm: it names a wanted state, and hangs on nothing that comes in between.
    """
    bundles: list[Bundle] = []
    for command in commands:
        joins = (n for n, bundle in enumerate(bundles) if _go_together(bundle[0], command))
        at = next(joins, None) if together_on(tracker, command) else None
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
