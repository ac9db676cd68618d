"""What the summary of a month or a quarter is about. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from integration.postmortem.recommendations import Nomination, Recommendation
from integration.postmortem.trends import Figures


@dataclass(frozen=True)
class Summary:
    """What one issue is about: the figures of its period, those of the period before, and the counts of earlier ones, the oldest first.

    ``history`` holds (name of the period, incidents, near-misses), the period itself last. ``asked`` are the recommendations to governance that
    were open at some time of the period, with what became of them since; ``nominations`` what was called worth telling; ``names`` are of people,
    who stand in none of it.
    """

    now: Figures
    before: Figures
    history: tuple[tuple[str, int, int], ...] = ()
    asked: tuple[Recommendation, ...] = ()
    nominations: tuple[Nomination, ...] = ()
    names: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to say: nothing happened, and nothing fell due."""
        now = self.now
        said = (self.asked, self.nominations, now.practice.weakened)
        happened = (now.incidents, now.near_misses, now.postmortems.all, now.actions.all, sum(now.waivers.values()))
        return not any((*happened, now.risks, now.alone, now.practice.resources.asked, *said))


@dataclass(frozen=True)
class Summaries:
    """What judging a series of summaries reads: for each period that is due, or whose issue is open, its summary."""

    of: Mapping[str, Summary] = field(default_factory=dict)
