"""Makes any text harmless in GitHub Markdown (S15): what a reader sees stays the same, and nothing of it is read as
markup. Pure.

Markdown's own characters get a backslash. What GitHub finds in the finished text (mentions, references, addresses,
emoji) is broken up by a
space of no width, since it is found whether or not it was escaped; Renovate and Dependabot do the same.
https://github.github.com/gfm/ ·
https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
"""

import html
import re
import unicodedata
from urllib.parse import quote, urlsplit

BREAK = "\u200b"
TITLE_LIMIT = 200
LINK_LIMIT = 2_000

# Joiners shape letters in Arabic and Persian and hold emoji together; every other invisible character goes.
_KEPT_INVISIBLE = {"\u200c", "\u200d"}
_MARKUP = re.compile(r"[\\`*_\[\]<>&|~#]")
_AT_LINE_START = re.compile(r"^(?:([-+=/!])|([0-9]{1,9})([.)]))")
# Each pattern ends where the break goes.
_BREAKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"@",  # mentions, addresses of people, user@commit
        r"#",  # issues and pull requests
        r"(?<![a-z0-9])(?:gh|ghsa|cve)-(?=[a-z0-9])",  # GH-26, advisories
        r"/(?=/)",  # https://, ftp://
        r"www(?=\.)",
        r"(?:mailto|xmpp):",
        r":(?=(?:[a-z+_-][a-z0-9+_-]*|[0-9]+[a-z+_-][a-z0-9+_-]*|100|1234):)",  # :tada:, :100:, but no time of day
    )
)
# Commits are found from seven digits on, so no six of them may have a seventh beside them.
_COMMIT = re.compile(r"(?<![A-Za-z0-9])[0-9a-fA-F]{7,64}(?![A-Za-z0-9])")
# `$` opens a formula, and a backslash outside of one does not help.
# https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/writing-mathematical-expressions
_DOLLAR = "<span>$</span>"


def clean(text: str) -> str:
    """Return the text on one line, without control, bidirectional and other invisible characters."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    return " ".join("".join(_shown(char) for char in spaced).split())


def _shown(char: str) -> str:
    if char in _KEPT_INVISIBLE:
        return char
    category = unicodedata.category(char)
    # Half of a surrogate pair cannot be sent; GitHub would answer 400.
    return "\ufffd" if category == "Cs" else "" if category in {"Cc", "Cf"} or char in {"\u2028", "\u2029"} else char


def text(words: str) -> str:
    """Return the words as they are inside a paragraph, a list item, a heading or a table cell."""
    return _inline(clean(words))


def spaced_text(words: str) -> str:
    """Return the words like :func:`text`, keeping one blank at either end where the words had one."""
    inner = text(words)
    if not inner:
        return " " if words else ""
    return f"{' ' if words[0].isspace() else ''}{inner}{' ' if words[-1].isspace() else ''}"


def _inline(cleaned: str) -> str:
    escaped = _MARKUP.sub(r"\\\g<0>", _broken_up(cleaned))
    # A pipe would end a table's cell, also behind a backslash in some parsers.
    return escaped.replace("\\|", "&#124;").replace("$", _DOLLAR).replace(BREAK, "&#8203;")


def _broken_up(cleaned: str) -> str:
    for pattern in _BREAKS:
        cleaned = pattern.sub(rf"\g<0>{BREAK}", cleaned)
    return _COMMIT.sub(lambda found: BREAK.join(re.findall(".{1,6}", found[0])), cleaned)


def in_html(words: str) -> str:
    """Return the words for between two tags of a line that GitHub does not read as Markdown."""
    escaped = html.escape(_broken_up(clean(words)), quote=True)
    return escaped.replace("$", _DOLLAR).replace(BREAK, "&#8203;")


def line_start(markdown: str) -> str:
    """Return a rendered line so that it begins no list, rule or command."""
    return _AT_LINE_START.sub(
        lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", markdown.strip(" ")
    )


def code(words: str, *, in_cell: bool = False) -> str:
    """Return a literal of one line. In a table's cell, a pipe within a code span would end the cell; tags hold it
    together.
    """
    literal = clean(words)
    if not literal:
        return ""
    if in_cell and "|" in literal:
        return f"<code>{_inline(literal)}</code>"
    fence = "`" * (max((len(run) for run in re.findall(r"`+", literal)), default=0) + 1)
    pad = " " if literal[0] == "`" or literal[-1] == "`" else ""
    return f"{fence}{pad}{literal}{pad}{fence}"


PLAIN_IN_CHARTS = " :,.()-–/'"


def diagram(words: str) -> str:
    """Return the words for a label in a Mermaid diagram within a fence. Only letters, figures and blanks are left as they are.

    Mermaid takes ``#58;`` for a colon wherever it stands: https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
    """
    shown = "".join(char if char.isalnum() or char == " " else f"#{ord(char)};" for char in clean(words))
    return shown or "#8211;"


def quoted(words: str) -> str:
    """Return the words for a name between double quotes in a Mermaid chart of numbers. There the numbers of signs are shown as they stand, so that
    signs with a meaning of their own become blanks.
    """
    shown = "".join(char if char.isalnum() or char in PLAIN_IN_CHARTS else " " for char in clean(words))
    return " ".join(shown.split()) or "–"


def address(url: str) -> str | None:
    """Return an http or https address, encoded for the place between a link's parentheses, or ``None`` for any
    other.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port  # Looked at only because it is not a number everywhere.
        is_web = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    # A name before the host makes one address look like another: https://github.com@elsewhere.example
    if not is_web or "@" in parts.netloc or len(url) > LINK_LIMIT or clean(url) != url or " " in url:
        return None
    return quote(url, safe="%/:=?&~#+,;@!-._").replace("&", "&amp;")


def title(words: str, otherwise: str) -> str:
    """Return a title of one line and at most 200 characters. Titles are no Markdown, and mention nobody."""
    line = clean(words) or clean(otherwise)
    return line if len(line) <= TITLE_LIMIT else f"{line[: TITLE_LIMIT - 1].rstrip()}…"
