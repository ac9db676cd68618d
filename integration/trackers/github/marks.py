"""The last lines of our own texts on GitHub: the due line that people may read and edit, and the marker that they do
not see. Pure.
"""

import re
from datetime import date

from integration.postmortem.incident import IssueKey
from integration.trackers.markers import Signer

_MARK_LINE = re.compile(r"^<!-- (followthrough:\S{1,300}) -->[ \t]*\r?$", re.MULTILINE)
# People write the line anew in their own way: with stars, without a colon's space.
_DUE_LINE = re.compile(
    r"^(\*{0,2}Due:?\*{0,2}:?[ \t]*)([0-9]{4}-[0-9]{2}-[0-9]{2})([ \t]*)(?=\r?$)", re.MULTILINE | re.IGNORECASE
)


def mark_line(signer: Signer, belongs_to: IssueKey, purpose: str) -> str:
    """Return the line that finds a text of ours again: an HTML comment, which GitHub keeps and does not show."""
    return f"<!-- {signer.marker(belongs_to, purpose)} -->"


def purpose_in(signer: Signer, belongs_to: IssueKey, text: str) -> str | None:
    """Return the purpose of the last sound marker that stands on a line of its own, or ``None``."""
    return signer.purpose(belongs_to, "\n".join(found[1] for found in _MARK_LINE.finditer(text)))


def origin_in(signer: Signer, site: str, text: str) -> IssueKey | None:
    """Return the incident that a sound marker of an incident opened for another system names, or ``None``."""
    return signer.origin(site, "\n".join(found[1] for found in _MARK_LINE.finditer(text)))


def due_line(due: date) -> str:
    """Return the line by which a ticket carries its due date: ``Due: 2026-12-01``."""
    return f"Due: {due.isoformat()}"


def due_in(body: str) -> date | None:
    """Return the day that the last due line names; ``None`` where there is none or it names no day."""
    found = _DUE_LINE.findall(body)
    try:
        return date.fromisoformat(found[-1][1]) if found else None
    except ValueError:
        return None


def with_due(body: str, due: date) -> str:
    """Return the body with its last due line changed to ``due``, and everything else as people left it.

    Where people removed the line it is put back: before our marker, else at the end.
    """
    lines = list(_DUE_LINE.finditer(body))
    if lines:
        last = lines[-1]
        return f"{body[: last.start(2)]}{due.isoformat()}{body[last.end(2) :]}"
    marks = list(_MARK_LINE.finditer(body))
    at = marks[-1].start() if marks else len(body)
    before = body[:at].rstrip()
    return (
        f"{before}\n\n{due_line(due)}\n\n{body[at:]}".strip() if before else f"{due_line(due)}\n\n{body[at:]}".strip()
    )
