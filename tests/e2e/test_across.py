"""Tickets on one tracker of an incident on the other, both ways round: what is done on either side is seen on the other, and nothing is made twice."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from tests.e2e.across import HOMES, Both, both


@pytest.fixture(params=HOMES)
def case(request: pytest.FixtureRequest) -> Iterator[Both]:
    with both(request.param) as running:
        yield running


def test_an_action_gets_its_ticket_where_the_route_leads_and_the_others_stay_beside_the_incident(case: Both) -> None:
    case.write_up()
    [ticket] = case.there.tickets()
    assert ticket.title.startswith("A1:")
    assert (ticket.closed, ticket.owner) == (False, "dana")
    assert ticket.due
    assert [str(issue[0]) for issue in case.told.state() if str(issue[0]).startswith("A")] == [
        "A2: Alert when a recalled product is recommended"
    ]
    writes = case.stage.writes()
    case.settle()
    assert case.stage.writes() == writes


def test_closing_waits_for_the_ticket_elsewhere_which_is_held_like_any_other(case: Both) -> None:
    case.write_up()
    [ticket] = case.there.tickets()
    case.there.close("dana", ticket.name)
    case.settle()
    opened = case.there.ticket(ticket.name)
    assert not opened.closed
    assert "nothing shows yet that it works" in opened.comments[-1]
    case.there.say("dana", ticket.name, "/evidence tested https://example.org/run/1 replayed 1,000 questions")
    case.settle()
    case.there.say("vic", ticket.name, "/verify read the replay")
    case.settle()
    case.there.close("dana", ticket.name)
    case.settle()
    assert case.there.ticket(ticket.name).closed
    assert "verified" in case.status()


def test_owner_and_due_date_of_the_ticket_flow_into_the_case_and_edits_of_the_row_flow_to_the_ticket(
    case: Both,
) -> None:
    case.write_up()
    [ticket] = case.there.tickets()
    later = str(date.fromisoformat(ticket.due) + timedelta(days=1))
    case.there.assign("dana", ticket.name, "omar")
    case.there.move_due("dana", ticket.name, later)
    case.settle()
    [row] = [line for line in case.status_text().splitlines() if "A1" in line and "Filter" in line]
    assert "mar" in row
    assert later in row
    assert (case.there.ticket(ticket.name).owner, case.there.ticket(ticket.name).due) == ("omar", later)
    latest = str(date.fromisoformat(ticket.due) + timedelta(days=2))
    case.rewrite(ticket.due, latest)
    case.rewrite(case.mention("dana"), case.mention("tom"))
    case.settle()
    assert (case.there.ticket(ticket.name).owner, case.there.ticket(ticket.name).due) == ("tom", latest)
    writes = case.stage.writes()
    case.settle()
    assert case.stage.writes() == writes


def test_where_row_and_ticket_were_both_changed_a_person_is_asked_and_nothing_is_overwritten(case: Both) -> None:
    case.write_up()
    [ticket] = case.there.tickets()
    one, two = (str(date.fromisoformat(ticket.due) + timedelta(days=days)) for days in (1, 2))
    case.there.move_due("dana", ticket.name, one)
    case.rewrite(ticket.due, two)
    case.settle()
    assert "each to something else" in case.status()
    assert case.there.ticket(ticket.name).due == one
    assert two in case.text()


@pytest.mark.parametrize("home", HOMES)
def test_a_place_that_no_route_names_is_never_asked_about_and_the_row_is_told_what_helps(home: str) -> None:
    with both(home) as case:
        stranger = {"github": "acme/secret", "jira": "HIDDEN"}[case.there.site]
        case.told.report()
        case.stage.settle()
        case.told.write_up()
        case.rewrite("at query time", f"at query time, project: {stranger}")
        case.settle()
        assert case.there.tickets() == []
        assert "as no route of the mapping leads there" in case.status()
        asked = (
            *case.stage.github.calls.of(account="followthrough"),
            *case.stage.jira.calls.of(account="followthrough"),
        )
        assert asked
        assert not [call for call in asked if stranger in str(call)]


def test_a_row_may_name_a_place_of_the_mapping_itself(case: Both) -> None:
    case.told.report()
    case.stage.settle()
    case.told.write_up()
    case.rewrite("is recommended", f"is recommended (project: {case.there.place})")
    case.settle()
    assert sorted(ticket.title[:3] for ticket in case.there.tickets()) == ["A1:", "A2:"]


def test_nothing_goes_from_a_private_incident_to_a_place_that_everybody_can_read() -> None:
    with both("jira") as case:
        case.stage.github.site.repository(case.there.place).private = False
        case.write_up()
        assert case.there.tickets() == []
        assert "which everybody can read" in case.status()


@pytest.mark.parametrize("home", HOMES)
def test_owners_who_are_not_known_on_the_other_tracker_are_asked_for_and_guessed_of_nobody(home: str) -> None:
    with both(home, known=("vic",)) as case:
        case.write_up()
        assert case.there.tickets() == []
        assert "no account of" in case.status()


@pytest.mark.parametrize("home", HOMES)
def test_whoever_is_not_known_on_both_trackers_verifies_nothing_across_them(home: str) -> None:
    with both(home, known=("dana",)) as case:
        case.write_up()
        [ticket] = case.there.tickets()
        case.there.say("dana", ticket.name, "/evidence tested https://example.org/run/1 replayed 1,000 questions")
        case.settle()
        case.there.say("vic", ticket.name, "/verify read the replay")
        case.settle()
        assert "it is not known who you are there" in case.there.ticket(ticket.name).comments[-1]
        case.there.close("dana", ticket.name)
        case.settle()
        assert not case.there.ticket(ticket.name).closed


def test_a_jira_ticket_that_is_worked_on_shows_its_status_on_the_github_incident_by_one_edit_and_no_comment() -> None:
    with both("github") as case:
        case.write_up()
        [ticket] = case.there.tickets()
        assert "“To Do”" not in case.status()
        before, writes = len(case.told.state()[-1][-1]), case.stage.writes()
        case.stage.jira.as_person("dana").move(ticket.name, "In Progress")
        case.settle()
        [row] = [
            each
            for each in case.status_text().splitlines()
            if "| A1 |" in each and ticket.name in each.replace("\\", "")
        ]
        assert "; “In Progress” there" in row
        assert (len(case.told.state()[-1][-1]), case.stage.writes()) == (before, writes + 1)


def web_links(case: Both) -> list[tuple[str, str]]:
    """Return title and address of what the Jira incident shows among its web links."""
    found = case.stage.jira.as_person("gina").call("GET", f"/issue/{case.told.key}/remotelink")  # type: ignore[attr-defined]
    return [(each["object"]["title"], each["object"]["url"]) for each in found]


@pytest.mark.parametrize("trouble", ["none", "its answer is lost", "Jira is away"])
def test_a_jira_incident_shows_its_github_ticket_among_its_web_links_once(trouble: str) -> None:
    with both("jira") as case:
        misbehave = case.stage.jira.misbehave
        if trouble == "its answer is lost":
            misbehave.lose_answer_next(1, match="POST .*/remotelink$")
        elif trouble == "Jira is away":
            misbehave.fail_next(1, 503, match="POST .*/remotelink$")
        case.write_up()
        case.stage.clock.forward(minutes=10)
        case.settle(4)
        [ticket] = case.there.tickets()
        [(title, url)] = web_links(case)
        assert title == f"{case.there.place}#{ticket.name} {ticket.title}"
        assert url.endswith(f"/{case.there.place}/issues/{ticket.name}")
        case.wake()
        writes = case.stage.writes()
        case.wake()
        assert case.stage.writes() == writes


def test_where_jira_takes_no_web_link_the_ticket_stands_and_is_made_no_second_time() -> None:
    with both("jira") as case:
        case.stage.jira.misbehave.fail_next(9, 403, match="POST .*/remotelink$")
        case.write_up()
        case.wake()
        assert [ticket.title[:3] for ticket in case.there.tickets()] == ["A1:"]
        assert web_links(case) == []
        assert case.there.tickets()[0].name in case.status()


def test_the_title_flows_both_ways_and_where_both_were_changed_a_person_is_asked(case: Both) -> None:
    case.write_up()
    [ticket] = case.there.tickets()
    case.rewrite("Filter recalled products at query time", "Filter recalled products before every answer")
    case.settle()
    assert case.there.ticket(ticket.name).title == "A1: Filter recalled products before every answer"
    case.there.rename("dana", ticket.name, "A1: Filter in the retriever")
    case.settle()
    assert "its ticket says: A1: Filter in the retriever" in case.status().replace("\\", "")
    case.rewrite("Filter recalled products before every answer", "Filter recalled products in the index")
    case.settle()
    assert case.there.ticket(ticket.name).title == "A1: Filter recalled products in the index"
    case.there.rename("dana", ticket.name, "A1: Filter in the export")
    case.rewrite("Filter recalled products in the index", "Filter recalled products in the catalogue")
    case.settle()
    assert "each to something else" in case.status()
    assert case.there.ticket(ticket.name).title == "A1: Filter in the export"
    writes = case.stage.writes()
    case.settle()
    assert case.stage.writes() == writes


def test_a_ticket_that_is_moved_or_transferred_is_followed_and_said_and_its_gate_goes_along(case: Both) -> None:
    case.write_up()
    [ticket] = case.there.tickets()
    name = case.there.move("gina", ticket.name)
    case.settle()
    case.wake()
    assert "was moved from" in case.status()
    status = case.status()
    case.there.close("dana", name)
    case.settle()
    assert not case.there.ticket(name).closed
    assert case.status() == status
    assert len(case.there.names()) == 1
    writes = case.stage.writes()
    case.settle()
    assert case.stage.writes() == writes


def test_a_ticket_that_is_deleted_is_said_and_no_second_one_is_made(case: Both) -> None:
    case.write_up()
    [ticket] = case.there.tickets()
    case.there.delete("gina", ticket.name)
    case.settle()
    case.wake()
    assert "was deleted" in case.status() or "cannot be found any more" in case.status()
    assert case.there.names() == []


def test_a_place_that_is_closed_to_us_is_said_and_nothing_of_it_is_told() -> None:
    with both("jira") as case:
        case.write_up()
        case.stage.github.set_role(case.there.place, "followthrough", None)
        case.wake()
        assert "cannot be found any more" in case.status()


@pytest.mark.parametrize("how", ["lost", "doubled"])
def test_lost_and_doubled_deliveries_make_no_second_ticket_and_lose_no_change(case: Both, how: str) -> None:
    case.write_up()
    [ticket] = case.there.tickets()
    hooks = case.stage.github.misbehave if case.there.site == "github" else case.stage.jira.misbehave
    later = str(date.fromisoformat(ticket.due) + timedelta(days=1))
    if how == "lost":
        hooks.drop_next(10)
    else:
        hooks.double_next(10)
    case.there.move_due("dana", ticket.name, later)
    case.settle()
    case.sweep()
    [row] = [line for line in case.status_text().splitlines() if "A1" in line and "Filter" in line]
    assert later in row
    assert len(case.there.tickets()) == 1


def test_a_place_with_tickets_only_is_swept_for_them_and_its_other_issues_are_left_alone(case: Both) -> None:
    case.write_up()
    [ticket] = case.there.tickets()
    ledger = case.stage.parts.engine.ledger
    assert case.there.place in ledger.places_with_tickets_only(case.there.site)
    case.sweep()
    hooks = case.stage.github.misbehave if case.there.site == "github" else case.stage.jira.misbehave
    hooks.drop_next(20)
    other = case.there.open("dana", "Something else is wrong", "incident")
    case.there.assign("dana", ticket.name, "omar")
    case.stage.clock.forward(minutes=1)
    case.sweep()
    [row] = [line for line in case.status_text().splitlines() if "A1" in line and "Filter" in line]
    assert "mar" in row
    assert case.there.ticket(other).comments == ()


def test_a_lead_on_the_other_tracker_is_asked_on_the_ticket_by_their_account_there(case: Both) -> None:
    case.write_up()
    case.told.say("omar", f"/lead {case.mention('tom')}")
    case.settle()
    [ticket] = case.there.tickets()
    for _ in range(30):
        case.stage.clock.forward(days=1)
        case.sweep()
    account = case.stage.jira.site.people["tom"].account_id
    mentioned = "@tom" if case.there.site == "github" else f"[~accountid:{account}]"
    assert any(mentioned in said for said in case.there.ticket(ticket.name).comments)


def test_evidence_on_a_ticket_on_github_is_looked_up_there_though_the_incident_is_in_jira() -> None:
    with both("jira") as case:
        case.write_up()
        [ticket] = case.there.tickets()
        github = case.stage.github
        number = github.add_pull_request(case.there.place, "dana", "Filter recalled products")
        github.merge_pull_request(case.there.place, number, "vic")
        page = github.as_person("gina").issue(case.there.place, int(ticket.name))["html_url"]
        link = page.replace(f"/issues/{ticket.name}", f"/pull/{number}")
        case.there.say("dana", ticket.name, f"/evidence tested {link} merged and tested")
        case.settle()
        case.there.say("dana", ticket.name, "/verify it is mine")
        case.settle()
        case.there.say("vic", ticket.name, "/verify read it")
        case.settle()
        assert "checked by the service" in case.status()
        assert "whoever owns or owned" in case.there.ticket(ticket.name).comments[-2]
