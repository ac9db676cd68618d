"""A repository that gets another name, or another owner: its incidents stay incidents, and what was decided of it stays decided (S2)."""

from collections.abc import Iterator

import pytest

from integration.wakeups import WakeUp
from integration.work.sweeping import sweep_trackers
from tests.e2e.as_app import elsewhere
from tests.e2e.attack import Attacked, incident
from tests.e2e.stage import REPOSITORY, Stage, stage
from tests.e2e.started import short_folder

STORE = "acme/store"
OURS = ("followthrough", "followthrough[bot]")


@pytest.fixture
def by_token() -> Iterator[Stage]:
    """Run the service with a token."""
    with short_folder() as folder, stage(folder / "data") as running:
        yield running


@pytest.fixture
def by_app() -> Iterator[Stage]:
    """Run the service as an App."""
    with short_folder() as folder, elsewhere(folder / "data") as running:
        yield running


@pytest.fixture(params=["by_token", "by_app"])
def it(request: pytest.FixtureRequest) -> Stage:
    """Run the service either way."""
    running: Stage = request.getfixturevalue(request.param)
    return running


def ours(a: Attacked) -> list[tuple[int, str]]:
    """Return id and text of what the service said on the incident."""
    found = a.as_("gina").comments(a.repository, a.number)
    return [(each["id"], each["body"]) for each in found if each["user"]["login"] in OURS]


def projects(it: Stage) -> dict[str, bool]:
    """Return every repository that the ledger knows, and whether writing is paused there."""
    return {each.name: each.paused for each in it.parts.engine.ledger.projects_known("github")}


def renamed(it: Stage, to: str = STORE) -> Attacked:
    """Open an incident with tickets, then give its repository another name."""
    a = incident(it)
    it.github.rename_repository(REPOSITORY, to)
    return Attacked(it, a.number, to)


def goes_on(it: Stage, to: str) -> None:
    """Rename the repository of an incident, and find it cared for as before, once, under its new name."""
    a = renamed(it, to)
    ((status, before),) = ours(a)
    tickets = len(a.as_("gina").issues(to))
    a.say("gina", "/lead @tom")
    ((same, after),) = ours(a)
    assert same == status
    assert after != before
    assert a.close("dana") is False
    assert a.close("omar", a.ticket("A1")) is False
    assert len(a.as_("gina").issues(to)) == tickets
    assert projects(it) == {to: False}


def test_after_a_rename_deliveries_find_the_case_and_its_tickets(it: Stage) -> None:
    goes_on(it, STORE)


def test_after_a_transfer_to_another_owner_deliveries_find_the_case_and_its_tickets(by_token: Stage) -> None:
    goes_on(by_token, "globex/shop")


def test_what_is_transferred_away_from_an_app_is_let_go(by_app: Stage) -> None:
    a = incident(by_app)
    installation = next(iter(by_app.github.site.installations.values()))
    by_app.github.rename_repository(REPOSITORY, "globex/shop")
    installation.repositories = [each for each in installation.repositories if each.full_name != "globex/shop"]
    moved = Attacked(by_app, a.number, "globex/shop")
    written = by_app.writes()
    moved.as_("dana").close("globex/shop", a.number)
    by_app.parts.engine.outstanding.wake(
        [WakeUp("github", str(moved.as_("dana").issue("globex/shop", a.number)["id"]), "", "rotation", 0.0)], 0.0
    )
    outcomes = by_app.settle()
    assert (outcomes[-1:], by_app.writes()) == (["not_found"], written)


def test_another_repository_that_takes_the_old_name_is_not_taken_for_it(it: Stage) -> None:
    a = renamed(it)
    it.github.add_repository(REPOSITORY, roles={"dana": "write", "gina": "admin", "followthrough": "admin"})
    for number in range(a.number):
        it.github.as_person("dana").open_issue(REPOSITORY, f"Something else {number}", "It does.")
    assert a.close("dana") is False
    assert not [
        each for each in it.github.as_person("gina").comments(REPOSITORY, a.number) if each["user"]["login"] in OURS
    ]


def test_a_pause_and_the_day_from_which_it_is_governed_go_along(it: Stage) -> None:
    ledger = it.parts.engine.ledger
    a = incident(it)
    ledger.set_paused("github", REPOSITORY, True, by="cli", now=it.clock())
    (before,) = ledger.projects_known("github")
    it.github.rename_repository(REPOSITORY, STORE)
    # The first word of the new name comes with an issue that nobody knew.
    it.github.as_person("dana").open_issue(STORE, "It fails again", "It does.", labels=["incident", "sev1"])
    it.settle()
    moved = Attacked(it, a.number, STORE)
    moved.say("gina", "/lead @tom")
    (after,) = ledger.projects_known("github")
    assert (after.name, after.paused, after.governed_since) == (STORE, True, before.governed_since)
    assert moved.close("dana") is True, "paused: nothing is written"
    assert ledger.verify_audit().ok


def test_the_sweep_notices_a_new_name_where_no_delivery_told(it: Stage) -> None:
    sweep_trackers(it.parts.engine, lambda: True)
    a = renamed(it)
    ((status, before),) = ours(a)
    it.github.misbehave.drop_next(10, recorded=False)
    a.as_("gina").comment(STORE, a.number, "/lead @tom")
    it.github.hooks.wait_idle()
    sweep_trackers(it.parts.engine, lambda: True)
    it.settle()
    ((same, after),) = ours(a)
    assert (same, after != before) == (status, True)
    assert projects(it) == {STORE: False}


def test_evidence_given_before_a_rename_is_still_watched(it: Stage) -> None:
    ledger = it.parts.engine.ledger
    a = incident(it)
    a.say("dana", "/evidence tested https://github.example/acme/shop/pull/7", on=a.ticket("A1"))
    it.github.rename_repository(REPOSITORY, STORE)
    moved = Attacked(it, a.number, STORE)
    moved.say("gina", "/lead @tom")
    (case,) = ledger.cases_citing("github", f"{STORE}/pull/7")
    assert case.locator == f"{STORE}#{a.number}"
    assert ledger.cases_citing("github", f"{STORE}/pull/70") == ()
