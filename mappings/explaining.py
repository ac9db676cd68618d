"""Answers "where does this come from?": for a key of the policy its value, the file and line that set it, and what it
means.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mappings.errors import suggestion
from mappings.gathering import SHIPPED, Place
from mappings.loading import LoadedPolicy, shipped_policy, shipped_text
from mappings.models import Policy
from mappings.shape import STEMS, Entries, Pairs, Shape, keys_of, meaning_of
from mappings.values import MappingModel
from mappings.weakening import Weakening, weakenings

_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


class UnknownKey(LookupError):
    """There is no such key; the message says what was probably meant."""

    def __init__(self, key: str, step: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no key {key}: {step} is not known. {suggestion(step, known)}")


@dataclass(frozen=True)
class Explanation:
    """A key of the policy.

    ``value`` is plain data (texts, numbers, lists, mappings); ``comment`` is what stands above it in the file;
    ``weaker`` says in sentences what here is weaker than in the shipped policy.
    """

    key: str
    value: Any
    file: str
    line: int
    meaning: str
    comment: str
    weaker: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Own:
    """A policy of somebody's, known by the hash of what was loaded and the name of the project (empty: the general one)."""

    stamp: str
    project: str
    policy: Policy = field(compare=False)


@dataclass(frozen=True)
class _Found:
    value: Any
    shape: Shape | None
    meaning: str


def explain(loaded: LoadedPolicy, key: str) -> Explanation:
    """Explain ``key``, such as ``severity.severities.SEV1.due_hours`` or ``projects.shop.clocks.zone``; raises
    UnknownKey.
    """
    policy, inner, found = _found(loaded, key)
    place = nearest_place(loaded, key)
    project = next((each.name for each in loaded.policy.projects if each.policy is policy), "")
    comment, weaker = _comment(loaded, place), _weaker(_Own(loaded.content_hash, project, policy), ".".join(inner))
    return Explanation(key, _plain(found.value), place.file, place.line, found.meaning, comment, weaker)


def locate(loaded: LoadedPolicy, key: str) -> tuple[Any, Place]:
    """Return the value of ``key`` as plain data and where it is set, as ``explain`` tells them; raises UnknownKey."""
    return _plain(_found(loaded, key)[2].value), nearest_place(loaded, key)


def _found(loaded: LoadedPolicy, key: str) -> tuple[Policy, list[str], _Found]:
    steps = [index or name for index, name in _STEP.findall(key)]
    policy, inner = loaded.policy, steps
    if steps[:1] == ["projects"]:
        projects = {project.name: project.policy for project in loaded.policy.projects}
        name = steps[1] if len(steps) > 1 else ""
        if name not in projects:
            raise UnknownKey(key, name or "projects", projects)
        policy, inner = projects[name], steps[2:]
    if not inner or inner[0] not in STEMS:
        raise UnknownKey(key, inner[0] if inner else key or "nothing", STEMS)
    return policy, inner, _follow(policy, inner, key)


def _weaker(of: _Own, key: str) -> tuple[str, ...]:
    """Return what at or below ``key`` is weaker than shipped."""
    return tuple(
        entry.sentence for entry in _weakened(of) if entry.key == key or entry.key.startswith((f"{key}.", f"{key}["))
    )


@lru_cache(maxsize=8)
def _weakened(of: _Own) -> tuple[Weakening, ...]:
    """Compare with the shipped policy, once for all of the keys that are asked about."""
    return tuple(weakenings(shipped_policy().policy, of.policy.model_copy(update={"projects": ()})))


def _follow(policy: Policy, steps: list[str], key: str) -> _Found:
    found = _Found(policy, Policy, "")
    for step in steps:
        found = _step(found, step, key)
    return found


def _step(found: _Found, step: str, key: str) -> _Found:
    match found.value, found.shape:
        case tuple() as entries, Entries(model):
            by_id = {str(entry.id): entry for entry in entries}
            if step not in by_id:
                raise UnknownKey(key, step, by_id)
            return _Found(by_id[step], model, found.meaning)
        case tuple() as rows, Pairs():
            table = dict(rows)
            if step not in table:
                raise UnknownKey(key, step, map(str, table))
            return _Found(table[step], None, found.meaning)
        case MappingModel() as model, _:
            keys = keys_of(type(model))
            if step not in keys:
                raise UnknownKey(key, step, keys)
            return _Found(_field(model, step), keys[step], meaning_of(type(model), step))
        case tuple() as items, _ if step.isdigit() and int(step) < len(items):
            return _Found(items[int(step)], None, found.meaning)
        case _:
            raise UnknownKey(key, step, ())


def _field(model: MappingModel, key: str) -> Any:
    return next(getattr(model, name) for name, field in type(model).model_fields.items() if key in (name, field.alias))


def nearest_place(loaded: LoadedPolicy, key: str) -> Place:
    """Return where the key is set: in the project's file if that names it, else in the others."""
    if key.startswith("projects.") and key not in loaded.lines:
        key = key.split(".", maxsplit=2)[2]
    while key not in loaded.lines:  # A list item may be asked for with a dot, as in ``labels.1``.
        key = key.rpartition(".")[0]
    return loaded.lines[key]


def _comment(loaded: LoadedPolicy, place: Place) -> str:
    """Return the comment right above a line, without its signs."""
    name = place.file.removesuffix(SHIPPED)
    text = shipped_text(name.removesuffix(".yaml")) if place.file != name else loaded.files[name]
    return comment_above(text, place.line)


def comment_above(text: str, number: int) -> str:
    """Return the comment right above line ``number`` (from 1) of a text, without its signs."""
    above: list[str] = []
    for line in reversed(text.splitlines()[: max(number - 1, 0)]):
        if not line.lstrip().startswith("#"):
            break
        above.append(line.lstrip().removeprefix("#").removeprefix(" "))
    return "\n".join(reversed(above))


def _plain(value: Any) -> Any:
    match value:
        case MappingModel():
            return value.model_dump(mode="json", by_alias=True)
        case tuple():
            return [_plain(item) for item in value]
        case str():
            return str(value)
        case None | bool() | int():
            return value
        case _:
            return str(value)
