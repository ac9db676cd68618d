"""What a good reviewer asks of the text of a post-mortem: each rule about its content, in the order of reading. One line a rule."""

from integration.postmortem.findings import Finding
from integration.postmortem.incident import Issue
from integration.postmortem.rules.causes import judge_causes
from integration.postmortem.rules.parts import judge_parts
from integration.postmortem.rules.sections import judge_sections
from integration.postmortem.rules.timeline import judge_timeline
from integration.postmortem.rules.wording import judge_wording
from integration.postmortem.rules.written import PostMortem
from mappings.models import Kind, Policy, Severity


def judge_content(
    postmortem: PostMortem,
    incident: Issue,
    kind: Kind,
    severity: Severity | None,
    policy: Policy,
    elsewhere: tuple[Finding, ...],
) -> tuple[Finding, ...]:
    """Return the findings about what is written. ``elsewhere`` are those on other systems, which are judged with the incidents that they lead to."""
    return (
        *judge_sections(postmortem, kind, severity, policy),
        *judge_timeline(postmortem, incident.created_at, severity, policy),
        *judge_parts(postmortem, kind, severity, policy),
        *elsewhere,
        *judge_causes(postmortem, incident, kind, severity, policy),
        *judge_wording(incident.document, postmortem, severity, policy),
    )
