"""Editing on the admin page: errors at their line, preview, publishing, rolling back, and what the audit trail says of it."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import mappings
from integration.keeping import Keeping
from mappings.folder import locked
from tests.admin.conftest import CLOCKS, Desktop

LENIENT = "# Ours.\nzone: UTC\nlook_again_hours: 48\n"
SHOP = "applies_to: ['github:acme/shop']\nclocks:\n  zone: Europe/Vienna\n"


@pytest.fixture
def desk(page: Desktop) -> Desktop:
    page.browser.sign_in()
    return page


def publish(desk: Desktop, name: str, text: str, **more: str) -> int:
    return desk.browser.post(f"/files/{name}", text=text, deed="publish", **more).status_code


def test_the_files_are_listed_with_where_they_come_from(desk: Desktop) -> None:
    shown = desk.browser.get("/").text
    shipped = len(list(Path(mappings.__file__).parent.glob("*.yaml"))) - 1
    assert shown.count("as shipped") == shipped and shown.count(">yours<") == 1


def test_a_mistake_is_told_at_its_line_with_key_and_remedy_and_publishes_nothing(desk: Desktop) -> None:
    for deed in ("check", "preview", "publish"):
        answer = desk.browser.post("/files/clocks.yaml", text="zone: UTC\n\nlook_again_hours: <b>soon</b>\n", deed=deed)
        assert answer.status_code == 422
        assert '<a href="#line-3">Line 3</a>, <code>look_again_hours</code>' in answer.text
        assert 'id="line-3" class="line wrong"' in answer.text
        assert "“&lt;b&gt;soon&lt;/b&gt;” is not a whole number. Write a number without quotes" in answer.text
        assert "<b>soon" not in answer.text
    assert (desk.folder / "clocks.yaml").read_text() == CLOCKS


def test_a_mistake_in_another_file_holds_publishing_up_and_is_named(desk: Desktop) -> None:
    (desk.folder / "checks.yaml").write_text("checks:\n  evidense: {}\n")
    answer = desk.browser.post("/files/clocks.yaml", text=LENIENT, deed="publish")
    assert answer.status_code == 422 and "checks.yaml, line 2" in answer.text
    assert "needs a change" in desk.browser.get("/").text


def test_a_preview_shows_lines_and_what_gets_weaker_and_writes_nothing(desk: Desktop) -> None:
    weaker = "checks:\n  in_time:\n    levels: {SEV1: 'off'}\n"
    answer = desk.browser.post("/files/checks.yaml", text=weaker, deed="preview")
    assert answer.status_code == 200
    assert "checks.yaml:3" in answer.text and "Weaker than before" in answer.text
    assert "0 of 0 would be judged otherwise" in answer.text
    assert not (desk.folder / "checks.yaml").exists()


def test_what_is_published_is_in_the_file_in_force_and_audited_with_who(desk: Desktop) -> None:
    before = desk.ledger.active_policy()
    assert publish(desk, "clocks.yaml", LENIENT.replace("\n", "\r\n")) == 302
    assert (desk.folder / "clocks.yaml").read_text() == LENIENT
    after = desk.ledger.active_policy()
    assert before is not None and after is not None and before[0] != after[0]
    assert desk.keeper.publish() is False  # The service finds it in force already.
    first = desk.ledger.policy_history(10)[0]
    assert (first.kind, first.by, first.policy, first.files) == (
        "policy.published",
        "Gina Okafor",
        after[0],
        ("clocks.yaml",),
    )
    assert desk.ledger.verify_audit().ok
    assert "Gina Okafor" in desk.browser.get("/history").text


def test_the_chain_holds_digests_and_no_name(desk: Desktop, tmp_path: Path) -> None:
    publish(desk, "clocks.yaml", LENIENT)
    with closing(sqlite3.connect(tmp_path / "data" / "ledger.db")) as database:
        ((body,),) = database.execute("SELECT body FROM audit ORDER BY seq DESC LIMIT 1")
    assert hashlib.sha256(LENIENT.encode()).hexdigest() in body and "Gina" not in body
    assert desk.ledger.erase_person("admin", "Gina Okafor", desk.clock())
    assert desk.ledger.policy_history(1)[0].by == "somebody who was forgotten since"
    assert desk.ledger.verify_audit().ok


def test_a_weaker_policy_is_audited_as_one(desk: Desktop) -> None:
    publish(desk, "checks.yaml", "checks:\n  in_time:\n    levels: {SEV1: 'off'}\n")
    (sentence,) = desk.ledger.policy_history(1)[0].weakenings
    assert sentence in desk.browser.get("/history").text


def test_an_edit_of_a_comment_is_audited_and_leaves_the_policy(desk: Desktop) -> None:
    before = desk.ledger.active_policy()
    assert publish(desk, "clocks.yaml", CLOCKS.replace("Ours", "Ours since May")) == 302
    assert desk.ledger.active_policy() == before
    assert desk.ledger.policy_history(1)[0].kind == "policy.edited"


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(desk: Desktop) -> None:
    shown = desk.browser.get("/files/clocks.yaml").text
    assert hashlib.sha256(CLOCKS.encode()).hexdigest() in shown
    theirs = CLOCKS + "holidays: [2026-12-25]\n"
    (desk.folder / "clocks.yaml").write_text(theirs)
    answer = desk.browser.post(
        "/files/clocks.yaml", text=LENIENT, deed="publish", base=hashlib.sha256(CLOCKS.encode()).hexdigest()
    )
    assert answer.status_code == 409 and "2026-12-25" in answer.text and "look_again_hours: 48" in answer.text
    assert (desk.folder / "clocks.yaml").read_text() == theirs


def test_a_file_that_was_made_meanwhile_is_not_overwritten(desk: Desktop) -> None:
    (desk.folder / "people.yaml").write_text("adopting: write\n")
    assert publish(desk, "people.yaml", "adopting: admin\n", base="") == 409


def test_a_project_file_can_be_begun_and_published(desk: Desktop) -> None:
    assert desk.browser.get("/new?name=shop").location == "/files/projects/shop.yaml"
    assert publish(desk, "projects/shop.yaml", SHOP) == 302
    assert (desk.folder / "projects" / "shop.yaml").read_text() == SHOP
    assert "projects/shop.yaml" in desk.browser.get("/").text


def test_rolling_back_writes_the_files_again_and_takes_new_ones_away(desk: Desktop) -> None:
    old = desk.ledger.active_policy()
    publish(desk, "clocks.yaml", LENIENT)
    publish(desk, "projects/shop.yaml", SHOP)
    assert old is not None
    shown = desk.browser.get(f"/history/{old[0]}")
    assert "clocks.look_again_hours" in shown.text
    assert desk.browser.post(f"/history/{old[0]}", deed="preview").status_code == 200
    assert (desk.folder / "clocks.yaml").read_text() == LENIENT
    assert desk.browser.post(f"/history/{old[0]}", deed="roll-back").status_code == 302
    assert (desk.folder / "clocks.yaml").read_text() == CLOCKS
    assert sorted(path.name for path in desk.folder.rglob("*") if path.is_file()) == ["clocks.yaml"]
    active = desk.ledger.active_policy()
    assert active is not None and active[0] == old[0]
    entry = desk.ledger.policy_history(1)[0]
    assert (entry.kind, entry.by, entry.files) == (
        "policy.rolled_back",
        "Gina Okafor",
        ("clocks.yaml", "projects/shop.yaml"),
    )
    assert desk.keeper.publish() is False
    assert desk.ledger.verify_audit().ok


def test_what_was_replaced_lately_can_be_gone_back_to_however_long_it_held_and_what_is_kept_no_longer_says_so(
    desk: Desktop,
) -> None:
    first = desk.ledger.active_policy()
    publish(desk, "clocks.yaml", LENIENT)
    second = desk.ledger.active_policy()
    desk.clock.forward(days=800)
    desk.browser.sign_in()
    publish(desk, "clocks.yaml", LENIENT.replace("48", "36"))
    assert first is not None and second is not None
    assert desk.ledger.retain(Keeping(), desk.clock())["past_policies"] == 1
    shown = desk.browser.get("/history").text
    assert f'href="/history/{second[0]}"' in shown
    assert f'href="/history/{first[0]}"' not in shown and "no longer kept" in shown
    assert desk.browser.get(f"/history/{first[0]}").status_code == 404
    assert desk.browser.post(f"/history/{second[0]}", deed="roll-back").status_code == 302
    assert (desk.folder / "clocks.yaml").read_text() == LENIENT
    assert desk.ledger.active_policy() == second
    assert desk.ledger.retain(Keeping(), desk.clock())["past_policies"] == 0
    assert desk.ledger.verify_audit().ok


def test_under_a_profile_files_that_were_not_there_are_not_made_by_rolling_back(desk: Desktop) -> None:
    publish(desk, "service.yaml", "profile: starter\n")
    old = desk.ledger.active_policy()
    assert old is not None and old[1]["checks.yaml"].startswith("{")  # What the shipped file comes down to.
    publish(desk, "checks.yaml", "checks:\n  in_time:\n    levels: {SEV1: block}\n")
    assert "checks.in_time.levels.SEV1" in desk.browser.get(f"/history/{old[0]}").text
    assert desk.browser.post(f"/history/{old[0]}", deed="roll-back").status_code == 302
    assert sorted(path.name for path in desk.folder.iterdir()) == ["clocks.yaml", "service.yaml"]
    active = desk.ledger.active_policy()
    assert active is not None and active[0] == old[0]


def test_nothing_is_rolled_back_over_a_change_that_was_not_seen(desk: Desktop) -> None:
    old = desk.ledger.active_policy()
    publish(desk, "clocks.yaml", LENIENT)
    assert old is not None
    assert desk.browser.post(f"/history/{old[0]}", deed="roll-back", base="another").status_code == 409
    assert (desk.folder / "clocks.yaml").read_text() == LENIENT


@pytest.mark.parametrize(
    "name", ["../key", "../../etc/passwd", "colours.yaml", "projects/../clocks.yaml", "projects/Shop.yaml"]
)
def test_no_name_leads_out_of_the_folder(desk: Desktop, name: str) -> None:
    assert desk.browser.get(f"/files/{name}").status_code == 404
    assert (
        desk.browser.post(f"/files/{name}", form_at="/files/clocks.yaml", text="x: y\n", deed="publish").status_code
        == 404
    )


@pytest.mark.parametrize("policy", ["0" * 64, "nonsense", "%2e%2e"])
def test_a_version_that_never_was_is_not_found(desk: Desktop, policy: str) -> None:
    assert desk.browser.get(f"/history/{policy}").status_code == 404


def test_a_folder_that_cannot_be_written_is_said_and_the_policy_stays(
    desk: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    before = desk.ledger.active_policy()
    monkeypatch.setattr("os.fsync", no_room)
    answer = desk.browser.post("/files/clocks.yaml", text=LENIENT, deed="publish")
    assert answer.status_code == 500 and "No space left on device" in answer.text
    assert (desk.folder / "clocks.yaml").read_text() == CLOCKS
    assert [path.name for path in desk.folder.iterdir()] == ["clocks.yaml"]
    assert desk.ledger.active_policy() == before


def test_a_text_in_a_textarea_stays_there(desk: Desktop) -> None:
    answer = desk.browser.post(
        "/files/clocks.yaml", text="# </textarea><script>alert(1)</script>\nzone: UTC\n", deed="check"
    )
    assert answer.status_code == 200
    assert "&lt;/textarea&gt;&lt;script&gt;" in answer.text and "<script>" not in answer.text


def test_a_text_that_is_too_large_is_refused(desk: Desktop) -> None:
    assert desk.browser.post("/files/clocks.yaml", text="#" * 300_000, deed="publish").status_code == 422
    assert desk.browser.post("/files/clocks.yaml", text="#" * 2_000_000, deed="publish").status_code == 413


def test_the_mode_of_a_file_is_kept(desk: Desktop) -> None:
    (desk.folder / "clocks.yaml").chmod(0o640)
    publish(desk, "clocks.yaml", LENIENT)
    assert (desk.folder / "clocks.yaml").stat().st_mode & 0o777 == 0o640


def test_readers_share_the_folder_and_the_schedulers_reading_takes_part(desk: Desktop) -> None:
    (desk.folder / "clocks.yaml").write_text(LENIENT)
    with locked(desk.folder, exclusive=False):
        assert desk.keeper.publish() is True
    assert json.dumps(desk.ledger.policy_history(1)[0].by) == '"service"'
