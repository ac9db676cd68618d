"""Every mapping key is documented where admins look, and every documented example is right."""

import re
from pathlib import Path

import pytest

from mappings.loading import load_texts, shipped_text
from mappings.models import Policy
from mappings.shape import STEMS, Entries, keys_of, meaning_of
from mappings.values import MappingModel

DOCS = (Path(__file__).parents[3] / "docs" / "mappings.md").read_text()
EXAMPLES = re.findall(r"\(`([a-z/]+\.yaml)`\)[^`]*?```yaml\n(.*?)```", DOCS, re.DOTALL)


def models(model: type[MappingModel]) -> set[type[MappingModel]]:
    below = {shape.model if isinstance(shape, Entries) else shape for shape in keys_of(model).values()}
    return {model}.union(*(models(found) for found in below if isinstance(found, type)))


def comment_above(lines: list[str], number: int) -> bool:
    """Tell whether a comment stands right above line ``number`` (from 0)."""
    return number > 0 and lines[number - 1].lstrip().startswith("#")


@pytest.mark.parametrize("stem", STEMS)
def test_every_key_of_a_shipped_file_has_a_comment(stem: str) -> None:
    text = shipped_text(stem)
    lines = text.splitlines()
    # Where entries repeat, the comment above the list of entries names the keys, each at the start of its line.
    named = set(re.findall(r"^ *#   ([a-z_]+)  ", text, re.MULTILINE))
    bare = []
    for number, line in enumerate(lines):
        found = re.match(r"^( *)([A-Za-z_#-]+):", line)
        if not found or line.lstrip().startswith("#") or found[2] in named or comment_above(lines, number):
            continue
        if not is_named_entry(stem, lines, number, len(found[1])):
            bare.append(f"{stem}.yaml:{number + 1}: {found[2]}")
    assert bare == []


def is_named_entry(stem: str, lines: list[str], number: int, indent: int) -> bool:
    """Tell whether the line is the name of an entry, or lies in an entry's headings, rather than a key of its own."""
    above = [re.match(r"^( *)([A-Za-z_-]+):", line) for line in lines[:number]]
    parents = [found[2] for found in above if found and len(found[1]) == indent - 2]
    if not parents:
        return False
    collections = {
        key for model in models(Policy) for key, shape in keys_of(model).items() if isinstance(shape, Entries)
    }
    return parents[-1] in collections or (stem == "remediation" and lines[number].lstrip().startswith("headings:"))


@pytest.mark.parametrize("model", sorted(models(Policy), key=lambda model: model.__name__))
def test_every_key_has_a_meaning_that_explain_can_tell(model: type[MappingModel]) -> None:
    assert [key for key in keys_of(model) if not meaning_of(model, key)] == []


@pytest.mark.parametrize("stem", STEMS)
def test_every_file_and_collection_is_in_the_docs(stem: str) -> None:
    assert f"`{stem}.yaml`" in DOCS
    shape = keys_of(Policy)[stem]
    assert isinstance(shape, type)
    collections = [key for key, inner in keys_of(shape).items() if isinstance(inner, Entries)]
    assert [key for key in collections if f"`{key}`" not in DOCS] == []


@pytest.mark.parametrize(("file", "text"), EXAMPLES)
def test_every_documented_example_is_right(file: str, text: str) -> None:
    assert load_texts({file: text}).policy != load_texts({}).policy


def test_there_are_examples_for_the_files_that_are_edited_most() -> None:
    assert {
        "severity.yaml",
        "postmortem.yaml",
        "remediation.yaml",
        "people.yaml",
        "checks.yaml",
        "projects/all.yaml",
    } <= {file for file, _ in EXAMPLES}


def test_the_families_of_checks_in_the_docs_exist() -> None:
    policy = load_texts({}).policy
    named = re.findall(r"for example `([a-z_.]+)`", DOCS)
    assert len(named) == 4
    assert all(policy.has_check(check) for check in named)
