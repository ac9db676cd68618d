"""What every route of the stand-in Jira needs of the request: who asks, what of, with which body and paging."""

import base64
import binascii
from typing import Any, cast

from flask import current_app, g, request

from integration.sandbox.jira.edits import Desk
from integration.sandbox.jira.gateway import BY_GATEWAY
from integration.sandbox.jira.model import Comment, Issue, Person
from integration.sandbox.jira.refusals import JiraRefusal
from integration.sandbox.jira.state import Site
from integration.sandbox.jira.views import Views
from integration.sandbox.jira.webhooks import Webhooks


def desk() -> Desk:
    """Return where deeds are done in this application."""
    return cast(Desk, current_app.extensions["jira_desk"])


def site() -> Site:
    """Return this application's site."""
    return desk().site


def webhooks() -> Webhooks:
    """Return this application's registered webhooks."""
    return cast(Webhooks, current_app.extensions["jira_webhooks"])


def identify(jira: Site) -> Person | None:
    """Return who the Authorization header stands for; None when it is missing or wrong.

    ``Basic user:token`` (user: name, address or account id) or ``Bearer token``; a token is ``<name>-token``.
    """
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    user, token = "", given.strip()
    if kind.lower() == "basic":
        try:
            user, _, token = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
    elif kind.lower() != "bearer":
        return None
    for person in jira.people.values():
        if token == person.token and (
            kind.lower() == "bearer" or user in (person.name, person.email, person.account_id)
        ):
            return person if person.active and _is_taken_here(jira, person, kind.lower()) else None
    return None


def _is_taken_here(jira: Site, person: Person, kind: str) -> bool:
    """Tell whether this door takes that kind of credentials: a site of Cloud no bearer and no token with scopes."""
    if request.environ.get(BY_GATEWAY, False) or not jira.is_cloud:
        return True
    return kind == "basic" and person.name not in jira.scoped


def caller() -> Person:
    """Return who asks; 401 when nobody is signed in."""
    person: Person | None = g.get("caller") or identify(site())
    if person is None:
        raise JiraRefusal(401, "You are not authenticated. Authentication required to perform this operation.")
    g.caller = person
    return person


def is_adf() -> bool:
    """Whether REST v3 is spoken."""
    return request.path.startswith("/rest/api/3/")


def views() -> Views:
    """Return the JSON of the site as the caller sees it."""
    return Views(site(), caller(), is_adf())


def body() -> dict[str, Any]:
    """Return the JSON object of the request; 400 in Jira's words when it is none."""
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise JiraRefusal(400, "There was an error parsing JSON. Check that your request body is valid.")
    return given


def listed(name: str) -> tuple[str, ...]:
    """Return a comma-separated or repeated query parameter as a tuple."""
    return tuple(part.strip() for given in request.args.getlist(name) for part in given.split(",") if part.strip())


def number(name: str, default: int, at_most: int) -> int:
    """Return a paging parameter as a number from 0 to ``at_most``; 400 when it is none."""
    given = request.args.get(name)
    if given is None or given == "":
        return default
    try:
        return max(0, min(int(given), at_most))
    except ValueError as wrong:
        raise JiraRefusal(400, f"The value '{given}' of '{name}' is not a number.") from wrong


def write_to(issue: Issue) -> None:
    """Count a write against the issue's own limit, when the sandbox enforces it (20 in 2 s, TRACKERS.md 2.5)."""
    limit: int | None = current_app.extensions["jira_write_limit"]()
    at = site().clock()
    issue.writes = [each for each in issue.writes if (at - each).total_seconds() < 2]
    if limit is not None and len(issue.writes) >= limit:
        raise JiraRefusal(
            429,
            "Rate limit exceeded.",
            headers={"Retry-After": "2", "RateLimit-Reason": "jira-per-issue-on-write", "X-RateLimit-Remaining": "0"},
        )
    issue.writes.append(at)


def comment_of(issue: Issue, comment_id: str) -> Comment:
    """Return a comment that the caller may see, else 404."""
    for each in views().comments(issue):
        if each.id == comment_id:
            return each
    raise JiraRefusal(404, f"Can not find a comment for the id: {comment_id}.")
