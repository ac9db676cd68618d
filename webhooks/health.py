"""Says whether the receiver lives and can work, and counts deliveries by outcome; metrics have their own address."""

from wsgiref.simple_server import WSGIServer

from flask import Blueprint, Response, jsonify
from prometheus_client import CollectorRegistry, Counter, ProcessCollector
from redis.exceptions import RedisError

from integration import metrics_server
from integration.environment import Address
from integration.settings import Settings
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

    def serve(self, address: Address, readiness: "Readiness") -> WSGIServer:
        """Answer ``/metrics`` and ``/readyz`` on ``address`` from a thread of its own. Raises ``OSError`` when it is taken."""
        return metrics_server.serve(address, self.registry, readiness.parts)


class Readiness:
    """Which of the parts that the receiver needs are there: Redis, and a secret for at least one tracker."""

    def __init__(self, inbox: Inbox, settings: Settings) -> None:
        self._inbox = inbox
        secrets = {"github": settings.github_webhook_secrets, "jira": settings.jira_webhook_secrets}
        one_is_enough = "not configured" if any(secrets.values()) else "missing"
        self._secrets = {f"{site}_webhook_secret": "set" if secrets[site] else one_is_enough for site in SITES}

    def parts(self) -> dict[str, str]:
        """Return each part and how it is."""
        try:
            self._inbox.ping()
            redis = "up"
        except RedisError:
            redis = "down"
        return {"redis": redis, **self._secrets}


def blueprint(readiness: Readiness) -> Blueprint:
    """Return ``/healthz`` (this process lives) and ``/readyz`` (it can note deliveries)."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def live() -> Response:
        return jsonify(status="ok")

    @routes.get("/readyz")
    def ready() -> tuple[Response, int]:
        # Everybody can ask here; which part is amiss is told on the metrics address alone (S24).
        ready = metrics_server.is_ready(readiness.parts())
        return jsonify(status="ready" if ready else "not ready"), 200 if ready else 503

    return routes
