"""Profiles: how much of the shipped policy weighs from the first day. A profile lies between the shipped files and an admin's, whose keys win.

It lowers levels and nothing else, so that what it leaves out is still said, as advice; a check that an update brings is
advice, too, until a profile lists it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files as resources
from typing import Any

from mappings.gathering import SHIPPED, Place
from mappings.service import Profile
from mappings.shape import Entries, Shape, keys_of
from mappings.values import KindLevels, Level, MappingModel, Sentence, SeverityLevels
from mappings.yaml_text import YamlText, read_yaml

MOST = Level.ADVISE
# Where levels of named checks stand → what the checks are called; a part goes by its section.
_NAMES = {
    "postmortem.sections.": "section.",
    "remediation.required.": "action.",
    "checks.checks.": "",
}


class ProfileFile(MappingModel):
    """``profiles/<name>.yaml``, which ships with the program."""

    purpose: Sentence
    """What the profile is for, in one sentence."""
    keep: tuple[str, ...]
    """Patterns of the checks that weigh what the shipped files say; each other one advises at most."""

    def keeps(self, check: str) -> bool:
        """Tell whether a check weighs what the shipped files say."""
        return any(fnmatchcase(check, pattern) for pattern in self.keep)


@dataclass(frozen=True)
class Lowered:
    """A mapping under a profile, and where each value that the profile changed is explained, by its path in the mapping."""

    value: Any
    lines: Mapping[str, Place]


def stated_profile(service: YamlText | None) -> Profile:
    """Return the profile that a service file names; ``full`` where it names none, or none that exists."""
    value = service.value.get("profile") if service is not None and isinstance(service.value, Mapping) else None
    return Profile(value) if isinstance(value, str) and value in set(Profile) else Profile.FULL


def profile_file(profile: Profile) -> ProfileFile:
    """Return what a profile says."""
    return ProfileFile.model_validate(_read(profile).value)


@cache
def _read(profile: Profile) -> YamlText:
    name = f"profiles/{profile.value}.yaml"
    return read_yaml(name + SHIPPED, (resources("mappings") / name).read_text(encoding="utf-8"))


def lower(profile: Profile, stem: str, shape: Shape, value: Any) -> Lowered:
    """Return a shipped mapping with every level lowered that the profile does not keep."""
    said = profile_file(profile)
    place = Place(f"profiles/{profile.value}.yaml{SHIPPED}", _read(profile).lines["keep"])
    changed: dict[str, Place] = {}

    def walk(shape: Shape | None, value: Any, path: str) -> Any:
        if not isinstance(value, Mapping) or shape is None:
            return value
        if shape in (SeverityLevels, KindLevels):
            return value if said.keeps(_check_at(f"{stem}.{path}")) else at_most(value, path)
        if isinstance(shape, Entries):
            return {key: walk(shape.model, inner, f"{path}.{key}") for key, inner in value.items()}
        if not isinstance(shape, type):
            return value
        keys = keys_of(shape)
        return {key: walk(keys.get(key), inner, f"{path}.{key}" if path else key) for key, inner in value.items()}

    def at_most(levels: Mapping[str, Any], path: str) -> dict[str, Any]:
        lowered = {key: MOST.value if Level(level).is_at_least(MOST) else level for key, level in levels.items()}
        changed.update((f"{path}.{key}", place) for key in levels if lowered[key] != levels[key])
        return lowered

    return Lowered(walk(shape, value, ""), changed)


def _check_at(path: str) -> str:
    """Return the name of the check whose levels stand at a path such as ``postmortem.sections.impact.parts_levels``."""
    where, _, last = path.rpartition(".")
    for prefix, family in _NAMES.items():
        if where.startswith(prefix) and "." not in where.removeprefix(prefix):
            entry = where.removeprefix(prefix)
            return f"part.{entry}" if last == "parts_levels" else family + entry
    return where
