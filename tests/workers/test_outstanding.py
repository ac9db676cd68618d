"""What is outstanding, on a real Valkey: coalescing, locks, putting off, sweeping; and that nothing wanted is ever lost."""

import time

import pytest
import redis
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from integration import wakeups
from integration.wakeups import WakeUp
from integration.work.outstanding import DUE, FAILURES, LOCK, Beginning, Outstanding

CASE, TICKET = "github:1", "github:2"
NOW = 1_795_000_000.0


def a_wakeup(object_: str = CASE, event: str = "issues") -> WakeUp:
    site, _, id_ = object_.partition(":")
    return WakeUp(site, id_, "acme/shop#1", event, NOW)


def inbox(client: "redis.Redis") -> list[str]:
    """Return what is queued, and take it from the queue, as a worker does."""
    taken: list[str] = []
    while (object_ := client.lpop(wakeups.INBOX)) is not None:
        taken.append(object_.decode())  # type: ignore[union-attr]
    return taken


@pytest.fixture
def outstanding(client: "redis.Redis") -> Outstanding:
    return Outstanding(client, lock_seconds=30, look_interval=0)


def test_many_wakeups_of_one_object_are_queued_once_and_counted(
    outstanding: Outstanding, client: "redis.Redis"
) -> None:
    for _ in range(5):
        outstanding.wake([a_wakeup()], NOW)
    outstanding.wake([a_wakeup(TICKET), a_wakeup()], NOW)
    assert inbox(client) == [CASE, TICKET]
    assert client.hgetall(wakeups.WANTED) == {CASE.encode(): b"6", TICKET.encode(): b"1"}
    assert outstanding.count() == 2


def test_a_look_covers_what_was_wanted_when_it_began(outstanding: Outstanding, client: "redis.Redis") -> None:
    outstanding.wake([a_wakeup()], NOW)
    outstanding.wake([a_wakeup()], NOW)
    begun = outstanding.begin(CASE, "one", NOW)
    assert (begun.how, begun.generation) == (Beginning.BEGUN, "2")
    assert outstanding.finish(CASE, "one", begun.generation, NOW)
    assert outstanding.count() == outstanding.queued() == 0
    assert outstanding.begin(CASE, "two", NOW).how is Beginning.NOTHING
    assert outstanding.wakeup(CASE) is None


def test_what_came_during_a_look_is_queued_at_its_end(outstanding: Outstanding, client: "redis.Redis") -> None:
    outstanding.wake([a_wakeup()], NOW)
    inbox(client)
    begun = outstanding.begin(CASE, "one", NOW)
    outstanding.wake([a_wakeup(event="later")], NOW)
    assert inbox(client) == [CASE], "a second worker is told at once"
    assert outstanding.begin(CASE, "two", NOW).how is Beginning.HELD, "and leaves, since the case is locked"
    outstanding.finish(CASE, "one", begun.generation, NOW)
    assert inbox(client) == [CASE]
    found = outstanding.wakeup(CASE)
    assert found is not None
    assert found.event == "later"
    assert outstanding.begin(CASE, "three", NOW).generation == "2"


def test_whoever_lost_the_lock_covers_frees_and_forgets_nothing(client: "redis.Redis") -> None:
    outstanding = Outstanding(client, lock_seconds=0.05, look_interval=0)
    outstanding.wake([a_wakeup()], NOW)
    begun = outstanding.begin(CASE, "slow", NOW)
    time.sleep(0.1)
    assert outstanding.begin(CASE, "quick", NOW).how is Beginning.BEGUN
    assert not outstanding.holds(CASE, "slow")
    assert not outstanding.finish(CASE, "slow", begun.generation, NOW)
    assert not outstanding.defer(CASE, "slow", NOW + 60)
    assert not outstanding.drop(CASE, "slow")
    assert outstanding.count() == 1
    assert client.get(LOCK + CASE) == b"quick"


def test_a_lock_that_is_renewed_does_not_run_out(client: "redis.Redis") -> None:
    outstanding = Outstanding(client, lock_seconds=0.3, look_interval=0)
    outstanding.wake([a_wakeup()], NOW)
    outstanding.begin(CASE, "slow", NOW)
    for _ in range(5):
        time.sleep(0.1)
        assert outstanding.holds(CASE, "slow")


