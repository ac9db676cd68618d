"""By what right somebody may do something: this look's role or the mapping, never a name, a badge or an association (S6, S7)."""

import pytest

from integration.postmortem.people import PersonKind, Standing
from integration.postmortem.rules.authority import appointed, authority_of
from mappings.models import Authority
from tests.builders import DANA, NOW, PROJECT, ROBOT, a_person, a_policy

JIRA_MAPPED = """
jira:
  triage: {accounts: ["acc-tom"], groups: [], roles: [Users]}
  write: {accounts: [], groups: [shop-developers], roles: []}
  admin: {accounts: [], groups: [], roles: [Administrators]}
"""


@pytest.mark.parametrize(
    ("role", "authority"),
    [
        ("read", Authority.ANY),
        ("triage", Authority.TRIAGE),
        ("write", Authority.WRITE),
        ("maintain", Authority.WRITE),
        ("admin", Authority.ADMIN),
        ("a-role-nobody-mapped", Authority.ANY),
        (None, Authority.ANY),
    ],
)
def test_a_github_role_gives_what_the_mapping_says_and_an_unreadable_one_nothing(role, authority):
    held = authority_of(Standing(DANA, role), a_policy().people, PROJECT, participates=False)
    assert held.authority is authority
    assert held.by == (f"{role} on {PROJECT}" if role else f"no role on {PROJECT} could be read")


def test_taking_part_lifts_a_reader_and_lowers_nobody():
    people = a_policy().people
    assert authority_of(Standing(DANA, "read"), people, PROJECT, participates=True).authority is Authority.PARTICIPANT
    assert authority_of(Standing(DANA, "write"), people, PROJECT, participates=True).authority is Authority.WRITE


def test_an_account_that_is_not_active_has_no_say_whatever_its_role():
    gone = Standing(a_person("dana", 1001, active=False), "admin")
    held = authority_of(gone, a_policy().people, PROJECT, participates=True)
    assert (held.authority, held.by) == (None, "the account is not active")
    assert not held.covers(Authority.ANY)


@pytest.mark.parametrize("kind", [PersonKind.APP, PersonKind.BOT, PersonKind.CUSTOMER])
def test_apps_bots_and_customers_have_no_say(kind):
    held = authority_of(
        Standing(a_person("helper", 2, kind=kind), "admin"), a_policy().people, PROJECT, participates=True
    )
    assert (held.authority, held.by) == (None, f"{kind.value} accounts have no say unless the mapping lists them")


def test_an_app_that_the_mapping_lists_has_the_role_that_it_holds():
    people = a_policy(people="apps: {github: [helper], jira: [acc-robot]}").people
    assert authority_of(Standing(ROBOT, "write"), people, PROJECT, participates=False).authority is Authority.WRITE
    jira = a_person("robot", 0, site="jira", id="acc-robot", kind=PersonKind.APP)
    assert authority_of(Standing(jira), people, "SHOP", participates=False).authority is Authority.ADMIN


def on_jira(account="acc-dana", **standing):
    return Standing(a_person("dana", 0, site="jira", id=account), **standing)


def test_on_jira_any_active_user_may_do_all_while_the_mapping_names_nobody():
    held = authority_of(on_jira(), a_policy().people, "SHOP", participates=False)
    assert (held.authority, held.by) == (Authority.ADMIN, "any active user, as the mapping names nobody")


def test_a_mapping_can_say_that_naming_nobody_means_nobody():
    people = a_policy(people="jira: {when_unmapped: nobody}").people
    assert authority_of(on_jira(), people, "SHOP", participates=False).authority is Authority.ANY


@pytest.mark.parametrize(
    ("standing", "authority", "by"),
    [
        (on_jira("acc-tom"), Authority.TRIAGE, "listed in the mapping"),
        (on_jira(groups=frozenset({"shop-developers"})), Authority.WRITE, "member of the group shop-developers"),
        (on_jira(project_roles=frozenset({"Administrators", "Users"})), Authority.ADMIN, "project role Administrators"),
        (on_jira(groups=frozenset({"others"})), Authority.ANY, "not listed in the mapping"),
    ],
)
def test_on_jira_the_highest_authority_that_the_mapping_names_counts(standing, authority, by):
    held = authority_of(standing, a_policy(people=JIRA_MAPPED).people, "SHOP", participates=False)
    assert (held.authority, held.by) == (authority, by)


def test_somebody_who_is_called_like_a_listed_account_is_not_that_account():
    namesake = Standing(a_person("acc-tom", 0, site="jira", id="acc-other", name="acc-tom"))
    held = authority_of(namesake, a_policy(people=JIRA_MAPPED).people, "SHOP", participates=False)
    assert held.authority is Authority.ANY


APPOINTED = """
people:
  gina: {name: Gina, github_id: 7, jira: acc-gina}
roles:
  technical_reviewers: []
  governance_reviewers: [gina]
  executive_sponsors: []
"""


@pytest.mark.parametrize(
    ("deed", "role"),
    [
        ("approve governance", "named in the mapping as governance reviewer"),
        ("waive", "named in the mapping as governance reviewer"),
        ("accept-risk", "named in the mapping as governance reviewer"),
        ("approve technical", ""),
        ("verify", ""),
    ],
)
def test_the_mapping_appoints_an_account_for_the_deeds_of_its_role_alone(deed, role):
    people = a_policy(people=APPOINTED).people
    assert appointed(a_person("gina", 7), deed, people, NOW.date()) == role
    assert appointed(a_person("gina", 0, site="jira", id="acc-gina"), deed, people, NOW.date()) == role


def test_nobody_is_appointed_by_a_name_by_a_bot_or_when_gone():
    people = a_policy(people=APPOINTED).people
    assert appointed(a_person("gina", 8), "waive", people, NOW.date()) == ""
    assert appointed(a_person("gina", 7, kind=PersonKind.BOT), "waive", people, NOW.date()) == ""
    assert appointed(a_person("gina", 7, active=False), "waive", people, NOW.date()) == ""
