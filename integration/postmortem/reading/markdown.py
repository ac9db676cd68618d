"""GitHub Markdown → document. Rendered first and then read as HTML, so that what counts is what people see.

A comment is invisible, a fence is code, ``<details>`` folds, ``<br>`` breaks, a raw ``<table>`` is a table: one walker
reads them all. Source lines travel through the rendering as an attribute.
"""

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from integration.postmortem.document import Document
from integration.postmortem.reading.html import LINE, MAX_CHARS, blocks_of

MAX_NESTING = 60
MAX_BRACKETS = 5_000
"""Opening brackets in one text that are tried as links. Each costs about 25 microseconds, a link or not."""

TOO_DEEP = f"Parts are nested more than {MAX_NESTING} deep; what lies deeper was not read."
TOO_MANY_BRACKETS = f"There are more than {MAX_BRACKETS:,} brackets; what follows them was read without its markup."

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:.*\n)*?---[ \t]*(?:\n|\Z)")
FIRST_TAG = re.compile(r"\A(\s*<[a-zA-Z][a-zA-Z0-9-]*)(?=[\s/>])")
# GFM 6.11, "Disallowed Raw HTML": these are shown as text. Left as tags they would swallow all that follows.
DISALLOWED = re.compile(
    r"<(?=/?(?:title|textarea|style|xmp|iframe|noembed|noframes|script|plaintext)\b)", re.IGNORECASE
)

RAW_INPUT = re.compile(r"<input\b", re.IGNORECASE)


@lru_cache(maxsize=32)
def read_markdown(text: str, max_chars: int = MAX_CHARS) -> Document:
    """Read GitHub Markdown (GFM, in issues: a line break is a line break). Never raises; caps are named as problems.

    The latest texts are kept: a comment wakes an incident whose body has not changed, and parsing 60,000 characters takes 80 ms.
    """
    return parse_markdown(text, max_chars)


def parse_markdown(text: str, max_chars: int = MAX_CHARS) -> Document:
    """Read it like :func:`read_markdown`, and keep nothing."""
    problems: list[str] = []
    if len(text) > max_chars:
        text = text[:max_chars]
        problems.append(f"The text is longer than {max_chars:,} characters; the rest was not read.")
    tokens = PARSER.parse(text)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        problems.append(TOO_DEEP)
    if any(token.meta.get(TOO_MANY_BRACKETS) for token in tokens):
        problems.append(TOO_MANY_BRACKETS)
    for token in tokens:
        _note_line(token)
    # Rendering adds tags and lines to each token; the cap on characters has done its work on the source.
    read = blocks_of(PARSER.renderer.render(tokens, PARSER.options, {}), max_chars=40 * max_chars)
    problems += [problem for problem in read.problems if problem not in problems]
    return Document(read.blocks, truncated=bool(problems), problems=tuple(problems))


def without_front_matter(text: str) -> str:
    """Blank the YAML block with which a file may begin, keeping the number of lines. Issues have no such thing."""
    text = text.replace("\r\n", "\n")
    found = FRONT_MATTER.match(text)
    return "\n" * found[0].count("\n") + text[found.end() :] if found else text


def _note_line(token: Token) -> None:
    if token.map and token.type == "html_block":
        token.content = FIRST_TAG.sub(rf'\1 {LINE}="{token.map[0] + 1}"', _as_github_shows(token.content))
    elif token.map and token.nesting >= 0:
        token.attrSet(LINE, str(token.map[0] + 1))
    for child in token.children or ():
        if child.type == "html_inline":
            child.content = _as_github_shows(child.content)


def _as_github_shows(html: str) -> str:
    """Show the tags that GFM disallows as text, and take boxes written in HTML for what they become: nothing."""
    return RAW_INPUT.sub("<data", DISALLOWED.sub("&lt;", html))


def _inline_within_reason(state: StateCore) -> None:
    """Parse running text until the budget of brackets is spent; take what follows as it stands."""
    brackets = 0
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = []
        brackets += token.content.count("[")
        if brackets <= MAX_BRACKETS:
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        else:
            token.children.append(Token("text", "", 0, content=token.content))
            token.meta[TOO_MANY_BRACKETS] = True


def _parser() -> MarkdownIt:
    options = {"html": True, "breaks": True, "maxNesting": MAX_NESTING}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    parser.core.ruler.at("inline", _inline_within_reason)
    return parser


PARSER = _parser()
