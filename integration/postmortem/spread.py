"""Where incidents come up, and come up again: recurring causes, clients, kinds of project, launches. Figures → statements. Pure.

Each count stands beside its denominator: the launches, and for how long its projects were governed; otherwise it is not comparable.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from integration.postmortem.shares import FEW, Place, Table
from integration.postmortem.writing.wording import count
from mappings.models import Policy

NO_LAUNCH_SINCE = timedelta(days=90)
SHOWN = 10
"""Recurring causes that are listed."""
RATES = ("Incidents", "Near-misses", "Launches", "Incidents per launch", "Days governed", "Incidents in 30 days")
"""Columns of a table of places."""


@dataclass(frozen=True)
class Recurring:
    """A structured cause (category, sub-category, affected system) of incidents of the window that more than one incident had by its end.

    ``incidents`` are those of the window, ``earlier`` those before it. ``system`` is as people wrote it, folded; empty where it may not be told.
    """

    category: str
    sub_category: str
    system: str
    incidents: int
    earlier: int


@dataclass(frozen=True)
class Client:
    """Incidents of a client, near-misses among them apart."""

    name: str
    incidents: int
    near_misses: int


@dataclass(frozen=True)
class Spread:
    """What is counted of places. ``clients`` are those of incidents; ``launched`` maps a project to when its latest launch issue was opened.

    ``by_client`` and ``by_kind`` are made of the projects as the mapping sorts them, ``unlaunched`` are projects with a client and no launch lately.
    """

    recurring: tuple[Recurring, ...] = ()
    clients: tuple[Client, ...] = ()
    launched: Mapping[str, datetime] = field(default_factory=dict)
    by_client: tuple[Place, ...] = ()
    by_kind: tuple[Place, ...] = ()
    unlaunched: tuple[str, ...] = ()


def sorted_spread(spread: Spread, places: Iterable[Place], policy: Policy, as_of: datetime) -> Spread:
    """Sort projects by client and by kind, as the mapping of each says."""
    found = [(place, policy.for_project(*place.name.split(":", 1))) for place in places]
    by_kind: dict[str, list[Place]] = {}
    by_client: dict[str, list[Place]] = {}
    unlaunched: list[str] = []
    for place, holds in found:
        if holds.learning.kind_of_project:
            by_kind.setdefault(holds.learning.kind_of_project, []).append(place)
        if holds.service.client:
            by_client.setdefault(holds.service.client, []).append(place)
            since = spread.launched.get(place.name)
            if since is None or since < as_of - NO_LAUNCH_SINCE:
                unlaunched.append(place.name)
    return replace(
        spread,
        by_kind=tuple(_together(kind, of) for kind, of in sorted(by_kind.items())),
        by_client=_clients(spread.clients, by_client),
        unlaunched=tuple(unlaunched),
    )


def _together(name: str, places: Iterable[Place]) -> Place:
    of = tuple(places)
    return Place(
        name,
        sum(each.incidents for each in of),
        sum(each.near_misses for each in of),
        sum(each.days for each in of),
        sum(each.launches for each in of),
    )


def _clients(counted: Iterable[Client], places: Mapping[str, list[Place]]) -> tuple[Place, ...]:
    """Incidents are those that name the client; days and launches those of the projects that the mapping gives to it."""
    known = {each.name: each for each in counted}
    found = []
    for name in sorted(known.keys() | places.keys()):
        of, mine = known.get(name, Client(name, 0, 0)), _together(name, places.get(name, ()))
        found.append(Place(name, of.incidents, of.near_misses, mine.days, mine.launches))
    return tuple(found)


def spread_statements(now: Spread) -> Iterator[str]:
    """Yield what can be said, nothing about what has no figure."""
    if now.recurring:
        first = now.recurring[0]
        again = count(len(now.recurring), "cause was", "causes were")
        yield (
            f"{again} named before, or more than once: most often {called(first)}, in {count(first.incidents, 'incident', 'incidents')} "
            f"of this time and {first.earlier} before it. Whether it is the same is for people to say."
        )
    if now.unlaunched:
        number = count(len(now.unlaunched), "project has", "projects have")
        yield (
            f"{number} a client and no launch issue in the last 90 days: {', '.join(now.unlaunched)}. "
            "Without one, nobody is told the lessons before something goes live."
        )


def spread_tables(now: Spread) -> tuple[Table, ...]:
    """Return the tables behind the statements."""
    return (
        Table(
            "Recurring causes",
            ("Cause", "Incidents", "Earlier incidents"),
            tuple((called(each), str(each.incidents), str(each.earlier)) for each in now.recurring[:SHOWN]),
        ),
        Table("Clients", ("Client", *RATES), tuple(map(row_of, now.by_client))),
        Table("Kinds of project", ("Kind", *RATES), tuple(map(row_of, now.by_kind))),
    )


def row_of(place: Place) -> tuple[str, ...]:
    """Return the cells of a place: counts, and the rates that there are."""
    counts = (str(place.incidents), str(place.near_misses), str(place.launches), place.per_launch)
    few = " (few)" if place.rate[0].isdigit() and 0 < place.incidents < FEW else ""
    return (place.name, *counts, str(place.days), f"{place.rate}{few}")


def called(cause: Recurring) -> str:
    """Return a structured cause in words."""
    sort = " · ".join(part for part in (cause.category or "no category", cause.sub_category.replace("_", " ")) if part)
    return f"{sort} in {cause.system}" if cause.system else sort
