"""The REST routes of issue comments."""

from flask import request

from integration.sandbox.github import comment_deeds as deeds
from integration.sandbox.github.asking import Answer, Ask, Route
from integration.sandbox.github.issue_routes import LONGEST_BODY
from integration.sandbox.github.model import Comment, Issue
from integration.sandbox.github.refusals import Refused, not_found


def list_comments(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Answer an issue's comments, oldest first."""
    issue = ask.issue(owner, name, number)
    found = list(issue.comments.values())
    if since := request.args.get("since"):
        earliest = ask.instant(since, "IssueComment", "since")
        found = [comment for comment in found if comment.updated_at >= earliest]
    return ask.page(found, lambda comment: ask.shapes.comment(comment, issue), issue.repository)


def list_all_comments(ask: Ask, owner: str, name: str) -> Answer:
    """Answer the comments of all issues of a repository: by creation, or by update as asked."""
    repository = ask.repository(owner, name)
    pairs = [(issue, comment) for issue in repository.issues.values() for comment in issue.comments.values()]
    if since := request.args.get("since"):
        earliest = ask.instant(since, "IssueComment", "since")
        pairs = [pair for pair in pairs if pair[1].updated_at >= earliest]
    by_update = request.args.get("sort") == "updated"
    pairs.sort(
        key=lambda pair: (pair[1].updated_at if by_update else pair[1].created_at, pair[1].id),
        reverse=request.args.get("direction") == "desc",
    )
    return ask.page(pairs, lambda pair: ask.shapes.comment(pair[1], pair[0]), repository)


def write_comment(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Comment on an issue: anybody who sees it, only writers where it is locked."""
    issue = ask.issue(owner, name, number)
    author = ask.person
    if issue.repository.is_archived:
        raise Refused(403, "Repository was archived so is read-only.")
    if issue.is_locked and not issue.repository.allows(author, "write"):
        raise Refused(403, "Unable to create comment because issue is locked.")
    comment = deeds.write(ask.site, issue, author, _text(ask))
    shape = ask.shapes.comment(comment, issue)
    return Answer(shape, 201, {"Location": shape["url"]})


def get_comment(ask: Ask, owner: str, name: str, comment_id: int) -> Answer:
    """Answer one comment."""
    issue, comment = _found(ask, owner, name, comment_id)
    return Answer(ask.shapes.comment(comment, issue))


def edit_comment(ask: Ask, owner: str, name: str, comment_id: int) -> Answer:
    """Edit a comment: its author, or anybody with write access."""
    issue, comment = _found(ask, owner, name, comment_id)
    _may_change(ask, issue, comment)
    deeds.edit(ask.site, issue, comment, ask.person, _text(ask))
    return Answer(ask.shapes.comment(comment, issue))


def delete_comment(ask: Ask, owner: str, name: str, comment_id: int) -> Answer:
    """Delete a comment: its author, or anybody with write access."""
    issue, comment = _found(ask, owner, name, comment_id)
    _may_change(ask, issue, comment)
    deeds.delete(ask.site, issue, comment, ask.person)
    return Answer(status=204)


def _text(ask: Ask) -> str:
    return ask.text("body", "IssueComment", longest=LONGEST_BODY) or ""


def _found(ask: Ask, owner: str, name: str, comment_id: int) -> tuple[Issue, Comment]:
    repository = ask.repository(owner, name)
    found = ask.site.comments_by_id.get(comment_id)
    if found is None or found[0].repository is not repository:
        raise not_found()
    return found


def _may_change(ask: Ask, issue: Issue, comment: Comment) -> None:
    if ask.person is not comment.author and not issue.repository.allows(ask.person, "write"):
        raise Refused(403, "Must have admin rights to Repository.")


_REPOSITORY = "/repos/<owner>/<name>"
ROUTES: tuple[Route, ...] = (
    ("GET", f"{_REPOSITORY}/issues/<int:number>/comments", list_comments),
    ("POST", f"{_REPOSITORY}/issues/<int:number>/comments", write_comment),
    ("GET", f"{_REPOSITORY}/issues/comments", list_all_comments),
    ("GET", f"{_REPOSITORY}/issues/comments/<int:comment_id>", get_comment),
    ("PATCH", f"{_REPOSITORY}/issues/comments/<int:comment_id>", edit_comment),
    ("DELETE", f"{_REPOSITORY}/issues/comments/<int:comment_id>", delete_comment),
)
