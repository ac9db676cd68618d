"""Who may do what on the stand-in Jira.

A public project is open to every active account of the site for looking, commenting, attaching and opening issues;
editing, moving, assigning and linking need membership. A private one is unseen by others. Customers see service desks
only, and there they only comment.
"""

from integration.sandbox.jira.model import Comment, Issue, Person, Project
from integration.sandbox.jira.refusals import JiraRefusal, issue_missing
from integration.sandbox.jira.state import Site

MEMBER_RIGHTS = frozenset(
    {
        "EDIT_ISSUES",
        "TRANSITION_ISSUES",
        "ASSIGN_ISSUES",
        "ASSIGNABLE_USER",
        "LINK_ISSUES",
        "CLOSE_ISSUES",
        "RESOLVE_ISSUES",
        "SCHEDULE_ISSUES",
        "MANAGE_WATCHERS",
    }
)
OPEN_RIGHTS = frozenset(
    {
        "BROWSE_PROJECTS",
        "CREATE_ISSUES",
        "ADD_COMMENTS",
        "EDIT_OWN_COMMENTS",
        "DELETE_OWN_COMMENTS",
        "CREATE_ATTACHMENTS",
        "DELETE_OWN_ATTACHMENTS",
    }
)
ADMIN_RIGHTS = frozenset(
    {
        "ADMINISTER_PROJECTS",
        "DELETE_ISSUES",
        "EDIT_ALL_COMMENTS",
        "DELETE_ALL_COMMENTS",
        "DELETE_ALL_ATTACHMENTS",
        "MODIFY_REPORTER",
    }
)
GLOBAL_RIGHTS = frozenset({"ADMINISTER", "SYSTEM_ADMIN", "USER_PICKER"})
ALL_RIGHTS = MEMBER_RIGHTS | OPEN_RIGHTS | ADMIN_RIGHTS | GLOBAL_RIGHTS
CUSTOMER_RIGHTS = frozenset({"BROWSE_PROJECTS", "ADD_COMMENTS", "EDIT_OWN_COMMENTS"})


def rights(person: Person, project: Project) -> frozenset[str]:
    """Return the names of the permissions that the person has in the project."""
    if not person.active:
        return frozenset()
    if person.account_type == "customer":
        return CUSTOMER_RIGHTS if project.type_key == "service_desk" else frozenset()
    role = project.roles.get(person.name)
    granted = frozenset() if project.private and role is None and not person.site_admin else OPEN_RIGHTS
    if role is not None:
        granted |= MEMBER_RIGHTS
    if role == "admin" or person.site_admin:
        granted |= ADMIN_RIGHTS
    return granted | (GLOBAL_RIGHTS if person.site_admin else frozenset({"USER_PICKER"}))


def may(person: Person, project: Project, right: str) -> bool:
    """Whether the person has this permission in the project."""
    return right in rights(person, project)


def seen_issue(site: Site, person: Person, id_or_key: str) -> Issue:
    """Return the issue if the person may see it, else 404 as if it did not exist."""
    issue = site.issue(id_or_key)
    if not may(person, site.project_of(issue), "BROWSE_PROJECTS"):
        raise issue_missing()
    return issue


def seen_project(site: Site, person: Person, id_or_key: str) -> Project:
    """Return the project if the person may see it, else 404."""
    project = site.project(id_or_key)
    if not may(person, project, "BROWSE_PROJECTS"):
        raise JiraRefusal(404, f"No project could be found with key '{id_or_key}'.")
    return project


def require(site: Site, person: Person, issue: Issue, right: str, sentence: str, *, status: int = 403) -> None:
    """Refuse with ``sentence`` unless the person has the permission on this issue."""
    if not may(person, site.project_of(issue), right):
        raise JiraRefusal(status, sentence)


def sees_comment(site: Site, person: Person, issue: Issue, comment: Comment) -> bool:
    """Whether a comment's audience (role, group, or not a customer) includes the person."""
    if comment.is_internal and person.account_type == "customer":
        return False
    if comment.visibility is None:
        return True
    if comment.visibility["type"] == "group":
        return comment.visibility["value"] in person.groups
    role = site.project_of(issue).roles.get(person.name)
    return role == "admin" or (role is not None and comment.visibility["value"].lower() in ("member", "members"))


def is_assignable(site: Site, person: Person, project: Project) -> bool:
    """Whether issues of the project can be given to the person."""
    return may(person, project, "ASSIGNABLE_USER") and not site.refused_assignee(person.name)
