"""Calls to one Jira site through the ``jira`` library's session. It encodes paths, maps every outcome to our errors,
and retries nothing.

The library's own methods are not used for calls: they retry writes, look things up unasked, take the first hit of a
search, and let identifiers climb out of their path (see the adapter's tests). The session carries authentication, TLS
settings and the connection.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from jira import JIRA
from urllib3.filepost import encode_multipart_formdata

from integration.clock import now
from integration.errors import TrackerUnavailable
from integration.trackers.jira.answers import refuse, server_time
from integration.trackers.jira.fields import SiteFields
from integration.trackers.jira.identifiers import path_of
from integration.trackers.sending import never_sent

_GATEWAY = re.compile(r"/ex/jira/[A-Za-z0-9-]+")
NOT_FOR_STRANGERS = (401, 403, 404)  # How a server answers somebody who is not signed in and may not see something.
TIMEOUT = (5, 20)  # Seconds to connect and between two bytes of an answer.

Json = dict[str, Any]
Query = Mapping[str, str | int | list[str]]


@dataclass(frozen=True)
class JiraAccess:
    """How one Jira is reached. On Cloud ``user`` and an API token; on Data Center a personal access token alone, or
    user and password.

    ``key`` is the installation's signing key. Neither secret shows in ``repr``.
    """

    url: str
    token: str = field(repr=False)
    user: str | None = None
    key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Server:
    """What kind of Jira this is. ``url`` is the address that people use, without a slash at its end."""

    is_cloud: bool
    version: tuple[int, ...]
    url: str


class JiraClient:
    """One connection to one site. Nothing is asked before the first call; what the server is, is asked once."""

    def __init__(self, access: JiraAccess, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._url = access.url.rstrip("/")
        credentials: Json = {"basic_auth": (access.user, access.token)} if access.user else {"token_auth": access.token}
        self._jira = JIRA(self._url, timeout=TIMEOUT, max_retries=0, get_server_info=False, **credentials)
        self._session: requests.Session = self._jira._session
        self._server: Server | None = None
        self._skew = timedelta()
        self.fields = SiteFields(lambda: self.get_list("field"), clock)
        self.calls = 0

    def __repr__(self) -> str:
        return f"JiraClient({self._url!r})"

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    @property
    def server(self) -> Server:
        """What the server says of itself, asked once per client. Raises :class:`TrackerError`."""
        if self._server is None:
            told = self.get("serverInfo")
            numbers = tuple(int(each) for each in told.get("versionNumbers") or () if str(each).isdigit())
            # Only Cloud is behind the gateway, whatever a proxy leaves of the answer.
            is_cloud = told.get("deploymentType") == "Cloud" or self.is_by_gateway
            # Behind Atlassian's gateway the address that we call is not the one that people open.
            shown = str(told.get("baseUrl") or "").rstrip("/")
            self._server = Server(
                is_cloud, numbers, shown if urlsplit(shown).scheme in {"http", "https"} else self._url
            )
            self._jira.deploymentType = "Cloud" if is_cloud else told.get("deploymentType")
            self._jira._version = numbers
        return self._server

    @property
    def is_cloud(self) -> bool:
        """Whether people are account ids and search is ``/search/jql``."""
        return self.server.is_cloud

    @property
    def is_by_gateway(self) -> bool:
        """Whether we call Atlassian's gateway (``https://api.atlassian.com/ex/jira/{cloudId}``), not the site itself."""
        return _GATEWAY.fullmatch(urlsplit(self._url).path) is not None

    def now(self) -> datetime:
        """Return the present by our own clock."""
        return self._clock()

    def server_now(self) -> datetime:
        """Return the present by the server's clock, as far as its last answer showed it."""
        return self._clock() + self._skew

    def get(self, *segments: str, query: Query | None = None) -> Json:
        """Read ``/rest/api/2/<segments>``; the answer must be a JSON object."""
        answer = self._call("GET", segments, query, None)
        if not isinstance(answer, dict):
            raise TrackerUnavailable(f"Jira answered {_asked('GET', segments)} with something that is no object.")
        return answer

    def get_issue(self, named: str, query: Query) -> Json:
        """Read one issue by a checked id or key; the answer has an ``id``, a ``key`` and ``fields``."""
        raw = self.get("issue", named, query=query)
        if not (isinstance(raw.get("fields"), dict) and raw.get("id") and raw.get("key")):
            raise TrackerUnavailable("Jira answered with something that is no issue.")
        return raw

    def get_list(self, *segments: str, query: Query | None = None) -> list[Json]:
        """Read ``/rest/api/2/<segments>``; the answer must be a JSON array of objects."""
        answer = self._call("GET", segments, query, None)
        if not isinstance(answer, list):
            raise TrackerUnavailable(f"Jira answered {_asked('GET', segments)} with something that is no list.")
        return [each for each in answer if isinstance(each, dict)]

    def webhooks(self) -> list[Json]:
        """Read the site's own webhooks, which only administrators may see; they are no part of ``/rest/api``.

        https://developer.atlassian.com/server/jira/platform/webhooks/
        """
        answer = self._call("GET", ("webhook",), None, None, base="{server}/rest/webhooks/1.0/{path}")
        return [each for each in answer if isinstance(each, dict)] if isinstance(answer, list) else []

    def write_webhook(self, method: str, *segments: str, body: Json) -> None:
        """Make or change one of the site's own webhooks."""
        self._call(method, ("webhook", *segments), None, body, is_write=True, base="{server}/rest/webhooks/1.0/{path}")

    def ask(self, *segments: str, body: Json) -> Json:
        """Ask a question by POST, which changes nothing."""
        answer = self._call("POST", segments, None, body, is_write=False)
        return answer if isinstance(answer, dict) else {}

    def stranger_sees(self, *segments: str) -> bool:
        """Tell whether ``/rest/api/2/<segments>`` answers somebody who is not signed in: one request without our credentials.

        Raises :class:`TrackerError` where the answer tells neither: a limit or an outage is no sign that a place is private.
        """
        asked = _asked("GET", segments)
        self.calls += 1
        try:
            response = requests.get(
                self._jira._get_url(path_of(segments), JIRA.JIRA_BASE_URL),
                headers={"Accept": "application/json"},
                auth=_as_a_stranger,
                timeout=TIMEOUT,
                verify=self._session.verify,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise TrackerUnavailable(f"Jira did not answer {asked} ({type(error).__name__}).") from None
        if response.is_redirect or response.status_code in NOT_FOR_STRANGERS:
            return False
        answer = _json_of(response)
        if response.status_code != 200:
            refuse(asked, response.status_code, response.headers, answer, is_write=False, now=self._clock())
        return isinstance(answer, dict)  # Else a page to sign in.

    def write(self, method: str, *segments: str, body: Json) -> Json:
        """Make one change; returns the answer's JSON object, empty where there is none."""
        answer = self._call(method, segments, None, body, is_write=True)
        return answer if isinstance(answer, dict) else {}

    def attach(self, named: str, file: str, content: bytes) -> None:
        """Attach one file to an issue, by a checked id or key."""
        form, kind = encode_multipart_formdata({"file": (file, content)})
        # Jira takes files only with this header, against forms that a browser is made to send.
        headers = {"Content-Type": kind, "X-Atlassian-Token": "no-check"}
        self._call("POST", ("issue", named, "attachments"), None, form, is_write=True, headers=headers)

    def _call(
        self,
        method: str,
        segments: tuple[str, ...],
        query: Query | None,
        body: Json | bytes | None,
        *,
        is_write: bool = False,
        base: str = JIRA.JIRA_BASE_URL,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        asked = _asked(method, segments)
        response = self._send(
            asked, method, self._jira._get_url(path_of(segments), base), query, body, headers, is_write
        )
        at = self._clock()
        if (told := server_time(response.headers)) is not None:
            self._skew = told - at
        answer = _json_of(response)
        if not 200 <= response.status_code < 300:
            refuse(asked, response.status_code, response.headers, answer, is_write=is_write, now=at)
        if answer is None and response.content:
            what = f"Jira answered {asked} with something that is no JSON."
            raise TrackerUnavailable(what, may_have_happened=is_write)
        return answer

    def _send(
        self,
        asked: str,
        method: str,
        url: str,
        query: Query | None,
        body: Json | bytes | None,
        headers: Mapping[str, str] | None,
        is_write: bool,
    ) -> requests.Response:
        self.calls += 1
        try:
            # The session's own `request` raises before odd answers can be looked at, so its parent's is used.
            return requests.Session.request(
                self._session,
                method,
                url,
                params=dict(query or {}),
                data=json.dumps(body) if isinstance(body, dict) else body,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            what = f"Jira did not answer {asked} ({type(error).__name__})."
            raise TrackerUnavailable(what, may_have_happened=is_write and not never_sent(error)) from None


def _asked(method: str, segments: tuple[str, ...]) -> str:
    return f"{method} {'/'.join(segments)[:120]}"


def _as_a_stranger(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave a request without credentials, so that none are taken from a ``.netrc`` either."""
    return request


def _json_of(response: requests.Response) -> Any:
    try:
        return response.json() if response.content else None
    except (ValueError, RecursionError):
        return None
