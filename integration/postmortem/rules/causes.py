"""Whether each root cause says what kind it is, in which phase it arose, and what lies behind it (DESIGN 5 "Root causes")."""

from integration.postmortem.findings import Finding
from integration.postmortem.reading.causes import Cause, read_causes
from integration.postmortem.rules.written import PostMortem
from mappings.models import Level, Policy, Severity

SECTION = "root_causes"


def causes_of(postmortem: PostMortem) -> tuple[Cause, ...]:
    """Return the root causes as they are written; none while the section is missing or empty."""
    section = postmortem.sections.get(SECTION)
    return read_causes(section.blocks) if section is not None and section.has_substance else ()


def judge_causes(postmortem: PostMortem, severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    """Return one finding per cause and check; none while the section is missing or empty."""
    findings = []
    for number, cause in enumerate(causes_of(postmortem), start=1):
        for check, there, seen in _checks(cause):
            level = policy.level(check, severity)
            if level is not Level.OFF:
                remedy = "" if there else policy.check(check).asks
                findings.append(Finding(check, f"Root cause {number}", there, level, seen, remedy))
    return tuple(findings)


def _checks(cause: Cause) -> tuple[tuple[str, bool, str], ...]:
    category = cause.category
    if category is not None:
        kind = f"its category is {category.value}"
    elif cause.category_text:
        kind = f"“{cause.category_text[:40]}” is none of the six categories"
    else:
        kind = "it names no category"
    steps = "1 step lies" if len(cause.whys) == 1 else f"{len(cause.whys)} steps lie"
    chain = f"{steps} behind it" if cause.whys else "no why lies behind it yet"
    return (
        ("cause_category", category is not None, kind),
        (
            "cause_phase",
            bool(cause.phase),
            f"it arose in {cause.phase[:40]}" if cause.phase else "it names no phase of the lifecycle",
        ),
        ("cause_chain", bool(cause.whys), chain),
    )
