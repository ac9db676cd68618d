"""Looks at everything that ``doctor`` looks at, several things at a time; what fails or hangs in one place hides nothing elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from integration.bootstrap import connect_trackers
from integration.doctor import own
from integration.doctor.destinations import destinations, judge_destination
from integration.doctor.judging import judge_place, renamed
from integration.doctor.lines import Line, failed, passed, unknown
from integration.doctor.routes import destined, judge_route
from integration.errors import ConfigError, TrackerError
from integration.settings import Settings
from integration.trackers.base import Tracker
from integration.trackers.examination import Examined, Examines
from mappings.errors import MappingErrors
from mappings.loading import load_policy
from mappings.models import Policy

LIMIT = 60.0  # seconds for one thing; the trackers' clients give up after 20 by themselves
MOST_PLACES = 20  # repositories and projects that are looked at without being named


@dataclass(frozen=True)
class Task:
    """One thing to look at, by the ``name`` of its line and the words that show what is going on."""

    name: str
    title: str
    look: Callable[[], tuple[Line, ...]]
    place: str = ""


def tasks(settings: Settings, places: tuple[tuple[str, str], ...], now: Callable[[], datetime]) -> tuple[Task, ...]:
    """Return what to look at on this machine and at the trackers. ``places`` are pairs of site and project; none: those in scope."""
    ours = (
        Task("settings", "settings", lambda: own.of_settings(settings, now())),
        Task("mappings", "mappings", lambda: own.of_mappings(settings)),
        Task("redis", "Redis and processes", lambda: own.of_redis(settings, now())),
        Task("processes", "the receiver", lambda: own.of_receiver(settings)),
        Task("database", "the ledger", lambda: own.of_ledger(settings)),
    )
    try:
        policy = load_policy(settings.mappings_dir).policy
        trackers = connect_trackers(settings, settings.signing_key(), now)
    except MappingErrors:
        return ours  # Their line says so; without a policy nobody knows which fields and labels are used.
    except ConfigError as error:
        return (*ours, _said(failed("connection", error.message, error.remedy), "the trackers"))
    beyond = _of_named_places(settings, trackers, policy, places)
    return (*ours, *_of_trackers(settings, trackers, policy, places, now), *beyond)


def _of_trackers(
    settings: Settings,
    trackers: Mapping[str, Tracker],
    policy: Policy,
    places: tuple[tuple[str, str], ...],
    now: Callable[[], datetime],
) -> Iterator[Task]:
    for site, tracker in trackers.items():
        named = tuple(project for where, project in places if where == site)
        if places and not named:
            continue
        try:
            chosen = named or _in_scope(settings, site, tracker)
        except TrackerError as error:
            line = failed("connection", f"{site} does not let us in, or does not answer: {error}", _remedy(site))
            yield _said(line, site)
            continue
        if not chosen:
            says = f"Our account may write nowhere on {site}."
            line = failed(
                "connection", says, "Give it the right on a repository or project, or set FOLLOWTHROUGH_SCOPE."
            )
            yield _said(line, site)
        for project in chosen[:MOST_PLACES]:
            yield _governed(tracker, project, policy, now)
        if len(chosen) > MOST_PLACES:
            says = f"{len(chosen) - MOST_PLACES} further places of {site} were not looked at."
            line = unknown("connection", says, "Name one with --place.")
            yield _said(line, site)


@dataclass(frozen=True)
class _Beyond:
    """A place that a mapping names beside those that are governed: the line's ``name``, how the mapping uses it, and who judges what was seen there."""

    name: str
    project: str
    uses: str
    otherwise: str
    title: str
    judge: Callable[[Examined], Iterable[Line]]


def _named_places(policy: Policy) -> Iterator[_Beyond]:
    for place in destinations(policy):
        uses, title = "destinations.yaml publishes there", f"{place.project} as a destination"
        judge = partial(judge_destination, place)
        yield _Beyond("destination", place.project, uses, "name another place", title, judge)
    for goal in destined(policy):
        uses, title = "A route of remediation.yaml leads there", f"{goal.project} for tickets"
        yield _Beyond("route", goal.project, uses, "change the route", title, partial(judge_route, goal))


