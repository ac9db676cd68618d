"""Draws the stand-in Jira's state as the JSON that REST v2 and v3 answer with. Nothing is changed here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from integration.sandbox.jira import adf, wiki
from integration.sandbox.jira.access import sees_comment
from integration.sandbox.jira.model import (
    PRIORITIES,
    RESOLUTIONS,
    Attachment,
    Change,
    Comment,
    Component,
    Issue,
    IssueType,
    Link,
    LinkType,
    Named,
    Person,
    Project,
    Status,
)
from integration.sandbox.jira.state import Site
from integration.sandbox.jira.wiki_inline import Names

_CATEGORIES = {
    "new": (2, "blue-gray", "To Do"),
    "indeterminate": (4, "yellow", "In Progress"),
    "done": (3, "green", "Done"),
}
TEXT_FIELDS = ("description", "environment")


def stamp(at: datetime) -> str:
    """Return an instant as Jira writes it: ``2026-11-23T10:00:00.000+0000``."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}{at:%z}"


class Views:
    """The JSON of one site as one caller sees it, in REST v2 (texts as wiki markup) or v3 (texts as ADF)."""

    def __init__(self, site: Site, caller: Person | None, is_adf: bool = False) -> None:
        self.site, self.caller, self.is_adf = site, caller, is_adf
        self._root = f"{site.base_url}/rest/api/{3 if is_adf else 2}"

    def names(self) -> Names:
        """Return what the wiki renderer asks about people and issues."""

        def person(ident: str) -> tuple[str, str] | None:
            found = self.site.person_by(ident)
            if found is None:
                return None
            key = "accountId" if self.site.is_cloud else "name"
            return f"{self.site.base_url}/secure/ViewProfile.jspa?{key}={quote(ident)}", found.display_name

        def issue(key: str) -> str | None:
            found = self.site.issues.get(self.site.keys.get(key, ""))
            return found.summary if found else None

        return Names(person, issue, self.site.base_url, self.site.is_cloud)

    def html(self, text: str | None) -> str:
        """Return Jira's rendering of a wiki text."""
        return wiki.html_of(text, self.names())

    def text(self, text: str | None) -> Any:
        """Return a text in the format of this REST version."""
        return adf.document_of(text) if self.is_adf else text

    def user(self, name: str | None) -> dict[str, Any] | None:
        """Return a user object; None for nobody."""
        if name is None:
            return None
        person = self.site.people[name]
        avatars = {
            f"{n}x{n}": f"{self.site.base_url}/secure/useravatar?size={n}&ownerId={person.name}"
            for n in (48, 24, 16, 32)
        }
        shared = {
            "avatarUrls": avatars,
            "displayName": person.display_name,
            "active": person.active,
            "timeZone": "Etc/UTC",
        }
        if self.site.is_cloud:
            own = {"self": f"{self._root}/user?accountId={person.account_id}", "accountId": person.account_id}
            return {**own, **shared, "accountType": person.account_type}
        own = {"self": f"{self._root}/user?username={quote(person.name)}", "name": person.name, "key": person.user_key}
        return {**own, "emailAddress": person.email, **shared}

    def status(self, status: Status) -> dict[str, Any]:
        """Return a status with its category (new, indeterminate, done)."""
        number, colour, name = _CATEGORIES[status.category]
        category = {
            "self": f"{self._root}/statuscategory/{number}",
            "id": number,
            "key": status.category,
            "colorName": colour,
            "name": name,
        }
        own = {
            "self": f"{self._root}/status/{status.id}",
            "description": "",
            "iconUrl": f"{self.site.base_url}/images/icons/status.png",
        }
        return {**own, "name": status.name, "id": status.id, "statusCategory": category}

    def named(self, kind: str, thing: Named) -> dict[str, Any]:
        """Return a priority or resolution."""
        shown = {"self": f"{self._root}/{kind}/{thing.id}", "name": thing.name, "id": thing.id}
        if kind == "priority":
            return {**shown, "iconUrl": f"{self.site.base_url}/images/icons/priorities/{thing.name.lower()}.svg"}
        return {**shown, "description": ""}

    def issue_type(self, kind: IssueType) -> dict[str, Any]:
        """Return an issue type."""
        own = {
            "self": f"{self._root}/issuetype/{kind.id}",
            "id": kind.id,
            "description": "",
            "name": kind.name,
            "subtask": kind.subtask,
        }
        own["iconUrl"] = f"{self.site.base_url}/images/icons/issuetypes/task.svg"
        own["avatarId"] = 10318
        return {**own, "hierarchyLevel": -1 if kind.subtask else 0} if self.site.is_cloud else own

    def project(self, project: Project, *, is_full: bool = False) -> dict[str, Any]:
        """Return a project, as it stands in an issue or in full."""
        avatars = {
            f"{n}x{n}": f"{self.site.base_url}/secure/projectavatar?pid={project.id}&size={n}" for n in (48, 24, 16, 32)
        }
        shown: dict[str, Any] = {
            "self": f"{self._root}/project/{project.id}",
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "projectTypeKey": project.type_key,
            "avatarUrls": avatars,
        }
        if self.site.is_cloud:
            shown |= {"simplified": False, "isPrivate": project.private} if is_full else {"simplified": False}
        if is_full:
            roles = {
                name.title() + "s": f"{self._root}/project/{project.id}/role/{number}" for number, name in ROLES.items()
            }
            shown |= {
                "description": "",
                "lead": self.user(project.lead or None),
                "components": [],
                "versions": [],
                "roles": roles,
                "issueTypes": [self.issue_type(kind) for kind in project.issue_types],
                "assigneeType": "UNASSIGNED",
            }
        return shown

    def component(self, component: Component, *, is_full: bool = False) -> dict[str, Any]:
        """Return a component, as it stands in an issue or in full."""
        shown = {"self": f"{self._root}/component/{component.id}", "id": component.id, "name": component.name}
        return {**shown, "lead": self.user(component.lead)} if is_full and component.lead else shown

    def link_type(self, kind: LinkType) -> dict[str, Any]:
        """Return a link type."""
        own = {"id": kind.id, "name": kind.name, "inward": kind.inward, "outward": kind.outward}
        return {**own, "self": f"{self._root}/issueLinkType/{kind.id}"}

    def stub(self, issue: Issue) -> dict[str, Any]:
        """Return an issue as it stands in a link, a parent or a list of sub-tasks."""
        workflow = self.site.project_of(issue).workflow
        fields = {
            "summary": issue.summary,
            "status": self.status(workflow.status(issue.status)),
            "priority": self.priority(issue),
            "issuetype": self.issue_type(issue.type),
        }
        return {"id": issue.id, "key": issue.key, "self": f"{self._root}/issue/{issue.id}", "fields": fields}

    def priority(self, issue: Issue) -> dict[str, Any]:
        """Return the issue's priority."""
        return self.named("priority", next(each for each in PRIORITIES if each.id == issue.priority))

    def link(self, link: Link, seen_from: Issue | None) -> dict[str, Any]:
        """Return a link from one end, or with both (None). The blocked issue shows its blocker as ``inwardIssue``."""
        shown = {"id": link.id, "self": f"{self._root}/issueLink/{link.id}", "type": self.link_type(link.type)}
        if seen_from is None or seen_from.id == link.outward:
            shown["inwardIssue"] = self.stub(self.site.issues[link.inward])
        if seen_from is None or seen_from.id == link.inward:
            shown["outwardIssue"] = self.stub(self.site.issues[link.outward])
        return shown

    def attachment(self, attachment: Attachment) -> dict[str, Any]:
        """Return what is known of a file."""
        api = f"{self._root}/attachment"
        name = quote(attachment.filename)
        content = (
            f"{api}/content/{attachment.id}"
            if self.site.is_cloud
            else f"{self.site.base_url}/secure/attachment/{attachment.id}/{name}"
        )
        return {
            "self": f"{api}/{attachment.id}",
            "id": attachment.id,
            "filename": attachment.filename,
            "author": self.user(attachment.author),
            "created": stamp(attachment.created),
            "size": len(attachment.content),
            "mimeType": attachment.mime_type,
            "content": content,
        }

    def comment(
        self, issue: Issue, comment: Comment, *, is_rendered: bool = False, with_properties: bool = False
    ) -> dict[str, Any]:
        """Return a comment; ``renderedBody`` and the properties when asked for."""
        shown: dict[str, Any] = {
            "self": f"{self._root}/issue/{issue.id}/comment/{comment.id}",
            "id": comment.id,
            "author": self.user(comment.author),
            "body": self.text(comment.body),
            "updateAuthor": self.user(comment.updated_by),
            "created": stamp(comment.created),
            "updated": stamp(comment.updated),
        }
        if is_rendered:
            shown["renderedBody"] = self.html(comment.body)
        if comment.visibility is not None:
            shown["visibility"] = comment.visibility
        if with_properties:
            shown["properties"] = [{"key": key, "value": value} for key, value in comment.properties.items()]
        if self.site.is_cloud:
            shown["jsdPublic"] = not comment.is_internal
        return shown

    def comments(self, issue: Issue) -> list[Comment]:
        """Return the comments that the caller may see, oldest first."""
        seers = self.caller
        return [each for each in issue.comments if seers is None or sees_comment(self.site, seers, issue, each)]

    def change(self, change: Change) -> dict[str, Any]:
        """Return a changelog entry."""
        author = self.user(change.author)
        return {"id": change.id, "author": author, "created": stamp(change.at), "items": self.change_items(change)}

    def change_items(self, change: Change) -> list[dict[str, Any]]:
        """Return an entry's lines; ``fieldId`` is Cloud's alone."""
        lines = []
        for item in change.items:
            line: dict[str, Any] = {"field": item.field, "fieldtype": "custom" if item.custom else "jira"}
            if self.site.is_cloud:
                line["fieldId"] = item.field_id
            lines.append(
                line | {"from": item.old, "fromString": item.old_text, "to": item.new, "toString": item.new_text}
            )
        return lines


ROLES = {10002: "administrator", 10100: "member"}


def named_resolution(issue: Issue) -> Named | None:
    """Return the issue's resolution."""
    return next((each for each in RESOLUTIONS if each.id == issue.resolution), None)


def wanted(shown: dict[str, Any], asked: Iterable[str]) -> dict[str, Any]:
    """Return the fields that a ``fields`` parameter asks for: ``*all``, names, ``-name``; none is all."""
    names = [name for name in asked if name]
    without = {name[1:] for name in names if name.startswith("-")}
    named = {name for name in names if not name.startswith(("-", "*"))}
    has_all = not named or any(name.startswith("*") for name in names)
    return {key: value for key, value in shown.items() if (has_all or key in named) and key not in without}
