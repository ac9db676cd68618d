"""A folder of mappings becomes a policy, or nothing does."""

import subprocess
import sys
from pathlib import Path

import pytest

from mappings.errors import MappingErrors
from mappings.gathering import Place
from mappings.loading import load_policy, load_texts, shipped_text
from mappings.models import Level, Severity
from mappings.yaml_text import MAX_BYTES, read_yaml

PACKAGED = Path(__file__).parents[3] / "mappings"


def test_the_packaged_folder_is_the_policy_of_no_files_at_all() -> None:
    assert load_policy(PACKAGED).content_hash == load_texts({}).content_hash


def test_a_folder_may_hold_only_what_differs(tmp_path: Path) -> None:
    (tmp_path / "severity.yaml").write_text(
        "severities:\n  SEV1: {due_hours: 24}\n  SEV2: {}\n  SEV3: {}\n  SEV4: {}\n"
    )
    loaded = load_policy(tmp_path)
    assert loaded.policy.severity.of(Severity.SEV1).due_hours == 24
    assert loaded.policy.severity.of(Severity.SEV1).name == "critical"
    assert len(loaded.policy.postmortem.sections) == 15
    assert loaded.lines["severity.severities.SEV1.due_hours"] == Place("severity.yaml", 2)
    assert loaded.lines["severity.severities.SEV1.name"].file == "severity.yaml (shipped)"
    assert loaded.lines["clocks.zone"].file == "clocks.yaml (shipped)"


def test_other_files_in_the_folder_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("{{{")
    (tmp_path / ".clocks.yaml.swp").write_text("{{{")
    (tmp_path / ".hidden.yaml").write_text("{{{")
    (tmp_path / "projects").mkdir()
    (tmp_path / "projects" / "example.yaml.sample").write_text("{{{")
    (tmp_path / "projects" / "folder.yaml").mkdir()
    assert load_policy(tmp_path).content_hash == load_texts({}).content_hash


def test_project_files_are_read_from_their_folder(tmp_path: Path) -> None:
    (tmp_path / "projects").mkdir()
    (tmp_path / "projects" / "shop.yaml").write_text("applies_to: ['jira:SHOP']\nclocks:\n  zone: Europe/Vienna\n")
    loaded = load_policy(tmp_path)
    assert loaded.policy.for_project("jira", "SHOP").clocks.zone == "Europe/Vienna"
    assert loaded.lines["projects.shop.clocks.zone"] == Place("projects/shop.yaml", 3)


def test_the_shipped_example_of_a_project_file_is_right() -> None:
    sample = (PACKAGED / "projects" / "example.yaml.sample").read_text()
    policy = load_texts({"projects/example.yaml": sample}).policy.for_project("github", "acme/shop-web")
    assert policy.service.client == "Nordlicht"
    assert policy.level("client_known", Severity.SEV1) is Level.OFF


def test_the_texts_in_force_make_the_same_policy_again(tmp_path: Path) -> None:
    (tmp_path / "clocks.yaml").write_text("zone: Europe/Vienna\n")
    (tmp_path / "projects").mkdir()
    (tmp_path / "projects" / "shop.yaml").write_text("applies_to: ['jira:SHOP']\nservice: {mode: advise}\n")
    loaded = load_policy(tmp_path)
    again = load_texts(loaded.files)
    assert (again.policy, again.content_hash) == (loaded.policy, loaded.content_hash)
    assert sorted(loaded.files) == [
        "causes.yaml",
        "checks.yaml",
        "clocks.yaml",
        "destinations.yaml",
        "language.yaml",
        "learning.yaml",
        "people.yaml",
        "postmortem.yaml",
        "projects/shop.yaml",
        "remediation.yaml",
        "service.yaml",
        "severity.yaml",
    ]


def test_the_hash_is_of_values_so_that_a_comment_changes_nothing() -> None:
    plain = load_texts({"clocks.yaml": "zone: Europe/Vienna\n"})
    commented = load_texts({"clocks.yaml": "# Ours.\nzone: 'Europe/Vienna'  # since May\n"})
    other = load_texts({"clocks.yaml": "zone: Europe/Berlin\n"})
    project = load_texts({"clocks.yaml": "zone: Europe/Vienna\n", "projects/a.yaml": "applies_to: ['jira:A']\n"})
    assert plain.content_hash == commented.content_hash
    assert len({plain.content_hash, other.content_hash, project.content_hash}) == 3
    assert len(plain.content_hash) == 64


