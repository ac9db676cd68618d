"""What the gate field of Jira's own workflow has to say, and what is told of changes to it that were not ours (SECURITY.md S14).

The field is a display that the workflow obeys; it decides nothing here, and every closing is judged whatever it says.
"""

from integration.postmortem.assessment import Gate
from integration.postmortem.commands import EnsureGateField, GateValue
from integration.postmortem.decisions import Memory
from integration.postmortem.findings import Finding
from integration.postmortem.incident import Case
from integration.postmortem.rules.drafting import our_issues
from mappings.models import Mode, Policy, Severity

MOST_RESETS = 10  # A person or an automation that changes it more often is not fought for ever (DESIGN 1.8).


def gate_field_wanted(gate: Gate, mode: Mode, memory: Memory) -> tuple[EnsureGateField, ...]:
    """Return the command that makes the field right, or nothing where it is right, is not there, or does not matter any more.

    What only advises holds nothing: there the field is written once, to let go of what was held before.
    """
    issue, shown = gate.issue, gate.issue.gate_field
    if shown is None or (issue.closed and (gate.may_close or issue.ref.key in memory.satisfied)):
        return ()
    held = mode is Mode.ENFORCE and not gate.may_close
    value = GateValue.HELD if held else GateValue.MAY_CLOSE
    if shown.value == value or (mode is not Mode.ENFORCE and shown.value != GateValue.HELD):
        return ()
    if held and shown.changed_by_others >= MOST_RESETS:
        return ()
    return (EnsureGateField(issue.ref, value),)


def judge_gate_fields(case: Case, memory: Memory, severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    """Return a finding for each of our issues whose gate field was changed by somebody else; it names nobody and counts nothing, so that
    the status comment says it once.
    """
    level = policy.level("gate_field", severity)
    findings = []
    for issue in our_issues(case, memory):
        shown = issue.gate_field
        if shown is None or not shown.changed_by_others:
            continue
        about = f"Gate field of {issue.ref.locator}"
        if shown.changed_by_others < MOST_RESETS:
            reason = "it was changed by hand; closing is judged by what is there, whatever the field says"
            findings.append(Finding("gate_field", about, True, level, reason))
        else:
            reason = (
                "something else keeps changing it, so I do not hold it any more; every closing is judged all the same"
            )
            findings.append(Finding("gate_field", about, False, level, reason, policy.check("gate_field").asks))
    return tuple(findings)
