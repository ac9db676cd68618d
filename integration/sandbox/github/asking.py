"""One request to the stand-in GitHub: who asks, what of, with which parameters; and the answer, page or refusal to it.

Authority is decided here and in the routes, never in the deeds.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, request

from integration.sandbox.github import apps
from integration.sandbox.github.model import App, Grant, Issue, Json, Label, Person, Repository
from integration.sandbox.github.refusals import Refused, invalid, not_found
from integration.sandbox.github.site import Site

Thing = TypeVar("Thing")
# Stands for a slash inside one encoded path segment (label names), where the path has been decoded already.
INNER_SLASH = "\ue000"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route returns; ``etag`` only where the route knows a cheaper one than the digest of the body."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = None


Act = Callable[..., Answer]
Route = tuple[str, str, Act]


# Which permission an address asks for, by what follows the repository's name.
# https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps
_PERMISSIONS = {"contents": "contents", "git": "contents", "pulls": "pull_requests", "hooks": "repository_hooks"}


def _permission(address: str, *, is_read: bool) -> str:
    part = address.partition("/repos/")[2].split("/")[2:3]
    other = "metadata" if is_read and part != ["issues"] else "issues"
    return _PERMISSIONS.get(part[0], other) if part else other


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a person; an App's bot, with what its installation's token is good for; or the App itself, signing."""

    person: Person | None = None
    grant: Grant | None = None
    app: App | None = None


def account_of(site: Site) -> Person | None:
    """Return whose token the request carries, None for none; 401 for one that nobody has. An App is its bot."""
    return asker_of(site).person


