"""Builders of deliveries, hand-written after the documented shapes of both trackers' payloads."""

import hashlib
import hmac
import itertools
import json
import uuid
from typing import Any

GITHUB_SECRET = "github-test-secret-0123456789"
JIRA_SECRET = "jira-test-secret-0123456789"

JSON = dict[str, Any]
_numbers = itertools.count(1)


def sign(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def to_body(payload: Any) -> bytes:
    return payload if isinstance(payload, bytes) else json.dumps(payload).encode()


def github_headers(body: bytes, event: str = "issues", *, delivery: str | None = None, **more: str) -> dict[str, str]:
    """Headers as GitHub sends them, signed; a new delivery id unless one is given."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery or str(uuid.uuid4()),
        "X-GitHub-Hook-ID": "292430182",
        "X-GitHub-Hook-Installation-Target-ID": "79929171",
        "X-GitHub-Hook-Installation-Target-Type": "repository",
        "X-Hub-Signature": "sha1=" + hmac.new(GITHUB_SECRET.encode(), body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": sign(body, GITHUB_SECRET),
    } | more


def jira_headers(body: bytes, *, delivery: str | None = None, **more: str) -> dict[str, str]:
    """Headers as Jira Cloud sends them, signed."""
    return {
        "Content-Type": "application/json; charset=UTF-8",
        "User-Agent": "Atlassian Webhook HTTP Client",
        "X-Atlassian-Webhook-Identifier": delivery or str(uuid.uuid4()),
        "X-Atlassian-Webhook-Flow": "Primary",
        "X-Hub-Signature": sign(body, JIRA_SECRET),
    } | more


def a_repository(full_name: str = "acme/shop") -> JSON:
    return {"id": 35129377, "name": full_name.partition("/")[2], "full_name": full_name, "private": True}


def an_issue(id: int = 3578496080, number: int = 20, **more: Any) -> JSON:
    return {
        "id": id,
        "number": number,
        "title": "Assistant recommends recalled products",
        "state": "open",
        "labels": [{"id": 1, "name": "incident"}],
        "user": {"login": "dana", "id": 7},
        "body": "### Summary\n\nIt did.",
        "pull_request": None,
    } | more


def an_issues_payload(action: str = "opened", *, repository: str = "acme/shop", **issue: Any) -> JSON:
    return {
        "action": action,
        "issue": an_issue(**issue),
        "repository": a_repository(repository),
        "sender": {"login": "dana", "id": 7},
        "nonce": next(_numbers),  # Two payloads are never the same by chance.
    }


def a_jira_issue(id: str = "10040", key: str = "PM-41", **fields: Any) -> JSON:
    return {
        "id": id,
        "self": f"https://site.example/rest/api/2/issue/{id}",
        "key": key,
        "fields": {"summary": "Assistant recommends recalled products", "labels": ["incident"]} | fields,
    }


def a_jira_payload(event: str = "jira:issue_updated", **more: Any) -> JSON:
    issue = {} if "issue" in more or event.startswith("issuelink") else {"issue": a_jira_issue()}
    return {"timestamp": 1570513345538 + next(_numbers), "webhookEvent": event} | issue | more
