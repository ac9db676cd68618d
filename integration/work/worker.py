"""A worker process: takes objects from the inbox, gives them to RQ as jobs, and runs its jobs without forking (COSTS: a fork per job costs 280 ms).

Jobs are JSON, and only :func:`integration.work.jobs.look_at` is executed, whatever Redis says (SECURITY.md S21).
"""

import contextlib
import threading
from typing import Any

import redis
import structlog
from rq import Queue, SimpleWorker
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty

from integration import wakeups
from integration.work.beating import Heart

log = structlog.get_logger(__name__)
QUEUE = "followthrough-looks"
IDLE_SECONDS = 30  # An idle worker waits half of this for a job, and beats between two waits.
ALLOWED = frozenset({"integration.work.jobs.look_at"})
NO_CALLBACKS = ("_success_callback_name", "_failure_callback_name", "_stopped_callback_name")


def looks_queue(client: "redis.Redis") -> Queue:
    """Return the one queue of looks; one queue per worker process, or RQ loses jobs of killed workers (TRACKERS section 3)."""
    return Queue(QUEUE, connection=client, serializer=JSONSerializer)


def is_allowed(job: Job) -> bool:
    """Tell whether a job names a function of ours and nothing else to be called; reads names only, imports nothing."""
    return _called(job) in ALLOWED and not any(getattr(job, name, None) for name in NO_CALLBACKS)


def _called(job: Job) -> str:
    """Return the function that a job names; empty for data that cannot be read, which would end the worker that asks for it."""
    try:
        return str(job.func_name)
    except (DeserializationError, TypeError, ValueError):
        return ""


class LookWorker(SimpleWorker):
    """An RQ worker that refuses every job that is not a look, before anything that it names is imported."""

    death_penalty_class = TimerDeathPenalty
    heart: Heart | None = None

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Say to RQ, and to our own health check, that this worker goes on for at least ``timeout`` seconds."""
        super().heartbeat(timeout, pipeline)
        if self.heart is not None:
            self.heart.beat(timeout or self.worker_ttl + 60)

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run the job in this process, or drop it with a loud word."""
        if not is_allowed(job):
            log.error("job_refused", job=job.id, function=_called(job)[:100])
            job.delete(remove_from_queue=True)
            return
        super().execute_job(job, queue)


class Feeder(threading.Thread):
    """Moves objects from the inbox into RQ. If it dies in between, ``wanted`` still stands and the sweeper queues the object again."""

    def __init__(self, client: "redis.Redis", job_timeout: int) -> None:
        super().__init__(name="feeder", daemon=True)
        self._client, self._queue, self._job_timeout = client, looks_queue(client), job_timeout
        self._stopped = threading.Event()

    def run(self) -> None:
        """Feed until stopped; a Redis that is away is waited for."""
        while not self._stopped.is_set():
            try:
                self.feed_once(1.0)
            except redis.RedisError as error:
                log.warning("feeder_waits", why=type(error).__name__)
                self._stopped.wait(0.5)

    def feed_once(self, timeout: float) -> bool:
        """Take one object, if any comes within ``timeout`` seconds, and enqueue its look."""
        taken: Any = self._client.blpop([wakeups.INBOX], timeout=timeout)
        if taken is None:
            return False
        object_ = taken[1].decode(errors="replace")  # What is no text names no object, and must not end this thread.
        self._queue.enqueue(
            "integration.work.jobs.look_at", object_, result_ttl=0, failure_ttl=3600, job_timeout=self._job_timeout
        )
        return True

    def stop(self) -> None:
        """End after the present wait."""
        self._stopped.set()


def work(client: "redis.Redis", job_timeout: int, *, burst: bool = False) -> None:
    """Work until SIGTERM or SIGINT; the look in hand is finished first (RQ's warm shutdown)."""
    feeder = Feeder(client, job_timeout)
    worker = LookWorker(
        [looks_queue(client)],
        connection=client,
        serializer=JSONSerializer,
        maintenance_interval=60,
        worker_ttl=IDLE_SECONDS,
    )
    worker.heart = Heart(client, "worker")
    worker.log.setLevel("WARNING")
    feeder.start()
    try:
        worker.work(burst=burst, logging_level="WARNING", with_scheduler=False)
    finally:
        feeder.stop()
        feeder.join(timeout=2)
        with contextlib.suppress(redis.RedisError):
            worker.heart.stop()
