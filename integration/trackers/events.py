"""Which events a tracker's webhook should tell of, and what is lost without each. ``setup`` chooses them, ``doctor`` looks for them."""

from collections.abc import Mapping

# Without one of these, most of what people do is found by the sweep alone.
NEEDED: Mapping[str, frozenset[str]] = {
    "github": frozenset({"issues", "issue_comment"}),
    "jira": frozenset(
        {
            "jira:issue_created",
            "jira:issue_updated",
            "jira:issue_deleted",
            "comment_created",
            "comment_updated",
            "comment_deleted",
        }
    ),
}
_LINKS = "a ticket that is linked or unlinked is seen at the next look"
_EVIDENCE = "evidence that changes is noticed when it is read again, not at once"
# What comes of it where one is missing, in words that follow "so".
USEFUL: Mapping[str, Mapping[str, str]] = {
    "github": {"sub_issues": _LINKS, "pull_request": _EVIDENCE, "workflow_run": _EVIDENCE},
    "jira": {
        "issuelink_created": _LINKS,
        "issuelink_deleted": _LINKS,
        "attachment_created": _EVIDENCE,
        "attachment_deleted": _EVIDENCE,
    },
}


def used(site: str) -> tuple[str, ...]:
    """Return all events of a tracker that are made use of."""
    return (*sorted(NEEDED[site]), *USEFUL[site])
