"""The REST routes of repository webhooks, their deliveries, and delivering again."""

import json
from dataclasses import replace

from flask import request

from integration.sandbox.deliveries import Delivery, Hook, is_loopback_url
from integration.sandbox.github.asking import Answer, Ask, Route
from integration.sandbox.github.model import Json, Repository
from integration.sandbox.github.refusals import invalid, not_found
from integration.sandbox.github.shapes import Shapes


def _repository(ask: Ask, owner: str, name: str) -> Repository:
    repository = ask.repository(owner, name)
    # Hooks are hidden from whoever does not administer the repository.
    if not repository.allows(ask.viewer, "admin"):
        raise not_found()
    return repository


def _hook(ask: Ask, owner: str, name: str, hook_id: int) -> tuple[Repository, Hook]:
    repository = _repository(ask, owner, name)
    hook = ask.site.hooks.get(hook_id)
    if hook is None or hook.owner != repository.full_name:
        raise not_found()
    return repository, hook


def _shape(ask: Ask, repository: Repository, hook: Hook) -> Json:
    shape = ask.shapes.hook(hook, repository, ask.site.hook_dates[hook.id])
    made = _deliveries(ask, hook)
    if made:
        status = "active" if made[-1].succeeded else "invalid"
        shape["last_response"] = {"code": made[-1].status or None, "status": status, "message": made[-1].reason}
    return shape


def list_hooks(ask: Ask, owner: str, name: str) -> Answer:
    """Answer a repository's webhooks."""
    repository = _repository(ask, owner, name)
    hooks = ask.site.hooks_of(repository)
    return ask.page(hooks, lambda hook: _shape(ask, repository, hook), repository)


def create_hook(ask: Ask, owner: str, name: str) -> Answer:
    """Register a webhook and ping it; the sandbox takes loopback addresses only."""
    repository = _repository(ask, owner, name)
    config = ask.body.get("config") or {}
    url = config.get("url")
    if not isinstance(url, str) or not is_loopback_url(url):
        raise invalid("Hook", "url", "custom", message="url must be on this machine: this is a sandbox")
    if any(hook.url == url for hook in ask.site.hooks_of(repository)):
        raise invalid("Hook", "url", "custom", message="Hook already exists on this repository")
    hook = ask.site.add_hook(repository, url, config.get("secret"), ask.body.get("events") or ["push"])
    shape = _shape(ask, repository, hook)
    return Answer(shape, 201, {"Location": shape["url"]})


def get_hook(ask: Ask, owner: str, name: str, hook_id: int) -> Answer:
    """Answer one webhook."""
    return Answer(_shape(ask, *_hook(ask, owner, name, hook_id)))


def edit_hook(ask: Ask, owner: str, name: str, hook_id: int) -> Answer:
    """Change address, secret, events or whether it is active."""
    repository, hook = _hook(ask, owner, name, hook_id)
    given, config = ask.body, ask.body.get("config") or {}
    url = config.get("url", hook.url)
    if not is_loopback_url(url):
        raise invalid("Hook", "url")
    events = set(given.get("events") or hook.events) | set(given.get("add_events") or [])
    ask.site.hooks[hook.id] = replace(
        hook,
        url=url,
        secret=config.get("secret", hook.secret if not config else None),
        events=frozenset(events - set(given.get("remove_events") or [])),
        active=given.get("active", hook.active),
    )
    return Answer(_shape(ask, repository, ask.site.hooks[hook.id]))


def delete_hook(ask: Ask, owner: str, name: str, hook_id: int) -> Answer:
    """Remove a webhook."""
    _, hook = _hook(ask, owner, name, hook_id)
    del ask.site.hooks[hook.id]
    return Answer(status=204)


def ping_hook(ask: Ask, owner: str, name: str, hook_id: int) -> Answer:
    """Send a ping."""
    _, hook = _hook(ask, owner, name, hook_id)
    ask.site.ping(hook)
    return Answer(status=204)


