"""The address of a process's metrics: ``/metrics`` for Prometheus, ``/readyz`` with details that nobody outside should read (S24)."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server

from integration.environment import Address

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

GOOD = frozenset({"up", "set", "not configured"})


def is_ready(parts: Mapping[str, str]) -> bool:
    """Tell whether every part is as it should be."""
    return all(state in GOOD for state in parts.values())


def serve(address: Address, registry: CollectorRegistry, parts: Callable[[], Mapping[str, str]]) -> WSGIServer:
    """Answer on ``address`` from a thread of its own. Raises ``OSError`` when the address is taken."""
    server, _thread = start_http_server(address.port, address.host, registry=registry)
    metrics: Any = server.get_app()

    def answer(environ: dict[str, Any], start: "StartResponse") -> Iterable[bytes]:
        if environ.get("PATH_INFO") != "/readyz":
            found: Iterable[bytes] = metrics(environ, start)
            return found
        told = dict(parts())
        ready = is_ready(told)
        start("200 OK" if ready else "503 Service Unavailable", [("Content-Type", "application/json")])
        return [json.dumps({"status": "ready" if ready else "not ready", **told}).encode() + b"\n"]

    server.set_app(answer)
    return server
