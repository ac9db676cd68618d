"""What an answer of GitHub comes to: a value, or one of our errors. Pure, and free of credentials.

https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from integration.errors import IssueNotFound, RateLimited, TrackerError, TrackerRefused, TrackerUnavailable

DETAIL_LIMIT = 200
GONE = 410
LONGEST_WAIT = timedelta(hours=24)
# "If neither header is given, wait for at least one minute", says GitHub of its secondary limits.
UNSAID_WAIT = timedelta(seconds=60)
_SECONDARY = re.compile(r"rate limit|abuse detection|wait a few minutes", re.IGNORECASE)
_NEXT_PAGE = re.compile(r'<([^<>]+)>\s*;\s*rel="next"')
_BY_ID = re.compile(r"/repositories/([0-9]{1,18})(?:/|$)")

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """An answer that was not refused. ``body`` is JSON, ``None`` where there is none; ``unchanged`` stands for 304.

    ``headers`` are lower case. ``address`` is where the answer came from in the end, after redirects.
    """

    status: int
    headers: Headers
    body: Any
    unchanged: bool = False
    address: str = ""

    @property
    def repository_id(self) -> int | None:
        """Return the repository's id where GitHub answered from another address: it has been renamed or moved."""
        found = _BY_ID.match(self.address)
        return int(found[1]) if found else None

    @property
    def etag(self) -> str:
        """Return the ETag as it was sent, or an empty string."""
        return self.headers.get("etag", "")

    @property
    def next_page(self) -> str | None:
        """Return the address of the next page as GitHub gave it, or ``None``."""
        found = _NEXT_PAGE.search(self.headers.get("link", ""))
        return found[1] if found else None


def token_expiry(headers: Headers) -> datetime | None:
    """Return when the token in use expires (aware UTC), ``None`` where GitHub does not say.

    https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api: the header
    github-authentication-token-expiration, as ``2026-12-31 23:59:59 UTC`` or with an offset.
    """
    told = headers.get("github-authentication-token-expiration", "").replace(" UTC", " +0000")
    try:
        return datetime.strptime(told, "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None


def rest_of_hour(headers: Headers, now: datetime) -> tuple[float, datetime] | None:
    """Return which part of the hour's requests is left (0 to 1), and when a new hour begins; ``None`` where GitHub does not say.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    told = [headers.get(f"x-ratelimit-{name}", "") for name in ("remaining", "limit", "reset")]
    if not all(each.isdecimal() for each in told) or not int(told[1]):
        return None
    wait = _seconds(int(told[2]) - (server_time(headers) or now).timestamp())
    return int(told[0]) / int(told[1]), now + wait


def server_time(headers: Headers) -> datetime | None:
    """Return the server's own time of an answer (aware UTC), or ``None``."""
    try:
        found = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def error_of(status: int, headers: Headers, text: str, asked: str, now: datetime, *, is_write: bool) -> TrackerError:
    """Return the error that an answer of 400 and above comes to. ``asked`` is ``METHOD /path`` without its query."""
    detail = _detail(text)
    if status == 429 or (status == 403 and _is_limit(headers, detail)):
        return RateLimited(f"GitHub asks to wait before {asked}.", until=now + _wait(headers, now))
    if status >= 500 or status == 408:
        # A proxy's 502 or 504 says nothing of what became of the request behind it.
        return TrackerUnavailable(f"GitHub answered {asked} with {status}.", may_have_happened=is_write)
    if status in {404, 410}:
        missing = IssueNotFound(f"GitHub answered {asked} with {status}.")
        # https://docs.github.com/en/rest/issues/issues#get-an-issue: 410 for one that was deleted, where we may read the repository.
        missing.deleted = status == GONE
        return missing
    return TrackerRefused(f"GitHub refused {asked} with {status}: {detail}", status=status, detail=detail)


def _is_limit(headers: Headers, detail: str) -> bool:
    return "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0" or bool(_SECONDARY.search(detail))


def _wait(headers: Headers, now: datetime) -> timedelta:
    """Return for how long nothing may be asked: what the answer says, at least a second, at most a day."""
    there = server_time(headers) or now
    wait = UNSAID_WAIT
    if "retry-after" in headers:
        wait = _until_retry(headers["retry-after"], there)
    elif headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdecimal():
        # The reset is told in the server's time, which need not be ours.
        wait = _seconds(int(headers["x-ratelimit-reset"]) - there.timestamp())
    return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)


def _until_retry(told: str, there: datetime) -> timedelta:
    if told.isdecimal():
        return _seconds(int(told))
    try:
        at = parsedate_to_datetime(told)
    except ValueError:
        return UNSAID_WAIT
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) - there


def _seconds(told: float) -> timedelta:
    # A number with forty digits would not fit into a timedelta.
    return timedelta(seconds=max(0.0, min(told, LONGEST_WAIT.total_seconds())))


def _detail(text: str) -> str:
    """Return the message and the fields that an error body names, on one line of at most 200 characters."""
    try:
        body = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    parts = [str(body.get("message") or "")]
    parts += [_one_error(error) for error in errors[:5]] if isinstance(errors, list) else []
    line = " ".join(" ".join(part for part in parts if part).split())
    return "".join(char for char in line if unicodedata.category(char)[0] != "C")[:DETAIL_LIMIT]


def _one_error(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    # ``value`` is left out: it repeats what was sent.
    return " ".join(str(error[key]) for key in ("resource", "field", "code", "message") if error.get(key))
