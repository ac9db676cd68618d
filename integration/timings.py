"""How often the engine does what; each value can be set as ``FOLLOWTHROUGH_<NAME>``."""

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_snake

from integration.environment import PREFIX


class Timings(BaseModel):
    """How often the engine does what, in seconds unless said otherwise; each can be set as ``FOLLOWTHROUGH_<NAME>``."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, alias_generator=lambda name: PREFIX + to_snake(name).upper()
    )

    look_interval: float = Field(default=5.0, ge=0, le=3600)  # least time between two looks at one case (S4)
    lock_seconds: float = Field(default=30.0, gt=0, le=3600)  # a case's lock expires unless renewed
    # Cases with something wanted and no live lock are queued again.
    sweep_seconds: float = Field(default=15.0, gt=0, le=3600)
    # Trackers are asked for changes that no delivery told.
    tracker_sweep_seconds: float = Field(default=300.0, gt=0, le=86_400)
    # Before a creation without an outcome is looked for.
    intent_grace_seconds: float = Field(default=60.0, ge=0, le=3600)
    due_poll_seconds: float = Field(default=2.0, gt=0, le=3600)  # the scheduler looks for cases that are due
    job_timeout: int = Field(default=120, gt=0, le=3600)  # a look that takes longer is stopped
    # A count: looks that failed in a row before the case is parked.
    failures_before_parking: int = Field(default=5, gt=0, le=100)
