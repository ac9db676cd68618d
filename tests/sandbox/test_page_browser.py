"""The page in a real browser: a person plays a team member, and sees the answer come by itself."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.sandbox.github.sandbox import GitHubSandbox
from integration.sandbox.jira.server import JiraSandbox
from integration.sandbox.page.board import StoryBoard
from integration.sandbox.page.server import Page

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
REPO = "acme/shop"

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Chromium is not installed")


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright.Browser"]:
    with playwright.sync_playwright() as tools:
        started = tools.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        yield started
        started.close()


@pytest.fixture
def github() -> Iterator[GitHubSandbox]:
    with GitHubSandbox() as sandbox:
        sandbox.add_repository(REPO, roles={"dana": "write", "omar": "triage", "followthrough-bot": "write"})
        yield sandbox


@pytest.fixture
def jira() -> Iterator[JiraSandbox]:
    with JiraSandbox() as sandbox:
        for name in ("dana", "omar"):
            sandbox.add_person(name)
        sandbox.add_project("PM", name="Incidents", lead="dana", roles={"omar": "member"})
        yield sandbox


@pytest.fixture
def story() -> StoryBoard:
    return StoryBoard(("Dana labels an issue as an incident.",))


@pytest.fixture
def view(
    browser: "playwright.Browser", github: GitHubSandbox, jira: JiraSandbox, story: StoryBoard
) -> Iterator["playwright.Page"]:
    with Page(github, jira, story, people=("dana", "omar")) as page:
        context = browser.new_context(base_url=page.url)
        context.set_default_timeout(15_000)
        tab = context.new_page()
        problems: list[str] = []
        tab.on("pageerror", lambda error: problems.append(str(error)))
        tab.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        foreign: list[str] = []
        tab.on("request", lambda request: foreign.append(request.url) if not request.url.startswith(page.url) else None)
        yield tab
        context.close()
    assert problems == []
    assert foreign == []


def test_a_person_opens_an_issue_comments_labels_and_closes_it(view: "playwright.Page", github: GitHubSandbox) -> None:
    view.goto("/")
    view.get_by_role("link", name="Open an issue").first.click()
    view.get_by_label("Title").fill("Recalled products")
    view.get_by_role("button", name="Open as dana").click()
    view.get_by_role("heading", name="Recalled products", level=1).wait_for()
    view.get_by_label("Comment as dana").fill("**hello** from the page")
    view.get_by_role("button", name="Comment", exact=True).click()
    view.get_by_text("Comment added.").wait_for()
    view.get_by_label("Add a label").fill("incident")
    view.get_by_role("button", name="Add", exact=True).click()
    view.get_by_role("button", name="Remove the label incident").wait_for()
    view.get_by_role("button", name="Close issue").click()
    view.get_by_role("button", name="Reopen issue").wait_for()
    issue = github.as_person("dana").issue(REPO, 1)
    assert (issue["state"], issue["comments"], issue["labels"][0]["name"]) == ("closed", 1, "incident")


def test_an_answer_appears_by_itself_and_what_is_being_typed_stays(
    view: "playwright.Page", github: GitHubSandbox
) -> None:
    github.as_person("dana").open_issue(
        REPO, "Recalled products", "<details><summary>Fold</summary>\n\ninside\n</details>"
    )
    view.goto(f"/github/{REPO}/1")
    view.locator("summary", has_text="Fold").click()
    view.get_by_label("Comment as dana").fill("half a sen")
    github.as_person("followthrough-bot").comment(REPO, 1, "Three things help now")
    view.get_by_text("Three things help now").wait_for()
    assert view.get_by_label("Comment as dana").input_value() == "half a sen"
    assert view.get_by_role("article").get_by_text("inside").is_visible()


def test_a_person_becomes_another_one_and_acts_as_that_one(view: "playwright.Page", jira: JiraSandbox) -> None:
    key = jira.as_person("dana").open_issue("PM", "Recalled products", "h2. Timeline")
    view.goto(f"/jira/{key}")
    view.get_by_label("You are").select_option("omar")
    view.get_by_label("Comment as omar").fill("/status")
    view.get_by_role("button", name="Comment", exact=True).click()
    view.get_by_text("Comment added.").wait_for()
    view.get_by_role("button", name="Move to Done").click()
    view.get_by_role("button", name="Move to To Do").wait_for()
    assert jira.as_person("dana").comments(key)[0]["author"]["displayName"] == "Omar"


def test_the_story_goes_on_at_the_side(view: "playwright.Page", story: StoryBoard) -> None:
    view.goto("/")
    aside = view.get_by_role("complementary", name="The story so far")
    aside.get_by_text("not yet").wait_for(state="attached")
    story.settle(0, True)
    aside.get_by_text("came out as told").wait_for(state="attached")


def test_everything_that_can_be_filled_in_has_a_name_and_the_page_fits_a_narrow_screen(
    view: "playwright.Page", github: GitHubSandbox
) -> None:
    github.as_person("dana").open_issue(REPO, "Recalled products", "| a | b |\n|--|--|\n| " + "long " * 40 + " | 2 |")
    view.set_viewport_size({"width": 390, "height": 800})
    for path in ("/", f"/github/{REPO}", f"/github/{REPO}/1", f"/github/{REPO}/new"):
        view.goto(path)
        unnamed = view.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), textarea, select, button')]"
            ".filter(each => !(each.labels?.length || each.textContent.trim() || each.ariaLabel)).length"
        )
        assert unnamed == 0
        assert view.evaluate("document.documentElement.scrollWidth <= innerWidth")
