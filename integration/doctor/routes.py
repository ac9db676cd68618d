"""What was seen at a place to which routes lead → its line: is it reached, and can our account open tickets there and keep them in step? Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from integration.doctor.lines import Line, advice, failed, passed
from integration.trackers.examination import Examined
from mappings.models import Policy

NOT_NEEDED = ("LINK_ISSUES",)
"""A ticket of an incident elsewhere hangs on nothing: the texts of both name each other."""


@dataclass(frozen=True)
class Destined:
    """A place for tickets, as ``site:project``, and the short names of the routes that lead there."""

    project: str
    routes: frozenset[str] = frozenset()


def destined(policy: Policy) -> tuple[Destined, ...]:
    """Return where routes lead, by the files for all and those for single projects, in the order of their names."""
    found: dict[str, frozenset[str]] = {}
    for file in (policy.remediation, *(entry.policy.remediation for entry in policy.projects)):
        for route in file.routes:
            found[route.to] = found.get(route.to, frozenset()) | {route.id}
    return tuple(Destined(project, found[project]) for project in sorted(found))


def judge_route(destination: Destined, seen: Examined) -> Iterable[Line]:
    """Say what keeps the service from opening tickets there."""
    where, routes = seen.place, ", ".join(sorted(destination.routes))
    if seen.is_archived:
        says = f"It is archived, so no ticket goes there (route: {routes})."
        yield failed("route", says, "Unarchive it, or change the route in remediation.yaml.", where)
        return
    lacking = [r for r in seen.rights if r.is_held is False and r.is_required and r.name not in NOT_NEEDED]
    for right in lacking:
        says = f"Our account lacks {right.name}, so no ticket can be opened and kept there (route: {routes})."
        yield failed("route", says, f"Give {seen.account.called} this right on {where}.", where)
    if seen.is_public:
        says = f"Everybody can read it, so tickets of private incidents do not go there (route: {routes})."
        yield advice("route", says, "Route to a private place, unless only public incidents are meant.", where)
    elif not lacking:
        yield passed("route", f"Reached, in scope, and tickets can be opened there (route: {routes}).", where)
