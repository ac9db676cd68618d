"""What is outstanding: wake-ups counted per object, the case's lock, looks put off until an instant. Every step is one atomic script in Redis.

An object with an entry in ``wanted`` has something that no finished look has covered. It is either queued, being looked at (locked), put off
until an instant, or, when a process died, none of these: then the sweeper queues it again. RQ's job ids take no part in this (DESIGN 4.4).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import redis

from integration import wakeups
from integration.wakeups import WakeUp

LOCK = wakeups.PREFIX + "lock:"  # + object: the token of the worker that looks at it, with an expiry
LOOKED = wakeups.PREFIX + "looked:"  # + object: there as long as it is too early for another look (S4)
DUE = wakeups.PREFIX + "due"  # sorted set: object → Unix time until which its look is put off
FAILURES = wakeups.PREFIX + "failures"  # hash: object → looks that failed in a row
OUTAGES = (
    wakeups.PREFIX + "outages"
)  # hash: object → looks in a row for which the tracker or the database did not answer

_WAKE = """
for i = 2, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[1], ARGV[i], 1)
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
  redis.call('ZADD', KEYS[10], 'NX', ARGV[1], ARGV[i])
  if redis.call('ZADD', KEYS[3], 'NX', ARGV[1], ARGV[i]) == 1 then redis.call('RPUSH', KEYS[4], ARGV[i]) end
end
"""
_FORWARD = """
local g = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if not g then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[10], 'NX', redis.call('ZSCORE', KEYS[10], ARGV[1]) or ARGV[4], ARGV[2])
redis.call('ZREM', KEYS[10], ARGV[1])
redis.call('HINCRBY', KEYS[1], ARGV[2], 1)
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
if redis.call('ZADD', KEYS[3], 'NX', ARGV[4], ARGV[2]) == 1 then redis.call('RPUSH', KEYS[4], ARGV[2]) end
return 1
"""
_BEGIN = """
redis.call('ZREM', KEYS[3], ARGV[1])
local g = redis.call('HGET', KEYS[1], ARGV[1])
if not g then return {'nothing', '0'} end
if redis.call('EXISTS', KEYS[6]) == 1 then return {'held', '0'} end
local early = redis.call('PTTL', KEYS[7])
if early > 0 then
  redis.call('ZADD', KEYS[5], tonumber(ARGV[4]) + early / 1000, ARGV[1])
  return {'early', '0'}
end
redis.call('ZREM', KEYS[5], ARGV[1])
redis.call('SET', KEYS[6], ARGV[2], 'PX', ARGV[3])
return {'begun', g}
"""
_FINISH = """
if redis.call('GET', KEYS[6]) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[6])
redis.call('HDEL', KEYS[8], ARGV[1])
redis.call('HDEL', KEYS[9], ARGV[1])
if tonumber(ARGV[5]) > 0 then redis.call('SET', KEYS[7], '1', 'PX', ARGV[5]) end
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[3] then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[10], ARGV[1])
else
  redis.call('ZADD', KEYS[10], ARGV[4], ARGV[1])
  if redis.call('ZADD', KEYS[3], 'NX', ARGV[4], ARGV[1]) == 1 then redis.call('RPUSH', KEYS[4], ARGV[1]) end
end
return 1
"""
_DEFER = """
if redis.call('GET', KEYS[6]) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[6])
if tonumber(ARGV[4]) > 0 then redis.call('SET', KEYS[7], '1', 'PX', ARGV[4]) end
redis.call('ZADD', KEYS[5], ARGV[3], ARGV[1])
return 1
"""
_RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""
_DUE = """
local due = redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, object in ipairs(due) do
  redis.call('ZREM', KEYS[5], object)
  if redis.call('HEXISTS', KEYS[1], object) == 1 and redis.call('ZADD', KEYS[3], 'NX', ARGV[1], object) == 1 then
    redis.call('RPUSH', KEYS[4], object)
  end
end
return #due
"""
_SWEEP = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 or redis.call('EXISTS', KEYS[6]) == 1 then return 0 end
if redis.call('ZSCORE', KEYS[5], ARGV[1]) then return 0 end
local queued = redis.call('ZSCORE', KEYS[3], ARGV[1])
if queued and tonumber(queued) > tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
redis.call('RPUSH', KEYS[4], ARGV[1])
return 1
"""
_DROP = """
if redis.call('GET', KEYS[6]) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[6])
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[5], ARGV[1])
redis.call('HDEL', KEYS[8], ARGV[1])
redis.call('HDEL', KEYS[9], ARGV[1])
redis.call('ZREM', KEYS[10], ARGV[1])
return 1
"""
_FORGET = """
if (redis.call('HGET', KEYS[2], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[5], ARGV[1])
redis.call('ZREM', KEYS[10], ARGV[1])
return 1
"""


class Beginning(StrEnum):
    """Whether a look may begin."""

    BEGUN = "begun"
    NOTHING = "nothing"  # an earlier look covered it
    HELD = "held"  # another worker is on it, and will see to what came since
    EARLY = "early"  # too soon after the last look; put off


@dataclass(frozen=True)
class Begun:
    """The answer to :meth:`Outstanding.begin`; ``generation`` is ``wanted`` at that instant."""

    how: Beginning
    generation: str = ""


