"""What can be done to an issue: open, edit, label, assign, close, reopen, lock.

Each deed changes the state, writes the timeline with its actor, and announces webhooks; a deed that changes nothing
does none of these. Whether the actor may is decided before (``asking``).
"""

from typing import Literal

from integration.sandbox.github.model import Issue, Json, Label, Milestone, Person, Repository
from integration.sandbox.github.shapes import Shapes
from integration.sandbox.github.site import Site


def announce(site: Site, issue: Issue, action: str, actor: Person, **more: object) -> None:
    """Send an ``issues`` webhook; Labels, People and Milestones among ``more`` are rendered."""

    def build(shapes: Shapes) -> Json:
        payload: Json = {"issue": shapes.issue_in_webhook(issue)}
        for key, value in more.items():
            match value:
                case Label():
                    payload[key] = shapes.label(value, issue.repository)
                case Person():
                    payload[key] = shapes.user(value)
                case Milestone():
                    payload[key] = shapes.milestone(value, issue.repository)
                case _:
                    payload[key] = value
        return payload

    # A pull request is also an issue; its own events go out as ``pull_request`` and not as ``issues``.
    if issue.pull is None:
        site.announce(issue.repository, "issues", action, actor, build)


def place(site: Site, repository: Repository, author: Person, title: str, body: str | None) -> Issue:
    """Put a new issue into a repository, unannounced."""
    repository.last_number += 1
    now = site.now()
    issue = Issue(site.new_id("issue"), repository, repository.last_number, author, title, body, now, now)
    repository.issues[issue.number] = issue
    repository.count(issue, 1)
    site.issues_by_id[issue.id] = issue
    repository.changed()
    return issue


def open_issue(
    site: Site,
    repository: Repository,
    author: Person,
    title: str,
    body: str | None = None,
    *,
    labels: tuple[Label, ...] = (),
    assignees: tuple[Person, ...] = (),
    milestone: Milestone | None = None,
) -> Issue:
    """Open an issue; it is announced as opened with its labels, then once per label and assignee, as GitHub does."""
    issue = place(site, repository, author, title, body)
    issue.labels, issue.assignees = list(labels), list(assignees)
    with repository.recounting(issue):
        issue.milestone = milestone
    for label in labels:
        site.note(issue, "labeled", author, label)
    for person in assignees:
        site.note(issue, "assigned", author, person)
    if milestone is not None:
        site.note(issue, "milestoned", author, milestone)
    announce(site, issue, "opened", author)
    for label in labels:
        announce(site, issue, "labeled", author, label=label)
    for person in assignees:
        announce(site, issue, "assigned", author, assignee=person)
    if milestone is not None:
        announce(site, issue, "milestoned", author, milestone=milestone)
    return issue


def rewrite(site: Site, issue: Issue, actor: Person, title: str | None, body: str | None) -> None:
    """Change title or body, None meaning unchanged; only a new title shows in the timeline."""
    changes: Json = {}
    if title is not None and title != issue.title:
        changes["title"] = {"from": issue.title}
        site.note(issue, "renamed", actor, {"from": issue.title, "to": title})
        issue.title = title
    if body is not None and body != (issue.body or ""):
        changes["body"] = {"from": issue.body or ""}
        issue.body = body
        issue.editor, issue.edited_at = actor, site.now()
    if changes:
        site.touch(issue)
        announce(site, issue, "edited", actor, changes=changes)


def label(site: Site, issue: Issue, actor: Person, wanted: list[Label]) -> None:
    """Add labels that are not on the issue yet."""
    for each in wanted:
        if each not in issue.labels:
            issue.labels.append(each)
            site.note(issue, "labeled", actor, each)
            announce(site, issue, "labeled", actor, label=each)


def unlabel(site: Site, issue: Issue, actor: Person, unwanted: list[Label]) -> None:
    """Take labels off the issue."""
    for each in unwanted:
        if each in issue.labels:
            issue.labels.remove(each)
            site.note(issue, "unlabeled", actor, each)
            announce(site, issue, "unlabeled", actor, label=each)


def set_labels(site: Site, issue: Issue, actor: Person, wanted: list[Label]) -> None:
    """Make the labels exactly these."""
    unlabel(site, issue, actor, [each for each in issue.labels if each not in wanted])
    label(site, issue, actor, wanted)


def assign(site: Site, issue: Issue, actor: Person, people: list[Person]) -> None:
    """Add assignees, ten at most in all."""
    for person in people:
        if person not in issue.assignees and len(issue.assignees) < 10:
            issue.assignees.append(person)
            site.note(issue, "assigned", actor, person)
            announce(site, issue, "assigned", actor, assignee=person)


def unassign(site: Site, issue: Issue, actor: Person, people: list[Person]) -> None:
    """Remove assignees."""
    for person in people:
        if person in issue.assignees:
            issue.assignees.remove(person)
            site.note(issue, "unassigned", actor, person)
            announce(site, issue, "unassigned", actor, assignee=person)


def set_assignees(site: Site, issue: Issue, actor: Person, people: list[Person]) -> None:
    """Make the assignees exactly these."""
    unassign(site, issue, actor, [each for each in issue.assignees if each not in people])
    assign(site, issue, actor, people)


def set_milestone(site: Site, issue: Issue, actor: Person, milestone: Milestone | None) -> None:
    """Put the issue under a milestone, or under none."""
    before = issue.milestone
    if milestone is before:
        return
    if before is not None:
        with issue.repository.recounting(issue):
            issue.milestone = None
        site.note(issue, "demilestoned", actor, before)
        announce(site, issue, "demilestoned", actor, milestone=before)
    if milestone is not None:
        with issue.repository.recounting(issue):
            issue.milestone = milestone
        site.note(issue, "milestoned", actor, milestone)
        announce(site, issue, "milestoned", actor, milestone=milestone)


def set_state(
    site: Site,
    issue: Issue,
    actor: Person,
    state: Literal["open", "closed"],
    reason: str | None = None,
    *,
    by_commit: str | None = None,
) -> None:
    """Close or reopen; closing what is closed changes at most the reason, and announces nothing."""
    if state == issue.state:
        if state == "closed" and reason not in {None, issue.state_reason}:
            issue.state_reason = reason
            site.touch(issue)
        return
    with issue.repository.recounting(issue):
        issue.state = state
    if state == "closed":
        issue.state_reason = reason or "completed"
        issue.closed_at, issue.closed_by = site.now(), actor
        site.note(issue, "closed", actor, by_commit or {"state_reason": issue.state_reason})
        announce(site, issue, "closed", actor)
    else:
        issue.state_reason = "reopened"
        issue.closed_at = issue.closed_by = None
        site.note(issue, "reopened", actor, {"state_reason": "reopened"})
        announce(site, issue, "reopened", actor)
    if issue.parent is not None:
        # The parent shows how many of its sub-issues are completed.
        issue.parent.repository.changed()


def lock(site: Site, issue: Issue, actor: Person, reason: str | None) -> None:
    """Let only people with write access comment."""
    if not issue.is_locked:
        issue.is_locked, issue.lock_reason = True, reason
        site.note(issue, "locked", actor, {"lock_reason": reason})
        announce(site, issue, "locked", actor)


def unlock(site: Site, issue: Issue, actor: Person) -> None:
    """Let everybody comment again."""
    if issue.is_locked:
        issue.is_locked, issue.lock_reason = False, None
        site.note(issue, "unlocked", actor)
        announce(site, issue, "unlocked", actor)
