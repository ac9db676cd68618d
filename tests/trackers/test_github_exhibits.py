"""What the GitHub adapter looks up of evidence, with how many calls, and where it never asks (S18, S20)."""

from collections.abc import Iterator

import pytest

from integration.postmortem.exhibits import Exhibit, ExhibitKind
from integration.postmortem.facts import FactsNeeded
from integration.postmortem.incident import IssueRef
from tests.trackers.github_harness import PROJECT, GitHubWorld, a_world


@pytest.fixture
def world() -> Iterator[GitHubWorld]:
    with a_world() as world:
        yield world


@pytest.fixture
def case(world: GitHubWorld) -> IssueRef:
    return world.open_issue("dana", "Recalled products", "Text.", ("incident",))


def page(case: IssueRef, rest: str, project: str = PROJECT) -> str:
    """Return the address of a page beside the incident's."""
    return f"{case.url.split(f'/{PROJECT}/')[0]}/{project}/{rest}"


def seen(world: GitHubWorld, case: IssueRef, link: str) -> Exhibit | None:
    return world.tracker.look_up(case, FactsNeeded(links=frozenset({link})), world.policy).exhibits.get(link)


def test_a_pull_request_counts_when_it_is_merged_into_the_default_branch(world: GitHubWorld, case: IssueRef) -> None:
    number = world.sandbox.add_pull_request(PROJECT, "dana", "Filter recalled products")
    link = page(case, f"pull/{number}")
    before = seen(world, case, link)
    assert before is not None
    assert before.says == "the pull request is not merged yet"
    world.sandbox.merge_pull_request(PROJECT, number, "omar")
    merged = seen(world, case, f"{link}/files")
    assert merged is not None
    assert merged.counts
    assert merged.authors == {world.person("dana").id}
    assert merged.pin


def test_a_pull_request_into_another_branch_or_closed_unmerged_does_not_count(
    world: GitHubWorld, case: IssueRef
) -> None:
    world.sandbox.site.repository(PROJECT).branches["next"] = {}
    other = world.sandbox.add_pull_request(PROJECT, "dana", "Filter", base="next")
    world.sandbox.merge_pull_request(PROJECT, other, "omar")
    closed = world.sandbox.add_pull_request(PROJECT, "dana", "Filter")
    world.sandbox.close_pull_request(PROJECT, closed, "omar")
    told = [seen(world, case, page(case, f"pull/{number}")) for number in (other, closed)]
    assert [each.why for each in told if each] == [
        "was not merged into the default branch",
        "was closed without being merged",
    ]


def test_a_commit_counts_when_the_default_branch_contains_it(world: GitHubWorld, case: IssueRef) -> None:
    number = world.sandbox.add_pull_request(PROJECT, "dana", "Filter")
    world.sandbox.merge_pull_request(PROJECT, number, "omar")
    pull = world.sandbox.site.repository(PROJECT).issues[number].pull
    assert pull is not None
    merged, beside, none = (
        seen(world, case, page(case, f"commit/{sha}")) for sha in (pull.merge_sha, pull.sha, "0" * 40)
    )
    assert merged is not None
    assert merged.counts
    assert beside is not None
    assert beside.why == "is not on the default branch"
    assert none is not None
    assert not none.found


@pytest.mark.parametrize(
    ("conclusion", "branch", "is_of_fork", "why"),
    [
        ("success", "main", False, ""),
        ("failure", "main", False, "did not succeed"),
        (None, "main", False, "is not finished yet"),
        ("success", "fix", False, "is not on the default branch"),
        ("success", "main", True, "is of a fork"),
    ],
)
def test_a_run_counts_when_it_succeeded_on_the_default_branch(
    world: GitHubWorld, case: IssueRef, conclusion: str | None, branch: str, is_of_fork: bool, why: str
) -> None:
    run = world.sandbox.add_run(PROJECT, conclusion, branch=branch, is_of_fork=is_of_fork)
    told = seen(world, case, page(case, f"actions/runs/{run}/job/5"))
    assert told is not None
    assert (told.kind, told.why) == (ExhibitKind.RUN, why)


