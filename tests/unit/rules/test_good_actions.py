"""What a good reviewer asks of actions (RULES A1, A2, A4 to A9, A12): each rule as a table of rows and what is said of them."""

from datetime import date, timedelta

import pytest

from integration.postmortem.judgement import judge
from integration.postmortem.reading.gist import gist, words_from_its_verb
from integration.postmortem.remediation import EarlierAction
from integration.postmortem.rules.mixture import effect_of
from integration.postmortem.rules.phrasing import is_measurable
from integration.postmortem.rules.repeating import nearest
from mappings.models import Effect, Level, Severity
from tests.builders import (
    ACTION,
    DUE,
    NOW,
    OPENED,
    a_body,
    a_case,
    a_line,
    a_memory,
    a_policy,
    a_row,
    an_incident,
    facts,
)

TWO_CAUSES = (
    "1. Retrieval does not filter on product status\n   - Category: data\n   - Phase: deployment\n"
    "   - Why? The status column was dropped at the export\n"
    "2. The evaluation set holds no recalled items\n   - Category: process\n   - Phase: validation\n"
    "   - Why? Nobody is asked for new cases after a recall\n"
)
FACTORS = (
    "- Monitoring: none\n- Communication: none\n- Documentation: the export has no schema\n- Tooling: none\n"
    "- Governance: none\n- Leadership or resourcing: none"
)
LATE = OPENED.date() + timedelta(days=90)
RECALLED = EarlierAction("A3", ACTION, "acme/shop#7", "acme/shop#9", date(2026, 5, 2))


def judged(*lines, severity="SEV1", policy=None, earlier=(), **sections):
    case = a_case(an_incident(severity, body=a_body(*lines, **sections)))
    memory = a_memory(severity=severity)
    return judge(case, facts(earlier=earlier), memory, policy or a_policy(), NOW)


def said(check, *lines, **changes):
    """Return (passed, level, reason) of every finding of this check, on the incident and on its actions."""
    return [(f.passed, f.level, f.reason) for f in judged(*lines, **changes).everything if f.check == check]


# A1, A2: what will be done


@pytest.mark.parametrize(
    ("action", "check", "reason"),
    [
        ("Retriever with a status filter", "action_verb", "it begins with “retriever”, which names no deed yet"),
        ("Better monitoring", "action_verb", "it begins with “better”, which names no deed yet"),
        ("Improve monitoring", "action_vague", "it begins with “improve”, and does not say yet what that comes to"),
        ("Be more careful", "action_vague", "it begins with “be”, and does not say yet what that comes to"),
        (
            "Make sure that nobody forgets",
            "action_vague",
            "it begins with “make”, and does not say yet what that comes to",
        ),
        (
            "We will investigate this",
            "action_vague",
            "it begins with “investigate”, and does not say yet what that comes to",
        ),
    ],
)
def test_an_action_that_says_no_deed_is_asked_for_one(action, check, reason):
    level = Level.ADVISE if check == "action_verb" else Level.WARN
    assert said(check, a_line(action=action, criteria="done")) == [(False, level, reason)]


@pytest.mark.parametrize(
    "action",
    [
        "Add a filter on product status",
        "Adding a filter on product status",
        "Please also add a filter",
        "We should block recalled products",
        "Immediately stop the export",
        "Alerting on recalled products",
        "Update the runbook",
        "Dropped columns: reject exports with one",
        "Improve the filter so that no recalled product is shown",
        "Review 200 answers of the first week",
    ],
)
def test_a_deed_is_recognised_whatever_its_ending_and_a_vague_verb_with_its_target(action):
    line = a_line(action=action, criteria="done")
    assert said("action_verb", line) + said("action_vague", line) == []


def test_criteria_that_can_be_checked_say_what_a_vague_verb_comes_to():
    assert said("action_vague", a_line(action="Improve retrieval")) == []


# A5: how anybody can tell


@pytest.mark.parametrize(
    "criteria", ["done", "It works.", "when the issue is fixed", "no more incidents", "Completed and tested", "ok"]
)
def test_criteria_that_hold_nothing_to_check_are_held_up(criteria):
    reason = f"“{criteria}” leaves open how anybody else can tell"
    assert said("action_measurable", a_line(criteria=criteria)) == [(False, Level.BLOCK, reason)]


@pytest.mark.parametrize(
    "criteria",
    ["0 of 200", "a replay raises the alert", "merged and live", "test_recalled.py passes", "yes: the column is there"],
)
def test_a_number_a_test_or_a_state_can_be_checked(criteria):
    assert is_measurable(criteria, a_policy().remediation.wording)


# A4: until when, and what helps until then


def test_an_action_without_a_horizon_has_the_time_of_the_longest_one():
    too_late = OPENED.date() + timedelta(days=181)
    (view,) = judged(a_line(horizon="", due=too_late)).actions
    assert [(f.reason, f.remedy) for f in view.findings if f.check == "due_within_horizon"] == [
        (f"it is due {too_late}, which is later than any horizon allows", "Within 180 days: by 2027-05-22.")
    ]


