"""Says whether an issue answers a parsed JQL query, and in which order issues come. Unknown fields and values are 400, as on Jira."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from integration.sandbox.jira.model import PRIORITIES, RESOLUTIONS, Issue, Person
from integration.sandbox.jira.refusals import JiraRefusal
from integration.sandbox.jira.state import Site

Value = tuple[str, tuple[str, ...]]
EMPTY: Value = ("empty", ())


@dataclass(frozen=True)
class Clause:
    """``field operator values``; see ``jql`` for the shape of a value."""

    field: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Negation:
    """NOT."""

    inner: "Node"


@dataclass(frozen=True)
class Group:
    """AND or OR of its parts."""

    kind: str
    parts: tuple["Node", ...]


Node = Clause | Negation | Group


@dataclass(frozen=True)
class Order:
    """One key of ORDER BY."""

    field: str
    is_descending: bool


@dataclass(frozen=True)
class Asker:
    """Who asks which site; functions and rights depend on it."""

    site: Site
    person: Person


_ALIASES = {
    "type": "issuetype",
    "id": "key",
    "issue": "key",
    "issuekey": "key",
    "due": "duedate",
    "createddate": "created",
    "updateddate": "updated",
    "resolved": "resolutiondate",
}
_TIMES = ("created", "updated", "duedate", "resolutiondate", "statuscategorychangeddate")
_TEXTS = ("summary", "description", "text", "comment", "environment")
_PEOPLE = ("assignee", "reporter", "creator")
_NAMED = ("project", "labels", "status", "statuscategory", "issuetype", "key", "parent", "priority", "resolution")
_CATEGORIES = {
    "new": ("to do", "new", "2"),
    "indeterminate": ("in progress", "indeterminate", "4"),
    "done": ("done", "complete", "3"),
}
_RELATIVE = re.compile(r"([+-]?)(\d+)([mhdwMy])$")
_SPANS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def matches(node: Node | None, issue: Issue, asker: Asker) -> bool:
    """Return whether the issue answers the query; 400 for what does not exist."""
    match node:
        case None:
            return True
        case Group("and", parts):
            # Every part is looked at, so that what does not exist is refused whatever the data.
            return all([matches(part, issue, asker) for part in parts])
        case Group(_, parts):
            return any([matches(part, issue, asker) for part in parts])
        case Negation(inner):
            return not matches(inner, issue, asker)
        case Clause():
            return _clause(node, issue, asker)


def check(node: Node | None, asker: Asker) -> None:
    """Refuse fields and values that do not exist, even where no issue is looked at."""
    match node:
        case Group(_, parts):
            for part in parts:
                check(part, asker)
        case Negation(inner):
            check(inner, asker)
        case Clause():
            _check_clause(node, asker)


def sort_key(order: tuple[Order, ...], asker: Asker) -> Callable[[list[Issue]], list[Issue]]:
    """Return a function that sorts issues by these keys; newest first where none is given."""

    def in_order(issues: list[Issue]) -> list[Issue]:
        for each in reversed(order or (Order("created", True), Order("key", True))):
            name = _known(each.field, asker.site)
            issues = sorted(
                issues, key=lambda issue, name=name: _comparable(name, issue, asker.site), reverse=each.is_descending
            )  # type: ignore[misc]
        return issues

    return in_order


def _known(field: str, site: Site) -> str:
    name = _ALIASES.get(field.lower(), field.lower())
    if name in (*_TIMES, *_TEXTS, *_PEOPLE, *_NAMED):
        return name
    for custom in site.fields.values():
        number = custom.id.removeprefix("customfield_")
        if field in (custom.id, f"cf[{number}]") or field.lower() == custom.name.lower():
            return custom.id
    raise JiraRefusal(400, f"Field '{field}' does not exist or you do not have permission to view it.")


def _check_clause(clause: Clause, asker: Asker) -> None:
    name = _known(clause.field, asker.site)
    if clause.operator in ("~", "!~") and name not in _TEXTS and name not in asker.site.fields:
        raise JiraRefusal(400, f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
    if (
        clause.operator in ("<", "<=", ">", ">=")
        and name not in (*_TIMES, "priority", "key")
        and name not in asker.site.fields
    ):
        raise JiraRefusal(400, f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
    if clause.operator in ("=", "!=") and name in _TEXTS:
        raise JiraRefusal(400, f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
    for value in _texts(clause, name, asker):
        if name in _TIMES:
            _instant(value, clause.field, asker)
        elif name == "project" and not any(
            value.lower() in _project_names(each) for each in asker.site.projects.values()
        ):
            raise JiraRefusal(400, f"The value '{value}' does not exist for the field 'project'.")
        elif name in ("key", "parent") and value.upper() not in asker.site.keys and value not in asker.site.issues:
            raise JiraRefusal(400, f"An issue with key '{value}' does not exist for field '{clause.field}'.")
        elif name == "statuscategory" and not any(value.lower() in names for names in _CATEGORIES.values()):
            raise JiraRefusal(400, f"The value '{value}' does not exist for the field '{clause.field}'.")


def _texts(clause: Clause, name: str, asker: Asker) -> list[str]:
    """Return the values as texts, functions being worked out; EMPTY is left out."""
    texts: list[str] = []
    for text, arguments in clause.values:
        if text.startswith("="):
            texts.append(text[1:])
        elif text == "currentuser()" and name in _PEOPLE:
            texts.append(asker.person.name)
        elif text == "now()" and name in _TIMES:
            texts.append(asker.site.clock().isoformat())
        elif text == "linkedissues()" and name == "key" and arguments:
            issue = asker.site.issue(arguments[0])
            ends = (
                {link.inward, link.outward} - {issue.id}
                for link in asker.site.links_of(issue)
                if _is_kind(link.type, arguments[1:])
            )
            texts.extend(sorted(end for pair in ends for end in pair))
        elif (text, arguments) != EMPTY:
            raise JiraRefusal(400, f"Unable to find JQL function '{text}'.")
    return texts


def _is_kind(kind: Any, wanted: tuple[str, ...]) -> bool:
    return not wanted or any(each.lower() in (kind.inward, kind.outward, kind.name.lower()) for each in wanted)


def _clause(clause: Clause, issue: Issue, asker: Asker) -> bool:
    name = _known(clause.field, asker.site)
    texts = _texts(clause, name, asker)
    own = _own(name, issue, asker.site)
    has_empty = EMPTY in clause.values
    match clause.operator:
        case "IS" | "IS NOT":
            return (not own) == (clause.operator == "IS")
        case "=" | "IN":
            return (has_empty and not own) or any(_equals(name, own, text, clause.field, asker) for text in texts)
        case "!=" | "NOT IN":
            # Like Jira, an issue without a value is not found by "is not this".
            return bool(own) and not any(_equals(name, own, text, clause.field, asker) for text in texts)
        case "~" | "!~":
            found = any(text.strip('"*').lower() in value for text in texts for value in own)
            return found == (clause.operator == "~")
        case operator:
            return bool(own) and _compares(operator, name, issue, texts, clause.field, asker)


def _equals(name: str, own: frozenset[str], text: str, field: str, asker: Asker) -> bool:
    if name in _TIMES:
        at = _instant(text, field, asker)
        return at.date().isoformat() in own or f"{at:%Y-%m-%dT%H:%M}" in own
    if name == "resolution" and text.lower() == "unresolved":
        return not own
    if name == "statuscategory":
        return any(text.lower() in names and key in own for key, names in _CATEGORIES.items())
    return (text if name == "labels" else text.lower()) in own


def _compares(operator: str, name: str, issue: Issue, texts: list[str], field: str, asker: Asker) -> bool:
    own = _comparable(name, issue, asker.site)
    for text in texts:
        other: Any
        if name in _TIMES:
            other = _instant(text, field, asker)
            # Jira compares to the minute.
            own = own.replace(second=0, microsecond=0)
        elif name == "priority":
            other = next((-int(each.id) for each in PRIORITIES if each.name.lower() == text.lower()), 0)
        else:
            other = _comparable(name, asker.site.issue(text), asker.site) if name == "key" else text
        if type(own) is not type(other):
            return False
        return bool({"<": own < other, "<=": own <= other, ">": own > other, ">=": own >= other}[operator])
    return False


def _instant(text: str, field: str, asker: Asker) -> datetime:
    if relative := _RELATIVE.match(text):
        sign, number, unit = relative[1], int(relative[2]), relative[3]
        span = _SPANS.get(unit) or timedelta(days=30 if unit == "M" else 365)
        now = asker.site.clock().replace(second=0, microsecond=0)
        return now - number * span if sign == "-" else now + number * span
    for shape in ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
    if "T" in text and "+" in text:
        return datetime.fromisoformat(text)
    raise JiraRefusal(
        400,
        f"Date value '{text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
    )


def _project_names(project: Any) -> tuple[str, str, str]:
    return project.key.lower(), project.name.lower(), project.id


def _own(name: str, issue: Issue, site: Site) -> frozenset[str]:
    """Return everything by which this issue's value can be called; empty when it has none."""
    status = site.project_of(issue).workflow.status(issue.status)
    match name:
        case "project":
            return frozenset(_project_names(site.project_of(issue)))
        case "labels":
            return frozenset(issue.labels)
        case "status":
            return frozenset({status.name.lower(), status.id})
        case "statuscategory":
            return frozenset({status.category})
        case "issuetype":
            return frozenset({issue.type.name.lower(), issue.type.id})
        case "key":
            return frozenset({issue.key.lower(), issue.id})
        case "parent":
            return frozenset({issue.parent, site.issues[issue.parent].key.lower()}) if issue.parent else frozenset()
        case "priority":
            return frozenset(
                word for each in PRIORITIES if each.id == issue.priority for word in (each.id, each.name.lower())
            )
        case "resolution":
            return frozenset(
                word for each in RESOLUTIONS if each.id == issue.resolution for word in (each.id, each.name.lower())
            )
        case "assignee" | "reporter" | "creator":
            person = site.people.get(getattr(issue, name) or "")
            return (
                frozenset({person.account_id.lower(), person.name.lower(), person.user_key.lower()})
                if person
                else frozenset()
            )
        case "text":
            return frozenset(
                part.lower() for part in (issue.summary, issue.description or "", *(c.body for c in issue.comments))
            )
        case "comment":
            return frozenset(each.body.lower() for each in issue.comments)
        case "summary" | "description" | "environment":
            text = getattr(issue, name)
            return frozenset({text.lower()}) if text else frozenset()
        case _ if name in _TIMES:
            at = _comparable(name, issue, site)
            return frozenset() if at == _LONG_AGO else frozenset({at.date().isoformat(), f"{at:%Y-%m-%dT%H:%M}"})
        case _:
            return _own_custom(issue.custom.get(name), site)


def _own_custom(value: Any, site: Site) -> frozenset[str]:
    if value is None:
        return frozenset()
    if isinstance(value, dict) and "person" in value:
        person = site.people[value["person"]]
        return frozenset({person.account_id.lower(), person.name.lower()})
    if isinstance(value, dict):
        return frozenset({value["value"].lower(), value["id"]})
    return frozenset(each.lower() for each in value) if isinstance(value, list) else frozenset({str(value).lower()})


_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def _comparable(name: str, issue: Issue, site: Site) -> Any:
    match name:
        case "created" | "updated":
            return getattr(issue, name)
        case "resolutiondate":
            return issue.resolved or _LONG_AGO
        case "statuscategorychangeddate":
            return issue.status_since
        case "duedate":
            due: date | None = issue.duedate
            return datetime(due.year, due.month, due.day, tzinfo=UTC) if due else _LONG_AGO
        case "key":
            return issue.project, int(issue.key.rpartition("-")[2])
        case "priority":
            return -int(issue.priority)
        case _:
            return min(_own(name, issue, site), default="")
