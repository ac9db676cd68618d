"""Routes that search (Cloud's ``search/jql``, Server's ``search``) and that register webhooks."""

import base64
import binascii
from typing import Any

from flask import Blueprint, request

from integration.sandbox.jira import jql, jql_match
from integration.sandbox.jira.asking import body, caller, listed, site, views, webhooks
from integration.sandbox.jira.issue_view import INLINE_COMMENTS, issue_json
from integration.sandbox.jira.model import Issue
from integration.sandbox.jira.refusals import JiraRefusal
from integration.sandbox.jira.webhooks import may_administer, sees

routes = Blueprint("jira_search", __name__)
admin = Blueprint("jira_admin", __name__)
MOST_RESULTS = 100
GONE = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."


@routes.route("/search/jql", methods=["GET", "POST"])
def search_cloud() -> dict[str, Any]:
    """Cloud's search: pages by token, no total, only ids unless fields are asked for, never without a restriction."""
    if not site().is_cloud:
        raise JiraRefusal(404, "null for uri: " + request.path)
    asked = _asked()
    query = jql.parse(str(asked.get("jql") or ""))
    if query.where is None:
        raise JiraRefusal(
            400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
        )
    found = _found(query, [str(each) for each in asked.get("reconcileIssues") or []])
    start = _start_of(asked.get("nextPageToken"))
    size = max(1, min(int(asked.get("maxResults") or 50), MOST_RESULTS if asked.get("fields") else 5000))
    page = found[start : start + size]
    shown: dict[str, Any] = {
        "issues": [_result(issue, asked) for issue in page],
        "isLast": start + len(page) >= len(found),
    }
    if not shown["isLast"]:
        shown["nextPageToken"] = base64.urlsafe_b64encode(f"at:{start + len(page)}".encode()).decode()
    return shown


@routes.route("/search", methods=["GET", "POST"])
def search_server() -> dict[str, Any]:
    """Server's search by ``startAt`` with a total; on Cloud it is gone."""
    if site().is_cloud:
        raise JiraRefusal(410, GONE)
    asked = _asked()
    found = _found(jql.parse(str(asked.get("jql") or "")), [])
    start, size = max(0, int(asked.get("startAt") or 0)), int(asked.get("maxResults") or 50)
    page = found[start : start + (size if size > 0 else 0)]
    shown = {"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(found)}
    fields, expand = asked.get("fields") or ("*navigable", "-comment", "-attachment"), asked.get("expand") or ()
    return {
        **shown,
        "issues": [
            issue_json(views(), each, fields=fields, expand=expand, properties=asked.get("properties") or ())
            for each in page
        ],
    }


def _asked() -> dict[str, Any]:
    if request.method == "POST":
        given = body()
        expand = given.get("expand")
        return {**given, "expand": expand.split(",") if isinstance(expand, str) else expand}
    return {
        **{name: request.args.get(name) for name in ("jql", "nextPageToken", "maxResults", "startAt")},
        **{name: listed(name) for name in ("fields", "expand", "properties", "reconcileIssues")},
    }


def _found(query: jql.Query, reconciled: list[str]) -> list[Issue]:
    """Return the issues that the caller may see, sorted; the newest may be missing while the index lags behind."""
    person, jira = caller(), site()
    asker = jql.Asker(jira, person)
    jql_match.check(query.where, asker)
    indexed_until = jira.clock() - jira.search_lag
    found = [
        issue
        for issue in jira.issues.values()
        if sees(jira, person, issue)
        and (issue.created <= indexed_until or issue.id in reconciled)
        and jql.matches(query.where, issue, asker)
    ]
    return jql.in_order(found, query.order, jira)


def _start_of(token: Any) -> int:
    if not token:
        return 0
    try:
        kind, _, at = base64.urlsafe_b64decode(str(token)).decode().partition(":")
        if kind != "at":
            raise ValueError
        return int(at)
    except (binascii.Error, ValueError) as wrong:
        raise JiraRefusal(400, "The provided next page token is invalid.") from wrong


def _result(issue: Issue, asked: dict[str, Any]) -> dict[str, Any]:
    fields = [str(each) for each in asked.get("fields") or ()]
    if not fields or fields == ["id"]:
        return {"id": issue.id}
    shown = issue_json(
        views(), issue, fields=fields, expand=asked.get("expand") or (), properties=asked.get("properties") or ()
    )
    comments = shown["fields"].get("comment")
    if comments:
        # Search shows at most the newest 20; the rest is read from the issue.
        comments["comments"] = comments["comments"][-INLINE_COMMENTS:]
    if "changelog" in shown:
        shown["changelog"]["histories"] = shown["changelog"]["histories"][:INLINE_COMMENTS]
    return shown


@admin.get("/rest/webhooks/1.0/webhook")
def list_webhooks() -> list[dict[str, Any]]:
    """The registered webhooks; administrators only."""
    _require_admin()
    return list(site().webhooks.values())


@admin.post("/rest/webhooks/1.0/webhook")
def register_webhook() -> tuple[dict[str, Any], int]:
    """Register a webhook with its secret."""
    _require_admin()
    return webhooks().register(body(), caller().name), 201


@admin.get("/rest/webhooks/1.0/webhook/<number>")
def read_webhook(number: str) -> dict[str, Any]:
    """One webhook."""
    _require_admin()
    return webhooks().get(number)


@admin.put("/rest/webhooks/1.0/webhook/<number>")
def update_webhook(number: str) -> dict[str, Any]:
    """Change a webhook."""
    _require_admin()
    return webhooks().update(number, body())


@admin.delete("/rest/webhooks/1.0/webhook/<number>")
def delete_webhook(number: str) -> tuple[str, int]:
    """Forget a webhook."""
    _require_admin()
    webhooks().delete(number)
    return "", 204


def _require_admin() -> None:
    if not may_administer(caller()):
        raise JiraRefusal(403, "Only administrators may manage webhooks.")