def test_days_can_differ_by_severity():
    policy = a_policy(
        remediation="horizons:\n  immediate: {severity_days: {SEV3: 14}}\n  short-term: {}\n  long-term: {}\n"
    )
    line = a_line(due=DUE + timedelta(days=5))
    assert len(said("due_within_horizon", line, policy=policy)) == 1
    assert said("due_within_horizon", line, policy=policy, severity="SEV3") == []


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        (a_line(horizon="long-term", due=LATE), True),
        (a_line(horizon="long-term", due=DUE), False),
        (
            a_line(
                horizon="long-term", due=LATE, action="Rebuild the export; until then recalled rows are removed by hand"
            ),
            False,
        ),
        (a_line(horizon="", due=LATE), True),
    ],
)
def test_a_late_action_names_what_helps_until_then(line, asked):
    assert len(said("interim_measure", line)) == asked


def test_the_interim_measure_may_stand_in_a_column():
    head = "| Action | Owner | Due | Horizon | Kind | Done when | Cause | Priority | Interim |\n" + "|---" * 9 + "|\n"
    row = f"| {ACTION} | @dana | {LATE} | long-term | technical | 0 of 200 | 1 | high | removed by hand |\n"
    assert said("interim_measure", remediation=head + row) == []
    assert len(said("interim_measure", remediation=head + row.replace("removed by hand", ""))) == 1


# A6: how important


@pytest.mark.parametrize(
    ("priority", "severity", "reason"),
    [
        ("low", "SEV1", "its priority is low, at an incident of SEV1"),
        ("P3", "SEV2", "its priority is medium, at an incident of SEV2"),
        ("whenever", "SEV1", "“whenever” is no priority that I know"),
        ("medium", "SEV3", None),
        ("High", "SEV1", None),
        ("low, because A1 removes the cause", "SEV1", None),
    ],
)
def test_a_priority_below_the_severity_has_a_reason_beside_it(priority, severity, reason):
    found = [why for _, _, why in said("action_priority", a_line(priority=priority), severity=severity)]
    assert found == ([reason] if reason else [])


# A7: each cause and factor is answered


@pytest.mark.parametrize(
    ("cells", "open_causes"),
    [
        (("1", "2"), []),
        (("RC1", "root cause 2"), []),
        (("1-2", "monitoring"), []),
        (("both", ""), []),
        (("data", "process"), []),
        (("the status column was dropped", "nobody asks for new cases"), []),
        (("1", "1"), [2]),
        (("7", "1"), [2]),
    ],
)
def test_a_row_names_the_cause_that_it_answers_in_many_ways(cells, open_causes):
    lines = (a_line("A1", "Add a check", cause=cells[0]), a_line("A2", "Write a guideline", cause=cells[1]))
    found = said("cause_has_action", *lines, root_causes=TWO_CAUSES)
    assert [number for number, (passed, *_) in enumerate(found, start=1) if not passed] == open_causes


def test_a_row_that_names_nothing_answers_what_its_words_are_about():
    lines = (
        a_line("A1", "Filter on product status at retrieval", cause=""),
        a_line("A2", "Add recalled items to the evaluation set", cause=""),
    )
    assert [passed for passed, *_ in said("cause_has_action", *lines, root_causes=TWO_CAUSES)] == [True, True]


def test_the_only_cause_is_answered_by_a_row_that_names_none():
    assert said("cause_has_action", a_line(action="Do it", cause="")) == [(True, Level.BLOCK, "A1 answers it")]


@pytest.mark.parametrize(
    ("cause", "action", "passed"),
    [
        ("1", "Add a filter", False),
        ("documentation", "Add a filter", True),
        ("Docs", "Add a filter", True),
        ("1", "Write down the schema of the export", True),
    ],
)
def test_a_gap_is_answered_by_its_name_or_in_words(cause, action, passed):
    ((found, level, reason),) = said(
        "factor_has_action", a_line(action=action, cause=cause), contributing_factors=FACTORS
    )
    assert (found, level) == (passed, Level.BLOCK)
    assert reason == ("documentation: A1 answers it" if passed else "no action answers it yet")


def test_a_risk_that_is_lived_with_answers_too_and_is_asked_for_less():
    line = a_line(
        "A2",
        "Accept the risk that the schema changes",
        due=date(2027, 11, 1),
        kind="",
        criteria="",
        cause="documentation",
        horizon="",
        priority="",
    )
    assessment = judged(a_line(), line, contributing_factors=FACTORS)
    (found,) = [f for f in assessment.findings if f.check == "factor_has_action"]
    assert (found.passed, found.reason) == (True, "documentation: A2 (a risk that is lived with) answers it")
    assert [f.check for f in assessment.actions[1].findings if not f.passed] == []
    assert assessment.actions[1].wanted


def test_without_actions_or_factors_nothing_is_said_of_either():
    assert said("cause_has_action", remediation="") == []
    assert said("cause_has_action", remediation="We will think about it.")[0][::2] == (
        False,
        "no action answers it yet",
    )
    assert said("factor_has_action", contributing_factors="") == []
    without = a_policy(postmortem="sections:\n  root_causes: {}\n  remediation: {}\n")
    assert said("factor_has_action", contributing_factors=FACTORS, policy=without) == []


