"""Who gets in, and what is refused at the door of the admin page."""

import pytest

from integration.admin.doorkeeping import KEY_LASTS, SESSION_LASTS, readable_name
from tests.admin.conftest import ORIGIN, TOKEN, Desktop

PAGES = ("/", "/files/clocks.yaml", "/history", "/new?name=shop", "/history/0")


@pytest.mark.parametrize("path", PAGES)
def test_without_sign_in_every_page_leads_to_the_door(page: Desktop, path: str) -> None:
    answer = page.browser.get(path)
    assert (answer.status_code, answer.location) == (302, "/sign-in")


def test_the_style_is_for_everybody(page: Desktop) -> None:
    answer = page.browser.get("/static/admin.css")
    assert answer.status_code == 200 and answer.mimetype == "text/css"


@pytest.mark.parametrize("path", ["/files/clocks.yaml", "/history/0", "/sign-out"])
def test_without_sign_in_every_form_is_refused(page: Desktop, path: str) -> None:
    assert page.browser.post(path, form_at="/sign-in", text="zone: UTC\n", deed="publish").status_code == 401
    assert "12" in (page.folder / "clocks.yaml").read_text()


@pytest.mark.parametrize("path", ["/sign-in", "/files/clocks.yaml", "/sign-out"])
def test_a_form_without_its_token_is_refused(page: Desktop, path: str) -> None:
    page.browser.sign_in()
    answer = page.browser.client.post(path, data={"text": "zone: UTC\n", "deed": "publish"}, headers={"Origin": ORIGIN})
    assert answer.status_code == 400
    assert page.browser.get("/").status_code == 200  # still signed in


def test_a_token_of_another_session_is_refused(page: Desktop) -> None:
    page.browser.sign_in()
    answer = page.browser.post("/files/clocks.yaml", csrf_token="IjEi.aaaa.bbbb", text="zone: UTC\n", deed="publish")
    assert answer.status_code == 400


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:1", "https://localhost", "null", None])
def test_a_form_of_another_origin_is_refused(page: Desktop, origin: str | None) -> None:
    page.browser.sign_in()
    page.browser.headers = {} if origin is None else {"Origin": origin}
    answer = page.browser.post("/files/clocks.yaml", text="zone: UTC\n", deed="publish")
    assert answer.status_code == 403
    assert "12" in (page.folder / "clocks.yaml").read_text()


@pytest.mark.parametrize("host", ["evil.example", "10.0.0.8:8090", "127.0.0.1.evil.example", "localhost.evil.example"])
def test_under_a_foreign_name_nothing_is_answered(page: Desktop, host: str) -> None:
    answer = page.browser.client.get("/sign-in", headers={"Host": host})
    assert answer.status_code == 403 and "<form" not in answer.text


@pytest.mark.parametrize("host", ["localhost:8090", "127.0.0.1:8090", "[::1]:8090"])
def test_under_the_names_of_this_machine_it_answers(page: Desktop, host: str) -> None:
    assert page.browser.client.get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "ä" * 24])
def test_a_wrong_token_signs_nobody_in(page: Desktop, token: str) -> None:
    assert page.browser.sign_in(token).status_code == 401
    assert page.browser.get("/").status_code == 302


def test_the_printed_link_is_good_once(page: Desktop) -> None:
    assert 'value="good-once"' in page.browser.get("/sign-in?key=good-once").text  # Looking uses nothing up.
    assert page.browser.sign_in("good-once").status_code == 302
    page.browser.post("/sign-out", form_at="/")
    assert page.browser.sign_in("good-once").status_code == 401


def test_the_printed_link_does_not_last(page: Desktop) -> None:
    page.clock.forward(seconds=KEY_LASTS.total_seconds() + 1)
    assert page.browser.sign_in("good-once").status_code == 401


def test_after_five_wrong_tokens_even_the_right_one_has_to_wait(page: Desktop) -> None:
    assert [page.browser.sign_in("wrong").status_code for _ in range(6)] == [401] * 5 + [429]
    answer = page.browser.sign_in()
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    page.clock.forward(seconds=61)
    assert page.browser.sign_in().status_code == 302


def test_a_session_ends_by_itself_and_by_signing_out_also_for_a_kept_cookie(page: Desktop) -> None:
    page.browser.sign_in()
    kept = page.browser.client.get_cookie("followthrough-admin")
    assert kept is not None
    page.browser.post("/sign-out", form_at="/")
    page.browser.client.set_cookie("followthrough-admin", kept.value)
    assert page.browser.get("/").status_code == 302
    page.browser.sign_in()
    page.clock.forward(seconds=SESSION_LASTS.total_seconds() + 1)
    assert page.browser.get("/").status_code == 302


def test_the_cookie_is_for_this_page_alone_and_every_answer_keeps_scripts_out(page: Desktop) -> None:
    answer = page.browser.sign_in()
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    for path in ("/", "/sign-in", "/files/clocks.yaml", "/nowhere"):
        found = page.browser.get(path)
        assert found.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert "script" not in found.headers["Content-Security-Policy"]
        assert found.headers["Cache-Control"] == "no-store"
        assert "<script" not in found.text and " style=" not in found.text and " onclick" not in found.text


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "Gi\x00na", "Gina\u202eO"])
def test_a_name_that_cannot_be_read_is_asked_for_again(page: Desktop, name: str) -> None:
    assert readable_name(name) is None
    assert page.browser.sign_in(name=name).status_code == 422


def test_a_name_is_shown_as_text(page: Desktop) -> None:
    page.browser.sign_in(name='<b onmouseover="x">Gina</b>')
    assert "&lt;b onmouseover" in page.browser.get("/").text and "<b on" not in page.browser.get("/").text
