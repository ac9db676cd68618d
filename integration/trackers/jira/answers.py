"""What Jira's answers mean to us: the errors of ``integration/errors.py``, with Jira's own words cut short and
without headers. Pure.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from integration.errors import IssueNotFound, RateLimited, TrackerError, TrackerRefused, TrackerUnavailable

LONGEST_DETAIL = 300
WAIT = timedelta(seconds=60)  # Where Jira says "too many" but not until when.
LONGEST_WAIT = timedelta(hours=24)
_BLANKS = re.compile(r"\s+")


class FieldsRefused(TrackerRefused):
    """Jira refused single fields: ``fields`` maps their ids to what Jira said of each."""

    def __init__(self, message: str, *, status: int, detail: str, fields: Mapping[str, str]) -> None:
        super().__init__(message, status=status, detail=detail)
        self.fields = dict(fields)


def refuse(
    asked: str, status: int, headers: Mapping[str, str], body: object, *, is_write: bool, now: datetime
) -> NoReturn:
    """Raise what an answer that is no success stands for. ``asked`` names the call, ``body`` is the parsed JSON or
    ``None``.
    """
    detail, fields = _said(body)
    error: TrackerError
    if "AUTHENTICATED_FAILED" in headers.get("X-Seraph-LoginReason", "") or status == 401:
        # Cloud answers a wrong token with 404 for what anonymous users cannot see; this header tells the two apart.
        error = TrackerRefused("Jira does not accept the credentials.", status=401, detail=detail)
    elif 300 <= status < 400:
        error = TrackerRefused(
            f"Jira redirects {asked}; credentials are not sent after it. Check JIRA_URL.", status=status
        )
    elif status == 429:
        error = RateLimited(f"Jira asks to wait before {asked}.", until=_until(headers, now))
    elif status in {404, 410}:
        error = IssueNotFound(f"Jira found nothing for {asked}" + (f": {detail}" if detail else "."))
    elif status >= 500 or status in {408, 425}:
        # Whether a write was done is not known, for a proxy may have answered in Jira's place.
        error = TrackerUnavailable(f"Jira answered {status} to {asked}.", may_have_happened=is_write)
    elif fields:
        error = FieldsRefused(f"Jira refused {asked}: {detail}", status=status, detail=detail, fields=fields)
    else:
        error = TrackerRefused(f"Jira refused {asked}: {detail or status}", status=status, detail=detail)
    raise error


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """Return the instant in the ``Date`` header (aware UTC), or ``None`` where there is no sound one."""
    return _http_date(headers.get("Date", ""))


def _said(body: object) -> tuple[str, dict[str, str]]:
    # Jira's error body: {"errorMessages": [...], "errors": {field id: sentence}}; gateways use "message" or
    # "errorMessage".
    if not isinstance(body, dict):
        return "", {}
    errors: Any = body.get("errors")
    fields = {str(name): _short(str(said)) for name, said in errors.items()} if isinstance(errors, dict) else {}
    messages: Any = body.get("errorMessages")
    told = [str(each) for each in messages] if isinstance(messages, list) else []
    told += [str(body[name]) for name in ("message", "errorMessage") if isinstance(body.get(name), str)]
    told += [f"{name}: {said}" for name, said in fields.items()]
    return _short("; ".join(told)), fields


def _short(text: str) -> str:
    line = _BLANKS.sub(" ", text).strip()
    return line if len(line) <= LONGEST_DETAIL else line[: LONGEST_DETAIL - 1] + "…"


def _until(headers: Mapping[str, str], now: datetime) -> datetime:
    # RFC 9110, 10.2.3: Retry-After is a number of seconds or a date.
    given = headers.get("Retry-After", "").strip()
    wait = WAIT
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", given):
        wait = timedelta(seconds=math.ceil(float(given)))
    elif (at := _http_date(given)) is not None:
        # The date is by the server's clock, so its distance from the answer's own date is what counts.
        wait = at - (server_time(headers) or now)
    return now + min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
