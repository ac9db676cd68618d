"""The REST routes of a GitHub App: itself, its installations, their tokens, and the deliveries of its one webhook.

The App signs for all of them but ``/installation/…``, which an installation's token asks about itself.
"""

import json
from dataclasses import replace

from flask import request

from integration.sandbox.deliveries import Delivery, Hook
from integration.sandbox.github import apps
from integration.sandbox.github.asking import Answer, Ask, Route
from integration.sandbox.github.model import App, Grant, Installation, Json, Repository
from integration.sandbox.github.people_routes import repository_shape
from integration.sandbox.github.refusals import Refused, not_found
from integration.sandbox.github.shapes_of_accounts import stamp

ALL = "all"


def _app(ask: Ask) -> App:
    if ask.app is None:
        raise Refused(401, "A JSON web token could not be decoded")
    return ask.app


def me(ask: Ask) -> Answer:
    """Answer the App that signed."""
    app = _app(ask)
    mine = [each for each in ask.site.installations.values() if each.app is app]
    return Answer({**(ask.shapes.app_or_none(app) or {}), "installations_count": len(mine)})


def list_installations(ask: Ask) -> Answer:
    """Answer where the App is installed."""
    app = _app(ask)
    mine = [each for each in ask.site.installations.values() if each.app is app]
    return ask.page(mine, lambda each: _installation_shape(ask, each))


def repository_installation(ask: Ask, owner: str, name: str) -> Answer:
    """Answer the App's installation that has a repository."""
    app = _app(ask)
    repository = ask.site.repositories.get(f"{owner}/{name}".lower())
    if repository is None and f"{owner}/{name}".lower() in ask.site.former_names:
        raise ask.moved(ask.site.former_names[f"{owner}/{name}".lower()])
    if repository is None:
        raise not_found()
    return Answer(_installation_shape(ask, apps.installation_on(ask.site, app, repository)))


def make_token(ask: Ask, installation_id: int) -> Answer:
    """Make a token, for the repositories and permissions that are asked for."""
    app, body = _app(ask), ask.body
    installation = ask.site.installations.get(installation_id)
    if installation is None or installation.app is not app:
        raise not_found()
    grant = apps.give_token(ask.site, installation, _asked_for(ask, installation, body), body.get("permissions") or {})
    chosen = [each for each in installation.repositories if each.id in grant.repositories]
    shape: Json = {
        "token": grant.token,
        "expires_at": stamp(grant.expires_at),
        "permissions": grant.permissions,
        "repository_selection": ALL if grant.takes_all else "selected",
    }
    if not grant.takes_all:
        shape["repositories"] = [repository_shape(ask, each) for each in chosen]
    return Answer(shape, 201)


def _asked_for(ask: Ask, installation: Installation, body: Json) -> list[Repository] | None:
    names, ids = body.get("repositories"), body.get("repository_ids")
    if names is None and ids is None:
        return None
    owner = installation.account.login
    found = [ask.site.repositories.get(f"{owner}/{name}".lower()) for name in names or ()]
    found += [ask.site.repositories_by_id.get(each) for each in ids or ()]
    if any(each is None for each in found):
        raise Refused(
            422, "There is at least one repository that does not exist or is not accessible to the parent installation."
        )
    return [each for each in found if each is not None]


def _grant(ask: Ask) -> Grant:
    if ask.grant is None:
        raise Refused(403, "You must authenticate with an installation access token")
    return ask.grant


def my_repositories(ask: Ask) -> Answer:
    """Answer the repositories that an installation's token is good for."""
    grant = _grant(ask)
    mine = [each for each in grant.installation.repositories if each.id in grant.repositories]
    page = ask.page(mine, lambda each: repository_shape(ask, each))
    selection = ALL if grant.takes_all else "selected"
    body = {"total_count": len(mine), "repository_selection": selection, "repositories": page.body}
    return Answer(body, headers=page.headers)


def revoke_token(ask: Ask) -> Answer:
    """End the token that asks."""
    del ask.site.grants[_grant(ask).token]
    return Answer(status=204)


