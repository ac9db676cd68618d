"""Says whether an issue answers a parsed JQL query, and in which order issues come.

Unknown fields and values are 400, as on Jira.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from integration.sandbox.jira.jql_values import TIMES, comparable, instant, own, project_names
from integration.sandbox.jira.model import PRIORITIES, Issue, Person
from integration.sandbox.jira.refusals import JiraRefusal
from integration.sandbox.jira.state import Site

Value = tuple[str, tuple[str, ...]]
EMPTY: Value = ("empty", ())
_COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


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
_TEXTS = ("summary", "description", "text", "comment", "environment")
_PEOPLE = ("assignee", "reporter", "creator")
_NAMED = ("project", "labels", "status", "statuscategory", "issuetype", "key", "parent", "priority", "resolution")
_CATEGORIES = {
    "new": ("to do", "new", "2"),
    "indeterminate": ("in progress", "indeterminate", "4"),
    "done": ("done", "complete", "3"),
}


def matches(node: Node | None, issue: Issue, asker: Asker) -> bool:
    """Return whether the issue answers the query; 400 for what does not exist."""
    match node:
        case None:
            return True
        case Group("and", parts):
            return all(matches(part, issue, asker) for part in parts)
        case Group(_, parts):
            return any(matches(part, issue, asker) for part in parts)
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


def in_order(issues: list[Issue], order: tuple[Order, ...], site: Site) -> list[Issue]:
    """Return the issues sorted by these keys; newest first where none is given."""
    for each in reversed(order or (Order("created", True), Order("key", True))):
        name = _known(each.field, site)
        issues = sorted(issues, key=_by(name, site), reverse=each.is_descending)
    return issues


def _by(name: str, site: Site) -> Callable[[Issue], Any]:
    return lambda issue: comparable(name, issue, site)


def _known(field: str, site: Site) -> str:
    name = _ALIASES.get(field.lower(), field.lower())
    if name in (*TIMES, *_TEXTS, *_PEOPLE, *_NAMED):
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
        and name not in (*TIMES, "priority", "key")
        and name not in asker.site.fields
    ):
        raise JiraRefusal(400, f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
    if clause.operator in ("=", "!=") and name in _TEXTS:
        raise JiraRefusal(400, f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
    for value in _texts(clause, name, asker):
        if name in TIMES:
            instant(value, clause.field, asker.site.clock())
        elif name == "project" and not any(
            value.lower() in project_names(each) for each in asker.site.projects.values()
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
        elif text == "now()" and name in TIMES:
            texts.append(f"{asker.site.clock():%Y-%m-%d %H:%M}")
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
    words = own(name, issue, asker.site)
    has_empty = EMPTY in clause.values
    match clause.operator:
        case "IS" | "IS NOT":
            return (not words) == (clause.operator == "IS")
        case "=" | "IN":
            return (has_empty and not words) or any(_equals(clause, name, words, text, asker) for text in texts)
        case "!=" | "NOT IN":
            # Like Jira, an issue without a value is not found by "is not this".
            return bool(words) and not any(_equals(clause, name, words, text, asker) for text in texts)
        case "~" | "!~":
            found = any(text.strip('"*').lower() in value for text in texts for value in words)
            return found == (clause.operator == "~")
        case _:
            return bool(words) and any(_compares(clause, name, issue, text, asker) for text in texts)


def _equals(clause: Clause, name: str, words: frozenset[str], text: str, asker: Asker) -> bool:
    if name in TIMES:
        at = instant(text, clause.field, asker.site.clock())
        return at.date().isoformat() in words or f"{at:%Y-%m-%dT%H:%M}" in words
    if name == "resolution" and text.lower() == "unresolved":
        return not words
    if name == "statuscategory":
        return any(text.lower() in names and key in words for key, names in _CATEGORIES.items())
    return (text if name == "labels" else text.lower()) in words


def _compares(clause: Clause, name: str, issue: Issue, text: str, asker: Asker) -> bool:
    mine = comparable(name, issue, asker.site)
    other: Any = text
    if name in TIMES:
        # Jira compares to the minute.
        mine, other = mine.replace(second=0, microsecond=0), instant(text, clause.field, asker.site.clock())
    elif name == "priority":
        other = next((-int(each.id) for each in PRIORITIES if each.name.lower() == text.lower()), 0)
    elif name == "key":
        other = comparable(name, asker.site.issue(text), asker.site)
    return type(mine) is type(other) and bool(_COMPARISONS[clause.operator](mine, other))