def asker_of(site: Site) -> Asker:
    """Return who asks; 401 for a token that nobody has."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return Asker()
    if scheme.lower() == "basic" and request.authorization is not None:
        token = request.authorization.password or ""
    token = token.strip()
    if token.count(".") == 2:
        app = apps.signer_of(site, token)
        return Asker(app.bot, app=app)
    if token.startswith("ghs_"):
        grant = apps.grant_of(site, token)
        return Asker(grant.installation.app.bot, grant)
    person = site.by_token.get(token)
    if person is None:
        raise Refused(401, "Bad credentials")
    return Asker(person)


class Ask:
    """The request under way."""

    def __init__(self, site: Site) -> None:
        """Find out who asks."""
        self.site = site
        asker = asker_of(site)
        self.viewer, self.grant, self.app = asker.person, asker.grant, asker.app
        if self.viewer is not None:
            self.viewer.grant = self.grant
        self.api = request.host_url.rstrip("/") + request.script_root
        self.shapes = site.shapes(self.api)

    @property
    def person(self) -> Person:
        """Return who asks; 401 for nobody."""
        if self.viewer is None:
            raise Refused(401, "Requires authentication")
        return self.viewer

    @property
    def json(self) -> Any:
        """Return the body as JSON values; 400 if it is not JSON."""
        if not request.get_data():
            return {}
        value = request.get_json(force=True, silent=True)
        if value is None:
            raise Refused(400, "Problems parsing JSON")
        return value

    @property
    def body(self) -> Json:
        """Return the body as an object; 422 for anything else."""
        value = self.json
        if not isinstance(value, dict):
            raise Refused(422, "Invalid request.\n\nBody should be a JSON object.")
        return value

    def text(self, key: str, resource: str, *, longest: int, required: bool = True) -> str | None:
        """Return a text from the body; None where it is absent and not required, 422 where it cannot be."""
        value = self.body.get(key)
        if value is None and not required:
            return None
        if not isinstance(value, str) or (required and not value.strip()):
            raise invalid(resource, key, "missing_field")
        if len(value) > longest:
            message = f"{key} is too long (maximum is {longest} characters)"
            raise invalid(resource, key, "custom", message=message)
        return value

    def instant(self, text: str, resource: str, key: str) -> datetime:
        """Return an ISO 8601 instant as UTC; 422 for anything else."""
        try:
            found = datetime.fromisoformat(text)
        except (TypeError, ValueError):
            raise invalid(resource, key) from None
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)

    def repository(self, owner: str, name: str, need: str = "read") -> Repository:
        """Return a repository; 404 where the asker cannot see it, 403 where the role is below ``need``."""
        found = self.site.repositories.get(f"{owner}/{name}".lower())
        renamed = None if found is not None else self.site.former_names.get(f"{owner}/{name}".lower())
        if renamed is not None and renamed.allows(self.viewer, "read"):
            raise self.moved(renamed)
        if found is None or not found.allows(self.viewer, "read"):
            raise not_found()
        if need != "read":
            self.require(found, need)
        return found

    def moved(self, repository: Repository) -> Refused:
        """Return what leads to a repository by its id: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api."""
        rest = "/".join(["", *request.path.split("/")[4:]])
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        status = 301 if request.method in {"GET", "HEAD"} else 307
        return Refused(
            status, "Moved Permanently", url=f"{self.api}/repositories/{repository.id}{rest.rstrip('/')}{query}"
        )

    def require(self, repository: Repository, role: str) -> None:
        """Refuse whoever has less than ``role``: 401 for nobody, 403 for somebody."""
        if not repository.allows(self.person, role):
            raise Refused(403, f"Must have {role} rights to Repository.")

    def check_grant(self, path: dict[str, Any]) -> None:
        """Refuse an installation's token what it was not made for: another repository, or another permission."""
        if self.grant is None or "owner" not in path or "name" not in path:
            return
        repository = self.repository(path["owner"], path["name"])
        is_read = request.method in {"GET", "HEAD"}
        held = self.grant.permissions.get(_permission(request.path, is_read=is_read))
        is_covered = is_read or repository.id in self.grant.repositories
        if not is_covered or held is None or (held == "read" and not is_read):
            raise Refused(403, "Resource not accessible by integration")

    def issue(self, owner: str, name: str, number: int) -> Issue:
        """Return an issue; 404, 410 where it was deleted, 301 where it was transferred."""
        repository = self.repository(owner, name)
        issue = repository.issues.get(number)
        if issue is not None:
            return issue
        if number not in repository.gone:
            raise not_found()
        moved = repository.gone[number]
        if moved is None:
            raise Refused(410, "This issue was deleted")
        if not moved.repository.allows(self.viewer, "read"):
            raise not_found()
        rest = request.path.split(f"/issues/{number}", 1)[1]
        where = f"{self.api}/repositories/{moved.repository.id}/issues/{moved.number}{rest}"
        raise Refused(301, "Moved Permanently", url=where)

    def label(self, repository: Repository, name: str) -> Label:
        """Return a label by a path segment; 404 where the repository has none of that name."""
        label = repository.labels.get(name.replace(INNER_SLASH, "/").lower())
        if label is None:
            raise not_found()
        return label

    def page(
        self, things: Sequence[Thing], render: Callable[[Thing], object], repository: Repository | None = None
    ) -> Answer:
        """Return one page of a listing, with GitHub's Link header.

        https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
        """
        size, number = self._positive("per_page", 30, 100), self._positive("page", 1, 1_000_000)
        last = max(1, -(-len(things) // size))
        links: dict[str, int] = {}
        if number > 1:
            links |= {"prev": min(number - 1, last), "first": 1}
        if number < last:
            links |= {"next": number + 1, "last": last}
        header = ", ".join(f'<{self._address_of_page(page, repository)}>; rel="{rel}"' for rel, page in links.items())
        start = (number - 1) * size
        return Answer(
            [render(each) for each in things[start : start + size]], headers={"Link": header} if links else {}
        )

    def _address_of_page(self, page: int, repository: Repository | None) -> str:
        # GitHub's own links go by the repository's id, which survives a rename.
        path = request.path
        if repository is not None:
            path = f"/repositories/{repository.id}/{path.split('/', 4)[4]}"
        query = {**request.args.to_dict(), "page": str(page)}
        return f"{self.api}{path}?{urlencode(query)}"

    def _positive(self, key: str, default: int, most: int) -> int:
        text = request.args.get(key, "")
        return max(1, min(int(text), most)) if text.isdecimal() and int(text) else default


def not_modified(etag: str) -> bool:
    """Return whether the asker has what ``etag`` stands for."""
    asked = request.headers.get("If-None-Match", "")
    return any(each.strip().removeprefix("W/") == f'"{etag}"' for each in asked.split(","))


def as_response(answer: Answer, viewer: Person | None) -> Response:
    """Turn a route's answer into HTTP: JSON, ETag, 304 for who has it already."""
    if answer.body is None:
        return Response(status=answer.status, headers=answer.headers)
    raw = json.dumps(answer.body, separators=(",", ":"), ensure_ascii=False).encode()
    response = Response(raw, answer.status, {**answer.headers, "Content-Type": "application/json; charset=utf-8"})
    if request.method in {"GET", "HEAD"} and answer.status == 200:
        etag = answer.etag or hashlib.sha256(raw + str(viewer.id if viewer else 0).encode()).hexdigest()
        if not_modified(etag):
            response = Response(status=304)
        response.headers["ETag"] = f'W/"{etag}"'
        response.headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
        response.headers["Vary"] = "Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept"
    return response