def test_an_empty_file_is_the_shipped_one() -> None:
    assert load_texts({"clocks.yaml": "# nothing here\n"}).content_hash == load_texts({}).content_hash


def test_sections_that_a_file_leaves_out_are_gone_and_checks_are_not() -> None:
    policy = load_texts(
        {
            "postmortem.yaml": "sections:\n  timeline: {}\n  impact: {levels: {full: warn}}\n",
            "checks.yaml": "checks:\n  in_time: {levels: {SEV1: block}}\n",
        }
    ).policy
    assert [section.id for section in policy.postmortem.sections] == ["timeline", "impact"]
    assert (policy.section("impact").levels.full, policy.section("impact").levels.abbreviated) == (
        Level.WARN,
        Level.BLOCK,
    )
    assert policy.level("in_time", Severity.SEV1) is Level.BLOCK
    assert policy.level("in_time", Severity.SEV2) is Level.WARN
    assert policy.level("evidence", Severity.SEV1) is Level.BLOCK


def test_a_section_can_be_added() -> None:
    policy = load_texts(
        {
            "projects/shop.yaml": "applies_to: ['jira:S']\npostmortem:\n  sections:\n    recall:\n      title: Recall list\n"
            "      headings: []\n      levels: {full: block, abbreviated: off, review: off}\n      when: null\n"
            "      jira_field: null\n      prompt: []\n      ask: Say which list was used.\n      parts: {}\n"
            "      parts_levels: {full: off, abbreviated: off, review: off}\n"
        }
    ).policy
    assert policy.for_project("jira", "S").level("section.recall", Severity.SEV1) is Level.BLOCK
    assert not policy.has_check("section.recall")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(MappingErrors, match=r"This folder is not there\. Make it"):
        load_policy(tmp_path / "nowhere")


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "mappings").write_text("")
    with pytest.raises(MappingErrors, match="This folder is not there"):
        load_policy(tmp_path / "mappings")


def test_a_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "clocks.yaml").write_bytes(b"zone: \xff\xfe")
    with pytest.raises(MappingErrors) as caught:
        load_policy(tmp_path)
    assert str(caught.value).endswith("clocks.yaml: This file is not UTF-8 text. Save it as UTF-8.")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "clocks.yaml").symlink_to(tmp_path / "gone")
    with pytest.raises(MappingErrors) as caught:
        load_policy(tmp_path)
    (error,) = caught.value.errors
    assert (error.file, error.problem) == ("clocks.yaml", "This cannot be read: No such file or directory.")


def test_a_file_that_is_too_large_is_told_without_being_parsed(tmp_path: Path) -> None:
    (tmp_path / "clocks.yaml").write_text("# " + "ä" * MAX_BYTES)
    with pytest.raises(MappingErrors) as caught:
        load_policy(tmp_path)
    (error,) = caught.value.errors
    assert (error.file, error.line, error.problem) == ("clocks.yaml", 0, "The file is larger than 256 kB.")


def test_more_project_files_than_anybody_has_are_refused() -> None:
    files = {f"projects/p{n}.yaml": f"applies_to: ['jira:P{n}']\n" for n in range(201)}
    with pytest.raises(MappingErrors, match="more than 200 project files"):
        load_texts(files)


def test_the_shipped_files_are_within_every_limit() -> None:
    for stem in ("severity", "postmortem", "remediation", "people", "clocks", "service", "checks"):
        text = shipped_text(stem)
        assert len(text.encode()) < MAX_BYTES / 4
        assert read_yaml(f"{stem}.yaml", text).value


def test_the_core_can_import_the_models_without_the_yaml_reader() -> None:
    program = (
        "import sys, mappings.models\n"
        "print([name for name in sys.modules if name.startswith(('ruamel', 'integration', 'mappings.loading'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PACKAGED.parent
    )
    assert done.stdout.strip() == "[]"
