"""``export``, ``hold``, ``release``, ``holds`` and ``erase`` on the command line, over a ledger on disk."""

import json
import sqlite3
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from integration import cli
from integration.bootstrap import open_for_commands
from integration.postmortem.precedents import Learned
from integration.settings import Settings
from tests.ledger.builders import CASE, DANA, LATER, NOW, VIC, a_decision, a_look, an_action

REF = "github:acme/shop#12"


@pytest.fixture(autouse=True)
def settings_of_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the machine's settings nor the project's folder take part; the ledger holds one closed incident."""
    for name in Settings.variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir(mode=0o700)
    monkeypatch.setenv("FOLLOWTHROUGH_DATA_DIR", str(tmp_path / "data"))
    assert run("migrate").exit_code == 0
    fill_ledger()


def fill_ledger() -> None:
    ledger = open_for_commands(Settings.load())
    ledger.project("github", "acme/shop", NOW)
    ledger.remember_decisions(CASE, [a_decision()], NOW)
    look = a_look(
        closed_at=LATER,
        actions=(an_action(description="Dana Droste filters on status"),),
        learned=Learned("Nordlicht", False, ("Filter first",)),
        people=(DANA, VIC),
    )
    ledger.record_look(CASE, look, LATER)
    ledger.close()


def run(*arguments: str, answers: str | None = None) -> Result:
    return CliRunner().invoke(cli.main, arguments, input=answers, catch_exceptions=False)


def break_the_chain(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "data" / "ledger.db") as database:
        database.execute("UPDATE decisions SET accepted = 0")
    database.close()


def test_an_export_is_read_in_the_terminal_as_json_and_as_a_page(tmp_path: Path) -> None:
    told = run("export", REF)
    assert (told.exit_code, "The audit chain is whole" in told.output, "/verify looked at the test" in told.output) == (
        0,
        True,
        True,
    )
    plain = json.loads(run("export", REF, "--json").output)
    assert plain["ref"]["locator"] == "acme/shop#12"
    assert plain["decisions"][0]["actor"]["handle"] == "vic"
    assert plain["chain"]["whole"] is True

    written = run("export", REF, "--page", "incident.html")
    file = tmp_path / "incident.html"
    assert (written.exit_code, stat.S_IMODE(file.stat().st_mode)) == (0, 0o600)
    assert file.read_text().startswith("<!doctype html>")
    again = run("export", REF, "--page", "incident.html")
    assert (again.exit_code, "incident.html" in again.stderr) == (2, True)


def test_an_export_of_a_ticket_is_that_of_its_incident() -> None:
    assert json.loads(run("export", "github:acme/shop#13", "--json").output)["ref"]["locator"] == "acme/shop#12"


def test_an_export_from_a_broken_chain_says_so_and_ends_with_one(tmp_path: Path) -> None:
    break_the_chain(tmp_path)
    told = run("export", REF, "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["chain"]["whole"] is False
    assert "✘ The decision of entry" in told.stderr


def test_a_head_that_was_posted_outside_has_to_be_in_the_chain() -> None:
    assert run("export", REF, "--head", "99:" + "0" * 64).exit_code == 1
    assert run("export", REF, "--head", "nonsense").exit_code == 2


def test_what_the_ledger_does_not_hold_is_said_with_the_way_to_get_it() -> None:
    told = run("export", "github:acme/shop#99")
    assert (told.exit_code, "holds nothing of acme/shop#99" in told.stderr, "backfill" in told.stderr) == (
        2,
        True,
        True,
    )


def test_a_hold_is_placed_listed_and_released() -> None:
    assert run("hold", REF, "--reason", "Matter 2026-17").output == "acme/shop#12: held.\n"
    assert "already" in run("hold", REF, "--reason", "Matter 2026-18").output
    listed = run("holds").output
    assert listed.startswith(f"{REF}  since ")
    assert listed.endswith("Matter 2026-17\n")
    assert json.loads(run("holds", "--json").output)["holds"][0]["reason"] == "Matter 2026-17"
    assert json.loads(run("release", REF, "--reason", "settled", "--json").output)["changed"] is True
    assert "was not on hold" in run("release", REF, "--reason", "settled").output
    assert run("holds").output == "Nothing is on legal hold.\n"
    assert run("audit", "verify").exit_code == 0


@pytest.mark.parametrize("reason", ["asked for by @dana", "Droste asked", " ", "x" * 301])
def test_a_reason_that_names_somebody_or_says_nothing_is_not_taken(reason: str) -> None:
    told = run("hold", REF, "--reason", reason)
    assert told.exit_code == 2
    assert run("holds").output == "Nothing is on legal hold.\n"


def test_what_is_held_is_not_erased() -> None:
    run("hold", REF, "--reason", "Matter 2026-17")
    told = run("erase", "incident", REF, "--yes")
    assert (told.exit_code, "legal hold" in told.stderr) == (2, True)
    told = run("erase", "person", "github:vic", "--yes")
    assert (told.exit_code, "legal hold" in told.stderr) == (2, True)


def test_erasing_an_incident_asks_first_and_says_what_is_out_of_reach() -> None:
    assert run("erase", "incident", REF, answers="n\n").exit_code == 1
    assert "looked at the test" in run("export", REF).output
    told = run("erase", "incident", REF, answers="y\n")
    assert (told.exit_code, "erase that in the tracker" in told.stdout) == (0, True)
    exported = run("export", REF).output
    assert "What people wrote about it was erased here" in exported
    for word in ("looked at the test", "Nordlicht", "Filter first", "filters on status"):
        assert word not in exported
    assert "erased before" in run("erase", "incident", REF, "--yes").output
    assert run("audit", "verify").exit_code == 0


def test_erasing_what_cannot_be_reached_any_more_says_that_this_is_the_last_place() -> None:
    ledger = open_for_commands(Settings.load())
    ledger.note_lost(CASE, LATER.replace(year=2027))
    ledger.close()
    told = run("erase", "incident", REF, "--yes", "--json")
    assert "last place" in told.stderr
    assert json.loads(told.stdout) == {"case": "acme/shop#12", "erased": True, "lost": True}


def test_a_person_is_forgotten_and_what_still_speaks_of_them_is_named() -> None:
    told = run("erase", "person", "github:@dana", answers="y\n")
    assert told.exit_code == 0
    assert "the next look follows: acme/shop#12" in told.stdout
    assert run("audit", "verify").exit_code == 0
    gone = run("erase", "person", "github:dana", "--yes")
    assert (gone.exit_code, "knows nobody called dana" in gone.stderr) == (2, True)


def test_of_words_that_no_look_will_change_any_more_it_is_said_how_to_empty_them() -> None:
    ledger = open_for_commands(Settings.load())
    ledger.note_lost(CASE, LATER.replace(year=2027))
    ledger.close()
    told = json.loads(run("erase", "person", f"github:{DANA.id}", "--yes", "--json").stdout)
    assert told == {"erased": True, "change_in_tracker": [], "out_of_reach": ["acme/shop#12"]}


def test_a_name_that_several_accounts_bear_is_asked_for_by_id() -> None:
    ledger = open_for_commands(Settings.load())
    other = DANA.__class__("github", "1009", "dana2", "Dana Droste")
    ledger.record_look(CASE, a_look(closed_at=LATER, people=(other,)), LATER)
    ledger.close()
    told = run("erase", "person", "github:Dana Droste", "--yes")
    assert (told.exit_code, "github:1001, github:1009" in told.stderr) == (2, True)
    assert run("erase", "person", "dana", "--yes").exit_code == 2
