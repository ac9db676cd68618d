"""Reads the mappings folder as one set: every file, checked alone and together, or every error at once.

Nothing is half taken over.

A file that is missing is the shipped one; a key that a file leaves out has its shipped value, as the profile weighs it. So a folder may hold only
what differs, and an update that brings a new key breaks no folder.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from types import MappingProxyType

from mappings.consistency import contradictions
from mappings.errors import MappingError, MappingErrors, suggestion
from mappings.gathering import SHIPPED, Gathering, Place, build
from mappings.merging import check_keys, fill, paths
from mappings.models import Policy
from mappings.overrides import check_patterns, project_policy
from mappings.profiles import Lowered, lower, stated_profile
from mappings.service import Profile
from mappings.shape import STEMS, keys_of
from mappings.values import IDENTIFIER
from mappings.yaml_text import MAX_BYTES, YamlText, read_yaml

MAX_PROJECTS = 200
_PROJECT_FILE = re.compile(rf"projects/{IDENTIFIER[1:-1]}\.yaml")


@dataclass(frozen=True)
class LoadedPolicy:
    """A policy and where it comes from.

    ``content_hash`` is the SHA-256 (hex) of the values in force, so that a changed comment is no changed policy.
    ``files`` holds the text of every file in force, shipped ones included, and is what the ledger keeps: ``load_texts``
    makes the same policy of it. ``lines`` tells for each key (``severity.severities.SEV1.due_hours``,
    ``projects.shop.clocks.zone``) where it is written.
    """

    policy: Policy
    content_hash: str
    files: Mapping[str, str]
    lines: Mapping[str, Place]


def load_policy(folder: Path) -> LoadedPolicy:
    """Read and check the mappings in ``folder``: ``*.yaml`` and ``projects/*.yaml``.

    Raises MappingErrors with everything that is wrong, unreadable files included.
    """
    return load_texts(read_texts(folder))


def read_texts(folder: Path) -> dict[str, str]:
    """Return the texts of the mapping files in ``folder`` by name, unchecked. Raises MappingErrors where one cannot be read."""
    texts: dict[str, str] = {}
    errors: list[MappingError] = []
    for name, path in _files(folder):
        try:
            texts[name] = _read_text(path)
        except UnicodeDecodeError:
            errors.append(MappingError(name, 0, "", "This file is not UTF-8 text.", "Save it as UTF-8."))
        except OSError as error:
            errors.append(_unreadable(name, error))
    if errors:
        raise MappingErrors(errors)
    return texts


def is_mapping_file(name: str) -> bool:
    """Tell whether a mapping file may have this name: ``severity.yaml``, ``projects/shop.yaml``. Nothing else leads out of the folder."""
    return name in {f"{stem}.yaml" for stem in STEMS} or _PROJECT_FILE.fullmatch(name) is not None


def load_texts(files: Mapping[str, str]) -> LoadedPolicy:
    """Check mappings given as texts by file name (``severity.yaml``, ``projects/shop.yaml``).

    Raises MappingErrors with everything that is wrong.
    """
    found = Gathering()
    documents = _documents(files, found)
    profile = stated_profile(documents.get("service.yaml"))
    for stem in STEMS:
        # A file that nobody changed is the shipped one, wherever it lies, so that a profile holds in a copied folder.
        is_own = files.get(f"{stem}.yaml") != shipped_text(stem)
        _gather_file(stem, documents.get(f"{stem}.yaml"), found, profile, is_own=is_own)
    models = build(found.values, STEMS, found)
    base = None if found.errors else Policy.model_validate(models)
    if base is not None:
        found.report_sides(contradictions(base))
    sound = None if found.errors else base
    changes = {name: document for name, document in documents.items() if name.startswith("projects/")}
    candidates = [project_policy(name, document, sound, found) for name, document in changes.items()]
    projects = tuple(project for project in candidates if project is not None)
    check_patterns(projects, found)
    if found.errors or base is None:
        raise MappingErrors(found.errors)
    texts = {f"{stem}.yaml": _text_in_force(stem, files, profile, found) for stem in STEMS}
    texts.update((name, files[name]) for name in changes)
    return LoadedPolicy(
        base.model_copy(update={"projects": projects}),
        _digest([found.values, {name: document.value for name, document in changes.items()}]),
        MappingProxyType(texts),
        MappingProxyType(found.lines),
    )


@cache
def shipped_policy() -> LoadedPolicy:
    """Return the policy that is in force where nobody changed anything."""
    return load_texts({})


@cache
def shipped_text(stem: str) -> str:
    """Return the text of a packaged mapping file."""
    return (resources("mappings") / f"{stem}.yaml").read_text(encoding="utf-8")


@cache
def shipped(stem: str) -> YamlText:
    """Return a packaged mapping file, read. The value is shared and must not be changed."""
    return read_yaml(f"{stem}.yaml{SHIPPED}", shipped_text(stem))


def _files(folder: Path) -> list[tuple[str, Path]]:
    """Return the mapping files in ``folder`` and its ``projects``, with their names relative to ``folder``."""
    try:
        paths = [*folder.iterdir()]
        if (folder / "projects").is_dir():
            paths += (folder / "projects").iterdir()
    except (FileNotFoundError, NotADirectoryError):
        remedy = "Make it, or let FOLLOWTHROUGH_MAPPINGS_DIR name another one."
        raise MappingErrors([MappingError(str(folder), 0, "", "This folder is not there.", remedy)]) from None
    except OSError as error:
        raise MappingErrors([_unreadable(str(folder), error)]) from None
    wanted = (path for path in paths if path.suffix in (".yaml", ".yml") and not path.name.startswith("."))
    return [(path.relative_to(folder).as_posix(), path) for path in sorted(wanted) if not path.is_dir()]


def _read_text(path: Path) -> str:
    with path.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    # One byte too many is enough for ``read_yaml`` to refuse the file; where it is cut is then of no interest.
    return content.decode(errors="strict" if len(content) <= MAX_BYTES else "replace")


def _unreadable(name: str, error: OSError) -> MappingError:
    remedy = "Let the account of the service read it."
    return MappingError(name, 0, "", f"This cannot be read: {error.strerror or type(error).__name__}.", remedy)


def _digest(values: object) -> str:
    canonical = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode(errors="surrogatepass")).hexdigest()


def _documents(files: Mapping[str, str], found: Gathering) -> dict[str, YamlText]:
    """Read every text that has a place in the set, in the order of names."""
    documents: dict[str, YamlText] = {}
    names = {f"{stem}.yaml" for stem in STEMS}
    if sum(name.startswith("projects/") for name in files) > MAX_PROJECTS:
        problem = f"There are more than {MAX_PROJECTS} project files."
        raise MappingErrors(
            [MappingError("projects", 0, "", problem, "Let patterns with * stand for several projects.")]
        )
    for name in sorted(files):
        if name not in names and not _PROJECT_FILE.fullmatch(name):
            problem = "There is no mapping file of this name."
            found.errors.append(MappingError(name, 0, "", problem, _name_remedy(name, names)))
            continue
        try:
            documents[name] = _read(name, files[name])
        except MappingErrors as error:
            found.errors.extend(error.errors)
    return documents


def _read(name: str, text: str) -> YamlText:
    """Read one file; a copy of the shipped one, which most are, was read before."""
    stem = name.removesuffix(".yaml")
    return shipped(stem) if stem in STEMS and text == shipped_text(stem) else read_yaml(name, text)


def _name_remedy(name: str, names: Iterable[str]) -> str:
    if name.endswith(".yml"):
        return "Let its name end in .yaml."
    if name.startswith("projects/"):
        return "Name it with small letters, digits, - and _, as in projects/shop.yaml."
    return suggestion(name, names)


def _text_in_force(stem: str, files: Mapping[str, str], profile: Profile, found: Gathering) -> str:
    """Return the text of a file; of a shipped one under a profile what it comes down to, since it does not say so itself."""
    text = files.get(f"{stem}.yaml", shipped_text(stem))
    if profile is Profile.FULL or text != shipped_text(stem):
        return text
    return _come_down(found.values[stem])


def _come_down(values: object) -> str:
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def is_own_text(name: str, text: str) -> bool:
    """Tell whether a file in force is an admin's: not the shipped one, nor what that comes down to under a profile."""
    stem = name.removesuffix(".yaml")
    if stem not in STEMS:
        return True
    try:
        return text != shipped_text(stem) and (not text.startswith("{") or text != _come_down(json.loads(text)))
    except json.JSONDecodeError:
        return True


@cache
def _lowered(profile: Profile, stem: str) -> Lowered:
    """Return a packaged file as the profile weighs it. The value is shared and must not be changed."""
    return lower(profile, stem, keys_of(Policy)[stem], shipped(stem).value)


@cache
def _lowered_paths(profile: Profile, stem: str) -> frozenset[str]:
    return paths(_lowered(profile, stem).value)


def _gather_file(stem: str, document: YamlText | None, found: Gathering, profile: Profile, *, is_own: bool) -> None:
    """Fill ``document`` up with shipped values, as the profile weighs them, and note where each key is written."""
    packaged, shape = shipped(stem), keys_of(Policy)[stem]
    lowered = _lowered(profile, stem)
    found.lines[stem] = Place(f"{stem}.yaml" if document else f"{stem}.yaml{SHIPPED}", 0)
    found.values[stem], filled = lowered.value, _lowered_paths(profile, stem)
    if document is not None and is_own:
        found.values[stem] = fill(shape, lowered.value, document.value)
        filled = paths(found.values[stem])
    found.lines.update(
        (f"{stem}.{path}", Place(f"{stem}.yaml{SHIPPED}", line))
        for path, line in packaged.lines.items()
        if path in filled
    )
    if document is not None:
        found.lines.update((f"{stem}.{path}", Place(f"{stem}.yaml", line)) for path, line in document.lines.items())
    unsaid = lowered.lines if document is None or not is_own else lowered.lines.keys() - document.lines.keys()
    found.lines.update((f"{stem}.{path}", lowered.lines[path]) for path in unsaid if path in filled)
    if document is not None:
        found.report(check_keys(shape, document.value, packaged.value, stem))
