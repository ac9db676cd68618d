"""Calls to one GitHub through PyGithub's requester, which carries authentication, headers and the connection.

PyGithub's objects are not used for calls: they put names into paths as they are, retry and sleep on their own account,
and leave out what
GitHub has learnt since. Here every outcome becomes a value or one of our errors, nothing is retried, and no redirect
leaves the host (S24).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from github import Github, GithubException

from integration.clock import now
from integration.errors import TrackerError, TrackerRefused, TrackerUnavailable
from integration.trackers.github.answers import Answer, error_of, rest_of_hour, token_expiry
from integration.trackers.github.connection import Plain, Presented, Redirected, Secure
from integration.trackers.github.identifiers import Repository, repository_in
from integration.trackers.github.remembered import Kept, Remembered
from integration.trackers.github.signin import About, Credential, SignIn
from integration.trackers.sending import never_sent

API_VERSION = "2022-11-28"
USER_AGENT = "followthrough"
TIMEOUT = 20  # seconds to connect, and between two bytes of an answer
PAGE = 100
MOST_REDIRECTS = 3

Json = dict[str, Any]
Query = Mapping[str, str | int]


@dataclass
class Tally:
    """How many requests were made: ``reads`` that cost, ``unchanged`` ones (304) that were free, ``writes``."""

    reads: int = 0
    unchanged: int = 0
    writes: int = 0
    asked: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Pages:
    """A listing. ``capped`` when there were more pages than were read."""

    items: tuple[Any, ...]
    capped: bool = False


class GitHubClient:
    """One account's way to one GitHub. ``api_url`` is ``https://api.github.com`` or ``https://host/api/v3``."""

    def __init__(self, api_url: str, sign_in: SignIn, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._sign_in, self._presented = sign_in, Presented()
        self._url = urlsplit(api_url.rstrip("/"))
        self._requester = Github(
            auth=self._presented,
            base_url=api_url.rstrip("/"),
            lazy=True,
            per_page=PAGE,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            timeout=TIMEOUT,
            user_agent=USER_AGENT,
            api_version=API_VERSION,
        ).requester
        connection = Secure if self._url.scheme == "https" else Plain
        self._connection = connection(self._url.hostname or "", self._url.port, timeout=TIMEOUT)
        self._remembered = Remembered()
        # The connection of PyGithub keeps the request on itself, so one call at a time; GitHub asks for that anyway.
        self._one_call = Lock()
        self.tally = Tally()
        self.token_expires: datetime | None = None
        self.left: tuple[float, datetime] | None = None

    def __repr__(self) -> str:
        return f"GitHubClient({self._url.geturl()!r})"

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()
        self._requester.close()

    def cover(self, repository: Repository, others: frozenset[Repository]) -> None:
        """Say that requests about one repository concern these as well, before they are made."""
        self._sign_in.cover(repository, others)

    def get(self, path: str, query: Query | None = None, about: About = None) -> Answer:
        """Read; an answer that was seen before is asked for conditionally, so that one that did not change is free.

        ``about`` is the repository concerned, where the path does not name it.
        """
        address = f"{path}?{urlencode(query)}" if query else path
        known = self._remembered.get(address)
        answer = self._send("GET", address, etag=known.etag if known else "", about=about)
        if answer.unchanged and known:
            headers = {**answer.headers, "etag": known.etag, "link": known.link}
            return Answer(200, headers, json.loads(known.body), unchanged=True)
        return answer

    def get_fresh(self, path: str, query: Query | None = None, etag: str = "", about: About = None) -> Answer:
        """Read without remembering; with an ``etag`` the answer may be ``unchanged``, and then has no body."""
        address = f"{path}?{urlencode(query)}" if query else path
        return self._send("GET", address, etag=etag, remember=False, about=about)

    def pages(self, path: str, query: Query | None = None, most: int = 10, about: About = None) -> Pages:
        """Read a listing of up to ``most`` pages of a hundred."""
        items: list[Any] = []
        # GitHub's own links to further pages name the repository by its id.
        about = about if about is not None else repository_in(path)
        answer = self.get(path, {**(query or {}), "per_page": PAGE}, about)
        for page in range(1, most + 1):
            items += items_of(answer)
            following = answer.next_page
            if following is None:
                return Pages(tuple(items))
            if page < most:
                answer = self.get(self.path_of(following), about=about)
        return Pages(tuple(items), capped=True)

    def write(self, method: str, path: str, body: Json | None = None) -> Answer:
        """Make one change. It is sent once; :class:`TrackerUnavailable` says whether it may have been done."""
        return self._send(method, path, body=body)

    def ask_graphql(self, query: str, variables: Json, about: Repository) -> Json:
        """Ask a GraphQL question about a repository and return its data. Raises :class:`TrackerRefused` where it is not understood."""
        # https://docs.github.com/en/enterprise-server@latest/graphql/guides/forming-calls-with-graphql: /api/graphql
        # beside /api/v3
        question = {"query": query, "variables": variables}
        answer = self._send("POST", self._requester.graphql_url, body=question, is_read=True, about=about)
        data = answer.body.get("data") if isinstance(answer.body, dict) else None
        if not isinstance(data, dict):
            raise TrackerRefused("GitHub did not understand a question.", status=answer.status, detail="GraphQL")
        return data

    def path_of(self, url: str) -> str:
        """Return path and query, below the API's own prefix, of an address that GitHub gave.

        Raises :class:`TrackerRefused` where it leads to another server.
        """
        there = urlsplit(url)
        default = 443 if self._url.scheme == "https" else 80
        is_ours = (there.scheme, there.hostname, there.port or default) == (
            self._url.scheme,
            self._url.hostname,
            self._url.port or default,
        )
        if not is_ours or not there.path.startswith(f"{self._url.path}/"):
            raise TrackerRefused("GitHub pointed to another server.", status=0, detail="redirect to another host")
        below = there.path.removeprefix(self._url.path)
        return f"{below}?{there.query}" if there.query else below

    def _send(
        self,
        method: str,
        address: str,
        *,
        body: Json | None = None,
        etag: str = "",
        remember: bool = True,
        is_read: bool = False,
        about: About = None,
    ) -> Answer:
        is_write = method != "GET" and not is_read
        asked, final = f"{method} {urlsplit(address).path}", address
        about = about if about is not None else repository_in(address)
        for _ in range(MOST_REDIRECTS):
            try:
                status, headers, text = self._signed_in(method, final, body, etag, about)
            except Redirected as redirected:
                if is_write:
                    # What was to be written would land in another repository, which nobody has judged yet.
                    raise TrackerRefused("The issue has moved.", status=redirected.status, detail="moved") from None
                final = _with_query(self.path_of(redirected.location), final)
            except (requests.RequestException, GithubException) as error:
                raise _failure(error, asked, is_write=is_write) from None
            else:
                break
        else:
            raise TrackerRefused(f"GitHub redirected {asked} too often.", status=301, detail="too many redirects")
        self._count(asked, status, is_write=is_write)
        self.token_expires = token_expiry(headers) or self.token_expires
        self.left = rest_of_hour(headers, self._clock()) or self.left
        if status == 304:
            return Answer(status, headers, None, unchanged=True)
        if status >= 300:
            raise error_of(status, headers, text, asked, self._clock(), is_write=is_write)
        answer = Answer(status, headers, _parsed(text, asked, is_write=is_write), address=final)
        if method == "GET" and remember and answer.etag:
            self._remembered.keep(address, Kept(answer.etag, headers.get("link", ""), text or "null"))
        return answer

    def _signed_in(
        self, method: str, address: str, body: Json | None, etag: str, about: About
    ) -> tuple[int, Json, str]:
        credential = self._sign_in.credential(about)
        told = self._exchange(method, address, body, etag, credential)
        if told[0] == 401 and self._sign_in.renew(credential):
            # Whoever is not let in has done nothing, so this may be sent again, once: the token was revoked, or its
            # time was up while it was on its way.
            told = self._exchange(method, address, body, etag, self._sign_in.credential(about))
        return told

    def _exchange(
        self, method: str, address: str, body: Json | None, etag: str, credential: Credential
    ) -> tuple[int, Json, str]:
        conditions = {"If-None-Match": etag} if etag else {}
        with self._one_call:
            self._presented.credential = credential
            return self._requester.requestJson(method, address, headers=conditions, input=body, cnx=self._connection)

    def _count(self, asked: str, status: int, *, is_write: bool) -> None:
        self.tally.asked.append(f"{asked} {status}")
        del self.tally.asked[:-500]
        if is_write:
            self.tally.writes += 1
        elif status == 304:
            self.tally.unchanged += 1
        else:
            self.tally.reads += 1


def items_of(answer: Answer) -> list[Any]:
    """Return the items of one page; most listings are arrays, an App's repositories lie in an object."""
    if isinstance(answer.body, list):
        return answer.body
    if isinstance(answer.body, dict) and isinstance(answer.body.get("repositories"), list):
        return list(answer.body["repositories"])
    raise TrackerUnavailable("GitHub answered a listing with something that is no list.")


def _with_query(led_to: str, asked: str) -> str:
    """Return where a redirect leads, with what was asked for where it says nothing of that."""
    query = urlsplit(asked).query
    return f"{led_to}?{query}" if query and not urlsplit(led_to).query else led_to


def _parsed(text: str, asked: str, *, is_write: bool) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        message = f"GitHub answered {asked} with something unreadable."
        raise TrackerUnavailable(message, may_have_happened=is_write) from None


def _failure(error: Exception, asked: str, *, is_write: bool) -> TrackerError:
    if isinstance(error, GithubException):
        # Only authenticating as an App goes through PyGithub's own checks.
        return TrackerRefused(f"GitHub did not let us in for {asked}.", status=error.status, detail="authentication")
    may_have_happened = is_write and not never_sent(error)
    return TrackerUnavailable(f"GitHub did not answer {asked}.", may_have_happened=may_have_happened)
