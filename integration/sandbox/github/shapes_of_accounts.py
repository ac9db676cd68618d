"""Renders accounts and Apps as JSON, and ids and instants as GitHub writes them."""

import base64
from datetime import datetime

from integration.sandbox.github.model import App, Json, Person


def node_id(kind: str, number: int) -> str:
    """Return an opaque GraphQL id, such as ``IC_…`` for an issue comment."""
    return f"{kind}_{base64.urlsafe_b64encode(number.to_bytes(8, 'big')).decode().rstrip('=')}"


def number_of(node: str) -> int:
    """Return the number inside a node id, 0 for what is none."""
    try:
        return int.from_bytes(base64.urlsafe_b64decode(node.partition("_")[2] + "="), "big")
    except ValueError:
        return 0


def stamp(instant: datetime) -> str:
    """Return ``2026-11-23T10:00:00Z``: whole seconds, as GitHub writes instants."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_or_none(instant: datetime | None) -> str | None:
    """Return the instant as GitHub writes it, or None."""
    return None if instant is None else stamp(instant)


class AccountShapes:
    """Renders with addresses under one API base, such as ``http://127.0.0.1:8100/api/v3``."""

    def __init__(self, api: str) -> None:
        """Take the API base without a slash at its end."""
        self.api = api
        self.web = api.removesuffix("/api/v3")
        self._users: dict[int, Json] = {}

    def user(self, person: Person) -> Json:
        """Return a simple user."""
        if person.id not in self._users:
            url = f"{self.api}/users/{person.login}"
            self._users[person.id] = {
                "login": person.login,
                "id": person.id,
                "node_id": node_id({"Organization": "O", "Bot": "BOT"}.get(person.kind, "U"), person.id),
                "avatar_url": f"{self.web}/avatars/{person.id}",
                "gravatar_id": "",
                "url": url,
                "html_url": f"{self.web}/{person.login}",
                "followers_url": f"{url}/followers",
                "following_url": f"{url}/following{{/other_user}}",
                "gists_url": f"{url}/gists{{/gist_id}}",
                "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
                "subscriptions_url": f"{url}/subscriptions",
                "organizations_url": f"{url}/orgs",
                "repos_url": f"{url}/repos",
                "events_url": f"{url}/events{{/privacy}}",
                "received_events_url": f"{url}/received_events",
                "type": person.kind,
                "user_view_type": "public",
                "site_admin": False,
            }
        return self._users[person.id]

    def user_or_none(self, person: Person | None) -> Json | None:
        """Return a simple user, or None."""
        return None if person is None else self.user(person)

    def profile(self, person: Person) -> Json:
        """Return a public user."""
        return {
            **self.user(person),
            "name": person.name,
            "company": None,
            "blog": "",
            "location": None,
            "email": None,
            "hireable": None,
            "bio": None,
            "twitter_username": None,
            "public_repos": 0,
            "public_gists": 0,
            "followers": 0,
            "following": 0,
            "created_at": stamp(person.created_at),
            "updated_at": stamp(person.created_at),
        }

    def own_profile(self, person: Person) -> Json:
        """Return the private user that an account sees of itself."""
        figures = ("private_gists", "total_private_repos", "owned_private_repos", "disk_usage", "collaborators")
        private = {"user_view_type": "private", "two_factor_authentication": True}
        return {**self.profile(person), **dict.fromkeys(figures, 0), **private}

    def organisation(self, owner: Person) -> Json:
        """Return the organisation as webhooks show it."""
        url = f"{self.api}/orgs/{owner.login}"
        return {
            "login": owner.login,
            "id": owner.id,
            "node_id": node_id("O", owner.id),
            "url": url,
            "repos_url": f"{url}/repos",
            "events_url": f"{url}/events",
            "hooks_url": f"{url}/hooks",
            "issues_url": f"{url}/issues",
            "members_url": f"{url}/members{{/member}}",
            "public_members_url": f"{url}/public_members{{/member}}",
            "avatar_url": f"{self.web}/avatars/{owner.id}",
            "description": None,
        }

    def app_or_none(self, app: App | None) -> Json | None:
        """Return the App that something was written through, or None."""
        if app is None:
            return None
        return {
            "id": app.id,
            "slug": app.slug,
            "node_id": node_id("A", app.id),
            "client_id": f"Iv1.{app.id:016x}",
            "owner": self.user(app.owner),
            "name": app.slug.replace("-", " ").title(),
            "description": "",
            "external_url": f"{self.web}/apps/{app.slug}",
            "html_url": f"{self.web}/apps/{app.slug}",
            "created_at": stamp(app.created_at),
            "updated_at": stamp(app.created_at),
            "permissions": {"issues": "write", "metadata": "read"},
            "events": ["issues", "issue_comment"],
        }
