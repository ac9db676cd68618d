"""Whether an action says what will be done, and how anybody can tell that it works (RULES A1, A2, A5).

The wording test (starts with a verb, specific, bounded) is that of Lunney, Lueder and Beyer, *Postmortem Action Items: Plan the Work and Work the
Plan* (2017). Wording only advises; criteria that hold nothing to check are a missing fact.
"""

from integration.postmortem.findings import Finding
from integration.postmortem.reading.gist import begins_with, words_from_its_verb
from integration.postmortem.reading.normalise import contains_words, normalise
from integration.postmortem.remediation import ActionRow
from mappings.models import ActionWording, Level, Policy, Severity

VERB, VAGUE, MEASURABLE = "action_verb", "action_vague", "action_measurable"
FEWEST_WORDS = 4
"""Words of a criterion from which on it says what a vague verb comes to."""
_LITTLE = "a an and all are as be by can has have i if in is it its of on our s so that the then this to was we will"
LITTLE = frozenset(_LITTLE.split())


def accepts_risk(row: ActionRow | None, policy: Policy) -> bool:
    """Tell whether a row says that a risk is lived with: its ticket waits for ``/accept-risk``, and no criteria are asked of it."""
    return row is not None and begins_with(words_from_its_verb(row.description), policy.remediation.wording.accepted)


def judge_phrasing(row: ActionRow | None, about: str, severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    """Return what would make an action clearer, at most one finding on its verb and one on its criteria."""
    if row is None or accepts_risk(row, policy):
        return ()
    found = (_on_its_verb(row, policy.remediation.wording), _on_its_criteria(row, policy.remediation.wording))
    findings = []
    for check, reason in (each for each in found if each is not None):
        level = policy.level(check, severity)
        if level is not Level.OFF:
            findings.append(Finding(check, about, False, level, reason, policy.check(check).asks, line=row.line))
    return tuple(findings)


def _on_its_verb(row: ActionRow, wording: ActionWording) -> tuple[str, str] | None:
    words = words_from_its_verb(row.description)
    if not words:
        return None
    if begins_with(words, wording.vague):
        if _has_target(row, wording):
            return None
        return VAGUE, f"it begins with “{words[0]}”, and does not say yet what that comes to"
    if begins_with(words, (*wording.concrete, *wording.weak, *wording.detecting)):
        return None
    return VERB, f"it begins with “{words[0]}”, which names no deed yet"


def _has_target(row: ActionRow, wording: ActionWording) -> bool:
    said = normalise(row.description)
    if any(char.isdigit() for char in said) or contains_words(said, map(normalise, wording.targets)):
        return True
    return len(normalise(row.criteria).split()) >= FEWEST_WORDS and is_measurable(row.criteria, wording)


def _on_its_criteria(row: ActionRow, wording: ActionWording) -> tuple[str, str] | None:
    if not row.criteria or is_measurable(row.criteria, wording):
        return None
    return MEASURABLE, f"“{row.criteria[:60]}” leaves open how anybody else can tell"


def is_measurable(criteria: str, wording: ActionWording) -> bool:
    """Tell whether criteria hold anything that somebody else can check: a number, or a word that is more than "done" or "works"."""
    said = normalise(criteria)
    if any(char.isdigit() for char in said):
        return True
    for phrase in sorted(map(normalise, wording.unmeasurable), key=len, reverse=True):
        said = f" {said} ".replace(f" {phrase} ", " ").strip()
    return any(word not in LITTLE and word not in wording.unmeasurable for word in said.split())
