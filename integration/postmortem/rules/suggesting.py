"""Whom to suggest as technical reviewer where nobody is named and the mapping lists nobody: who owns the code, or leads the component (issue 5, "Roles").

A suggestion gives no right: whoever leads names somebody, or somebody with the right approves.
"""

from integration.postmortem.decisions import Memory
from integration.postmortem.facts import Facts
from integration.postmortem.incident import Issue
from integration.postmortem.people import Person, PersonKind
from integration.postmortem.rules.roles import Role, RolesView, Source
from integration.postmortem.rules.written import PostMortem
from mappings.models import Policy

MOST = 2


def wants_advisers(incident: Issue, postmortem: PostMortem, memory: Memory, policy: Policy) -> bool:
    """Tell whether to ask the tracker: once actions are written, so that a review is near, and while nobody is known who would do it."""
    role = Role.TECHNICAL.value
    is_named = role in postmortem.roles.named or any(
        d.reason.startswith("technical:") for d in memory.decided("reviewer")
    )
    is_mapped = any(policy.people.roles.terms(role, deputies=deputies) for deputies in (False, True))
    return bool(postmortem.rows) and not (is_named or is_mapped or incident.closed)


def suggested(scope: str, roles: RolesView, facts: Facts) -> tuple[Person, ...]:
    """Return at most two people to suggest for a review: none who leads or took part, and nobody once somebody is named."""
    if scope != "technical" or roles.seat(Role.TECHNICAL).source is not Source.DEFAULT:
        return ()
    barred = {*roles.took_part, *((roles.lead.id,) if roles.lead else ())}
    apart = [each for each in facts.advisers if each.kind is PersonKind.HUMAN and each.active and each.id not in barred]
    return tuple({each.id: each for each in apart}.values())[:MOST]


def in_words(people: tuple[Person, ...], site: str) -> str:
    """Say why somebody is suggested, with the line that names them, or nothing."""
    if not people:
        return ""
    what = ("owns this code", "own this code") if site == "github" else ("leads the component", "lead the components")
    called = " and ".join(person.called for person in people)
    name = f"@{people[0].handle}" if site == "github" else "@name"
    return f" {called} {what[len(people) > 1]}: `/reviewer technical {name}` asks them."
