"""Answers the few GraphQL questions that REST cannot: who edited a comment or an issue last, by node id.

Understood are ``node(id:)``, ``nodes(ids:)``, ``viewer`` and ``rateLimit`` with fields, arguments, variables, aliases
and inline fragments. A field that GitHub's type does not have is an error, as there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from integration.sandbox.github.asking import Answer, Ask, Route
from integration.sandbox.github.model import Comment, Issue, Json, Person
from integration.sandbox.github.shapes import node_id, number_of, stamp, stamp_or_none

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\.\.\.|[A-Za-z_]\w*|\$\w+|-?\d+|[{}()\[\]:!,=]')
_INTERFACES = {"Actor": {"User", "Bot"}, "Node": {"IssueComment", "Issue", "User", "Bot"}}
_INTERFACES["Comment"] = {"IssueComment", "Issue"}


class Misunderstood(Exception):
    """The query is not one that GitHub, or this part of it, understands."""


@dataclass(frozen=True, slots=True)
class Selection:
    """One selected field, or (with ``on``) one inline fragment."""

    name: str
    key: str
    arguments: Json
    on: str | None
    children: "tuple[Selection, ...]"


class Reader:
    """Reads a query document into selections."""

    def __init__(self, text: str, variables: Json) -> None:
        """Cut the text into tokens."""
        self._tokens = [word for word in _TOKEN.findall(re.sub(r"#[^\n]*", "", text)) if word != ","]
        self._at = 0
        self._variables = variables

    def document(self) -> tuple[Selection, ...]:
        """Return the selections of the one query; the names and types of its variables are passed over."""
        while self._peek() != "{":
            if self._peek() in {"mutation", "subscription", "fragment", ""}:
                raise Misunderstood("The sandbox understands queries only.")
            self._next()
        return self._selections()

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self, expected: str | None = None) -> str:
        token = self._peek()
        if not token or (expected is not None and token != expected):
            raise Misunderstood(f"Parse error on {token!r}, expected {expected or 'more'}.")
        self._at += 1
        return token

    def _selections(self) -> tuple[Selection, ...]:
        self._next("{")
        found = []
        while self._peek() != "}":
            found.append(self._selection())
        self._next("}")
        return tuple(found)

    def _selection(self) -> Selection:
        name = self._next()
        if name == "...":
            self._next("on")
            kind = self._next()
            return Selection("...", "...", {}, kind, self._selections())
        key = name
        if self._peek() == ":":
            self._next()
            name = self._next()
        arguments = {}
        if self._peek() == "(":
            self._next()
            while self._peek() != ")":
                argument = self._next()
                self._next(":")
                arguments[argument] = self._value()
            self._next(")")
        return Selection(name, key, arguments, None, self._selections() if self._peek() == "{" else ())

    def _value(self) -> Any:
        word = self._next()
        if word == "[":
            found = []
            while self._peek() != "]":
                found.append(self._value())
            self._next("]")
            return found
        if word.startswith("$"):
            return self._variables.get(word[1:])
        return word[1:-1] if word.startswith('"') else word


def answer(ask: Ask) -> Answer:
    """Answer one query; errors come with status 200, as GitHub sends them."""
    ask.person  # noqa: B018 - GraphQL answers nobody without a token.
    body = ask.body
    try:
        asked = Reader(str(body.get("query") or ""), body.get("variables") or {}).document()
        errors: list[Json] = []
        found = {each.key: _top(ask, each, errors) for each in asked}
    except Misunderstood as problem:
        return Answer({"errors": [{"message": str(problem)}]})
    return Answer({"data": found, "errors": errors} if errors else {"data": found})


def _top(ask: Ask, asked: Selection, errors: list[Json]) -> Any:
    match asked.name:
        case "viewer":
            return _select("User", _actor(ask.person) or {}, asked.children)
        case "rateLimit":
            return _select("RateLimit", {"limit": 5000, "cost": 1, "remaining": 4999}, asked.children)
        case "node":
            return _node(ask, asked.arguments.get("id"), asked, errors)
        case "nodes":
            return [_node(ask, each, asked, errors) for each in asked.arguments.get("ids") or []]
        case _:
            raise Misunderstood(f"Field '{asked.name}' doesn't exist on type 'Query'")


def _node(ask: Ask, wanted: object, asked: Selection, errors: list[Json]) -> Any:
    for kind, node in _candidates(ask, str(wanted)):
        return _select(kind, node, asked.children)
    message = f"Could not resolve to a node with the global id of '{wanted}'"
    errors.append({"type": "NOT_FOUND", "path": [asked.key], "message": message})
    return None


def _candidates(ask: Ask, wanted: str) -> Iterator[tuple[str, Json]]:
    number = number_of(wanted)
    pair = ask.site.comments_by_id.get(number)
    if pair is not None and wanted == node_id("IC", number) and pair[0].repository.allows(ask.viewer, "read"):
        yield "IssueComment", _comment(ask, *pair)
    issue = ask.site.issues_by_id.get(number)
    if issue is not None and wanted == node_id("I", number) and issue.repository.allows(ask.viewer, "read"):
        yield "Issue", _issue(ask, issue)


def _comment(ask: Ask, issue: Issue, comment: Comment) -> Json:
    shape = ask.shapes.comment(comment, issue)
    return {
        "id": shape["node_id"],
        "databaseId": comment.id,
        "fullDatabaseId": str(comment.id),
        "author": _actor(comment.author),
        "editor": _actor(comment.editor),
        "lastEditedAt": stamp_or_none(comment.edited_at),
        "includesCreatedEdit": comment.editor is not None,
        "createdAt": stamp(comment.created_at),
        "updatedAt": stamp(comment.updated_at),
        "body": comment.body,
        "url": shape["html_url"],
    }


def _issue(ask: Ask, issue: Issue) -> Json:
    return {
        "id": node_id("I", issue.id),
        "databaseId": issue.id,
        "fullDatabaseId": str(issue.id),
        "number": issue.number,
        "title": issue.title,
        "author": _actor(issue.author),
        "editor": _actor(issue.editor),
        "lastEditedAt": stamp_or_none(issue.edited_at),
        "createdAt": stamp(issue.created_at),
        "updatedAt": stamp(issue.updated_at),
        "body": issue.body or "",
        "url": ask.shapes.issue_page(issue),
        "state": issue.state.upper(),
    }


def _actor(person: Person | None) -> Json | None:
    if person is None:
        return None
    # GraphQL writes an App's login without the "[bot]" that REST appends.
    kind = "Bot" if person.kind == "Bot" else "User"
    login = person.login.removesuffix("[bot]")
    return {"__typename": kind, "login": login, "databaseId": person.id, "id": node_id(kind[0], person.id)}


def _select(kind: str, node: Json, asked: tuple[Selection, ...]) -> Json:
    found: Json = {}
    for each in asked:
        if each.on is not None:
            if kind == each.on or kind in _INTERFACES.get(each.on, ()):
                found |= _select(kind, node, each.children)
        elif each.name == "__typename":
            found[each.key] = kind
        elif each.name not in node:
            raise Misunderstood(f"Field '{each.name}' doesn't exist on type '{kind}'")
        else:
            value = node[each.name]
            found[each.key] = _select(value["__typename"], value, each.children) if isinstance(value, dict) else value
    return found


ROUTES: tuple[Route, ...] = (("POST", "/graphql", answer),)
