"""The admin page as an application: who may ask, what every answer carries, and how trouble is told. What it shows is in ``views``.

It answers this machine only: Host has to be loopback, and a form has to come from this page (Origin, a token in each form, a Strict cookie).
"""

import secrets
from datetime import datetime
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from integration.admin.desk import ChangedMeanwhile, Desk, UnknownVersion
from integration.admin.doorkeeping import SESSION_LASTS, Doorkeeper
from integration.admin.views import routes
from integration.environment import is_loopback
from mappings.errors import MappingErrors
from mappings.yaml_text import MAX_BYTES

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
OPEN = frozenset({"admin.sign_in", "admin.static"})  # what is shown to people who are not signed in


def create_app(desk: Desk, door: Doorkeeper) -> Flask:
    """Return the application over a desk."""
    app = Flask(__name__, static_folder=None)  # The one of the pages is served to everybody.
    app.secret_key = secrets.token_bytes(32)  # Sessions live in this process alone, so its key may as well.
    app.config.update(
        SESSION_COOKIE_NAME="followthrough-admin",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=SESSION_LASTS,
        WTF_CSRF_TIME_LIMIT=None,  # As long as the session.
        MAX_CONTENT_LENGTH=4 * MAX_BYTES,  # A text in a form grows by its encoding.
        MAX_FORM_MEMORY_SIZE=4 * MAX_BYTES,
    )
    app.extensions["desk"], app.extensions["door"] = desk, door
    # The order counts: strangers first, then the token in a form, then who is signed in.
    app.before_request(_refuse_strangers)
    CSRFProtect(app)  # type: ignore[no-untyped-call]
    app.before_request(_ask_to_sign_in)
    app.register_blueprint(routes)
    app.after_request(_keep_in)
    app.register_error_handler(HTTPException, _trouble)
    app.register_error_handler(MappingErrors, _broken_folder)
    app.register_error_handler(UnknownVersion, lambda _unknown: _sorry(404, "There is no such version."))
    app.register_error_handler(ChangedMeanwhile, _changed_meanwhile)
    app.register_error_handler(OSError, _not_written)
    app.jinja_env.filters["moment"] = moment
    app.jinja_env.globals["signed_in"] = lambda: g.get("signed_in")
    return app


def moment(at: datetime) -> str:
    """Return an instant as people read it: ``23 Nov 2026, 14:10 UTC``."""
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def _refuse_strangers() -> None:
    host = urlsplit(f"//{request.host}").hostname or ""
    if not is_loopback(host):
        abort(403, "This page answers under the names of this machine only.")
    # Every browser names the origin of a form.
    if request.method not in ("GET", "HEAD") and request.headers.get("Origin") != f"{request.scheme}://{request.host}":
        abort(403, "A form has to come from this page.")


def _ask_to_sign_in() -> Answer | None:
    door: Doorkeeper = current_app.extensions["door"]
    g.signed_in = door.signed_in(session.get("id"))
    if g.signed_in is not None or request.endpoint in OPEN:
        return None
    if request.method not in ("GET", "HEAD"):
        abort(401, "Please sign in first.")
    return redirect(url_for("admin.sign_in"))


def _keep_in(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["X-Frame-Options"] = "DENY"
    answer.headers["Referrer-Policy"] = "same-origin"  # With less, browsers would hide the origin of our own forms.
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _trouble(problem: HTTPException) -> tuple[str, int]:
    return _sorry(problem.code or 500, problem.description or problem.name)


def _broken_folder(broken: MappingErrors) -> tuple[str, int]:
    return _sorry(409, "The folder does not make a sound policy at present.", tuple(map(str, broken.errors)))


def _changed_meanwhile(_changed: ChangedMeanwhile) -> tuple[str, int]:
    return _sorry(
        409,
        "Somebody has changed the folder since this page was shown. Nothing was written; look at the new state first.",
    )


def _not_written(problem: OSError) -> tuple[str, int]:
    return _sorry(
        500, f"The folder cannot be written: {problem.strerror or type(problem).__name__}. Nothing was published."
    )


def _sorry(status: int, message: str, details: tuple[str, ...] = ()) -> tuple[str, int]:
    return render_template("trouble.html", message=message, details=details), status
