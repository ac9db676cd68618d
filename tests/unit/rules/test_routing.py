"""Where a ticket belongs: the first route of which every condition holds, the place that the row names if a route leads there, else beside its incident."""

import pytest

from integration.postmortem.judgement import facts_needed
from integration.postmortem.people import Person
from integration.postmortem.places import Account, Place, Reach
from integration.postmortem.rules.drafting import accounts_needed
from tests.builders import (
    ACTION,
    DANA,
    HEADER,
    a_body,
    a_case,
    a_line,
    a_memory,
    a_policy,
    a_ticket,
    an_action,
    an_incident,
    facts,
)
from tests.unit.rules.test_remediation import views

SEARCH, OPS = Place("github", "acme/search"), Place("jira", "OPS")
PEOPLE = f"people:\n  dana: {{name: Dana, github: dana, github_id: {DANA.id}, jira: d4n4}}\n"
ON_JIRA = Person("jira", "d4n4", "d4n4", name="Dana Ruiz")


def routed(routes, line=None, *, reach=Reach.OPEN, labels=(), body=None, **mappings):
    """Return the one action of an incident whose mapping has these routes; every place elsewhere is seen as ``reach`` says."""
    policy = a_policy(remediation=f"routes:\n{routes}", people=PEOPLE, **mappings)
    given = facts(places={SEARCH: reach, OPS: reach}, accounts={("jira", "d4n4"): ON_JIRA})
    lines = (line or a_line(),)
    (view,) = views(*lines, given=given, policy=policy, labels=frozenset({"incident", "sev1", *labels}), **(body or {}))
    return view


def the_place(view):
    return [(f.check, f.reason) for f in view.findings if f.check == "action_place"]


@pytest.mark.parametrize(
    ("route", "labels", "place"),
    [
        ("{to: 'github:acme/search', kinds: [technical]}", (), SEARCH),
        ("{to: 'github:acme/search', kinds: [process]}", (), None),
        ("{to: 'github:acme/search', labels: [Search]}", ("search",), SEARCH),
        ("{to: 'github:acme/search', labels: [search]}", (), None),
        ("{to: 'github:acme/search', labels: [search], kinds: [process]}", ("search",), None),
        ("{to: 'github:acme/search', components: [search]}", ("system: search",), SEARCH),
        ("{to: 'github:acme/search', components: [search]}", ("system: shop",), None),
        ("{to: 'github:acme/search'}", ("search",), None),
        ("{to: 'jira:OPS', kinds: [technical]}", (), OPS),
    ],
)
def test_a_route_takes_an_action_when_every_condition_holds(route, labels, place):
    view = routed(f"  one: {route}\n", labels=labels)
    assert view.place == (place or Place("github", "acme/shop"))
    assert view.wanted
    assert the_place(view) == []


def test_the_first_route_that_takes_it_wins():
    routes = "  one: {to: 'jira:OPS', kinds: [technical]}\n  two: {to: 'github:acme/search', kinds: [technical]}\n"
    assert routed(routes).place == OPS


def test_the_owner_is_the_same_person_on_the_tracker_of_the_ticket():
    view = routed("  one: {to: 'jira:OPS', kinds: [technical]}\n")
    assert view.owner == ON_JIRA


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("repo: acme/search", SEARCH),
        ("repo: ACME/Search", SEARCH),
        ("(project: OPS)", OPS),
        ("project: jira:OPS", OPS),
        ("repo: acme/shop", Place("github", "acme/shop")),
    ],
)
def test_a_row_names_the_place_of_any_route_or_its_own(said, place):
    routes = "  one: {to: 'github:acme/search'}\n  two: {to: 'jira:OPS'}\n"
    assert routed(routes, a_line(action=f"{ACTION} {said}")).place == place


def test_a_column_names_the_place_as_well():
    policy = a_policy(remediation="routes:\n  one: {to: 'github:acme/search'}\n")
    table = HEADER.replace("| Priority |\n", "| Priority | Repo |\n", 1).replace("---|\n", "---|---|\n", 1)
    row = a_line().rstrip("\n") + " acme/search |\n"
    case = a_case(an_incident(body=a_body(remediation=table + row)))
    assert facts_needed(case, a_memory(), policy).places == {SEARCH}


@pytest.mark.parametrize("said", ["repo: acme/other", "project: HR", "repo: ../../etc", "project: ops"])
def test_a_place_without_a_route_is_not_asked_about_and_opens_nothing(said):
    routes = "  one: {to: 'github:acme/search'}\n"
    view = routed(routes, a_line(action=f"{ACTION} {said}"))
    assert (view.place, view.wanted) == (None, False)
    assert "as no route of the mapping leads there" in the_place(view)[0][1]
    policy = a_policy(remediation=f"routes:\n{routes}")
    case = a_case(an_incident(body=a_body(a_line(action=f"{ACTION} {said}"))))
    assert facts_needed(case, a_memory(), policy).places == frozenset()


@pytest.mark.parametrize(
    ("reach", "says"),
    [
        (Reach.PUBLIC, "which everybody can read, and this incident is private"),
        (Reach.OUT_OF_SCOPE, "which I do not reach"),
        (Reach.UNREACHED, "which I do not reach"),
    ],
)
def test_a_place_that_will_not_do_opens_nothing_and_missing_reads_like_forbidden(reach, says):
    view = routed("  one: {to: 'github:acme/search', kinds: [technical]}\n", reach=reach)
    assert not view.wanted
    assert says in the_place(view)[0][1]


def test_a_confidential_incident_keeps_its_tickets_beside_it():
    routes = "  one: {to: 'github:acme/search', kinds: [technical]}\n"
    learning = "confidential_labels: [secret]\n"
    beside = routed(routes, labels=("secret",), learning=learning)
    assert (beside.place, beside.wanted) == (Place("github", "acme/shop"), True)
    named = routed(routes, a_line(action=f"{ACTION} repo: acme/search"), labels=("secret",), learning=learning)
    assert the_place(named) == [("action_place", "a confidential incident keeps its tickets beside it")]


def test_a_ticket_stays_where_it_was_opened_whatever_is_routed_later():
    policy = a_policy(remediation="routes:\n  one: {to: 'github:acme/search', kinds: [technical]}\n")
    (view,) = views(a_line(), memory=a_memory(actions=(an_action(),)), tickets=(a_ticket(),), policy=policy)
    assert (view.place, view.wanted) == (Place("github", "acme/shop"), False)


def test_an_owner_whom_the_mapping_does_not_know_there_is_asked_about():
    policy = a_policy(remediation="routes:\n  one: {to: 'jira:OPS', kinds: [technical]}\n")
    (view,) = views(a_line(), given=facts(places={OPS: Reach.OPEN}), policy=policy)
    assert (view.owner, view.wanted) == (None, False)
    (finding,) = [f for f in view.findings if f.check == "action.owner"]
    assert "no account of dana on Jira is known" in finding.reason


def test_accounts_are_looked_up_only_of_those_whom_rows_name_and_the_mapping_knows_there():
    policy = a_policy(remediation="routes:\n  one: {to: 'jira:OPS', kinds: [technical]}\n", people=PEOPLE)
    rows = (a_line(), a_line("A2", "Alert on recalled products", owner="@vic"))
    case = a_case(an_incident(body=a_body(*rows)))
    needed = accounts_needed(case, facts(places={OPS: Reach.OPEN}), a_memory(), policy)
    assert needed == {Account(OPS, "d4n4", "d4n4")}
    assert accounts_needed(case, facts(), a_memory(), a_policy(people=PEOPLE)) == frozenset()
