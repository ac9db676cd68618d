"""What may stand in a path to Jira: keys, numeric ids, encoded segments. Pure.

The client library puts whatever it is given into an address, so that ``PM-1/../../user`` reaches another endpoint;
hence nothing reaches it that these functions did not pass (SECURITY.md S17).
"""

import re
from urllib.parse import quote

from integration.errors import IssueNotFound
from integration.postmortem.incident import IssueRef

_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,}-[0-9]{1,18}")
_PROJECT = re.compile(r"[A-Z][A-Z0-9_]{1,254}")
_ID = re.compile(r"[0-9]{1,18}")
# Cloud's account ids (``712020:5b10…``), Data Center's user names and keys. No character that markup or an address
# reads.
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._@ -]{0,127}")


def is_key(text: str) -> bool:
    """Tell whether ``text`` is an issue key such as ``PM-12``."""
    return _KEY.fullmatch(text) is not None


def is_project(text: str) -> bool:
    """Tell whether ``text`` is a project key such as ``PM``."""
    return _PROJECT.fullmatch(text) is not None


def is_account(text: str) -> bool:
    """Tell whether ``text`` can be an account id, a user key or a user name that we would send or write into a
    mention.
    """
    return _ACCOUNT.fullmatch(text) is not None and text == text.strip()


def numeric(text: str, what: str = "issue") -> str:
    """Return ``text`` if it is a numeric id. Raises :class:`IssueNotFound` otherwise: such a thing cannot exist."""
    if _ID.fullmatch(text) is None:
        raise IssueNotFound(f"Jira has no {what} with the id {text[:40]!r}.")
    return text


def issue_id(ref: IssueRef) -> str:
    """Return the immutable id of a Jira issue. Raises :class:`IssueNotFound` for anything else."""
    if ref.key.site != "jira":
        raise IssueNotFound(f"{ref.locator[:80]!r} is no issue of this Jira.")
    return numeric(ref.key.id)


def issue_key(ref: IssueRef) -> str:
    """Return the key of a Jira issue. Raises :class:`IssueNotFound` where the locator is none."""
    if not is_key(ref.locator):
        raise IssueNotFound(f"{ref.locator[:80]!r} is no key of a Jira issue.")
    return ref.locator


def path_of(segments: tuple[str, ...]) -> str:
    """Return the segments as a path, each encoded. Raises ``ValueError`` on one that would climb or vanish."""
    if any(segment in {"", ".", ".."} for segment in segments):
        raise ValueError(f"not a path: {segments!r}")
    return "/".join(quote(segment, safe="") for segment in segments)
