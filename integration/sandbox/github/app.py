"""The stand-in GitHub's Flask application: routes, refusals, limits, and the headers that every answer carries."""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import unquote

from flask import Flask, Response, g, jsonify, request

from integration.sandbox.calls import READING_METHODS, CallLog
from integration.sandbox.faults import Fault
from integration.sandbox.github import (
    app_routes,
    comment_routes,
    content_routes,
    field_routes,
    graphql,
    history_routes,
    hook_routes,
    issue_routes,
    label_routes,
    link_routes,
    milestone_routes,
    people_routes,
)
from integration.sandbox.github.asking import Act, Answer, Ask, Route, account_of, as_response
from integration.sandbox.github.limits import Limits
from integration.sandbox.github.model import Person
from integration.sandbox.github.refusals import Refused, error_body
from integration.sandbox.github.site import Site
from integration.sandbox.web import guard, watch

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
# Sent by POST, and yet nothing is written: a question, and a token being made.
NO_CONTENT = ("/graphql", "/access_tokens")
# The prefixes of GitHub Enterprise Server; ``/api/graphql`` lies beside its ``/api/v3``.
ENTERPRISE, ENTERPRISE_GRAPHQL = "/api/v3", "/api/graphql"

_ROUTES: tuple[Route, ...] = (
    *app_routes.ROUTES,
    *people_routes.ROUTES,
    *issue_routes.ROUTES,
    *comment_routes.ROUTES,
    *label_routes.ROUTES,
    *milestone_routes.ROUTES,
    *link_routes.ROUTES,
    *field_routes.ROUTES,
    *hook_routes.ROUTES,
    *content_routes.ROUTES,
    *history_routes.ROUTES,
    *graphql.ROUTES,
)


def create_app(site: Site, limits: Limits, calls: CallLog, clock: Callable[[], datetime]) -> Flask:
    """Return the application over a site's state."""
    app = Flask("integration.sandbox.github", static_folder=None)
    app.url_map.merge_slashes = False
    guard(app, error_body)
    watch(
        app,
        calls,
        site.misbehave,
        error=error_body,
        account=lambda: _login_of_asker(site),
        clock=clock,
        is_read=lambda method, path: method in READING_METHODS or path.endswith(NO_CONTENT),
        on_limit=_as_github_limits,
    )
    for method, rule, act in _ROUTES:
        app.add_url_rule(rule, f"{method} {rule}", _view(site, limits, act), methods=[method])
    app.add_url_rule("/rate_limit", "rate_limit", lambda: _rate_limit(site, limits))
    _answer_refusals(app)
    _add_headers(app, site, limits)
    # Flask documents this assignment as the way to wrap an application.
    app.wsgi_app = _Paths(app.wsgi_app, site)  # type: ignore[method-assign]
    return app


def _view(site: Site, limits: Limits, act: Act) -> Callable[..., Response]:
    @wraps(act)
    def view(**path: Any) -> Response:
        with site.lock:
            ask = Ask(site)
            g.viewer = ask.viewer
            try:
                return _answered(ask, limits, act, path)
            finally:
                if ask.viewer is not None:
                    ask.viewer.grant = None

    return view


def _answered(ask: Ask, limits: Limits, act: Act, path: dict[str, Any]) -> Response:
    if ask.app is not None and act not in app_routes.SIGNED:
        raise Refused(401, "A JSON web token is not accepted here")
    ask.check_grant(path)
    now = ask.site.now()
    if limits.is_spent(ask.viewer, now):
        raise Refused(403, f"API rate limit exceeded for {ask.viewer.login if ask.viewer else 'your address'}.")
    if request.method == "POST" and ask.app is None and not request.path.endswith("/graphql"):
        wait = limits.seconds_until_content(ask.viewer, now)
        if wait:
            raise Refused(403, SECONDARY, retry_after=str(wait))
    answer: Answer = act(ask, **path)
    response = as_response(answer, ask.viewer)
    if response.status_code != 304:
        limits.count(ask.viewer, now)
    return response


def _login_of_asker(site: Site) -> str | None:
    try:
        person = account_of(site)
    except Refused:
        return None
    return person.login if person else None


def _rate_limit(site: Site, limits: Limits) -> Response:
    with site.lock:
        core = limits.core(account_of(site), site.now())
    return jsonify(resources={"core": core, "search": core, "graphql": core}, rate=core)


def _answer_refusals(app: Flask) -> None:
    @app.errorhandler(Refused)
    def refuse(refused: Refused) -> Response:
        answer = jsonify(refused.body)
        answer.status_code = refused.status
        answer.headers.update(refused.headers)
        return answer


def _as_github_limits(answer: Response, _fault: Fault) -> Response:
    limited = jsonify(error_body(answer.status_code, SECONDARY))
    limited.status_code = answer.status_code
    if "Retry-After" in answer.headers:
        limited.headers["Retry-After"] = answer.headers["Retry-After"]
    return limited


def _add_headers(app: Flask, site: Site, limits: Limits) -> None:
    @app.after_request
    def add(answer: Response) -> Response:
        with site.lock:
            viewer: Person | None = g.get("viewer")
            answer.headers.update(limits.headers(viewer, site.now()))
        identifier = uuid.uuid4().hex.upper()
        answer.headers["X-GitHub-Request-Id"] = f"{identifier[:4]}:{identifier[4:8]}:{identifier[8:16]}"
        answer.headers["X-GitHub-Media-Type"] = "github.v3; format=json"
        answer.headers["X-GitHub-Api-Version-Selected"] = request.headers.get("X-GitHub-Api-Version", "2022-11-28")
        if viewer is not None and viewer.app is None:
            answer.headers["X-OAuth-Scopes"] = "repo, admin:repo_hook"
            if site.token_expires is not None:
                answer.headers["GitHub-Authentication-Token-Expiration"] = f"{site.token_expires:%Y-%m-%d %H:%M:%S} UTC"
        return answer


class _Paths:
    """Serves the Enterprise prefixes and ``/repositories/{id}``, and keeps encoded slashes inside their segment."""

    def __init__(self, inner: Callable[..., Iterable[bytes]], site: Site) -> None:
        self._inner, self._site = inner, site

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raw = environ.get("REQUEST_URI", "").partition("?")[0]
        if "%2f" in raw.lower():
            # U+E000 stands for the slash, see ``asking.INNER_SLASH``; WSGI wants UTF-8 bytes shown as latin-1.
            path = unquote(raw.replace("%2F", "%EE%80%80").replace("%2f", "%EE%80%80"))
            environ["PATH_INFO"] = path.encode().decode("latin-1")
        path = environ["PATH_INFO"]
        if path == ENTERPRISE_GRAPHQL:
            environ["SCRIPT_NAME"], path = ENTERPRISE, "/graphql"
        elif path == ENTERPRISE or path.startswith(f"{ENTERPRISE}/"):
            environ["SCRIPT_NAME"], path = ENTERPRISE, path.removeprefix(ENTERPRISE) or "/"
        environ["PATH_INFO"] = self._by_name(path)
        return self._inner(environ, start_response)

    def _by_name(self, path: str) -> str:
        parts = path.split("/", 3)
        if len(parts) < 3 or parts[1] != "repositories" or not parts[2].isdecimal():
            return path
        repository = self._site.repositories_by_id.get(int(parts[2]))
        return path if repository is None else "/".join(["/repos", repository.full_name, *parts[3:]])
