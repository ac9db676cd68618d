"""Turns one YAML text into plain values and the line of every key.

Reads scalars, lists and mappings; anchors, aliases and tags are refused.

Works on the event stream and with a stack of its own, so that neither nesting nor aliases can make it grow or recurse
(SECURITY.md S19). Scalars follow YAML 1.2: ``off``, ``no`` and ``yes`` are texts, only ``true`` and ``false`` are truth
values, dates are texts.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from mappings.errors import MappingError, MappingErrors

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12
MAX_VALUES = 20_000
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}", re.ASCII)
_FRACTION = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{0,15}", re.ASCII)


@dataclass(frozen=True)
class YamlText:
    """A text that was read: its value (an empty text is an empty mapping), and the line of every key and list item by
    its path.
    """

    value: Any
    lines: dict[str, int]


@dataclass
class _Open:
    """A list or mapping that is being read. ``key`` is the key whose value comes next."""

    items: dict[str, Any] | list[Any]
    path: str
    key: str | None = None


@dataclass
class _Reader:
    file: str
    stack: list[_Open] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    errors: list[MappingError] = field(default_factory=list)
    value: Any = None
    documents: int = 0
    values: int = 0

    def stop(self, line: int, key: str, problem: str, remedy: str) -> MappingErrors:
        """Return the exception that ends the reading here."""
        return MappingErrors([*self.errors, MappingError(self.file, line, key, problem, remedy)])

    def take(self, event: Event) -> None:
        """Take one event into account."""
        line = event.start_mark.line + 1
        match event:
            case AliasEvent():
                raise self.stop(line, self._path(), "An alias (*) is not read here.", "Write the value out.")
            case DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise self.stop(line, "", "A second document begins here.", "Take the line --- out.")
            case ScalarEvent():
                self._refuse_extras(event, line)
                self._scalar(event, line)
            case MappingStartEvent() | SequenceStartEvent():
                self._refuse_extras(event, line)
                self._begin({} if isinstance(event, MappingStartEvent) else [], line)
            case MappingEndEvent() | SequenceEndEvent():
                self.stack.pop()

    def _refuse_extras(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            raise self.stop(
                line,
                self._path(),
                "An anchor (&) is not read here.",
                "Take it out, and write the values out where they are used.",
            )
        if event.tag is not None and str(event.tag) != "!":
            raise self.stop(line, self._path(), f"The tag {str(event.tag)[:40]} is not read here.", "Take it out.")
        self.values += 1
        if self.values > MAX_VALUES:
            raise self.stop(line, "", f"The file holds more than {MAX_VALUES} values.", "Take out what is not needed.")

    def _scalar(self, event: ScalarEvent, line: int) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.items, dict) and top.key is None:
            self._key(top, event.value, line)
        else:
            self._place(_resolve(event), line)

    def _key(self, top: _Open, key: str, line: int) -> None:
        path = f"{top.path}.{key}" if top.path else key
        if key in top.items:
            remedy = f"Keep one of the two; the other is in line {self.lines[path]}."
            self.errors.append(MappingError(self.file, line, path, "This key is here twice.", remedy))
        self.lines.setdefault(path, line)
        top.key = key

    def _begin(self, items: dict[str, Any] | list[Any], line: int) -> None:
        if self.stack and isinstance(self.stack[-1].items, dict) and self.stack[-1].key is None:
            raise self.stop(line, self._path(), "A key has to be a plain word here.", "Write a word and a colon.")
        if len(self.stack) >= MAX_DEPTH:
            raise self.stop(
                line,
                self._path()[:100],
                f"This is nested more than {MAX_DEPTH} deep.",
                "Write it flatter, as in the shipped file.",
            )
        path = self._place(items, line)
        self.stack.append(_Open(items, path))

    def _place(self, value: Any, line: int) -> str:
        """Put ``value`` where it belongs and return its path."""
        if not self.stack:
            self.value = value
            return ""
        top = self.stack[-1]
        if isinstance(top.items, list):
            path = f"{top.path}[{len(top.items)}]"
            top.items.append(value)
            self.lines[path] = line
            return path
        path = self._path()
        top.items[top.key or ""] = value
        top.key = None
        return path

    def _path(self) -> str:
        if not self.stack:
            return ""
        top = self.stack[-1]
        if isinstance(top.items, list):
            return f"{top.path}[{len(top.items)}]"
        return ".".join(part for part in (top.path, top.key) if part)


def read_yaml(file: str, text: str) -> YamlText:
    """Read ``text``; raises MappingErrors that name ``file``, the line and the remedy."""
    reader = _Reader(file)
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise reader.stop(0, "", f"The file is larger than {MAX_BYTES // 1024} kB.", "Take out what is not needed.")
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            reader.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(str(error.problem or error.context or "cannot be read").split())
        line = mark.line + 1 if mark else 0
        raise reader.stop(
            line,
            "",
            f"This is not YAML: {problem}.",
            "Look at indentation, colons and quotes, here and in the line above.",
        ) from None
    except (YAMLError, ValueError, OverflowError) as error:
        # The scanner turns escapes such as \U into characters without checking that there is such a character.
        first = str(error).splitlines()[0] if str(error) else "cannot be read"
        raise reader.stop(
            0, "", f"This is not YAML: {first[:120]}.", "Look for unusual characters and escapes."
        ) from None
    if reader.errors:
        raise MappingErrors(reader.errors)
    return YamlText({} if reader.value is None else reader.value, reader.lines)


def _resolve(event: ScalarEvent) -> Any:
    text: str = event.value
    if event.style is not None and event.style != "":
        return text  # Quoted and block scalars are texts, whatever they look like.
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text
