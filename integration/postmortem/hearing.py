"""What stands before the judge: one case with all that is known of it. Values only."""

from dataclasses import dataclass
from datetime import datetime

from integration.postmortem.assessment import Governed
from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.facts import Facts
from integration.postmortem.incident import Case
from integration.postmortem.rules.deciding import Decided
from integration.postmortem.rules.drafting import ActionDraft
from integration.postmortem.rules.standing import GovernedView
from integration.postmortem.rules.written import PostMortem
from mappings.models import Mode, Policy, PublicText


@dataclass(frozen=True)
class Hearing:
    """One case as it is judged: what is there, what was looked up, what is remembered, and the decisions of this very look."""

    case: Case
    facts: Facts
    memory: Memory
    policy: Policy
    now: datetime
    standing: GovernedView
    postmortem: PostMortem
    drafts: tuple[ActionDraft, ...]
    decided: Decided

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Return the decisions of earlier looks and of this one, oldest first."""
        return (*self.memory.decisions, *self.decided.decisions)

    @property
    def is_public(self) -> bool:
        """Tell whether everybody can read it: then only checks are said, and no tickets are made, unless the mapping says otherwise (S27)."""
        return self.case.incident.public and self.policy.service.public_issues is PublicText.CHECKS

    @property
    def names_people(self) -> bool:
        """Tell whether somebody may be named beside a deadline: only where the case is governed, and not in public (S27)."""
        return self.standing.governed is Governed.GOVERNED and not self.is_public

    @property
    def writes(self) -> bool:
        """Tell whether new issues may come from its text: governed, adopted, open, not in public, and not only observed (S12, S27)."""
        return (
            self.standing.governed is Governed.GOVERNED
            and self.standing.mode is not Mode.OBSERVE
            and not self.case.incident.closed
            and self.standing.is_trusted
            and not self.is_public
        )
