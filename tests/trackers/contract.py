"""Records what the adapters ask in tests, and holds it against the trackers' published API descriptions.

The descriptions are not part of the project; where the folder ``shared/contract`` is not beside it, nothing is checked, and
``test_contract.py`` says so.
"""

import base64
import importlib.util
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import HTTPAdapter

from integration.trackers.github.client import USER_AGENT

CONTRACT = Path(__file__).resolve().parents[3] / "shared" / "contract"
ACCOUNT = "followthrough"  # How the names of our own accounts begin on every server of the tests.
DESCRIPTIONS = {"github": ("api.github.com",), "jira": ("jira-cloud-platform-v2", "jira-cloud-platform-v3")}
# What the descriptions have no path for: redirects by a repository's id, GraphQL, and the webhooks that administrators of Jira make
# (developer.atlassian.com/cloud/jira/platform/webhooks, "Registering a webhook via the Jira REST API").
NOT_DESCRIBED = ("/repositories/", "/graphql", "/api/graphql", "/rest/webhooks/1.0/webhook")
ENOUGH = 50  # requests of one route that are kept; property tests send thousands of the same.

Exchange = dict[str, Any]
_GATEWAY = re.compile(r"^/ex/jira/[0-9a-f-]+(?=/)")
_DIGITS = re.compile(r"[0-9]+")


def is_at_hand() -> bool:
    """Tell whether the published descriptions are beside the project."""
    return (CONTRACT / "contract_check.py").is_file()


@contextmanager
def recorded() -> Iterator[list[Exchange]]:
    """Note each request that our own account sends through ``requests``, by whatever library."""
    exchanges: list[Exchange] = []
    kept: Counter[str] = Counter()
    original = HTTPAdapter.send

    def send(adapter: HTTPAdapter, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        if _is_ours(request):
            route = _route(request)
            kept[route] += 1
            if kept[route] <= ENOUGH:
                exchanges.append(_described(request))
        return original(adapter, request, **more)

    HTTPAdapter.send = send  # type: ignore[method-assign]
    try:
        yield exchanges
    finally:
        HTTPAdapter.send = original  # type: ignore[method-assign]


def _route(request: requests.PreparedRequest) -> str:
    url = urlsplit(str(request.url))
    names = sorted({name for name, _ in parse_qsl(url.query, keep_blank_values=True)})
    return f"{request.method} {_DIGITS.sub('0', url.path)} {names}"


def _is_ours(request: requests.PreparedRequest) -> bool:
    if request.headers.get("User-Agent") == USER_AGENT:
        return True
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        secret = base64.b64decode(secret).decode()
    return "/rest/" in str(request.url) and ACCOUNT in secret


def _described(request: requests.PreparedRequest) -> Exchange:
    url = urlsplit(str(request.url))
    query: dict[str, Any] = {}
    for name, value in parse_qsl(url.query, keep_blank_values=True):
        query[name] = [*query[name], value] if name in query else [value]
    kind = request.headers.get("Content-Type", "").split(";")[0].strip()
    is_json = bool(request.body) and kind.endswith("/json")
    return {
        "method": request.method,
        # Atlassian's gateway serves the same paths below its own.
        "path": _GATEWAY.sub("", url.path),
        "query": {name: values[0] if len(values) == 1 else values for name, values in query.items()},
        "request_json": json.loads(request.body or "null") if is_json else None,
        "request_body_kind": "json" if is_json else kind if request.body else None,
    }


def violations(exchanges: list[Exchange]) -> list[str]:
    """Return, each once, what the published descriptions do not allow, or do not know of."""
    found: dict[str, None] = {}
    for exchange in exchanges:
        site = "jira" if exchange["path"].startswith("/rest/") else "github"
        if exchange["path"].removeprefix("/api/v3").startswith(NOT_DESCRIBED):
            continue
        for severity, kind, where, message, operation in _checker().check(_specs(site), exchange, _options(site)):
            if severity == "V" or kind in {"query-unknown", "body-unknown"}:
                found[f"{site}: {operation} {where} {kind}: {message}"] = None
    return list(found)


def _options(site: str) -> SimpleNamespace:
    aliases = [("/rest/api/latest", "/rest/api/2")]
    return SimpleNamespace(strip_prefix=["/api/v3"], aliases=aliases, responses=False, error_bodies=False, profile=site)


@lru_cache
def _checker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("published_contract", CONTRACT / "contract_check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@lru_cache
def _specs(site: str) -> tuple[Any, ...]:
    return tuple(_checker().Spec(CONTRACT / "specs" / f"{name}.json.gz") for name in DESCRIPTIONS[site])
