"""What is said of the actions of one incident together: whether each cause has one, and what sort of actions they are."""

from integration.postmortem.findings import Finding
from integration.postmortem.rules.addressing import judge_addressed
from integration.postmortem.rules.drafting import ActionDraft
from integration.postmortem.rules.mixture import judge_mixture
from integration.postmortem.rules.written import PostMortem
from mappings.models import Policy, Severity


def judge_together(
    drafts: tuple[ActionDraft, ...], postmortem: PostMortem, severity: Severity | None, policy: Policy
) -> tuple[Finding, ...]:
    """Return the findings on all rows together; nothing while there are none, which is asked for as a whole."""
    rows = tuple((draft.matched.action_id, draft.row) for draft in drafts if draft.row is not None)
    return (
        *judge_addressed(rows, postmortem, severity, policy),
        *judge_mixture((row for _, row in rows), severity, policy),
    )
