"""What edits of an issue's fields come to: one request body for labels, severity, owner and due date together."""

import re
from dataclasses import dataclass
from typing import Any, assert_never

from integration.postmortem.commands import EnsureAgreed, EnsureLabels, EnsureSeverityShown
from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person
from integration.trackers.jira.client import JiraClient, Json
from integration.trackers.jira.identifiers import is_account
from mappings.models import Policy, Severity

FieldCommand = EnsureLabels | EnsureSeverityShown | EnsureAgreed

_LABEL = re.compile(r"\S{1,255}")  # Jira's labels have no blanks.


@dataclass(frozen=True)
class Edit:
    """A request body (empty: nothing to do), the number of fields in it, and what cannot even be asked for."""

    body: Json
    size: int
    shortfall: tuple[str, ...]


def issue_of_command(command: FieldCommand) -> IssueRef:
    """Return the issue that the command edits."""
    return command.ticket if isinstance(command, EnsureAgreed) else command.issue


def edit_of(commands: tuple[FieldCommand, ...], policy: Policy, client: JiraClient) -> Edit:
    """Return the one edit that does all the commands."""
    fields: Json = {}
    labels: list[Json] = []
    shortfall: list[str] = []
    for command in commands:
        match command:
            case EnsureLabels(_, add, remove):
                labels += [{"add": label} for label in sorted(add) if _LABEL.fullmatch(label)]
                labels += [{"remove": label} for label in sorted(remove) if _LABEL.fullmatch(label)]
                shortfall += [f"labels: {label!r} has blanks" for label in sorted(add) if not _LABEL.fullmatch(label)]
            case EnsureSeverityShown():
                fields |= _severity(command, policy, client)
            case EnsureAgreed(_, owner, due):
                if owner is not None and (value := assignee(owner, client)) is None:
                    shortfall.append(f"assignee: {owner.called} is no user of this Jira")
                elif owner is not None:
                    fields["assignee"] = value
                if due is not None:
                    fields[policy.remediation.ticket.jira.due_field] = due.isoformat()
            case _:
                assert_never(command)
    body: Json = ({"fields": fields} if fields else {}) | ({"update": {"labels": labels}} if labels else {})
    return Edit(body, len(fields) + bool(labels), tuple(shortfall))


def assignee(person: Person, client: JiraClient) -> Json | None:
    """Return the person as a user field takes them, or ``None`` where they are no user of this Jira."""
    if person.site != "jira" or not is_account(person.handle):
        return None
    return {"accountId": person.id} if client.is_cloud else {"name": person.handle}


def _severity(command: EnsureSeverityShown, policy: Policy, client: JiraClient) -> Json:
    field = policy.severity.jira.field
    value = command.value or policy.severity.of(Severity(command.severity)).jira_value
    if field is None or not value:
        return {}
    shapes: dict[str, Any] = {"priority": {"name": value}, "option": {"value": value}, "array": [value]}
    return {field: shapes.get("priority" if field == "priority" else client.field_type(field), value)}
