"""``followthrough backfill`` reads what was there before, and rebuilds what was lost, without a write; decisions that nobody vouches for are asked for anew."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from integration.bootstrap import build
from integration.cli import main
from integration.ledger.schema import migrate
from integration.postmortem.decisions import RememberedAction
from integration.postmortem.shares import Settled
from integration.postmortem.trends import Window
from integration.wakeups import WakeUp
from integration.work.backfilling import Reading, read_in
from integration.work.sweeping import sweep_trackers
from mappings.loading import load_policy
from mappings.models import Mode
from tests.e2e.across import HOMES, both
from tests.e2e.stage import PROJECT, REPOSITORY, Stage, stage
from tests.e2e.started import short_folder
from tests.e2e.story import ON, Told, steps
from tests.e2e.texts import SECTIONS

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ROWS = "| ID | Action | Owner | Due | Kind | Done when |\n|---|---|---|---|---|---|\n| A1 | Filter | @dana | 2026-12-28 | technical | none |"


@pytest.fixture
def service() -> Iterator[Stage]:
    with short_folder() as folder, stage(Path(folder)) as running:
        yield running


def run(service: Stage, *arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env=dict(service.environment), catch_exceptions=False)


def _figures(result: Result) -> dict[str, object]:
    assert result.exit_code == 0, (result.output, result.stderr)
    return dict(json.loads(result.stdout)["projects"][0])


def _lose_the_ledger(service: Stage) -> None:
    service.parts.close()
    for file in service.settings.data_dir.glob("ledger*"):
        file.unlink()
    service.parts.client.flushall()
    migrate(service.settings.database_url)


def _begin_anew(service: Stage) -> None:
    service.parts = build(service.settings, service.clock)


def _look_at_everything(service: Stage) -> None:
    """Let the sweep wake what changed, and every case be due."""
    sweep_trackers(service.parts.engine, lambda: True)
    ledger = service.parts.engine.ledger
    for site in ("github", "jira"):
        for known in ledger.projects_known(site):
            found = (*ledger.open_cases(site, known.name), *ledger.closed_since(site, known.name, LONG_AGO))
            now = service.clock().timestamp()
            service.parts.engine.outstanding.wake(
                [WakeUp(site, each.key.id, each.locator, "test", now) for each in found], now
            )
    service.settle()


def _tell(told: Told, service: Stage, chosen: slice) -> None:
    for step in steps(told)[chosen]:
        step()
        service.settle()
        # Trackers tell whole seconds, and nobody closes a ticket a second time within the second in which we opened it again.
        service.clock.forward(seconds=1)


def _titles(told: Told) -> list[tuple[str, object]]:
    return [(str(issue[0]), issue[1]) for issue in told.state()]


def _comments(told: Told) -> int:
    return sum(len(issue[-1]) for issue in told.state())


@pytest.mark.parametrize("site", list(ON))
def test_a_lost_ledger_is_rebuilt_and_nothing_is_made_twice_or_reopened(service: Stage, site: str) -> None:
    told = ON[site](service)
    _tell(told, service, slice(None))
    before, comments, writes = _titles(told), _comments(told), service.writes()

    _lose_the_ledger(service)
    found = _figures(run(service, "backfill", f"{site}:{told.place}", "--json"))
    assert (found["incidents"], found["read"], found["ours"]) == (
        2,
        2,
        2,
    )  # The affected system has an incident of its own.
    assert found["unconfirmed"]
    assert service.writes() == writes

    _begin_anew(service)
    _look_at_everything(service)
    # The ticket that was rightly closed stays closed, the one status comment is brought up to date.
    assert _titles(told) == before
    assert _comments(told) == comments
    status = str(told.state())
    assert "the record of them was lost" in status.casefold()
    assert run(service, "audit", "verify").exit_code == 0


@pytest.mark.parametrize("home", HOMES)
def test_tickets_on_the_other_tracker_are_found_by_what_our_own_comment_names_and_keep_their_gate(home: str) -> None:
    with both(home) as case:
        service, there = case.stage, case.there
        case.write_up()
        [ticket], writes = there.tickets(), service.writes()
        _lose_the_ledger(service)
        found = _figures(run(service, "backfill", f"{home}:{case.told.place}", "--json"))
        assert (found["unread"], service.writes()) == ([], writes)

        _begin_anew(service)
        [known] = [
            action for action in _actions(service, home) if action.ticket and action.ticket.key.site == there.site
        ]
        assert (known.action_id, known.ticket.locator.endswith(ticket.name)) == ("A1", True)
        _look_at_everything(service)
        assert [each.name for each in there.tickets()] == [ticket.name]
        there.close("dana", ticket.name)
        case.settle()
        assert not there.ticket(ticket.name).closed


def test_an_issue_elsewhere_that_no_route_leads_to_is_not_asked_about_though_our_comment_should_name_it() -> None:
    with both("github") as case:
        service = case.stage
        case.write_up()
        gina, secret = service.github.as_person("gina"), service.jira.as_person("gina").open_issue(PROJECT, "Not yours")
        comments = gina.comments(case.told.place, case.told.number)  # type: ignore[attr-defined]
        ours = next(each for each in comments if "| Part |" in each["body"])
        gina.edit_comment(case.told.place, ours["id"], f"{secret}\n\n{ours['body']}")
        _lose_the_ledger(service)
        service.jira.calls.reset()
        _figures(run(service, "backfill", f"github:{case.told.place}", "--json"))
        asked = [str(call) for call in service.jira.calls.of(account="followthrough")]
        assert any(each.name in call for each in case.there.tickets() for call in asked)
        assert not [call for call in asked if secret in call]


def _actions(service: Stage, site: str) -> list[RememberedAction]:
    ledger = service.parts.engine.ledger
    cases = (case for known in ledger.projects_known(site) for case in ledger.open_cases(site, known.name))
    return [action for case in cases for action in ledger.recall(case).actions]


@pytest.mark.parametrize("site", list(ON))
def test_what_was_granted_before_the_loss_is_asked_for_anew_and_counts_then(service: Stage, site: str) -> None:
    told = ON[site](service)
    _tell(told, service, slice(0, 8))  # Verified, and not closed yet.
    _lose_the_ledger(service)
    run(service, "backfill", f"{site}:{told.place}")
    _begin_anew(service)
    told.close("dana", "A1")
    service.settle()
    service.clock.forward(minutes=1)
    service.settle()
    assert _is_open(told, "A1")  # The verification stands in a comment, and nobody knows who was allowed to give it.
    told.say("dana", "/evidence tested https://example.org/run/1 replayed 1,000 questions", "A1")
    service.settle()
    told.say("vic", "/verify read the replay", "A1")
    service.settle()
    told.close("dana", "A1")
    service.settle()
    assert not _is_open(told, "A1")


def _is_open(told: Told, action: str) -> bool:
    state = next(issue[1] for issue in told.state() if str(issue[0]).startswith(f"{action}:"))
    return state in ("open", False)


def _history(service: Stage, number: int = 3) -> None:
    gina = service.github.as_person("gina")
    for name in ("incident", "sev1"):
        gina.ask("POST", f"/repos/{REPOSITORY}/labels", {"name": name, "color": "d93f0b"}).raise_for_status()
    service.github.hooks.wait_idle()
    for each in range(number):
        issue = gina.open_issue(
            REPOSITORY, f"Incident {each}", SECTIONS.format(actions=ROWS), labels=["incident", "sev1"]
        )["number"]
        gina.close(REPOSITORY, issue)
        gina.open_issue(REPOSITORY, f"A question {each}", "How?")


def test_incidents_from_before_are_learnt_from_and_never_written_to(service: Stage) -> None:
    _history(service)
    service.github.hooks.wait_idle()
    service.parts.client.flushall()
    writes = service.writes()
    found = _figures(run(service, "backfill", f"github:{REPOSITORY}", "--json"))
    assert (found["issues"], found["incidents"], found["read"], found["ours"]) == (6, 3, 3, 0)
    ledger = service.parts.engine.ledger
    now = datetime.now(UTC)
    figures = ledger.trends(Window(now.date() - timedelta(days=1), now.date(), now))
    assert figures.severities == {"SEV1": 3}
    assert figures.categories["data"] == (3, 3)
    assert figures.postmortems == Settled(0, 0, 0, 0)  # Nobody was asked for one.
    assert len(ledger.earlier()) == 3
    _look_at_everything(service)
    assert service.writes() == writes
    figures = ledger.trends(Window(now.date() - timedelta(days=1), now.date(), now))
    assert (figures.severities, figures.categories["data"]) == ({"SEV1": 3}, (3, 3))


@pytest.mark.parametrize("site", ["github", "jira"])
def test_a_second_run_changes_nothing(service: Stage, site: str) -> None:
    place = f"github:{REPOSITORY}" if site == "github" else f"jira:{PROJECT}"
    if site == "github":
        _history(service)
    else:
        for each in range(3):
            service.jira.as_person("dana").open_issue(PROJECT, f"Incident {each}", "It was.", labels=["incident"])
    service.settle()
    run(service, "backfill", place)
    head = run(service, "audit", "verify").output
    again = _figures(run(service, "backfill", place, "--json"))
    assert (again["read"], again["known"]) == (0, 3)
    assert run(service, "audit", "verify").output == head


def test_an_old_command_is_never_revived_by_reading_in(service: Stage) -> None:
    _history(service, 1)
    dana, gina = service.github.as_person("dana"), service.github.as_person("gina")
    dana.comment(REPOSITORY, 1, "/severity sev4 it was nothing")
    service.github.hooks.wait_idle()
    service.parts.client.flushall()
    run(service, "backfill", f"github:{REPOSITORY}")
    gina.reopen(REPOSITORY, 1)
    gina.ask("POST", f"/repos/{REPOSITORY}/labels", {"name": "followthrough-adopt", "color": "d93f0b"})
    gina.label(REPOSITORY, 1, "followthrough-adopt")
    service.settle()
    said = gina.comments(REPOSITORY, 1)
    assert any("SEV1" in each["body"] for each in said), said
    assert any("unconfirmed are <code>/severity</code>" in each["body"] or "/severity" in each["body"] for each in said)


def _reading(service: Stage, rests: list[str]) -> Reading:
    loaded = load_policy(service.settings.mappings_dir)

    def rest(until: datetime, why: str) -> None:
        rests.append(why)
        service.clock.forward(seconds=max(0.0, (until - service.clock()).total_seconds()) + 1)

    engine = service.parts.engine
    return Reading(
        engine.trackers,
        engine.ledger,
        loaded.policy,
        loaded.content_hash,
        Mode.ENFORCE,
        service.clock,
        rest,
        engine.in_scope,
    )  # type: ignore[arg-type]


def test_a_quarter_of_the_hours_requests_is_left_to_the_service(service: Stage) -> None:
    _history(service, 12)
    service.github.limits.an_hour = 12
    rests: list[str] = []
    tallies = list(read_in("github", REPOSITORY, _reading(service, rests)))
    assert (tallies[-1].read, tallies[-1].is_done) == (12, True)
    assert rests
    assert set(rests) == {"the rest of this hour's requests is left to the service"}


def test_whoever_is_stopped_goes_on_where_the_last_page_ended(service: Stage) -> None:
    _history(service, 60)  # 120 issues: two pages.
    rests: list[str] = []
    for tally in read_in("github", REPOSITORY, _reading(service, rests)):
        if tally.issues >= 110:
            break  # In the middle of the second page.
    tallies = list(read_in("github", REPOSITORY, _reading(service, rests)))
    assert tallies[-1].issues == 20
    assert tallies[-1].is_done
    assert tallies[-1].known + tallies[-1].read == 10


def test_a_tracker_that_fails_is_waited_for(service: Stage) -> None:
    _history(service, 2)
    service.github.misbehave.fail_next(2, status=502)
    rests: list[str] = []
    tallies = list(read_in("github", REPOSITORY, _reading(service, rests)))
    assert (tallies[-1].read, tallies[-1].is_done) == (2, True)
    assert len(rests) == 2


def test_what_is_told_names_the_calls_per_issue(service: Stage) -> None:
    _history(service)
    found = run(service, "backfill", f"github:{REPOSITORY}")
    assert re.search(
        r"6 issues listed, 3 incidents among them; 3 read, 0 known already\. \d+ calls, \d\.\d\d calls per issue",
        found.output,
    )
