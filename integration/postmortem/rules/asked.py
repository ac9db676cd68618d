"""Issues that nobody has labelled, and that may be incidents: they are asked about once, and nothing waits for the answer (issue 5, "No way around").

Such an issue is not governed until somebody says that it is an incident, with a label or with ``/incident``, which may be said of any issue.
"""

from integration.postmortem.decisions import Memory
from integration.postmortem.facts import FactsNeeded
from integration.postmortem.incident import Case, Comment, CommentOrigin, Issue
from integration.postmortem.reading.commands import Command, read_commands
from integration.postmortem.rules.deciding import names_in_commands, undecided
from integration.postmortem.rules.ending import ANSWERS, INCIDENT, answered
from integration.postmortem.rules.standing import governed_since
from integration.postmortem.rules.verdicts import WORDS
from mappings.models import Policy


def question_of(incident: Issue) -> str:
    """Return the purpose of the comment that asks whether this is an incident."""
    return f"ask:{incident.ref.key.id}"


def was_asked(incident: Issue, memory: Memory) -> bool:
    """Tell whether the question was put; it stays until it is answered, whatever becomes of the label."""
    return question_of(incident) in memory.said


def may_be_incident(case: Case, memory: Memory, policy: Policy) -> bool:
    """Tell whether an issue without an incident label is to be asked about, was asked about, or is declared one by a comment."""
    incident = case.incident
    if any(_says(comment, INCIDENT) for _, comment in undecided(case, memory)) or _is_unanswered(incident, memory):
        return True
    if answered(memory.decisions, incident.ref.key) is not None or incident.author.id == case.service.id:
        return False
    return was_asked(incident, memory) or bool(asking(incident, memory, policy))


def asking(incident: Issue, memory: Memory, policy: Policy) -> str:
    """Return the label or type for which to ask about it now; of what is over, or older than the project's governance, nobody is asked."""
    if incident.closed or incident.created_at < governed_since(memory, policy):
        return ""
    return policy.severity.asking(incident.labels, incident.issue_type)


def answers(case: Case, memory: Memory) -> tuple[tuple[Issue, Comment], ...]:
    """Return the new comments in which somebody says that this is an incident, or none; each is judged as a whole."""
    return tuple((issue, comment) for issue, comment in undecided(case, memory) if _says(comment, *ANSWERS))


def facts_of_answers(case: Case, memory: Memory, policy: Policy) -> FactsNeeded:
    """Return what judging the answers needs looked up, which is nothing for an issue that nobody asks about."""
    said = answers(case, memory) if may_be_incident(case, memory, policy) else ()
    standings = {(issue.ref.project, comment.author) for issue, comment in said}
    return FactsNeeded(frozenset(standings), names_in_commands(case, memory) if said else frozenset())


def _is_unanswered(incident: Issue, memory: Memory) -> bool:
    """Tell whether an ``/incident`` was refused that no finished look has answered yet."""
    return any(
        d.word == INCIDENT and not d.accepted and (memory.looked_at is None or d.at > memory.looked_at)
        for d in memory.decisions
        if d.issue == incident.ref.key
    )


def _says(comment: Comment, *words: str) -> bool:
    if comment.origin is CommentOrigin.OURS:
        return False
    return any(isinstance(said, Command) and said.word in words for said in read_commands(comment.raw, WORDS))
