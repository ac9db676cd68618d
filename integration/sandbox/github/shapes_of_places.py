"""Renders repositories and what they own: labels, milestones, issue fields, webhooks and their deliveries."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from integration.sandbox.deliveries import Delivery, Hook
from integration.sandbox.github.model import IssueField, Json, Label, Milestone, Person, Repository
from integration.sandbox.github.shapes_of_accounts import AccountShapes, node_id, stamp, stamp_or_none

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


class PlaceShapes(AccountShapes):
    """Renders places, and the accounts that own them."""

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
            "open_issues": repository.open_issues,
            "open_issues_count": repository.open_issues,
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
            "open_issues": milestone.open_issues,
            "closed_issues": milestone.closed_issues,
            "state": "open" if milestone.closed_at is None else "closed",
            "created_at": stamp(milestone.created_at),
            "updated_at": stamp(milestone.updated_at),
            "due_on": stamp_or_none(milestone.due_on),
            "closed_at": stamp_or_none(milestone.closed_at),
        }

    def hook(self, hook: Hook, repository: Repository, at: datetime) -> Json:
        """Return a repository webhook; the secret is never shown."""
        url = f"{self.repository_url(repository)}/hooks/{hook.id}"
        config = {"url": hook.url, "content_type": "json", "insecure_ssl": "0"}
        return {
            "type": "Repository",
            "id": hook.id,
            "name": "web",
            "active": hook.active,
            "events": sorted(hook.events),
            "config": {**config, "secret": "********"} if hook.secret else config,
            "updated_at": stamp(at),
            "created_at": stamp(at),
            "url": url,
            "test_url": f"{url}/test",
            "ping_url": f"{url}/pings",
            "deliveries_url": f"{url}/deliveries",
            "last_response": {"code": None, "status": "unused", "message": None},
        }

    def delivery(self, delivery: Delivery, repository: Repository) -> Json:
        """Return one attempted delivery as the listing shows it."""
        return {
            "id": delivery.id,
            "guid": delivery.guid,
            "delivered_at": stamp(delivery.made_at),
            "redelivery": delivery.is_redelivery,
            "duration": round(delivery.duration, 2),
            "status": delivery.reason,
            "status_code": delivery.status or 0,
            "event": delivery.event,
            "action": delivery.action,
            "installation_id": None,
            "repository_id": repository.id,
            "throttled_at": None,
        }

    def field(self, field: IssueField) -> Json:
        """Return the definition of an issue field."""
        at = stamp(field.created_at)
        return {
            "id": field.id,
            "node_id": node_id("IF", field.id),
            "name": field.name,
            "description": None,
            "data_type": field.data_type,
            "visibility": "all",
            "options": self._options(field, at) if field.options else None,
            "created_at": at,
            "updated_at": at,
        }

    def _options(self, field: IssueField, at: str) -> list[Json]:
        return [
            {"id": field.id * 100 + place, "name": name, "description": None, "color": "gray", "priority": place}
            | {"created_at": at, "updated_at": at}
            for place, name in enumerate(field.options, 1)
        ]

    def field_value(self, field: IssueField, value: Any) -> Json:
        """Return the value of an issue field; a select names its option."""
        shape: Json = {
            "issue_field_id": field.id,
            "issue_field_name": field.name,
            "node_id": node_id("IFV", field.id),
            "data_type": field.data_type,
            "value": value,
        }
        if field.data_type == "single_select":
            option = field.id * 100 + field.options.index(value) + 1
            shape["single_select_option"] = {"id": option, "name": value, "color": "gray"}
        return shape
