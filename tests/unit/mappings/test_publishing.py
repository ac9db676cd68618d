"""Editors complete and check the YAML by the schemas: these say what the models say, and lie beside the files."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator

from integration.commands.policy import mappings
from mappings.loading import load_texts, shipped_text
from mappings.publishing import NAMES, named_files, schema_of
from mappings.shape import STEMS
from mappings.yaml_text import read_yaml

ROOT = Path(__file__).parents[3]
REMEDY = "The keys of a mapping changed: run `followthrough mappings schema --write mappings/schema` and commit what it writes."


def complaints(name: str, text: str) -> list[str]:
    """Return the paths that a schema refuses in a YAML text, in order."""
    found = Draft7Validator(schema_of(name)).iter_errors(read_yaml(f"{name}.yaml", text).value)
    return sorted({".".join(map(str, error.absolute_path)) for error in found})


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_schema_is_the_one_of_the_models(name: str) -> None:
    committed = ROOT / "mappings" / "schema" / f"{name}.json"
    assert committed.is_file(), REMEDY
    assert committed.read_text() == dict(named_files())[f"{name}.json"], REMEDY


def test_nothing_else_lies_among_the_schemas() -> None:
    assert {path.name for path in (ROOT / "mappings" / "schema").iterdir()} == {f"{name}.json" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_itself_in_order(name: str) -> None:
    Draft7Validator.check_schema(schema_of(name))


@pytest.mark.parametrize("stem", STEMS)
def test_a_shipped_file_names_its_schema_and_satisfies_it(stem: str) -> None:
    text = shipped_text(stem)
    assert text.splitlines()[0] == f"# yaml-language-server: $schema=schema/{stem}.json"
    assert complaints(stem, text) == []


def test_the_example_of_a_project_names_its_schema_and_satisfies_it() -> None:
    text = (ROOT / "mappings" / "projects" / "example.yaml.sample").read_text()
    assert text.splitlines()[0] == "# yaml-language-server: $schema=../schema/project.json"
    assert complaints("project", text) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("severity", ""),
        ("severity", "severities: {SEV1: {due_hours: 24}, SEV2: {}, SEV3: {due_hours: null}, SEV4: {}}\n"),
        ("people", "github_roles: {auditor: write}\n"),
        ("checks", "checks: {in_time: {levels: {SEV1: off}}}\n"),
        ("project", "applies_to: ['jira:SHOP']\npostmortem: {sections: {lessons: {levels: {full: warn}}}}\n"),
        ("project", "applies_to: ['jira:SHOP']\npostmortem: {sections: {our_own: {ask: Say it.}}}\n"),
    ],
)
def test_what_the_service_takes_a_schema_takes(name: str, text: str) -> None:
    assert complaints(name, text) == []


@pytest.mark.parametrize(
    ("name", "text", "places"),
    [
        ("severity", "incident: {lables: [x]}\n", ["incident"]),
        ("severity", "severities: {SEV1: {due_hours: soon}}\n", ["severities.SEV1.due_hours"]),
        ("severity", "severities: {SEV5: {}}\n", ["severities", "severities.SEV5"]),
        ("checks", "checks: {evidence: {levels: {SEV1: blok}}}\n", ["checks.evidence.levels.SEV1"]),
        ("checks", "checks: {evidense: {}}\n", ["checks"]),
        ("postmortem", "sections: {ours: {title: Ours}}\n", ["sections.ours"]),
        ("clocks", "seconds_between_looks: 1\n", ["seconds_between_looks"]),
        ("people", "people: {dana: {}}\n", ["people.dana"]),
        ("project", "clocks: {zone: UTC}\n", [""]),
        ("project", "applies_to: [github]\n", ["applies_to.0"]),
    ],
)
def test_what_the_service_refuses_for_its_form_a_schema_refuses_there(name: str, text: str, places: list[str]) -> None:
    assert complaints(name, text) == places
    with pytest.raises(Exception, match="mappings need"):
        load_texts({"projects/x.yaml" if name == "project" else f"{name}.yaml": text})


def described(schema: Any, path: str = "") -> list[str]:
    """Return the properties without a description."""
    if not isinstance(schema, dict):
        return []
    bare = []
    for key, inner in schema.get("properties", {}).items():
        if "description" not in inner and "$ref" not in inner:
            bare.append(f"{path}.{key}")
        bare += described(inner, f"{path}.{key}")
    for name, inner in schema.get("definitions", {}).items():
        bare += described(inner, name)
    return bare


@pytest.mark.parametrize("stem", STEMS)
def test_every_key_says_in_the_editor_what_it_means(stem: str) -> None:
    assert described(schema_of(stem)) == []


def test_the_command_prints_one_schema_or_all_and_writes_them(tmp_path: Path) -> None:
    run = CliRunner().invoke
    for named in ("clocks", "clocks.yaml", "mappings/clocks.yaml"):
        assert json.loads(run(mappings, ["schema", named]).output) == schema_of("clocks")
    assert json.loads(run(mappings, ["schema", "projects/shop.yaml"]).output) == schema_of("project")
    assert set(json.loads(run(mappings, ["schema"]).output)) == set(NAMES)
    refused = run(mappings, ["schema", "colour"])
    assert refused.exit_code == 2 and "Use one of: severity" in refused.output
    assert run(mappings, ["schema", "--write", str(tmp_path / "new")]).exit_code == 0
    assert {path.name: path.read_text() for path in (tmp_path / "new").iterdir()} == dict(named_files())
