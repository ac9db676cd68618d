"""Says in plain sentences what a model refused: the key as the file writes it, the problem, the remedy."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from mappings.errors import suggestion
from mappings.merging import Problem
from mappings.people import AppSlug, JiraAccount, Login
from mappings.roles import Absence, Holder
from mappings.values import IDENTIFIER, LABEL, PLAIN_LABEL, JiraField, ProjectPattern


def _pattern(annotation: Any) -> str:
    pattern: str = annotation.__metadata__[0].metadata[0].pattern
    return pattern


_FORMS = {
    LABEL: "A label has 1 to 50 characters and no comma.",
    PLAIN_LABEL: "Use up to 50 letters, digits and . _ : / - and no spaces, which Jira's labels cannot have.",
    IDENTIFIER: "Use small letters, digits, - and _, beginning with a letter, at most 40.",
    _pattern(JiraField): "Write customfield_ and its number, or priority, duedate, description or environment.",
    _pattern(
        ProjectPattern
    ): 'Write github:owner/repo or jira:KEY; * and ? stand for other characters, as in "github:acme/shop-*".',
    _pattern(Login): "Write the GitHub login without @.",
    _pattern(JiraAccount): 'Write the account id, as in "5b10ac8d82e05b22cc7d4ef5".',
    _pattern(Holder): 'Write a short name of `people`, and its term: "rita from 2026-12-01 until 2026-12-24".',
    _pattern(Absence): 'Write "2026-12-20 until 2027-01-06", or one day.',
    _pattern(AppSlug): "Write the app's slug, the last part of its address on GitHub.",
}

_NO_NUMBER = ("{value} is not a whole number.", "Write a number without quotes, such as 24.")
_SENTENCES = {
    "missing": ("This key is missing.", "Add it, as in the shipped file."),
    "int_type": _NO_NUMBER,
    "int_parsing": _NO_NUMBER,
    "int_from_float": _NO_NUMBER,
    "greater_than_equal": ("{value} is too small.", "Write {ge} or more."),
    "less_than_equal": ("{value} is too large.", "Write {le} or less."),
    "bool_type": ("{value} is neither true nor false.", "Write true or false, without quotes."),
    "string_too_short": ("This text is empty.", "Write something, or take the key out."),
    "string_too_long": ("This text is longer than {max_length} characters.", "Shorten it."),
    "too_short": ("This is empty.", "Add at least one entry."),
    "tuple_type": ("{value} is not a list.", "Write a list, as in [one, two]."),
    "role_term": (
        "{value} is not a name with a term.",
        'Write "rita", or "rita from 2026-12-01 until 2026-12-24", the first day before the last.',
    ),
    "absence": ("{value} is not a time away.", 'Write "2026-12-20 until 2027-01-06", or one day.'),
    "date": ("{value} is not a day.", "Write it as YYYY-MM-DD."),
}


def problems_of(error: ValidationError, given: Any, prefix: str) -> list[Problem]:
    """Return what ``error`` says about ``given``, keys prefixed with ``prefix``.

    Unknown keys are left out: see ``merging.check_keys``.
    """
    found = []
    for detail in error.errors(include_url=False):
        if detail["type"] == "extra_forbidden":
            continue
        path = _path(detail["loc"], given, prefix)
        found.append((path, *_sentences(detail["type"], detail.get("input"), detail.get("ctx", {}))))
    # A list whose entries were all refused is called empty as well, which would only confuse.
    return [
        entry for entry in found if not any(other[0].startswith((f"{entry[0]}[", f"{entry[0]}.")) for other in found)
    ]


def _path(loc: tuple[int | str, ...], given: Any, prefix: str) -> str:
    """Return the key as the file writes it: models see lists where the file writes entries by id."""
    path, at = prefix, given
    for step in loc:
        if isinstance(step, int) and isinstance(at, Mapping):
            if step >= len(at):
                break
            key = list(at)[step]
            path, at = f"{path}.{key}" if path else key, at[key]
        elif isinstance(step, int):
            if not isinstance(at, list):
                break  # Inside a pair of a table: key or value, which the path names already.
            path, at = f"{path}[{step}]", at[step] if step < len(at) else None
        else:
            if step == "id" and isinstance(at, Mapping) and "id" not in at:
                break  # An entry's id is the key above it.
            path, at = f"{path}.{step}" if path else step, at.get(step) if isinstance(at, Mapping) else None
    return path


def _sentences(kind: str, value: Any, context: Mapping[str, Any]) -> tuple[str, str]:
    match kind:
        case "enum" | "literal_error":
            choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
            return f"{_shown(value)} is not one of the choices.", suggestion(str(value), choices)
        case "string_type":
            return f"{_shown(value)} is not a text.", _text_remedy(value)
        case "string_pattern_mismatch":
            form = _FORMS.get(str(context.get("pattern")), "Use the form of the shipped file.")
            return f"{_shown(value)} has not the form that is needed here.", form
        case _:
            other = "{value} cannot be used here.", "Write it as in the shipped file."
            problem, remedy = _SENTENCES.get("date" if kind.startswith("date") else kind, other)
            return problem.format(value=_shown(value), **context), remedy.format(**context)


def _text_remedy(value: Any) -> str:
    if value is None or isinstance(value, (list, dict)):
        return "Write one text."
    return f'Put it in quotes: "{str(value).lower() if isinstance(value, bool) else value}".'


def _shown(value: Any) -> str:
    match value:
        case None:
            return "Nothing"
        case bool():
            return str(value).lower()
        case list() | tuple():
            return "A list"
        case dict():
            return "A mapping"
        case str():
            text = value if len(value) <= 60 else value[:59] + "…"
            return f"“{text}”"
        case _:
            return str(value)
