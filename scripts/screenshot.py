"""Makes the README's picture: plays a few steps of the story on the sandbox and photographs a real status comment in a real browser.

For developers: needs the development dependencies and Chromium. ``python -m scripts.screenshot`` writes ``docs/pictures/status-comment.png``.
"""

import contextlib
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console

from integration.sandbox.demo.demo import REPOSITORY, Demo, running, temporary_folder
from integration.sandbox.demo.story import Story
from integration.sandbox.demo.teams import SERVICE, GitHubTeam
from integration.sandbox.demo.teller import Teller

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "status-comment.png"
ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
# Here two tickets exist, one of them was closed too early and opened again, and the reviews are still to come.
STEPS = (Story.report, Story.respond, Story.draft, Story.complete, Story.move_a_date, Story.close_too_early)
WIDTH, HEIGHT = 1800, 1000


def main() -> int:
    """Make the picture; return the process's exit code."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
    if not Path(browser).exists():
        print("Chromium is not installed; the picture stays as it is.", file=sys.stderr)  # noqa: T201
        return 2
    console = Console(stderr=True)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        output = stack.enter_context((folder / "service.log").open("ab", buffering=0))
        demo = stack.enter_context(running(folder, output))
        where = _play(demo, console)
        tools = stack.enter_context(sync_playwright())
        started = stack.enter_context(tools.chromium.launch(executable_path=browser, args=list(ARGUMENTS)))
        _photograph(started, demo.page.url.rstrip("/") + where)
    console.print(f"Written: {PICTURE}")
    return 0


def _play(demo: Demo, console: Console) -> str:
    """Play the steps on the sandbox GitHub; return the page's path of the incident."""
    team = GitHubTeam(demo.github, REPOSITORY)
    demo.service.wait_ready()
    story = Story(team, Teller(console, demo.board), lambda: demo.service.wait_at_rest(demo.github.hooks))
    for step in STEPS:
        step(story)
    return team.path(story.incident)


def _photograph(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5, color_scheme="light")
    page.goto(address)
    comment = page.locator("article.remark", has=page.locator("h2.by b", has_text=SERVICE)).first
    comment.wait_for()
    # The table of actions is folded away until somebody opens it.
    comment.locator("details").evaluate_all(
        "folds => folds.forEach(fold => fold.open = /action/i.test(fold.innerText))"
    )
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    comment.screenshot(path=str(PICTURE))


if __name__ == "__main__":
    sys.exit(main())
