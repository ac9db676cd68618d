"""Assessment → commands: what to bring about, in the order in which it is to be done. Pure; asks nothing and does nothing.

The order is its own safety: a reason is said before an issue is opened again, so that a worker that dies in between repeats nothing (the
comment's purpose names the closing that it answers), and the status comment comes last, when the tickets that it lists exist.
"""

from integration.postmortem.assessment import ActionView, Assessment, Gate, Governed
from integration.postmortem.commands import (
    Command,
    EnsureActionTicket,
    EnsureAgreed,
    EnsureLabels,
    EnsureLinked,
    EnsureLinkedIncident,
    EnsureOpen,
    EnsureReply,
    EnsureSeverityShown,
    EnsureStatusComment,
    GateValue,
    NewIssue,
    Share,
    name_of,
)
from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.incident import Case, Issue
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.rules.asked import question_of, was_asked
from integration.postmortem.rules.blameless import AGENDA, DISCLOSE
from integration.postmortem.rules.classifying import reviewer_asked
from integration.postmortem.rules.gatefield import gate_field_wanted
from integration.postmortem.rules.roles import Role
from integration.postmortem.rules.severity import BY_COMMAND, kept
from integration.postmortem.writing.blameless import agenda_tree, thanks_tree
from integration.postmortem.writing.lasting import lasting_tree
from integration.postmortem.writing.linked import linked_title, linked_tree, severity_elsewhere
from integration.postmortem.writing.notices import notice_tree
from integration.postmortem.writing.questions import question_tree
from integration.postmortem.writing.recurring import came_back_tree
from integration.postmortem.writing.replies import (
    closed_too_early,
    handed_over,
    put_back_reply,
    refusal_reply,
    reviewer_reply,
    status_reply,
    suggestion_reply,
)
from integration.postmortem.writing.status import status_tree
from integration.postmortem.writing.ticket import ticket_tree
from integration.postmortem.writing.tree import Paragraph, Tree
from integration.postmortem.writing.wording import sentence
from mappings.models import Mode, Policy

WRITTEN_TO = (Governed.GOVERNED, Governed.WAITING, Governed.ASKED)


def plan(assessment: Assessment, case: Case, memory: Memory, policy: Policy, stamp: str = "") -> tuple[Command, ...]:
    """Return the commands that the assessment asks for now, none where nothing is to be written. ``stamp`` is the policy's hash, shown shortened."""
    if assessment.governed not in WRITTEN_TO or assessment.mode is Mode.OBSERVE:
        return ()
    if assessment.governed is Governed.ASKED:
        return (*_question(assessment, case.incident, memory), *_replies(assessment, case, memory, policy))
    if assessment.governed is Governed.WAITING or assessment.paused_by:
        return _status(assessment, case, memory, policy, stamp)
    commands = (
        # The field first: nobody should get to close what is held while the rest is still being written.
        *(each for gate in assessment.gates for each in gate_field_wanted(gate, assessment.mode, memory)),
        *_gates(assessment, case, memory, policy),
        *_labels(assessment, case.incident),
        *_put_back(assessment, memory),
        *_severity_shown(assessment, case.incident, policy),
        *_asked_once(assessment, case.incident, memory, policy),
        *_tickets(assessment, case, policy),
        *_incidents(assessment, case, policy),
        *_agreements(assessment, case, policy),
        *_notices(assessment, memory, policy),
        *_process(assessment, case, memory),
        *_came_back(assessment, memory, policy),
        *_lasting(assessment, policy),
        *_replies(assessment, case, memory, policy),
    )
    refused = {refusal.purpose for refusal in memory.refusals}
    # The comment is written once, when its tickets are there and what was closed too early is open again; a ticket or an opening that the
    # tracker refuses holds nothing up: the comment has to tell of it.
    unsettled = any(
        isinstance(command, NewIssue | EnsureOpen) and name_of(command) not in refused for command in commands
    )
    return commands if unsettled else (*commands, *_status(assessment, case, memory, policy, stamp))


def _question(assessment: Assessment, incident: Issue, memory: Memory) -> tuple[Command, ...]:
    """Ask once whether this is an incident; whoever said so already is not asked."""
    if not assessment.why or was_asked(incident, memory):
        return ()
    return (EnsureReply(incident.ref, question_of(incident), question_tree(assessment.why)),)


def _gates(assessment: Assessment, case: Case, memory: Memory, policy: Policy) -> tuple[Command, ...]:
    if assessment.mode is not Mode.ENFORCE:
        return ()
    return tuple(command for gate in assessment.gates for command in _gate(gate, assessment, case, memory, policy))


