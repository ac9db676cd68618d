"""Reads the ``fields`` of a request into typed values, with Jira's sentence for each wrong one.

Nothing is written here, so a request with one wrong field changes nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from integration.sandbox.jira import adf
from integration.sandbox.jira.access import is_assignable, may
from integration.sandbox.jira.model import PRIORITIES, RESOLUTIONS, CustomField, Issue, Named, Person, Project
from integration.sandbox.jira.refusals import JiraRefusal, not_on_screen
from integration.sandbox.jira.state import Site

LONGEST_TEXT = 32_767
LONGEST_SUMMARY = 255
# Sent by clients out of habit, and of no effect here.
IGNORED = frozenset({"project", "components", "fixVersions", "versions", "timetracking", "security"})


class _Wrong(Exception):
    """One field's value is refused, with the sentence for it."""


@dataclass(frozen=True)
class Asked:
    """Where the values are meant for: ``issue`` is None while one is being created; ``adf`` says that REST v3 asks."""

    site: Site
    caller: Person
    project: Project
    issue: Issue | None
    is_adf: bool
    screen: frozenset[str] = frozenset()


def read_fields(asked: Asked, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return field id → value ready to be stored; raises a 400 naming every field that is wrong."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, raw in fields.items():
        if name in IGNORED:
            continue
        try:
            values[name] = _read(asked, name, raw)
        except _Wrong as wrong:
            errors[name] = str(wrong)
    if errors:
        raise JiraRefusal(400, errors=errors)
    return values


def read_text(raw: object, is_adf: bool) -> str | None:
    """Return the text of a description or comment body in the request's format; 400 if it is in the other one."""
    if raw is None:
        return None
    if is_adf:
        text = adf.text_of(raw)
    elif isinstance(raw, str):
        text = raw
    else:
        raise JiraRefusal(400, "Operation value must be a string")
    if len(text) > LONGEST_TEXT:
        raise JiraRefusal(
            400, f"The entered text is too long. It exceeds the allowed limit of {LONGEST_TEXT:,} characters."
        )
    return text


def person_named(site: Site, raw: object, wrong: str) -> Person | None:
    """Return whom a user object names (by account id, or name), None for null; 400 ``wrong`` if nobody."""
    if raw is None:
        return None
    ident = raw.get("accountId" if site.is_cloud else "name") if isinstance(raw, Mapping) else None
    if isinstance(raw, Mapping) and ident is None and set(raw) & {"accountId", "name", "id"}:
        if site.is_cloud and raw.get("id"):
            ident = raw["id"]
        elif "accountId" in raw or not site.is_cloud:
            return None
    found = site.person_by(ident) if isinstance(ident, str) else None
    if found is None:
        raise JiraRefusal(400, errors={"": wrong})
    return found


def _read(asked: Asked, name: str, raw: Any) -> Any:
    reader, custom = _READERS.get(name), asked.site.fields.get(name)
    if reader is None and (custom is None or not custom.on_screen):
        raise _Wrong(not_on_screen(name))
    try:
        if reader is not None:
            return reader(asked, raw)
        return None if raw is None or custom is None else _custom(asked, custom, raw)
    except JiraRefusal as refused:
        raise _Wrong(refused.errors.get("") or " ".join(refused.messages)) from refused


def _summary(_asked: Asked, raw: Any) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise _Wrong("You must specify a summary of the issue.")
    if "\n" in raw or "\r" in raw:
        raise _Wrong("The summary is invalid because it contains newline characters.")
    if len(raw) > LONGEST_SUMMARY:
        raise _Wrong(f"Summary must be less than {LONGEST_SUMMARY} characters.")
    return raw.strip()


def _text(asked: Asked, raw: Any) -> str | None:
    return read_text(raw, asked.is_adf)


def _labels(_asked: Asked, raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(label, str) for label in raw):
        raise _Wrong("data was not an array")
    for label in raw:
        if re.search(r"\s", label):
            raise _Wrong(f"The label '{label}' contains spaces which is invalid.")
        if len(label) > LONGEST_SUMMARY:
            raise _Wrong(f"The label '{label}' exceeds the maximum length for a label.")
    return tuple(sorted(dict.fromkeys(filter(None, raw))))


def _assignee(asked: Asked, raw: Any) -> str | None:
    if isinstance(raw, Mapping) and raw.get("accountId" if asked.site.is_cloud else "name") == "-1":
        return asked.project.lead or None
    person = person_named(
        asked.site, raw, "Specify a valid value for assignee" if asked.site.is_cloud else "The user does not exist."
    )
    if person is not None and not is_assignable(asked.site, person, asked.project):
        raise _Wrong(f"User '{asked.site.ident(person.name)}' cannot be assigned issues.")
    if asked.issue is not None and not may(asked.caller, asked.project, "ASSIGN_ISSUES"):
        raise _Wrong(not_on_screen("assignee"))
    return person.name if person else None


def _reporter(asked: Asked, raw: Any) -> str | None:
    person = person_named(asked.site, raw, "The reporter specified is not a user.")
    if person is not None and person != asked.caller and not may(asked.caller, asked.project, "MODIFY_REPORTER"):
        raise _Wrong(not_on_screen("reporter"))
    return person.name if person else None


def _date(_asked: Asked, raw: Any) -> date | None:
    if raw in (None, ""):
        return None
    try:
        if not isinstance(raw, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw):
            raise ValueError
        return date.fromisoformat(raw)
    except ValueError as wrong:
        raise _Wrong(f"Error parsing date string: {raw}") from wrong


def _chosen(choices: tuple[Named, ...], raw: Any, sentence: str) -> str:
    if isinstance(raw, Mapping):
        for choice in choices:
            if raw.get("id") == choice.id or (
                "id" not in raw and str(raw.get("name", "")).lower() == choice.name.lower()
            ):
                return choice.id
    raise _Wrong(sentence)


def _priority(_asked: Asked, raw: Any) -> str:
    return _chosen(PRIORITIES, raw, "The priority selected is invalid.")


def _resolution(asked: Asked, raw: Any) -> str:
    if "resolution" not in asked.screen:
        raise _Wrong(not_on_screen("resolution"))
    return _chosen(RESOLUTIONS, raw, "The resolution selected is invalid.")


def _issue_type(asked: Asked, raw: Any) -> Any:
    for kind in asked.project.issue_types:
        if isinstance(raw, Mapping) and (
            raw.get("id") == kind.id or ("id" not in raw and raw.get("name") == kind.name)
        ):
            return kind
    raise _Wrong("Specify a valid issue type" if asked.site.is_cloud else "valid issue type is required")


def _parent(asked: Asked, raw: Any) -> str | None:
    if raw is None:
        return None
    ident = (raw.get("key") or raw.get("id")) if isinstance(raw, Mapping) else None
    found = asked.site.issues.get(str(ident)) or asked.site.issues.get(asked.site.keys.get(str(ident), ""))
    if found is None or not may(asked.caller, asked.site.project_of(found), "BROWSE_PROJECTS"):
        raise _Wrong("Could not find issue by id or key.")
    if found.project != asked.project.key:
        raise _Wrong("Given parent issue does not belong to the same project.")
    return found.id


_READERS: dict[str, Callable[[Asked, Any], Any]] = {
    "summary": _summary,
    "description": _text,
    "environment": _text,
    "labels": _labels,
    "assignee": _assignee,
    "reporter": _reporter,
    "duedate": _date,
    "priority": _priority,
    "resolution": _resolution,
    "issuetype": _issue_type,
    "parent": _parent,
}


def _custom(asked: Asked, field: CustomField, raw: Any) -> Any:
    match field.kind:
        case "select" | "radiobuttons":
            option = raw.get("value") if isinstance(raw, Mapping) else None
            if option not in field.options:
                raise _Wrong(f"Option value '{option}' is not valid")
            return {"value": option, "id": str(10000 + field.options.index(option))}
        case "datepicker":
            given = _date(asked, raw)
            return given.isoformat() if given else None
        case "datetime":
            return _moment(raw)
        case "userpicker":
            person = person_named(asked.site, raw, f"User '{raw}' was not found in the system.")
            return {"person": person.name} if person else None
        case "float" if isinstance(raw, int | float) and not isinstance(raw, bool):
            return float(raw)
        case "float":
            raise _Wrong("Operation value must be a number")
        case "labels":
            return list(_labels(asked, raw))
        case "textarea":
            return _text(asked, raw)
        case _:
            return _line(raw)


def _moment(raw: Any) -> str:
    try:
        return datetime.fromisoformat(str(raw)).strftime("%Y-%m-%dT%H:%M:%S.000%z")
    except ValueError as wrong:
        raise _Wrong(f"Error parsing date string: {raw}") from wrong


def _line(raw: Any) -> str:
    if not isinstance(raw, str):
        raise _Wrong("Operation value must be a string")
    if len(raw) > LONGEST_SUMMARY:
        raise _Wrong("The entered text is too long. It exceeds the allowed limit of 255 characters.")
    return raw
