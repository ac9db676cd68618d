"""What can be done to comments: write, edit, delete. Each counts the issue as updated and is announced."""

from integration.sandbox.github.model import Comment, Issue, Json, Person
from integration.sandbox.github.shapes import Shapes
from integration.sandbox.github.site import Site


def _announce(site: Site, issue: Issue, comment: Comment, action: str, actor: Person, **more: Json) -> None:
    def build(shapes: Shapes) -> Json:
        return {**more, "issue": shapes.issue_in_webhook(issue), "comment": shapes.comment(comment, issue)}

    site.announce(issue.repository, "issue_comment", action, actor, build)


def write(site: Site, issue: Issue, actor: Person, body: str) -> Comment:
    """Add a comment."""
    now = site.now()
    comment = Comment(site.new_id("comment"), actor, body, now, now)
    issue.comments[comment.id] = comment
    site.comments_by_id[comment.id] = (issue, comment)
    site.note(issue, "commented", actor, comment)
    _announce(site, issue, comment, "created", actor)
    return comment


def edit(site: Site, issue: Issue, comment: Comment, actor: Person, body: str) -> None:
    """Change a comment's text; REST shows only that ``updated_at`` moved, GraphQL shows who did it."""
    if body == comment.body:
        return
    before, comment.body = comment.body, body
    comment.updated_at = comment.edited_at = site.now()
    comment.editor = actor
    site.touch(issue)
    _announce(site, issue, comment, "edited", actor, changes={"body": {"from": before}})


def delete(site: Site, issue: Issue, comment: Comment, actor: Person) -> None:
    """Delete a comment; it leaves the timeline, too."""
    del issue.comments[comment.id], site.comments_by_id[comment.id]
    issue.timeline = [event for event in issue.timeline if event.about is not comment]
    site.touch(issue)
    _announce(site, issue, comment, "deleted", actor)
