"""What the models look like from outside: which keys a mapping may have, and which lists are written by id.

Used to merge, name and explain.
"""

from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from mappings.values import Keyed, MappingModel, Table

# The mapping files without ``.yaml``, which are the fields of a policy.
STEMS = (
    "severity",
    "postmortem",
    "remediation",
    "people",
    "clocks",
    "service",
    "checks",
    "language",
    "destinations",
    "learning",
    "causes",
)


@dataclass(frozen=True)
class Leaf:
    """A value without keys of its own: a scalar or a list of scalars."""


@dataclass(frozen=True)
class Entries:
    """A mapping from id to entries of ``model``. ``complete``: left-out entries are taken from the shipped file."""

    model: type[MappingModel]
    complete: bool


@dataclass(frozen=True)
class Pairs:
    """A mapping from any key to a scalar."""


Shape = Leaf | Entries | Pairs | type[MappingModel]


@cache
def keys_of(model: type[MappingModel]) -> dict[str, Shape]:
    """Return the YAML keys of ``model`` and what each holds.

    A field ``id`` is not among them: YAML writes it as the key above the entry.
    """
    return {field.alias or name: _shape(field) for name, field in model.model_fields.items() if name != "id"}


@cache
def required_keys(model: type[MappingModel]) -> frozenset[str]:
    """Return the YAML keys that an entry of ``model`` has to have."""
    return frozenset(
        field.alias or name for name, field in model.model_fields.items() if name != "id" and field.is_required()
    )


@cache
def meaning_of(model: type[MappingModel], key: str) -> str:
    """Return the sentence that the model says about ``key``."""
    for name, field in model.model_fields.items():
        if key in (name, field.alias):
            return " ".join((field.description or "").split())
    raise KeyError(key)


def _shape(field: FieldInfo) -> Shape:
    for mark in field.metadata:
        if isinstance(mark, Keyed):
            return Entries(_item_model(field.annotation), mark.complete)
        if isinstance(mark, Table):
            return Pairs()
    return _model(field.annotation) or Leaf()


def _item_model(annotation: Any) -> type[MappingModel]:
    item = get_args(annotation)[0]
    assert isinstance(item, type) and issubclass(item, MappingModel)  # noqa: S101 - a mistake in the models, not in a mapping
    return item


def _model(annotation: Any) -> type[MappingModel] | None:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _model(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return next((found for found in map(_model, get_args(annotation)) if found), None)
    return annotation if isinstance(annotation, type) and issubclass(annotation, MappingModel) else None
