"""Whom a place itself names for what is in it: code owners on GitHub, leads of components on Jira. Whatever cannot be read names nobody."""

import base64
from collections.abc import Iterator

import pytest
import responses

from integration.errors import TrackerRefused
from integration.postmortem.facts import FactsNeeded
from integration.postmortem.incident import IssueKey, IssueRef
from integration.sandbox.jira.server import JiraSandbox
from integration.trackers.github.owners import named_in
from integration.trackers.github.tracker import connect
from tests.trackers.github_harness import KEY, PROJECT, GitHubWorld, a_world
from tests.trackers.jira_harness import a_policy, a_site, an_adapter, ref

NEEDED = FactsNeeded(advisers=True)
API = "https://api.github.com:443"
CASE = IssueRef(IssueKey("github", "77"), "acme/shop#1")


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("* @omar\n", ("@omar",)),
        ("# all of it\n* @dana\n/docs @rita\n* @omar @gina # the last match wins\n", ("@omar", "@gina")),
        ("/search/ @omar\n*.py @gina @omar\n", ("@omar", "@gina")),
        ("* @acme/search dana@example.org\n/search @omar\n", ()),
        ("* @acme/search @omar\n", ("@omar",)),
        ("*\n/search @omar\n", ()),
        ("* @../../user @omar/../x @\n", ()),
        ("", ()),
        ("\x00\ufffd\n@omar\n", ()),
    ],
)
def test_the_last_line_about_everything_names_the_owners_or_else_each_part_does(
    text: str, people: tuple[str, ...]
) -> None:
    assert named_in(text) == people


@pytest.fixture
def world() -> Iterator[GitHubWorld]:
    with a_world() as ready:
        yield ready


def owners(world: GitHubWorld, where: str, text: str) -> list[str]:
    world.sandbox.site.repository(PROJECT).branches["main"][where] = text.encode()
    case = world.open_issue("dana", "It fails")
    return [each.handle for each in world.tracker.look_up(case, NEEDED, world.policy).advisers]


@pytest.mark.parametrize("where", [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"])
def test_code_owners_are_read_from_each_of_their_places(world: GitHubWorld, where: str) -> None:
    assert owners(world, where, "* @omar @gina\n") == ["omar", "gina"]


def test_owners_who_do_not_belong_to_the_repository_are_left_out(world: GitHubWorld) -> None:
    assert owners(world, "CODEOWNERS", "* @nobody-here @omar\n") == ["omar"]


def test_a_repository_without_the_file_names_nobody(world: GitHubWorld) -> None:
    case = world.open_issue("dana", "It fails")
    assert world.tracker.look_up(case, NEEDED, world.policy).advisers == ()


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 403, "json": {"message": "Resource not accessible by integration"}},
        {"json": [{"name": "a folder", "sha": "1"}]},
        {"json": {"sha": "1", "content": "not base64 at all!"}},
        {"json": {"sha": "1", "content": base64.b64encode(b"\xff\xfe* x").decode()}},
    ],
    ids=["refused", "a folder", "no text", "no UTF-8"],
)
def test_a_file_that_cannot_be_read_names_nobody(answer: dict) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as api:
        api.get(f"{API}/user", json={"login": "bot", "id": 9, "type": "User"})
        api.get(f"{API}/repos/acme/shop/contents/.github/CODEOWNERS", **answer)
        for other in ("CODEOWNERS", "docs/CODEOWNERS"):
            api.get(f"{API}/repos/acme/shop/contents/{other}", status=404, json={"message": "Not Found"})
        tracker = connect("https://api.github.com", KEY, token="t")
        assert tracker.look_up(CASE, NEEDED, a_policy()).advisers == ()
        tracker.close()


def test_a_token_that_is_no_longer_good_is_no_missing_file() -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as api:
        api.get(f"{API}/user", json={"login": "bot", "id": 9, "type": "User"})
        api.get(f"{API}/repos/acme/shop/contents/.github/CODEOWNERS", status=401, json={"message": "Bad credentials"})
        tracker = connect("https://api.github.com", KEY, token="t")
        with pytest.raises(TrackerRefused):
            tracker.look_up(CASE, NEEDED, a_policy())
        tracker.close()


@pytest.fixture(params=["Cloud", "Server"])
def site(request: pytest.FixtureRequest) -> Iterator[JiraSandbox]:
    with a_site(request.param) as ready:
        yield ready


def leads(site: JiraSandbox, *components: str) -> list[str]:
    key = site.as_person("dana").open_issue("PM", "It fails", "")
    site.put_in_components(key, *components)
    with an_adapter(site) as tracker:
        return [person.name for person in tracker.look_up(ref(tracker, key), NEEDED, a_policy()).advisers]


def test_leads_of_components_are_named_once_each(site: JiraSandbox) -> None:
    given = (("Search", "omar"), ("App", "gina"), ("Web", "omar"))
    parts = [site.add_component("PM", name, lead) for name, lead in given]
    assert leads(site, *parts) == [site.site.people[name].display_name for name in ("omar", "gina")]


def test_components_without_a_lead_and_issues_without_a_component_name_nobody(site: JiraSandbox) -> None:
    assert leads(site, site.add_component("PM", "Search")) == []
    assert leads(site) == []


@pytest.mark.parametrize("refused", ["/component/", "/issue/"])
@pytest.mark.parametrize("status", [403, 404])
def test_components_that_may_not_be_read_name_nobody(site: JiraSandbox, refused: str, status: int) -> None:
    key = site.as_person("dana").open_issue("PM", "It fails", "")
    site.put_in_components(key, site.add_component("PM", "Search", "omar"))
    with an_adapter(site) as tracker:
        issue = ref(tracker, key)
        site.misbehave.fail_next(1, status, refused)
        assert tracker.look_up(issue, NEEDED, a_policy()).advisers == ()
