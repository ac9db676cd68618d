"""Whether the timeline says when it began, when and how it was detected, what was done, and when it was over (DESIGN 5 "Timeline")."""

from datetime import datetime, timedelta

from integration.postmortem.findings import Finding
from integration.postmortem.reading.milestones import Moment
from integration.postmortem.reading.timeline import Entry
from integration.postmortem.rules.consistency import contradictions, oddities
from integration.postmortem.rules.written import TIMELINE, PostMortem
from mappings.models import Level, Policy, Severity

MOMENTS = (
    ("timeline_began", Moment.BEGAN, "began"),
    ("timeline_detected", Moment.DETECTED, "was detected"),
    ("timeline_resolved", Moment.RESOLVED, "was resolved"),
)


MINUTES_OF_A_STAMP = timedelta(minutes=1)
"""Timelines are written to the minute, and rounded up by some; issues are opened to the second."""


def judge_timeline(
    postmortem: PostMortem, opened_at: datetime, severity: Severity | None, policy: Policy
) -> tuple[Finding, ...]:
    """Return a finding per moment, one on the steps of the response, and those on what contradicts itself; none while nothing is written.

    ``opened_at`` is when the issue was opened: what was detected cannot have been detected after that, and the deadline runs from there then.
    """
    section = postmortem.sections.get(TIMELINE)
    if not postmortem.is_noted and (section is None or not section.has_substance):
        return ()
    findings = [
        _moment(check, moment, says, postmortem, opened_at, policy.level(check, severity), policy)
        for check, moment, says in MOMENTS
    ]
    findings += _contradictions(postmortem, opened_at, severity, policy)
    findings.append(_steps(postmortem, policy.level("timeline_steps", severity), policy))
    return tuple(finding for finding in findings if finding.level is not Level.OFF)


def _moment(
    check: str, moment: Moment, says: str, postmortem: PostMortem, opened_at: datetime, level: Level, policy: Policy
) -> Finding:
    entry, at = postmortem.told.entry(moment), postmortem.told.instant(moment)
    if entry is None:
        return Finding(check, "Timeline", False, level, f"no entry says when it {says}", policy.check(check).asks)
    if at is None:
        reason = f"the time at which it {says} ({_shown(entry)}) can be read in more than one way"
        return Finding(check, "Timeline", False, level, reason, "Please write it like 2026-11-18 09:00 UTC.")
    if moment is Moment.DETECTED and at >= opened_at + MINUTES_OF_A_STAMP:
        reason = f"it {says} at {_utc(at)}, it says, and this issue was open by {_utc(opened_at)}"
        ask = "Please write when it was first noticed; until then the deadline runs from the opening."
        return Finding(check, "Timeline", False, level, reason, ask)
    return Finding(check, "Timeline", True, level, f"it {says} at {_utc(at)}")


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _shown(entry: Entry) -> str:
    return f"“{entry.time[:40]}”" if entry.time else "no time stands with it"


def _contradictions(
    postmortem: PostMortem, opened_at: datetime, severity: Severity | None, policy: Policy
) -> list[Finding]:
    """Return one finding on what cannot be true, with the first of it named, and one on what looks like a slip."""
    findings = []
    for check, found in (
        ("timeline_consistent", contradictions(postmortem.told, opened_at)),
        ("timeline_order", oddities(postmortem.told)),
    ):
        if found:
            more = f" (and {len(found) - 1} more like it)" if len(found) > 1 else ""
            level, ask = policy.level(check, severity), policy.check(check).asks
            findings.append(Finding(check, "Timeline", False, level, found[0] + more, ask))
    return findings


def _steps(postmortem: PostMortem, level: Level, policy: Policy) -> Finding:
    ends = {Moment.BEGAN, Moment.DETECTED, Moment.RESOLVED}
    steps = [entry for entry in postmortem.told.entries if entry.moment not in ends]
    if steps:
        return Finding(
            "timeline_steps",
            "Timeline",
            True,
            level,
            "1 entry tells what was done" if len(steps) == 1 else f"{len(steps)} entries tell what was done",
        )
    return Finding(
        "timeline_steps",
        "Timeline",
        False,
        level,
        "no entry tells what was done in between",
        policy.check("timeline_steps").asks,
    )
