"""Whether each section that this kind of post-mortem asks for is there and says something (DESIGN 5 "Sections")."""

from integration.postmortem.findings import Finding
from integration.postmortem.reading.sections import Section as Found
from integration.postmortem.rules.written import TIMELINE, PostMortem
from mappings.models import Kind, Level, Policy, Section


def judge_sections(postmortem: PostMortem, kind: Kind, policy: Policy) -> tuple[Finding, ...]:
    """Return one finding per section asked for, in the mapping's order. Conditional sections are asked for when they are begun."""
    findings = []
    for section in policy.postmortem.asked_sections(kind):
        found = postmortem.sections.get(section.id)
        if section.when and found is None:
            continue
        noted = len(postmortem.notes) if section.id == TIMELINE and postmortem.is_noted else 0
        findings.append(_finding(section, found, section.levels.at(kind), noted))
    return tuple(findings)


def _finding(section: Section, found: Found | None, level: Level, noted: int) -> Finding:
    """``noted`` is how much was told of it in comments: that need not be written a second time."""
    check = f"section.{section.id}"
    if noted and (found is None or not found.has_substance):
        told = "1 entry was told in a comment" if noted == 1 else f"{noted} entries were told in comments"
        return Finding(check, section.title, True, level, told)
    if found is None:
        return Finding(
            check,
            section.title,
            False,
            level,
            "no such heading yet",
            section.ask,
        )
    if not found.has_substance:
        return Finding(check, section.title, False, level, found.why_empty, section.ask)
    return Finding(check, section.title, True, level, f"found under “{found.heading}”")
