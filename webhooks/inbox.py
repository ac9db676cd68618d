"""One round trip to Redis that notes a delivery's wake-ups: all of it, or nothing."""

from collections.abc import Sequence

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from integration import wakeups
from integration.wakeups import WakeUp

REMEMBERED_SECONDS = 3 * 24 * 3600  # as long as GitHub offers a redelivery

# The delivery is noted last: should any step before fail, the same delivery is no repeat when it is sent again.
_NOTE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for i = 3, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[2], ARGV[i], 1)
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
  redis.call('ZADD', KEYS[6], 'NX', ARGV[2], ARGV[i])
  if redis.call('ZADD', KEYS[4], 'NX', ARGV[2], ARGV[i]) == 1 then redis.call('RPUSH', KEYS[5], ARGV[i]) end
end
redis.call('SET', KEYS[1], '1', 'EX', ARGV[1])
return 1
"""


class Inbox:
    """Where the receiver leaves wake-ups for the workers."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client
        self._note = client.register_script(_NOTE)

    def note(self, key: str, found: Sequence[WakeUp], at: float) -> bool:
        """Raise ``wanted`` of each object and queue those that were not; return False for a repeat, which adds nothing.

        ``key`` tells deliveries apart, ``at`` is Unix seconds. Raises ``redis.RedisError`` with nothing half done.
        """
        arguments: list[str | float] = [REMEMBERED_SECONDS, at]
        for wakeup in found:
            arguments += [wakeup.object, wakeup.to_json()]
        keys = [wakeups.DELIVERY + key, wakeups.WANTED, wakeups.WAKEUPS, wakeups.QUEUED, wakeups.INBOX, wakeups.SINCE]
        return bool(self._note(keys=keys, args=arguments))

    def ping(self) -> None:
        """Raise ``redis.RedisError`` unless Redis answers."""
        self._client.ping()


def connect(url: str) -> "redis.Redis":
    """Return a client that gives up after two seconds, so that the sender gets its 503 in time.

    A command is tried a second time at once, because a pooled connection may have died with the last server; noting a
    delivery twice adds nothing.
    """
    return redis.Redis.from_url(
        url, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 1), protocol=2
    )
