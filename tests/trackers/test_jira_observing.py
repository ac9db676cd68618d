"""What the adapter sees of a Jira, over real HTTP on the stand-in: the case, its tickets, whose words, who closed,
what changed.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.commands import EnsureReply
from integration.postmortem.document import Heading, plain_text
from integration.postmortem.facts import FactsNeeded
from integration.postmortem.incident import CommentOrigin, IssueKey, IssueRef
from integration.postmortem.people import Person, PersonKind
from integration.sandbox.jira.model import ONE_WAY
from integration.sandbox.jira.server import JiraSandbox
from integration.trackers.base import Cursor
from integration.trackers.jira.tracker import JiraTracker
from tests.trackers.jira_harness import BOT, Purse, a_policy, a_site, a_ticket_command, an_adapter, person, ref, says

POLICY = a_policy()


@pytest.fixture(params=["Cloud", "Server"])
def site(request: pytest.FixtureRequest) -> Iterator[JiraSandbox]:
    with a_site(request.param) as sandbox:
        yield sandbox


@pytest.fixture
def jira(site: JiraSandbox) -> Iterator[JiraTracker]:
    with an_adapter(site) as tracker:
        yield tracker


def tickets_of(site: JiraSandbox, jira: JiraTracker, case: IssueRef, number: int) -> tuple[IssueRef, ...]:
    made = []
    for each in range(number):
        command = a_ticket_command(site, case, action_id=f"A{each}")
        outcome = jira.apply(command, POLICY, Purse())
        assert outcome.ticket is not None
        made.append(outcome.ticket)
    return tuple(made)


def test_an_incident_is_read_with_its_text_as_people_see_it(site: JiraSandbox, jira: JiraTracker) -> None:
    dana = site.as_person("dana")
    text = "h2. Summary\n\nA *recalled* product was recommended.\n\nh2. Actions\n\n||Action||Owner||\n|Filter|omar|"
    key = dana.open_issue("PM", "Recalled products", text, kind="Incident", labels=["incident"])
    dana.assign(key, site.site.people["omar"])
    dana.attach(key, "replay.txt", b"seen")
    seen = jira.observe(ref(jira, key), (), POLICY).incident
    assert [each.text.plain for each in seen.document.blocks if isinstance(each, Heading)] == ["Summary", "Actions"]
    assert "A recalled product was recommended." in plain_text(seen.document.blocks)
    assert (seen.title, seen.body, seen.issue_type, seen.priority) == ("Recalled products", text, "Incident", "Medium")
    assert (seen.author, seen.assignees, seen.labels) == (person(site, "dana"), (person(site, "omar"),), {"incident"})
    assert [(each.name, each.author, each.size) for each in seen.attachments] == [
        ("replay.txt", person(site, "dana"), 4)
    ]
    assert (seen.closed, seen.closed_by, seen.reopen_with, seen.public) == (False, None, None, False)
    assert seen.ref.url == f"{site.url}/browse/{key}"


def test_mapped_fields_are_sections_and_belong_to_the_digest(site: JiraSandbox, jira: JiraTracker) -> None:
    site.add_field("customfield_10060", "Impact", "textarea")
    site.add_field("customfield_10061", "Where else", "textfield")
    sections = {each.id: each.title for each in POLICY.postmortem.sections}
    policy = a_policy(
        {
            "postmortem.sections.impact.jira_field": "customfield_10060",
            "postmortem.sections.where_else.jira_field": "customfield_10061",
        }
    )
    dana = site.as_person("dana")
    key = dana.open_issue("PM", "One", "Nothing.", customfield_10060="*40* users", customfield_10061="nowhere")
    seen = jira.observe(ref(jira, key), (), policy).incident
    headings = [each.text.plain for each in seen.document.blocks if isinstance(each, Heading)]
    assert headings == [sections["impact"], sections["where_else"]]
    assert "40 users" in plain_text(seen.document.blocks)
    assert dict(seen.fields)["where_else"] == "nowhere"
    dana.edit(key, customfield_10060="*400* users")
    assert jira.observe(ref(jira, key), (), policy).incident.body_digest != seen.body_digest


def test_who_closed_and_when_come_from_the_changelog(site: JiraSandbox, jira: JiraTracker) -> None:
    dana = site.as_person("dana")
    key = dana.open_issue("PM", "One")
    dana.close_issue(key)
    dana.reopen(key)
    site.as_person("omar").close_issue(key)
    site.as_person("gina").edit(key, summary="Two")
    seen = jira.observe(ref(jira, key), (), POLICY).incident
    assert (seen.closed, seen.closed_by, seen.state_reason) == (True, person(site, "omar"), "Done")
    assert seen.closed_at is not None
    assert timedelta() <= seen.updated_at - seen.closed_at < timedelta(minutes=1)


def test_the_way_back_is_what_the_mapping_names_first_and_the_workflow_offers(
    site: JiraSandbox, jira: JiraTracker
) -> None:
    key = site.as_person("dana").open_issue("PM", "One")
    site.as_person("dana").close_issue(key)
    ways = {
        ("in progress", "To Do"): "21",
        ("To Do",): "11",
        ("Nothing like this",): None,  # Two are offered, and neither is named.
    }
    for names, way in ways.items():
        policy = a_policy({"remediation.reopening.jira_transitions": list(names)})
        assert jira.observe(ref(jira, key), (), policy).incident.reopen_with == way


def test_a_workflow_without_a_way_back_offers_none(site: JiraSandbox, jira: JiraTracker) -> None:
    site.add_project("OW", roles={"dana": "member", BOT: "member"}, workflow=ONE_WAY)
    key = site.as_person("dana").open_issue("OW", "One")
    site.as_person("dana").close_issue(key)
    seen = jira.observe(ref(jira, key), (), POLICY).incident
    assert (seen.closed, seen.reopen_with) == (True, None)


def test_whose_words_a_comment_holds(site: JiraSandbox, jira: JiraTracker) -> None:
    dana = site.as_person("dana")
    key = dana.open_issue("PM", "One")
    dana.comment(key, "/verify I looked")
    rewritten = dana.comment(key, "I looked at nothing")
    site.as_person("gina").edit_comment(key, rewritten["id"], "/verify I looked")
    own = dana.comment(key, "/note 9")
    dana.edit_comment(key, own["id"], "/note 10")
    site.as_person("automation").comment(key, "/resolved")
    jira.apply(EnsureReply(ref(jira, key), "reply:1", says("Hello.")), POLICY, Purse())
    comments = jira.observe(ref(jira, key), (), POLICY).incident.comments
    app = (
        CommentOrigin.APP if site.site.is_cloud else CommentOrigin.PERSON
    )  # Data Center does not tell apps from people.
    expected = [CommentOrigin.PERSON, CommentOrigin.REWRITTEN, CommentOrigin.PERSON, app, CommentOrigin.OURS]
    assert [comment.origin for comment in comments] == expected
    assert [comment.raw for comment in comments[:3]] == ["/verify I looked", "/verify I looked", "/note 10"]
    assert [comment.purpose for comment in comments] == [None, None, None, None, "reply:1"]


def test_a_mark_on_another_issue_or_by_another_account_means_nothing(site: JiraSandbox, jira: JiraTracker) -> None:
    dana = site.as_person("dana")
    one, other = dana.open_issue("PM", "One"), dana.open_issue("PM", "Other")
    jira.apply(EnsureReply(ref(jira, one), "reply:1", says("Hello.")), POLICY, Purse())
    (ours,) = dana.comments(one)
    dana.comment(one, ours["body"])
    site.as_person(BOT).comment(other, ours["body"])
    site.as_person(BOT).comment(one, ours["body"].replace("reply:1", "status"))
    assert [each.purpose for each in jira.observe(ref(jira, one), (), POLICY).incident.comments] == [
        "reply:1",
        None,
        None,
    ]
    assert [each.purpose for each in jira.observe(ref(jira, other), (), POLICY).incident.comments] == [None]


def test_a_ticket_keeps_its_mark_when_people_rewrite_its_description(site: JiraSandbox, jira: JiraTracker) -> None:
    case = ref(jira, site.as_person("dana").open_issue("PM", "One"))
    (ticket,) = tickets_of(site, jira, case, 1)
    site.as_person("omar").edit(ticket.locator, description="Mine now.")
    assert jira.observe(case, (), POLICY).tickets[0].purpose == "ticket:A0"
    site.as_person("omar").call("PUT", f"/issue/{ticket.locator}/properties/followthrough", json={"marker": "forged"})
    assert jira.observe(case, (), POLICY).tickets[0].purpose is None


def test_remembered_and_linked_tickets_are_seen_and_those_that_are_gone_are_missing(
    site: JiraSandbox, jira: JiraTracker
) -> None:
    dana, gina = site.as_person("dana"), site.as_person("gina")
    case = ref(jira, dana.open_issue("PM", "One"))
    linked = tickets_of(site, jira, case, 3)
    loose, gone = ref(jira, dana.open_issue("PM", "Loose")), ref(jira, dana.open_issue("PM", "Gone"))
    gina.call("DELETE", f"/issue/{gone.locator}")
    seen = jira.observe(case, (loose, gone, linked[0]), POLICY)
    assert {ticket.ref: ticket.linked for ticket in seen.tickets} == {**dict.fromkeys(linked, True), loose: False}
    assert seen.missing == {gone.key}


def test_what_somebody_made_of_a_ticket_and_that_it_is_worked_on_is_read_with_it(
    site: JiraSandbox, jira: JiraTracker
) -> None:
    dana = site.as_person("dana")
    case, other = (ref(jira, dana.open_issue("PM", each)) for each in ("One", "Other"))
    same, bug, below = tickets_of(site, jira, case, 3)
    dana.edit(bug.locator, issuetype={"name": "Bug"})
    dana.edit(below.locator, issuetype={"name": "Sub-task"}, parent={"key": other.locator})
    dana.move(below.locator, "In Progress")
    seen = {ticket.ref: ticket for ticket in jira.observe(case, (), POLICY).tickets}
    told = {each: (seen[each].former_type, seen[each].parent, seen[each].under_way) for each in (same, bug, below)}
    assert told == {same: ("", None, ""), bug: ("Task", None, ""), below: ("Task", other, "In Progress")}


def test_a_deleted_incident_is_not_found(site: JiraSandbox, jira: JiraTracker) -> None:
    case = ref(jira, site.as_person("dana").open_issue("PM", "One"))
    site.as_person("gina").call("DELETE", f"/issue/{case.locator}")
    with pytest.raises(IssueNotFound):
        jira.observe(case, (), POLICY)
    with pytest.raises(IssueNotFound):
        jira.locate(case.key.id, case.locator)


def test_the_immutable_id_finds_the_issue_whatever_the_locator_claims(site: JiraSandbox, jira: JiraTracker) -> None:
    one, other = (ref(jira, site.as_person("dana").open_issue("PM", each)) for each in ("One", "Other"))
    assert jira.locate(one.key.id, other.locator) == one


def test_long_threads_and_busy_changelogs_are_read_whole(site: JiraSandbox, jira: JiraTracker) -> None:
    case = ref(jira, site.as_person("dana").open_issue("PM", "One"))
    first, second = tickets_of(site, jira, case, 2)
    dana = site.as_person("dana")
    for each in range(25):
        dana.comment(first.locator, f"/note {each}")
    dana.close_issue(second.locator)
    for each in range(25):
        site.as_person("gina").edit(second.locator, summary=f"Renamed {each}")
    seen = {ticket.ref: ticket for ticket in jira.observe(case, (), POLICY).tickets}
    assert [comment.raw for comment in seen[first].comments] == [f"/note {each}" for each in range(25)]
    assert seen[second].closed_by == person(site, "dana")


def test_a_flood_of_comments_is_capped_and_told(
    site: JiraSandbox, jira: JiraTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    dana = site.as_person("dana")
    issue = ref(jira, dana.open_issue("PM", "One"))
    for each in range(7):
        dana.comment(issue.locator, str(each))
    monkeypatch.setattr("integration.trackers.jira.observing.COMMENT_PAGE", 2)
    monkeypatch.setattr("integration.trackers.jira.observing.MOST_COMMENT_PAGES", 3)
    comments, capped = jira._observer(POLICY).comments(issue)
    assert ([comment.raw for comment in comments], capped) == (["0", "1", "2", "3", "4", "5"], True)


def test_a_new_ticket_is_seen_before_the_search_knows_it() -> None:
    with a_site("Cloud") as site, an_adapter(site) as jira:
        case = ref(jira, site.as_person("dana").open_issue("PM", "One"))
        site.search_lag = timedelta(hours=1)
        tickets = tickets_of(site, jira, case, 3)
        assert {ticket.ref for ticket in jira.observe(case, (), POLICY).tickets} == set(tickets)


def test_standings_are_what_the_mapping_asks_for(site: JiraSandbox, jira: JiraTracker) -> None:
    site.add_person("rita", groups=("governance", "staff"))
    issue = ref(jira, site.as_person("dana").open_issue("PM", "One"))
    asked = FactsNeeded(frozenset(("PM", person(site, name)) for name in ("dana", "gina", "rita")))
    policy = a_policy({"people.jira.write.groups": ["governance"], "people.jira.admin.roles": ["Administrators"]})
    facts = jira.look_up(issue, asked, policy)
    rita, gina, dana = (facts.standing("PM", person(site, name)) for name in ("rita", "gina", "dana"))
    assert (rita.groups, rita.project_roles, rita.role) == ({"governance", "staff"}, frozenset(), None)
    assert (gina.project_roles, gina.role) == ({"Administrators"}, "member")
    assert (dana.groups, dana.project_roles) == (frozenset(), frozenset())


def test_roles_that_our_account_may_not_read_grant_nothing(site: JiraSandbox, jira: JiraTracker) -> None:
    site.add_project("OPEN", roles={"gina": "admin"})
    issue = ref(jira, site.as_person("gina").open_issue("OPEN", "One"))
    policy = a_policy({"people.jira.admin.roles": ["Administrators"]})
    gina = person(site, "gina")
    standing = jira.look_up(issue, FactsNeeded(frozenset({("OPEN", gina)})), policy).standing("OPEN", gina)
    assert (standing.project_roles, standing.role) == (frozenset(), None)


def test_nobody_is_asked_about_where_the_mapping_names_no_group_and_no_role(
    site: JiraSandbox, jira: JiraTracker
) -> None:
    issue = ref(jira, site.as_person("dana").open_issue("PM", "One"))
    site.calls.reset()
    dana = person(site, "dana")
    assert jira.look_up(issue, FactsNeeded(frozenset({("PM", dana)})), POLICY).standing("PM", dana).person == dana
    assert site.calls.count(account=BOT) == 0


def test_an_account_that_is_gone_stands_as_inactive(site: JiraSandbox, jira: JiraTracker) -> None:
    issue = ref(jira, site.as_person("dana").open_issue("PM", "One"))
    policy = a_policy({"people.jira.write.groups": ["governance"]})
    gone = Person("jira", "gone", "gone", "Gone")
    omar = person(site, "omar")
    site.deactivate("omar")
    facts = jira.look_up(issue, FactsNeeded(frozenset({("PM", gone), ("PM", omar)})), policy)
    assert not facts.standing("PM", gone).person.active
    assert not facts.standing("PM", omar).person.active


def test_a_written_name_means_exactly_the_active_people_who_are_called_so(site: JiraSandbox, jira: JiraTracker) -> None:
    site.add_person("dana2", display_name="Dana Ruiz")
    site.add_person("dana3", display_name="Dana Ruiz")
    site.add_person("dana4", display_name="Dana Ruizinger")
    site.add_person("left", display_name="Lee Left", active=False)
    issue = ref(jira, site.as_person("dana").open_issue("PM", "One"))
    mention = f"[~accountid:{site.site.people['omar'].account_id}]" if site.site.is_cloud else "[~omar]"
    names = {
        "Dana": ["dana"],
        "@omar": ["omar"],
        "dana ruiz": ["dana2", "dana3"],
        "Dana Ruizinger": ["dana4"],
        "Dan": [],
        "Lee Left": [],
        "Automation": [] if site.site.is_cloud else ["automation"],
        mention: ["omar"],
        "[~nobody]": [],
        "[~x/../y]": [],
        "": [],
        '" OR 1=1': [],
    }
    found = jira.look_up(issue, FactsNeeded(names=frozenset(names)), POLICY).people
    for name, expected in names.items():
        assert {each.id for each in found[name]} == {person(site, each).id for each in expected}, name


def test_who_labelled_and_who_edited_come_from_the_changelog(site: JiraSandbox, jira: JiraTracker) -> None:
    site.add_field("customfield_10060", "Impact", "textarea")
    policy = a_policy({"postmortem.sections.impact.jira_field": "customfield_10060"})
    dana, gina, omar = (site.as_person(name) for name in ("dana", "gina", "omar"))
    issue = ref(jira, dana.open_issue("PM", "One", labels=["incident"]))
    needed = FactsNeeded(labellers=frozenset({"followthrough", "incident"}), body_editor=True)
    gina.add_label(issue.locator, "followthrough")
    omar.remove_label(issue.locator, "followthrough")
    omar.add_label(issue.locator, "followthrough", "sev1")
    facts = jira.look_up(issue, needed, policy)
    assert {label: who.person.id for label, who in facts.labellers.items()} == {
        "followthrough": person(site, "omar").id,
        "incident": person(site, "dana").id,
    }
    assert facts.body_editor is not None
    assert facts.body_editor.person.id == person(site, "dana").id
    gina.edit(issue.locator, customfield_10060="40 users")
    omar.edit(issue.locator, duedate="2026-12-01")
    edited = jira.look_up(issue, needed, policy).body_editor
    assert edited is not None
    assert edited.person.id == person(site, "gina").id


def test_our_own_account_is_read_once(site: JiraSandbox, jira: JiraTracker) -> None:
    us = jira.service()
    assert (us, us.kind) == (person(site, BOT), PersonKind.HUMAN)
    site.calls.reset()
    jira.service()
    assert site.calls.count() == 0


def test_the_scope_is_the_projects_whose_issues_we_may_edit(site: JiraSandbox, jira: JiraTracker) -> None:
    site.add_project("OTHER", roles={"gina": "admin"})
    site.add_project("SECRET", roles={"gina": "admin"}, private=True)
    assert jira.in_scope() == {"PM"}


def test_a_sweep_lists_what_changed_newest_first_and_goes_on_from_there(site: JiraSandbox, jira: JiraTracker) -> None:
    dana = site.as_person("dana")
    one, other = dana.open_issue("PM", "One"), dana.open_issue("PM", "Other")
    dana.close_issue(one)
    swept = jira.changed_since("PM", Cursor())
    assert [issue.locator for issue in swept.issues] == [one, other]
    assert swept.cursor.seen is not None
    assert abs(datetime.now(UTC) - swept.cursor.seen) < timedelta(minutes=1)
    # The overlap lists them again, which is harmless, and the cursor never goes back.
    again = jira.changed_since("PM", swept.cursor)
    assert again.cursor == swept.cursor
    later = Cursor(datetime.now(UTC) + timedelta(hours=1))
    assert jira.changed_since("PM", later).cursor == later


def test_a_sweep_of_more_than_it_reads_loses_none(
    site: JiraSandbox, jira: JiraTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [site.as_person("dana").open_issue("PM", str(each)) for each in range(5)]
    monkeypatch.setattr("integration.trackers.jira.changes.PAGE", 2)
    assert [each.locator for each in jira.changed_since("PM", Cursor()).issues] == keys[::-1]


@pytest.mark.parametrize("project", ['PM" OR project = "SECRET', "pm", "acme/shop", ""])
def test_what_is_no_project_key_is_never_asked_for(site: JiraSandbox, jira: JiraTracker, project: str) -> None:
    with pytest.raises(TrackerRefused):
        jira.changed_since(project, Cursor())
    assert site.calls.count() == 0


def test_tickets_of_another_tracker_are_not_asked_for(site: JiraSandbox, jira: JiraTracker) -> None:
    case = ref(jira, site.as_person("dana").open_issue("PM", "One"))
    foreign = IssueRef(IssueKey("github", "7"), "acme/shop#7")
    seen = jira.observe(case, (foreign,), POLICY)
    assert (seen.tickets, seen.missing) == ((), frozenset())
