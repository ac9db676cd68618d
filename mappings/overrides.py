"""Lays the files of ``projects/`` over the rest: for each the whole policy that holds there, checked like any other."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError

from mappings.consistency import contradictions
from mappings.errors import MappingError, suggestion
from mappings.gathering import Gathering, Place, build
from mappings.merging import check_keys, overlay
from mappings.models import Policy, ProjectPolicy
from mappings.refusals import problems_of
from mappings.shape import STEMS, keys_of
from mappings.values import MappingModel, ProjectPattern
from mappings.yaml_text import YamlText


class ProjectFile(MappingModel):
    """The head of a file in ``projects/``; beside it stand the names of the files that it changes."""

    applies_to: tuple[ProjectPattern, ...] = Field(min_length=1)
    """Patterns of projects, such as ``github:acme/shop-*`` or ``jira:SHOP``."""


def project_policy(name: str, document: YamlText, base: Policy | None, found: Gathering) -> ProjectPolicy | None:
    """Lay a project's changes over the base. Without a sound base, only the project file itself is checked."""
    stem = name.removeprefix("projects/").removesuffix(".yaml")
    prefix = f"projects.{stem}."
    before = len(found.errors)
    found.lines[prefix[:-1]] = Place(name, 0)
    found.lines.update((prefix + path, Place(name, line)) for path, line in document.lines.items())
    if not isinstance(document.value, Mapping):
        remedy = "Write applies_to: and, beneath each other, the names of the files that it changes."
        found.errors.append(MappingError(name, 0, "", "This is not a mapping.", remedy))
        return None
    changes = {key: value for key, value in document.value.items() if key in STEMS}
    _check_project_keys(document.value, changes, found, prefix)
    try:
        head = ProjectFile.model_validate({key: value for key, value in document.value.items() if key == "applies_to"})
    except ValidationError as error:
        found.report(problems_of(error, document.value, ""), prefix)
        return None
    if base is None or len(found.errors) > before:
        return None
    merged = {key: overlay(keys_of(Policy)[key], found.values[key], value) for key, value in changes.items()}
    models = build(merged, changes, found, prefix)
    if len(models) < len(changes):
        return None
    policy = base.model_copy(update=models)
    found.report_sides(contradictions(policy), prefix)
    if len(found.errors) > before:
        return None
    return ProjectPolicy(name=stem, applies_to=head.applies_to, policy=policy)


def _check_project_keys(given: Mapping[str, Any], changes: Mapping[str, Any], found: Gathering, prefix: str) -> None:
    unknown = [key for key in given if key not in STEMS and key != "applies_to"]
    found.report(((key, "This key is not known.", suggestion(key, ["applies_to", *STEMS])) for key in unknown), prefix)
    service = changes.get("service")
    if isinstance(service, Mapping) and "profile" in service:
        problem = "A profile holds for all projects."
        remedy = "Write it into service.yaml, and here the levels that differ."
        found.report([("service.profile", problem, remedy)], prefix)
    for key, value in changes.items():
        found.report(check_keys(keys_of(Policy)[key], value, found.values.get(key), key), prefix)


def check_patterns(projects: tuple[ProjectPolicy, ...], found: Gathering) -> None:
    """Report patterns that stand in more than one project file: which one decides must not be a matter of luck."""
    seen: dict[str, str] = {}
    for project in projects:
        for i, pattern in enumerate(project.applies_to):
            first = seen.setdefault(pattern.casefold(), project.name)
            if first != project.name:
                path = f"projects.{project.name}.applies_to[{i}]"
                found.report(
                    [(path, f"“{pattern}” is in projects/{first}.yaml already.", "Keep it in one of the two files.")]
                )
