"""The stand-in Jira's Flask application: routes, refusals, limits, and what the site's own parts are reached by."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response
from flask.typing import ResponseReturnValue

from integration.sandbox.calls import READING_METHODS
from integration.sandbox.jira import (
    asking,
    routes_admin,
    routes_comments,
    routes_issues,
    routes_parts,
    routes_people,
    routes_search,
    routes_site,
)
from integration.sandbox.jira.edits import Desk
from integration.sandbox.jira.events import Events
from integration.sandbox.jira.gateway import Gateway
from integration.sandbox.jira.refusals import JiraRefusal
from integration.sandbox.jira.state import Site
from integration.sandbox.jira.webhooks import Webhooks
from integration.sandbox.web import CallLog, Fault, Misbehaviour, guard, watch

BODY_CAP = 20 * 1024 * 1024  # Attachments are larger than anything else that is sent.
# Questions that are asked by POST.
_QUESTIONS = ("/search", "/search/jql", "/permissions/project", "/workflows")
_ROUTES = (routes_admin, routes_site, routes_people, routes_issues, routes_comments, routes_parts, routes_search)


class _JiraApp(Flask):
    """Holds the site's lock while a route runs; delays and other faults are played outside of it."""

    site: Site

    def dispatch_request(self) -> ResponseReturnValue:
        with self.site.lock:
            return super().dispatch_request()


def create_app(
    site: Site,
    webhooks: Webhooks,
    calls: CallLog,
    misbehave: Misbehaviour,
    write_limit: Callable[[], int | None],
    cloud_id: str,
) -> Flask:
    """Return the application over a site's state. ``write_limit`` tells how many writes an issue takes in 2 s, ``None`` for any number;
    with a ``cloud_id`` the gateway is open as well.
    """
    app = _JiraApp("integration.sandbox.jira")
    app.site = site
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["jira_desk"] = Desk(site, Events(site))
    app.extensions["jira_webhooks"] = webhooks
    app.extensions["jira_write_limit"] = write_limit
    guard(app, _error_body, body_cap=BODY_CAP)
    watch(
        app,
        calls,
        misbehave,
        error=_error_body,
        account=lambda: _name_of_asker(site),
        clock=site.clock,
        is_read=lambda method, path: method in READING_METHODS or path.rstrip("/").endswith(_QUESTIONS),
        on_limit=_as_jira_limits,
    )
    _add_routes(app)
    app.register_error_handler(JiraRefusal, _refused)
    if cloud_id:
        # Flask documents this assignment as the way to wrap an application.
        app.wsgi_app = Gateway(app.wsgi_app, cloud_id)  # type: ignore[method-assign]
    return app


def _add_routes(app: _JiraApp) -> None:
    for version in ("2", "3", "latest") if app.site.is_cloud else ("2", "latest"):
        for module in _ROUTES:
            app.register_blueprint(
                module.routes, url_prefix=f"/rest/api/{version}", name=f"{module.routes.name}_{version}"
            )
    app.register_blueprint(routes_search.admin)
    app.add_url_rule("/secure/attachment/<attachment_id>/<name>", view_func=_download)


def _name_of_asker(site: Site) -> str | None:
    person = asking.identify(site)
    return person.name if person else None


def _download(attachment_id: str, name: str) -> Response:
    # Server's address of a file has its name at the end, which does not decide anything.
    del name
    return routes_parts.attachment_content(attachment_id)


def _refused(refusal: JiraRefusal) -> tuple[dict[str, Any], int, dict[str, str]]:
    headers = dict(refusal.headers)
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="Jira"'
    return refusal.body(), refusal.status, headers


def _error_body(_status: int, message: str) -> dict[str, Any]:
    return {"errorMessages": [message], "errors": {}}


def _as_jira_limits(answer: Response, _fault: Fault) -> Response:
    answer.headers["RateLimit-Reason"] = "jira-burst-based"
    answer.headers["X-RateLimit-Limit"] = "100"
    answer.headers["X-RateLimit-Remaining"] = "0"
    answer.headers["X-RateLimit-NearLimit"] = "true"
    return answer