def _deliveries(ask: Ask, hook: Hook) -> list[Delivery]:
    sender = ask.site.sender
    return [] if sender is None else [each for each in sender.deliveries if each.hook.id == hook.id]


def list_deliveries(ask: Ask, owner: str, name: str, hook_id: int) -> Answer:
    """Answer what was delivered, newest first; pages go by a cursor."""
    repository, hook = _hook(ask, owner, name, hook_id)
    found = sorted(_deliveries(ask, hook), key=lambda each: each.id, reverse=True)
    cursor = request.args.get("cursor", "")
    if cursor.isdecimal():
        found = [each for each in found if each.id < int(cursor)]
    match request.args.get("status"):
        case "success":
            found = [each for each in found if each.succeeded]
        case "failure":
            found = [each for each in found if not each.succeeded]
        case _:
            pass
    size = min(int(request.args.get("per_page", "30")), 100)
    shown = found[:size]
    headers = {}
    if len(found) > size:
        path = f"/repositories/{repository.id}/hooks/{hook.id}/deliveries"
        headers["Link"] = f'<{ask.api}{path}?per_page={size}&cursor={shown[-1].id}>; rel="next"'
    return Answer([ask.shapes.delivery(each, repository) for each in shown], headers=headers)


def _delivery(ask: Ask, hook: Hook, delivery_id: int) -> Delivery:
    found = next((each for each in _deliveries(ask, hook) if each.id == delivery_id), None)
    if found is None:
        raise not_found()
    return found


def get_delivery(ask: Ask, owner: str, name: str, hook_id: int, delivery_id: int) -> Answer:
    """Answer one delivery with what was sent."""
    repository, hook = _hook(ask, owner, name, hook_id)
    made = _delivery(ask, hook, delivery_id)
    return Answer(
        {
            **ask.shapes.delivery(made, repository),
            "url": hook.url,
            "request": {"headers": dict(made.sent_headers), "payload": json.loads(made.body)},
            "response": {"headers": {}, "payload": ""},
        }
    )


def redeliver(ask: Ask, owner: str, name: str, hook_id: int, delivery_id: int) -> Answer:
    """Deliver again, with the same GUID."""
    _, hook = _hook(ask, owner, name, hook_id)
    made = _delivery(ask, hook, delivery_id)
    if ask.site.sender is not None:
        ask.site.sender.redeliver(made.id)
    return Answer({}, 202)


def is_of_app(hook: Hook) -> bool:
    """Return whether this is the one hook of an App, for all that it is installed on."""
    return hook.owner.startswith("app/")


def headers_for(delivery: Delivery, shapes: Shapes, target_id: int, signature: str | None) -> dict[str, str]:
    """Return the headers of a delivery.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
    """
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/5a11db0",
        "X-GitHub-Delivery": delivery.guid,
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Hook-ID": str(delivery.hook.id),
        "X-GitHub-Hook-Installation-Target-ID": str(target_id),
        "X-GitHub-Hook-Installation-Target-Type": "integration" if is_of_app(delivery.hook) else "repository",
    }
    if signature is not None:
        headers["X-Hub-Signature-256"] = signature
    if shapes.api.endswith("/api/v3"):
        headers |= {"X-GitHub-Enterprise-Version": "3.17.0", "X-GitHub-Enterprise-Host": "127.0.0.1"}
    return headers


_HOOKS = "/repos/<owner>/<name>/hooks"
_ONE = f"{_HOOKS}/<int:hook_id>"
ROUTES: tuple[Route, ...] = (
    ("GET", _HOOKS, list_hooks),
    ("POST", _HOOKS, create_hook),
    ("GET", _ONE, get_hook),
    ("PATCH", _ONE, edit_hook),
    ("DELETE", _ONE, delete_hook),
    ("POST", f"{_ONE}/pings", ping_hook),
    ("GET", f"{_ONE}/deliveries", list_deliveries),
    ("GET", f"{_ONE}/deliveries/<int:delivery_id>", get_delivery),
    ("POST", f"{_ONE}/deliveries/<int:delivery_id>/attempts", redeliver),
)
