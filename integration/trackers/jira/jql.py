"""The queries that the adapter asks, each bounded; every value is quoted in one function. Pure (SECURITY.md S17)."""

import math
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from integration.trackers.jira.identifiers import is_project, numeric

OVERLAP = timedelta(minutes=5)


def quoted(value: str) -> str:
    """Return ``value`` as a JQL string. Raises ``ValueError`` on control characters, which no name has."""
    if any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in value):
        raise ValueError("a JQL value with control characters")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def with_ids(ids: Iterable[str]) -> str:
    """Return a query for issues by their immutable ids (at least one)."""
    return f"id in ({', '.join(numeric(each) for each in ids)})"


def changed_in(project: str, since: datetime, now: datetime) -> str:
    """Return a query for what changed since an instant, oldest first; ``since`` and ``now`` are the server's time.

    JQL's own instants have whole minutes and the account's time zone; a span before the server's "now" has neither
    trouble, and is rounded up (support.atlassian.com, "JQL fields": dates are in the time zone of the user's profile).
    """
    return f'{_in(project)} AND updated >= "-{_span(since, now)}" ORDER BY updated ASC, key ASC'


def latest_in(project: str) -> str:
    """Return a query for the issues of a project, the latest first."""
    return f"{_in(project)} ORDER BY updated DESC"


def newest_in(project: str, label: str = "") -> str:
    """Return a query for the issues of a project that were opened last, with that label where one is given."""
    labelled = f" AND labels = {quoted(label)}" if label else ""
    return f"{_in(project)}{labelled} ORDER BY created DESC"


def opened_in(project: str, since: datetime | None, now: datetime) -> str:
    """Return a query for the issues of a project in the order in which they were opened, since an instant of the server's time or all."""
    opened = f' AND created >= "-{_span(since, now)}"' if since else ""
    return f"{_in(project)}{opened} ORDER BY created ASC, key ASC"


def created_with_label(project: str, label: str, since: datetime, now: datetime) -> str:
    """Return a query for issues with a label that were opened since an instant of the server's time."""
    return f'{_in(project)} AND labels = {quoted(label)} AND created >= "-{_span(since, now)}" ORDER BY created ASC'


def _in(project: str) -> str:
    if not is_project(project):
        raise ValueError(f"no project key: {project[:40]!r}")
    return f"project = {quoted(project)}"


def _span(since: datetime, now: datetime) -> str:
    # Coarser units for longer spans, always rounded up; no unit gets a number of more than four digits.
    minutes = max(math.ceil((now - since + OVERLAP) / timedelta(minutes=1)), 1)
    if minutes < 1000:
        return f"{minutes}m"
    hours = math.ceil(minutes / 60)
    return f"{hours}h" if hours < 1000 else f"{min(math.ceil(hours / 24), 9999)}d"
