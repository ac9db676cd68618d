"""What a worker executes, who schedules, and which policy is in force."""

import shutil
import time
from pathlib import Path

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer

from integration.errors import ConfigError
from integration.work.policies import PolicyKeeper
from integration.work.scheduler import LEASE, Scheduler
from integration.work.worker import QUEUE, LookWorker, looks_queue
from tests.e2e.stage import Stage

MAPPINGS = Path(__file__).parents[2] / "mappings"


def test_a_json_job_that_names_os_system_does_not_run(client: "redis.Redis", tmp_path: Path) -> None:
    evidence = tmp_path / "ran"
    queue = Queue(QUEUE, connection=client, serializer=JSONSerializer)
    job = queue.enqueue("os.system", f"touch {evidence}")
    LookWorker([looks_queue(client)], connection=client, serializer=JSONSerializer).work(burst=True)
    assert not evidence.exists()
    assert client.exists(job.key) == 0


def test_a_look_that_names_a_callback_does_not_run(client: "redis.Redis", tmp_path: Path) -> None:
    queue = looks_queue(client)
    job = queue.enqueue("integration.work.jobs.look_at", "github:1")
    client.hset(job.key, "failure_callback_name", "os.system")
    LookWorker([queue], connection=client, serializer=JSONSerializer).work(burst=True)
    assert client.exists(job.key) == 0


def test_of_two_schedulers_one_works_and_the_other_takes_over_when_it_is_gone(service: Stage) -> None:
    first, second = (Scheduler(service.parts.engine, service.parts.client) for _ in range(2))
    assert first.tick()
    assert not second.tick()
    service.parts.client.delete(LEASE)  # What becomes of a lease whose holder was killed, once it has run out.
    assert second.tick()
    assert not first.tick()


def test_a_case_that_is_due_is_woken_once(service: Stage) -> None:
    service.github.as_person("dana").open_issue("acme/shop", "Wrong answers", "", labels=["incident", "sev2"])
    service.settle()
    case = service.parts.engine.ledger.open_cases("github")[0]
    service.parts.engine.ledger.postpone(case, service.clock())
    scheduler = Scheduler(service.parts.engine, service.parts.client)
    time.sleep(0.01)
    scheduler.tick()
    scheduler.tick()
    assert service.settle() == ["unchanged"]


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    """A folder of mappings that a test may edit."""
    copy = tmp_path / "mappings"
    shutil.copytree(MAPPINGS, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def test_a_good_edit_takes_effect_without_a_restart_and_a_weaker_one_is_audited(service: Stage, mappings: Path) -> None:
    ledger = service.parts.engine.ledger
    keeper = PolicyKeeper(ledger, mappings, service.clock)
    keeper.publish()
    before = keeper.in_force().stamp
    remediation = mappings / "remediation.yaml"
    remediation.write_text(remediation.read_text().replace("rounds: 3", "rounds: 1"))
    assert keeper.publish()
    assert keeper.in_force().stamp != before
    assert keeper.in_force().policy.remediation.reopening.rounds == 1
    assert ledger.verify_audit().ok


def test_a_broken_edit_is_refused_with_its_place_and_the_last_good_one_stays_in_force(
    service: Stage, mappings: Path
) -> None:
    ledger = service.parts.engine.ledger
    keeper = PolicyKeeper(ledger, mappings, service.clock)
    keeper.publish()
    before = keeper.in_force().stamp
    clocks = mappings / "clocks.yaml"
    clocks.write_text(clocks.read_text().replace("zone:", "zoen:"))
    assert not keeper.publish()
    rejection = ledger.last_rejection()
    assert rejection is not None
    assert "clocks.yaml" in rejection.errors[0]
    assert "zoen" in rejection.errors[0]
    assert keeper.in_force().stamp == before
    assert not PolicyKeeper(ledger, mappings, service.clock).publish()  # A restart changes nothing.
    assert PolicyKeeper(ledger, mappings, service.clock).in_force().stamp == before


def test_a_first_start_with_broken_mappings_stops_with_the_list(folder: Path, mappings: Path, service: Stage) -> None:
    (mappings / "clocks.yaml").write_text("zoen: UTC\n")
    ledger = service.parts.engine.ledger
    empty = PolicyKeeper(_NothingPublished(ledger), mappings, service.clock)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=r"clocks\.yaml"):
        empty.publish()


class _NothingPublished:
    """A ledger in which no policy was ever published."""

    def __init__(self, ledger: object) -> None:
        self._ledger = ledger

    def active_policy(self) -> None:
        return None

    def __getattr__(self, name: str) -> object:
        return getattr(self._ledger, name)
