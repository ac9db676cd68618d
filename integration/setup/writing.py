"""Puts what was answered into the mappings folder: checked as one set before a byte is written, held against other editors meanwhile."""

from importlib.resources import files
from pathlib import Path

from integration.errors import ConfigError
from integration.setup.answers import Answers, changed
from integration.setup.steps import Fate, Step
from mappings.folder import locked, write_texts
from mappings.loading import load_texts, read_texts


def write_answers(folder: Path, answers: Answers, *, only_show: bool) -> tuple[Step, ...]:
    """Write the answers and return a step for each file. Raises ``MappingErrors`` where the set would not be sound, and ``OSError``."""
    with locked(folder, exclusive=not only_show):
        texts = read_texts(folder)
        changes = changed(texts, answers)
        load_texts({**texts, **changes})
        if changes and not only_show:
            _require_own(folder)
            write_texts(folder, changes)
    made = tuple(Step("mapping", name, Fate.MEND if name in texts else Fate.MAKE) for name in changes)
    return made or (Step("mapping", str(folder), Fate.KEEP),)


def _require_own(folder: Path) -> None:
    """Keep off the folder that ships with the program: the next version would replace what was answered."""
    if folder == Path(str(files("mappings"))) and folder != Path("mappings").absolute():
        raise ConfigError(
            "There is no mappings folder of your own yet to keep the answers in.",
            where="FOLLOWTHROUGH_MAPPINGS_DIR",
            remedy="Make one here with `mkdir mappings` (an empty one will do), then repeat this.",
        )
