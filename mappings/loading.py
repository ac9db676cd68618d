"""Reads the mappings folder as one set: every file, checked alone and together, or every error at once. Nothing is half taken over.

A file that is missing is the shipped one; a key that a file leaves out has its shipped value. So a folder may hold only what differs, and an
update that brings a new key breaks no folder.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import Field, ValidationError

from mappings.consistency import contradictions
from mappings.errors import MappingError, MappingErrors, suggestion
from mappings.merging import Problem, check_keys, fill, overlay
from mappings.models import Policy, ProjectPolicy
from mappings.refusals import problems_of
from mappings.shape import keys_of
from mappings.values import IDENTIFIER, MappingModel, ProjectPattern
from mappings.yaml_text import MAX_BYTES, YamlText, read_yaml

STEMS = ("severity", "postmortem", "remediation", "people", "clocks", "service", "checks")
MAX_PROJECTS = 200


class Place(NamedTuple):
    """Where a key is written: the file, relative to the folder (``… (shipped)`` for the packaged one), and the line, counting from 1."""

    file: str
    line: int


@dataclass(frozen=True)
class LoadedPolicy:
    """A policy and where it comes from.

    ``content_hash`` is the SHA-256 (hex) of the values in force, so that a changed comment is no changed policy. ``files`` holds the text of
    every file in force, shipped ones included, and is what the ledger keeps: ``load_texts`` makes the same policy of it. ``lines`` tells for
    each key (``severity.severities.SEV1.due_hours``, ``projects.shop.clocks.zone``) where it is written.
    """

    policy: Policy
    content_hash: str
    files: Mapping[str, str]
    lines: Mapping[str, Place]


class ProjectFile(MappingModel):
    """The head of a file in ``projects/``; beside it stand the names of the files that it changes."""

    applies_to: tuple[ProjectPattern, ...] = Field(min_length=1)
    """Patterns of projects, such as ``github:acme/shop-*`` or ``jira:SHOP``."""


@dataclass
class _Gathering:
    """What is known so far while a set of files is checked."""

    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, Place] = field(default_factory=dict)
    errors: list[MappingError] = field(default_factory=list)

    def report(self, problems: Iterable[Problem], prefix: str = "") -> None:
        """Note problems whose keys lie under ``prefix``; of two about the same key or one above it, the first is enough."""
        told: list[str] = []
        for path, problem, remedy in problems:
            if any(path == other or path.startswith((f"{other}.", f"{other}[")) for other in told):
                continue
            told.append(path)
            place = self.place(prefix + path)
            self.errors.append(MappingError(place.file, place.line, inner_key(prefix + path), problem, remedy))

    def place(self, path: str) -> Place:
        """Return where ``path`` is written, or what is nearest above it."""
        while path not in self.lines:
            shorter = re.sub(r"(\.[^.\[\]]*|\[\d+\])$", "", path)
            if shorter == path:
                return Place(f"{path.split('.')[0]}.yaml", 0)
            path = shorter
        return self.lines[path]


def inner_key(path: str) -> str:
    """Return a key as it stands inside its file: without the file's own name before it."""
    parts = path.split(".", 2 if path.startswith("projects.") else 1)
    return parts[-1] if len(parts) == (3 if path.startswith("projects.") else 2) else ""


def load_policy(folder: Path) -> LoadedPolicy:
    """Read and check the mappings in ``folder``: ``*.yaml`` and ``projects/*.yaml``. Raises MappingErrors with everything that is wrong."""
    texts: dict[str, str] = {}
    errors: list[MappingError] = []
    if not folder.is_dir():
        raise MappingErrors(
            [
                MappingError(
                    str(folder), 0, "", "This folder is not there.", "Make it, or set FOLLOWTHROUGH_MAPPINGS_DIR."
                )
            ]
        )
    for path in sorted(
        (*folder.iterdir(), *((folder / "projects").iterdir() if (folder / "projects").is_dir() else ()))
    ):
        if path.suffix not in (".yaml", ".yml") or path.name.startswith(".") or not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        try:
            texts[name] = _read_text(path)
        except UnicodeDecodeError:
            errors.append(MappingError(name, 0, "", "This file is not UTF-8 text.", "Save it as UTF-8."))
        except OSError as error:
            errors.append(
                MappingError(
                    name,
                    0,
                    "",
                    f"This file cannot be read: {error.strerror}.",
                    "Give the service's account the right to.",
                )
            )
    if errors:
        raise MappingErrors(errors)
    return load_texts(texts)


def load_texts(files: Mapping[str, str]) -> LoadedPolicy:
    """Check mappings given as texts by file name (``severity.yaml``, ``projects/shop.yaml``). Raises MappingErrors with everything wrong."""
    found = _Gathering()
    documents = _documents(files, found)
    for stem in STEMS:
        _gather_file(stem, documents.get(f"{stem}.yaml"), found)
    models = _build(found.values, STEMS, found)
    base = Policy.model_construct(**models, projects=()) if len(models) == len(STEMS) else None
    if base is not None:
        found.report(contradictions(base))
    is_base_sound = not found.errors
    projects = tuple(
        project
        for name, document in documents.items()
        if name.startswith("projects/")
        and (project := _project(name, document, base if is_base_sound else None, found)) is not None
    )
    _check_patterns(projects, found)
    if found.errors or base is None:
        raise MappingErrors(found.errors)
    changes = {name: document.value for name, document in sorted(documents.items()) if name.startswith("projects/")}
    canonical = json.dumps([found.values, changes], ensure_ascii=False, separators=(",", ":"))
    texts = {f"{stem}.yaml": files.get(f"{stem}.yaml", shipped_text(stem)) for stem in STEMS}
    texts.update((name, files[name]) for name in changes)
    digest = hashlib.sha256(canonical.encode(errors="surrogatepass")).hexdigest()
    policy = Policy.model_construct(**models, projects=projects)
    return LoadedPolicy(policy, digest, MappingProxyType(texts), MappingProxyType(found.lines))