def hook_config(ask: Ask) -> Answer:
    """Answer where the App's webhook goes."""
    hook = _app(ask).hook
    config = {"content_type": "json", "insecure_ssl": "0"}
    return Answer(
        config if hook is None else {**config, "url": hook.url} | ({"secret": "********"} if hook.secret else {})
    )


def set_hook_config(ask: Ask) -> Answer:
    """Lead the App's webhook somewhere, or give it another secret; what is not said stays."""
    app, body = _app(ask), ask.body
    there = app.hook or Hook(ask.site.new_id("hook"), "", None, frozenset({"*"}), f"app/{app.slug}")
    app.hook = replace(there, url=str(body.get("url", there.url)), secret=body.get("secret", there.secret))
    return hook_config(ask)


def _deliveries(ask: Ask) -> list[Delivery]:
    hook, sender = _app(ask).hook, ask.site.sender
    if hook is None or sender is None:
        return []
    return sorted(
        (each for each in sender.deliveries if each.hook.id == hook.id), key=lambda each: each.id, reverse=True
    )


def list_deliveries(ask: Ask) -> Answer:
    """Answer what was delivered, newest first; pages go by a cursor."""
    found, cursor = _deliveries(ask), request.args.get("cursor", "")
    if cursor.isdecimal():
        found = [each for each in found if each.id < int(cursor)]
    size = min(int(request.args.get("per_page", "30")), 100)
    shown, headers = found[:size], {}
    if len(found) > size:
        where = f"{ask.api}/app/hook/deliveries?per_page={size}&cursor={shown[-1].id}"
        headers["Link"] = f'<{where}>; rel="next"'
    return Answer([_delivery_shape(ask, each) for each in shown], headers=headers)


def redeliver(ask: Ask, delivery_id: int) -> Answer:
    """Deliver again, with the same GUID."""
    if ask.site.sender is None or delivery_id not in {each.id for each in _deliveries(ask)}:
        raise not_found()
    ask.site.sender.redeliver(delivery_id)
    return Answer({}, 202)


def _delivery_shape(ask: Ask, delivery: Delivery) -> Json:
    payload = json.loads(delivery.body)
    repository = ask.site.repositories_by_id[payload["repository"]["id"]]
    return {**ask.shapes.delivery(delivery, repository), "installation_id": payload["installation"]["id"]}


def _installation_shape(ask: Ask, installation: Installation) -> Json:
    at = stamp(installation.created_at)
    address = f"{ask.api}/app/installations/{installation.id}"
    return {
        "id": installation.id,
        "account": ask.shapes.user(installation.account),
        "repository_selection": "selected",
        "access_tokens_url": f"{address}/access_tokens",
        "repositories_url": f"{ask.api}/installation/repositories",
        "html_url": f"{ask.shapes.web}/settings/installations/{installation.id}",
        "app_id": installation.app.id,
        "app_slug": installation.app.slug,
        "target_id": installation.account.id,
        "target_type": "Organization" if installation.account.kind == "Organization" else "User",
        "permissions": installation.permissions,
        "events": ["issues", "issue_comment", "sub_issues"],
        "created_at": at,
        "updated_at": at,
        "single_file_name": None,
        "suspended_by": None,
        "suspended_at": at if installation.is_suspended else None,
    }


_DELIVERIES = "/app/hook/deliveries"
ROUTES: tuple[Route, ...] = (
    ("GET", "/app", me),
    ("GET", "/app/installations", list_installations),
    ("POST", "/app/installations/<int:installation_id>/access_tokens", make_token),
    ("GET", "/repos/<owner>/<name>/installation", repository_installation),
    ("GET", "/app/hook/config", hook_config),
    ("PATCH", "/app/hook/config", set_hook_config),
    ("GET", _DELIVERIES, list_deliveries),
    ("POST", f"{_DELIVERIES}/<int:delivery_id>/attempts", redeliver),
    ("GET", "/installation/repositories", my_repositories),
    ("DELETE", "/installation/token", revoke_token),
)
# What an App's own signature is good for.
SIGNED = frozenset(
    {
        me,
        list_installations,
        make_token,
        repository_installation,
        hook_config,
        set_hook_config,
        list_deliveries,
        redeliver,
    }
)