def _of_named_places(
    settings: Settings, trackers: Mapping[str, Tracker], policy: Policy, places: tuple[tuple[str, str], ...]
) -> Iterator[Task]:
    for each in _named_places(policy):
        site, _, name = each.project.partition(":")
        if places and (site, name) not in places:
            continue
        if site not in trackers:
            says = f"{each.uses}, and {site} is not set up."
            yield _said(failed(each.name, says, f"Set up {site}, or {each.otherwise}.", each.project), each.project)
        elif settings.scope_allows(site, name) is False:
            says = f"{each.uses}, and FOLLOWTHROUGH_SCOPE does not allow it."
            remedy = f"Add it to FOLLOWTHROUGH_SCOPE, or {each.otherwise}."
            yield _said(failed(each.name, says, remedy, each.project), each.project)
        else:
            looking = _looking(trackers[site], name, policy, each.name, each.project, each.judge)
            yield Task(each.name, each.title, looking, each.project)


def _said(line: Line, title: str) -> Task:
    return Task(line.name, title, lambda: (line,))


def _governed(tracker: Tracker, project: str, policy: Policy, now: Callable[[], datetime]) -> Task:
    """Look at a place that is governed: whether it answers, is still called so, and lets us do all that we have to."""
    title = f"{tracker.site}:{project}"

    def judge(seen: Examined) -> Iterator[Line]:
        yield passed("connection", f"{seen.capabilities.server} answers, and knows us.", seen.place)
        yield from renamed(seen, project)
        yield from judge_place(seen, policy, now())

    return Task("connection", title, _looking(tracker, project, policy, "connection", title, judge), title)


def _looking(
    tracker: Tracker, project: str, policy: Policy, name: str, place: str, judge: Callable[[Examined], Iterable[Line]]
) -> Callable[[], tuple[Line, ...]]:
    """Return what examines a project and judges what was seen; a tracker that does not answer is one failed line of that ``name``."""

    def look() -> tuple[Line, ...]:
        if not isinstance(tracker, Examines):
            return ()
        try:
            seen = tracker.examine(project, policy)
        except TrackerError as error:
            return (failed(name, str(error), _remedy(tracker.site), place),)
        return tuple(judge(seen))

    return look


def _remedy(site: str) -> str:
    variables = "GITHUB_TOKEN or the App's key" if site == "github" else "JIRA_URL, JIRA_USER and JIRA_TOKEN"
    return f"Check the name of the place, {variables}, and that this machine reaches the tracker."


def _in_scope(settings: Settings, site: str, tracker: Tracker) -> tuple[str, ...]:
    """Return the places that the scope names one by one, else those that our account may write to and the scope allows."""
    named = [entry.partition(":")[2] for entry in settings.scope or () if entry.startswith(f"{site}:")]
    if named and not any("*" in each or "?" in each for each in named):
        return tuple(named)
    found = sorted(tracker.in_scope())
    return tuple(each for each in found if settings.scope_allows(site, each) is not False)


def examine(wanted: tuple[Task, ...], done: Callable[[Task], None] = lambda _: None) -> tuple[Line, ...]:
    """Do the tasks, at most four at a time, and return their lines in the order of the tasks; ``done`` is told of each."""
    pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="doctor")
    running = [(task, pool.submit(task.look)) for task in wanted]
    try:
        return tuple(line for task, future in running for line in _finished(task, future, done))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _finished(task: Task, future: "Future[tuple[Line, ...]]", done: Callable[[Task], None]) -> tuple[Line, ...]:
    try:
        return future.result(timeout=LIMIT)
    except TookTooLong:
        says = f"{task.title} did not answer within {LIMIT:.0f} s."
        return (failed(task.name, says, "Look at the network between here and there.", task.place),)
    except TrackerError as error:
        return (failed(task.name, str(error), "", task.place),)
    finally:
        done(task)
