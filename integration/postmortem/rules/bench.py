"""What a verdict on a command may look at, and what it comes to; shared by the modules that judge commands."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.facts import Facts
from integration.postmortem.incident import Case, Comment, Issue
from integration.postmortem.rules.answered import lead_written
from integration.postmortem.rules.drafting import ActionDraft
from integration.postmortem.rules.identities import ids_of
from integration.postmortem.rules.lessons import is_launch
from integration.postmortem.rules.roles import Role, Seat, involved, mapped_lead, seat_of
from integration.postmortem.rules.rolesection import RolesWritten, resolved
from integration.postmortem.rules.severity import judge_severity
from integration.postmortem.rules.written import PostMortem, read_postmortem
from mappings.models import Authority, Policy, Severity


@dataclass(frozen=True)
class Bench:
    """Everything a verdict may look at: the case, the comment on its issue, what was decided before it, and the actions as they stand."""

    case: Case
    issue: Issue
    comment: Comment
    memory: Memory
    drafts: tuple[ActionDraft, ...]
    facts: Facts
    policy: Policy
    now: datetime

    @property
    def on_incident(self) -> bool:
        """Tell whether the comment stands on the incident itself, not on a ticket."""
        return self.issue.ref == self.case.incident.ref

    @property
    def is_across(self) -> bool:
        """Tell whether the comment stands on a ticket of another tracker than the incident's."""
        return self.issue.ref.key.site != self.case.incident.ref.key.site

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids under which the commenter is known on any tracker, as the mapping says."""
        return ids_of(self.comment.author, self.policy.people)

    @property
    def is_launch(self) -> bool:
        """Tell whether the case is a launch, which is no incident."""
        return is_launch(self.case.incident, self.memory, self.policy)

    @property
    def draft(self) -> ActionDraft | None:
        """Return the action whose ticket this is."""
        return next((d for d in self.drafts if d.ticket is not None and d.ticket.ref == self.issue.ref), None)

    @property
    def decided_here(self) -> tuple[Decision, ...]:
        """Return the decisions on this issue so far, oldest first."""
        return tuple(decision for decision in self.memory.decisions if decision.issue == self.issue.ref.key)

    @property
    def written(self) -> PostMortem:
        """Return the post-mortem as it is written."""
        return read_postmortem(self.case.incident, self.policy)

    @property
    def severity(self) -> Severity | None:
        """Return the severity in force at this point of the conversation."""
        return judge_severity(self.case.incident, self.memory, (), self.policy, self.written).severity

    @property
    def today(self) -> date:
        """Return the day in the zone of the mapping."""
        return self.now.astimezone(ZoneInfo(self.policy.clocks.zone)).date()

    @property
    def roles_written(self) -> RolesWritten:
        """Return whom the section Roles names."""
        return resolved(self.written.roles, self.facts)

    @property
    def lead(self) -> str:
        """Return the id of whoever leads the post-mortem, or an empty string."""
        named = next((decision.subject for decision in reversed(self.memory.decided("lead"))), "")
        if named:
            return named
        apart = involved(self.memory.decisions, self.roles_written)
        lead = lead_written(self.written.answers, self.facts) or mapped_lead(self.case, apart, self.policy, self.today)
        return lead.id if lead else ""

    def seat(self, role: Role) -> Seat:
        """Return who is asked in that role."""
        return seat_of(role, self.case, self.roles_written, self.memory.decisions, self.policy, self.today)


@dataclass(frozen=True)
class Verdict:
    """Accepted or not. ``reason`` of an accepted one is the value granted (a severity, a claim, a date); ``needs`` the authority for it.

    ``independent`` is false where somebody in a team of one decides about their own work, and may. ``deed`` is what those do whom the mapping
    appoints for it, where that is not the word itself.
    """

    accepted: bool
    reason: str
    why: str = ""
    remedy: str = ""
    subject: str = ""
    needs: Authority | None = None
    independent: bool = True
    deed: str = ""

    @staticmethod
    def refuse(slug: str, why: str, remedy: str) -> "Verdict":
        """Return a refusal; ``remedy`` says what would satisfy it."""
        return Verdict(False, slug, why, remedy)


def needs(bench: Bench, name: str) -> Authority:
    """Return the authority that the policy asks of this command."""
    return bench.policy.people.commands.needed(name)


NOT_A_TICKET = Verdict.refuse(
    "not_a_ticket",
    "this belongs on an action's own ticket",
    "Please write it there; the status comment lists the tickets.",
)


def elsewhere_than(bench: Bench, *, ticket: bool) -> Verdict | None:
    """Return the refusal of a command that was written on the wrong issue of the case, or ``None``."""
    if ticket and bench.draft is None:
        return NOT_A_TICKET
    if not ticket and not bench.on_incident:
        return Verdict.refuse(
            "not_the_incident",
            "this belongs on the incident itself",
            f"Please write it on {bench.case.incident.ref.locator}.",
        )
    return None
