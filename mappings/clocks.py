"""The models of ``clocks.yaml``: calendars, provisional deadlines, and how often the service may speak."""

from datetime import date
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
