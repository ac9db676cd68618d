"""However deliveries go astray and whatever a tracker does wrong, the story ends as it does on a quiet day: no second ticket, no second comment."""

import itertools
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from integration.sandbox.faults import Fault, Misbehaviour
from integration.wakeups import INBOX
from integration.work.jobs import run
from integration.work.sweeping import sweep_project
from tests.e2e.stage import Stage, stage
from tests.e2e.story import ON, Told, a_place, steps, tell

SITES = ("github", "jira")
WRITING = re.compile(r"^(POST|PUT|PATCH|DELETE) (?!.*(/search|/search/jql|/permissions/project|/graphql)$)")
FAULTS = {
    "the answer is lost after the deed": Fault("lose", after_deed=True),
    "503 after the deed": Fault("fail", 503, after_deed=True),
    "502 before the deed": Fault("fail", 502),
    "429 with Retry-After": Fault("limit", 429, retry_after=30),
}


@pytest.fixture(scope="module")
def service() -> Iterator[Stage]:
    """One service for all stories; each is told in a place of its own."""
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    with stage(folder) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def quiet(service: Stage) -> dict[str, tuple[Any, ...]]:
    """How the story ends on a quiet day, by tracker."""
    ends = {}
    for site in SITES:
        told = ON[site](service, a_place(service, site))
        tell(told)
        ends[site] = told.state()
    return ends


def misbehaviour(service: Stage, site: str) -> Misbehaviour:
    return service.github.misbehave if site == "github" else service.jira.misbehave


def work(service: Stage) -> None:
    """Let workers work on what has arrived, without waiting for what is held back."""
    service.parts.engine.outstanding.release_due(service.clock().timestamp())
    while (taken := service.parts.client.lpop(INBOX)) is not None:
        run(service.parts.engine, taken.decode())  # type: ignore[union-attr]


def sweep(service: Stage, told: Told) -> None:
    """Ask the tracker what changed in the place of the story."""
    engine = service.parts.engine
    sweep_project(engine, engine.trackers[told.site], told.site, told.place)


def settle_in_time(service: Stage) -> None:
    """Let time pass until nothing is put off any more."""
    for _ in range(12):
        service.settle()
        if service.parts.engine.outstanding.count() == 0:
            return
        service.clock.forward(seconds=70)
    raise AssertionError("something stays outstanding")


fates = st.lists(
    st.tuples(
        st.sampled_from(["at once", "kept back", "kept back for long"]),
        st.sampled_from(["kept", "reversed", "shuffled"]),
        st.integers(0, 999),
    ),
    min_size=10,
    max_size=10,
)


@pytest.mark.parametrize("site", SITES)
@given(fates=fates, drop=st.sampled_from([0.0, 0.3, 1.0]), double=st.sampled_from([0.0, 0.5]), seed=st.integers(0, 999))
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # A story takes seconds: shrinking one would take an hour.
)
def test_deliveries_that_are_doubled_dropped_or_reordered_change_nothing(
    service: Stage,
    quiet: dict[str, tuple[Any, ...]],
    site: str,
    fates: list[tuple[str, Any, int]],
    drop: float,
    double: float,
    seed: int,
) -> None:
    service.clock.forward(seconds=3700)  # Each story finds the limits of both trackers unused.
    told, misbehave = ON[site](service, a_place(service, site)), misbehaviour(service, site)
    misbehave.at_random(seed, drop=drop, double=double)
    for step, (when, order, shuffled) in zip(steps(told), fates, strict=True):
        if when != "at once" and not misbehave.holds_hooks:
            misbehave.hold()
        step()
        if when == "kept back for long":
            sweep(service, told)
            work(service)
            continue
        misbehave.release(order, shuffled)
        service.settle()
        sweep(service, told)
        service.settle()
    misbehave.clear()
    settle_in_time(service)
    assert told.state() == quiet[site]
    writes = service.writes()
    sweep(service, told)
    service.settle()
    assert service.writes() == writes, "and looking again finds nothing to do"


@dataclass
class AtOurWrite:
    """Lets our own k-th write go wrong, and tells which one that was. People act while nobody works, so writes during work are ours."""

    misbehave: Misbehaviour
    k: int
    fault: Fault
    working: bool = False
    hit: str = ""
    _count: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self._take: Callable[[str, str], Fault | None] = self.misbehave.take

    def take(self, method: str, path: str) -> Fault | None:
        """Stand in for :meth:`Misbehaviour.take`."""
        asked = f"{method} {path}"
        if self.working and WRITING.match(asked) and next(self._count) == self.k:
            self.hit = asked
            return self.fault
        return self._take(method, path)


def tell_with(service: Stage, site: str, at: AtOurWrite, monkeypatch: pytest.MonkeyPatch) -> Told:
    service.clock.forward(seconds=3700)  # Each story finds the limits of both trackers unused.
    told = ON[site](service, a_place(service, site))
    with monkeypatch.context() as patched:
        patched.setattr(at.misbehave, "take", at.take)
        for step in steps(told):
            at.working = False
            step()
            at.working = True
            settle_in_time(service)
    return told


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("fault", FAULTS)
def test_whichever_of_our_writes_goes_wrong_the_story_ends_the_same(
    service: Stage, quiet: dict[str, tuple[Any, ...]], site: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A lost answer is the hardest case and is tried at every write, the others at every third.
    for k in itertools.count(1, 1 if FAULTS[fault].kind == "lose" else 3):
        at = AtOurWrite(misbehaviour(service, site), k, FAULTS[fault])
        told = tell_with(service, site, at, monkeypatch)
        assert told.state() == quiet[site], f"write {k}: {at.hit}"
        if not at.hit:
            break
    assert k > 10, "the story has more writes than that"


@pytest.mark.parametrize("site", SITES)
def test_an_assignee_who_is_refused_leads_to_one_ticket_and_a_finding(service: Stage, site: str) -> None:
    service.clock.forward(seconds=3700)  # Each story finds the limits of both trackers unused.
    told, misbehave = ON[site](service, a_place(service, site)), misbehaviour(service, site)
    misbehave.refuse_assignee("omar")
    tell(told)
    writes = service.writes()
    for _ in range(3):
        sweep(service, told)
        service.settle()
    misbehave.accept_assignee("omar")
    assert service.writes() == writes, "nothing is tried over and over"
    titles = [issue[0] for issue in told.state()]
    assert len(titles) == len(set(titles))
    assert any("Alert when a recalled product" in title for title in titles) or "omar" in str(told.state()).lower()
