"""The ``update`` part of a request: operations on labels, links, comments and single fields, read first, done later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integration.sandbox.jira.access import may
from integration.sandbox.jira.commenting import add_comment
from integration.sandbox.jira.edits import Desk
from integration.sandbox.jira.fields import Asked, read_text
from integration.sandbox.jira.linking import LinkAsked, add_link, read_link
from integration.sandbox.jira.model import Comment, Issue, Person
from integration.sandbox.jira.refusals import JiraRefusal, not_on_screen


@dataclass(frozen=True)
class Operations:
    """What an ``update`` asks for, checked as far as it can be before the issue exists."""

    labels: tuple[tuple[str, Any], ...] = ()
    sets: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[LinkAsked, ...] = ()
    comments: tuple[dict[str, Any], ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is asked."""
        return bool(self.labels or self.sets or self.links or self.comments)

    def fields(self, issue: Issue | None) -> dict[str, Any]:
        """Return the fields as they are to be after the operations on labels and the single sets."""
        wanted = dict(self.sets)
        if self.labels:
            labels = list(issue.labels) if issue else []
            for verb, value in self.labels:
                if verb == "set":
                    labels = list(value)
                elif verb == "add":
                    labels.append(value)
                else:
                    labels = [each for each in labels if each != value]
            wanted["labels"] = labels
        return wanted

    def add_comments(self, desk: Desk, by: Person, issue: Issue) -> Comment | None:
        """Write the comments; returns the last one."""
        last = None
        for given in self.comments:
            last = add_comment(desk, by, issue, given, is_quiet=not desk.site.is_cloud)
        return last

    def add_links(self, desk: Desk, by: Person, issue: Issue) -> None:
        """Make the links."""
        for asked in self.links:
            add_link(desk, by, asked, issue)


def read_operations(asked: Asked, update: Mapping[str, Any]) -> Operations:
    """Return the operations; 400 for those that Jira does not know or that are of the wrong shape."""
    labels: list[tuple[str, Any]] = []
    sets: dict[str, Any] = {}
    links: list[LinkAsked] = []
    comments: list[dict[str, Any]] = []
    for name, operations in update.items():
        for verb, value in _pairs(name, operations):
            match name, verb:
                case "labels", "add" | "remove" | "set":
                    labels.append((verb, value))
                case "comment", "add" if isinstance(value, dict):
                    if not may(asked.caller, asked.project, "ADD_COMMENTS"):
                        raise JiraRefusal(400, errors={"comment": not_on_screen("comment")})
                    comments.append({**value, "body": read_text(value.get("body"), asked.is_adf)})
                case "issuelinks", "add" if isinstance(value, dict):
                    if not may(asked.caller, asked.project, "LINK_ISSUES"):
                        raise JiraRefusal(400, errors={"issuelinks": not_on_screen("issuelinks")})
                    links.append(read_link(asked.site, asked.caller, value, asked.issue))
                case _, "set":
                    sets[name] = value
                case _:
                    raise JiraRefusal(400, errors={name: f"Field does not support update '{verb}'."})
    return Operations(tuple(labels), sets, tuple(links), tuple(comments))


def _pairs(name: str, operations: Any) -> list[tuple[str, Any]]:
    if not isinstance(operations, list) or not all(isinstance(each, dict) for each in operations):
        raise JiraRefusal(400, errors={name: "data was not an array"})
    return [pair for each in operations for pair in each.items()]
