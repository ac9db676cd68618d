"""What judging says: findings (one check on one thing), and levels. A finding always says why, and one that failed says what to do next."""

from dataclasses import dataclass, replace

from mappings.models import Level

__all__ = ["Finding", "Level", "blocking", "open_findings"]


@dataclass(frozen=True)
class Finding:
    """One check on one thing.

    ``check`` is the slug that mappings and docs use; ``about`` the thing in a reader's words ("Action A3", "Timeline"); ``reason`` half a
    sentence on what was seen; ``remedy`` the next thing to do, with a line to copy where there is one. ``later`` marks what is not asked
    for yet (responding phase). ``waived`` names who set it aside, or is empty. ``aside`` marks what is said in the details and on ``/status``
    only, never among the next steps. ``line`` is the 1-based source line that it is about, where one is known.
    """

    check: str
    about: str
    passed: bool
    level: Level
    reason: str
    remedy: str = ""
    later: bool = False
    waived: str = ""
    aside: bool = False
    line: int | None = None

    @property
    def blocks(self) -> bool:
        """Tell whether this finding, as it stands, keeps an issue from closing."""
        return not self.passed and not self.waived and self.level is Level.BLOCK

    def postponed(self) -> "Finding":
        """Return the same finding, shown as "later"."""
        return replace(self, later=True)


def blocking(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return those findings that keep an issue from closing, in their order."""
    return tuple(finding for finding in findings if finding.blocks)


def open_findings(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return those findings that failed and are asked for now as next steps, blocking ones first."""
    failed = [
        f
        for f in findings
        if not f.passed and not f.waived and not f.later and not f.aside and f.level is not Level.OFF
    ]
    return tuple(sorted(failed, key=lambda f: (Level.BLOCK, Level.WARN, Level.ADVISE).index(f.level)))
