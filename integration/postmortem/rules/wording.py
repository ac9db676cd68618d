"""Whether the text blames people, or tells what might have been in place of what was (RULES R3; VOICE). Wording only advises.

The sources: "human error" as a starting point rather than a conclusion (S. Dekker, *The Field Guide to Understanding 'Human Error'*), and
counterfactuals as a sign of hindsight (Etsy, *Debriefing Facilitation Guide*).
"""

from itertools import islice

from integration.postmortem.document import Document
from integration.postmortem.findings import Finding
from integration.postmortem.reading.wording import Wording, blaming, might_have_been
from integration.postmortem.rules.written import PostMortem
from mappings.models import Level, Policy, Severity

BLAME, MIGHT_HAVE_BEEN = "blameless_wording", "cause_counterfactual"
CAUSES = "root_causes"
MOST_QUOTED = 5
LONGEST_QUOTE = 160  # characters


def judge_wording(
    document: Document, postmortem: PostMortem, severity: Severity | None, policy: Policy
) -> tuple[Finding, ...]:
    """Return a finding per sentence that would read better otherwise, at most five of each sort; they stand in the details alone."""
    findings: list[Finding] = []
    if policy.level(BLAME, severity) is not Level.OFF:
        found = islice(blaming(document.blocks, policy.language), MOST_QUOTED)
        findings += _said(BLAME, "Wording", found, severity, policy)
    causes = postmortem.sections.get(CAUSES)
    if causes is not None and policy.level(MIGHT_HAVE_BEEN, severity) is not Level.OFF:
        blamed = {finding.line for finding in findings}
        found = islice(
            (w for w in might_have_been(causes.blocks, policy.language) if w.line not in blamed or w.line is None),
            MOST_QUOTED,
        )
        findings += _said(MIGHT_HAVE_BEEN, "Wording of causes", found, severity, policy)
    return tuple(findings)


def _said(
    check: str, about: str, found: "islice[Wording]", severity: Severity | None, policy: Policy
) -> tuple[Finding, ...]:
    level = policy.level(check, severity)
    return tuple(
        Finding(check, about, False, level, f"“{_shortened(each.sentence)}”", each.instead, aside=True, line=each.line)
        for each in found
    )


def _shortened(sentence: str) -> str:
    said = " ".join(sentence.split())
    return said if len(said) <= LONGEST_QUOTE else said[: LONGEST_QUOTE - 1].rstrip() + "…"
