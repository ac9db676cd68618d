"""The words of ``causes.yaml`` made ready: which category, sub-category and phase a text names, and which question a label asks. Pure."""

import re
from enum import StrEnum
from functools import lru_cache

from integration.postmortem.reading.labels import Names
from integration.postmortem.reading.normalise import contains_words, normalise
from mappings.models import Policy

LONGEST = 200
"""Characters in which a category or a phase is looked for; what is longer is a sentence."""


class Category(StrEnum):
    """What sort of thing a cause is."""

    DATA = "data"
    MODEL = "model"
    CODE = "code"
    PROCESS = "process"
    HUMAN = "human"
    VENDOR = "vendor"


class Thread(StrEnum):
    """Which of the questions about a cause a step answers; the first three are the parts of the section."""

    HAPPENED = "happened"
    NOT_CAUGHT = "not_caught"
    LET_THROUGH = "let_through"
    MADE_LIKELY = "made_likely"


SECTION = "root_causes"
LABELS = {
    "title": ("cause", "root cause", "description", "what", "summary"),
    "category": ("type", "kind", "cause category"),
    "sub_category": ("sub-category", "subcategory", "sub category", "subtype"),
    "phase": ("lifecycle phase", "lifecycle", "stage", "lifecycle stage"),
    "why": ("whys", "5 whys", "five whys", "chain of whys", "because", "why chain", "causal chain"),
    "evidence": ("proof", "source", "link", "links"),
    "version": (),
    "system": (),
}
_NEGATION = r"(?:not|no|never|nobody|nothing|none|(?:did|was|were|is|do|does|had|has|could)nt)"
# A question that the mapping does not list, told by its words: "Why did no test catch it?", "Why did it reach customers?"
_ASKS = (
    (Thread.NOT_CAUGHT, re.compile(rf"why\b.*\b{_NEGATION}.*\b(?:caught|catch|detect\w*|notic\w*|seen|spot\w*|alert\w*)\b")),
    (Thread.NOT_CAUGHT, re.compile(r"why\b.*\b(?:undetected|unnoticed|missed|so late)\b")),
    (Thread.LET_THROUGH, re.compile(r"why\b.*\b(?:let|got|get|get past|allowed|released|shipped|approved|passed|go live|went live|reach\w*)\b")),
    (Thread.LET_THROUGH, re.compile(rf"why\b.*\b{_NEGATION}.*\b(?:limited|contained|stopped|blocked|prevented)\b")),
)  # fmt: skip
_PIECES = re.compile(r"\s*(?:[/,;:>(){}\[\]|–—→]|\s-\s)\s*")


class CauseNames:
    """What the mapping calls categories, phases, questions and labels."""

    def __init__(self, policy: Policy) -> None:
        causes = policy.causes
        self.categories = Names({entry.id: entry.headings for entry in causes.categories})
        self._words = {
            Category(entry.id): tuple(normalise(word) for word in (entry.id, *entry.headings))
            for entry in causes.categories
        }
        self._subs = {
            Category(entry.id): {
                sub.id: tuple(normalise(word) for word in (sub.title, *sub.headings)) for sub in entry.sub_categories
            }
            for entry in causes.categories
        }
        self._phases = Names({phase.id: (phase.title, *phase.headings) for phase in causes.phases})
        self._phase_words = {phase.id: (normalise(phase.title),) for phase in causes.phases}
        parts = {
            part.id: (part.title, *part.headings)
            for entry in policy.postmortem.sections
            if entry.id == SECTION
            for part in entry.parts
        }
        threads = {
            thread.value: parts.get(thread.value, ())
            for thread in (Thread.HAPPENED, Thread.NOT_CAUGHT, Thread.LET_THROUGH)
        }
        self.threads = Names(
            {**threads, Thread.MADE_LIKELY.value: (causes.made_likely.text, *causes.made_likely.headings)}
        )
        asked = {
            "version": (causes.versions.text, *causes.versions.headings),
            "system": (causes.system.text, *causes.system.headings),
        }
        self.labels = Names(LABELS | asked)

    def category(self, text: str) -> tuple[Category | None, str]:
        """Return the one category that the words name, and the id of its sub-category if they name one; "data / process" names two, and so none."""
        text = text[:LONGEST]
        pieces = [piece for piece in _PIECES.split(text) if piece]
        exact = dict.fromkeys(found for piece in pieces if (found := self.categories.exactly(piece)))
        if not exact:
            folded = normalise(text)
            exact = dict.fromkeys(found for found, words in self._words.items() if contains_words(folded, words))
        if len(exact) == 1:
            category = Category(next(iter(exact)))
            return category, self.sub_category(text, category)
        return (None, "") if exact else self._by_sub_category(pieces)

    def sub_category(self, text: str, category: Category) -> str:
        """Return the id of the sub-category of this category that the words name, or an empty string."""
        folded = normalise(text[:LONGEST])
        found = [
            (len(word), sub)
            for sub, words in self._subs[category].items()
            for word in words
            if contains_words(folded, (word,))
        ]
        return max(found, default=(0, ""))[1]

    def _by_sub_category(self, pieces: list[str]) -> tuple[Category | None, str]:
        folded = {normalise(piece) for piece in pieces}
        found = [
            (category, sub)
            for category, subs in self._subs.items()
            for sub, words in subs.items()
            if folded & set(words)
        ]
        return found[0] if len({category for category, _ in found}) == 1 else (None, "")

    def phase(self, text: str) -> str:
        """Return the id of the phase that the words name, or an empty string; of several, the first."""
        text = text[:LONGEST]
        named = [found for piece in (text, *_PIECES.split(text)) if (found := self._phases.find(piece))]
        if named:
            return named[0][0]
        folded = normalise(text)
        return next((phase for phase, words in self._phase_words.items() if contains_words(folded, words)), "")

    def thread(self, label: str) -> Thread | None:
        """Return the question that a heading, a column or the words before an answer ask, or ``None``."""
        if found := self.threads.exactly(label):
            return Thread(found)
        folded = normalise(label[:LONGEST])
        return next((thread for thread, asks in _ASKS if asks.match(folded)), None)


@lru_cache(maxsize=8)
def cause_names(policy: Policy) -> CauseNames:
    """Return the names that a policy uses, made ready once."""
    return CauseNames(policy)
