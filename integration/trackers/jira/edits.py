"""What edits of an issue's fields come to: one request body for labels, severity, gate field, owner and due date together."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, assert_never

from integration.postmortem.commands import (
    EnsureAgreed,
    EnsureGateField,
    EnsureLabels,
    EnsureSeverityShown,
    FieldEdit,
)
from integration.postmortem.people import Person
from integration.trackers.jira.client import JiraClient, Json
from integration.trackers.jira.escape import title
from integration.trackers.jira.identifiers import is_account
from integration.trackers.jira.translation import Reading
from mappings.models import Policy, Severity

_LABEL = re.compile(r"\S{1,255}")  # Jira's labels have no blanks.


@dataclass(frozen=True)
class Edit:
    """What one command comes to: ``fields`` to set, operations on labels, and what cannot even be asked for."""

    fields: Json
    labels: tuple[Json, ...] = ()
    shortfall: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Return the fields that the edit touches."""
        return frozenset(self.fields) | ({"labels"} if self.labels else frozenset())


def body_of(edits: Iterable[Edit]) -> Json:
    """Return the one request body that does all the edits; empty where there is nothing to do."""
    fields: Json = {}
    labels: list[Json] = []
    for edit in edits:
        fields |= edit.fields
        labels += edit.labels
    return ({"fields": fields} if fields else {}) | ({"update": {"labels": labels}} if labels else {})


def edit_of(command: FieldEdit, reading: Reading, client: JiraClient) -> Edit:
    """Return the edit that does one command."""
    match command:
        case EnsureLabels(_, add, remove):
            operations = [{"add": label} for label in sorted(add) if _LABEL.fullmatch(label)]
            operations += [{"remove": label} for label in sorted(remove) if _LABEL.fullmatch(label)]
            unfit = [label for label in sorted(add) if not _LABEL.fullmatch(label)]
            return Edit({}, tuple(operations), tuple(f"labels: {label!r} has blanks" for label in unfit))
        case EnsureSeverityShown():
            return Edit(_severity(command, reading.policy, client))
        case EnsureGateField():
            return Edit({reading.gate.id: command.value.value} if reading.gate else {})
        case EnsureAgreed():
            return _agreed(command, reading.policy, client)
        case _:
            assert_never(command)


def _agreed(command: EnsureAgreed, policy: Policy, client: JiraClient) -> Edit:
    fields: Json = {}
    shortfall: tuple[str, ...] = ()
    if command.owner is not None:
        if (value := assignee(command.owner, client)) is not None:
            fields["assignee"] = value
        else:
            shortfall = (f"assignee: {command.owner.called} is no user of this Jira",)
    if command.due is not None:
        fields[policy.remediation.ticket.jira.due_field] = command.due.isoformat()
    if command.title:
        fields["summary"] = title(command.title)
    return Edit(fields, (), shortfall)


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
    return {field: shapes.get("priority" if field == "priority" else client.fields.type_of(field), value)}
