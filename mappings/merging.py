"""Lays one mapping over another by the shape of the models: shipped values beneath a file, a project's changes above
it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from mappings.errors import nearest, suggestion
from mappings.shape import Entries, Leaf, Pairs, Shape, keys_of, required_keys
from mappings.values import MappingModel

Problem = tuple[str, str, str]  # path, problem, remedy


def fill(shape: Shape, shipped: Any, given: Any) -> Any:
    """Return ``given`` with shipped values where it is silent.

    Entries written by id are the exception: those that the file leaves out stay out, unless the program knows all of
    them.
    """
    if not isinstance(given, Mapping) or not isinstance(shipped, Mapping):
        return given
    match shape:
        case Leaf() | Pairs():
            return given
        case Entries(model, complete):
            order = [*shipped, *(key for key in given if key not in shipped)] if complete else list(given)
            return {key: fill(model, shipped.get(key), given[key]) if key in given else shipped[key] for key in order}
        case model:
            keys = keys_of(model)
            filled = {
                key: fill(keys[key], value, given[key]) if key in given and key in keys else value
                for key, value in shipped.items()
            }
            return {**filled, **{key: value for key, value in given.items() if key not in shipped}}


def overlay(shape: Shape, base: Any, change: Any) -> Any:
    """Return ``base`` with ``change`` laid over it: mappings are merged key by key, everything else is replaced."""
    if not isinstance(base, Mapping) or not isinstance(change, Mapping):
        return change
    match shape:
        case Leaf() | Pairs():
            return change
        case Entries(model):
            inner = dict.fromkeys(change, model)
        case model:
            inner = dict(keys_of(model))  # type: ignore[arg-type]
    changed = {
        key: overlay(inner.get(key, Leaf()), base[key], value) if key in base else value
        for key, value in change.items()
    }
    return {**base, **changed}


def paths(value: Any, prefix: str = "") -> frozenset[str]:
    """Return the paths of all keys and list items in ``value``."""
    match value:
        case Mapping():
            below = {f"{prefix}.{key}" if prefix else key: inner for key, inner in value.items()}
        case list():
            below = {f"{prefix}[{i}]": inner for i, inner in enumerate(value)}
        case _:
            return frozenset()
    return frozenset(below).union(*(paths(inner, path) for path, inner in below.items()))


def check_keys(shape: Shape, given: Any, known: Any, path: str) -> Iterator[Problem]:
    """Yield what is wrong with the keys of ``given``: unknown ones, and lists or texts where keys belong.

    ``known`` is the mapping that fills the gaps (shipped, or the base of a project); it tells which ids exist.
    """
    if isinstance(shape, Leaf):
        return
    if not isinstance(given, Mapping):
        problem = "Nothing is written here." if given is None else "This is not a mapping."
        yield path, problem, "Write keys beneath it, each with a colon, as in the shipped file."
        return
    if isinstance(shape, Pairs):
        return
    ids = known if isinstance(known, Mapping) else {}
    if isinstance(shape, Entries):
        yield from _check_entries(shape, given, ids, path)
        return
    keys = keys_of(shape)
    for key, value in given.items():
        below = f"{path}.{key}" if path else key
        if key in keys:
            yield from check_keys(keys[key], value, ids.get(key), below)
        else:
            yield below, "This key is not known.", suggestion(key, keys)


def _check_entries(shape: Entries, given: Mapping[str, Any], ids: Mapping[str, Any], path: str) -> Iterator[Problem]:
    for key, value in given.items():
        below = f"{path}.{key}" if path else key
        if key not in ids and shape.complete:
            yield below, "The program knows nothing of this name.", suggestion(key, ids)
        elif key not in ids and isinstance(value, Mapping) and _is_slip(shape.model, key, value, ids):
            yield below, "This name is new, and its entry is not complete.", suggestion(key, ids)
        else:
            yield from check_keys(shape.model, value, ids.get(key), below)


def _is_slip(model: type[MappingModel], key: str, value: Mapping[str, Any], ids: Mapping[str, Any]) -> bool:
    """Tell whether a new entry that lacks something is probably an existing one, misspelt."""
    return not required_keys(model) <= value.keys() and nearest(key, ids) is not None
