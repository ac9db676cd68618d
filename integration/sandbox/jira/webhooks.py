"""The administrator's webhooks of the stand-in Jira: who is told of what, and how each delivery is signed and headed.

Cloud tries again up to five times on 408, 409, 425, 429, 5xx and no answer; Server never
(developer.atlassian.com/cloud/jira/platform/webhooks/).
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from integration.sandbox.jira import jql
from integration.sandbox.jira.access import may
from integration.sandbox.jira.events import EVENTS
from integration.sandbox.jira.model import Issue, Person
from integration.sandbox.jira.refusals import JiraRefusal
from integration.sandbox.jira.state import Site
from integration.sandbox.web import Delivery, Hook, HookSender, Misbehaviour, signature

RETRIED = frozenset({0, 408, 409, 425, 429, *range(500, 600)})
RETRIES = 5
AGENT = "Atlassian Webhook HTTP Client"


def make_sender(site: Site, misbehave: Misbehaviour, clock: Callable[[], datetime], retry_pause: float) -> HookSender:
    """Return the sender of this site's webhooks; only Cloud tries again."""

    def headers_for(delivery: Delivery) -> Mapping[str, str]:
        headers = {"Content-Type": "application/json; charset=UTF-8", "User-Agent": AGENT}
        if site.is_cloud:
            headers |= {"X-Atlassian-Webhook-Identifier": delivery.guid, "X-Atlassian-Webhook-Flow": "Primary"}
            if delivery.attempt:
                headers["X-Atlassian-Webhook-Retry"] = str(delivery.attempt)
        if delivery.hook.secret:
            headers["X-Hub-Signature"] = signature(delivery.hook.secret, delivery.body)
        return headers

    if site.is_cloud:
        return HookSender(headers_for, misbehave, clock, retried=RETRIED, retries=RETRIES, retry_pause=retry_pause)
    return HookSender(headers_for, misbehave, clock)


class Webhooks:
    """Registered webhooks of a site, each with its events and an optional JQL filter."""

    def __init__(self, site: Site, sender: HookSender) -> None:
        self._site, self._sender = site, sender
        self._secrets: dict[str, str] = {}

    def register(self, asked: Mapping[str, Any], by: str) -> dict[str, Any]:
        """Remember a webhook from the body of ``POST /rest/webhooks/1.0/webhook``; returns it without its secret."""
        number = self._site.next_id("webhook")
        shown = {
            "name": asked.get("name", ""),
            "url": asked.get("url", ""),
            "events": list(asked.get("events", [])),
            "filters": dict(asked.get("filters") or {}),
            "excludeBody": bool(asked.get("excludeBody", False)),
            "enabled": bool(asked.get("enabled", True)),
            "lastUpdatedUser": by,
            "isSigned": bool(asked.get("secret")),
            "self": f"{self._site.base_url}/rest/webhooks/1.0/webhook/{number}",
        }
        self._check(shown)
        self._site.webhooks[number] = shown
        if asked.get("secret"):
            self._secrets[number] = str(asked["secret"])
        return shown

    def update(self, number: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Change what is given of a webhook; a secret that is not given stays."""
        shown = self.get(number) | {
            key: asked[key] for key in ("name", "url", "events", "filters", "enabled", "excludeBody") if key in asked
        }
        self._check(shown)
        if asked.get("secret"):
            self._secrets[number] = str(asked["secret"])
            shown["isSigned"] = True
        self._site.webhooks[number] = shown
        return shown

    def get(self, number: str) -> dict[str, Any]:
        """Return one webhook, or 404."""
        if number not in self._site.webhooks:
            raise JiraRefusal(404, f"Webhook with id {number} does not exist.")
        return self._site.webhooks[number]

    def delete(self, number: str) -> None:
        """Forget a webhook."""
        self.get(number)
        del self._site.webhooks[number]
        self._secrets.pop(number, None)

    def send(self, event: str, payload: dict[str, Any], issue: Issue | None) -> None:
        """Queue the event for every enabled webhook that wants it and whose filter has the issue."""
        guid = str(uuid.uuid4())
        for number, shown in self._site.webhooks.items():
            if not shown["enabled"] or event not in shown["events"] or not self._filter_has(shown, issue):
                continue
            hook = Hook(int(number), shown["url"], self._secrets.get(number), frozenset(shown["events"]), owner="jira")
            self._sender.send(
                hook, event, payload.get("issue_event_type_name"), {} if shown["excludeBody"] else payload, guid
            )

    def _filter_has(self, shown: Mapping[str, Any], issue: Issue | None) -> bool:
        query = shown["filters"].get("issue-related-events-section", "")
        if issue is None or not query:
            return True
        nobody = Person("", "", "", "", site_admin=True)
        return bool(jql.matches(jql.parse(query).where, issue, jql.Asker(self._site, nobody)))

    def _check(self, shown: Mapping[str, Any]) -> None:
        if not str(shown["url"]).startswith(("http://", "https://")):
            raise JiraRefusal(400, "The webhook URL must be a valid http or https URL.")
        unknown = sorted(set(shown["events"]) - EVENTS)
        if unknown:
            raise JiraRefusal(400, f"Unknown webhook events: {', '.join(unknown)}.")
        jql.parse(shown["filters"].get("issue-related-events-section", ""))


def may_administer(person: Person) -> bool:
    """Whether the person is an administrator of the site."""
    return person.site_admin and person.active


def sees(site: Site, person: Person, issue: Issue) -> bool:
    """Whether search shows the issue to this person."""
    return may(person, site.project_of(issue), "BROWSE_PROJECTS")
