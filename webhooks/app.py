"""Builds the receiver: a Flask application that verifies deliveries, notes wake-ups, and answers. Decides nothing."""

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from integration.errors import DeliveryRejected
from integration.settings import Settings
from webhooks import github, health, jira
from webhooks.deliveries import BODY_LIMIT
from webhooks.inbox import Inbox, connect
from webhooks.receiving import Door


def create_app(settings: Settings, counts: health.Counts | None = None) -> Flask:
    """Return the receiver. It connects at the first delivery, so it starts while Redis is down, and says 503."""
    app = Flask("webhooks", static_folder=None)
    # One byte more than is accepted: a body without a length is cut off here silently, and the cut must show.
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT + 1
    inbox = Inbox(connect(settings.redis_url))
    door = Door(inbox, counts or health.Counts())
    app.register_blueprint(github.blueprint(door, settings.github_webhook_secrets))
    app.register_blueprint(jira.blueprint(door, settings.jira_webhook_secrets))
    app.register_blueprint(health.blueprint(health.Readiness(inbox, settings)))
    app.register_error_handler(DeliveryRejected, _answer_refusal)
    app.register_error_handler(HTTPException, _answer_http_error)
    return app


def _answer_refusal(refusal: DeliveryRejected) -> tuple[Response, int]:
    answer = jsonify(reason=refusal.reason, message=str(refusal))
    if refusal.status == 503:
        answer.headers["Retry-After"] = "5"
    return answer, refusal.status


def _answer_http_error(error: HTTPException) -> tuple[Response, int]:
    """Answer 404, 405 and our own faults as JSON. Flask has logged a fault's trace; the sender never sees one."""
    status = error.code or 500
    answer = jsonify(reason=error.name.lower().replace(" ", "_"), message=f"{error.name}.")
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer, status
