"""What was seen at a place where the service writes issues of its own → its line: can one be opened, and do only those read it for whom it is? Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from integration.doctor.lines import Line, advice, failed, passed
from integration.trackers.examination import Examined
from mappings.models import Policy

# Rights of the other work: a published issue belongs to nobody and hangs on none.
NOT_NEEDED = ("ASSIGN_ISSUES", "LINK_ISSUES")


@dataclass(frozen=True)
class Destination:
    """A place where issues are published, as ``site:project``, with who reads there, the kinds of issues, and those of them kept from the public."""

    project: str
    audiences: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    only_private: frozenset[str] = frozenset()


def destinations(policy: Policy) -> tuple[Destination, ...]:
    """Return where anything is published, by the files for all and those for single projects, in the order of their names."""
    found: dict[str, Destination] = {}
    for file in (policy.destinations, *(entry.policy.destinations for entry in policy.projects)):
        for place in file.places:
            kinds = [issue for issue in file.issues if place.id in issue.to]
            known = found.get(place.project, Destination(place.project))
            found[place.project] = Destination(
                place.project,
                known.audiences | {audience.value for audience in place.audiences},
                known.kinds | {issue.id for issue in kinds},
                known.only_private | {issue.id for issue in kinds if issue.only_private},
            )
    return tuple(found[project] for project in sorted(found) if found[project].kinds)


def judge_destination(destination: Destination, seen: Examined) -> Iterable[Line]:
    """Say what keeps the service from publishing there, or who reads what it publishes."""
    where, kinds = seen.place, _listed(destination.kinds)
    lacking = [r for r in seen.rights if r.is_held is False and r.is_required and r.name not in NOT_NEEDED]
    if seen.is_archived:
        yield failed(
            "destination",
            f"It is archived, so nothing is published: {kinds}.",
            "Unarchive it, or name another place in destinations.yaml.",
            where,
        )
        return
    for right in lacking:
        says = f"Our account lacks {right.name}, so nothing is published: {kinds}."
        yield failed("destination", says, f"Give {seen.account.called} this right on {seen.place}.", where)
    if seen.is_public and destination.only_private:
        says = f"Everybody can read it, so these are not published: {_listed(destination.only_private)}."
        remedy = "Make it private, or name a private place in destinations.yaml."
        yield failed("destination", says, remedy, where)
    elif seen.is_public:
        says = f"Everybody can read what is published there: {kinds}."
        yield advice("destination", says, "Name a private place in destinations.yaml, unless that is meant.", where)
    elif not lacking:
        readers = _listed(destination.audiences)
        yield passed("destination", f"Published there for {readers}: {kinds}. Only people with access read it.", where)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in sorted(names))
