"""One run of the load: everything that the Compose file starts, on sandboxes, while people do what they do, quietly or with faults and kills."""

import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import redis

from benchmarks.load.ends import ACCOUNT, End, end_of, most_in_windows
from benchmarks.load.harm import Faults, Killer, Memory
from benchmarks.load.people import PLACES, OnGitHub, OnJira, Size, deeds, place_of
from integration.work.counting import Counts
from tests import databases
from tests.e2e.composed import Composed, composed
from tests.e2e.stage import SECRET, TEAM

AT_ONCE = 200  # deeds whose deliveries are held back, and then sent in another order
SENT_AT_ONCE = 8  # deliveries that each tracker sends at the same time
MOST_WAITING = 1_000  # deliveries that are not sent yet before people go on
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What a run is: ``faults`` None is a quiet day. ``kill_every`` and ``longest`` (before it counts as hung) in seconds.

    ``calls_an_hour`` is what GitHub lets the account ask: 5,000 for a token, 15,000 for an App of an organisation on Enterprise Cloud.
    """

    size: Size
    seed: int
    timings: dict[str, str]
    faults: Faults | None = None
    kill_every: float = 20.0
    longest: float = 5_400.0
    calls_an_hour: int = 5_000


@dataclass
class Ran:
    """What came of a run. Times in seconds, memory in bytes; ``windows`` holds the most writes in any, and the limit."""

    end: tuple[End, ...] = ()
    deliveries: int = 0
    people: float = 0.0
    settled: float = 0.0
    looks: dict[str, int] = field(default_factory=dict)
    alarms: dict[str, int] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    windows: dict[str, tuple[int, int]] = field(default_factory=dict)
    kills: dict[str, int] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def run(plan: Plan, tell: Tell) -> Ran:
    """Run once and return what came of it. Raises ``AssertionError`` where it does not settle in time."""
    with ExitStack() as running:
        uri = running.enter_context(databases.server())
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="ft")))
        database = databases.new_database(uri)
        service = running.enter_context(composed(folder, database, plan.timings, _places))
        service.github.limits.an_hour = plan.calls_an_hour
        for sandbox in (service.github, service.jira):
            sandbox.hooks.stop()
            sandbox.hooks.at_once = SENT_AT_ONCE
            sandbox.hooks.start()
        memory = Memory(service)
        memory.start()
        running.callback(memory.stop)
        _introduce(service)
        _wait(service, plan, tell, "introduced")
        killer = Killer(service, database, plan.kill_every)
        if plan.faults:
            plan.faults.begin(service, plan.seed)
            killer.start()
        ran, began = Ran(), time.monotonic()
        _let_people(plan, service, tell)
        ran.people = time.monotonic() - began
        if plan.faults:
            killer.stop()
            _wait(service, plan, tell, "drained")
            service.github.misbehave.clear()
            service.jira.misbehave.clear()
        _sweep(service, plan, tell)
        ran.settled = time.monotonic() - began
        ran.kills, ran.memory = dict(killer.kills), memory.most
        _read(service, ran)
        return ran


def _places(service: Composed) -> None:
    """Add the repositories and projects; GitHub's deliveries go to either receiver, Jira's to the second."""
    urls = [f"http://{service.environments[f'receiver {n}']['FOLLOWTHROUGH_BIND']}/webhooks" for n in (1, 2)]
    service.jira.add_webhook(f"{urls[1]}/jira", SECRET)
    for number in range(PLACES):
        repository, project = place_of("github", number), place_of("jira", number)
        service.github.add_repository(repository, roles={**TEAM, "followthrough": "admin"})
        service.github.add_hook(repository, f"{urls[number % 2]}/github", SECRET)
        service.jira.add_project(project, project, "gina", roles=dict.fromkeys((*TEAM, "followthrough"), "member"))


def _introduce(service: Composed) -> None:
    """Let the service hear of every place once: the sweep knows only those from which a delivery came."""
    for number in range(PLACES):
        OnGitHub(service.github, place_of("github", number)).open("Hello", ())
        OnJira(service.jira, place_of("jira", number)).open("Hello", ())


def _let_people(plan: Plan, service: Composed, tell: Tell) -> None:
    """Do the deeds. On a quiet day all has settled before the next wave; else nobody waits, and deliveries arrive in another order."""
    senders, told = (service.github.hooks, service.jira.hooks), time.monotonic()
    waves = deeds(plan.size, service.github, service.jira, plan.seed)
    whole, done = sum(map(len, waves)), 0
    for number, wave in enumerate(waves):
        for start in range(0, len(wave), AT_ONCE):
            sandboxes = (service.github, service.jira) if plan.faults else ()
            for sandbox in sandboxes:
                sandbox.misbehave.hold()
            for deed in wave[start : start + AT_ONCE]:
                deed()
                done += 1
            for sandbox in sandboxes:
                sandbox.misbehave.release("shuffled", plan.seed + start)
            while sum(sender.waiting for sender in senders) > MOST_WAITING:
                time.sleep(0.05)
            if time.monotonic() - told > 15:
                told = time.monotonic()
                tell(f"{done:,} of {whole:,} deeds done, {service.outstanding():,} issues wait for a look")
        if not plan.faults:
            _wait(service, plan, tell, f"wave {number + 1} of {len(waves)}")


def _wait(service: Composed, plan: Plan, tell: Tell, what: str) -> None:
    """Wait until every delivery was sent and nothing is outstanding, three times in a row."""
    began = told = time.monotonic()
    quiet = 0
    while quiet < 3:
        assert time.monotonic() - began < plan.longest, f"{what}: {service.outstanding()} issues still wait for a look"
        is_quiet = service.github.hooks.wait_idle(5) and service.jira.hooks.wait_idle(5) and not service.outstanding()
        quiet = quiet + 1 if is_quiet else 0
        if time.monotonic() - told > 15:
            told = time.monotonic()
            tell(f"{what}: {service.outstanding():,} issues wait for a look")
        time.sleep(0.2)
    tell(f"{what}: settled after {time.monotonic() - began:.0f} s")


def _sweep(service: Composed, plan: Plan, tell: Tell) -> None:
    """Sweep both trackers once more, after people have ended and faults with them, and wait for what that found."""
    swept = service.run("sweep", patience=plan.longest)
    assert swept.returncode == 0, swept.stderr[-1000:]
    _wait(service, plan, tell, "after a sweep")


def _read(service: Composed, ran: Ran) -> None:
    ran.end = end_of(service.github, service.jira)
    ran.windows = most_in_windows(service.github, service.jira)
    ran.deliveries = sum(
        max((each.id for each in sandbox.hooks.deliveries), default=0) for sandbox in (service.github, service.jira)
    )
    for site, calls in (("github", service.github.calls), ("jira", service.jira.calls)):
        made = Counter(call.is_write for call in calls.of(account=ACCOUNT))
        again = sum(call.path.endswith("/attempts") for call in calls.of(account=ACCOUNT, writes_only=True))
        ran.calls |= {f"{site} reads": made[False], f"{site} writes": made[True] - again, f"{site} redeliveries": again}
    with redis.Redis.from_url(service.settings.redis_url) as client:
        counted = Counts(client).read().values
        ran.memory["valkey, data"] = int(client.info("memory")["used_memory_peak"])  # type: ignore[index]
    ran.looks = {name.split("|")[1]: int(count) for name, count in counted.items() if name.startswith("look|")}
    ran.alarms = {name.split("|")[1]: int(count) for name, count in counted.items() if name.startswith("alarm|")}
    verified = service.run("audit", "verify", "--json", patience=600)
    if verified.returncode != 0:
        ran.problems.append(f"audit verify: {verified.stdout[:300]}")
    if service.run("deliveries", "list", patience=600).returncode != 0:
        ran.problems.append("work is parked")
