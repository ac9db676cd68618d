"""When a post-mortem is due (RULES, clocks): so many hours from detection, but never sooner than some hours after the incident was taken on.

Whoever records an incident late is not late at once; how late it truly is stays known, and is said.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.postmortem.decisions import Memory
from mappings.models import Policy, Severity


@dataclass(frozen=True)
class Deadline:
    """``due`` is the instant that is asked for, ``by_clock`` the one that detection alone would give; both ``None`` where nothing is due."""

    due: datetime | None = None
    by_clock: datetime | None = None

    @property
    def is_eased(self) -> bool:
        """Tell whether it was recorded so late that more time is given."""
        return self.due != self.by_clock


def judge_deadline(
    detected: datetime, severity: Severity | None, memory: Memory, policy: Policy, now: datetime
) -> Deadline:
    """Return the deadline; an incident without a severity runs on the provisional clock.

    The least time is counted from the first look at the labelled incident, which is remembered; an incident that was governed before that was
    remembered gets none.
    """
    hours = policy.severity.of(severity or policy.clocks.provisional_severity).due_hours
    if not hours:
        return Deadline()
    by_clock = detected + timedelta(hours=hours)
    taken = memory.taken_at or (None if memory.governed else now)
    if taken is None:
        return Deadline(by_clock, by_clock)
    return Deadline(max(by_clock, taken + timedelta(hours=policy.clocks.least_hours_after_labelling)), by_clock)
