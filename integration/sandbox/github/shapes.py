"""Renders issues, comments, timelines, pull requests and webhooks as the JSON that GitHub shows."""

from integration.sandbox.github.model import (
    Comment,
    Event,
    Issue,
    Json,
    Label,
    Milestone,
    Person,
    Repository,
)
from integration.sandbox.github.shapes_of_accounts import node_id, number_of, stamp, stamp_or_none
from integration.sandbox.github.shapes_of_places import PlaceShapes

__all__ = ["Shapes", "node_id", "number_of", "stamp", "stamp_or_none"]

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
# How a timeline entry names what it is about.
_REFERENCES = {
    "sub_issue_added": "sub_issue",
    "sub_issue_removed": "sub_issue",
    "parent_issue_added": "parent_issue",
    "parent_issue_removed": "parent_issue",
    "blocked_by_added": "blocked_by",
    "blocked_by_removed": "blocked_by",
    "blocking_added": "blocking",
    "blocking_removed": "blocking",
}


class Shapes(PlaceShapes):
    """Renders everything, with addresses under one API base."""

    def issue_url(self, issue: Issue) -> str:
        """Return an issue's API address."""
        return f"{self.repository_url(issue.repository)}/issues/{issue.number}"

    def issue_page(self, issue: Issue) -> str:
        """Return the address of the page that a person would open."""
        kind = "pull" if issue.pull else "issues"
        return f"{self.web}/{issue.repository.full_name}/{kind}/{issue.number}"

    def issue(self, issue: Issue) -> Json:
        """Return an issue; what the repository's features do not have is absent."""
        url, repository = self.issue_url(issue), issue.repository
        assignees = [self.user(person) for person in issue.assignees]
        shape: Json = {
            "url": url,
            "repository_url": self.repository_url(repository),
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": self.issue_page(issue),
            "timeline_url": f"{url}/timeline",
            "id": issue.id,
            "node_id": node_id("PR" if issue.pull else "I", issue.id),
            "number": issue.number,
            "title": issue.title,
            "user": self.user(issue.author),
            "labels": [self.label(label, repository) for label in issue.labels],
            "state": issue.state,
            "state_reason": issue.state_reason,
            "locked": issue.is_locked,
            "active_lock_reason": issue.lock_reason,
            "assignee": assignees[0] if assignees else None,
            "assignees": assignees,
            "milestone": self.milestone(issue.milestone, repository) if issue.milestone else None,
            "comments": len(issue.comments),
            "created_at": stamp(issue.created_at),
            "updated_at": stamp(issue.updated_at),
            "closed_at": stamp_or_none(issue.closed_at),
            "closed_by": self.user_or_none(issue.closed_by),
            "author_association": self.association(issue.author, repository),
            "type": None,
            "body": issue.body,
            "reactions": self._reactions(url),
            "performed_via_github_app": self.app_or_none(issue.author.app),
        }
        self._add_links(shape, issue)
        if issue.pull is not None:
            pull = f"{self.repository_url(repository)}/pulls/{issue.number}"
            page = self.issue_page(issue)
            shape["pull_request"] = {
                "url": pull,
                "html_url": page,
                "diff_url": f"{page}.diff",
                "patch_url": f"{page}.patch",
                "merged_at": stamp_or_none(issue.pull.merged_at),
            }
            shape["draft"] = False
        return shape

    def issue_in_webhook(self, issue: Issue) -> Json:
        """Return an issue as webhooks show it: without who closed it."""
        shape = self.issue(issue)
        del shape["closed_by"]
        return shape

    def _add_links(self, shape: Json, issue: Issue) -> None:
        features = issue.repository.features
        if "sub_issues" in features:
            total = len(issue.sub_issues)
            completed = sum(each.state == "closed" for each in issue.sub_issues)
            shape["sub_issues_summary"] = {
                "total": total,
                "completed": completed,
                "percent_completed": completed * 100 // total if total else 0,
            }
            if issue.parent is not None:
                shape["parent_issue_url"] = self.issue_url(issue.parent)
        if "dependencies" in features:
            shape["issue_dependencies_summary"] = {
                "blocked_by": sum(each.state == "open" for each in issue.blocked_by),
                "total_blocked_by": len(issue.blocked_by),
                "blocking": sum(each.state == "open" for each in issue.blocking),
                "total_blocking": len(issue.blocking),
            }

    def association(self, person: Person, repository: Repository) -> str:
        """Return ``author_association``, which is no permission."""
        if person is repository.owner:
            return "OWNER"
        if person.login.lower() not in repository.roles:
            return "NONE"
        return "MEMBER" if repository.belongs_to_organisation else "COLLABORATOR"

    def comment(self, comment: Comment, issue: Issue) -> Json:
        """Return a comment; it names the author and never the editor."""
        url = f"{self.repository_url(issue.repository)}/issues/comments/{comment.id}"
        return {
            "url": url,
            "html_url": f"{self.issue_page(issue)}#issuecomment-{comment.id}",
            "issue_url": self.issue_url(issue),
            "id": comment.id,
            "node_id": node_id("IC", comment.id),
            "user": self.user(comment.author),
            "created_at": stamp(comment.created_at),
            "updated_at": stamp(comment.updated_at),
            "body": comment.body,
            "author_association": self.association(comment.author, issue.repository),
            "reactions": self._reactions(url),
            "performed_via_github_app": self.app_or_none(comment.author.app),
        }

    def event(self, event: Event, issue: Issue) -> Json:
        """Return one entry of a timeline or of an event listing."""
        if event.kind == "commented":
            return {**self.comment(event.about, issue), "event": "commented", "actor": self.user(event.actor)}
        return {
            "id": event.id,
            "node_id": node_id("EV", event.id),
            "url": f"{self.repository_url(issue.repository)}/issues/events/{event.id}",
            "actor": self.user(event.actor),
            "event": event.kind,
            "commit_id": event.about if event.kind in {"closed", "merged"} and isinstance(event.about, str) else None,
            "commit_url": None,
            "created_at": stamp(event.at),
            "performed_via_github_app": self.app_or_none(event.actor.app),
            **self._about(event),
        }

    def _about(self, event: Event) -> Json:
        match event.about:
            case Label() as label:
                return {"label": {"name": label.name, "color": label.color}}
            case Person() as person:
                return {"assignee": self.user(person), "assigner": self.user(event.actor)}
            case Milestone() as milestone:
                return {"milestone": {"title": milestone.title}}
            case Issue() as other:
                return {_REFERENCES[event.kind]: self._reference(other)}
            case {"from": before, "to": after}:
                return {"rename": {"from": before, "to": after}}
            case {"state_reason": reason}:
                return {"state_reason": reason}
            case {"lock_reason": reason}:
                return {"lock_reason": reason}
            case _:
                return {}

    def _reference(self, issue: Issue) -> Json:
        return {
            "number": issue.number,
            "title": issue.title,
            "state": issue.state,
            "state_reason": issue.state_reason,
            "repository": self.small_repository(issue.repository),
            "issue_type": None,
        }

    def _reactions(self, url: str) -> Json:
        return {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(REACTIONS, 0)}
