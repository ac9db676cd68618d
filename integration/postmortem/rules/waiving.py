"""Sets findings aside that an authorised person waived. The proof of actions and independence are never waivable; ``verdicts`` refuses that."""

from dataclasses import replace

from integration.postmortem.decisions import Decision
from integration.postmortem.findings import Finding


def waive(findings: tuple[Finding, ...], decisions: tuple[Decision, ...]) -> tuple[Finding, ...]:
    """Return the findings, those waived by a granting ``/waive`` with the name of who did it."""
    by = {
        decision.reason: decision.actor.called for decision in decisions if decision.word == "waive" and decision.grants
    }
    return tuple(replace(f, waived=by[f.check]) if not f.passed and f.check in by else f for f in findings)
