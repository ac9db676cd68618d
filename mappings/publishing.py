"""Publishes what the models know as JSON Schema (draft 7, which editors read), one schema per mapping file, so that an
editor completes and checks the YAML while it is written. What spans several keys or files stays with ``loading``.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from mappings.explaining import comment_above
from mappings.loading import shipped, shipped_text
from mappings.models import Policy
from mappings.overrides import ProjectFile
from mappings.shape import STEMS, Entries, Leaf, Pairs, Shape, keys_of, required_keys
from mappings.values import MappingModel

Schema = dict[str, Any]
DRAFT = "http://json-schema.org/draft-07/schema#"
PROJECT = "project"  # The schema of every file in projects/.
NAMES = (*STEMS, PROJECT)


def schema_of(name: str) -> Schema:
    """Return the schema of ``<name>.yaml``, or with ``project`` that of the files in ``projects/``. Raises KeyError for another name."""
    writer = _Writer(by_project=name == PROJECT)
    if name == PROJECT:
        applies_to = _leaf(ProjectFile.model_fields["applies_to"])
        files = {stem: writer.model(_model_of(stem), stem) for stem in STEMS}
        body: Schema = {
            "type": "object",
            "additionalProperties": False,
            "required": ["applies_to"],
            "properties": {
                "applies_to": _described(applies_to, "Patterns of projects, such as github:acme/shop-* or jira:SHOP.")
            }
            | files,
        }
        title = "projects/<name>.yaml"
    else:
        body, title = writer.model(_model_of(name), name), f"{name}.yaml"
    head = {"$schema": DRAFT, "title": f"Followthrough: {title}"}
    return head | body | {"definitions": dict(sorted(writer.definitions.items()))}


def schema_text(name: str) -> str:
    """Return a schema as the text of its file."""
    return json.dumps(schema_of(name), ensure_ascii=False, indent=2) + "\n"


def _model_of(stem: str) -> type[MappingModel]:
    model = keys_of(Policy)[stem]
    assert isinstance(model, type)  # noqa: S101 - each file of the policy is a model
    return model


class _Writer:
    """Writes one schema. Models of entries, which repeat, become definitions; ``by_project`` files change entries that only the installation knows."""

    def __init__(self, *, by_project: bool) -> None:
        self._by_project = by_project
        self.definitions: dict[str, Schema] = {}

    def model(self, model: type[MappingModel], path: str, *, required: frozenset[str] = frozenset()) -> Schema:
        """Return the schema of a mapping. No key is required but in a new entry: what a file leaves out has its shipped value."""
        fields = {field.alias or name: field for name, field in model.model_fields.items() if name != "id"}
        found: Schema = {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                key: _described(
                    self._shaped(shape, fields[key], f"{path}.{key}" if path else ""),
                    _meaning(fields[key], f"{path}.{key}"),
                )
                for key, shape in keys_of(model).items()
            },
        }
        return found | ({"required": sorted(required)} if required else {})

    def _shaped(self, shape: Shape, field: FieldInfo, path: str) -> Schema:
        match shape:
            case Leaf():
                return _leaf(field)
            case Pairs():
                key, value = get_args(get_args(field.annotation)[0])
                return {
                    "type": "object",
                    "propertyNames": _plain(TypeAdapter(key).json_schema()),
                    "additionalProperties": _plain(TypeAdapter(value).json_schema()),
                }
            case Entries():
                return self._entries(shape, path)
            case model:
                return self.model(model, path)

    def _entries(self, shape: Entries, path: str) -> Schema:
        known = _at(path)
        changed = {"$ref": f"#/definitions/{self._define(shape.model, complete=False)}"}
        if shape.complete:
            properties = {key: _described(changed, _comment(f"{path}.{key}")) for key in known}
            return {"type": "object", "additionalProperties": False, "properties": properties}
        new = changed if self._by_project else {"$ref": f"#/definitions/{self._define(shape.model, complete=True)}"}
        names = _plain(TypeAdapter(_annotated(shape.model.model_fields["id"])).json_schema())
        listed = {"properties": dict.fromkeys(known, changed)} if known and not self._by_project else {}
        return {"type": "object", "propertyNames": names, **listed, "additionalProperties": new}

    def _define(self, model: type[MappingModel], *, complete: bool) -> str:
        name = f"{'new_' if complete else ''}{model.__name__}"
        if name not in self.definitions:
            required = required_keys(model) if complete else frozenset[str]()
            self.definitions[name] = {"description": " ".join((model.__doc__ or "").split())} | self.model(
                model, "", required=required
            )
        return name


def _leaf(field: FieldInfo) -> Schema:
    found: Schema = _plain(TypeAdapter(_annotated(field)).json_schema())
    return found


def _annotated(field: FieldInfo) -> Any:
    """Return a field's type with its limits, without its default."""
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def _plain(schema: Any, definitions: Mapping[str, Any] | None = None) -> Any:
    """Return a schema of pydantic with its references written out and without the titles that it makes of Python's names."""
    match schema:
        case {"$ref": str(reference)}:
            return _plain((definitions or {})[reference.rpartition("/")[2]], definitions)
        case Mapping():
            known = schema.get("$defs", definitions)
            dropped = ("$defs", "title", "default")
            return {key: _plain(value, known) for key, value in schema.items() if key not in dropped}
        case list():
            return [_plain(item, definitions) for item in schema]
        case _:
            return schema


def _described(schema: Schema, meaning: str) -> Schema:
    if not meaning:
        return schema
    # Beside a reference, draft 7 ignores everything else.
    return {"description": meaning, "allOf": [schema]} if "$ref" in schema else {**schema, "description": meaning}


def _meaning(field: FieldInfo, path: str) -> str:
    """Return the comment above the shipped key, which was written for admins, else the sentence of the model."""
    return _comment(path) or " ".join((field.description or "").split())


def _comment(path: str) -> str:
    stem, _, inner = path.partition(".")
    if stem not in STEMS:
        return ""
    line = shipped(stem).lines.get(inner)
    return comment_above(shipped_text(stem), line) if line else ""


def _at(path: str) -> tuple[str, ...]:
    """Return the names of the shipped entries at a path."""
    stem, *steps = path.split(".")
    value: Any = shipped(stem).value if stem in STEMS else {}
    for step in steps:
        value = value.get(step, {}) if isinstance(value, Mapping) else {}
    return tuple(value) if isinstance(value, Mapping) else ()


def named_files() -> Iterator[tuple[str, str]]:
    """Give the file name and the text of every schema."""
    for name in NAMES:
        yield f"{name}.json", schema_text(name)
