"""Draws one issue: its fields, and what ``expand`` asks for (renderedFields, names, changelog, transitions)."""

from collections.abc import Iterable
from typing import Any

from integration.sandbox.jira.model import Issue, Transition
from integration.sandbox.jira.moves import available
from integration.sandbox.jira.state import Site
from integration.sandbox.jira.views import TEXT_FIELDS, Views, named_resolution, stamp, wanted

INLINE_COMMENTS = 20  # Search answers at most this many comments and changelog entries per issue on Cloud.
SYSTEM_NAMES = {
    "summary": "Summary",
    "description": "Description",
    "issuetype": "Issue Type",
    "project": "Project",
    "priority": "Priority",
    "labels": "Labels",
    "assignee": "Assignee",
    "reporter": "Reporter",
    "creator": "Creator",
    "duedate": "Due date",
    "status": "Status",
    "resolution": "Resolution",
    "resolutiondate": "Resolved",
    "created": "Created",
    "updated": "Updated",
    "parent": "Parent",
    "issuelinks": "Linked Issues",
    "subtasks": "Sub-tasks",
    "attachment": "Attachment",
    "comment": "Comment",
    "environment": "Environment",
}


def fields_of(views: Views, issue: Issue, *, with_comments: bool = True) -> dict[str, Any]:
    """Return every field of an issue as REST shows it."""
    site = views.site
    workflow = site.project_of(issue).workflow
    resolution = named_resolution(issue)
    shown: dict[str, Any] = {
        "summary": issue.summary,
        "description": views.text(issue.description),
        "environment": views.text(issue.environment),
        "issuetype": views.issue_type(issue.type),
        "project": views.project(site.project_of(issue)),
        "priority": views.priority(issue),
        "labels": list(issue.labels),
        "status": views.status(workflow.status(issue.status)),
        "resolution": views.named("resolution", resolution) if resolution else None,
        "resolutiondate": stamp(issue.resolved) if issue.resolved else None,
        "assignee": views.user(issue.assignee),
        "reporter": views.user(issue.reporter),
        "creator": views.user(issue.creator),
        "created": stamp(issue.created),
        "updated": stamp(issue.updated),
        "duedate": issue.duedate.isoformat() if issue.duedate else None,
        "issuelinks": [views.link(link, issue) for link in site.links_of(issue)],
        "subtasks": [views.stub(child) for child in site.subtasks_of(issue)],
        "attachment": [views.attachment(each) for each in issue.attachments],
        "components": [
            views.component(each) for each in site.project_of(issue).components.values() if each.id in issue.components
        ],
        "fixVersions": [],
        "versions": [],
        "workratio": -1,
        "votes": {"self": f"{site.base_url}/rest/api/2/issue/{issue.key}/votes", "votes": 0, "hasVoted": False},
        "watches": {
            "self": f"{site.base_url}/rest/api/2/issue/{issue.key}/watchers",
            "watchCount": 0,
            "isWatching": False,
        },
    }
    if site.is_cloud:
        shown["statuscategorychangedate"] = stamp(issue.status_since)
    if issue.parent:
        shown["parent"] = views.stub(site.issues[issue.parent])
    for field in site.fields.values():
        shown[field.id] = _custom(views, field.kind, issue.custom.get(field.id))
    if with_comments:
        shown["comment"] = comment_page(views, issue)
    return shown


def comment_page(views: Views, issue: Issue, *, is_rendered: bool = False) -> dict[str, Any]:
    """Return the ``comment`` field: all comments that the caller may see."""
    seen = [views.comment(issue, each, is_rendered=is_rendered) for each in views.comments(issue)]
    return {
        "comments": seen,
        "self": f"{views.site.base_url}/rest/api/2/issue/{issue.id}/comment",
        "maxResults": len(seen),
        "total": len(seen),
        "startAt": 0,
    }


def issue_json(
    views: Views,
    issue: Issue,
    *,
    fields: Iterable[str] = (),
    expand: Iterable[str] = (),
    properties: Iterable[str] = (),
) -> dict[str, Any]:
    """Return an issue with the asked fields, expansions and properties."""
    site, expand = views.site, frozenset(expand)
    version = 3 if views.is_adf else 2
    shown: dict[str, Any] = {
        "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
        "id": issue.id,
        "self": f"{site.base_url}/rest/api/{version}/issue/{issue.id}",
        "key": issue.key,
        "fields": wanted(fields_of(views, issue), fields),
    }
    if "renderedFields" in expand:
        shown["renderedFields"] = wanted(_rendered(views, issue), fields)
    if "names" in expand:
        shown["names"] = {name: field_name(site, name) for name in shown["fields"]}
    if "changelog" in expand:
        # Newest first, and no more than Cloud's page; the rest is read from the changelog endpoint there.
        entries = [views.change(change) for change in reversed(issue.changes)][: 100 if site.is_cloud else None]
        shown["changelog"] = {
            "startAt": 0,
            "maxResults": len(entries),
            "total": len(issue.changes),
            "histories": entries,
        }
    if "transitions" in expand and views.caller is not None:
        shown["transitions"] = [transition_json(views, issue, each) for each in available(site, views.caller, issue)]
    asked = [name for name in properties if name]
    if asked:
        has_all = "*all" in asked
        shown["properties"] = {key: value for key, value in issue.properties.items() if has_all or key in asked}
    return shown


def transition_json(views: Views, issue: Issue, transition: Transition, *, with_fields: bool = False) -> dict[str, Any]:
    """Return a transition that the caller could make, with its screen's fields when asked for."""
    workflow = views.site.project_of(issue).workflow
    shown: dict[str, Any] = {
        "id": transition.id,
        "name": transition.name,
        "to": views.status(workflow.status(transition.to)),
        "hasScreen": bool(transition.screen),
        "isGlobal": not transition.start,
        "isInitial": False,
        "isAvailable": True,
        "isConditional": bool(transition.only_roles or transition.only_when),
        "isLooped": False,
    }
    if with_fields:
        shown["fields"] = {
            name: {
                "required": name in transition.required,
                "name": field_name(views.site, name),
                "key": name,
                "operations": ["set"],
                "hasDefaultValue": name == "resolution" and transition.default_resolution is not None,
                "schema": {"type": name, "system": name},
            }
            for name in transition.screen
        }
    return shown


def field_name(site: Site, field: str) -> str:
    """Return what people call a field."""
    return site.fields[field].name if field in site.fields else SYSTEM_NAMES.get(field, field)


def _rendered(views: Views, issue: Issue) -> dict[str, Any]:
    fields = dict.fromkeys(fields_of(views, issue, with_comments=False))
    for name in TEXT_FIELDS:
        fields[name] = views.html(getattr(issue, name))
    for field in views.site.fields.values():
        if field.kind == "textarea":
            fields[field.id] = views.html(issue.custom.get(field.id))
    comments = [{**views.comment(issue, each), "body": views.html(each.body)} for each in views.comments(issue)]
    return {**fields, "comment": {**comment_page(views, issue), "comments": comments}}


def _custom(views: Views, kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "userpicker":
        return views.user(value["person"])
    if kind == "textarea":
        return views.text(value)
    return value
