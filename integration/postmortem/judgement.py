"""All rules over one case: (what is there, what is remembered, policy, now) → Assessment. Pure; the order of the steps is the order of reading.

What judging needs to know beyond the case (rights, whom a name means) is asked for by :func:`facts_needed` and looked up in the same look.
"""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from integration.postmortem.assessing import assess
from integration.postmortem.assessment import Assessment, Governed, Phase
from integration.postmortem.decisions import Memory
from integration.postmortem.facts import Facts, FactsNeeded
from integration.postmortem.hearing import Hearing
from integration.postmortem.incident import Case, IssueRef
from integration.postmortem.launching import judge_launch
from integration.postmortem.rules.asked import answers, asking, facts_of_answers, may_be_incident
from integration.postmortem.rules.deciding import (
    decide,
    decides_in_commands,
    links_in_commands,
    names_in_commands,
    people_who_command,
)
from integration.postmortem.rules.drafting import draft_actions, our_issues
from integration.postmortem.rules.ending import declared
from integration.postmortem.rules.exhibits import links_given, since
from integration.postmortem.rules.lessons import is_launch
from integration.postmortem.rules.notes import read_beginning, read_notes
from integration.postmortem.rules.routing import places_needed
from integration.postmortem.rules.severity import SeverityView
from integration.postmortem.rules.standing import GovernedView, is_marked, judge_standing
from integration.postmortem.rules.suggesting import wants_advisers
from integration.postmortem.rules.written import read_postmortem
from mappings.models import Mode, Policy

BEYOND = (Governed.NOT_AN_INCIDENT, Governed.LEFT_ALONE)


def facts_needed(case: Case, memory: Memory, policy: Policy) -> FactsNeeded:
    """Return what :func:`judge` wants looked up, as little as will do: nothing for an issue that is no incident of ours."""
    incident = case.incident
    if memory.is_erased:
        return FactsNeeded()
    is_meant = is_marked(incident, policy)
    if not (memory.governed or is_meant or declared(memory.decisions, incident.ref.key)):
        return facts_of_answers(case, memory, policy)
    standings = set(people_who_command(case, memory))
    if not memory.governed:
        standings.add((incident.ref.project, incident.author))
    adopting = not memory.governed and policy.severity.is_adopted(incident.labels)
    labellers = frozenset({policy.severity.incident.adopt_label}) if adopting else frozenset[str]()
    changed_since_adoption = memory.adopted_digest not in (None, incident.body_digest)
    written = read_postmortem(incident, policy)
    names = {row.owner for row in written.rows if row.owner} | written.answers.people | written.roles.names
    names |= names_in_commands(case, memory)
    decides = decides_in_commands(case, memory)
    editor = changed_since_adoption or (decides and written.roles.reviewers_named)
    # On a Jira site whose rights are not mapped, the project's lead decides.
    is_unmapped = decides and not policy.people.jira.is_mapped
    on_jira = (issue.ref.project for issue in our_issues(case, memory) if issue.ref.key.site == "jira")
    heads = frozenset(on_jira) if is_unmapped else frozenset[str]()
    links = links_given(memory) | links_in_commands(case, memory)
    return FactsNeeded(
        frozenset(standings),
        frozenset(names),
        labellers,
        editor,
        links,
        earlier=bool(written.rows),
        heads=heads,
        advisers=wants_advisers(incident, written, memory, policy),
        places=places_needed(case, memory, policy),
        beside=_beside(case, memory),
    )


def _beside(case: Case, memory: Memory) -> frozenset[IssueRef]:
    """Return our tickets that stand in another repository or project than their incident."""
    home = case.incident.ref.place
    return frozenset(issue.ref for issue in our_issues(case, memory) if not issue.ref.place.is_same(home))


def judge(
    case: Case,
    facts: Facts,
    memory: Memory,
    policy: Policy,
    now: datetime,
    *,
    mode: Mode = Mode.ENFORCE,
    stamp: str = "",
) -> Assessment:
    """Judge one case. ``mode`` is the installation's, ``stamp`` the content hash of the policy, recorded with each decision."""
    ours = case.incident.author.id == case.service.id and case.incident.origin is not None
    standing = judge_standing(case.incident, facts, memory, policy, mode, ours=ours)
    if standing.governed is Governed.NOT_AN_INCIDENT and may_be_incident(case, memory, policy):
        return _asked(case, facts, memory, policy, now, standing, stamp)
    if standing.governed in BEYOND:
        return _beyond(case, standing, policy)
    if is_launch(case.incident, memory, policy):
        return judge_launch(case, facts, memory, policy, now, standing, stamp)
    postmortem = read_postmortem(case.incident, policy)
    drafts = draft_actions(postmortem.rows, case, facts, memory, policy)
    beginning = read_beginning(postmortem.answers.began, case.incident.created_at, ZoneInfo(policy.clocks.zone))
    if facts.exhibits:
        noted = postmortem.with_notes((*beginning, *read_notes(memory.decisions)), case.incident.created_at)
        facts = replace(facts, exhibits=since(facts.exhibits, noted.told.began))
    decided = decide(case, facts, memory, drafts, policy, stamp, now)
    notes = (*beginning, *read_notes((*memory.decisions, *decided.decisions)))
    told = postmortem.with_notes(notes, case.incident.created_at)
    return assess(Hearing(case, facts, memory, policy, now, standing, told, drafts, decided))


def _asked(
    case: Case, facts: Facts, memory: Memory, policy: Policy, now: datetime, standing: GovernedView, stamp: str
) -> Assessment:
    """Judge an issue that may be an incident: nothing but the answers to the question is looked at."""
    resting = memory.project.paused or memory.project.breaker
    asked = replace(
        standing,
        governed=Governed.ASKED,
        why=asking(case.incident, memory, policy),
        mode=Mode.OBSERVE if resting else standing.mode,
    )
    decided = decide(case, facts, memory, (), policy, stamp, now, among=answers(case, memory))
    return replace(_beyond(case, asked, policy), decisions=decided.decisions, suggestions=decided.suggestions)


def _beyond(case: Case, standing: GovernedView, policy: Policy) -> Assessment:
    kind = policy.kind(None)
    return Assessment(
        case.incident.ref,
        standing.governed,
        standing.why,
        standing.mode,
        SeverityView(None, ""),
        kind,
        Phase.RESPONDING,
        None,
        is_overdue=False,
    )
