"""The REST routes of sub-issues and dependencies; 404 where the repository plays a server that has neither."""

from integration.sandbox.github import link_deeds as deeds
from integration.sandbox.github.asking import Answer, Ask, Route
from integration.sandbox.github.model import Issue
from integration.sandbox.github.refusals import Refused, not_found

# https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues
MOST_SUB_ISSUES, DEEPEST = 100, 8


def _issue(ask: Ask, owner: str, name: str, number: int, feature: str = "sub_issues") -> Issue:
    issue = ask.issue(owner, name, number)
    if feature not in issue.repository.features:
        raise not_found()
    return issue


def _other(ask: Ask, key: str) -> Issue:
    # The body names a database id; a number finds nothing.
    issue = ask.site.issues_by_id.get(ask.body.get(key) or 0)
    if issue is None or not issue.repository.allows(ask.viewer, "read"):
        raise Refused(404, "The provided sub-issue does not exist" if key == "sub_issue_id" else "Not Found")
    return issue


def _list(ask: Ask, issue: Issue, issues: list[Issue]) -> Answer:
    return ask.page(issues, ask.shapes.issue, issue.repository)


def list_sub_issues(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Answer the sub-issues of an issue, in their order."""
    issue = _issue(ask, owner, name, number)
    return _list(ask, issue, issue.sub_issues)


def get_parent(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Answer the parent of an issue; 404 where it has none."""
    parent = _issue(ask, owner, name, number).parent
    if parent is None:
        raise not_found()
    return Answer(ask.shapes.issue(parent))


def add_sub_issue(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Add a sub-issue by its id and answer the parent; the same owner only, one parent unless told to replace it."""
    parent = _issue(ask, owner, name, number)
    ask.require(parent.repository, "triage")
    child = _other(ask, "sub_issue_id")
    if child.repository.owner is not parent.repository.owner:
        raise Refused(422, "Sub issue must belong to the same owner as the parent.")
    if child in parent.sub_issues:
        raise Refused(422, "Issue may not contain duplicate sub-issues.")
    if child.parent is not None and not ask.body.get("replace_parent"):
        raise Refused(422, "Sub issue may only have one parent.")
    above = _above(parent)
    if child is parent or child in above:
        raise Refused(422, "Sub issue may not be its own ancestor.")
    if len(parent.sub_issues) >= MOST_SUB_ISSUES or len(above) + 1 >= DEEPEST:
        raise Refused(422, "Too many sub-issues, or nested too deep.")
    deeds.add_sub_issue(ask.site, parent, child, ask.person)
    return Answer(ask.shapes.issue(parent), 201, {"Location": ask.shapes.issue_url(parent)})


def _above(issue: Issue) -> list[Issue]:
    found: list[Issue] = []
    while issue.parent is not None and issue.parent not in found:
        issue = issue.parent
        found.append(issue)
    return found


def remove_sub_issue(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Take a sub-issue away from its parent, and answer the parent."""
    parent = _issue(ask, owner, name, number)
    ask.require(parent.repository, "triage")
    child = _other(ask, "sub_issue_id")
    if child not in parent.sub_issues:
        raise not_found()
    deeds.remove_sub_issue(ask.site, parent, child, ask.person)
    return Answer(ask.shapes.issue(parent))


def prioritise_sub_issue(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Put a sub-issue before or after another."""
    parent = _issue(ask, owner, name, number)
    ask.require(parent.repository, "triage")
    child, given = _other(ask, "sub_issue_id"), ask.body
    beside = ask.site.issues_by_id.get(given.get("after_id") or given.get("before_id") or 0)
    if child not in parent.sub_issues or beside not in parent.sub_issues or beside is child:
        raise Refused(422, "Both issues must be sub-issues of this one.")
    parent.sub_issues.remove(child)
    parent.sub_issues.insert(parent.sub_issues.index(beside) + bool(given.get("after_id")), child)
    return Answer(ask.shapes.issue(parent))


def list_blocked_by(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Answer what an issue waits for."""
    issue = _issue(ask, owner, name, number, "dependencies")
    return _list(ask, issue, issue.blocked_by)


def list_blocking(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Answer what waits for an issue."""
    issue = _issue(ask, owner, name, number, "dependencies")
    return _list(ask, issue, issue.blocking)


def add_blocked_by(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Note that an issue waits for another, named by its id."""
    issue = _issue(ask, owner, name, number, "dependencies")
    ask.require(issue.repository, "triage")
    blocker = _other(ask, "issue_id")
    if blocker is issue or blocker in issue.blocked_by:
        raise Refused(422, "An issue cannot depend on itself, nor twice on another.")
    deeds.block(ask.site, issue, blocker, ask.person)
    return Answer(ask.shapes.issue(issue), 201, {"Location": ask.shapes.issue_url(issue)})


def remove_blocked_by(ask: Ask, owner: str, name: str, number: int, issue_id: int) -> Answer:
    """Note that an issue no longer waits for another."""
    issue = _issue(ask, owner, name, number, "dependencies")
    ask.require(issue.repository, "triage")
    blocker = next((each for each in issue.blocked_by if each.id == issue_id), None)
    if blocker is None:
        raise not_found()
    deeds.unblock(ask.site, issue, blocker, ask.person)
    return Answer(ask.shapes.issue(issue))


_ISSUE = "/repos/<owner>/<name>/issues/<int:number>"
ROUTES: tuple[Route, ...] = (
    ("GET", f"{_ISSUE}/parent", get_parent),
    ("GET", f"{_ISSUE}/sub_issues", list_sub_issues),
    ("POST", f"{_ISSUE}/sub_issues", add_sub_issue),
    ("PATCH", f"{_ISSUE}/sub_issues/priority", prioritise_sub_issue),
    ("DELETE", f"{_ISSUE}/sub_issue", remove_sub_issue),
    ("GET", f"{_ISSUE}/dependencies/blocked_by", list_blocked_by),
    ("POST", f"{_ISSUE}/dependencies/blocked_by", add_blocked_by),
    ("DELETE", f"{_ISSUE}/dependencies/blocked_by/<int:issue_id>", remove_blocked_by),
    ("GET", f"{_ISSUE}/dependencies/blocking", list_blocking),
)
