"""The write budget: never more than the tracker allows in any window, whoever spends; with reserves for what matters most."""

import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.errors import RateLimited
from integration.postmortem.commands import Share
from integration.settings import Settings
from integration.work.attaching import attach
from integration.work.budget import GITHUB, JIRA, WriteBudget

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def spend(
    budget: WriteBudget, at: datetime, share: Share = Share.GATE, site: str = "github", issue: str = "1"
) -> datetime | None:
    """Spend one write; return ``None``, or the instant from which there is room."""
    try:
        budget.spend(site, issue, share, at)
    except RateLimited as limited:
        return limited.until
    return None


def most_in_any_window(spent: list[float], window: float) -> int:
    """Return the greatest number of writes in a window that is open at its end."""
    return max((sum(begin <= at < begin + window for at in spent) for begin in spent), default=0)


@given(
    gaps=st.lists(st.floats(0, 30), min_size=1, max_size=200),
    shares=st.lists(st.sampled_from(list(Share)), min_size=1, max_size=20),
    limits=st.sampled_from([("github", GITHUB), ("jira", JIRA)]),
    hurry=st.sampled_from([1.0, 0.05, 0.001]),
)
@settings(max_examples=40, deadline=None)
def test_no_window_ever_holds_more_than_the_tracker_allows(
    valkey_dir: Path,
    gaps: list[float],
    shares: list[Share],
    limits: tuple[str, tuple[tuple[float, int], ...]],
    hurry: float,
) -> None:
    client = attach(Settings.load({"FOLLOWTHROUGH_DATA_DIR": str(valkey_dir)}, env_file=None))
    client.flushdb()
    budget, at, spent = WriteBudget(client), NOW, []
    for n, gap in enumerate(gaps * 3):
        at += timedelta(seconds=gap * hurry)
        if spend(budget, at, shares[n % len(shares)], limits[0]) is None:
            spent.append(at.timestamp())
    for window, most in limits[1]:
        assert most_in_any_window(spent, window) <= most
    client.close()


@pytest.mark.parametrize(
    ("share", "a_minute"), [(Share.GATE, 80), (Share.TICKET, 64), (Share.COMMENT, 48), (Share.GENERATED, 32)]
)
def test_each_kind_of_write_may_use_its_part(client: "redis.Redis", share: Share, a_minute: int) -> None:
    budget = WriteBudget(client)
    spent = [spend(budget, NOW, share) for _ in range(100)]
    assert spent.count(None) == a_minute


def test_gates_have_what_comments_and_tickets_must_leave(client: "redis.Redis") -> None:
    budget = WriteBudget(client)
    while spend(budget, NOW, Share.COMMENT) is None:
        pass
    while spend(budget, NOW, Share.TICKET) is None:
        pass
    assert [spend(budget, NOW, Share.GATE) for _ in range(17)].count(None) == 16
    assert spend(budget, NOW, Share.GENERATED) == NOW + timedelta(minutes=1)


def test_it_says_when_there_is_room_again_and_then_there_is(client: "redis.Redis") -> None:
    budget = WriteBudget(client)
    for n in range(80):
        assert spend(budget, NOW + timedelta(milliseconds=100 * n)) is None
    until = spend(budget, NOW + timedelta(seconds=10))
    assert until is not None
    assert abs(until - (NOW + timedelta(minutes=1))) < timedelta(milliseconds=1)
    assert spend(budget, until - timedelta(milliseconds=5)) is not None
    assert spend(budget, until + timedelta(microseconds=1)) is None
    assert spend(budget, until + timedelta(microseconds=2)) is not None, "only the first of them has left the window"


def test_a_lower_part_waits_until_enough_has_left_the_window(client: "redis.Redis") -> None:
    budget = WriteBudget(client)
    for n in range(60):
        assert spend(budget, NOW + timedelta(seconds=n / 10)) is None
    until = spend(budget, NOW + timedelta(seconds=10), Share.COMMENT)
    assert until is not None, "48 may be used, 60 were: the first 13 have to go"
    assert abs(until - (NOW + timedelta(seconds=61.2))) < timedelta(milliseconds=1)
    assert spend(budget, until + timedelta(microseconds=1), Share.COMMENT) is None


def test_the_hour_holds_when_every_minute_has_room(client: "redis.Redis") -> None:
    budget = WriteBudget(client)
    spent = [spend(budget, NOW + timedelta(seconds=n)) for n in range(600)]
    assert spent.count(None) == 500
    until = spent[500]
    assert until is not None
    assert abs(until - (NOW + timedelta(hours=1))) < timedelta(milliseconds=1)


def test_what_is_refused_takes_nothing(client: "redis.Redis") -> None:
    budget = WriteBudget(client)
    for _ in range(200):
        spend(budget, NOW, Share.GENERATED)
    assert budget.left("github", NOW) == 80 - 32


def test_jira_counts_per_issue(client: "redis.Redis") -> None:
    budget = WriteBudget(client)
    assert [spend(budget, NOW, site="jira", issue="1") for _ in range(25)].count(None) == 20
    assert spend(budget, NOW, site="jira", issue="2") is None
    assert spend(budget, NOW) is None, "and GitHub has its own"


def _spend_many(folder: str, count: int, answers: "multiprocessing.Queue[list[float]]") -> None:
    client = attach(Settings.load({"FOLLOWTHROUGH_DATA_DIR": folder}, env_file=None))
    budget, spent = WriteBudget(client), []
    for _ in range(count):
        now = datetime.now(UTC)
        if spend(budget, now) is None:
            spent.append(now.timestamp())
    answers.put(spent)


def test_four_processes_together_spend_no_more_than_one(valkey_dir: Path, client: "redis.Redis") -> None:
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[list[float]] = context.Queue()
    spenders = [context.Process(target=_spend_many, args=(str(valkey_dir), 60, answers)) for _ in range(4)]
    for spender in spenders:
        spender.start()
    spent = [at for _ in spenders for at in answers.get(timeout=60)]
    for spender in spenders:
        spender.join()
    assert most_in_any_window(spent, 60) == 80