def test_a_look_that_is_put_off_is_queued_when_its_time_has_come(
    outstanding: Outstanding, client: "redis.Redis"
) -> None:
    outstanding.wake([a_wakeup()], NOW)
    inbox(client)
    outstanding.begin(CASE, "one", NOW)
    assert outstanding.defer(CASE, "one", NOW + 60)
    assert outstanding.release_due(NOW + 59.9) == 0
    assert outstanding.sweep(NOW + 59.9, 0) == 0, "the sweeper leaves alone what waits"
    assert outstanding.release_due(NOW + 60) == 1
    assert inbox(client) == [CASE]
    assert outstanding.begin(CASE, "two", NOW + 60).generation == "1", "nothing was covered"


def test_a_delivery_brings_forward_what_was_put_off_for_a_budget(
    outstanding: Outstanding, client: "redis.Redis"
) -> None:
    outstanding.wake([a_wakeup()], NOW)
    inbox(client)
    outstanding.begin(CASE, "one", NOW)
    outstanding.defer(CASE, "one", NOW + 3600)
    outstanding.wake([a_wakeup(event="closed")], NOW + 1)
    assert inbox(client) == [CASE]
    assert outstanding.begin(CASE, "two", NOW + 1).how is Beginning.BEGUN


@pytest.mark.parametrize("ending", ["finish", "defer"])
def test_a_flood_of_deliveries_leads_to_one_look_per_interval(client: "redis.Redis", ending: str) -> None:
    outstanding = Outstanding(client, lock_seconds=30, look_interval=0.4)
    outstanding.wake([a_wakeup()], NOW)
    begun = outstanding.begin(CASE, "one", NOW)
    if ending == "finish":
        outstanding.finish(CASE, "one", begun.generation, NOW)
    else:
        outstanding.defer(CASE, "one", NOW + 0.01)
    for n in range(20):
        outstanding.wake([a_wakeup()], NOW)
        assert outstanding.begin(CASE, f"again {n}", NOW).how is Beginning.EARLY
    due = client.zscore(DUE, CASE)
    assert due is not None
    assert NOW < float(due) <= NOW + 0.4  # type: ignore[arg-type]
    inbox(client)
    time.sleep(0.4)
    assert outstanding.release_due(NOW + 0.4) == 1
    assert inbox(client) == [CASE]
    assert outstanding.begin(CASE, "later", NOW + 0.4).how is Beginning.BEGUN


def test_what_is_wanted_of_a_ticket_becomes_wanted_of_its_case(outstanding: Outstanding, client: "redis.Redis") -> None:
    outstanding.wake([a_wakeup(TICKET)], NOW)
    outstanding.wake([a_wakeup(TICKET)], NOW)
    assert outstanding.forward(TICKET, a_wakeup(CASE), NOW)
    assert not outstanding.forward(TICKET, a_wakeup(CASE), NOW), "there is nothing left of it"
    assert client.hgetall(wakeups.WANTED) == {CASE.encode(): b"1"}
    assert inbox(client) == [TICKET, CASE]
    assert outstanding.wakeup(TICKET) is None


def test_the_sweeper_queues_what_a_killed_worker_left(client: "redis.Redis") -> None:
    outstanding = Outstanding(client, lock_seconds=0.05, look_interval=0)
    outstanding.wake([a_wakeup()], NOW)
    inbox(client)
    outstanding.begin(CASE, "killed", NOW)
    assert outstanding.sweep(NOW, 60) == 0, "a live lock is respected"
    time.sleep(0.1)
    assert outstanding.sweep(NOW, 60) == 1
    assert outstanding.sweep(NOW, 60) == 0, "once"
    assert inbox(client) == [CASE]


def test_the_sweeper_queues_again_what_was_taken_from_the_queue_and_never_begun(
    outstanding: Outstanding, client: "redis.Redis"
) -> None:
    outstanding.wake([a_wakeup()], NOW)
    inbox(client)
    assert outstanding.sweep(NOW + 59, 60) == 0
    assert outstanding.sweep(NOW + 61, 60) == 1
    assert inbox(client) == [CASE]


def test_parked_work_is_forgotten_here_with_its_lock(outstanding: Outstanding, client: "redis.Redis") -> None:
    outstanding.wake([a_wakeup()], NOW)
    outstanding.begin(CASE, "one", NOW)
    assert outstanding.failed(CASE) == 1
    assert outstanding.failed(CASE) == 2
    assert outstanding.drop(CASE, "one")
    assert outstanding.count() == 0
    assert not client.exists(LOCK + CASE, FAILURES)