def _gate(gate: Gate, assessment: Assessment, case: Case, memory: Memory, policy: Policy) -> tuple[Command, ...]:
    issue = gate.issue
    if gate.may_close:
        return _no_longer_unverified(issue, policy)
    # A locked conversation is no way out: whoever may lock may close, and opening again needs no comment.
    if not issue.closed or (issue.ref.key in memory.satisfied and not _comes_back(issue, assessment)):
        return ()
    if rounds(issue, memory) >= policy.remediation.reopening.rounds:
        return _hand_over(gate, assessment, memory, policy)
    if issue.reopen_with is None:
        return ()
    purpose = reopening(issue)
    reply = EnsureReply(issue.ref, purpose, closed_too_early(gate, assessment), Share.GATE)
    said = () if purpose in memory.said else (reply,)
    return (*said, EnsureOpen(issue.ref, issue.reopen_with))


def _comes_back(issue: Issue, assessment: Assessment) -> bool:
    """Closing stays closed when a text or the policy changes later, but not when somebody with the right refused the evidence, when what
    the evidence points at changed, or when the time of an accepted risk is over.
    """
    return any(
        view.proof.comes_back for view in assessment.actions if view.ticket is not None and view.ticket.ref == issue.ref
    )


def reopening(issue: Issue) -> str:
    """Return the purpose of the comment that answers this very closing: a second look at the same closing says nothing new."""
    at = issue.closed_at or issue.updated_at
    return f"reopen:{issue.ref.key.id}:{int(at.timestamp())}"


def rounds(issue: Issue, memory: Memory) -> int:
    """Return how often this issue was opened again: by what was done, and by what was said before it was done."""
    said = sum(
        purpose.startswith(f"reopen:{issue.ref.key.id}:") for purpose in memory.said if purpose != reopening(issue)
    )
    return max(said, memory.reopened.get(issue.ref.key, 0))


def _no_longer_unverified(issue: Issue, policy: Policy) -> tuple[Command, ...]:
    """What was left closed without its evidence counts as open by this label; once the evidence is there, it does not any more."""
    wrong = frozenset(label for label in issue.labels if _is_unverified(label, policy))
    return (EnsureLabels(issue.ref, remove=wrong, share=Share.GATE),) if wrong else ()


def _is_unverified(label: str, policy: Policy) -> bool:
    return label.casefold() == policy.remediation.reopening.unverified_label.casefold()


def _hand_over(gate: Gate, assessment: Assessment, memory: Memory, policy: Policy) -> tuple[Command, ...]:
    """Somebody insists: the issue stays closed, counted as open, and a person is asked once (DESIGN 1.8, S13)."""
    issue, label = gate.issue, policy.remediation.reopening.unverified_label
    purpose = f"handover:{issue.ref.key.id}"
    is_marked = any(_is_unverified(given, policy) for given in issue.labels)
    labels = () if is_marked else (EnsureLabels(issue.ref, frozenset({label}), share=Share.GATE),)
    said = (
        ()
        if purpose in memory.said
        else (EnsureReply(issue.ref, purpose, handed_over(gate, assessment, policy), Share.GATE),)
    )
    return (*labels, *said)


def _labels(assessment: Assessment, incident: Issue) -> tuple[Command, ...]:
    view = assessment.severity
    may_follow = not incident.closed or view.is_commanded or view.reason == BY_COMMAND
    if not (view.add or view.remove) or not may_follow:
        return ()
    return (EnsureLabels(incident.ref, view.add, view.remove),)


def _asked_once(assessment: Assessment, incident: Issue, memory: Memory, policy: Policy) -> tuple[Command, ...]:
    """Say why a severity was put back, and ask the governance reviewer about an incident that nobody has classified: each once."""
    said: list[EnsureReply] = []
    view = assessment.severity
    if view.put_back and view.severity is not None:
        said.append(EnsureReply(incident.ref, kept(incident, view.severity), put_back_reply(view, policy)))
    if assessment.ask_reviewer:
        said.append(
            EnsureReply(
                incident.ref,
                reviewer_asked(incident),
                reviewer_reply(assessment.roles.seat(Role.GOVERNANCE).people, policy),
            )
        )
    return tuple(reply for reply in said if reply.purpose not in memory.said)


def _put_back(assessment: Assessment, memory: Memory) -> tuple[Command, ...]:
    """Put labels back that steer us: the label first, so that a worker that dies in between leaves what is right, then why, once."""
    commands: list[Command] = []
    for back in assessment.kept:
        commands.append(EnsureLabels(back.issue, back.add, back.remove, share=Share.GATE))
        if back.purpose and back.purpose not in memory.said:
            commands.append(EnsureReply(back.issue, back.purpose, Tree((Paragraph(sentence(back.says)),)), Share.GATE))
    return tuple(commands)


