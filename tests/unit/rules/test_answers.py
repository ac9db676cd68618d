"""Each dimension of the impact is a number with its unit, a stated none, or unknown with somebody who finds it out."""

import pytest

from integration.postmortem.judgement import judge
from mappings.models import Level
from tests.builders import NOW, a_body, a_case, a_memory, a_policy, an_incident, facts

NO_NUMBER = "no number is given"
ESTIMATE = " An estimate will do, such as “about 300”."
UNOWNED = "not known yet, and nobody is named who finds it out"
WHO = "Say who finds it out and by when, such as “unknown, @name by 2026-12-01”."
USERS, MONEY, DATA = "Users affected", "Money", "Data"
ASK_USERS = 'How many users or transactions were affected? A number, or "none".'
ASK_MONEY = 'How much money did it cost the client, and us? Two amounts, or "none".'
UNIT = ("the number has no unit", "Add what it counts, such as “4,000 USD” or “30 rows”.")


def found(check, severity="SEV1", policy=None, **sections):
    incident = an_incident(severity, body=a_body(**sections))
    findings = judge(a_case(incident), facts(), a_memory(severity=severity), policy or a_policy(), NOW).findings
    return [f for f in findings if f.check == check]


def lacks(line, part):
    (finding,) = found(f"part.impact.{part}", impact=f"- {line}\n- Weather: fine")
    return None if finding.passed else (finding.reason, finding.remedy)


@pytest.mark.parametrize(
    ("line", "part", "lacking"),
    [
        ("Users affected: 31", "users", None),
        ("Users affected: about two dozen", "users", None),
        ("Users affected: none", "users", None),
        ("Users affected: nobody, it was caught by the canary", "users", None),
        ("Users affected: some of them", "users", (NO_NUMBER, ASK_USERS + ESTIMATE)),
        ("Users affected: many, since 09:00 UTC", "users", (NO_NUMBER, ASK_USERS + ESTIMATE)),
        ("Users affected: unknown", "users", (UNOWNED, WHO)),
        ("Users affected: TBD", "users", (UNOWNED, WHO)),
        ("Users affected: still being counted", "users", (UNOWNED, WHO)),
        ("Users affected: no figures available yet", "users", (UNOWNED, WHO)),
        ("Users affected: unknown, @dana finds out by 2026-12-01", "users", None),
        ("Users affected: not known yet (Dana, 2026-12-01)", "users", None),
        ("Users affected:", "users", ("not answered yet", ASK_USERS)),
        ("Money: 4,000 USD for the client, 2 days of our own work", "money", None),
        ("Money: €40k", "money", None),
        ("Money: 4,000", "money", UNIT),
        ("Money: little", "money", (NO_NUMBER, ASK_MONEY + ESTIMATE)),
        ("Money: none", "money", None),
        ("Money: unknown until the invoice is there; @omar asks for it", "money", None),
        ("Data: 31 rows of addresses, exposed", "data", None),
        ("Data: no data was exposed", "data", None),
        ("Downstream effects: the weekly report of the buyers", "downstream", None),
        ("Downstream effects: unknown, the buyers have not said", "downstream", (UNOWNED, WHO)),
        ("Downstream effects: unknown, @dana asks the buyers", "downstream", None),
        ("Reputation: a customer wrote about it in public", "reputation", None),
        ("Regulatory: to be determined", "regulatory", (UNOWNED, WHO)),
    ],
)
def test_a_dimension_of_the_impact_is_answered_in_kind(line, part, lacking):
    assert lacks(line, part) == lacking


def test_who_finds_out_what_is_unknown_is_shown():
    (finding,) = found("part.impact.users", impact="- Users affected: unknown, @dana finds out by 2026-12-01")
    assert finding.reason == "users or transactions affected: not known yet, dana finds it out by 2026-12-01"
    (finding,) = found("part.impact.users", impact="- Users affected: unknown, @dana finds out")
    assert finding.reason == "users or transactions affected: not known yet, dana finds it out"


@pytest.mark.parametrize(("severity", "level"), [("SEV1", Level.BLOCK), ("SEV3", Level.BLOCK)])
def test_a_missing_number_weighs_as_a_missing_answer(severity, level):
    (finding,) = found("part.impact.users", severity=severity, impact="- Users affected: some")
    assert (finding.passed, finding.level) == (False, level)


@pytest.mark.parametrize(
    ("answer", "passed"),
    [
        ("no alert on recalled products", True),
        ("none", True),
        ("unknown", False),
        ("TBD", False),
        ("unknown, nobody kept the logs of that week", True),
        ("unknown, @dana finds out", True),
    ],
)
def test_where_words_are_wanted_an_unknown_needs_a_reason_or_somebody_who_finds_out(answer, passed):
    (finding,) = found(
        "part.contributing_factors.monitoring", contributing_factors=f"- Monitoring: {answer}\n- Tooling: none"
    )
    assert finding.passed is passed


def test_what_counts_as_an_answer_is_set_in_the_mapping():
    names = ("users", "money", "data", "downstream", "reputation", "regulatory")
    relaxed = "sections:\n" + "".join(
        f"  {section.id}: {{}}\n"
        if section.id != "impact"
        else "  impact:\n    parts:\n" + "".join(f"      {name}: {{wants: answer}}\n" for name in names)
        for section in a_policy().postmortem.sections
    )
    (finding,) = found("part.impact.users", policy=a_policy(postmortem=relaxed), impact="- Users affected: some")
    assert finding.passed
