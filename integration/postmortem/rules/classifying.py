"""When the governance reviewer is asked about an incident that nobody has classified (DESIGN 5 "Severity"): once, after the hours that the mapping names."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.postmortem.decisions import Memory
from integration.postmortem.incident import CommentOrigin, Issue
from mappings.models import Policy, Severity

STATUS = "status"


@dataclass(frozen=True)
class Asking:
    """Whether the reviewer is asked now, and when that turns."""

    now: bool = False
    at: datetime | None = None


def judge_asking(incident: Issue, severity: Severity | None, memory: Memory, policy: Policy, now: datetime) -> Asking:
    """Return whether to ask.

    The hours run from our first comment, so that an old issue that becomes an incident is not asked about at once; before there is one, the
    hours from the opening tell when to look again.
    """
    if severity is not None or incident.closed or reviewer_asked(incident) in memory.said:
        return Asking()
    ours = [c.created_at for c in incident.comments if c.origin is CommentOrigin.OURS and c.purpose == STATUS]
    at = min(ours, default=incident.created_at) + timedelta(hours=policy.clocks.ask_reviewer_after_hours)
    return Asking(bool(ours) and now >= at, at)


def reviewer_asked(incident: Issue) -> str:
    """Return the purpose of the comment that asks the reviewer."""
    return f"reviewer:{incident.ref.key.id}"
