"""Whether an issue is ours to govern: incident label, what the mapping leaves alone, its age, and whether an outsider reported it (S12)."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from integration.postmortem.assessment import Governed
from integration.postmortem.decisions import Memory
from integration.postmortem.incident import Facts, Issue
from integration.postmortem.people import Standing
from integration.postmortem.rules.authority import authority_of
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
    if policy.severity.is_ignored(incident.labels):
        return GovernedView(Governed.LEFT_ALONE, "a label says to leave it alone", mode)
    if not memory.governed and not policy.severity.is_incident(incident.labels, incident.issue_type):
        return GovernedView(Governed.NOT_AN_INCIDENT, "no incident label or type", mode)
    if policy.severity.is_observed(incident.labels) or memory.project.paused or memory.project.breaker:
        mode = Mode.OBSERVE
    return _taken_on(incident, facts, memory, policy, mode, ours=ours)


def _taken_on(incident: Issue, facts: Facts, memory: Memory, policy: Policy, mode: Mode, *, ours: bool) -> GovernedView:
    if memory.governed and memory.adopted_digest in (None, incident.body_digest):
        return GovernedView(Governed.GOVERNED, "", mode, memory.adopted_digest)
    if memory.governed and _may_adopt(facts.body_editor, incident, policy):
        return GovernedView(Governed.GOVERNED, "", mode, incident.body_digest)
    if memory.governed:
        return GovernedView(Governed.GOVERNED, "", mode, memory.adopted_digest, is_trusted=False)
    if policy.severity.is_adopted(incident.labels) and _may_adopt(
        facts.labellers.get(policy.severity.incident.adopt_label), incident, policy
    ):
        return GovernedView(Governed.GOVERNED, "", mode, incident.body_digest)
    if incident.created_at < governed_since(memory, policy):
        return GovernedView(Governed.LEFT_ALONE, "it is older than the day from which this project is governed", mode)
    if ours or _may_adopt(facts.standings.get((incident.ref.project, incident.author.id)), incident, policy):
        return GovernedView(Governed.GOVERNED, "", mode)
    return GovernedView(Governed.WAITING, "it was reported by somebody without triage rights here", mode)


def governed_since(memory: Memory, policy: Policy) -> datetime:
    """Return the instant from which issues of this project are governed: the mapping's day, else the first delivery from it."""
    day = policy.service.governed_since
    return datetime.combine(day, time(), UTC) if day else memory.project.governed_since


def _may_adopt(standing: Standing | None, incident: Issue, policy: Policy) -> bool:
    if standing is None:
        return False
    held = authority_of(standing, policy.people, incident.ref.project, participates=False)
    return held.covers(policy.people.adopting)
