"""Jira's own rendering (``renderedFields``, ``renderedBody``) → document.

Read instead of the source, because it is right for wiki markup and for the new editor alike.
"""

from urllib.parse import parse_qs, urlsplit

from integration.postmortem.document import Document
from integration.postmortem.reading.html import MAX_CHARS, blocks_of


def read_html(html: str, max_chars: int = 2 * MAX_CHARS) -> Document:
    """Read what Jira rendered. Never raises; caps are named as problems. There are no source lines."""
    return blocks_of(html, person_of, max_chars)


def person_of(attributes: dict[str, str | None]) -> str | None:
    """Return the wiki mention that a link to a person's profile was rendered from, or ``None`` for other links.

    Cloud names the account in ``accountid`` or in the address (``?accountId=``), Data Center the user in ``rel`` or
    ``?name=``; both set the class ``user-hover``.
    """
    if "user-hover" not in (attributes.get("class") or "").split():
        return None
    try:
        query = parse_qs(urlsplit(attributes.get("href") or "").query)
    except ValueError:  # A malformed host; Jira would not write it, whoever pastes HTML might.
        query = {}
    account = attributes.get("accountid") or attributes.get("data-account-id") or query.get("accountId", [""])[0]
    name = query.get("name", [""])[0] or attributes.get("rel") or ""
    if account:
        return f"[~accountid:{account}]"
    return f"[~{name}]" if name else None
