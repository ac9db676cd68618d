"""A template as a GitHub issue form (YAML), and as Markdown to paste. Pure: text out, nothing is sent.

https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
"""

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from integration.postmortem.asking import FOR_LEARNING, LATER, LINK_PERSONAL_DATA, Ask, Shape, Template, templates
from mappings.models import Policy

FOLDER = ".github/ISSUE_TEMPLATE"
MADE_BY = "# Made by `followthrough templates github` from the mappings: change those, then make it again.\n"
"""The first line of our forms: a file that begins otherwise is somebody else's."""
_ELEMENTS = {Shape.BOXES: "checkboxes", Shape.CHOICE: "dropdown", Shape.LINE: "input", Shape.TEXT: "textarea"}


def issue_forms(policy: Policy) -> Mapping[str, str]:
    """Return the text of each issue form by its path in the repository."""
    return {f"{FOLDER}/{template.id}.yml": MADE_BY + _as_yaml(_form(template)) for template in templates(policy)}


def markdown(policy: Policy) -> Mapping[str, str]:
    """Return each template as Markdown, by file name; the explanations are comments, which nobody sees."""
    return {f"{template.id}.md": _as_markdown(template) for template in templates(policy)}


def _form(template: Template) -> dict[str, Any]:
    asks = [_element(ask) for ask in template.asks]
    body = [
        _note(f"{FOR_LEARNING} {LINK_PERSONAL_DATA}"),
        *asks[: template.later],
        _note(LATER),
        *asks[template.later :],
    ]
    # GitHub adds only labels that the repository has, and leaves out others without a word.
    return {"name": template.name, "description": template.about, "labels": list(template.labels), "body": body}


def _note(text: str) -> dict[str, Any]:
    return {"type": "markdown", "attributes": {"value": text}}


def _element(ask: Ask) -> dict[str, Any]:
    attributes: dict[str, Any] = {"label": ask.label}
    if ask.hints:
        attributes["description"] = " ".join(ask.hints)
    match ask.shape:
        case Shape.BOXES:
            attributes["options"] = [{"label": box.text} for box in ask.boxes]
        case Shape.CHOICE:
            attributes["options"] = list(ask.choices)
        case Shape.TEXT if prefilled := _prefilled(ask):
            attributes["value"] = prefilled
        case _:
            pass
    # Nothing is required: whoever reports at night sends what there is, and is asked for the rest in time.
    return {"type": _ELEMENTS[ask.shape], "id": ask.id, "attributes": attributes}


def _prefilled(ask: Ask) -> str:
    """Return what stands in the answer from the beginning: a label for each part, or an empty table."""
    if ask.columns:
        cells = len(ask.columns)
        return "\n".join((_row(ask.columns), _row(("---",) * cells), _row((" ",) * cells)))
    lines = "\n".join(f"- {line}{'' if line.endswith('?') else ':'} " for line in ask.lines)
    return f"#### {ask.each}\n\n{lines}" if ask.each else lines


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


def _as_yaml(value: object) -> str:
    yaml = YAML()
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(_quoted(value), stream)
    return stream.getvalue()


def _quoted(value: object) -> object:
    """Return the value with every text in quotes, because GitHub reads a bare Yes or No as a truth value."""
    match value:
        case dict():
            return {key: _quoted(inner) for key, inner in value.items()}
        case list():
            return [_quoted(inner) for inner in value]
        case str() if "\n" in value:
            return LiteralScalarString(value)
        case str():
            return DoubleQuotedScalarString(value)
        case _:
            return value


def _as_markdown(template: Template) -> str:
    parts = [_comment(f"{FOR_LEARNING} {LINK_PERSONAL_DATA}")]
    for position, ask in enumerate(template.asks):
        if position == template.later:
            parts.append(_comment(LATER))
        parts += [f"### {ask.label}", *(_comment(hint) for hint in ask.hints), *filter(None, (_answer(ask),))]
    return "\n\n".join(parts) + "\n"


def _answer(ask: Ask) -> str:
    match ask.shape:
        case Shape.BOXES:
            return "\n".join(f"- [ ] {box.text}" for box in ask.boxes)
        case Shape.CHOICE:
            return _comment(f"One of: {', '.join(ask.choices)}")
        case _:
            return _prefilled(ask)


def _comment(text: str) -> str:
    return f"<!-- {text.replace('-->', '→')} -->"
