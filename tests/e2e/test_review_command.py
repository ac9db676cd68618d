"""``followthrough review``: printed whole from the ledger, for one project or all, as JSON, and published once where the mapping names a place."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from integration.cli import main
from tests.e2e.reviewed import Reviewed, reviewing
from tests.e2e.stage import PROJECT, REPOSITORY
from tests.e2e.story import ON

PLACES = {"github": REPOSITORY, "jira": PROJECT}


@pytest.fixture(params=list(ON))
def reviewed(request: pytest.FixtureRequest) -> Iterator[Reviewed]:
    with reviewing(request.param) as running:
        running.write_up()
        yield running


def run(reviewed: Reviewed, *arguments: str) -> Result:
    # The stage's clock may be some days ahead, and a command has the machine's: what it prints is as of now.
    return CliRunner().invoke(
        main, ["review", *arguments], env=dict(reviewed.stage.environment), catch_exceptions=False
    )


def test_it_is_printed_whole_with_the_head_of_the_chain_and_without_a_call(reviewed: Reviewed) -> None:
    calls = len(reviewed.stage.github.calls.entries) + len(reviewed.stage.jira.calls.entries)
    for arguments in ((), ("--print",), ("--project", f"{reviewed.site}:{PLACES[reviewed.site]}")):
        told = run(reviewed, *arguments)
        assert told.exit_code == 0
        assert told.output.startswith("Weekly review")
        assert "Filter recalled products at query time" in told.output
        assert f"the audit chain ends at {reviewed.stage.parts.engine.ledger.verify_audit().head}" in told.output
    assert len(reviewed.stage.github.calls.entries) + len(reviewed.stage.jira.calls.entries) == calls


def test_a_program_gets_every_list(reviewed: Reviewed) -> None:
    found = json.loads(run(reviewed, "--json").stdout)
    assert found["open_actions"] == 2
    listed = [
        each
        for name in ("late", "this_week", "unverified", "lapsed", "ownerless", "quiet", "others")
        for each in found[name]
    ]
    assert {each["action"] for each in listed} == {"A1", "A2"}
    assert found["asked"] == found["lost"] == []
    elsewhere = json.loads(run(reviewed, "--project", f"{reviewed.site}:{reviewed.place}", "--json").stdout)
    assert elsewhere["open_actions"] == 0


def test_published_by_command_it_is_one_issue_however_often(reviewed: Reviewed) -> None:
    for _ in range(2):
        told = run(reviewed, "--publish")
        assert (told.exit_code, f"{reviewed.site}:{reviewed.place}: looked at" in told.output) == (0, True)
    assert len(reviewed.reviews()) == 1
    assert "the audit chain ends at" in reviewed.reviews()[0][1].replace("\\", "")


def test_printing_and_publishing_at_once_is_a_matter_of_usage(reviewed: Reviewed) -> None:
    assert run(reviewed, "--print", "--publish").exit_code == 2


def test_where_no_place_is_named_publishing_says_where_to_name_one(reviewed: Reviewed) -> None:
    told = run(
        reviewed,
        "--publish",
        "--project",
        f"{reviewed.site}:{'acme/unheard-of' if reviewed.site == 'github' else 'NONE'}",
    )
    assert (told.exit_code, "destinations.yaml" in told.stderr) == (2, True)
