"""Reads Markdown as GitHub would, for the tests: tags, links, pictures and what GitHub finds in the finished text."""

import re
from dataclasses import dataclass, field

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.token import Token

# What GitHub turns into something in text that is neither code nor a link, however it was escaped. Kept apart from the
# adapter's own list.
FOUND_IN_TEXT = {
    "mention": re.compile(r"(?<![A-Za-z0-9`])@[A-Za-z0-9]"),
    "address of a person": re.compile(r"[A-Za-z0-9._+-]@[A-Za-z0-9-]+\.[A-Za-z0-9]"),
    "reference": re.compile(r"(?<![&A-Za-z0-9])#[0-9]|[A-Za-z0-9_./-]#[0-9]|\bGH-[0-9]", re.IGNORECASE),
    "advisory": re.compile(r"\b(?:GHSA|CVE)-[A-Za-z0-9]", re.IGNORECASE),
    "commit": re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{7,64}(?![0-9A-Za-z])", re.IGNORECASE),
    "address": re.compile(r"(?:https?|ftp)://|\bwww\.", re.IGNORECASE),
    "emoji": re.compile(r":[a-z+][a-z0-9+_-]*:|:100:"),
    "formula": re.compile(r"\$[^\s$][^$]*\$"),
}


@dataclass
class Seen:
    """What a reader gets. ``texts`` are the pieces between which an element stands; ``tags`` are raw HTML."""

    kinds: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    @property
    def visible(self) -> str:
        """Return what is read, without the spaces of no width."""
        return "".join(self.texts).replace("\u200b", "")

    @property
    def found(self) -> list[str]:
        """Return the names of what GitHub would find in the text."""
        return [name for name, pattern in FOUND_IN_TEXT.items() if any(pattern.search(text) for text in self.texts)]


def _parser() -> MarkdownIt:
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": True, "breaks": True})
    linkify = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": True, "fuzzy_ip": False})
    parser.linkify = linkify
    return parser


PARSER = _parser()


def seen(markdown: str) -> Seen:
    """Return what a reader of the Markdown gets."""
    result = Seen()
    for token in PARSER.parse(markdown):
        _note(token, result)
    return result


def _note(token: Token, result: Seen) -> None:
    if token.type == "inline":
        for child in token.children or ():
            _note(child, result)
        return
    result.kinds.append(token.type)
    match token.type:
        case "text" | "text_special":
            result.texts.append(token.content)
        case "softbreak" | "hardbreak":
            result.texts.append("\n")
        case "html_inline" | "html_block":
            result.tags.append(token.content)
        case "link_open":
            result.links.append(str(token.attrGet("href")))
        case "image":
            result.links.append(str(token.attrGet("src")))
        case "code_inline" | "fence" | "code_block":
            # Code is not searched for mentions, but it is read.
            result.texts.append("")
        case _:
            pass
