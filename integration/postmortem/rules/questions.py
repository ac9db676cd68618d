"""Whether the causes answer, together, why it happened, why it was not caught, and why it was let through (RULES R7)."""

from integration.postmortem.findings import Finding
from integration.postmortem.reading.categories import SECTION, Thread
from integration.postmortem.rules.written import PostMortem
from mappings.models import Kind, Level, Policy

THREADS = {thread.value: thread for thread in (Thread.HAPPENED, Thread.NOT_CAUGHT, Thread.LET_THROUGH)}


def judge_questions(
    postmortem: PostMortem, kind: Kind, policy: Policy, asked: frozenset[Thread]
) -> tuple[Finding, ...]:
    """Return a finding per question. Those in ``asked`` are asked of a single cause already, and are not asked twice."""
    section = next((entry for entry in policy.postmortem.sections if entry.id == SECTION), None)
    level = section.parts_levels.at(kind) if section is not None else Level.OFF
    if section is None or level is Level.OFF or not postmortem.causes:
        return ()
    answered = postmortem.answered | {step.thread for cause in postmortem.causes for step in cause.steps}
    if any(cause.fishbone for cause in postmortem.causes):
        answered |= {Thread.HAPPENED}
    # A cause without any why is asked for its chain, which is the same question.
    asked |= {Thread.HAPPENED}
    findings = []
    for part in section.parts:
        thread = THREADS.get(part.id)
        if thread is None or (thread not in answered and thread in asked):
            continue
        check, about, passed = f"part.{SECTION}.{part.id}", f"{section.title}: {part.title}", thread in answered
        asked_in_words = part.title[:1].lower() + part.title[1:].rstrip("?")
        seen = f"{asked_in_words}: answered" if passed else "not answered yet"
        remedy = "" if passed else f"{part.ask} One line in the section will do: `{part.title}`"
        findings.append(Finding(check, about, passed, level, seen, remedy))
    return tuple(findings)
