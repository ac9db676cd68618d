"""Reads the subset of JQL that a careful client needs, and refuses the rest in Jira's words.

query  := [or] ["ORDER BY" field ["ASC"|"DESC"] {"," …}]
or     := and {"OR" and}      and := not {"AND" not}      not := ("NOT"|"!") not | "(" or ")" | clause
clause := field ("=" | "!=" | "~" | "!~" | "<" | "<=" | ">" | ">=" | "IN" | "NOT IN" | "IS" | "IS NOT") value
"""

import re
from dataclasses import dataclass

from integration.sandbox.jira.jql_match import Asker, Clause, Group, Negation, Node, Order, in_order, matches
from integration.sandbox.jira.refusals import JiraRefusal

__all__ = ["Asker", "Query", "in_order", "matches", "parse"]

LONGEST = 20_000
DEEPEST = 50
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<sign><=|>=|!=|!~|=|<|>|~|!|\(|\)|,)
    | (?P<word>cf\[\d+\]|[^\s"'=<>!~(),]+)
    )""",
    re.VERBOSE,
)
_OPERATORS = ("=", "!=", "<", ">", "<=", ">=", "~", "!~", "IN", "NOT IN", "IS", "IS NOT")
_RESERVED = frozenset({"and", "or", "not", "in", "is", "order", "by", "empty", "null"})


@dataclass(frozen=True)
class Query:
    """A parsed query; ``where`` is None when there is no restriction."""

    where: Node | None
    order: tuple[Order, ...]


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        return self.text.lower() if self.kind == "word" else ""


def parse(text: str) -> Query:
    """Return the parsed query; 400 with Jira's message when it cannot be read."""
    if len(text) > LONGEST:
        raise JiraRefusal(400, "The JQL query is too long.")
    return _Parser(_tokens(text)).query()


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            place = at + len(text[at:]) - len(text[at:].lstrip())
            raise _error(f"The quoted string '{text[place + 1 :]}' has not been completed.", place)
        kind = found.lastgroup or "word"
        raw = found[kind]
        tokens.append(_Token(kind, re.sub(r"\\(.)", r"\1", raw[1:-1]) if kind == "quoted" else raw, found.start(kind)))
        at = found.end()
    return tokens


def _error(message: str, at: int | None = None) -> JiraRefusal:
    place = "" if at is None else f" (line 1, character {at + 1})"
    return JiraRefusal(400, f"Error in the JQL Query: {message}{place}")


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._at, self._depth = tokens, 0, 0

    def query(self) -> Query:
        where = None if self._next_is("order") or not self._tokens else self._or()
        order: list[Order] = []
        if self._take("order"):
            self._expect("by")
            order.append(self._order())
            while self._take_sign(","):
                order.append(self._order())
        if (left := self._peek()) is not None:
            raise _error(f"Expecting either 'OR' or 'AND' but got '{left.text}'.", left.at)
        return Query(where, tuple(order))

    def _or(self) -> Node:
        parts = [self._and()]
        while self._take("or"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Group("or", tuple(parts))

    def _and(self) -> Node:
        parts = [self._not()]
        while self._take("and"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else Group("and", tuple(parts))

    def _not(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _error("The query is nested too deeply.")
        try:
            if self._take("not") or self._take_sign("!"):
                return Negation(self._not())
            if self._take_sign("("):
                inside = self._or()
                self._expect_sign(")")
                return inside
            return self._clause()
        finally:
            self._depth -= 1

    def _clause(self) -> Clause:
        field = self._field()
        operator = self._operator()
        if operator in ("IN", "NOT IN") and not self._is_function():
            self._expect_sign("(")
            values = [self._value()]
            while self._take_sign(","):
                values.append(self._value())
            self._expect_sign(")")
            return Clause(field, operator, tuple(values))
        value = self._value()
        if operator in ("IS", "IS NOT") and value != ("empty", ()):
            raise JiraRefusal(
                400, f"The operator '{operator.lower()}' does not support the value given for the field '{field}'."
            )
        return Clause(field, operator, (value,))

    def _field(self) -> str:
        token = self._peek()
        if token is None or token.kind == "sign" or token.word in _RESERVED:
            got = token.text if token else "end of query"
            raise _error(f"Expecting a field name but got '{got}'.", token.at if token else None)
        self._at += 1
        return token.text

    def _operator(self) -> str:
        token = self._peek()
        self._at += 1
        if token is not None and token.kind == "sign" and token.text in _OPERATORS:
            return token.text
        match token.word if token else "":
            case "in":
                return "IN"
            case "not" if self._take("in"):
                return "NOT IN"
            case "is":
                return "IS NOT" if self._take("not") else "IS"
        valid = ", ".join(f"'{operator}'" for operator in _OPERATORS)
        got = token.text if token else "end of query"
        raise _error(
            f"Expecting operator but got '{got}'. The valid operators are {valid}.", token.at if token else None
        )

    def _value(self) -> tuple[str, tuple[str, ...]]:
        """Return (text, ()) for a word or string, ("empty", ()) for EMPTY, (name + "()", arguments) for a function."""
        token = self._peek()
        if token is None or token.kind == "sign":
            got = token.text if token else "end of query"
            raise _error(f"Expecting either a value, list or function but got '{got}'.", token.at if token else None)
        is_function = self._is_function()
        self._at += 1
        if is_function:
            self._expect_sign("(")
            arguments: list[str] = []
            while not self._take_sign(")"):
                arguments.append(self._value()[0].removeprefix("="))
                self._take_sign(",")
            return token.text.lower() + "()", tuple(arguments)
        if token.word in ("empty", "null"):
            return "empty", ()
        if token.word in _RESERVED:
            raise _error(
                f"'{token.text}' is a reserved JQL word. You must surround it in quotation marks to use it in a query.",
                token.at,
            )
        # A leading sign tells a text apart from EMPTY and from functions.
        return "=" + token.text, ()

    def _order(self) -> Order:
        field = self._field()
        is_descending = False
        if self._take("desc"):
            is_descending = True
        else:
            self._take("asc")
        return Order(field, is_descending)

    def _peek(self, ahead: int = 0) -> _Token | None:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else None

    def _is_function(self) -> bool:
        word, after = self._peek(), self._peek(1)
        return bool(word and word.kind == "word" and after and after.kind == "sign" and after.text == "(")

    def _next_is(self, word: str) -> bool:
        token = self._peek()
        return token is not None and token.word == word

    def _take(self, word: str) -> bool:
        taken = self._next_is(word)
        self._at += taken
        return taken

    def _take_sign(self, sign: str) -> bool:
        token = self._peek()
        taken = token is not None and token.kind == "sign" and token.text == sign
        self._at += taken
        return taken

    def _expect(self, word: str) -> None:
        if not self._take(word):
            token = self._peek()
            raise _error(
                f"Expecting '{word}' but got '{token.text if token else 'end of query'}'.", token.at if token else None
            )

    def _expect_sign(self, sign: str) -> None:
        if not self._take_sign(sign):
            token = self._peek()
            raise _error(
                f"Expecting '{sign}' but got '{token.text if token else 'end of query'}'.", token.at if token else None
            )
