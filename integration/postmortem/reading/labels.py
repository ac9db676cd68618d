"""Recognises what a heading, a label or a column is called, however people number, decorate or inflect it."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from integration.postmortem.reading.normalise import normalise

NUMBERING = re.compile(r"^\W*(?:\d+(?:\.\d+)*[.):]?|[ivx]+[.)]|[a-z][.)])\s+", re.IGNORECASE)
ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
TAIL = re.compile(r"\s*(?::|\s[-–—]\s).*", re.DOTALL)
PARTS = re.compile(r"\s*(?:/|&|\+|,|\band\b|\bor\b)\s*")
LONGEST = 120
"""Characters of a heading that can still be a name; longer ones are sentences."""

LITTLE_WORDS = frozenset({"the", "a", "an", "of", "our", "for", "on", "to", "this", "its", "in", "s"})
# Words that do not tell the parts of a post-mortem apart: "User impact" is Impact, "Timeline of events" Timeline.
FURNITURE = frozenset(
    {"incident", "event", "user", "customer", "client", "analysis", "assessment", "overview", "detail", "section"}
    | {
        "key",
        "full",
        "detailed",
        "short",
        "brief",
        "high",
        "level",
        "initial",
        "postmortem",
        "post",
        "mortem",
        "report",
    }
)


class Names:
    """The names that ids go by. Lookups are exact after folding; the first id that lists a name keeps it."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self.ids = tuple(names)
        self._exact: dict[tuple[str, ...], str] = {}
        self._loose: dict[tuple[str, ...], str] = {}
        for identifier, synonyms in names.items():
            for name in (identifier, *synonyms):
                words = _words(name)
                self._exact.setdefault(words, identifier)
                self._loose.setdefault(_bare(words), identifier)
        for table in (self._exact, self._loose):
            table.pop((), None)
        self._find = lru_cache(maxsize=1024)(self._ids_of)

    def find(self, heading: str) -> tuple[str, ...]:
        """Return the ids that a heading names: one, or several for "Context / Resolution / Review actions", or none."""
        return self._find(heading) if len(heading) <= LONGEST else ()

    def _ids_of(self, heading: str) -> tuple[str, ...]:
        plain = NUMBERING.sub("", heading)
        for candidate in (plain, ASIDE.sub(" ", plain), TAIL.sub("", ASIDE.sub(" ", plain))):
            if identifier := self._one(candidate):
                return (identifier,)
        parts = (self._one(part) for part in PARTS.split(ASIDE.sub(" ", plain).casefold()))
        return tuple(dict.fromkeys(part for part in parts if part))

    def exactly(self, heading: str) -> str | None:
        """Return the id that goes by this very name, numbering and decoration aside."""
        return self._exact.get(_words(NUMBERING.sub("", heading)))

    def _one(self, name: str) -> str | None:
        words = _words(name)
        return self._exact.get(words) or self._loose.get(_bare(words))


def names_of(names: Mapping[str, Iterable[str]]) -> Names:
    """Return the names made ready, the same as last time where they are the same: those of a policy are asked about every document."""
    return _made_ready(tuple((identifier, tuple(synonyms)) for identifier, synonyms in names.items()))


@lru_cache(maxsize=256)
def _made_ready(names: tuple[tuple[str, tuple[str, ...]], ...]) -> Names:
    return Names(dict(names))


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    """Return the words that matter, each without its plural s. Folding both sides alike is what counts, not grammar."""
    words = tuple(_singular(word) for word in normalise(name).split() if word not in LITTLE_WORDS)
    return words or (("no",) if "#" in name else ())


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _bare(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in FURNITURE and not word.isdigit())
