"""Makes the picture of the admin page: a real preview of an edit on a sandbox tracker, in a real browser.

For developers: needs the development dependencies and Chromium. ``python -m scripts.admin_screenshot`` writes ``docs/pictures/admin-preview.png``; with
a folder, also each other page there, light and dark, to be looked at.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.admin import ARGUMENTS, CHROMIUM, SEVERITY, AdminPage, admin_page

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "admin-preview.png"
EDIT = SEVERITY.replace("SEV1: {}", "SEV1: {due_hours: 72}").replace(
    "SEV2: {}\n  SEV3: {}", "SEV2:\n    labels: [sev2, sev3]\n  SEV3:\n    labels: [minor]\n    label: minor"
)
BROKEN = EDIT.replace("due_hours: 72", "due_hours: soon")


def main(folder: Path | None) -> int:
    """Make the pictures; return the process's exit code."""
    if not Path(CHROMIUM).exists():
        print("Chromium is not installed; the picture stays as it is.", file=sys.stderr)  # noqa: T201
        return 2
    with admin_page() as page, sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        tab = _signed_in(browser, page)
        tab.goto(f"{page.url}/files/severity.yaml")
        _try(tab, EDIT, "Preview")
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        tab.screenshot(path=str(PICTURE))
        if folder is not None:
            _the_others(tab, page, folder)
        browser.close()
    return 0


def _signed_in(browser: Browser, page: AdminPage) -> Page:
    tab = browser.new_context(
        viewport={"width": 1200, "height": 1080},
        device_scale_factor=1.5,
        color_scheme="light",
        java_script_enabled=False,
    ).new_page()
    tab.goto(page.link)
    tab.get_by_label("Your name").fill("Gina Okafor")
    tab.get_by_role("button", name="Sign in").click()
    return tab


def _try(tab: Page, text: str, deed: str) -> None:
    tab.get_by_label("Text").fill(text)
    tab.get_by_role("button", name=deed, exact=True).click()


def _the_others(tab: Page, page: AdminPage, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        tab.goto(f"{page.url}/files/severity.yaml")
        _try(tab, BROKEN, "Check")
        tab.screenshot(path=str(folder / f"broken-{scheme}.png"))
        _try(tab, EDIT, "Preview")
        tab.screenshot(path=str(folder / f"preview-{scheme}.png"), full_page=True)
        for name in ("", "history"):
            tab.goto(f"{page.url}/{name}")
            tab.screenshot(path=str(folder / f"{name or 'files'}-{scheme}.png"))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