def test_a_file_is_pinned_by_its_content(world: GitHubWorld, case: IssueRef) -> None:
    files = world.sandbox.site.repository(PROJECT).branches["main"]
    files["docs/run book.md"] = b"one"
    link = page(case, "blob/main/docs/run%20book.md")
    first = seen(world, case, link)
    files["docs/run book.md"] = b"two"
    second = seen(world, case, link)
    assert first is not None
    assert second is not None
    assert first.counts
    assert first.pin != second.pin
    gone = seen(world, case, page(case, "blob/main/docs/other.md"))
    assert gone is not None
    assert not gone.found
    beside = seen(world, case, page(case, "blob/next/README.md"))
    assert beside is not None
    assert not beside.counts


@pytest.mark.parametrize(
    "link",
    [
        "https://attacker.example/acme/shop/pull/1",
        "http://169.254.169.254/latest/meta-data",
        "{web}@attacker.example/acme/shop/pull/1",
        "{web}/other/place/pull/1",
        "{web}/acme/shop/pull/1%2F..%2F..%2Fuser/x/../..",
        "{web}/acme/shop/blob/main/../../user",
        "{web}/acme/..%2f..%2fuser/pull/1",
        "{web}/acme/shop/settings",
    ],
)
def test_no_request_goes_to_an_address_that_a_user_wrote(world: GitHubWorld, case: IssueRef, link: str) -> None:
    written = link.replace("{web}", case.url.split(f"/{PROJECT}/")[0])
    world.tracker.service()
    world.sandbox.calls.reset()
    told = seen(world, case, written)
    assert told is None or not told.found
    allowed = (f"/repos/{PROJECT}", f"/repos/{PROJECT}/pulls/1")
    assert all(path in allowed for path in (call.split(" ")[1] for call in world.calls()))


def test_a_further_repository_is_looked_at_when_it_is_listed_and_from_public_to_private_never(
    world: GitHubWorld, case: IssueRef
) -> None:
    world.sandbox.add_repository("acme/secret", private=True, roles={world.login: "write", "dana": "write"})
    number = world.sandbox.add_pull_request("acme/secret", "dana", "Filter")
    link = page(case, f"pull/{number}", "acme/secret")
    assert seen(world, case, link) is None
    evidence = world.policy.remediation.evidence.model_copy(update={"repositories": ("acme/*",)})
    remediation = world.policy.remediation.model_copy(update={"evidence": evidence})
    world.policy = world.policy.model_copy(update={"remediation": remediation})
    world.sandbox.site.repository(PROJECT).private = True
    assert seen(world, case, link) is not None
    world.sandbox.site.repository(PROJECT).private = False
    world.sandbox.site.repository(PROJECT).version += 1
    assert seen(world, case, link) is None


def test_a_pull_request_costs_one_call_beside_its_repository_and_nothing_when_it_did_not_change(
    world: GitHubWorld, case: IssueRef
) -> None:
    number = world.sandbox.add_pull_request(PROJECT, "dana", "Filter")
    link = page(case, f"pull/{number}")
    seen(world, case, link)
    reads = world.tracker.tally.reads
    world.sandbox.calls.reset()
    seen(world, case, link)
    assert len(world.calls()) == 2
    assert world.tracker.tally.reads == reads


def test_a_link_from_before_the_repository_was_renamed_is_looked_up_and_another_repository_is_not(
    world: GitHubWorld, case: IssueRef
) -> None:
    number = world.sandbox.add_pull_request(PROJECT, "dana", "Filter")
    world.sandbox.merge_pull_request(PROJECT, number, "omar")
    before = page(case, f"pull/{number}")
    world.sandbox.add_repository("acme/other", roles={"dana": "write", world.login: "write"})
    beside = page(case, f"pull/{number}", "acme/other")
    world.sandbox.rename_repository(PROJECT, "acme/store")
    moved = world.tracker.locate(case.key.id, case.locator)
    assert moved.locator.startswith("acme/store#")
    found = seen(world, moved, before)
    assert found is not None
    assert found.counts
    assert seen(world, moved, beside) is None
