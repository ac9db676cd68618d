"""What the processes of a service count together: in one hash in Redis, so that any number of workers needs no address of its own.

The names that become labels are closed lists (S24): no repository, issue, person, client or path is ever part of one. The scheduler shows the counts
(``exporting.py``). They are for watching, nothing decides by them; a count that cannot be noted is let go.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import redis

from integration.postmortem.commands import (
    Command,
    EnsureActionTicket,
    EnsureAgreed,
    EnsureClosed,
    EnsureGeneratedIssue,
    EnsureLabels,
    EnsureLinked,
    EnsureOpen,
    EnsureReply,
    EnsureSeverityShown,
    EnsureStatusComment,
    Result,
)
from integration.wakeups import PREFIX

COUNTS = PREFIX + "counts"  # hash: name|label|label → how often, or how many seconds in all
SWEPT = PREFIX + "swept"  # hash: site → Unix time of the last sweep that reached every project there
TOKENS = PREFIX + "token_expires"  # hash: site → Unix time at which the tracker says that our token expires

SITES = ("github", "jira")
LOOKS = (
    "changed",
    "unchanged",
    "deferred",
    "parked",
    "not_found",
    "lock_lost",
    "forwarded",
    "held",
    "early",
    "nothing",
    "other",
)
SECONDS = (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)  # bounds of the histogram of a look's duration
ALARMS = (
    "out_of_scope",
    "unknown_comment_by_our_account",
    "grant_without_its_comment",
    "look_failed",
    "credentials_refused",
    "sweep_skipped",
    "policy_refused",
    "breaker_opened",
    "publishing_refused",
    "incident_lost",
)
COMMANDS: Mapping[type[Any], str] = {
    EnsureOpen: "reopen",
    EnsureActionTicket: "ticket",
    EnsureStatusComment: "status_comment",
    EnsureReply: "reply",
    EnsureLabels: "labels",
    EnsureSeverityShown: "severity_field",
    EnsureLinked: "link",
    EnsureAgreed: "agreed",
    EnsureGeneratedIssue: "generated_issue",
    EnsureClosed: "close",
}
KINDS = (*COMMANDS.values(), "other")
RESULTS = tuple(result.value for result in Result)


@dataclass(frozen=True)
class Counted:
    """Everything that was counted, by name and labels joined with ``|``."""

    values: Mapping[str, float]

    def of(self, *names: str) -> float:
        """Return one count, 0 where nothing was counted."""
        return self.values.get("|".join(names), 0.0)


class Counts:
    """Counts events of this process into the hash that all share."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client

    def looked(self, outcome: str, seconds: float) -> None:
        """Count a look that ended with ``outcome`` after ``seconds``."""
        name = outcome if outcome in LOOKS else "other"
        bound = next((str(each) for each in SECONDS if seconds <= each), "inf")
        with contextlib.suppress(redis.RedisError), self._client.pipeline(transaction=False) as pipe:
            pipe.hincrby(COUNTS, f"look|{name}", 1)
            pipe.hincrby(COUNTS, f"look_bucket|{name}|{bound}", 1)
            pipe.hincrbyfloat(COUNTS, f"look_seconds|{name}", round(seconds, 6))
            pipe.execute()

    def carried_out(self, command: Command, result: Result) -> None:
        """Count a command and what came of it."""
        kind = next((name for cls, name in COMMANDS.items() if isinstance(command, cls)), "other")
        self._add(f"command|{kind}|{result.value}")

    def alarm(self, kind: str) -> None:
        """Count something that a person should know of; ``kind`` is one of :data:`ALARMS`."""
        if kind not in ALARMS:
            raise ValueError(f"{kind!r} is no alarm that is known")
        self._add(f"alarm|{kind}")

    def swept(self, site: str, at: float) -> None:
        """Note that a sweep reached every project of a site; Unix seconds."""
        with contextlib.suppress(redis.RedisError):
            self._client.hset(SWEPT, site, str(at))

    def token_expires(self, site: str, at: float) -> None:
        """Note when a tracker says that our token expires; Unix seconds."""
        with contextlib.suppress(redis.RedisError):
            self._client.hset(TOKENS, site, str(at))

    def _add(self, name: str) -> None:
        with contextlib.suppress(redis.RedisError):
            self._client.hincrby(COUNTS, name, 1)

    def read(self) -> Counted:
        """Return all counts. Raises ``redis.RedisError``."""
        return Counted(self._numbers(COUNTS))

    def sweeps(self) -> dict[str, float]:
        """Return when each site was last swept to the end, Unix seconds. Raises ``redis.RedisError``."""
        return self._numbers(SWEPT)

    def tokens(self) -> dict[str, float]:
        """Return when the token of each site expires, Unix seconds, where the tracker says so. Raises ``redis.RedisError``."""
        return self._numbers(TOKENS)

    def _numbers(self, key: str) -> dict[str, float]:
        found: Any = self._client.hgetall(key)
        numbers: dict[str, float] = {}
        for name, value in found.items():
            # Whoever else can write to Redis may have put anything there; what is no number is no count.
            with contextlib.suppress(ValueError):
                numbers[name.decode(errors="replace")] = float(value)
        return numbers
