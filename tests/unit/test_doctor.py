"""What ``doctor`` says of what was seen, one odd thing at a time; its documentation names every line."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from integration.doctor.destinations import Destination, destinations, judge_destination
from integration.doctor.judging import judge_place
from integration.doctor.lines import LOOKED_AT, Line, State
from integration.postmortem.people import Person
from integration.trackers.capabilities import Capabilities, Capability
from integration.trackers.events import NEEDED, USEFUL, used
from integration.trackers.examination import Examined, Gated, Right, SeenHook, SignIn
from tests.builders import NOW, a_policy

HOOK = SeenHook("https://pm.example/webhooks/github", True, frozenset(used("github")), is_signed=True, last_code=202)
WELL = Examined(
    site="github",
    place="acme/shop",
    account=Person("github", "41898282", "followthrough[bot]"),
    sign_in=SignIn.APP,
    rights=(Right("issues: write", "labels", True),),
    beyond=(),
    hooks=(HOOK,),
    labels=frozenset({"Incident", "sev1", "sev2", "sev3", "SEV4"}),
    is_public=False,
    is_archived=False,
    skew=timedelta(seconds=2),
    capabilities=Capabilities("github", "GitHub", "acme/shop", ()),
    way_back="open",
)
ON_JIRA = replace(
    WELL,
    site="jira",
    place="SHOP",
    account=Person("jira", "5b10", "5b10"),
    sign_in=SignIn.TOKEN,
    hooks=(replace(HOOK, url="https://pm.example/webhooks/jira", events=frozenset(used("jira"))),),
    labels=None,
)
NO_SUB_ISSUES = Capability("sub_issues", "tickets stand under their incident", False, "each ticket names its incident")
PEOPLE = "{people: {dana: {name: Dana, github_id: 41898282}}}"


def without(seen: Examined, *events: str) -> Examined:
    """Return what would be seen if the webhook did not tell of these events."""
    (hook,) = seen.hooks or ()
    return replace(seen, hooks=(replace(hook, events=hook.events - set(events)),))


def said(seen: Examined, name: str, **files: str) -> list[Line]:
    """Return the lines of that name that are not passed."""
    found = judge_place(seen, a_policy(**files), NOW)
    return [line for line in found if line.name == name and line.state is not State.PASSED]


def test_where_all_is_well_only_the_roles_that_nobody_holds_are_advice() -> None:
    found = judge_place(WELL, a_policy(), NOW)
    assert [(line.name, line.state) for line in found if line.state is not State.PASSED] == [
        ("people", State.ADVICE),
        ("people", State.ADVICE),
    ]


@pytest.mark.parametrize(
    ("seen", "name", "state", "says"),
    [
        (replace(WELL, sign_in=SignIn.CLASSIC), "account", State.ADVICE, "classic token"),
        (replace(WELL, sign_in=SignIn.TOKEN), "account", State.ADVICE, "somebody's own account"),
        (replace(WELL, beyond=("contents: write",)), "account", State.ADVICE, "contents: write"),
        (replace(WELL, is_archived=True), "rights", State.FAILED, "archived"),
        (replace(WELL, rights=(Right("issues: write", "labels", False),)), "rights", State.FAILED, "issues: write"),
        (replace(WELL, rights=(Right("metadata", "names", False, False),)), "rights", State.ADVICE, "metadata"),
        (replace(WELL, rights=(Right("write role", "labels", None),)), "rights", State.UNKNOWN, "does not tell"),
        (replace(WELL, hooks=None), "webhook", State.UNKNOWN, "administrators"),
        (replace(WELL, hooks=()), "webhook", State.FAILED, "No webhook"),
        (replace(WELL, hooks=(replace(HOOK, is_active=False),)), "webhook", State.FAILED, "turned off"),
        (replace(WELL, hooks=(HOOK, HOOK)), "webhook", State.ADVICE, "2 webhooks"),
        (without(WELL, "issue_comment"), "webhook", State.FAILED, "issue_comment"),
        (
            without(WELL, "pull_request", "workflow_run"),
            "webhook",
            State.ADVICE,
            "pull_request, workflow_run, so evidence",
        ),
        (without(WELL, "sub_issues"), "webhook", State.ADVICE, "sub_issues, so a ticket"),
        (without(ON_JIRA, "attachment_deleted"), "webhook", State.ADVICE, "attachment_deleted, so evidence"),
        (without(ON_JIRA, "comment_created"), "webhook", State.FAILED, "comment_created"),
        (replace(WELL, hooks=(replace(HOOK, is_signed=False),)), "webhook", State.FAILED, "no secret"),
        (replace(WELL, hooks=(replace(HOOK, is_json=False),)), "webhook", State.FAILED, "not JSON"),
        (replace(WELL, hooks=(replace(HOOK, verifies_tls=False),)), "webhook", State.FAILED, "certificate"),
        (replace(WELL, hooks=(replace(HOOK, last_code=403),)), "webhook", State.FAILED, "answered 403"),
        (replace(WELL, labels=frozenset({"incident", "sev1", "sev2", "sev3"})), "labels", State.FAILED, "SEV4"),
        (replace(WELL, labels=frozenset({"sev1", "sev2", "sev3", "sev4"})), "labels", State.FAILED, "incident"),
        (
            replace(WELL, capabilities=Capabilities("github", "GHES 3.14", "acme/shop", (NO_SUB_ISSUES,))),
            "fallbacks",
            State.ADVICE,
            "GHES 3.14 has no sub issues",
        ),
        (replace(WELL, is_public=True), "visibility", State.ADVICE, "public"),
        (replace(WELL, skew=timedelta(seconds=-90)), "clock", State.FAILED, "90 s behind"),
        (replace(WELL, token_expires=NOW + timedelta(days=3, hours=1)), "token", State.FAILED, "in 3 days"),
        (replace(ON_JIRA, way_back=""), "reopening", State.FAILED, "no way back"),
        (replace(ON_JIRA, way_back=None), "reopening", State.UNKNOWN, "no closed issue"),
        (replace(ON_JIRA, has_gate_field=False), "gate", State.ADVICE, "no field Followthrough gate"),
        (replace(ON_JIRA, has_gate_field=True), "gate", State.UNKNOWN, "nothing could be tried"),
        (replace(ON_JIRA, has_gate_field=True, gated=Gated("SHOP-1", ("Done",))), "gate", State.FAILED, "offers Done"),
        (replace(ON_JIRA, rights=(Right("ADD_COMMENTS", "answers", False),)), "rights", State.FAILED, "ADD_COMMENTS"),
    ],
)
def test_each_odd_thing_has_its_line(seen: Examined, name: str, state: State, says: str) -> None:
    found = said(seen, name)
    assert [(line.state, says in line.says, line.place) for line in found] == [(state, True, seen.place)], found
    assert state is not State.FAILED or all(line.remedy for line in found)


@pytest.mark.parametrize("seen", [WELL, replace(ON_JIRA, has_gate_field=True, gated=Gated("SHOP-1", ()))])
def test_what_is_well_has_its_line_as_well(seen: Examined) -> None:
    names = {line.name for line in judge_place(seen, a_policy(), NOW) if line.state is State.PASSED}
    assert {"account", "rights", "webhook", "reopening", "visibility", "clock"} <= names
    assert ("gate" in names) is (seen.site == "jira")


def test_a_webhook_that_tells_of_everything_lacks_nothing() -> None:
    assert said(replace(WELL, hooks=(replace(HOOK, events=frozenset({"*"})),)), "webhook") == []


def test_what_people_do_has_its_events_and_each_further_event_says_what_is_lost_without_it() -> None:
    for site in ("github", "jira"):
        assert not NEEDED[site] & USEFUL[site].keys()
        assert all(USEFUL[site].values())


def test_an_account_that_is_a_person_of_the_mapping_is_refused() -> None:
    (line,) = said(WELL, "account", people=PEOPLE)
    assert (line.state, "people.yaml" in line.says) == (State.FAILED, True)


def test_nothing_is_published_in_what_is_archived_and_where_everybody_reads_only_what_may() -> None:
    wall = Destination("github:acme/wall", frozenset({"teams"}), frozenset({"review"}))
    archived = judge_destination(replace(wall, only_private=wall.kinds), replace(WELL, is_archived=True))
    assert [(line.state, "archived" in line.says) for line in archived] == [(State.FAILED, True)]
    public = judge_destination(wall, replace(WELL, is_public=True))
    assert [(line.state, "Everybody can read" in line.says) for line in public] == [(State.ADVICE, True)]


def test_a_place_that_several_files_name_is_looked_at_once_with_all_who_read_there() -> None:
    everywhere = "{places: {here: {project: 'github:acme/wall', audiences: [teams, governance]}}, issues: {review: {to: [here]}}}"
    shop = "applies_to: ['jira:SHOP']\ndestinations: {places: {wall: {project: 'github:acme/wall', audiences: [clients]}}, issues: {review: {to: []}}}"
    (found,) = destinations(a_policy(destinations=everywhere, **{"projects/shop": shop}))
    assert (found.audiences, found.kinds) == ({"teams", "governance", "clients"}, {"review"})


def test_the_documentation_describes_every_line() -> None:
    page = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text("utf-8")
    assert re.findall(r"^\| ([a-z]+) \|", page, re.MULTILINE)[0] == "line"
    described = [name for name in re.findall(r"^\| ([a-z]+) \|", page, re.MULTILINE) if name != "line"]
    assert sorted(described) == sorted(LOOKED_AT)