@cache
def shipped_text(stem: str) -> str:
    """Return the text of a packaged mapping file."""
    return (resources("mappings") / f"{stem}.yaml").read_text(encoding="utf-8")


@cache
def shipped(stem: str) -> YamlText:
    """Return a packaged mapping file, read. The value is shared and must not be changed."""
    return read_yaml(f"{stem}.yaml (shipped)", shipped_text(stem))


def _read_text(path: Path) -> str:
    with path.open("rb") as stream:
        # One byte more than is allowed is enough for ``read_yaml`` to refuse the file, however large it is.
        return stream.read(MAX_BYTES + 1).decode()


def _documents(files: Mapping[str, str], found: _Gathering) -> dict[str, YamlText]:
    """Read every text that has a place in the set, in the order of names."""
    documents: dict[str, YamlText] = {}
    names = {f"{stem}.yaml" for stem in STEMS}
    for name in sorted(files):
        is_project = re.fullmatch(rf"projects/{IDENTIFIER[1:-1]}\.yaml", name) is not None
        if name not in names and not is_project:
            found.errors.append(
                MappingError(name, 0, "", "There is no mapping file of this name.", _name_remedy(name, names))
            )
            continue
        try:
            documents[name] = read_yaml(name, files[name])
        except MappingErrors as error:
            found.errors.extend(error.errors)
    if sum(name.startswith("projects/") for name in documents) > MAX_PROJECTS:
        found.errors.append(
            MappingError(
                "projects", 0, "", f"There are more than {MAX_PROJECTS} project files.", "Use patterns with *."
            )
        )
    return documents


def _name_remedy(name: str, names: Iterable[str]) -> str:
    if name.endswith(".yml"):
        return "Let its name end in .yaml."
    if name.startswith("projects/"):
        return "Name it with small letters, digits, - and _, as in projects/shop.yaml."
    return suggestion(name, names)


def _gather_file(stem: str, document: YamlText | None, found: _Gathering) -> None:
    """Fill ``document`` up with shipped values and note where each key is written."""
    packaged, shape = shipped(stem), keys_of(Policy)[stem]
    found.lines[stem] = Place(f"{stem}.yaml" if document else f"{stem}.yaml (shipped)", 0)
    found.lines.update(
        (f"{stem}.{path}", Place(f"{stem}.yaml (shipped)", line)) for path, line in packaged.lines.items()
    )
    if document is None:
        found.values[stem] = packaged.value
        return
    found.lines.update((f"{stem}.{path}", Place(f"{stem}.yaml", line)) for path, line in document.lines.items())
    found.report(check_keys(shape, document.value, packaged.value, stem))
    found.values[stem] = fill(shape, packaged.value, document.value)


def _build(
    values: Mapping[str, Any], stems: Iterable[str], found: _Gathering, prefix: str = ""
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


def _project(name: str, document: YamlText, base: Policy | None, found: _Gathering) -> ProjectPolicy | None:
    """Lay a project's changes over the base. Without a sound base, only the project file itself is checked."""
    stem = name.removeprefix("projects/").removesuffix(".yaml")
    prefix = f"projects.{stem}."
    before = len(found.errors)
    found.lines[prefix[:-1]] = Place(name, 0)
    found.lines.update((prefix + path, Place(name, line)) for path, line in document.lines.items())
    if not isinstance(document.value, Mapping):
        found.errors.append(
            MappingError(
                name, 0, "", "This is not a mapping.", "Write applies_to: and the names of files beneath each other."
            )
        )
        return None
    changes = {key: value for key, value in document.value.items() if key in STEMS}
    unknown = [key for key in document.value if key not in STEMS and key != "applies_to"]
    found.report(((key, "This key is not known.", suggestion(key, ["applies_to", *STEMS])) for key in unknown), prefix)
    for key, value in changes.items():
        found.report(check_keys(keys_of(Policy)[key], value, found.values.get(key), key), prefix)
    try:
        head = ProjectFile.model_validate({key: value for key, value in document.value.items() if key == "applies_to"})
    except ValidationError as error:
        found.report(problems_of(error, document.value, ""), prefix)
        return None
    if base is None or len(found.errors) > before:
        return None
    merged = {key: overlay(keys_of(Policy)[key], found.values[key], value) for key, value in changes.items()}
    models = _build(merged, changes, found, prefix)
    if len(models) < len(changes):
        return None
    policy = base.model_copy(update=models)
    found.report(contradictions(policy), prefix)
    return (
        ProjectPolicy.model_construct(name=stem, applies_to=head.applies_to, policy=policy)
        if len(found.errors) == before
        else None
    )


def _check_patterns(projects: tuple[ProjectPolicy, ...], found: _Gathering) -> None:
    seen: dict[str, str] = {}
    for project in projects:
        for i, pattern in enumerate(project.applies_to):
            first = seen.setdefault(pattern.casefold(), project.name)
            if first != project.name:
                path = f"projects.{project.name}.applies_to[{i}]"
                found.report(
                    [(path, f"“{pattern}” is in projects/{first}.yaml already.", "Keep it in one of the two files.")]
                )