# A8, A9: what they do together


@pytest.mark.parametrize(
    ("action", "kind", "effect"),
    [
        ("Filter recalled products", "technical", Effect.PREVENT),
        ("Check the list at each release", "process", Effect.PREVENT),
        ("Recalled products on the dashboard", "monitoring", Effect.DETECT),
        ("Add an alert on recalled products", "technical", Effect.DETECT),
        ("Remind everybody", "process", Effect.WEAK),
        ("Workshop", "training", Effect.WEAK),
    ],
)
def test_what_an_action_does_about_the_next_time(action, kind, effect):
    (view,) = judged(a_line(action=action, kind=kind)).actions
    assert effect_of(view.row, a_policy()) is effect


def test_one_prevents_and_one_detects():
    one, other = a_line(), a_line("A2", "Alert on recalled products", kind="monitoring")
    assert said("action_mix", one) == [(False, Level.WARN, "no action would notice it next time")]
    assert said("action_mix", other) == [(False, Level.WARN, "no action keeps it from happening again")]
    assert said("action_mix", one, other) == [
        (True, Level.WARN, "one keeps it from happening again, another would notice it")
    ]
    assert said("action_mix", one, severity="SEV3") == []


def test_training_alone_is_pointed_out_and_holds_up_a_critical_incident():
    weak = (a_line(action="Train the team", kind="training"), a_line("A2", "Document the export", kind="process"))
    reason = "they train, document or remind, and nothing else"
    assert said("actions_strong", *weak) == [(False, Level.BLOCK, reason)]
    assert said("actions_strong", *weak, severity="SEV2") == [(False, Level.WARN, reason)]
    assert said("actions_strong", *weak, a_line("A3"))[0][0]


# A12: tried before


def test_an_action_that_was_verified_before_is_pointed_out_until_the_row_names_it():
    reason = "it says much the same as A3 of acme/shop#7, which was closed on 2026-05-02"
    assert said(
        "action_repeated", a_line(action="Filter the recalled products at query time"), earlier=(RECALLED,)
    ) == [(False, Level.WARN, reason)]
    again = a_line(action="Filter recalled products at query time, which #9 did for one client only")
    assert said("action_repeated", again, earlier=(RECALLED,)) == []
    assert len(said("action_repeated", again.replace("#9", "#90"), earlier=(RECALLED,))) == 1


def test_short_actions_are_like_many_and_others_are_others():
    assert nearest("Fix the bug", (EarlierAction("A1", "Fix the bug", "acme/shop#7"),), 60) is None
    assert nearest("Rotate the keys of the billing service", (RECALLED,), 60) is None
    assert nearest(ACTION, (EarlierAction("A1", "Fix it", "acme/shop#7"), RECALLED), 60) is RECALLED


# Owners


@pytest.mark.parametrize(
    ("owner", "is_one"), [("the search team", True), ("Platform team", True), ("all", False), ("team-lead@acme", False)]
)
def test_a_group_is_no_owner(owner, is_one):
    (view,) = judged(a_line(owner=owner)).actions
    reasons = [f.reason for f in view.findings if f.check == "action.owner"]
    assert (f"“{owner}” is a group" in reasons) == is_one


# Words


def test_texts_are_compared_by_their_words_without_endings():
    assert gist("Filtering recalled products") == gist("filters the recalled product")
    assert gist("the and of") == frozenset()
    assert words_from_its_verb("Please, we should immediately add one") == ("add", "one")
    assert words_from_its_verb("") == ()


def test_each_rule_can_be_switched_off():
    off = "{SEV1: 'off', SEV2: 'off', SEV3: 'off', SEV4: 'off'}"
    ours = (
        "action_verb",
        "action_vague",
        "action_measurable",
        "action_mix",
        "actions_strong",
        "cause_has_action",
        "factor_has_action",
        "action_repeated",
    )
    policy = a_policy(checks="checks:\n" + "".join(f"  {check}: {{levels: {off}}}\n" for check in ours))
    found = judged(a_line(action="Better", criteria="done"), policy=policy, earlier=(RECALLED,)).everything
    assert [f.check for f in found if f.check in ours] == []


def test_a_horizon_that_comes_first_and_asks_for_an_interim_measure_asks_at_once():
    policy = a_policy(remediation="horizons:\n  immediate: {interim: true}\n  short-term: {}\n  long-term: {}\n")
    assert len(said("interim_measure", a_line(), policy=policy)) == 1
    assert a_policy().remediation.horizons[0].days_at(Severity.SEV1) == 7
    assert a_row().priority == ""


@pytest.mark.parametrize(
    ("said_of_it", "is_gap"),
    [
        ("no alert on recalled products", True),
        ("none", False),
        ("No, the runbook was there", False),
        ("no gap", False),
        ("N/A because", False),
    ],
)
def test_no_alert_is_a_gap_and_no_is_none(said_of_it, is_gap):
    text = FACTORS.replace("the export has no schema", "none").replace("Monitoring: none", f"Monitoring: {said_of_it}")
    assert len(said("factor_has_action", a_line(), contributing_factors=text)) == is_gap
