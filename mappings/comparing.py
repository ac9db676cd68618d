"""Tells which lines differ between two loaded policies: every value, with the file and line that set it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.explaining import nearest_place
from mappings.flattening import flatten, shown
from mappings.loading import LoadedPolicy
from mappings.yaml_text import read_yaml

ABSENT = "–"


@dataclass(frozen=True)
class ChangedLine:
    """A value that differs: its full key, both values as text (``–`` where there is none), and where the later one is written, or was."""

    key: str
    before: str
    after: str
    file: str
    line: int


def changed_lines(old: LoadedPolicy, new: LoadedPolicy) -> tuple[ChangedLine, ...]:
    """Return what differs, in the order of files and lines; what a project file says is compared as it is written there."""
    before, after = _values(old), _values(new)
    found = []
    for key in dict.fromkeys((*after, *before)):
        was, now = before.get(key, ABSENT), after.get(key, ABSENT)
        if was != now:
            place = nearest_place(new if key in after else old, key)
            found.append(ChangedLine(key, was, now, place.file, place.line))
    return tuple(sorted(found, key=lambda line: (line.file, line.line, line.key)))


def _values(loaded: LoadedPolicy) -> dict[str, str]:
    found = {key: shown(flat.value) for key, flat in flatten(loaded.policy).items()}
    for name in sorted(loaded.files):
        if name.startswith("projects/"):
            stem = name.removeprefix("projects/").removesuffix(".yaml")
            found.update(_leaves(read_yaml(name, loaded.files[name]).value, f"projects.{stem}"))
    return found


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}")
    else:
        yield path, "{}" if isinstance(value, Mapping) else shown(value)
