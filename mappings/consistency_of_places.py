"""Whether the places in a policy agree with it: where tickets of actions go, and where what is written is published. Pure."""

from collections.abc import Iterator

from mappings.models import Policy
from mappings.sides import Sides, refers
from mappings.values import Mode, normalise_label


def wrong_routes(policy: Policy) -> Iterator[Sides]:
    """Yield routes of kinds that are not there, and those that lead to where nothing may be written."""
    kinds = {kind.id for kind in policy.remediation.kinds}
    for route in policy.remediation.routes:
        key = f"remediation.routes.{route.id}"
        for i, kind in enumerate(route.kinds):
            yield from refers(f"{key}.kinds[{i}]", kind, kinds, "the kinds of action", "remediation.kinds")
        if policy.is_left_alone(route.site, route.project):
            problem = f"{route.to} is left alone, so no ticket goes there."
            remedy = f"Route to another place, or take {route.to} out of leave_alone."
            yield ((f"{key}.to", problem, remedy), ("service.leave_alone", problem, remedy))
        elif policy.for_project(route.site, route.project).service.mode is Mode.OBSERVE:
            problem = f"{route.to} is only observed, so no ticket goes there."
            remedy = f"Route to another place, or let the service write in {route.to}: mode advise or enforce."
            yield ((f"{key}.to", problem, remedy), ("service.mode", problem, remedy))


def wrong_destinations(policy: Policy) -> Iterator[Sides]:
    """Yield places that are not there or not for that audience (S27), and labels that would make an incident of a generated issue."""
    file = policy.destinations
    known = {place.id: place for place in file.places}
    steering = {
        normalise_label(label) for label in (*policy.severity.incident.labels, policy.severity.incident.adopt_label)
    }
    for issue in file.issues:
        key = f"destinations.issues.{issue.id}"
        for i, place_id in enumerate(issue.to):
            yield from refers(f"{key}.to[{i}]", place_id, known, "the places", "destinations.places")
            place = known.get(place_id)
            if place is not None and issue.audience not in place.audiences:
                problem = f"{place_id} is not for {issue.audience.value}, for whom {issue.id} is written."
                remedy = f"Publish it elsewhere, or add {issue.audience.value} to the audiences of {place_id}, if they are who reads there."
                yield (
                    (f"{key}.to[{i}]", problem, remedy),
                    (f"destinations.places.{place_id}.audiences", problem, remedy),
                )
        for i, label in enumerate(issue.labels):
            if normalise_label(label) in steering:
                problem = f"“{label}” makes an issue an incident."
                yield ((f"{key}.labels[{i}]", problem, "Choose a label that nothing else uses."),)
