"""The admin page in a real browser without JavaScript: a person breaks a line, mends it, sees an incident change, publishes, and goes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.e2e.admin import ARGUMENTS, CHROMIUM, SEVERITY, AdminPage, admin_page

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
SEEN = SEVERITY.replace(
    "SEV2: {}\n  SEV3: {}", "SEV2:\n    labels: [sev2, sev3]\n  SEV3:\n    labels: [minor]\n    label: minor"
)


@pytest.fixture(scope="module")
def page() -> Iterator[AdminPage]:
    with admin_page() as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright.Browser"]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as tools:
        started = tools.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        yield started
        started.close()


def test_before_anybody_signed_in_nothing_is_shown_and_no_form_is_taken(page: AdminPage) -> None:
    shown = requests.get(f"{page.url}/", allow_redirects=False, timeout=10)
    assert (shown.status_code, shown.headers["Location"]) == (302, "/sign-in")
    text = {"text": SEEN, "deed": "publish"}
    where = f"{page.url}/files/severity.yaml"
    assert requests.post(where, data=text, headers={"Origin": page.url}, timeout=10).status_code == 400  # no token
    assert requests.post(where, data=text, headers={"Origin": "http://evil.example"}, timeout=10).status_code == 403
    assert requests.post(where, data=text, timeout=10).status_code == 403
    assert requests.get(f"{page.url}/sign-in", headers={"Host": "evil.example"}, timeout=10).status_code == 403
    assert (page.mappings / "severity.yaml").read_text() == SEVERITY


def test_a_person_breaks_mends_previews_publishes_and_goes_back(page: AdminPage, browser: "playwright.Browser") -> None:
    ledger = page.service.parts.engine.ledger
    before = ledger.active_policy()
    writes = page.service.writes()
    tab = browser.new_context(java_script_enabled=False).new_page()
    tab.goto(page.link)
    tab.get_by_label("Your name").fill("Gina Okafor")
    tab.get_by_label("Your name").press("Enter")  # The key of the link is filled in already.
    tab.get_by_role("link", name="severity.yaml").click()

    text = tab.get_by_label("Text")
    text.fill(SEEN.replace("SEV4: {}", "SEV4: {due_hours: soon}"))
    tab.get_by_role("button", name="Publish").click()
    assert "“soon” is not a whole number" in tab.locator("#problems").inner_text()
    tab.get_by_role("link", name="Line 9").click()
    assert "due_hours: soon" in tab.locator("#line-9").inner_text()
    assert (page.mappings / "severity.yaml").read_text() == SEVERITY

    text.fill(SEEN)
    tab.get_by_role("button", name="Preview").click()
    preview = tab.locator("#preview").inner_text()
    assert "1 of 1 would be judged otherwise" in preview and "acme/shop#1" in preview
    assert "SEV3" in preview and "SEV2" in preview
    rows = tab.locator("#preview details tbody tr").all_inner_texts()
    assert any(row.split("\t")[0] == "severity" and row.endswith("SEV3\tSEV2") for row in rows)
    assert page.service.writes() == writes

    tab.get_by_role("button", name="Publish").click()
    assert "severity.yaml is published" in tab.get_by_role("status").inner_text()
    assert (page.mappings / "severity.yaml").read_text() == SEEN
    after = ledger.active_policy()
    assert before is not None and after is not None and after[0] != before[0]
    assert page.service.parts.engine.policies.in_force().stamp == after[0]  # The service pins it at its next look.

    tab.get_by_role("link", name="History").click()
    assert "Gina Okafor" in tab.locator("tbody tr").first.inner_text()
    tab.get_by_role("link", name="Go back to").last.click()
    tab.get_by_role("button", name="Roll back").click()
    assert "Rolled back" in tab.get_by_role("status").inner_text()
    assert (page.mappings / "severity.yaml").read_text() == SEVERITY
    assert ledger.active_policy() == before
    told = [(entry.kind, entry.by) for entry in ledger.policy_history(3)]
    assert told == [
        ("policy.rolled_back", "Gina Okafor"),
        ("policy.published", "Gina Okafor"),
        ("policy.published", "service"),
    ]
    assert ledger.verify_audit().ok

    tab.get_by_role("button", name="Sign out").click()
    tab.goto(f"{page.url}/history")
    assert tab.url == f"{page.url}/sign-in"


def test_the_whole_can_be_used_by_keyboard_alone(page: AdminPage, browser: "playwright.Browser") -> None:
    tab = browser.new_page()
    tab.goto(f"{page.url}/sign-in")
    stops = []
    for _ in range(5):
        tab.keyboard.press("Tab")
        stops.append(tab.evaluate("document.activeElement.id || document.activeElement.innerText"))
    assert stops == ["To the content", "Followthrough policy", "name", "token", "Sign in"]
    outline = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(page: AdminPage, browser: "playwright.Browser", scheme: str) -> None:
    tab = browser.new_context(color_scheme=scheme).new_page()
    tab.goto(f"{page.url}/sign-in")
    names = ("ink", "soft", "link", "bad")
    colours = tab.evaluate(
        "names => names.map(name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim())",
        [*names, "card", "paper"],
    )
    *texts, card, paper = colours
    assert all(contrast(text, ground) >= 4.5 for text in texts for ground in (card, paper))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2, 1.4.3), 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
