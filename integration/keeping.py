"""How long what is no longer needed is kept, in days; each value can be set as ``FOLLOWTHROUGH_KEEP_<NAME>_DAYS``."""

from pydantic import BaseModel, ConfigDict, Field


def _variable(name: str) -> str:
    return f"FOLLOWTHROUGH_KEEP_{name.upper()}"


class Keeping(BaseModel):
    """Periods of retention. Decisions, marks, finished creations and the audit chain are kept for good: by them nothing is done twice."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, alias_generator=_variable)

    titles_days: int = Field(default=400, ge=1, le=36_500)  # titles of cases closed for that long
    lessons_days: int = Field(
        default=1_825, ge=1, le=36_500
    )  # lessons of incidents closed for that long, and the words they are found by
    failed_creations_days: int = Field(default=90, ge=1, le=36_500)  # creations that never came about, of closed cases
    refused_policies_days: int = Field(default=90, ge=1, le=36_500)  # refused edits of the mappings, once mended
    past_policies_days: int = Field(default=400, ge=1, le=36_500)  # texts of past policies by which nothing was decided
