"""A template as wiki markup, for the description that a Jira project begins its incidents with. Pure: text out, nothing is sent.

Wiki markup has no comments and no boxes: what explains is set in italics, and what would be ticked is a label to add.
"""

from collections.abc import Mapping

from integration.postmortem.asking import FOR_LEARNING, LATER, LINK_PERSONAL_DATA, Ask, Shape, Template, templates
from integration.trackers.jira.escape import escaped
from mappings.models import Policy

_ADD_LABELS = "Add the label of each statement that is true."


def descriptions(policy: Policy) -> Mapping[str, str]:
    """Return the text of each description by file name."""
    return {f"{template.id}.jira.txt": _description(template) for template in templates(policy)}


def _description(template: Template) -> str:
    parts = [_italic(f"{FOR_LEARNING} {LINK_PERSONAL_DATA}")]
    for position, ask in enumerate(template.asks):
        if position == template.later:
            parts += ["----", _italic(LATER)]
        parts += [f"h3. {escaped(ask.label)}", *(_italic(hint) for hint in _hints(ask)), *filter(None, (_answer(ask),))]
    return "\n\n".join(parts) + "\n"


def _hints(ask: Ask) -> tuple[str, ...]:
    match ask.shape:
        case Shape.BOXES:
            return (*ask.hints, _ADD_LABELS)
        case Shape.CHOICE:
            return (*ask.hints, f"Write one of: {', '.join(ask.choices)}")
        case _:
            return ask.hints


def _answer(ask: Ask) -> str:
    if ask.columns:
        head = "||" + "||".join(escaped(column) for column in ask.columns) + "||"
        return f"{head}\n|{' |' * len(ask.columns)}"
    lines = [f"{escaped(line)}{'' if line.endswith('?') else ':'} " for line in ask.lines]
    boxes = [escaped(box.text) + (f" ({escaped(box.label)})" if box.label else "") for box in ask.boxes]
    listed = "\n".join(f"* {line}" for line in (*lines, *boxes))
    return f"h4. {escaped(ask.each)}\n\n{listed}" if ask.each else listed


def _italic(text: str) -> str:
    return f"_{escaped(text.replace('`', ''))}_"
