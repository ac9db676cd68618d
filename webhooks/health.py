"""Says whether the receiver lives and can work, and counts deliveries by outcome; metrics have their own address."""

from wsgiref.simple_server import WSGIServer

from flask import Blueprint, Response, jsonify
from prometheus_client import CollectorRegistry, Counter, ProcessCollector, start_http_server
from redis.exceptions import RedisError

from integration.environment import Address
from webhooks.inbox import Inbox

# Labels are closed lists: no repository, issue, person or path ever becomes one (S24).
OUTCOMES = (
    "accepted",
    "repeated",
    "unrelated",
    "bad_signature",
    "not_configured",
    "too_large",
    "not_json",
    "no_event",
    "wrong_shape",
    "store_down",
)
SITES = ("github", "jira")


class Counts:
    """Deliveries by site and outcome, since this process started."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        counter = Counter(
            "followthrough_deliveries", "Webhook deliveries by outcome.", ("site", "outcome"), registry=self.registry
        )
        # Every series exists from the start, so that a rate over the first failure is right.
        self._series = {(site, outcome): counter.labels(site, outcome) for site in SITES for outcome in OUTCOMES}

    def delivery(self, site: str, outcome: str) -> None:
        """Count one delivery."""
        self._series[site, outcome].inc()

    def serve(self, address: Address) -> WSGIServer:
        """Answer ``/metrics`` on ``address`` from a thread of its own. Raises ``OSError`` when the address is taken."""
        server, _thread = start_http_server(address.port, address.host, registry=self.registry)
        return server


def blueprint(inbox: Inbox) -> Blueprint:
    """Return ``/healthz`` (this process lives) and ``/readyz`` (it can note deliveries)."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def live() -> Response:
        return jsonify(status="ok")

    @routes.get("/readyz")
    def ready() -> tuple[Response, int]:
        try:
            inbox.ping()
        except RedisError:
            return jsonify(status="not ready", redis="down"), 503
        return jsonify(status="ready", redis="up"), 200

    return routes
