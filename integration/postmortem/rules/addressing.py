"""Whether every root cause and every contributing factor has an action, or a risk that is lived with (RULES A7, DESIGN 5 "Remediation actions").

A row names what it answers in the column of causes: by number ("2", "RC1", "1 and 3"), by category, by the factor's name, or in words. A row that
names nothing answers what its own words are about, and the only cause there is.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from integration.postmortem.findings import Finding
from integration.postmortem.reading.causes import Cause
from integration.postmortem.reading.gist import gist
from integration.postmortem.reading.impact import Dimension, Said, read_impact
from integration.postmortem.reading.normalise import contains_words, normalise
from integration.postmortem.remediation import ActionRow
from integration.postmortem.rules.causes import causes_of
from integration.postmortem.rules.phrasing import accepts_risk
from integration.postmortem.rules.written import REMEDIATION, PostMortem
from mappings.models import Level, Part, Policy, Severity

OF_CAUSE, OF_FACTOR, FACTORS = "cause_has_action", "factor_has_action", "contributing_factors"
NUMBER = re.compile(
    r"(?<![\w.])(?:root ?causes?|causes?|rc|c|#)?[ #-]*(\d{1,2})(?:\s*[-–]\s*(\d{1,2}))?(?![\w.%])", re.IGNORECASE
)
IN_TEXT = re.compile(r"\b(?:root cause|cause|rc)[ #-]*(\d{1,2})\b", re.IGNORECASE)
EVERY = ("all", "both", "every", "each")
MOST_SHARED, SHARED = 2, 0.5
"""Texts are about the same thing when they share two words that tell something, or half of the shorter one's."""
LONGEST_CELL = 500
# "No alert on recalled products" is a gap, while "none" and "no, the runbook was there" say that there was none.
NO_GAP = re.compile(
    r"\W*(?:(?:none|nothing|nobody|nil|n/?a|not applicable)\b|no(?:\s*[,.;:–—-]|\s*$|\s+(?:because|gaps?|issues?|problems?)\b))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Factor:
    """A contributing factor of which something is said: how it is called, by which words it goes, and what is said."""

    part: Part
    said: Dimension

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(normalise(name) for name in (self.part.id, self.part.title, *self.part.headings))


@dataclass(frozen=True)
class _Answered:
    """What one row answers: numbers of causes from 1 on, and ids of factors."""

    causes: frozenset[int] = frozenset()
    factors: frozenset[str] = frozenset()


def judge_addressed(
    rows: Iterable[tuple[str, ActionRow]], postmortem: PostMortem, severity: Severity | None, policy: Policy
) -> tuple[Finding, ...]:
    """Return a finding per cause and per factor; ``rows`` are pairs of the action's id and its row.

    Nothing while the section says nothing, as it is asked for as a whole; words without an action answer no cause.
    """
    given = [(name, row) for name, row in rows if row.description]
    if not given and not _says_something(postmortem):
        return ()
    causes, factors = causes_of(postmortem), _factors(postmortem, policy)
    answered = [(_called(name, row, policy), _answers(row, causes, factors)) for name, row in given]
    findings: list[Finding] = []
    for number, cause in enumerate(causes, start=1):
        by = [name for name, each in answered if number in each.causes]
        findings += _finding(OF_CAUSE, f"Root cause {number}", "", by, cause.line, severity, policy)
    for factor in factors:
        by = [name for name, each in answered if factor.part.id in each.factors]
        section, part = policy.section(FACTORS).title, factor.part.title
        findings += _finding(
            OF_FACTOR, f"{section}: {part}", f"{part.lower()}: ", by, factor.said.line, severity, policy
        )
    return tuple(findings)


def _says_something(postmortem: PostMortem) -> bool:
    return any(section.has_substance for section in postmortem.sections.all(REMEDIATION))


def _called(name: str, row: ActionRow, policy: Policy) -> str:
    return f"{name} (a risk that is lived with)" if accepts_risk(row, policy) else name


def _finding(
    check: str, about: str, which: str, by: list[str], line: int | None, severity: Severity | None, policy: Policy
) -> tuple[Finding, ...]:
    level = policy.level(check, severity)
    if level is Level.OFF:
        return ()
    if by:
        names = ", ".join(by[:5])
        return (
            Finding(check, about, True, level, f"{which}{names} answer{'s' if len(by) == 1 else ''} it", line=line),
        )
    return (Finding(check, about, False, level, "no action answers it yet", policy.check(check).asks, line=line),)


def _factors(postmortem: PostMortem, policy: Policy) -> tuple[_Factor, ...]:
    """Return the factors of which something is said: "none" needs no action, and what is not answered is asked for elsewhere."""
    found = postmortem.sections.get(FACTORS)
    section = next((each for each in policy.postmortem.sections if each.id == FACTORS), None)
    if section is None or found is None or not found.has_substance:
        return ()
    parts = section.parts
    names = {part.id: (part.title, *part.headings) for part in parts}
    said = {each.id: each for each in read_impact(found.blocks, names)}
    return tuple(_Factor(part, said[part.id]) for part in parts if _is_gap(said[part.id]))


def _is_gap(answer: Dimension) -> bool:
    return answer.said is Said.ANSWERED or (answer.said is Said.NONE and NO_GAP.match(answer.text) is None)


def _answers(row: ActionRow, causes: tuple[Cause, ...], factors: tuple[_Factor, ...]) -> _Answered:
    cell = dict(row.fields).get("cause", "")[:LONGEST_CELL]
    named = _named(cell, causes, factors)
    own_words = f"{row.description} {row.criteria}"
    numbers = {int(found) for found in IN_TEXT.findall(row.description[:LONGEST_CELL]) if int(found) <= len(causes)}
    about = {factor.part.id for factor in factors if _is_about(own_words, factor.said.text)}
    about |= {factor.part.id for factor in factors if row.kind is not None and row.kind.value == factor.part.id}
    if named.causes or named.factors:
        return _Answered(named.causes | numbers, named.factors | about)
    if not numbers:
        numbers = {n for n, cause in enumerate(causes, start=1) if _is_about(own_words, _text(cause))}
    only = {1} if len(causes) == 1 else set()
    return _Answered(frozenset(numbers | only), frozenset(about))


def _named(cell: str, causes: tuple[Cause, ...], factors: tuple[_Factor, ...]) -> _Answered:
    """Return what the column of causes names."""
    if not cell:
        return _Answered()
    folded = normalise(cell)
    every = set(range(1, len(causes) + 1)) if contains_words(folded, EVERY) else set()
    found = {number for match in NUMBER.finditer(cell) for number in _range(match[1], match[2])}
    by_category = {
        n
        for n, cause in enumerate(causes, start=1)
        if cause.category and contains_words(folded, (cause.category.value,))
    }
    by_name = {factor.part.id for factor in factors if contains_words(folded, factor.names)}
    by_words = {n for n, cause in enumerate(causes, start=1) if _is_about(cell, _text(cause))}
    by_words_too = {factor.part.id for factor in factors if _is_about(cell, factor.said.text)}
    numbers = every | {number for number in found if number <= len(causes)} | by_category | by_words
    return _Answered(frozenset(numbers), frozenset(by_name | by_words_too))


def _range(first: str, last: str | None) -> range:
    return range(int(first), int(last or first) + 1)


def _text(cause: Cause) -> str:
    return " ".join((cause.title, *cause.whys))


def _is_about(text: str, other: str) -> bool:
    one, two = gist(text), gist(other)
    shared = len(one & two)
    return shared >= MOST_SHARED or (shared > 0 and shared >= SHARED * min(len(one), len(two)))
