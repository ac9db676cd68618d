"""Creates, edits, moves and deletes issues, and keeps their changelog.

Rights are checked by the routes, values by ``fields``.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from integration.sandbox.jira.events import Events
from integration.sandbox.jira.issue_view import field_name
from integration.sandbox.jira.model import (
    PRIORITIES,
    RESOLUTIONS,
    Change,
    ChangeItem,
    Comment,
    Issue,
    IssueType,
    Person,
    Project,
    Transition,
)
from integration.sandbox.jira.state import Site

# Jira's changelog calls some fields by other names than REST does.
_CHANGELOG_NAMES = {"parent": "IssueParentAssociation"}


@dataclass(frozen=True)
class Desk:
    """Where the deeds are done: the site and those it tells."""

    site: Site
    events: Events

    def create(self, by: Person, project: Project, values: dict[str, Any]) -> Issue:
        """Open an issue with values that were read before; returns it. Tells ``jira:issue_created``."""
        site, at = self.site, self.site.clock()
        project.counter += 1
        issue = Issue(
            site.next_id("issue"),
            f"{project.key}-{project.counter}",
            project.key,
            values.pop("issuetype"),
            values.pop("summary"),
            by.name,
            values.pop("reporter", by.name),
            at,
            at,
            project.workflow.statuses[0].id,
            at,
        )
        for name, value in values.items():
            _store(issue, name, value)
        site.issues[issue.id] = issue
        site.keys[issue.key] = issue.id
        filled = ("summary", *values)
        items = [ChangeItem(field_name(site, name), name, None, None, *_drawn(site, issue, name)) for name in filled]
        items.append(ChangeItem("Status", "status", None, None, issue.status, project.workflow.statuses[0].name))
        site.touch()
        # The first entry is told, not kept: Jira's changelog begins with the first change.
        self.events.issue_created(by, issue, Change(site.next_id("change"), by.name, at, tuple(items)))
        return issue

    def edit(self, by: Person, issue: Issue, values: dict[str, Any], comment: Comment | None = None) -> None:
        """Store new values; tells ``jira:issue_updated`` when any differs. Jira also answers 204 when none does."""
        change = self.change(by, issue, values)
        if change is not None or (comment is not None and not self.site.is_cloud):
            only = {item.field_id for item in change.items} if change else set()
            kind = "issue_assigned" if only == {"assignee"} else "issue_commented" if not only else "issue_updated"
            self.events.issue_updated(by, issue, change, kind, comment)

    def move(
        self, by: Person, issue: Issue, transition: Transition, values: dict[str, Any], comment: Comment | None = None
    ) -> None:
        """Make a transition: the status, the screen's fields, and the resolution that belongs to a done status."""
        target = self.site.project_of(issue).workflow.status(transition.to)
        values = dict(values, status=target.id)
        if target.category == "done":
            values.setdefault("resolution", transition.default_resolution or issue.resolution)
        else:
            values["resolution"] = None
        change = self.change(by, issue, values)
        if self.site.is_cloud:
            kind = "issue_generic"
        else:
            kind = (
                "issue_resolved"
                if target.category == "done"
                else "issue_reopened"
                if change and _left_done(change)
                else "issue_generic"
            )
        self.events.issue_updated(by, issue, change, kind, comment)

    def delete(self, by: Person, issue: Issue) -> None:
        """Remove an issue with its sub-tasks and links; tells ``jira:issue_deleted`` for each."""
        for child in self.site.subtasks_of(issue):
            self.delete(by, child)
        for link in self.site.links_of(issue):
            del self.site.links[link.id]
        del self.site.issues[issue.id]
        del self.site.keys[issue.key]
        self.site.touch()
        self.events.issue_deleted(by, issue)

    def change(self, by: Person, issue: Issue, values: dict[str, Any]) -> Change | None:
        """Store values and append the changelog entry, silently; None when nothing differs."""
        items = []
        for name, value in values.items():
            before = _drawn(self.site, issue, name)
            was_status = issue.status
            _store(issue, name, value)
            after = _drawn(self.site, issue, name)
            if before != after:
                shown = _CHANGELOG_NAMES.get(name) or field_name(self.site, name)
                shown = shown if name in self.site.fields or name in _CHANGELOG_NAMES else name
                items.append(ChangeItem(shown, name, *before, *after, custom=name in self.site.fields))
            if issue.status != was_status:
                issue.status_since = self.site.clock()
        return self.log(by, issue, *items) if items else None

    def log(self, by: Person, issue: Issue, *items: ChangeItem) -> Change:
        """Append a changelog entry and move the issue's ``updated``."""
        at = self.site.clock()
        change = Change(self.site.next_id("change"), by.name, at, items)
        issue.changes.append(change)
        issue.updated = at
        if any(item.field_id == "resolution" for item in items):
            issue.resolved = at if issue.resolution else None
        self.site.touch()
        return change


def _left_done(change: Change) -> bool:
    return any(item.field_id == "resolution" and item.new is None for item in change.items)


def _store(issue: Issue, name: str, value: Any) -> None:
    attribute = {"issuetype": "type"}.get(name, name)
    if hasattr(issue, attribute):
        setattr(issue, attribute, value)
    elif value is None:
        issue.custom.pop(name, None)
    else:
        issue.custom[name] = value


def _drawn(site: Site, issue: Issue, name: str) -> tuple[str | None, str | None]:
    """Return a field's present value as a changelog has it: (id, shown text)."""
    match name:
        case "status":
            return issue.status, site.project_of(issue).workflow.status(issue.status).name
        case "assignee" | "reporter":
            person: str | None = getattr(issue, name)
            return (site.ident(person), site.people[person].display_name) if person else (None, None)
        case "priority":
            return issue.priority, next(each.name for each in PRIORITIES if each.id == issue.priority)
        case "resolution":
            return issue.resolution, next((each.name for each in RESOLUTIONS if each.id == issue.resolution), None)
        case "labels":
            # One string joined by spaces; no labels is the empty string, not null.
            return None, " ".join(issue.labels)
        case "parent":
            return issue.parent, site.issues[issue.parent].key if issue.parent in site.issues else None
        case "issuetype":
            kind: IssueType = issue.type
            return kind.id, kind.name
        case "duedate":
            due: date | None = issue.duedate
            return (due.isoformat(), f"{due.isoformat()} 00:00:00.0") if due else (None, None)
        case "summary" | "description" | "environment":
            return None, getattr(issue, name)
        case _:
            return None, _custom_text(issue.custom.get(name))


def _custom_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, dict):
        return str(value.get("value") or value.get("person") or "")
    return " ".join(value) if isinstance(value, list) else str(value)
