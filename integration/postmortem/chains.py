"""Where the chain of whys of a root cause ends: at something in the system that can be changed, or before it. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from integration.postmortem.findings import Finding

ENDS_ELSEWHERE = frozenset({"cause_person", "cause_beyond_us", "cause_symptom"})
"""Checks that do not pass where a chain ends at somebody, at what lies beyond us, or at the symptom."""


class Ending(StrEnum):
    """Where a chain ends."""

    SYSTEM = "system"
    ELSEWHERE = "elsewhere"
    NOWHERE = ""  # there is no chain


def ending_of(number: int, findings: Iterable[Finding]) -> Ending:
    """Return where the chain of root cause ``number`` ends, by the findings on it; a check that is set aside counts as it was found."""
    mine = {f.check: f.passed for f in findings if f.about == f"Root cause {number}"}
    if not mine.get("cause_chain", False):
        return Ending.NOWHERE
    short = not mine.get("cause_depth", True)
    return Ending.ELSEWHERE if short or any(not mine.get(check, True) for check in ENDS_ELSEWHERE) else Ending.SYSTEM
