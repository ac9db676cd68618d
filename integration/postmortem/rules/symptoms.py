"""Whether the last step of a chain only tells again what was seen (RULES R4): its words are those of the incident's title or impact."""

from functools import lru_cache

from integration.postmortem.incident import Issue
from integration.postmortem.reading.causes import Cause
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.rules.written import PostMortem
from mappings.models import Policy

FEWEST = 3
"""Words that a step has at least for its overlap to mean anything."""
_LITTLE = """
a an and are as at because been but by did do does for from had has have in into is it its no not of on or our so that the their then there this to
too was we were when which while who why with
"""
LITTLE = frozenset(_LITTLE.split())


def judge_symptom(
    cause: Cause, last: str, postmortem: PostMortem, incident: Issue, policy: Policy
) -> tuple[tuple[str, bool, str, str], ...]:
    """Return the check where the last step has enough words to compare, else nothing."""
    words = _words(last)
    if cause.fishbone or len(words) < FEWEST:
        return ()
    least = policy.causes.symptom_percent
    seen = (incident.title, *postmortem.effects)
    again = next((text for text in seen if 100 * len(words & _words(text)) >= least * len(words)), "")
    if not again:
        return (("cause_symptom", True, "it goes further than what was seen", ""),)
    where = "title" if again == incident.title else "impact"
    return (("cause_symptom", False, f"its last step tells what the {where} tells", ""),)


@lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in normalise(text).split() if word not in LITTLE)
