"""Whether an issue is ours to govern: incident label, what the mapping leaves alone, its age, and whether an outsider reported it (S12)."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from integration.postmortem.assessment import Governed
from integration.postmortem.decisions import Memory
from integration.postmortem.facts import Facts
from integration.postmortem.incident import Issue
from integration.postmortem.people import Standing
from integration.postmortem.rules.authority import authority_of
from integration.postmortem.rules.ending import declared, ended
from mappings.models import Mode, Policy


@dataclass(frozen=True)
class GovernedView:
    """Whether the issue is governed, why, in which mode, and the digest of the text that a person adopted (``None``: nothing to adopt).

    ``is_trusted`` is false while an adopted text was changed by somebody who may not adopt: the gates hold on, and nothing new is created (S12).
    """

    governed: Governed
    why: str
    mode: Mode
    adopted_digest: str | None = None
    is_trusted: bool = True


def judge_standing(
    incident: Issue, facts: Facts, memory: Memory, policy: Policy, mode: Mode, *, ours: bool = False
) -> GovernedView:
    """Judge whether and how far the incident is governed. ``mode`` is the installation's; the mapping, a label or a pause make it more cautious.

    ``ours`` is an incident that our own account opened for an affected system: it came from a text that the team had taken on.
    """
    site, project = incident.ref.key.site, incident.ref.project
    mode = Mode.most_cautious(mode, policy.service.mode)
    if policy.is_left_alone(site, project):
        return GovernedView(Governed.LEFT_ALONE, "the mapping leaves this project alone", mode)
    if memory.is_erased:
        return GovernedView(Governed.LEFT_ALONE, "its words were erased from the ledger", mode)
    steered = is_steered(memory)
    if steered and policy.severity.is_ignored(incident.labels):
        return GovernedView(Governed.LEFT_ALONE, "a label says to leave it alone", mode)
    if not memory.governed and (why := _is_none(incident, memory, policy)):
        return GovernedView(Governed.NOT_AN_INCIDENT, why, mode)
    observed = policy.severity.is_observed(incident.labels) and (steered or memory.mode == Mode.OBSERVE)
    if observed or memory.project.paused or memory.project.breaker:
        mode = Mode.OBSERVE
    return _taken_on(incident, facts, memory, policy, mode, ours=ours)


def is_steered(memory: Memory) -> bool:
    """Tell whether labels may make us look away: from the start, or once somebody with the right set the check aside, with the reason.

    What was taken on does not leave by a label, which anybody with triage rights may put there.
    """
    return not memory.governed or any(d.reason == "steering_label" for d in memory.decided("waive"))


def _is_none(incident: Issue, memory: Memory, policy: Policy) -> str:
    """Say why an issue that was not taken on yet is no incident, or return an empty string."""
    if ended(memory.decisions, incident.ref.key) is not None:
        return "somebody said that it is none"
    if declared(memory.decisions, incident.ref.key):
        return ""
    return "" if is_marked(incident, policy) else "no incident label or type"


def _taken_on(incident: Issue, facts: Facts, memory: Memory, policy: Policy, mode: Mode, *, ours: bool) -> GovernedView:
    if memory.governed and memory.adopted_digest in (None, incident.body_digest):
        return GovernedView(Governed.GOVERNED, "", mode, memory.adopted_digest)
    if memory.governed and _may_adopt(facts.body_editor, incident, policy):
        return GovernedView(Governed.GOVERNED, "", mode, incident.body_digest)
    if memory.governed:
        return GovernedView(Governed.GOVERNED, "", mode, memory.adopted_digest, is_trusted=False)
    trusted = ours or _may_adopt(facts.standings.get((incident.ref.project, incident.author.id)), incident, policy)
    if declared(memory.decisions, incident.ref.key):
        return GovernedView(Governed.GOVERNED, "", mode, None if trusted else incident.body_digest)
    if policy.severity.is_adopted(incident.labels) and _may_adopt(
        facts.labellers.get(policy.severity.incident.adopt_label), incident, policy
    ):
        return GovernedView(Governed.GOVERNED, "", mode, incident.body_digest)
    if incident.created_at < governed_since(memory, policy):
        return GovernedView(Governed.LEFT_ALONE, "it is older than the day from which this project is governed", mode)
    if trusted:
        return GovernedView(Governed.GOVERNED, "", mode)
    return GovernedView(Governed.WAITING, "it was reported by somebody without triage rights here", mode)


def is_marked(issue: Issue, policy: Policy) -> bool:
    """Tell whether an issue bears a mark of what is governed: that of an incident, or of a launch."""
    is_incident = policy.severity.is_incident(issue.labels, issue.issue_type)
    return is_incident or policy.learning.launch(issue.labels) is not None


def governed_since(memory: Memory, policy: Policy) -> datetime:
    """Return the instant from which issues of this project are governed: the mapping's day, else the first delivery from it."""
    day = policy.service.governed_since
    return datetime.combine(day, time(), UTC) if day else memory.project.governed_since


def _may_adopt(standing: Standing | None, incident: Issue, policy: Policy) -> bool:
    if standing is None:
        return False
    held = authority_of(standing, policy.people, incident.ref.project, participates=False)
    return held.covers(policy.people.adopting)
