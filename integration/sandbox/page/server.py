"""The page over both sandboxes: a list, an issue, and forms to act as one of several people. Its hands are the desks.

It answers loopback only, checks Host and Origin (a foreign form is refused), and shows nothing from elsewhere.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

import requests
from flask import Flask, Response, abort, g, render_template, request
from werkzeug.exceptions import HTTPException

from integration.sandbox.github.sandbox import GitHubSandbox
from integration.sandbox.jira.server import JiraSandbox
from integration.sandbox.page.board import StoryBoard
from integration.sandbox.page.github_desk import GitHubDesk
from integration.sandbox.page.jira_desk import JiraDesk
from integration.sandbox.page.tickets import Form, Refused, TrackerDesk
from integration.sandbox.page.views import TRACKERS, Shown, routes
from integration.sandbox.web import Server, guard

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
BODY_CAP = 1024 * 1024
AVATARS = 8


class Page:
    """One page on loopback over a stand-in GitHub, a stand-in Jira, or both; those must have been started.

    ``forms`` maps a place ("acme/shop", "PM") to what a new issue there begins with; ``people`` names who can be
    chosen, in that order (everybody where it is empty); ``story`` is told at the side.
    """

    def __init__(
        self,
        github: GitHubSandbox | None = None,
        jira: JiraSandbox | None = None,
        story: StoryBoard | None = None,
        *,
        forms: Mapping[str, Form] | None = None,
        people: tuple[str, ...] = (),
        port: int = 0,
    ) -> None:
        """Prepare; nothing listens before ``start``."""
        desks: list[TrackerDesk] = []
        if github is not None:
            desks.append(GitHubDesk(github))
        if jira is not None:
            desks.append(JiraDesk(jira))
        shown = Shown({desk.tracker: desk for desk in desks}, story, dict(forms or {}), people)
        self.app = create_app(shown)
        self._server = Server(self.app, port)

    @property
    def url(self) -> str:
        """Return the page's address; known after the first start."""
        return self._server.url

    def start(self) -> Self:
        """Listen on loopback; return self."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop listening."""
        self._server.stop()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_raised: object) -> None:
        """Stop."""
        self.stop()


def create_app(shown: Shown) -> Flask:
    """Return the Flask application of the page."""
    app = Flask(__name__)
    # Only signs the message that is shown after a form; a new key at each start is as good as any.
    app.secret_key = secrets.token_bytes(32)
    app.config.update(SESSION_COOKIE_SAMESITE="Strict", SESSION_COOKIE_NAME="sandbox-page")
    app.extensions["page"] = shown
    guard(app, lambda _status, message: {"message": message}, body_cap=BODY_CAP)
    app.before_request(_refuse_foreign_forms)
    app.register_blueprint(routes)
    app.register_error_handler(HTTPException, _trouble)
    app.register_error_handler(Refused, _not_seen)
    app.register_error_handler(requests.RequestException, _no_answer)
    app.after_request(_keep_in)
    app.jinja_env.filters["moment"] = moment
    app.jinja_env.filters["initials"] = lambda name: "".join(word[0] for word in name.replace("-", " ").split())[
        :2
    ].upper()
    app.jinja_env.filters["hue"] = lambda name: sum(name.lower().encode()) % AVATARS
    app.jinja_env.globals["trackers"] = TRACKERS
    app.context_processor(lambda: {"page": g.get("page")})
    return app


def initials(name: str) -> str:
    """Return up to two capitals that stand for somebody."""
    return "".join(word[0] for word in name.replace("-", " ").split())[:2].upper()


def moment(at: str) -> str:
    """Return an ISO instant as people read it: ``23 Nov 2026, 14:10 UTC``."""
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return at
    return f"{found.day} {found:%b %Y, %H:%M} UTC"


def _refuse_foreign_forms() -> None:
    # `guard` refuses a foreign Origin; a form must name its own, which every browser does.
    if request.method not in ("GET", "HEAD") and request.headers.get("Origin") is None:
        abort(403, "A form must come from this page.")


def _keep_in(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def _trouble(problem: HTTPException) -> tuple[str, int]:
    return _sorry(problem.code or 500, problem.description or problem.name)


def _not_seen(refused: Refused) -> tuple[str, int]:
    return _sorry(refused.status, str(refused))


def _no_answer(_gone: requests.RequestException) -> tuple[str, int]:
    return _sorry(502, "The tracker does not answer at present. It may be misbehaving on purpose; try again.")


def _sorry(status: int, message: str) -> tuple[str, int]:
    given: dict[str, Any] = {"status": status, "message": message}
    return render_template("trouble.html", **given), status
