"""Where the ticket of an action belongs: beside its incident, where a route of the mapping sends it, or where its row says (issue 6, "Status sync").

A place that a user wrote counts only where a route of the mapping leads there (SECURITY.md S18): any other is never asked about.
"""

import re
from dataclasses import dataclass
from typing import assert_never

from integration.postmortem.decisions import Memory, RememberedAction
from integration.postmortem.facts import Facts
from integration.postmortem.incident import Case, Issue
from integration.postmortem.places import Place, Reach
from integration.postmortem.remediation import ActionRow
from integration.postmortem.rules.answered import system_written
from integration.postmortem.rules.matching import match_rows
from integration.postmortem.rules.written import read_postmortem
from mappings.models import Policy, normalise, normalise_label

_IN_TEXT = re.compile(r"(?<![\w:/])(repo|repository|project)\s*:\s*(\S{1,140})", re.IGNORECASE)
_REPOSITORY = re.compile(r"(?:github:)?([A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100})", re.ASCII)
_PROJECT = re.compile(r"(?:jira:)?([A-Z][A-Z0-9_]{1,50})", re.ASCII)
LEAVE_OUT = "Or leave it out; then the ticket is opened beside this incident."


@dataclass(frozen=True)
class Routed:
    """Where a ticket belongs, or why it goes nowhere yet: ``problem`` in words, and the ``remedy``."""

    place: Place | None
    problem: str = ""
    remedy: str = ""


NOWHERE = Routed(None)


def places_needed(case: Case, memory: Memory, policy: Policy) -> frozenset[Place]:
    """Return the places elsewhere of which has to be known how they are seen before a ticket is opened there."""
    if not policy.remediation.routes:
        return frozenset()
    rows = read_postmortem(case.incident, policy).rows
    chosen = [
        _chosen(match.row, match.remembered, case.incident, policy)
        for match in match_rows(rows, memory.actions)
        if match.row is not None and (match.remembered is None or match.remembered.ticket is None)
    ]
    home = case.incident.ref.place
    return frozenset(each.place for each in chosen if each.place is not None and not each.place.is_same(home))


def route_action(
    row: ActionRow | None, remembered: RememberedAction | None, case: Case, facts: Facts, policy: Policy
) -> Routed:
    """Return where the action's ticket is, or where it belongs. One that is there stays where it is, whatever is routed later."""
    chosen = _chosen(row, remembered, case.incident, policy)
    home = case.incident.ref.place
    if remembered is not None and remembered.ticket is not None:
        return chosen
    if chosen.place is None or chosen.place.is_same(home):
        return chosen
    return _as_seen(chosen.place, facts.places.get(chosen.place, Reach.UNREACHED), case.incident)


def _chosen(row: ActionRow | None, remembered: RememberedAction | None, incident: Issue, policy: Policy) -> Routed:
    home = incident.ref.place
    if remembered is not None and remembered.ticket is not None:
        return Routed(remembered.ticket.place)
    if row is None:
        return Routed(home)
    is_confidential = policy.learning.is_confidential(incident.labels)
    written = _written(row)
    if not written:
        return Routed(home) if is_confidential else Routed(_by_route(row, incident, policy) or home)
    place = _named(written, home, policy)
    if place is not None and place.is_same(home):
        return Routed(home)
    if is_confidential:
        return Routed(None, "a confidential incident keeps its tickets beside it", "Please leave the place out.")
    if place is None:
        # Whether there is such a place is nobody's business here (S18).
        problem = f"no ticket goes to “{written[:80]}”, as no route of the mapping leads there"
        known = ", ".join(f"`{route.project}`" for route in policy.remediation.routes)
        offered = (
            f"Please name one of {known}, or ask an administrator for a route in remediation.yaml." if known else ""
        )
        return Routed(
            None, problem, f"{offered or 'An administrator can add a route in remediation.yaml.'} {LEAVE_OUT}"
        )
    return _unless_resting(place, policy)


def leads_to(place: Place, policy: Policy) -> bool:
    """Tell whether a route of the mapping leads to a place, so that it may be asked about (S18)."""
    return any(Place(route.site, route.project).is_same(place) for route in policy.remediation.routes)


def _written(row: ActionRow) -> str:
    """Return the place that a row names, as written: in its own column, or as ``repo:`` or ``project:`` in its text."""
    if said := dict(row.fields).get("place", "").strip():
        return said
    found = _IN_TEXT.search(row.description)
    return found[2].strip(".,;)(`") if found else ""


def _named(written: str, home: Place, policy: Policy) -> Place | None:
    """Return the incident's own place or that of a route, if the text names it, spelt as it is known; ``None`` for every other."""
    if match := _REPOSITORY.fullmatch(written):
        named = Place("github", match[1])
    elif match := _PROJECT.fullmatch(written.strip()):
        named = Place("jira", match[1])
    else:
        return None
    known = (home, *(Place(route.site, route.project) for route in policy.remediation.routes))
    return next((place for place in known if place.is_same(named)), None)


def _by_route(row: ActionRow, incident: Issue, policy: Policy) -> Place | None:
    routes = policy.remediation.routes
    if not routes:
        return None
    kind = (row.kind.value if row.kind else "") or policy.remediation.default_kind
    labels = frozenset(normalise_label(label) for label in incident.labels)
    components = _components(row, incident, policy)
    taken = next((route for route in routes if route.takes(components, labels, kind)), None)
    if taken is None:
        return None
    return _unless_resting(Place(taken.site, taken.project), policy).place


def _components(row: ActionRow, incident: Issue, policy: Policy) -> frozenset[str]:
    """Return the components of the row, or else those of the incident: the tracker's own, and the system that it names."""
    if said := dict(row.fields).get("component", ""):
        return frozenset(normalise(each) for each in said.split(","))
    system = system_written(read_postmortem(incident, policy).answers, incident.labels, policy)
    return frozenset(normalise(each) for each in (*incident.components, system) if each)


def _unless_resting(place: Place, policy: Policy) -> Routed:
    """Where the mapping leaves a project alone, no ticket is opened."""
    if policy.is_left_alone(place.site, place.project):
        problem = f"its ticket belongs in {place.project}, where the mapping writes nothing"
        return Routed(None, problem, f"An administrator can change that. {LEAVE_OUT}")
    return Routed(place)


def _as_seen(place: Place, reach: Reach, incident: Issue) -> Routed:
    """Return the place, unless it cannot be written to, or shows everybody what is private here."""
    name = place.project
    match reach:
        case Reach.OPEN:
            return Routed(place)
        case Reach.PUBLIC if incident.public:
            return Routed(place)
        case Reach.PUBLIC:
            problem = f"its ticket belongs in {name}, which everybody can read, and this incident is private"
            return Routed(None, problem, f"Please name a private place. {LEAVE_OUT}")
        case Reach.OUT_OF_SCOPE | Reach.UNREACHED:
            problem = f"its ticket belongs in {name}, which I do not reach"
            return Routed(
                None, problem, f"An administrator sees with `followthrough doctor` what is lacking. {LEAVE_OUT}"
            )
        case _:
            assert_never(reach)
