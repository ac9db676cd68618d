"""Renders what stands inside a paragraph of Jira's wiki markup: emphasis, links, mentions, issue keys, escapes, breaks.

Every rendered piece is put aside behind a placeholder, so that no later rule can read markup into it; the rest is
escaped.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

ISSUE_KEY = r"[A-Z][A-Z0-9_]+-[1-9]\d*"
# The placeholder is built from private-use characters, which are taken out of the text first.
_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACED = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_EMOTICONS = {
    "(/)": ("check", "✔"),
    "(x)": ("error", "✘"),
    "(!)": ("warning", "⚠"),
    "(?)": ("help_16", "?"),
    "(i)": ("information", "ℹ"),
    "(*)": ("star_yellow", "★"),
    "(y)": ("thumbs_up", "👍"),
    "(n)": ("thumbs_down", "👎"),
    "(on)": ("lightbulb_on", "💡"),
}
_EMPHASIS = (("*", "b"), ("_", "em"), ("??", "cite"), ("-", "del"), ("+", "ins"), ("^", "sup"), ("~", "sub"))


@dataclass(frozen=True)
class Names:
    """What the renderer asks the site: a person's profile (url, shown name), an issue's summary; None if unknown."""

    person: Callable[[str], tuple[str, str] | None]
    issue: Callable[[str], str | None]
    base_url: str
    is_cloud: bool


class Inline:
    """One rendering of one piece of text. Not to be kept."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._pieces: list[str] = []

    def html(self, text: str) -> str:
        """Return the HTML of ``text``, which may span several lines of one paragraph."""
        text = text.replace(_OPEN, "").replace(_CLOSE, "")
        text = re.sub(r"\{\{(.+?)\}\}", lambda m: self._put("<tt>", self._plain(m[1]), "</tt>"), text)
        text = re.sub(r"\\\\(?=\s|$)", lambda _m: self._put('<br class="atl-forced-newline" />', "", ""), text)
        text = re.sub(r"\\([*_?+^~{}\[\]|!#\\-])", lambda m: self._put("", escape(m[1]), ""), text)
        text = re.sub(r"\[([^\[\]\n]+)\]", self._bracketed, text)
        text = re.sub(r"(?<![\w/])https?://[^\s<>|\]]+[^\s<>|\].,;:!?)]", lambda m: self._link(m[0], m[0]), text)
        text = re.sub(rf"(?<![\w/-])({ISSUE_KEY})(?![\w-])", self._issue, text)
        text = re.sub(r"\{color:([#\w]+)\}(.*?)\{color\}", self._coloured, text, flags=re.DOTALL)
        for sign, (icon, alt) in _EMOTICONS.items():
            text = text.replace(sign, self._emoticon(icon, alt) if sign in text else sign)
        for mark, tag in _EMPHASIS:
            text = self._emphasised(text, mark, tag)
        text = re.sub(r"(?<=\s)---(?=\s)", "—", text)
        text = re.sub(r"(?<=\s)--(?=\s)", "–", text)
        return self._restored(escape(text, quote=False).replace("\n", "<br/>\n"))

    def _put(self, before: str, inner: str, after: str) -> str:
        self._pieces.append(before + inner + after)
        return f"{_OPEN}{len(self._pieces) - 1}{_CLOSE}"

    def _restored(self, html: str) -> str:
        # A piece may hold an earlier piece, never a later one, so this ends.
        while _PLACED.search(html):
            html = _PLACED.sub(lambda m: self._pieces[int(m[1])], html)
        return html

    @staticmethod
    def _plain(text: str) -> str:
        return escape(text, quote=False)

    def _emphasised(self, text: str, mark: str, tag: str) -> str:
        sign = re.escape(mark)
        # The marks hug their text and stand at the edge of a word, or are forced with braces: {*}bold{*}.
        inner = rf"[^\n]{{0,2000}}?[^\s{sign}]|[^\s{sign}]"
        hugging = rf"(?<![\w{sign}\\{{]){sign}(?=[^\s{sign}}}])({inner}){sign}(?![\w{sign}}}])"
        # Braces force the mark where no word begins or ends.
        for pattern in (rf"\{{{sign}\}}({inner})\{{{sign}\}}", hugging):
            text = re.sub(pattern, lambda m: self._put(f"<{tag}>", self._inner(m[1]), f"</{tag}>"), text)
        return text

    def _inner(self, text: str) -> str:
        for mark, tag in _EMPHASIS:
            text = self._emphasised(text, mark, tag)
        return self._plain(text)

    def _bracketed(self, found: re.Match[str]) -> str:
        inner = found[1]
        if inner.startswith("~"):
            return self._mention(inner[1:]) or found[0]
        text, _, target = inner.rpartition("|")
        target = target.strip()
        if re.match(r"(?:https?|ftp)://|mailto:", target):
            return self._link(target, text or target.removeprefix("mailto:"))
        if target.startswith("#"):
            return self._put(f'<a href="{escape(target)}">', self._plain(text or target[1:]), "</a>")
        return found[0]

    def _mention(self, ident: str) -> str | None:
        known = self._names.person(ident.removeprefix("accountid:"))
        if known is None:
            return None
        url, shown = known
        rel = escape(ident.removeprefix("accountid:"))
        extra = f' data-account-id="{rel}" accountid="{rel}"' if self._names.is_cloud else ""
        return self._put(f'<a href="{escape(url)}" class="user-hover" rel="{rel}"{extra}>', self._plain(shown), "</a>")

    def _issue(self, found: re.Match[str]) -> str:
        summary = self._names.issue(found[1])
        if summary is None:
            return found[0]
        href = f"{self._names.base_url}/browse/{found[1]}"
        opening = f'<a href="{href}" title="{escape(summary)}" class="issue-link" data-issue-key="{found[1]}">'
        return self._put(opening, found[1], "</a>")

    def _link(self, url: str, text: str) -> str:
        opening = f'<a href="{escape(url)}" class="external-link" target="_blank" rel="nofollow noopener">'
        return self._put(opening, self._inner(text), "</a>")

    def _coloured(self, found: re.Match[str]) -> str:
        return self._put(
            f'<font color="{escape(found[1])}">', self._inner(found[2]).replace("\n", "<br/>\n"), "</font>"
        )

    def _emoticon(self, icon: str, alt: str) -> str:
        source = f"{self._names.base_url}/images/icons/emoticons/{icon}.png"
        return self._put(
            f'<img class="emoticon" src="{source}" height="16" width="16" align="absmiddle" alt="{alt}" border="0"/>',
            "",
            "",
        )
