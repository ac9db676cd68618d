"""What the gate field of Jira's workflow is made to say, when it is let go of, and what is told of changes that were not ours (S14)."""

import pytest

from integration.postmortem.assessment import Gate
from integration.postmortem.commands import EnsureGateField, GateValue
from integration.postmortem.findings import Finding
from integration.postmortem.incident import GateField
from integration.postmortem.rules.gatefield import MOST_RESETS, gate_field_wanted, judge_gate_fields
from mappings.models import Level, Mode, Severity
from tests.builders import a_case, a_memory, a_policy, a_ref, a_ticket, an_action, an_incident

MISSING = Finding("verification", "Action A1", False, Level.BLOCK, "Nobody has verified it.")
HELD, OPEN = GateValue.HELD.value, GateValue.MAY_CLOSE.value


@pytest.mark.parametrize(
    ("shown", "may_close", "closed", "mode", "wanted"),
    [
        (None, False, False, Mode.ENFORCE, None),
        (GateField(), False, False, Mode.ENFORCE, HELD),
        (GateField(HELD), False, False, Mode.ENFORCE, None),
        (GateField(OPEN), False, False, Mode.ENFORCE, HELD),
        (GateField(HELD), True, False, Mode.ENFORCE, OPEN),
        (GateField(OPEN), True, False, Mode.ENFORCE, None),
        (GateField(HELD), True, True, Mode.ENFORCE, None),
        (GateField(OPEN), False, True, Mode.ENFORCE, HELD),
        (GateField(HELD), False, False, Mode.ADVISE, OPEN),
        (GateField(), False, False, Mode.ADVISE, None),
        (GateField(OPEN, MOST_RESETS - 1), False, False, Mode.ENFORCE, HELD),
        (GateField(OPEN, MOST_RESETS), False, False, Mode.ENFORCE, None),
        (GateField(HELD, MOST_RESETS), True, False, Mode.ENFORCE, OPEN),
    ],
)
def test_the_field_says_what_the_gate_says(shown, may_close, closed, mode, wanted):
    issue = a_ticket(gate_field=shown, closed=closed)
    commands = gate_field_wanted(Gate(issue, () if may_close else (MISSING,)), mode, a_memory())
    assert commands == (() if wanted is None else (EnsureGateField(issue.ref, GateValue(wanted)),))


@pytest.mark.parametrize(
    ("changes", "passed", "words"),
    [(0, None, ""), (1, True, "changed by hand"), (9, True, "changed by hand"), (10, False, "keeps changing it")],
)
def test_a_change_that_was_not_ours_is_told_once(changes, passed, words):
    ticket = a_ticket(gate_field=GateField(HELD, changes))
    findings = judge_gate_fields(
        a_case(an_incident(), ticket), a_memory(actions=(an_action(),)), Severity.SEV1, a_policy()
    )
    assert [(each.passed, each.level) for each in findings] == ([] if passed is None else [(passed, Level.WARN)])
    assert all(words in each.reason and a_ref(13).locator in each.about for each in findings)
