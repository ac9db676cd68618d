"""Spreads a policy out into its single values by key, so that two policies can be compared. Pure."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from mappings.models import Policy
from mappings.shape import STEMS, Entries, Leaf, Pairs, keys_of
from mappings.values import MappingModel


@dataclass(frozen=True)
class Flat:
    """A value at a key. ``rule`` is the key with ``*`` for ids, ``names`` are those ids."""

    rule: str
    names: tuple[str, ...]
    value: Any


def flatten(policy: Policy) -> dict[str, Flat]:
    """Return every value of the files that hold everywhere by its full key; a collection of entries is there as the list of its names, too."""
    found: dict[str, Flat] = {}
    for stem in STEMS:
        _collect(getattr(policy, stem), stem, stem, (), found)
    return found


def shown(value: Any) -> str:
    """Return a value as it is shown to people."""
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case Enum():
            return str(value.value)
        case tuple() | list():
            return ", ".join(shown(item) for item in value) or "none"
        case _:
            return str(value)


def _collect(model: MappingModel, key: str, rule: str, names: tuple[str, ...], found: dict[str, Flat]) -> None:
    keys = keys_of(type(model))
    for name, field in type(model).model_fields.items():
        yaml_key = field.alias or name
        if yaml_key not in keys:
            continue  # The id of an entry is its name already.
        value, shape, below = getattr(model, name), keys[yaml_key], f"{key}.{yaml_key}"
        rule_below = f"{rule}.{yaml_key}" if rule != "people.commands" else "people.commands.*"
        match shape:
            case Entries():
                found[below] = Flat(rule_below, names, tuple(str(entry.id) for entry in value))
                for entry in value:
                    _collect(entry, f"{below}.{entry.id}", f"{rule_below}.*", (*names, str(entry.id)), found)
            case Leaf() | Pairs():
                mine = (*names, yaml_key) if rule == "people.commands" else names
                found[below] = Flat(rule_below, mine, value)
            case _:
                _collect(value, below, rule_below, names, found)
