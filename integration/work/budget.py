"""The write budget of an account, shared by all processes through Redis: never more than the tracker allows, with reserves for what matters most.

GitHub: 80 content-creating requests a minute and 500 an hour (docs.github.com, rate limits for the REST API, secondary limits). Jira: 20 writes
in 2 s and 100 in 30 s per issue (developer.atlassian.com/cloud/jira/platform/rate-limiting).
"""

import uuid
from datetime import UTC, datetime
from typing import Any

import redis

from integration.errors import RateLimited
from integration.postmortem.commands import Share
from integration.wakeups import PREFIX

SHARES = {Share.GATE: 1.0, Share.TICKET: 0.8, Share.COMMENT: 0.6, Share.GENERATED: 0.4}
GITHUB = ((60.0, 80), (3600.0, 500))
JIRA = ((2.0, 20), (30.0, 100))
WINDOWS = ("github_minute", "github_hour", "jira_issue_2s", "jira_issue_30s")  # as the metrics name them

# Counts what was spent in each window, oldest first; spends if every window has room, else answers when the fullest one will have.
_SPEND = """
local now, share = tonumber(ARGV[1]), tonumber(ARGV[2])
local longest, wait = 0, 0
local function after(instant) return string.format('(%.17g', instant) end
for i = 4, #ARGV, 2 do
  local window, limit = tonumber(ARGV[i]), math.max(1, math.floor(tonumber(ARGV[i + 1]) * share))
  if window > longest then longest = window end
  local used = redis.call('ZCOUNT', KEYS[1], after(now - window), '+inf')
  if used >= limit then
    local oldest = redis.call('ZRANGEBYSCORE', KEYS[1], after(now - window), '+inf', 'WITHSCORES', 'LIMIT', used - limit, 1)
    wait = math.max(wait, tonumber(oldest[2]) + window - now)
  end
end
if wait > 0 then return string.format('%.17g', wait) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - longest)
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], math.ceil(longest * 1000))
return '0'
"""


class WriteBudget:
    """Spends writes of one site's account."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client
        self._spend = client.register_script(_SPEND)

    def spend(self, site: str, issue_id: str, share: Share, now: datetime, account: str = "") -> None:
        """Take one write; raises :class:`RateLimited` with the instant from which there is room again, and takes nothing then.

        ``account`` tells apart the accounts of one site: GitHub limits each installation of an App by itself.
        """
        limits, payer = (JIRA, f"jira:{issue_id}") if site == "jira" else (GITHUB, _payer(account))
        arguments: list[str | float] = [now.timestamp(), SHARES[share], uuid.uuid4().hex]
        arguments += [number for window in limits for number in window]
        wait = float(self._spend(keys=[f"{PREFIX}budget:{payer}"], args=arguments))
        if wait > 0:
            until = datetime.fromtimestamp(now.timestamp() + wait, UTC)
            raise RateLimited(f"the write budget for {share.value} is spent", until=until)

    def left_everywhere(self, now: datetime) -> dict[str, int]:
        """Return what is left in each of :data:`WINDOWS`: GitHub's, and the least of any Jira issue written to lately."""
        keys: Any = self._client.scan_iter(f"{PREFIX}budget:jira:*", count=500)
        jira = [key.decode(errors="replace").removeprefix(f"{PREFIX}budget:") for key in keys]
        least = [min((self._left(each, window, now) for each in jira), default=window[1]) for window in JIRA]
        return dict(zip(WINDOWS, [*(self._left("github", window, now) for window in GITHUB), *least], strict=True))

    def _left(self, account: str, window: tuple[float, int], now: datetime) -> int:
        seconds, limit = window
        since = now.timestamp() - seconds
        return max(0, limit - int(self._client.zcount(f"{PREFIX}budget:{account}", f"({since:.17g}", "+inf")))

    def left(self, site: str, now: datetime) -> int:
        """Return how many writes the fullest window of the account that wrote most has left; Jira's budgets are per issue and not counted here."""
        if site != "github":
            return JIRA[0][1]
        spent = [0] * len(GITHUB)
        for key in self._client.scan_iter(match=f"{PREFIX}budget:{_payer('')}*"):
            used = [int(self._client.zcount(key, now.timestamp() - window, "+inf")) for window, _ in GITHUB]
            spent = [max(pair) for pair in zip(spent, used, strict=True)]
        return min(limit - used for (_, limit), used in zip(GITHUB, spent, strict=True))


def _payer(account: str) -> str:
    return f"github:{account}" if account else "github"