class Outstanding:
    """The scripts above, as methods. ``lock_seconds`` and ``look_interval`` are seconds; instants are Unix seconds."""

    def __init__(self, client: "redis.Redis", *, lock_seconds: float, look_interval: float) -> None:
        self.client = client
        self._lock_ms, self._interval_ms = int(lock_seconds * 1000), int(look_interval * 1000)
        names = {
            "wake": _WAKE,
            "forward": _FORWARD,
            "begin": _BEGIN,
            "finish": _FINISH,
            "defer": _DEFER,
            "due": _DUE,
            "sweep": _SWEEP,
            "drop": _DROP,
            "forget": _FORGET,
        }
        self._scripts = {name: client.register_script(text) for name, text in {**names, "renew": _RENEW}.items()}

    def _keys(self, object_: str = "") -> list[str]:
        shared = [wakeups.WANTED, wakeups.WAKEUPS, wakeups.QUEUED, wakeups.INBOX, DUE]
        return [*shared, LOCK + object_, LOOKED + object_, FAILURES, OUTAGES, wakeups.SINCE]

    def wake(self, found: Iterable[WakeUp], now: float) -> None:
        """Raise ``wanted`` of each object and queue those that are not; also one that is put off, since what came may concern a gate."""
        arguments: list[str | float] = [now]
        for wakeup in found:
            arguments += [wakeup.object, wakeup.to_json()]
        if len(arguments) > 1:
            self._scripts["wake"](keys=self._keys(), args=arguments)

    def wakeup(self, object_: str) -> WakeUp | None:
        """Return the latest wake-up of an object, or ``None`` where nothing is outstanding; one that cannot be read is forgotten."""
        text: Any = self.client.hget(wakeups.WAKEUPS, object_) or b""
        try:
            return WakeUp.from_json(text)
        except ValueError:
            # Only what was read is forgotten: a delivery that arrives at this moment stands.
            self._scripts["forget"](keys=self._keys(object_), args=[object_, text])
            return None

    def forward(self, object_: str, case: WakeUp, now: float) -> bool:
        """Turn what is outstanding for a ticket into a wake-up of its case."""
        return bool(self._scripts["forward"](keys=self._keys(), args=[object_, case.object, case.to_json(), now]))

    def begin(self, object_: str, token: str, now: float) -> Begun:
        """Take the object's lock under ``token`` if something is wanted, nobody holds it, and it is not too early."""
        how, generation = self._scripts["begin"](keys=self._keys(object_), args=[object_, token, self._lock_ms, now])
        return Begun(Beginning(_text(how)), _text(generation))

    def finish(self, object_: str, token: str, generation: str, now: float) -> bool:
        """Note that everything up to ``generation`` is covered, free the lock, and queue again what came since. False: the lock was lost."""
        arguments: list[str | float] = [object_, token, generation, now, self._interval_ms]
        return bool(self._scripts["finish"](keys=self._keys(object_), args=arguments))

    def defer(self, object_: str, token: str, until: float) -> bool:
        """Free the lock and put the look off until an instant; nothing is covered. What comes meanwhile may bring it forward."""
        arguments: list[str | float] = [object_, token, until, self._interval_ms]
        return bool(self._scripts["defer"](keys=self._keys(object_), args=arguments))

    def holds(self, object_: str, token: str) -> bool:
        """Renew the lock and tell whether it is still ours."""
        return bool(self._scripts["renew"](keys=[LOCK + object_], args=[token, self._lock_ms]))

    def release_due(self, now: float, limit: int = 500) -> int:
        """Queue what was put off until now or earlier; return how many there were."""
        return int(self._scripts["due"](keys=self._keys(), args=[now, limit]))

    def sweep(self, now: float, stale_seconds: float) -> int:
        """Queue again what is wanted, not locked, not put off, and not queued or queued for longer than ``stale_seconds``."""
        again = 0
        for object_, _ in self.client.hscan_iter(wakeups.WANTED, count=500):
            again += int(
                self._scripts["sweep"](keys=self._keys(_text(object_)), args=[object_, now - stale_seconds, now])
            )
        return again

    def failed(self, object_: str) -> int:
        """Count one more failure in a row and return how many there are."""
        return int(self.client.hincrby(FAILURES, object_, 1))

    def unreachable(self, object_: str) -> int:
        """Count one more look in a row for which the tracker or the database was away; these never lead to parking."""
        return int(self.client.hincrby(OUTAGES, object_, 1))

    def drop(self, object_: str, token: str) -> bool:
        """Forget the object, since its work is parked elsewhere. False: the lock was lost, and nothing is forgotten."""
        return bool(self._scripts["drop"](keys=self._keys(object_), args=[object_, token]))

    def count(self) -> int:
        """Return how many objects have something outstanding."""
        return int(self.client.hlen(wakeups.WANTED))

    def queued(self) -> int:
        """Return how many objects are queued and not begun."""
        return int(self.client.zcard(wakeups.QUEUED))

    def put_off(self) -> int:
        """Return how many looks are put off until an instant."""
        return int(self.client.zcard(DUE))

    def oldest(self) -> float | None:
        """Return since when (Unix seconds) something has been wanted and not covered for longest, ``None`` where nothing is."""
        found: Any = self.client.zrange(wakeups.SINCE, 0, 0, withscores=True)
        return float(found[0][1]) if found else None


def _text(value: bytes | str) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
