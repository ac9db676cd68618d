"""Which criteria hold, by what, and the floor that they make (DESIGN 5 "Severity")."""

import pytest

from integration.postmortem.rules.criteria import judge_criteria, read_criteria
from integration.postmortem.rules.written import read_postmortem
from mappings.models import Severity
from tests.builders import HERE, TOM, a_decision, a_policy, an_incident


def read(body="", *decisions, policy=None, **incident):
    policy = policy or a_policy()
    issue = an_incident("", body=body, **incident)
    return read_criteria(issue, read_postmortem(issue, policy), decisions, policy)


def held(view):
    return {stated.criterion.id for stated in view.stated}


def said(names):
    return a_decision("criteria", TOM, issue=HERE, reason=names)


AMOUNTS = [
    # what Impact says of money and of users → the criteria that hold
    ("25,000 USD", "", {"client_loss", "moderate_loss"}),
    ("the client lost $25k", "", {"client_loss", "moderate_loss"}),
    ("EUR 9,500", "", {"client_loss", "moderate_loss"}),
    ("EUR 9,000", "", {"moderate_loss"}),
    ("10,000 USD", "", {"moderate_loss"}),
    ("1,000 USD", "", {"moderate_loss"}),
    ("999 USD", "", set()),
    ("25000", "", {"client_loss", "moderate_loss"}),
    ("see ticket 48213", "", set()),
    ("3 invoices, 400 USD", "", set()),
    ("client: none; our own: 25,000 USD", "", {"moderate_loss"}),
    ("client: 25,000 USD; our own: none", "", {"client_loss", "moderate_loss"}),
    ("none", "1,200 users", {"many_users"}),
    ("none", "100", {"many_users"}),
    ("none", "99 users", set()),
    ("none", "fewer than 100 users", set()),
    ("none", "fewer than 5,000 users", {"many_users"}),
    ("none", "3 of 12,000 users", set()),
    ("none", "5 % of the users", {"many_users"}),
    ("none", "4 % of 20,000 users", set()),
    ("none", "12 users on 2026-11-18", set()),
    ("none", "1,500 rows", set()),
    ("unknown", "not known yet, perhaps", set()),
]


@pytest.mark.parametrize(("money", "users", "criteria"), AMOUNTS)
def test_amounts_over_thresholds_count(money, users, criteria):
    body = f"## Impact\n\n- Money: {money}\n- Users affected: {users or 'none'}\n"
    assert held(read(body)) == criteria


def test_the_reason_names_the_amount_and_the_criterion():
    view = read("## Impact\n\n- Money: the client lost 25,000 USD\n")
    assert (view.floor, view.why) == (
        Severity.SEV1,
        "Impact says “25,000 USD”: a client lost more than 10,000 USD",
    )


def test_a_field_of_the_tracker_counts_like_what_is_written():
    view = read(fields=(("amount.money", "25000.0"),))
    assert (held(view), view.why) == (
        {"client_loss", "moderate_loss"},
        "the field for money says “25000.0”: a client lost more than 10,000 USD",
    )


def test_thresholds_are_the_mappings():
    policy = a_policy(severity="criteria: {client_loss: {at_least: 50001}}")
    assert held(read("## Impact\n\n- Money: 25,000 USD\n", policy=policy)) == set()


def test_where_impact_is_not_asked_for_its_amounts_are_read_nowhere():
    policy = a_policy(postmortem="sections: {summary: {title: Summary}}")
    assert held(read("## Impact\n\n- Money: 25,000 USD\n", policy=policy)) == set()


@pytest.mark.parametrize(
    ("body", "incident", "decisions", "floor", "why"),
    [
        ("- [x] An individual was harmed", {}, (), "SEV1", "“An individual was harmed” is ticked"),
        ("- [x] Few users or transactions", {}, (), "SEV3", "“Few users or transactions were affected” is ticked"),
        ("- [ ] An individual was harmed", {}, (), None, ""),
        ("", {"labels": {"incident", "many-users"}}, (), "SEV2", "a label says “A significant number of users was affected”"),
        ("", {}, (said("data_exposed"),), "SEV1", "`/criteria` says “Restricted or confidential data was exposed”"),
        ("", {}, (said("data_exposed"), said("none")), None, ""),
        ("", {}, (said("gone_from_the_mapping"),), None, ""),
    ],
)  # fmt: skip
def test_criteria_are_ticked_labelled_or_said(body, incident, decisions, floor, why):
    view = read(body, *decisions, **incident)
    assert (view.floor and view.floor.value, view.why) == (floor, why)


@pytest.mark.parametrize(
    "written",
    ["### Did it reach production?\n\nNo", "Reached production: no, caught in staging", "- Reached production? Never"],
)
def test_what_never_reached_production_stays_a_near_miss_unless_a_sev1_criterion_holds(written):
    view = read(f"- [x] An emergency intervention was needed\n\n{written}\n")
    assert (view.floor, view.why) == (Severity.SEV4, "“Did it reach production?” is answered with no")
    assert read(f"- [x] An individual was harmed\n\n{written}\n").floor is Severity.SEV1


@pytest.mark.parametrize("written", ["Yes", "Not yet known", "Nobody knows", "Partly, not the export", "_No response_"])
def test_any_other_answer_about_production_changes_nothing(written):
    body = f"- [x] An emergency intervention was needed\n\n### Did it reach production?\n\n{written}"
    assert read(body).floor is Severity.SEV2


@pytest.mark.parametrize(
    ("body", "decisions", "reason"),
    [
        ("- [x] None of the SEV1 and SEV2 criteria apply", (), "none of SEV1 and SEV2 applies, as ticked"),
        ("- [ ] None of the SEV1 and SEV2 criteria apply", (), None),
        ("", (said("none"),), "none of SEV1 and SEV2 applies, says tom"),
        ("", (said("few_users"),), "answered by tom"),
        ("- [x] An individual was harmed", (), "“An individual was harmed” is ticked"),
        ("- [x] Few users or transactions", (), None),
    ],
)
def test_the_graver_criteria_are_answered_by_a_tick_or_a_command(body, decisions, reason):
    (finding,) = judge_criteria(read(body, *decisions), Severity.SEV4, a_policy())
    assert (finding.passed, finding.reason) == (reason is not None, reason or "not answered yet")
    assert finding.remedy == (
        ""
        if reason
        else "If none applies, `/criteria none`; if one does, its own line (see “What counts as SEV1 or SEV2”)."
    )


def test_nobody_has_to_answer_the_graver_criteria_of_what_is_grave_or_unknown():
    assert judge_criteria(read(), Severity.SEV1, a_policy()) == ()
    assert judge_criteria(read(), None, a_policy()) == ()
