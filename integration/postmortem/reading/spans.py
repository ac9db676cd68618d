"""How long it took: from beginning to detection, to resolution, and how long people were exposed. Computed from a timeline, never typed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.postmortem.reading.timeline import Timeline


@dataclass(frozen=True)
class Spans:
    """The instants of an incident in UTC, and the lengths of time between them.

    A length is ``None`` while one of its ends is not known, or where they contradict each other. How long an incident took says little
    about how bad it was (see docs); nothing is ranked by it.
    """

    began: datetime | None = None
    detected: datetime | None = None
    acknowledged: datetime | None = None
    mitigated: datetime | None = None
    resolved: datetime | None = None

    @classmethod
    def of(cls, timeline: Timeline) -> "Spans":
        """Take the instants from a timeline."""
        return cls(timeline.began, timeline.detected, timeline.acknowledged, timeline.mitigated, timeline.resolved)

    @property
    def to_detect(self) -> timedelta | None:
        """Return how long it took from the beginning until somebody noticed."""
        return _between(self.began, self.detected)

    @property
    def to_acknowledge(self) -> timedelta | None:
        """Return how long it took from detection until somebody took it on."""
        return _between(self.detected, self.acknowledged)

    @property
    def to_resolve(self) -> timedelta | None:
        """Return how long it took from detection until it was over."""
        return _between(self.detected, self.resolved)

    @property
    def impact(self) -> timedelta | None:
        """Return how long people were exposed: from the beginning until it was mitigated, or resolved where nothing mitigated it before."""
        return _between(self.began, self._contained)

    @property
    def undetected(self) -> timedelta | None:
        """Return for how much of the impact nobody knew of it: until detection, or until its end where it was found afterwards."""
        if self.detected is None or self._contained is None:
            return self.to_detect
        return _between(self.began, min(self.detected, self._contained))

    @property
    def _contained(self) -> datetime | None:
        return self.mitigated or self.resolved


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return end - start if start is not None and end is not None and end >= start else None