def _severity_shown(assessment: Assessment, incident: Issue, policy: Policy) -> tuple[Command, ...]:
    severity = assessment.severity.severity
    if any(not finding.passed for finding in assessment.severity.findings):
        return ()  # Somebody set it lower: that is asked about, not fought over.
    if incident.ref.key.site != "jira" or severity is None or policy.severity.jira.field is None or incident.closed:
        return ()
    value = policy.severity.of(severity).jira_value
    if not value or value == incident.severity_shown:
        return ()
    return (EnsureSeverityShown(incident.ref, severity.value, value=value),)


def _tickets(assessment: Assessment, case: Case, policy: Policy) -> tuple[Command, ...]:
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


def _incidents(assessment: Assessment, case: Case, policy: Policy) -> tuple[Command, ...]:
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


def _agreements(assessment: Assessment, case: Case, policy: Policy) -> tuple[Command, ...]:
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


def _replies(assessment: Assessment, case: Case, memory: Memory, policy: Policy) -> tuple[Command, ...]:
    """Answer refused commands, near-miss spellings and ``/status``, each once, at most so many per person, issue and day (S4)."""
    refs = {issue.ref.key: issue.ref for issue in case.issues}
    wanted: list[tuple[str, EnsureReply]] = []
    for decision in unanswered(memory):
        issue = refs.get(decision.issue)
        day = f"answer:{decision.issue.id}:{decision.actor.id}:{decision.at.date()}:"
        if issue is not None and decision.word == "status" and decision.accepted and decision.authority:
            wanted.append(
                (day, EnsureReply(issue, f"{day}{decision.comment_id}", status_reply(assessment, case, policy)))
            )
        elif (
            issue is not None and not decision.accepted and decision.authority
        ):  # Strangers could make us write as often as they like.
            wanted.append((day, EnsureReply(issue, f"{day}{decision.comment_id}", refusal_reply(decision))))
    for ref, comment, suggestion in assessment.suggestions:
        day = f"answer:{ref.key.id}:{comment.author.id}:{comment.created_at.date()}:"
        wanted.append((day, EnsureReply(ref, f"{day}{comment.id}", suggestion_reply(suggestion))))
    # An answer that the tracker refused has had its turn of the day, or the next one would slip into its place.
    refused = {each.purpose.removeprefix("EnsureReply:") for each in memory.refusals}
    said, replies = set(memory.said) | refused, []
    for day, reply in wanted:
        answered = sum(purpose.startswith(day) for purpose in said)
        if reply.purpose not in said and answered < policy.clocks.refusals_per_person_and_day:
            replies.append(reply)
            said.add(reply.purpose)
    return tuple(replies)


def _notices(assessment: Assessment, memory: Memory, policy: Policy) -> tuple[Command, ...]:
    """Say what a deadline asks for: a step is said once, and the next one only when its day comes."""
    return tuple(
        EnsureReply(notice.issue, notice.purpose, notice_tree(notice, policy))
        for notice in assessment.notices.now
        if notice.purpose not in memory.said
    )


def _process(assessment: Assessment, case: Case, memory: Memory) -> tuple[Command, ...]:
    """Post the agenda as often as it is asked for, and thank for what was told openly: each request once."""
    refs = {issue.ref.key: issue.ref for issue in case.issues}
    trees = {AGENDA: lambda: agenda_tree(assessment), DISCLOSE: thanks_tree}
    return tuple(
        EnsureReply(refs[d.issue], purpose, trees[d.word]())
        for d in unanswered(memory)
        if d.word in trees and d.accepted and d.authority and d.issue in refs
        if (purpose := f"{d.word}:{d.issue.id}:{d.comment_id}:{d.line}") not in memory.said
    )


def _came_back(assessment: Assessment, memory: Memory, policy: Policy) -> tuple[Command, ...]:
    """Ask again about the actions of an incident that came back: once for each time."""
    return tuple(
        EnsureReply(assessment.case, back.purpose, came_back_tree(back, assessment.actions, policy))
        for back in assessment.back
        if back.purpose not in memory.said
    )


def _lasting(assessment: Assessment, policy: Policy) -> tuple[Command, ...]:
    """Ask whether what was verified still holds; judging leaves out what was asked already."""
    return tuple(
        EnsureReply(assessment.case, asking.purpose, lasting_tree(asking, assessment.actions, policy))
        for asking in assessment.lasting.now
    )


def unanswered(memory: Memory) -> tuple[Decision, ...]:
    """Return decisions that no finished look has acted on, so that a worker's death between deciding and answering loses no answer."""
    return tuple(d for d in memory.decisions if memory.looked_at is None or d.at > memory.looked_at)


def _status(assessment: Assessment, case: Case, memory: Memory, policy: Policy, stamp: str) -> tuple[Command, ...]:
    if assessment.launch is not None and assessment.launch.is_silent:
        return ()
    tree = status_tree(assessment, case, policy, stamp)
    if tree.digest == memory.status_digest and memory.status_comment:
        return ()
    return (EnsureStatusComment(case.incident.ref, memory.status_comment, tree),)