def test_a_look_that_went_well_ends_the_row_of_failures(outstanding: Outstanding) -> None:
    outstanding.wake([a_wakeup()], NOW)
    outstanding.failed(CASE)
    begun = outstanding.begin(CASE, "one", NOW)
    outstanding.finish(CASE, "one", begun.generation, NOW)
    assert outstanding.failed(CASE) == 1


@pytest.mark.parametrize("text", ["", "no json", '{"site": "elsewhere"}', "[]"])
def test_a_wakeup_that_cannot_be_read_is_forgotten(outstanding: Outstanding, client: "redis.Redis", text: str) -> None:
    client.hset(wakeups.WANTED, CASE, "1")
    client.hset(wakeups.WAKEUPS, CASE, text)
    assert outstanding.wakeup(CASE) is None
    assert outstanding.count() == 0


class Engine(RuleBasedStateMachine):
    """Receivers, workers and the sweeper in any order, beside a model: how much came per object, and how much of it finished looks have covered."""

    client: "redis.Redis"
    looks = Bundle("looks")

    @initialize()
    def begin_anew(self) -> None:
        self.client.flushdb()
        self.outstanding = Outstanding(self.client, lock_seconds=60, look_interval=0)
        self.now = NOW
        self.came: dict[str, int] = {}
        self.covered: dict[str, int] = {}
        self.queue: list[str] = []
        self.tokens = 0

    @rule(object_=st.sampled_from([CASE, TICKET, "jira:7"]))
    def something_comes(self, object_: str) -> None:
        self.outstanding.wake([a_wakeup(object_)], self.now)
        self.came[object_] = self.came.get(object_, 0) + 1

    @rule()
    def the_feeder_takes_one(self) -> None:
        taken = self.client.lpop(wakeups.INBOX)
        if taken is not None:
            self.queue.append(taken.decode())  # type: ignore[union-attr]

    @rule()
    def a_feeder_is_killed_with_what_it_took(self) -> None:
        self.client.lpop(wakeups.INBOX)

    @rule(target=looks)
    def a_worker_begins(self) -> tuple[str, str, str, int]:
        object_ = self.queue.pop(0) if self.queue else CASE
        self.tokens += 1
        seen = self.came.get(object_, 0)
        begun = self.outstanding.begin(object_, f"t{self.tokens}", self.now)
        return object_, f"t{self.tokens}" if begun.how is Beginning.BEGUN else "", begun.generation, seen

    @rule(look=consumes(looks))
    def a_look_ends(self, look: tuple[str, str, str, int]) -> None:
        object_, token, generation, seen = look
        if token and self.outstanding.finish(object_, token, generation, self.now):
            self.covered[object_] = max(self.covered.get(object_, 0), seen)

    @rule(look=consumes(looks), seconds=st.integers(0, 300))
    def a_look_is_put_off(self, look: tuple[str, str, str, int], seconds: int) -> None:
        if look[1]:
            self.outstanding.defer(look[0], look[1], self.now + seconds)

    @rule(look=consumes(looks))
    def a_worker_is_killed(self, look: tuple[str, str, str, int]) -> None:
        if look[1]:
            self.client.delete(LOCK + look[0])  # as its expiry does

    @rule(seconds=st.integers(1, 400))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds
        self.outstanding.release_due(self.now)
        self.outstanding.sweep(self.now, 60)

    @invariant()
    def nothing_wanted_is_lost(self) -> None:
        if not hasattr(self, "came"):
            return
        for object_, came in self.came.items():
            if came > self.covered.get(object_, 0):
                assert self.client.hexists(wakeups.WANTED, object_)
                assert self.outstanding.wakeup(object_) is not None

    def teardown(self) -> None:
        """When everything has ended, workers that go on cover whatever came."""
        if not hasattr(self, "came"):
            return
        for object_ in self.came:
            self.client.delete(LOCK + object_)
        for _ in range(3):
            self.now += 1000
            self.outstanding.release_due(self.now)
            self.outstanding.sweep(self.now, 60)
            for object_ in inbox(self.client):
                begun = self.outstanding.begin(object_, "last", self.now)
                if begun.how is Beginning.BEGUN:
                    assert self.outstanding.finish(object_, "last", begun.generation, self.now)
        assert self.outstanding.count() == self.outstanding.queued() == 0


def test_nothing_wanted_is_ever_lost_in_any_order_of_events(client: "redis.Redis") -> None:
    class OnThisValkey(Engine):
        pass

    OnThisValkey.client = client
    run_state_machine_as_test(OnThisValkey, settings=settings(max_examples=60, stateful_step_count=30, deadline=None))
