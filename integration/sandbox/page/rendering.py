"""Turns what people wrote into HTML that is safe to show: GitHub-flavoured Markdown, and Jira's own rendering.

Both pass through one allow-list: no script, no style, no picture from elsewhere, no frame, no id, links only to http(s)
and to the page itself. HTML comments disappear, ``<details>`` works, a diagram is shown as its source.
"""

import re
from collections.abc import Callable
from html import escape

from markdown_it import MarkdownIt
from mdit_py_plugins.tasklists import tasklists_plugin
from selectolax.lexbor import LexborHTMLParser, LexborNode

LONGEST = 400_000
DEEPEST = 100


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PLAIN = _words(
    "p br hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table thead tbody tfoot tr blockquote pre code tt kbd samp b strong em"
    " i u s del ins sub sup cite small q summary div span"
)
_VOID = frozenset({"br", "hr"})
_DROPPED = _words(
    "script style template iframe object embed noscript svg math title textarea select button form head link meta base"
    " -comment"
)
_KEPT_CLASSES = _words(
    "contains-task-list task-list-item table-wrap confluenceTable code codeContent panel panelHeader panelContent"
    " preformatted preformattedContent expand-container expand-control expand-content"
)
_TOKENS = re.compile(
    r"(?P<url>https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]])"
    r"|(?<![\w/.@-])@(?P<who>[A-Za-z\d](?:[A-Za-z\d-]{0,38}))"
    r"|(?<![\w/&])(?P<ref>(?:[\w.-]+/[\w.-]+)?#\d+)\b"
)

# Returns the page's own path for an address or reference, or None when it is not about a sandbox ticket.
Locate = Callable[[str], str | None]


def markdown(text: str | None, locate: Locate) -> str:
    """Return the safe HTML of GitHub-flavoured Markdown."""
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True, "breaks": True}).use(tasklists_plugin)
    return clean(parser.render((text or "")[:LONGEST]), locate, links_words=True)


def clean(html: str, locate: Locate, *, links_words: bool = False) -> str:
    """Return HTML of the allow-list alone; ``links_words`` links plain addresses, mentions and references."""
    body = LexborHTMLParser(html[:LONGEST]).body
    return _Cleaner(locate, links_words).children(body, 0, is_literal=False) if body is not None else ""


class _Cleaner:
    def __init__(self, locate: Locate, links_words: bool) -> None:
        self._locate, self._links_words = locate, links_words

    def children(self, node: LexborNode, depth: int, *, is_literal: bool) -> str:
        if depth > DEEPEST:
            return escape(node.text())
        return "".join(self._node(child, depth + 1, is_literal) for child in node.iter(include_text=True))

    def _node(self, node: LexborNode, depth: int, is_literal: bool) -> str:
        tag = (node.tag or "").lower()
        if tag == "-text":
            return self._text(node.text_content or "", is_literal)
        if tag in _DROPPED:
            return ""
        if tag == "a":
            return self._link(node, depth)
        if tag == "img":
            return self._picture(node)
        if tag == "input":
            return self._checkbox(node)
        if tag == "pre" and (diagram := node.css_first("code.language-mermaid")) is not None:
            caption = "<figcaption>Diagram (Mermaid), shown as its source</figcaption>"
            return f'<figure class="diagram">{caption}<pre>{escape(diagram.text())}</pre></figure>'
        inner = self.children(node, depth, is_literal=is_literal or tag in ("pre", "code", "tt", "kbd", "samp"))
        if tag == "details":
            return f"<details{' open' if 'open' in node.attributes else ''}>{inner}</details>"
        if tag in ("th", "td"):
            return f"<{tag}{self._alignment(node)}>{inner}</{tag}>"
        if tag not in _PLAIN:
            return inner
        return f"<{tag}>" if tag in _VOID else f"<{tag}{self._classes(node)}>{inner}</{tag}>"

    def _text(self, text: str, is_literal: bool) -> str:
        if is_literal or not self._links_words:
            return escape(text, quote=False)
        parts, last = [], 0
        for found in _TOKENS.finditer(text):
            parts += [escape(text[last : found.start()], quote=False), self._word(found)]
            last = found.end()
        return "".join(parts) + escape(text[last:], quote=False)

    def _word(self, found: re.Match[str]) -> str:
        if found["who"]:
            return f'<span class="mention">@{escape(found["who"])}</span>'
        path = self._locate(found[0])
        if found["url"]:
            return _anchor(path or found[0], escape(found[0], quote=False), is_own=path is not None)
        return _anchor(path, escape(found[0]), is_own=True) if path else escape(found[0], quote=False)

    def _link(self, node: LexborNode, depth: int) -> str:
        inner = self.children(node, depth, is_literal=True)
        classes = (node.attributes.get("class") or "").split()
        if "user-hover" in classes:
            return f'<span class="mention">@{inner}</span>'
        href = (node.attributes.get("href") or "").strip()
        path = self._locate(href)
        if path is not None:
            return _anchor(path, inner, is_own=True)
        return _anchor(href, inner, is_own=False) if re.match(r"https?://", href, re.IGNORECASE) else inner

    @staticmethod
    def _picture(node: LexborNode) -> str:
        alt = escape(node.attributes.get("alt") or "", quote=False)
        if "emoticon" in (node.attributes.get("class") or "").split():
            return f'<span class="emoticon">{alt}</span>'
        return f'<span class="picture">[picture{": " + alt if alt else ""}]</span>'

    @staticmethod
    def _checkbox(node: LexborNode) -> str:
        if node.attributes.get("type") != "checkbox":
            return ""
        is_checked = "checked" in node.attributes
        named = "done" if is_checked else "to do"
        return f'<input type="checkbox" disabled{" checked" if is_checked else ""} aria-label="{named}">'

    @staticmethod
    def _alignment(node: LexborNode) -> str:
        found = re.fullmatch(r"text-align:\s*(left|right|center);?", node.attributes.get("style") or "")
        return f' class="{found[1]}"' if found else ""

    @staticmethod
    def _classes(node: LexborNode) -> str:
        kept = [each for each in (node.attributes.get("class") or "").split() if each in _KEPT_CLASSES]
        return f' class="{" ".join(kept)}"' if kept else ""


def _anchor(href: str, inner: str, *, is_own: bool) -> str:
    extra = "" if is_own else ' rel="noopener noreferrer nofollow" target="_blank"'
    return f'<a href="{escape(href)}"{extra}>{inner}</a>'
