"""Assessment → commands: what to bring about, in the order in which it is to be done. Pure; asks nothing and does nothing.

The order is its own safety: a reason is said before an issue is opened again, so that a worker that dies in between repeats nothing (the
comment's purpose names the closing that it answers), and the status comment comes last, when the tickets that it lists exist.
"""

from integration.postmortem.assessment import Assessment, Governed
from integration.postmortem.commands import (
    Command,
    EnsureLabels,
    EnsureOpen,
    EnsureReply,
    EnsureSeverityShown,
    EnsureStatusComment,
    NewIssue,
    Share,
    name_of,
)
from integration.postmortem.decisions import Memory
from integration.postmortem.incident import Case, Issue
from integration.postmortem.planning.answers import agenda_and_thanks, replies_wanted
from integration.postmortem.planning.gates import gates_wanted
from integration.postmortem.planning.tickets import agreements_wanted, incidents_wanted, tickets_wanted
from integration.postmortem.rules.asked import question_of, was_asked
from integration.postmortem.rules.classifying import reviewer_asked
from integration.postmortem.rules.gatefield import gate_field_wanted
from integration.postmortem.rules.roles import Role
from integration.postmortem.rules.severity import BY_COMMAND, kept
from integration.postmortem.writing.lasting import lasting_tree
from integration.postmortem.writing.notices import notice_tree
from integration.postmortem.writing.questions import question_tree
from integration.postmortem.writing.recurring import came_back_tree
from integration.postmortem.writing.replies import put_back_reply, reviewer_reply
from integration.postmortem.writing.status import status_tree
from integration.postmortem.writing.tree import Paragraph, Tree
from integration.postmortem.writing.wording import sentence
from mappings.models import Mode, Policy

WRITTEN_TO = (Governed.GOVERNED, Governed.WAITING, Governed.ASKED)


def plan(assessment: Assessment, case: Case, memory: Memory, policy: Policy, stamp: str = "") -> tuple[Command, ...]:
    """Return the commands that the assessment asks for now, none where nothing is to be written. ``stamp`` is the policy's hash, shown shortened."""
    if assessment.governed not in WRITTEN_TO or assessment.mode is Mode.OBSERVE:
        return ()
    if assessment.governed is Governed.ASKED:
        return (*_question(assessment, case.incident, memory), *replies_wanted(assessment, case, memory, policy))
    if assessment.governed is Governed.WAITING or assessment.paused_by:
        return _status(assessment, case, memory, policy, stamp)
    commands = (
        # The field first: nobody should get to close what is held while the rest is still being written.
        *(each for gate in assessment.gates for each in gate_field_wanted(gate, assessment.mode, memory)),
        *gates_wanted(assessment, case, memory, policy),
        *_labels(assessment, case.incident),
        *_put_back(assessment, memory),
        *_severity_shown(assessment, case.incident, policy),
        *_asked_once(assessment, case.incident, memory, policy),
        *tickets_wanted(assessment, case, policy),
        *incidents_wanted(assessment, case, policy),
        *agreements_wanted(assessment, case, policy),
        *_notices(assessment, memory, policy),
        *agenda_and_thanks(assessment, case, memory),
        *_came_back(assessment, memory, policy),
        *_lasting(assessment, policy),
        *replies_wanted(assessment, case, memory, policy),
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


def _notices(assessment: Assessment, memory: Memory, policy: Policy) -> tuple[Command, ...]:
    """Say what a deadline asks for: a step is said once, and the next one only when its day comes."""
    return tuple(
        EnsureReply(notice.issue, notice.purpose, notice_tree(notice, policy))
        for notice in assessment.notices.now
        if notice.purpose not in memory.said
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


def _status(assessment: Assessment, case: Case, memory: Memory, policy: Policy, stamp: str) -> tuple[Command, ...]:
    if assessment.launch is not None and assessment.launch.is_silent:
        return ()
    tree = status_tree(assessment, case, policy, stamp)
    if tree.digest == memory.status_digest and memory.status_comment:
        return ()
    return (EnsureStatusComment(case.incident.ref, memory.status_comment, tree),)
