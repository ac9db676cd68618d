"""Masks known secrets in whatever is about to be logged, at any depth. The net below the rule to log none (S22)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

MASK = "***"
_SHORTEST_MASKED = 4  # characters; masking shorter texts would tear up ordinary words
_SECRET_NAMES = re.compile(r"authorization|password|secret|token|private_key|cookie", re.IGNORECASE)


def masking(secrets: frozenset[str]) -> Callable[[str], str]:
    """Return a function that replaces every one of ``secrets`` in a text; longer ones first, so none stays in part."""
    texts = sorted((text for text in secrets if len(text) >= _SHORTEST_MASKED), key=len, reverse=True)
    if not texts:
        return lambda text: text
    pattern = re.compile("|".join(re.escape(text) for text in texts))
    return lambda text: pattern.sub(MASK, text)


def redact(name: str, value: Any, mask: Callable[[str], str]) -> Any:
    """Return ``value`` as plain JSON values with secrets masked; a text that is named like a secret goes whole."""
    if isinstance(value, str | bytes) and value and _SECRET_NAMES.search(name):
        return MASK
    match value:
        case str():
            return mask(value)
        case bytes() | BaseException():
            return mask(repr(value))
        case Mapping():
            return {mask(str(key)): redact(str(key), item, mask) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [redact("", item, mask) for item in value]
        case bool() | int() | float() | None:
            return value
        case _:
            return mask(str(value))
