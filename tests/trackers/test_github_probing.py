"""What a GitHub has is probed by reading, told in words, and remembered where a look needs it."""

from collections.abc import Iterator

import pytest

from integration.errors import IssueNotFound
from integration.postmortem.commands import EnsureLinked, Result
from integration.trackers.capabilities import Capabilities
from mappings.models import GithubDue
from tests.trackers.github_harness import PROJECT, GitHubWorld, a_policy, a_world
from tests.trackers.suite import Purse, Story

MISSING = {"sub_issues", "dependencies", "issue_types", "issue_fields"}


@pytest.fixture
def world() -> Iterator[GitHubWorld]:
    with a_world() as world:
        yield world


@pytest.fixture
def old() -> Iterator[GitHubWorld]:
    """Run an Enterprise Server without what came later."""
    with a_world(enterprise=True, as_app=True, features=()) as world:
        yield world


def probed(world: GitHubWorld) -> Capabilities:
    before = world.writes()
    found = world.tracker.probe(PROJECT, world.policy)
    assert world.writes() == before
    return found


def test_github_has_everything_and_nothing_is_done_instead(world: GitHubWorld) -> None:
    Story(world).incident()
    found = probed(world)
    assert (found.server, found.place) == ("GitHub", PROJECT)
    assert {each.name for each in found.lacking} == {"redelivery"}  # A writer's token does not see hooks.


def test_an_older_server_lacks_much_and_says_what_is_done_instead(old: GitHubWorld) -> None:
    Story(old).incident()
    found = probed(old)
    assert found.server == "GitHub Enterprise Server 3.17.0"
    assert {each.name for each in found.lacking} == MISSING
    assert "table in our status comment" in str(found.of("sub_issues"))


def test_what_needs_an_issue_to_be_tried_on_is_not_known_where_there_is_none(world: GitHubWorld) -> None:
    found = probed(world)
    assert (found.of("sub_issues").is_there, found.of("dependencies").is_there) == (None, None)
    assert "no issue yet" in str(found.of("sub_issues"))


def test_a_due_field_that_the_organisation_does_not_have_is_told(world: GitHubWorld) -> None:
    world.policy = a_policy(GithubDue.ISSUE_FIELD)
    name = world.policy.remediation.ticket.github.due_field
    assert probed(world).of("issue_fields").is_there is False
    world.sandbox.add_issue_field("acme", name, "date")
    assert probed(world).of("issue_fields").is_there is True


def test_an_app_can_ask_for_its_deliveries_again(world: GitHubWorld) -> None:
    world.sign_in_as_app()
    assert probed(world).of("redelivery").is_there is True


def test_a_repository_that_is_not_there_is_not_found(world: GitHubWorld) -> None:
    with pytest.raises(IssueNotFound):
        world.tracker.probe("acme/none", world.policy)


def test_sub_issues_that_a_server_lacks_are_asked_for_once_and_not_at_every_look(old: GitHubWorld) -> None:
    story = Story(old)
    case = story.incident()
    for _ in range(4):
        story.look(case)
    assert sum(call.path.endswith("/sub_issues") for call in old.sandbox.calls.of(account=old.login)) == 1
    ticket = story.ticket(case)
    refused = old.tracker.apply(EnsureLinked(case, ticket), old.policy, Purse())
    assert (refused.result, refused.writes) == (Result.REFUSED, 0)
