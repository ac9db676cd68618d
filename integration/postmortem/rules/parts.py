"""Whether each thing that a section has to answer is answered: the dimensions of the impact, the five gaps, and so on (DESIGN 5 "Sections")."""

from integration.postmortem.findings import Finding
from integration.postmortem.reading.impact import Dimension, read_impact
from integration.postmortem.rules.answers import told, what_lacks
from integration.postmortem.rules.dimensions import need_of, says_it_applies_not
from integration.postmortem.rules.written import PostMortem
from mappings.models import Kind, Level, Policy, Section, Severity

LONGEST = 40  # characters of an answer that are shown
READ_AS_CAUSES = "root_causes"  # Its parts are questions about each cause, read with the causes.


def judge_parts(postmortem: PostMortem, kind: Kind, severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    """Return a finding per part of each section that says something; a section that is empty is asked for as a whole."""
    findings = []
    for section in policy.postmortem.asked_sections(kind):
        level = section.parts_levels.at(kind)
        found = postmortem.sections.get(section.id)
        if level is Level.OFF or section.id == READ_AS_CAUSES or found is None or not found.has_substance:
            continue
        need = need_of(section, postmortem, severity, policy)
        if not need.asked or says_it_applies_not(section, found)[0]:
            continue
        level = need.level(level)
        names = {part.id: (part.title, *part.headings) for part in section.parts}
        findings += [_part(section, dimension, level) for dimension in read_impact(found.blocks, names)]
    return tuple(findings)


def _part(section: Section, dimension: Dimension, level: Level) -> Finding:
    part = section.part(dimension.id)
    check, about = f"part.{section.id}.{part.id}", f"{section.title}: {part.title}"
    if lacks := what_lacks(part, dimension):
        return Finding(check, about, False, level, *lacks, line=dimension.line)
    said = " ".join(dimension.text.split())
    shown = told(dimension) or (said if len(said) <= LONGEST else said[: LONGEST - 1] + "…")
    return Finding(check, about, True, level, f"{part.title[:1].lower()}{part.title[1:]}: {shown}")
