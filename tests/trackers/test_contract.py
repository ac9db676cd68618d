"""The check against the published descriptions sees what it should, so that its silence elsewhere means something."""

import pytest
import requests

from tests.trackers import contract

needs_descriptions = pytest.mark.skipif(
    not contract.is_at_hand(), reason="the published API descriptions are not beside the project (../shared/contract)"
)


def an_exchange(method: str, path: str, body: object = None, query: dict[str, str] | None = None) -> contract.Exchange:
    kind = "json" if body is not None else None
    return {
        "method": method,
        "path": path,
        "query": query or {},
        "request_json": body,
        "request_body_kind": kind,
    }


@needs_descriptions
@pytest.mark.parametrize(
    ("exchange", "says"),
    [
        (an_exchange("GET", "/repos/acme/shop/tickets"), "no-path"),
        (an_exchange("PUT", "/repos/acme/shop/issues/1"), "no-method"),
        (an_exchange("POST", "/repos/acme/shop/issues", {"body": "no title"}), "body-schema"),
        (an_exchange("POST", "/repos/acme/shop/issues", {"title": "x", "due": "2026-12-01"}), "body-unknown"),
        (an_exchange("GET", "/repos/acme/shop/issues", query={"label": "x"}), "query-unknown"),
        (an_exchange("GET", "/rest/api/2/nothing"), "no-path"),
    ],
)
def test_what_is_not_published_is_found(exchange: contract.Exchange, says: str) -> None:
    found = contract.violations([exchange])
    assert [says in each for each in found] == [True]


@needs_descriptions
def test_what_is_published_passes() -> None:
    assert contract.violations([an_exchange("GET", "/api/v3/repos/acme/shop/issues", query={"state": "all"})]) == []


def test_requests_of_our_account_are_noted_and_those_of_others_are_not() -> None:
    with contract.recorded() as exchanges:
        for agent in ("followthrough", "somebody-else"):
            with pytest.raises(requests.ConnectionError):
                requests.get("http://127.0.0.1:9/user/repos?page=2", headers={"User-Agent": agent}, timeout=5)
    assert [(each["method"], each["path"], each["query"]) for each in exchanges] == [
        ("GET", "/user/repos", {"page": "2"})
    ]
