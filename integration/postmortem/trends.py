"""Figures of a window of time → statements. Figures come from the ledger; here they become sentences that name their denominator.

No figure is computed per person, nothing is ranked by time to resolve, and a share of few is called one of few (DESIGN 1.10).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from integration.postmortem.practice import Practice, practice_statements, practice_tables
from integration.postmortem.reading.durations import in_words
from integration.postmortem.shares import Lengths, Place, Settled, Table, share
from integration.postmortem.spread import RATES, Spread, row_of, spread_statements, spread_tables
from integration.postmortem.writing.wording import count


@dataclass(frozen=True)
class Window:
    """Whole days of UTC, the last one included; ``as_of`` is when the figures were taken."""

    first: date
    last: date
    as_of: datetime

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Window":
        """Return the window of the same length that ends the day before; of a whole month or quarter, the one before it."""
        last = self.first - timedelta(days=1)
        months = self._months
        first = first_of(last, months) if months else self.first - timedelta(days=self.days)
        return Window(first, last, self.as_of)

    @property
    def called(self) -> str:
        """Return its name: the month, the quarter, or both days."""
        match self._months:
            case 1:
                return f"{self.first:%B %Y}"
            case 3:
                return f"Q{(self.first.month + 2) // 3} {self.first.year}"
            case _:
                return f"{self.first} to {self.last}"

    @property
    def _months(self) -> int:
        """Return how many months it is, 1 or 3, where it is a whole month or quarter of the calendar; otherwise 0."""
        if self.first.day != 1 or (self.last + timedelta(days=1)).day != 1:
            return 0
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return months if months == 1 or (months == 3 and self.first.month % 3 == 1) else 0


def first_of(day: date, months: int) -> date:
    """Return the first day of the month (``months=1``) or quarter (3) in which a day lies."""
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


@dataclass(frozen=True)
class Figures:
    """What the ledger counts of one window.

    ``severities`` maps severity to incidents opened in the window, empty for those that nobody has classified; ``categories`` a category of cause to
    (causes, incidents), empty where none was read; ``phases`` a lifecycle phase to causes; ``explained`` counts the incidents with a cause.
    ``postmortems`` and ``actions`` are those that fell due in the window; ``waivers`` maps a check to how often it was set aside, ``risks`` counts those
    that were accepted, ``alone`` verifications and approvals by those whose own work it was. ``looked_at`` is the oldest look on which any of this rests.
    """

    window: Window
    severities: dict[str, int]
    categories: dict[str, tuple[int, int]]
    phases: dict[str, int]
    explained: int
    postmortems: Settled
    actions: Settled
    to_detect: Lengths
    to_mitigate: Lengths
    to_resolve: Lengths
    places: tuple[Place, ...]
    waivers: dict[str, int]
    risks: int = 0
    alone: int = 0
    practice: Practice = field(default_factory=Practice)
    spread: Spread = field(default_factory=Spread)
    looked_at: datetime | None = None

    @property
    def near_misses(self) -> int:
        """Return the incidents of severity 4, which are counted apart."""
        return self.severities.get("SEV4", 0)

    @property
    def incidents(self) -> int:
        """Return the incidents that were no near-misses."""
        return sum(self.severities.values()) - self.near_misses

    @property
    def causes(self) -> int:
        """Return how many causes were written."""
        return sum(causes for causes, _ in self.categories.values())


def headline(now: Figures, before: Figures) -> str:
    """Return the first line: how many, and how many before."""
    counted = f"{count(now.incidents, 'incident', 'incidents')}, {count(now.near_misses, 'near-miss', 'near-misses')}"
    better = "; more near-misses usually means better reporting" if now.near_misses > before.near_misses else ""
    return (
        f"{now.window.called}: {counted} ({before.window.called}: {before.incidents} and {before.near_misses}{better})"
    )


def statements(now: Figures, before: Figures) -> tuple[str, ...]:
    """Return what can be said, one sentence or two each; nothing about what has no figure."""
    return (
        *_causes(now, before),
        *_postmortems(now),
        *_actions(now),
        *practice_statements(now.practice, before.practice),
        *spread_statements(now.spread),
        *_lengths(now),
        *_waivers(now),
        *_apart(now),
        *_left_out(now),
    )


def tables(now: Figures, before: Figures) -> tuple[Table, ...]:
    """Return the tables behind the statements; those without rows are left out."""
    given = (
        Table("Incidents", ("Severity", "Now", "Before"), _severities(now, before)),
        Table("Root causes", ("Category", "Causes", "Incidents", "Causes before"), _categories(now, before)),
        Table(
            "Lifecycle phases",
            ("Phase", "Causes"),
            tuple((phase or "none named", str(number)) for phase, number in _most_first(now.phases)),
        ),
        Table("Projects", ("Project", *RATES), tuple(map(row_of, now.places))),
        *spread_tables(now.spread),
        Table(
            "Waivers", ("Check", "Waived"), tuple((check, str(number)) for check, number in _most_first(now.waivers))
        ),
        Table("Decisions to know of", ("What", "Now", "Before"), _decisions(now, before)),
        *practice_tables(now.practice),
    )
    return tuple(table for table in given if table.rows)


def _severities(now: Figures, before: Figures) -> tuple[tuple[str, ...], ...]:
    known = now.severities.keys() | before.severities.keys()
    return tuple(
        (kind or "not classified", str(now.severities.get(kind, 0)), str(before.severities.get(kind, 0)))
        for kind in ("SEV1", "SEV2", "SEV3", "SEV4", "")
        if kind in known
    )


def _categories(now: Figures, before: Figures) -> tuple[tuple[str, ...], ...]:
    known = sorted(now.categories.keys() | before.categories.keys(), key=lambda each: (-_causes_of(now, each), each))
    return tuple(
        (
            each or "none named",
            str(_causes_of(now, each)),
            str(now.categories.get(each, (0, 0))[1]),
            str(_causes_of(before, each)),
        )
        for each in known
    )


def _decisions(now: Figures, before: Figures) -> tuple[tuple[str, ...], ...]:
    counted = (
        ("risks accepted until a date", now.risks, before.risks),
        ("verified or approved, not independent", now.alone, before.alone),
    )
    return tuple((what, str(here), str(there)) for what, here, there in counted if here or there)


def _causes_of(figures: Figures, category: str) -> int:
    return figures.categories.get(category, (0, 0))[0]


def _most_first(numbers: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))


def _causes(now: Figures, before: Figures) -> Iterator[str]:
    named = [(each, causes) for each, (causes, _) in now.categories.items() if each]
    if not named:
        return
    highest = max(causes for _, causes in named)
    first = sorted(each for each, causes in named if causes == highest)
    shared = share(highest, now.causes)
    if len(first) > 1:
        yield f"No category leads: {' and '.join(first)} come first with {shared} causes each."
        return
    was = (
        f" In {before.window.called} it was {share(_causes_of(before, first[0]), before.causes)}."
        if before.causes
        else ""
    )
    yield f"{first[0].capitalize()} is the most frequent category of root cause: {shared} causes.{was}"


def _postmortems(now: Figures) -> Iterator[str]:
    due = now.postmortems
    if due.all:
        rest = f" {count(due.outstanding, 'is', 'are')} not finished yet." if due.outstanding else ""
        yield f"{share(due.in_time, due.all)} post-mortems that fell due were finished in time, {due.late} later.{rest}"


def _actions(now: Figures) -> Iterator[str]:
    due = now.actions
    if due.all:
        aside = f" For {due.set_aside} the risk was accepted until a date." if due.set_aside else ""
        rest = f" {count(due.outstanding, 'is', 'are')} not verified yet." if due.outstanding else ""
        yield f"{share(due.in_time, due.all)} actions that fell due were verified in time, {due.late} later.{aside}{rest}"


def _lengths(now: Figures) -> Iterator[str]:
    for words, found in (
        ("Detected after", now.to_detect),
        ("Mitigated after detection within", now.to_mitigate),
        ("Resolved after detection within", now.to_resolve),
    ):
        if found.mean is not None and found.median is not None:
            known = share(len(found.seconds), found.of)
            yield f"{words} {in_words(found.median)} (median), {in_words(found.mean)} (mean); known for {known} incidents."


def _waivers(now: Figures) -> Iterator[str]:
    if now.waivers:
        check, most = _most_first(now.waivers)[0]
        everything = sum(now.waivers.values())
        yield (
            f"{count(everything, 'check was', 'checks were')} waived, most often `{check}`: {share(most, everything)}. "
            "A rule that is often waived may want tuning."
        )


def _apart(now: Figures) -> Iterator[str]:
    if now.risks:
        yield f"{count(now.risks, 'risk was', 'risks were')} accepted until a date; then the question comes back."
    if now.alone:
        given = count(now.alone, "verification or approval was", "verifications and approvals were")
        yield f"{given} given by those whose own work it was, and shown as not independent."


def _left_out(now: Figures) -> Iterator[str]:
    everything = now.incidents + now.near_misses
    if everything and now.explained < everything:
        yield f"No root cause is written yet for {everything - now.explained} of {everything} incidents and near-misses; they count in no category."
    if now.severities.get(""):
        yield f"{now.severities['']} of {everything} are not classified."
