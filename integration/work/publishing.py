"""Opens one issue on a person's word, once for what it is about: in scope only, and never where everybody can read it unless told."""

import hashlib
from collections.abc import Callable, Sequence

from integration.errors import ConfigError
from integration.postmortem.incident import IssueKey
from integration.postmortem.writing.tree import Tree
from integration.trackers.listing import Published, Publishes
from mappings.models import Policy


def publish(
    tracker: Publishes,
    project: str,
    kind: str,
    about: Sequence[IssueKey],
    title: str,
    tree: Tree,
    policy: Policy,
    in_scope: Callable[[str, str], bool],
    *,
    public: bool = False,
) -> Published:
    """Open the issue, or find the one that says the same of the same incidents. Raises ``ConfigError`` where it may not be, with the remedy."""
    if not in_scope(tracker.site, project):
        raise ConfigError(
            f"{tracker.site}:{project} is not ours to write to.",
            where="FOLLOWTHROUGH_SCOPE",
            remedy="Name it there, or give our account the right to write.",
        )
    if not public and tracker.is_public(project):
        raise ConfigError(
            f"Everybody can read {tracker.site}:{project}, so nothing was published.",
            remedy="Say --public as well if everybody may read what became of these incidents.",
        )
    named = hashlib.sha256("\n".join(map(str, sorted(about))).encode()).hexdigest()[:24]
    return tracker.publish(project, f"{kind}:{named}", title, tree, policy)
