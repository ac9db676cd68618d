"""The models of ``checks.yaml``: each check, how much it weighs at each severity, and how it explains itself."""

from typing import Annotated

from mappings.values import ENTRIES, Id, Keyed, MappingModel, Sentence, SeverityLevels


class Check(MappingModel):
    """One check that is not about a section or a field of an action; those have their levels beside them."""

    id: Id
    """Short name: in findings, and in ``/waive <check> <reason>``."""
    asks: Sentence
    """What would satisfy it, in one sentence."""
    why: Sentence
    """Why it is asked, in half a sentence."""
    levels: SeverityLevels
    """Level per severity."""


class ChecksFile(MappingModel):
    """``checks.yaml``."""

    checks: Annotated[tuple[Check, ...], ENTRIES, Keyed(complete=True)]
    """The checks."""
