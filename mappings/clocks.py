"""The models of ``clocks.yaml``: calendars, provisional deadlines, and how often the service may speak."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from mappings.values import Count, Day, MappingModel, Positive, Severity


class Weekday(StrEnum):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class ToldAfter(MappingModel):
    """Days after a deadline at which each step of the ladder is told."""

    owner: Positive
    """Whoever owns the action, or leads the post-mortem."""
    lead: Positive
    """Whoever leads the post-mortem."""
    sponsor: Positive
    """The executive sponsors."""


class ReviewDays(MappingModel):
    """Working days that reviewers have, by severity."""

    SEV1: Positive
    """Working days at SEV1."""
    SEV2: Positive
    """Working days at SEV2."""
    SEV3: Positive
    """Working days at SEV3."""
    SEV4: Positive
    """Working days at SEV4, where a review is asked for."""

    def at(self, severity: Severity) -> int:
        """Return the working days at ``severity``."""
        days: int = getattr(self, severity.value)
        return days


class ClocksFile(MappingModel):
    """``clocks.yaml``."""

    zone: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+/-]{1,64}$")]
    """The time zone (IANA name) of times without one, and of times that are shown."""
    working_days: tuple[Weekday, ...] = Field(min_length=1)
    """Days on which people work."""
    holidays: tuple[Day, ...]
    """Days on which they do not (YYYY-MM-DD)."""
    review_day: Weekday
    """The day on which the weekly review of open actions is published."""
    day_begins: Annotated[int, Field(strict=True, ge=0, le=23)]
    """The hour from which people are told what a day brings."""
    remind_before_hours: Positive
    """Hours before a post-mortem is due at which one reminder is written, at most half of its whole time."""
    remind_before_days: Count
    """Working days before an action is due at which one reminder is written; 0 is the day itself."""
    told_after_days: ToldAfter
    """Working days after a deadline at which owner, lead and sponsor are told."""
    review_days: ReviewDays
    """Working days from finishing a post-mortem within which it is to be reviewed."""
    deputies_after_days: Positive
    """Working days after which what was asked of somebody, and not answered, passes to the deputy."""
    quiet_days: Positive
    """Days without a word on an action's ticket after which its owner is asked, once for each silence."""
    told_at_once: tuple[Severity, ...]
    """Severities of which every day counts as a working day, and whose sponsors are told."""
    provisional_severity: Severity
    """The severity whose clock runs while an incident has none."""
    ask_reviewer_after_hours: Positive
    """Hours after which the governance reviewer is asked about an incident without a severity."""
    least_hours_after_labelling: Count
    """An incident recorded late gets at least these many hours from labelling to its deadline."""
    refusals_per_person_and_day: Positive
    """Refused commands that are answered, per person, issue and day; further ones are recorded in silence."""
    seconds_between_looks: Annotated[int, Field(strict=True, ge=5, le=3600)]
    """Seconds between two looks at the same case, at least."""
    look_again_hours: Annotated[int, Field(strict=True, ge=1, le=168)]
    """Hours after which something that a tracker refused is tried again."""

    def is_working_day(self, day: date) -> bool:
        """Tell whether people work on ``day``."""
        return list(Weekday)[day.weekday()] in self.working_days and day not in self.holidays

    def working_day_after(self, day: date, number: int) -> date:
        """Return the ``number``-th working day after ``day``; with 0 the day itself, or the next one on which people work."""
        return self._step(day, number, timedelta(days=1))

    def working_day_before(self, day: date, number: int) -> date:
        """Return the ``number``-th working day before ``day``; with 0 the day itself, or the last one on which people work."""
        return self._step(day, number, timedelta(days=-1))

    def _step(self, day: date, number: int, one: timedelta) -> date:
        # Holidays are a finite list, so a working day always comes.
        while number > 0:
            day += one
            number -= self.is_working_day(day)
        while not self.is_working_day(day):
            day += one
        return day
