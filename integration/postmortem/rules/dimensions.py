"""Which AI dimensions a post-mortem has to look into: three questions decide, and "does not apply, because …" is an answer (DESIGN 5; issue 4.6).

Nothing is taken for granted at high severities: what nobody answered, or nobody knows yet, counts as yes there, and is advice below.
"""

import re
from dataclasses import dataclass

from integration.postmortem.document import plain_text
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.reading.sections import Section as Found
from integration.postmortem.rules.written import PostMortem
from mappings.models import Kind, Level, Policy, Section, Severity

MONITORING = "monitoring_gap"
"""It is asked for always, and may not apply all the same."""
LONGEST = 300
FEWEST_WORDS = 2
APPLIES_NOT = re.compile(
    r"\W*(?:(?:this|it|that|the section)\s+)?(?:does\s+not|doesn['’]t|do\s+not)\s+apply(?:\s+here)?\b[\s,;:.–—-]*(?P<why>.*)"
    r"|\W*(?:not\s+applicable|n/?a)\b[\s,;:.–—-]*(?P<reason>.*)",
    re.IGNORECASE | re.DOTALL,
)
YES = frozenset({"yes", "y", "true", "likely", "probably"})
NO = frozenset({"no", "n", "none", "false", "not"})


@dataclass(frozen=True)
class Need:
    """Whether a section is asked for, how much it weighs at most, and what is said of the question that decides while nobody answered it."""

    asked: bool = True
    at_most: Level = Level.BLOCK
    open: str = ""

    def level(self, level: Level) -> Level:
        """Return the level, no higher than this need allows."""
        return level if self.at_most.is_at_least(level) else self.at_most


def need_of(section: Section, postmortem: PostMortem, severity: Severity | None, policy: Policy) -> Need:
    """Return whether the answers so far ask for a section."""
    if section.when is None:
        return Need()
    found, said = postmortem.sections.get(section.id), answer_to(section.when, postmortem)
    is_written = found is not None and found.has_substance
    if said is True or (said is None and is_written):
        return Need()
    if said is False:
        return Need(asked=is_written, at_most=Level.ADVISE)
    question = policy.postmortem.question(section.when)
    is_stated = bool(dict(postmortem.answers.deciding).get(section.when))
    counts_as_yes = (severity or policy.clocks.provisional_severity) in question.unanswered_means_yes_for
    seen = f"“{question.text}” is {'answered with unknown' if is_stated else 'not answered yet'}"
    return Need(
        True,
        Level.BLOCK if counts_as_yes else Level.ADVISE,
        f"{seen}{', which counts as yes' if counts_as_yes else ''}",
    )


def answer_to(question: str, postmortem: PostMortem) -> bool | None:
    """Return what was answered; ``None`` where nobody answered, or nobody knows."""
    words = normalise(dict(postmortem.answers.deciding).get(question, "")).split()
    if words[:1] and words[0] in YES:
        return True
    is_open = len(words) > 1 and words[0] in {"no", "not"} and words[1] in {"idea", "known", "sure", "clear", "yet"}
    return False if words[:1] and words[0] in NO and not is_open else None


def says_it_applies_not(section: Section, found: Found | None) -> tuple[bool, str]:
    """Return whether a dimension says that it does not apply, and why; the reason is empty where it gives none."""
    if found is None or (section.when is None and section.id != MONITORING):
        return False, ""
    match = APPLIES_NOT.fullmatch(plain_text(found.blocks[:3])[:LONGEST])
    if match is None:
        return False, ""
    why = " ".join((match["why"] or match["reason"] or "").split())
    return True, why if len(normalise(why).split()) >= FEWEST_WORDS else ""


def not_applying(postmortem: PostMortem, kind: Kind, policy: Policy) -> tuple[str, ...]:
    """Return, for those who approve, what the text says does not apply, each with its reason."""
    told = []
    for section in policy.postmortem.asked_sections(kind):
        found = postmortem.sections.get(section.id)
        applies_not, why = says_it_applies_not(section, found)
        if applies_not and why:
            told.append(f"{section.title}: {why}")
    return tuple(told)
