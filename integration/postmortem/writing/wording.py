"""Small pieces of wording that several texts share: moments, lists, lines with something to copy in them. Pure."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from integration.postmortem.writing.tree import Code, Inline, Line, Plain

_COPY = re.compile(r"`([^`\n]+)`")


def moment(at: datetime, zone: str) -> str:
    """Return an absolute time with its zone, to the minute: ``2026-11-25 14:10 UTC``."""
    local = at.astimezone(ZoneInfo(zone))
    return local.strftime("%Y-%m-%d %H:%M %Z")


def day(value: date | None) -> str:
    """Return a day as ``2026-11-25``, or a dash."""
    return value.isoformat() if value else "–"


def sentence(text: str) -> Line:
    """Return a line from a sentence of ours in which what is to be copied stands between backticks."""
    parts: list[Inline] = []
    at = 0
    for match in _COPY.finditer(text):
        parts += [Plain(text[at : match.start()])] if match.start() > at else []
        parts.append(Code(match.group(1)))
        at = match.end()
    return (*parts, Plain(text[at:])) if at < len(text) else tuple(parts)


def capital(text: str) -> str:
    """Return the text with its first letter in upper case and a full stop at the end, unless it ends a sentence already."""
    return stop(text[:1].upper() + text[1:])


def stop(text: str) -> str:
    """Return the text with a full stop at the end, unless it ends a sentence already."""
    return text if not text or text[-1] in ".?:`…" else text + "."


def count(number: int, one: str, many: str) -> str:
    """Return ``1 action`` or ``3 actions``."""
    return f"{number} {one if number == 1 else many}"
