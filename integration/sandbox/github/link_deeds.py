"""What ties issues together: parents and sub-issues, dependencies, and moving or deleting a whole issue."""

from integration.sandbox.github.issue_deeds import announce, lock, place, set_state
from integration.sandbox.github.model import Issue, Json, Moved, Person, Repository
from integration.sandbox.github.shapes import Shapes
from integration.sandbox.github.site import Site


def add_sub_issue(site: Site, parent: Issue, child: Issue, actor: Person) -> None:
    """Make ``child`` a sub-issue of ``parent``; a former parent loses it."""
    if child.parent is not None:
        remove_sub_issue(site, child.parent, child, actor)
    child.parent = parent
    parent.sub_issues.append(child)
    site.note(parent, "sub_issue_added", actor, child)
    site.note(child, "parent_issue_added", actor, parent)
    _announce_pair(site, parent, child, actor, "added")


def remove_sub_issue(site: Site, parent: Issue, child: Issue, actor: Person) -> None:
    """End that ``child`` is a sub-issue of ``parent``."""
    child.parent = None
    parent.sub_issues.remove(child)
    site.note(parent, "sub_issue_removed", actor, child)
    site.note(child, "parent_issue_removed", actor, parent)
    _announce_pair(site, parent, child, actor, "removed")


def _announce_pair(site: Site, parent: Issue, child: Issue, actor: Person, done: str) -> None:
    def both(shapes: Shapes) -> Json:
        return {
            "sub_issue_id": child.id,
            "sub_issue": shapes.issue(child),
            "parent_issue_id": parent.id,
            "parent_issue": shapes.issue(parent),
        }

    def for_parent(shapes: Shapes) -> Json:
        return {**both(shapes), "sub_issue_repo": shapes.repository(child.repository)}

    def for_child(shapes: Shapes) -> Json:
        return {**both(shapes), "parent_issue_repo": shapes.repository(parent.repository)}

    site.announce(child.repository, "sub_issues", f"parent_issue_{done}", actor, for_child)
    site.announce(parent.repository, "sub_issues", f"sub_issue_{done}", actor, for_parent)


def block(site: Site, blocked: Issue, blocker: Issue, actor: Person) -> None:
    """Note that ``blocked`` waits for ``blocker``."""
    blocked.blocked_by.append(blocker)
    blocker.blocking.append(blocked)
    site.note(blocked, "blocked_by_added", actor, blocker)
    site.note(blocker, "blocking_added", actor, blocked)
    _announce_block(site, blocked, blocker, actor, "added")


def unblock(site: Site, blocked: Issue, blocker: Issue, actor: Person) -> None:
    """Note that ``blocked`` no longer waits for ``blocker``."""
    blocked.blocked_by.remove(blocker)
    blocker.blocking.remove(blocked)
    site.note(blocked, "blocked_by_removed", actor, blocker)
    site.note(blocker, "blocking_removed", actor, blocked)
    _announce_block(site, blocked, blocker, actor, "removed")


def _announce_block(site: Site, blocked: Issue, blocker: Issue, actor: Person, done: str) -> None:
    def both(shapes: Shapes) -> Json:
        return {
            "blocked_issue_id": blocked.id,
            "blocked_issue": shapes.issue(blocked),
            "blocking_issue_id": blocker.id,
            "blocking_issue": shapes.issue(blocker),
        }

    def for_blocked(shapes: Shapes) -> Json:
        return {**both(shapes), "blocking_issue_repo": shapes.repository(blocker.repository)}

    def for_blocker(shapes: Shapes) -> Json:
        return {**both(shapes), "blocked_issue_repo": shapes.repository(blocked.repository)}

    site.announce(blocked.repository, "issue_dependencies", f"blocked_by_{done}", actor, for_blocked)
    site.announce(blocker.repository, "issue_dependencies", f"blocking_{done}", actor, for_blocker)


def delete_issue(site: Site, issue: Issue, actor: Person) -> None:
    """Delete an issue: it answers 410 from now on."""
    _detach(issue)
    _forget(site, issue, None)
    announce(site, issue, "deleted", actor)


def transfer_issue(site: Site, issue: Issue, target: Repository, actor: Person) -> Issue:
    """Move an issue: the old place answers 301; the new issue has a new id and number, and takes the comments along."""
    moved = place(site, target, issue.author, issue.title, issue.body)
    with target.recounting(moved):
        moved.state = issue.state
    moved.created_at, moved.state_reason = issue.created_at, issue.state_reason
    moved.closed_at, moved.closed_by = issue.closed_at, issue.closed_by
    # Labels go along where the target has one of that name, assignees where they can be assigned there.
    moved.labels = [target.labels[each.name.lower()] for each in issue.labels if each.name.lower() in target.labels]
    moved.assignees = [each for each in issue.assignees if site.is_assignable(target, each.login)]
    moved.comments, moved.timeline = issue.comments, list(issue.timeline)
    for comment in moved.comments.values():
        site.comments_by_id[comment.id] = (moved, comment)
    _detach(issue)
    _forget(site, issue, Moved(target, moved.number))
    site.note(moved, "transferred", actor)
    origin = issue.repository

    def from_the_old_place(shapes: Shapes) -> Json:
        changes = {"new_issue": shapes.issue_in_webhook(moved), "new_repository": shapes.repository(target)}
        return {"changes": changes, "issue": shapes.issue_in_webhook(issue)}

    def from_the_new_place(shapes: Shapes) -> Json:
        changes = {"old_issue": shapes.issue_in_webhook(issue), "old_repository": shapes.repository(origin)}
        return {"changes": changes, "issue": shapes.issue_in_webhook(moved)}

    site.announce(origin, "issues", "transferred", actor, from_the_old_place)
    site.announce(target, "issues", "opened", actor, from_the_new_place)
    return moved


def convert_issue(site: Site, issue: Issue, actor: Person) -> None:
    """Convert an issue into a discussion: it stays behind, closed and locked, and nothing tells it from such a one but its history.

    https://docs.github.com/en/rest/using-the-rest-api/issue-event-types#converted_to_discussion
    """
    site.note(issue, "converted_to_discussion", actor)
    set_state(site, issue, actor, "closed")
    lock(site, issue, actor, None)


def _forget(site: Site, issue: Issue, moved: Moved | None) -> None:
    issue.repository.count(issue, -1)
    del issue.repository.issues[issue.number], site.issues_by_id[issue.id]
    issue.repository.gone[issue.number] = moved
    issue.repository.changed()
    if moved is None:
        for comment_id in issue.comments:
            del site.comments_by_id[comment_id]


def _detach(issue: Issue) -> None:
    if issue.parent is not None:
        issue.parent.sub_issues.remove(issue)
        issue.parent = None
    for child in issue.sub_issues:
        child.parent = None
    for other in issue.blocked_by:
        other.blocking.remove(issue)
    for other in issue.blocking:
        other.blocked_by.remove(issue)
    issue.sub_issues, issue.blocked_by, issue.blocking = [], [], []
