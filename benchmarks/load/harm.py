"""What goes wrong during the load: slow trackers that fail and limit, deliveries that go astray, and each process killed in its turn."""

import contextlib
import itertools
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil
import psycopg
import redis

from tests.e2e.composed import Composed


@dataclass(frozen=True)
class Faults:
    """How badly the trackers behave. Shares are of calls or of deliveries; ``delay`` in seconds for every answer."""

    delay: float = 0.1
    fail: float = 0.01
    limit: float = 0.005
    lose: float = 0.002
    drop: float = 0.05
    double: float = 0.10

    def begin(self, service: Composed, seed: int) -> None:
        """Let both trackers misbehave from now on."""
        for misbehave in (service.github.misbehave, service.jira.misbehave):
            misbehave.delay(self.delay)
            misbehave.at_random(
                seed, fail=self.fail, limit=self.limit, lose=self.lose, drop=self.drop, double=self.double
            )


@dataclass
class Killer:
    """Kills one process after another, ``every`` so many seconds, until it is told to stop; Compose starts them again."""

    service: Composed
    database: str
    every: float
    kills: Counter[str] = field(default_factory=Counter)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, from a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="killer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, after every process has had its turn at least once."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        names = [*sorted(self.service.running), "valkey", "postgresql"]
        for turn, name in enumerate(itertools.cycle(names)):
            # An event that is set would not make the rest of the first round wait.
            if self._stopped.is_set() and turn >= len(names):
                return
            threading.Event().wait(self.every) if self._stopped.is_set() else self._stopped.wait(self.every)
            self._kill(name)()
            self.kills[name] += 1

    def _kill(self, name: str) -> Callable[[], None]:
        match name:
            case "valkey":
                return self._kill_valkey
            case "postgresql":
                return self._kill_postgresql
            case _:
                return lambda: self.service.kill(name)

    def _kill_valkey(self) -> None:
        with contextlib.suppress(redis.RedisError, ProcessLookupError):
            os.kill(self.service.valkey_pid(), signal.SIGKILL)

    def _kill_postgresql(self) -> None:
        """Kill a backend: PostgreSQL then ends all others as after a crash, and recovers from its log."""
        with contextlib.suppress(psycopg.Error):
            connection = psycopg.connect(self.database.replace("+psycopg", ""))
            os.kill(connection.info.backend_pid, signal.SIGKILL)
            connection.close()


@dataclass
class Memory:
    """The most resident memory that each process had, in bytes, sampled every two seconds."""

    service: Composed
    most: dict[str, int] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to sample, from a thread of its own."""
        threading.Thread(target=self._run, name="memory", daemon=True).start()

    def stop(self) -> None:
        """End."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(2):
            pids = {name: process.pid for name, process in list(self.service.running.items())}
            with contextlib.suppress(redis.RedisError):
                pids["valkey"] = self.service.valkey_pid()
            for name, pid in pids.items():
                with contextlib.suppress(psutil.Error):
                    leader = psutil.Process(pid)
                    family = (leader, *leader.children(recursive=True)) if name != "valkey" else (leader,)
                    resident = sum(each.memory_info().rss for each in family)
                    self.most[name] = max(self.most.get(name, 0), resident)
