"""Whether each thing that a section has to answer is answered: the dimensions of the impact, the five gaps, and so on (DESIGN 5 "Sections")."""

from integration.postmortem.findings import Finding
from integration.postmortem.reading.impact import Said, read_impact
from integration.postmortem.rules.written import PostMortem
from mappings.models import Kind, Level, Policy, Section

READ_AS_CAUSES = "root_causes"  # Its parts are questions about each cause, read with the causes.


def judge_parts(postmortem: PostMortem, kind: Kind, policy: Policy) -> tuple[Finding, ...]:
    """Return a finding per part of each section that says something; a section that is empty is asked for as a whole."""
    findings = []
    for section in policy.postmortem.asked_sections(kind):
        level = section.parts_levels.at(kind)
        found = postmortem.sections.get(section.id)
        if level is Level.OFF or section.id == READ_AS_CAUSES or found is None or not found.has_substance:
            continue
        names = {part.id: (part.title, *part.headings) for part in section.parts}
        said = {dimension.id: dimension.said for dimension in read_impact(found.blocks, names)}
        findings += [_part(section, part_id, said[part_id], level) for part_id in names]
    return tuple(findings)


def _part(section: Section, part_id: str, said: Said, level: Level) -> Finding:
    part = section.part(part_id)
    check, about = f"part.{section.id}.{part_id}", f"{section.title}: {part.title}"
    if said is Said.MISSING:
        return Finding(check, about, False, level, "not answered yet", part.ask)
    reason = {Said.NONE: "stated as none", Said.UNKNOWN: "stated as unknown"}.get(said, "answered")
    return Finding(check, about, True, level, reason)
