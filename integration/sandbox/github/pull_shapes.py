"""Renders a pull request as GET and the ``pull_request`` webhook show it."""

from integration.sandbox.github.model import Issue, Json, Pull
from integration.sandbox.github.shapes import Shapes, node_id, stamp_or_none


def pull_request(shapes: Shapes, issue: Issue, pull: Pull) -> Json:
    """Return the pull request that this issue is."""
    repository, as_issue = issue.repository, shapes.issue(issue)
    base, page = shapes.repository_url(repository), shapes.issue_page(issue)
    url = f"{base}/pulls/{issue.number}"
    addresses = {
        "url": url,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": as_issue["url"],
        "commits_url": f"{url}/commits",
        "review_comments_url": f"{url}/comments",
        "review_comment_url": f"{base}/pulls/comments{{/number}}",
        "comments_url": as_issue["comments_url"],
        "statuses_url": f"{base}/statuses/{pull.sha}",
    }
    same = ("number", "state", "locked", "title", "user", "body", "labels", "milestone", "active_lock_reason")
    also = ("created_at", "updated_at", "closed_at", "assignee", "assignees", "author_association", "comments")
    return {
        **addresses,
        **{key: as_issue[key] for key in (*same, *also)},
        "id": pull.id,
        "node_id": node_id("PR", pull.id),
        "draft": False,
        "merged_at": stamp_or_none(pull.merged_at),
        "merge_commit_sha": pull.merge_sha,
        "requested_reviewers": [],
        "requested_teams": [],
        "head": _side(shapes, issue, pull.head, pull.sha),
        "base": _side(shapes, issue, pull.base, "0" * 40),
        "_links": _links(addresses),
        "auto_merge": None,
        "merged": pull.merged_at is not None,
        "mergeable": pull.merged_at is None or None,
        "rebaseable": None,
        "mergeable_state": "unknown" if pull.merged_at else "clean",
        "merged_by": shapes.user_or_none(pull.merged_by),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": 1,
        "additions": 1,
        "deletions": 1,
        "changed_files": 1,
    }


def _side(shapes: Shapes, issue: Issue, ref: str, sha: str) -> Json:
    repository = issue.repository
    in_pull = {"allow_merge_commit": True, "allow_rebase_merge": True, "allow_squash_merge": True}
    return {
        "label": f"{repository.owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": shapes.user(repository.owner),
        "repo": {**shapes.repository(repository), **in_pull},
    }


def _links(addresses: dict[str, str]) -> Json:
    named = {
        "self": "url",
        "html": "html_url",
        "issue": "issue_url",
        "comments": "comments_url",
        "review_comments": "review_comments_url",
        "review_comment": "review_comment_url",
        "commits": "commits_url",
        "statuses": "statuses_url",
    }
    return {name: {"href": addresses[key]} for name, key in named.items()}
