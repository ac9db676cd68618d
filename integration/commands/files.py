"""Files that are made from the mappings: what is in the folder is compared first, and what somebody else wrote is left as it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import click


class Fate(StrEnum):
    """What becomes of a file."""

    NEW = "new"
    UNCHANGED = "unchanged"
    REPLACED = "replaced"
    KEPT = "kept"


SAID = {
    Fate.NEW: "✔ {} is written.",
    Fate.UNCHANGED: "✔ {} is as it should be.",
    Fate.REPLACED: "✔ {} is made anew.",
    Fate.KEPT: "! {} was written or changed by somebody; it stays. `--force` replaces it.",
}


@dataclass(frozen=True)
class Made:
    """A file, its text, and what becomes of what is there."""

    path: Path
    text: str
    fate: Fate


def compare(files: Mapping[str, str], folder: Path, ours: str, *, force: bool) -> tuple[Made, ...]:
    """Return what would become of each file; ``ours`` is the first line of files that may be made anew (empty: none)."""
    return tuple(_compared(folder / name, text, ours, force) for name, text in files.items())


def write(made: Iterable[Made]) -> None:
    """Write what is new or replaced."""
    for each in made:
        if each.fate in {Fate.NEW, Fate.REPLACED}:
            each.path.parent.mkdir(parents=True, exist_ok=True)
            each.path.write_text(each.text, encoding="utf-8")


def show(made: Iterable[Made]) -> None:
    """Say what became of each file."""
    for each in made:
        click.echo(SAID[each.fate].format(each.path))


def _compared(path: Path, text: str, ours: str, force: bool) -> Made:
    if not path.exists():
        return Made(path, text, Fate.NEW)
    there = path.read_text(encoding="utf-8", errors="replace")
    if there == text:
        return Made(path, text, Fate.UNCHANGED)
    is_ours = bool(ours) and there.startswith(ours)
    return Made(path, text, Fate.REPLACED if force or is_ours else Fate.KEPT)
