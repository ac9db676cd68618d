"""Whether each section that this kind of post-mortem asks for is there and says something (DESIGN 5 "Sections")."""

from integration.postmortem.findings import Finding
from integration.postmortem.reading.sections import Section as Found
from integration.postmortem.rules.dimensions import Need, need_of, says_it_applies_not
from integration.postmortem.rules.written import TIMELINE, PostMortem
from mappings.models import Kind, Level, Policy, Section, Severity

DIMENSIONS = "AI dimensions"
LONGEST = 120
ADD_WHY = "Add the reason in a few words, such as “does not apply, because no model was involved”."


def judge_sections(
    postmortem: PostMortem, kind: Kind, severity: Severity | None, policy: Policy
) -> tuple[Finding, ...]:
    """Return one finding per section asked for, in the mapping's order. Conditional sections are asked for as their questions are answered."""
    findings = []
    for section in policy.postmortem.asked_sections(kind):
        found = postmortem.sections.get(section.id)
        need, level = need_of(section, postmortem, severity, policy), section.levels.at(kind)
        if not need.asked:
            continue
        applies_not, why = says_it_applies_not(section, found)
        if applies_not:
            findings.append(_applies_not(section, why, need.level(level)))
            continue
        if need.open and (found is None or not found.has_substance):
            findings.append(_unanswered(section, need, level, policy))
            continue
        noted = len(postmortem.notes) if section.id == TIMELINE and postmortem.is_noted else 0
        findings.append(_finding(section, found, need.level(level), noted))
    return tuple(findings)


def _unanswered(section: Section, need: Need, level: Level, policy: Policy) -> Finding:
    """Ask the question first: a no to it spares the section."""
    question = policy.postmortem.question(section.when or "")
    label = next(iter(question.headings), question.text)
    remedy = f"Write a line such as `{label}: no`; if yes, the section “{section.title}”."
    return Finding(f"section.{section.id}", DIMENSIONS, False, need.level(level), need.open, remedy)


def _applies_not(section: Section, why: str, level: Level) -> Finding:
    check = f"section.{section.id}"
    if why:
        shown = why if len(why) <= LONGEST else f"{why[: LONGEST - 1].rstrip()}…"
        return Finding(check, section.title, True, level, f"does not apply, it says: {shown}")
    return Finding(check, section.title, False, level, "it says that it does not apply, not yet why", ADD_WHY)


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
