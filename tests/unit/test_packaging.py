"""A wheel that is built from the project carries everything that the installed service reads beside its modules."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mappings.shape import STEMS

ROOT = Path(__file__).parents[2]
SOURCES = ("webhooks", "mappings", "integration", "pyproject.toml", "README.md")


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Build a wheel from a copy of the sources, so that nothing is left in the project; return what it holds."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    kept = subprocess.run(["git", "ls-files", *SOURCES], cwd=ROOT, capture_output=True, text=True, check=False)
    if kept.returncode:
        pytest.skip("the project is no git checkout here, so what belongs to it is not known")
    for name in kept.stdout.splitlines():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(target), str(source)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    if "setuptools" in done.stderr and "No matching distribution" in done.stderr:
        pytest.skip("setuptools cannot be had here")
    assert done.returncode == 0, done.stderr[-2000:]
    (wheel,) = target.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        return frozenset(packed.namelist())


@pytest.mark.parametrize("stem", STEMS)
def test_the_wheel_carries_the_mappings(names: frozenset[str], stem: str) -> None:
    assert f"mappings/{stem}.yaml" in names


@pytest.mark.parametrize("room", ["integration/ledger/migrations", "integration/sandbox/page"])
def test_the_wheel_carries_what_lies_beside_the_modules(names: frozenset[str], room: str) -> None:
    here = {
        str(path.relative_to(ROOT))
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }
    assert here - names == set()


def test_the_wheel_carries_no_tests(names: frozenset[str]) -> None:
    assert [name for name in names if name.startswith(("tests/", "benchmarks/", "scripts/"))] == []
