"""Whether each action is assigned, dated and measurable, which get a ticket, and how row and ticket stay in step."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from integration.postmortem.judgement import judge
from mappings.models import Level, Mode
from tests.builders import (
    ACTION,
    DANA,
    DUE,
    GINA,
    HEADER,
    NOW,
    OMAR,
    VIC,
    a_body,
    a_case,
    a_decision,
    a_line,
    a_memory,
    a_policy,
    a_ref,
    a_ticket,
    an_action,
    an_incident,
    facts,
)

LATER = DUE + timedelta(days=7)


def views(
    *lines, memory=None, tickets=(), severity="SEV1", given=None, policy=None, mode=Mode.ENFORCE, missing=(), **incident
):
    """Return the actions of an incident with these lines in its table."""
    case = a_case(an_incident(severity, body=a_body(*lines), **incident), *tickets, missing=frozenset(missing))
    memory = memory or a_memory(severity=severity)
    return judge(case, given or facts(), memory, policy or a_policy(), NOW, mode=mode).actions


def open_ones(view):
    return [(f.check, f.level, f.reason, f.remedy) for f in view.findings if not f.passed]


def test_a_complete_row_is_wanted_as_a_ticket():
    (view,) = views(a_line())
    assert (view.action_id, view.owner, view.due, view.kind, view.wanted) == ("A1", DANA, DUE, "technical", True)
    assert open_ones(view) == []
    assert all(f.about == "Action A1" for f in view.findings)


@pytest.mark.parametrize(
    ("line", "check", "reason", "remedy"),
    [
        (
            a_line(action=""),
            "action.description",
            "it does not say its description",
            "Say what will be done, starting with a verb.",
        ),
        (a_line(owner=""), "action.owner", "it has no owner", "Name one person who will see it through."),
        (
            a_line(owner="@nobody"),
            "action.owner",
            "the tracker knows no active account “@nobody”",
            "Please mention the owner the way the tracker offers it, one person per action.",
        ),
        (
            a_line(owner="@ruiz"),
            "action.owner",
            "“@ruiz” could be 2 people",
            "Please mention the owner, so that exactly one account is meant.",
        ),
        (a_line(due=""), "action.due", "it has no date", "Add a date, as YYYY-MM-DD."),
        (
            a_line(due="03/04/2026"),
            "action.due",
            "its date “03/04/2026” leaves open which day is meant",
            "Please write it as YYYY-MM-DD.",
        ),
        (
            a_line(criteria=""),
            "action.criteria",
            "it does not say its criteria",
            "Say how anybody can tell that it works, with a number, a test or a yes-or-no state.",
        ),
        (
            a_line(kind=""),
            "action.kind",
            "it does not say its kind",
            "Say what sort of action it is: process, technical, monitoring or training; it decides which evidence is needed.",
        ),
        (
            a_line(due=LATER),
            "due_within_horizon",
            "it is due 2026-12-07, which is later than immediate allows",
            "Within 7 days: by 2026-11-30; or choose a longer horizon.",
        ),
    ],
)
def test_what_is_missing_is_asked_for_and_no_ticket_is_made_before(line, check, reason, remedy):
    named = facts().people | {"@ruiz": (DANA, OMAR), "@nobody": (replace(VIC, active=False),)}
    (view,) = views(line, given=facts(people=named))
    assert open_ones(view) == [(check, Level.BLOCK, reason, remedy)]
    assert not view.wanted


@pytest.mark.parametrize(
    ("line", "check"), [(a_line(cause=""), "action.cause"), (a_line(horizon=""), "action.horizon")]
)
def test_what_is_only_recommended_keeps_no_ticket_back(line, check):
    (view,) = views(line)
    assert [(name, level) for name, level, *_ in open_ones(view)] == [(check, Level.WARN)]
    assert view.wanted


def test_the_mapping_says_which_fields_an_action_needs():
    levels = "{levels: {SEV1: block, SEV2: block, SEV3: block, SEV4: block}, ask: Say which.}"
    policy = a_policy(remediation=f"required:\n  ticket: {levels}\n  interim: {levels}\n")
    (view,) = views(a_line(), policy=policy)
    assert [(check, reason) for check, _, reason, _ in open_ones(view)] == [
        ("action.ticket", "it does not say its ticket"),
        ("action.interim", "it does not say its interim"),
    ]


def test_a_near_miss_needs_an_owner_and_a_date_for_its_ticket_all_the_same():
    (view,) = views(a_line(owner=""), severity="SEV4")
    assert (view.wanted, open_ones(view)[0][1]) == (False, Level.WARN)


def test_a_waiver_holds_for_the_checks_of_actions():
    waived = a_decision("waive", GINA, issue=a_ref(12).key, reason="action.criteria")
    (view,) = views(a_line(criteria=""), memory=a_memory(waived))
    assert view.wanted
    assert [f.waived for f in view.findings if f.check == "action.criteria"] == ["gina"]


def test_a_row_in_doubt_makes_no_ticket_and_asks_for_ids():
    first, second = views(a_line("A1"), a_line("A1", "Alert when it happens again"))
    for view, number in ((first, 1), (second, 2)):
        assert not view.wanted
        assert view.action_id == f"row {number}"
        assert open_ones(view) == [
            (
                "action_identity",
                Level.BLOCK,
                "several rows are called A1",
                "Please give each row its own id (A1, A2 …), the one that its ticket carries.",
            )
        ]


@pytest.mark.parametrize(
    "circumstances",
    [
        pytest.param({"mode": Mode.OBSERVE}, id="observing"),
        pytest.param({"closed": True}, id="a closed incident"),
        pytest.param({"public": True}, id="a public place, where only checks are said"),
        pytest.param({"memory": a_memory(adopted_digest="another text")}, id="a text that nobody adopted"),
        pytest.param({"memory": a_memory(governed=False), "given": facts({DANA: "read"})}, id="an outsider's report"),
    ],
)
def test_no_ticket_is_wanted_from(circumstances):
    assert [view.wanted for view in views(a_line(), **circumstances)] == [False]


def test_in_public_places_the_mapping_may_allow_tickets():
    assert views(a_line(), public=True, policy=a_policy(service="public_issues: everything"))[0].wanted


def test_tickets_are_made_for_so_many_rows_and_the_rest_is_a_finding():
    policy = a_policy(remediation="ticket: {max_per_incident: 2}")
    lines = [a_line(f"A{n}", f"Do thing number {n}") for n in (1, 2, 3)]
    case = a_case(an_incident(body=a_body(*lines)))
    assessment = judge(case, facts(), a_memory(), policy, NOW)
    assert [view.wanted for view in assessment.actions] == [True, True, False]
    (finding,) = [f for f in assessment.findings if f.check == "ticket_cap"]
    assert (finding.reason, finding.remedy) == (
        "there are 3 actions",
        "Tickets are made for the first 2; please merge actions.",
    )


# With a ticket.

KNOWN = a_memory(actions=(an_action(),))


def test_an_action_with_its_ticket_wants_nothing_more():
    (view,) = views(a_line(), memory=KNOWN, tickets=(a_ticket(),))
    assert (view.wanted, view.write_owner, view.write_due) == (False, False, False)
    assert view.agreed == an_action()


def test_a_changed_row_is_followed_by_the_ticket():
    (view,) = views(a_line(owner="@omar", due=DUE - timedelta(days=1)), memory=KNOWN, tickets=(a_ticket(),))
    assert (view.owner, view.due) == (OMAR, DUE - timedelta(days=1))
    assert (view.write_owner, view.write_due) == (True, True)
    assert view.agreed.owners == {DANA.id, OMAR.id}


def test_a_changed_ticket_holds_and_is_shown_and_the_row_stays_as_people_wrote_it():
    ticket = a_ticket(assignees=(OMAR,), due=DUE - timedelta(days=1))
    (view,) = views(a_line(), memory=KNOWN, tickets=(ticket,))
    assert (view.owner, view.due, view.write_owner, view.write_due) == (OMAR, DUE - timedelta(days=1), False, False)
    assert open_ones(view) == []


def test_where_both_were_changed_a_person_chooses_and_until_then_the_ticket_counts():
    (view,) = views(
        a_line(owner="@omar", due=date(2026, 11, 28)),
        memory=KNOWN,
        tickets=(a_ticket(assignees=(GINA,), due=date(2026, 11, 29)),),
    )
    assert (view.owner, view.due, view.write_owner, view.write_due) == (GINA, date(2026, 11, 29), False, False)
    assert open_ones(view) == [
        (
            "action_agreement",
            Level.WARN,
            "its owner was changed in the table (@omar) and on acme/shop#13, each to something else",
            "Please make both say the same; until then the owner of the ticket counts.",
        ),
        (
            "action_agreement",
            Level.WARN,
            "its due date was changed in the table (2026-11-28) and on acme/shop#13, each to something else",
            "Please make both say the same; until then the due date of the ticket counts.",
        ),
    ]
    assert view.agreed == an_action(owners=frozenset({DANA.id, GINA.id}))


def test_the_agreed_owner_stays_the_owner_while_others_are_assigned_too():
    (view,) = views(a_line(), memory=KNOWN, tickets=(a_ticket(assignees=(OMAR, DANA)),))
    assert view.owner == DANA
    assert view.agreed.owners == {DANA.id, OMAR.id}


def test_nobody_assigned_any_more_is_said_so():
    (view,) = views(a_line(), memory=KNOWN, tickets=(a_ticket(assignees=()),))
    assert open_ones(view) == [
        (
            "action.owner",
            Level.BLOCK,
            "nobody is assigned to its ticket acme/shop#13",
            "Please assign dana there, or somebody else here and there.",
        )
    ]


def test_a_ticket_that_is_gone_is_missed_and_not_made_again():
    (view,) = views(a_line(), memory=KNOWN, missing={a_ref(13).key})
    assert not view.wanted
    assert open_ones(view) == [
        (
            "ticket_missing",
            Level.BLOCK,
            "its ticket acme/shop#13 cannot be found any more: it was deleted, moved, or made private",
            "Please bring it back; where it cannot come back, `/accept-risk A1 until:YYYY-MM-DD <why>` here, by somebody with the right to accept it.",
        )
    ]


@pytest.mark.parametrize(
    ("turned", "told"),
    [
        ({"issue_type": "Task"}, None),
        ({"issue_type": "Bug", "former_type": "Task"}, "the type of its ticket #13 was changed from Task to Bug"),
        ({"issue_type": "Task", "former_type": "task"}, None),
        (
            {"issue_type": "Sub-task", "former_type": "Task", "parent": a_ref(9)},
            "its ticket #13 was made a sub-task of #9",
        ),
        ({"issue_type": "Sub-task", "parent": a_ref()}, None),
    ],
)
def test_a_ticket_of_which_somebody_made_something_else_is_said(turned, told):
    (view,) = views(a_line(), memory=KNOWN, tickets=(a_ticket(**turned),))
    assert [each.reason for each in view.findings if each.check == "ticket_moved"] == ([told] if told else [])


def test_a_row_that_is_gone_leaves_its_action_standing():
    other, gone = views(a_line("A2", "Alert when it happens again"), memory=KNOWN, tickets=(a_ticket(),))
    assert (other.action_id, gone.action_id, gone.row, gone.description) == ("A2", "A1", None, ACTION)
    assert open_ones(gone) == [
        (
            "row_missing",
            Level.WARN,
            "its row is gone from the table, its ticket acme/shop#13 is still there",
            "Please put the row back with the id A1, or close it with `/accept-risk until:YYYY-MM-DD <why>` on the ticket.",
        )
    ]


def test_of_an_action_whose_row_and_ticket_are_both_gone_only_the_ticket_is_asked_for():
    _, gone = views(a_line("A2", "Alert when it happens again"), memory=KNOWN, missing={a_ref(13).key})
    assert [(check, level) for check, level, *_ in open_ones(gone)] == [("ticket_missing", Level.BLOCK)]


def test_an_issue_that_people_linked_is_no_ticket_of_an_action():
    (view,) = views(a_line(), tickets=(a_ticket(30, author=DANA),))
    assert (view.ticket, view.wanted) == (None, True)


def test_a_conflict_is_told_with_what_the_row_says_even_where_it_says_no_date():
    lines = HEADER + a_line(due="soon")
    case = a_case(an_incident(body=a_body(remediation=lines)), a_ticket(due=None))
    (view,) = judge(case, facts(), KNOWN, a_policy(), NOW).actions
    assert (view.due, [check for check, *_ in open_ones(view)]) == (None, ["action.due"])
