"""What the summary of a month or a quarter is about. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from integration.postmortem.trends import Figures


@dataclass(frozen=True)
class Summary:
    """What one issue is about: the figures of its period, those of the period before, and the counts of earlier ones, the oldest first.

    ``history`` holds (name of the period, incidents, near-misses), the period itself last.
    """

    now: Figures
    before: Figures
    history: tuple[tuple[str, int, int], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to say: nothing happened, and nothing fell due."""
        now = self.now
        happened = (now.incidents, now.near_misses, now.postmortems.all, now.actions.all, sum(now.waivers.values()))
        return not any((*happened, now.risks, now.alone, now.practice.resources.asked, now.practice.weakened))


@dataclass(frozen=True)
class Summaries:
    """What judging a series of summaries reads: for each period that is due, or whose issue is open, its summary."""

    of: Mapping[str, Summary] = field(default_factory=dict)
