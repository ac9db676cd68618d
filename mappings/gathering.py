"""Collects what is known while a set of mapping files is checked: values, where each key is written, and everything
that is wrong.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import ValidationError

from mappings.errors import MappingError
from mappings.merging import Problem
from mappings.models import Policy
from mappings.refusals import problems_of
from mappings.shape import keys_of
from mappings.values import MappingModel

SHIPPED = " (shipped)"


class Place(NamedTuple):
    """Where a key is written: the file, relative to the folder (``… (shipped)`` for the packaged one), and the line,
    counting from 1.
    """

    file: str
    line: int


@dataclass
class Gathering:
    """What is known so far while a set of files is checked."""

    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, Place] = field(default_factory=dict)
    errors: list[MappingError] = field(default_factory=list)

    def report(self, problems: Iterable[Problem], prefix: str = "") -> None:
        """Note problems whose keys lie under ``prefix``; of two about the same key or one above it, the first is
        enough.
        """
        told: list[str] = []
        for path, problem, remedy in problems:
            if any(path == other or path.startswith((f"{other}.", f"{other}[")) for other in told):
                continue
            told.append(path)
            place = self.place(prefix + path)
            self.errors.append(MappingError(place.file, place.line, inner_key(prefix + path), problem, remedy))

    def report_sides(self, contradictions: Iterable[tuple[Problem, ...]], prefix: str = "") -> None:
        """Note contradictions, each from the side that an admin wrote, where one can tell."""
        for sides in contradictions:
            written = [side for side in sides if self._is_written(prefix + side[0])]
            self.report((written or sides)[:1], prefix)

    def _is_written(self, path: str) -> bool:
        return path in self.lines and not self.lines[path].file.endswith(SHIPPED)

    def place(self, path: str) -> Place:
        """Return where ``path`` is written, or what is nearest above it."""
        while path not in self.lines:
            shorter = re.sub(r"(\.[^.\[\]]*|\[\d+\])$", "", path)
            if shorter == path:
                return Place(f"{path.split('.', maxsplit=1)[0]}.yaml", 0)
            path = shorter
        return self.lines[path]


def inner_key(path: str) -> str:
    """Return a key as it stands inside its file: without the file's own name before it."""
    parts = path.split(".", 2 if path.startswith("projects.") else 1)
    return parts[-1] if len(parts) == (3 if path.startswith("projects.") else 2) else ""


def build(
    values: Mapping[str, Any], stems: Iterable[str], found: Gathering, prefix: str = ""
) -> dict[str, MappingModel]:
    """Return the models of ``stems`` that can be built, and report what keeps the others from it."""
    models: dict[str, MappingModel] = {}
    for stem in stems:
        model = keys_of(Policy)[stem]
        assert isinstance(model, type)  # noqa: S101 - each file of the policy is a model
        try:
            models[stem] = model.model_validate(values[stem])
        except ValidationError as error:
            told = {(e.file, e.key) for e in found.errors}
            problems = problems_of(error, values[stem], stem)
            found.report(
                [p for p in problems if not _is_told(found.place(prefix + p[0]).file, inner_key(prefix + p[0]), told)],
                prefix,
            )
    return models


def _is_told(file: str, key: str, told: set[tuple[str, str]]) -> bool:
    return any(file == other and (key == above or key.startswith((f"{above}.", f"{above}["))) for other, above in told)
