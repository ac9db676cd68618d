"""Which permissions of a GitHub App are used, and for what (S26). A token is asked for with these and no more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_LEVELS = ("read", "write", "admin")


@dataclass(frozen=True)
class Need:
    """A permission by GitHub's own name, the level that is used, and the features that use it."""

    permission: str
    level: str
    used_for: str
    is_required: bool = True


# The README's table says the same; a test holds the two together.
NEEDED = (
    Need("metadata", "read", "finding the repository, and what role somebody has in it"),
    Need(
        "issues",
        "write",
        "reading incidents and tickets; status comment, labels, milestones, tickets, sub-issues, reopening",
    ),
    Need("pull_requests", "read", "looking up pull requests that are given as evidence", is_required=False),
    Need("actions", "read", "looking up runs that are given as evidence", is_required=False),
    Need(
        "contents",
        "read",
        "looking up commits and files that are given as evidence, and who owns the code",
        is_required=False,
    ),
)


def granted(needed: Iterable[Need], given: Mapping[str, str]) -> dict[str, str]:
    """Return what of the needs the installation was given, each at the lower of the two levels: GitHub refuses to make
    a token with more.
    """
    return {
        need.permission: _LEVELS[min(_LEVELS.index(need.level), _LEVELS.index(given[need.permission]))]
        for need in needed
        if given.get(need.permission) in _LEVELS
    }


def missing(needed: Iterable[Need], given: Mapping[str, str]) -> tuple[Need, ...]:
    """Return the needs that the installation was not given in full."""
    needs = tuple(needed)
    have = granted(needs, given)
    return tuple(need for need in needs if have.get(need.permission) != need.level)
