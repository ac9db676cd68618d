"""``followthrough templates``: shown, written, left alone where somebody else wrote; and the same again changes nothing."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from integration import cli
from integration.trackers.github.templates import MADE_BY

FORM = ".github/ISSUE_TEMPLATE/incident.yml"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ("templates", *arguments))


@pytest.mark.parametrize(("kind", "word"), [("github", "checkboxes"), ("jira", "h3. Summary"), ("markdown", "- [ ] ")])
def test_templates_are_shown_with_their_names(kind: str, word: str) -> None:
    shown = run(kind)
    assert shown.exit_code == 0
    assert "──── " in shown.output
    assert word in shown.output


def test_as_json_each_file_has_its_text() -> None:
    files = json.loads(run("github", "--json").output)["files"]
    assert list(files) == [FORM, ".github/ISSUE_TEMPLATE/near-miss.yml"]
    assert files[FORM].startswith(MADE_BY)


def test_written_twice_the_second_time_changes_nothing(tmp_path: Path) -> None:
    assert "is written" in run("github", "--write", ".").output
    before = (tmp_path / FORM).stat().st_mtime_ns
    again = run("github", "--write", ".", "--json")
    assert set(json.loads(again.output)["files"].values()) == {"unchanged"}
    assert (tmp_path / FORM).stat().st_mtime_ns == before


def test_a_form_of_ours_is_made_anew_when_the_mappings_changed(tmp_path: Path) -> None:
    run("github", "--write", ".")
    (tmp_path / "edited").mkdir()
    (tmp_path / "edited" / "service.yaml").write_text("client: Nordlicht\n")
    (tmp_path / "edited" / "postmortem.yaml").write_text(
        "sections:\n  summary: {title: What happened in short, headings: []}\n"
    )
    assert "is made anew" in run("github", "--write", ".", "--folder", "edited").output
    assert "What happened in short" in (tmp_path / FORM).read_text()


def test_a_form_that_somebody_wrote_stays_until_one_insists(tmp_path: Path) -> None:
    (tmp_path / FORM).parent.mkdir(parents=True)
    (tmp_path / FORM).write_text("name: Ours\n")
    left = run("github", "--write", ".")
    assert left.exit_code == 1
    assert "it stays" in left.output
    assert (tmp_path / FORM).read_text() == "name: Ours\n"
    assert run("github", "--write", ".", "--force").exit_code == 0
    assert (tmp_path / FORM).read_text().startswith(MADE_BY)
