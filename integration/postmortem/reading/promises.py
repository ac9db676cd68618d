"""Who will find something out, and by when, where somebody says that it is not known yet ("@dana, by 2026-12-01")."""

import re
from dataclasses import dataclass
from datetime import date

from integration.postmortem.document import Text
from integration.postmortem.reading.moments import read_date

LONGEST = 500
"""Characters in which a promise is looked for."""

_NAME = r"(?P<name>[^\W\d_][\w.'-]*(?: [^\W\d_a-z][\w.'-]*){0,2})"
OWNER = (
    re.compile(rf"\b(?:[Oo]wner|[Oo]wned by|[Ww]ho|[Aa]ssignee|[Rr]esponsible)\s*:?\s+{_NAME}"),
    re.compile(
        rf"(?<!\w){_NAME} (?:finds? (?:it |this )?out|checks?|is checking|will (?:check|find|ask|look|clarify|tell)|asks?|looks? into|is on it|clarifies)\b"
    ),
    re.compile(rf"[(,;–—-]\s*{_NAME}\s*(?:,|;|by|until|till|–|—|-)\s*(?:by |until )?\d"),
)
NOBODY = frozenset(
    {
        "we",
        "it",
        "nobody",
        "somebody",
        "someone",
        "one",
        "they",
        "this",
        "that",
        "checked",
        "unknown",
        "by",
        "until",
        "due",
        "on",
    }
)
MENTION = re.compile(r"(?<![\w.])@[\w-]+")


@dataclass(frozen=True)
class Promise:
    """An owner as written and a day; empty and ``None`` where not said."""

    owner: str = ""
    due: date | None = None

    @property
    def is_made(self) -> bool:
        """Tell whether both are said."""
        return bool(self.owner) and self.due is not None


def read_promise(text: Text) -> Promise:
    """Return who is named and the one day that is named; a mention counts before a name in words."""
    plain = text.plain[:LONGEST]
    named = next(iter(text.mentions), "") or next(iter(MENTION.findall(plain)), "") or _in_words(plain)
    return Promise(named, read_date(plain))


def _in_words(plain: str) -> str:
    names = (match["name"] for pattern in OWNER for match in pattern.finditer(plain))
    return next((name for name in names if name.split()[0].casefold() not in NOBODY), "")
