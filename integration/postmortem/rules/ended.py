"""What is left of a judgement once somebody ended the incident: it asks for nothing and may be closed; its tickets keep their gates."""

from dataclasses import replace

from integration.postmortem.assessment import Assessment, Phase
from integration.postmortem.findings import Finding, blocking
from integration.postmortem.notices import Notices
from integration.postmortem.rules.ending import Ended
from integration.postmortem.rules.lasting import NOTHING_TO_ASK


def as_ended(assessment: Assessment, over: Ended, findings: tuple[Finding, ...]) -> Assessment:
    """Return the assessment of an incident that ended so; ``findings`` are those on the comments in which it was said."""
    of_tickets = tuple(notice for notice in assessment.notices.now if notice.action_id)
    return replace(
        assessment,
        phase=Phase.ENDED,
        severity=replace(assessment.severity, add=frozenset(), remove=frozenset(), put_back=""),
        due=None,
        due_by_clock=None,
        is_overdue=False,
        findings=findings,
        actions=tuple(replace(view, wanted=False) for view in assessment.actions),
        gates=tuple(
            replace(gate, missing=blocking(findings)) if gate.issue.ref == assessment.case else gate
            for gate in assessment.gates
        ),
        ask_reviewer=False,
        elsewhere=(),
        notices=Notices(of_tickets, assessment.notices.later),
        kept=(),
        lasting=NOTHING_TO_ASK,
        ended=over,
    )
