"""Which issues a post-mortem asks for, the tickets of its actions and the incidents of affected systems, and what is brought in step with them. Pure."""

from integration.postmortem.assessment import ActionView, Assessment
from integration.postmortem.commands import (
    Command,
    EnsureActionTicket,
    EnsureAgreed,
    EnsureLinked,
    EnsureLinkedIncident,
    GateValue,
)
from integration.postmortem.incident import Case
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.writing.linked import linked_title, linked_tree, severity_elsewhere
from integration.postmortem.writing.ticket import ticket_tree
from mappings.models import Mode, Policy


def tickets_wanted(assessment: Assessment, case: Case, policy: Policy) -> tuple[Command, ...]:
    """Return the tickets that are to be made, one per action that wants one."""
    return tuple(_ticket(view, assessment, case, policy) for view in assessment.actions if view.wanted)


def _ticket(view: ActionView, assessment: Assessment, case: Case, policy: Policy) -> EnsureActionTicket:
    if view.owner is None or view.due is None or view.place is None:  # `wanted` promises all three.
        raise AssertionError(f"{view.action_id} is wanted without owner, due date or place")
    return EnsureActionTicket(
        case=case.incident.ref,
        action_id=view.action_id,
        text=normalise(view.description),
        description=view.description,
        project=view.place.project,
        site=view.place.site,
        title=_title(view, assessment, case, policy),
        tree=ticket_tree(view, case.incident, policy),
        owner=view.owner,
        due=view.due,
        labels=frozenset(policy.remediation.ticket.labels),
        gate=_gate_of_a_new_ticket(assessment, case) if view.place.site == case.incident.ref.key.site else None,
    )


def _title(view: ActionView, assessment: Assessment, case: Case, policy: Policy) -> str:
    names = {
        "id": view.action_id,
        "action": view.description,
        "severity": assessment.severity.name,
        "incident": case.incident.title,
    }
    return policy.remediation.ticket.title_for(names)


def incidents_wanted(assessment: Assessment, case: Case, policy: Policy) -> tuple[Command, ...]:
    """An affected system gets its own incident. It starts as severe as the first one, whose fault it shares, until somebody says otherwise there."""
    incident, starts_as = case.incident, severity_elsewhere(assessment, policy)
    return tuple(
        EnsureLinkedIncident(
            case=incident.ref,
            system=linked.system,
            purpose=linked.purpose,
            project=incident.ref.project,
            title=linked_title(linked.system, incident),
            tree=linked_tree(linked.system, incident, assessment, starts_as),
            labels=frozenset({*policy.severity.incident.labels[:1], policy.severity.of(starts_as).label}),
            issue_type=incident.issue_type,
        )
        for linked in assessment.elsewhere
        if linked.wanted
    )


def _gate_of_a_new_ticket(assessment: Assessment, case: Case) -> GateValue | None:
    """A ticket has no proof yet, so it is held from its first moment where the site has the gate field."""
    return GateValue.HELD if assessment.mode is Mode.ENFORCE and case.incident.gate_field is not None else None


def agreements_wanted(assessment: Assessment, case: Case, policy: Policy) -> tuple[Command, ...]:
    """Return what existing tickets are to follow: the link to their incident, and owner, due date and title of their row."""
    commands: list[Command] = []
    for view in assessment.actions:
        if view.ticket is None:
            continue
        if case.can_link and not view.ticket.linked:
            commands.append(EnsureLinked(case.incident.ref, view.ticket.ref))
        if view.write_owner or view.write_due or view.write_title:
            owner, due = view.owner if view.write_owner else None, view.due if view.write_due else None
            title = _title(view, assessment, case, policy) if view.write_title else ""
            commands.append(EnsureAgreed(view.ticket.ref, owner, due, title=title))
    return tuple(commands)
