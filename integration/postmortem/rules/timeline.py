"""Whether the timeline says when it began, when and how it was detected, what was done, and when it was over (DESIGN 5 "Timeline")."""

from integration.postmortem.findings import Finding
from integration.postmortem.reading.timeline import Entry, Moment
from integration.postmortem.rules.written import TIMELINE, PostMortem
from mappings.models import Level, Policy, Severity

MOMENTS = (
    ("timeline_began", Moment.BEGAN, "began"),
    ("timeline_detected", Moment.DETECTED, "was detected"),
    ("timeline_resolved", Moment.RESOLVED, "was resolved"),
)


def judge_timeline(postmortem: PostMortem, severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    """Return a finding per moment and one on the steps of the response; none while there is no timeline to judge."""
    section = postmortem.sections.get(TIMELINE)
    if section is None or not section.has_substance:
        return ()
    findings = [
        _moment(check, postmortem.timeline.entry(moment), says, policy.level(check, severity), policy)
        for check, moment, says in MOMENTS
    ]
    findings.append(_steps(postmortem, policy.level("timeline_steps", severity), policy))
    return tuple(finding for finding in findings if finding.level is not Level.OFF)


def _moment(check: str, entry: Entry | None, says: str, level: Level, policy: Policy) -> Finding:
    if entry is None:
        return Finding(check, "Timeline", False, level, f"no entry says when it {says}", policy.check(check).asks)
    if entry.at is None:
        remedy = "Please write it like 2026-11-18 09:00 UTC."
        return Finding(
            check, "Timeline", False, level, f"the time at which it {says} can be read in more than one way", remedy
        )
    return Finding(check, "Timeline", True, level, f"it {says} at {entry.at:%Y-%m-%d %H:%M} UTC")


def _steps(postmortem: PostMortem, level: Level, policy: Policy) -> Finding:
    ends = {Moment.BEGAN, Moment.DETECTED, Moment.RESOLVED}
    steps = [entry for entry in postmortem.timeline.entries if entry.moment not in ends]
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
