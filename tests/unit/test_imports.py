"""The house's walls hold: the import contracts of ``pyproject.toml``, checked as ``make imports`` does."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_import_keeps_to_the_contracts() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(command), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_package_files_are_empty() -> None:
    """An import of a package must cost nothing, and names have one home."""
    files = [path for room in ("webhooks", "mappings", "integration") for path in (ROOT / room).rglob("__init__.py")]
    assert [str(path.relative_to(ROOT)) for path in files if path.read_text().strip()] == []
