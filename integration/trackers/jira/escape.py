r"""The one place where foreign text becomes harmless wiki markup (SECURITY.md S15). Pure.

Two means are used. A backslash before the characters that Jira's renderer lets be escaped (``\- \# \* \_ \+ \? \^ \~ \|
\{ \} \[ \] \( \) \! \@``, see Jira's "Text Formatting Notation Help"), and for all else a WORD JOINER, which is
invisible and keeps a pattern from being one: after a backslash, inside ``://``, between the parts of an emoticon,
before what would begin a line as a heading, a list or a command.
"""

import re
import unicodedata

JOINER = "\u2060"
LONGEST_TITLE = 200
# Joiners within words of some scripts and within emoji; every other invisible character goes.
_KEPT = frozenset("\u200c\u200d")
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})
_BLANKS = re.compile(r"\s+")

_SIGNS = re.compile(
    r"""
      (?P<kept>
          (?<![\w-])\d{4}-\d\d-\d\d(?![\w-])       # a date; nothing reads markup into it
        | (?<=[^\W_])[-_](?=[^\W\d_])              # inside a word; in an issue key a digit follows
      )
    | (?P<slashed>[*_+^~\[\]{}|!-]|\?(?=\?)|(?<=\?)\?)
    | (?P<joined>
          \\
        | :(?=//)
        | (?<=mailto):
        | (?<=\w)@(?=\w)
        | &(?=\#?\w+;)
        | [:;](?=-?[()PDpd])
        | \((?=(?:y|n|i|x|/|!|\+|-|\?|on|off|\*[rgby]?|flag|flagoff)\))
      )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LINE_START = re.compile(r"(?:h[1-6]\.|bq\.|[#/!|-])", re.IGNORECASE)


def plain(text: str) -> str:
    """Return the text on one line, without control, bidirectional, private-use and other invisible characters;
    blanks are single.
    """
    return "".join(
        char for char in _BLANKS.sub(" ", text) if char in _KEPT or unicodedata.category(char) not in _DROPPED
    )


def escaped(text: str) -> str:
    """Return wiki markup that shows ``text`` and does nothing else, wherever it stands but at the start of a line."""
    return _SIGNS.sub(_harmless, plain(text))


def line_start(markup: str) -> str:
    """Return a line so that its first characters begin no heading, list, quotation, table or command."""
    line = markup.strip()
    return JOINER + line if _LINE_START.match(line) else line


def title(text: str) -> str:
    """Return a summary: one line of at most 200 characters. Jira shows it as it is, so nothing is escaped."""
    line = plain(text).strip()
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"


def without_escapes(markup: str) -> str:
    """Return what :func:`escaped` was given, as far as its own signs go; Jira may add braces around forced marks."""
    return re.sub(rf"\\(?=[*_+^~\[\]{{}}|!?-])|[{JOINER}{{}}]", "", markup)


def _harmless(found: re.Match[str]) -> str:
    if found["kept"] is not None:
        return found[0]
    return "\\" + found[0] if found["slashed"] is not None else found[0] + JOINER
