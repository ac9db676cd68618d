"""Renders accounts, repositories, labels and milestones as the JSON that the REST API and the webhooks show."""

import base64
from datetime import datetime
from urllib.parse import quote

from integration.sandbox.github.model import App, Json, Label, Milestone, Person, Repository

# Suffixes of a repository's API address, as the published description names them.
_REPOSITORY_URLS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


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


class PlaceShapes:
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

    def repository_url(self, repository: Repository) -> str:
        """Return a repository's API address."""
        return f"{self.api}/repos/{repository.full_name}"

    def small_repository(self, repository: Repository) -> Json:
        """Return a repository as a timeline reference shows it: who it is and where its parts are."""
        url, web = self.repository_url(repository), f"{self.web}/{repository.full_name}"
        return {
            "id": repository.id,
            "node_id": node_id("R", repository.id),
            "name": repository.name,
            "full_name": repository.full_name,
            "private": repository.private,
            "owner": self.user(repository.owner),
            "html_url": web,
            "description": repository.description,
            "fork": False,
            "url": url,
            **{key: url + suffix for key, suffix in _REPOSITORY_URLS.items()},
        }

    def repository(self, repository: Repository) -> Json:
        """Return a repository as listings and webhooks show it."""
        web = f"{self.web}/{repository.full_name}"
        open_issues = repository.tally().open_issues
        return {
            **self.small_repository(repository),
            "git_url": f"git:{web.split(':', 1)[1]}.git",
            "ssh_url": f"git@127.0.0.1:{repository.full_name}.git",
            "clone_url": f"{web}.git",
            "svn_url": web,
            "mirror_url": None,
            "homepage": None,
            "language": None,
            "license": None,
            "topics": [],
            "forks": 0,
            "forks_count": 0,
            "stargazers_count": 0,
            "watchers": 0,
            "watchers_count": 0,
            "size": 1,
            "default_branch": "main",
            "open_issues": open_issues,
            "open_issues_count": open_issues,
            "is_template": False,
            "has_issues": True,
            "has_projects": False,
            "has_wiki": False,
            "has_pages": False,
            "has_downloads": False,
            "has_discussions": False,
            "archived": repository.is_archived,
            "disabled": False,
            "visibility": "private" if repository.private else "public",
            "allow_forking": True,
            "web_commit_signoff_required": False,
            "pushed_at": stamp(repository.created_at),
            "created_at": stamp(repository.created_at),
            "updated_at": stamp(repository.updated_at),
        }

    def full_repository(self, repository: Repository, viewer: Person | None) -> Json:
        """Return a repository as GET shows it, with what the viewer may do."""
        shape = {
            **self.repository(repository),
            "permissions": repository.permissions_of(viewer),
            "subscribers_count": 0,
            "network_count": 0,
        }
        if repository.belongs_to_organisation:
            shape["organization"] = self.user(repository.owner)
        return shape

    def label(self, label: Label, repository: Repository) -> Json:
        """Return a label."""
        return {
            "id": label.id,
            "node_id": node_id("LA", label.id),
            "url": f"{self.repository_url(repository)}/labels/{quote(label.name, safe='')}",
            "name": label.name,
            "color": label.color,
            "default": False,
            "description": label.description,
        }

    def milestone(self, milestone: Milestone, repository: Repository) -> Json:
        """Return a milestone with its counts."""
        open_issues, closed_issues = repository.tally().of_milestone.get(milestone.id, (0, 0))
        url = f"{self.repository_url(repository)}/milestones/{milestone.number}"
        return {
            "url": url,
            "html_url": f"{self.web}/{repository.full_name}/milestone/{milestone.number}",
            "labels_url": f"{url}/labels",
            "id": milestone.id,
            "node_id": node_id("MI", milestone.id),
            "number": milestone.number,
            "title": milestone.title,
            "description": milestone.description,
            "creator": self.user(milestone.creator),
            "open_issues": open_issues,
            "closed_issues": closed_issues,
            "state": "open" if milestone.closed_at is None else "closed",
            "created_at": stamp(milestone.created_at),
            "updated_at": stamp(milestone.updated_at),
            "due_on": stamp_or_none(milestone.due_on),
            "closed_at": stamp_or_none(milestone.closed_at),
        }
