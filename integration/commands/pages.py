"""One page of HTML from a text of ours, to keep, to print, or to hand on: it asks nothing of anywhere, runs nothing, and shows what people wrote as text."""

from html import escape
from typing import assert_never

from integration.commands.printing import clean
from integration.postmortem.writing.tree import (
    Bars,
    Block,
    Bullets,
    Chart,
    Code,
    Fold,
    Grid,
    Heading,
    Inline,
    IssueLink,
    Line,
    Link,
    Mention,
    Paragraph,
    Plain,
    Small,
    Steps,
    Strong,
    Tree,
)

# No script, picture, font or form could do anything even if one got in.
NOTHING_FROM_ELSEWHERE = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
:root { color-scheme: light dark; --ink: #1b2422; --soft: #55625f; --line: #dbe1df; --paper: #fff; --code: #eef2f1; --link: #0b6158; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4ebe9; --soft: #9fb0ab; --line: #2c3835; --paper: #111716; --code: #222c2a; --link: #5eead4; }
}
body { margin: 2rem auto; max-width: 76rem; padding: 0 1.5rem; background: var(--paper); color: var(--ink);
       font: 15px/1.55 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin-top: 2rem; } a { color: var(--link); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .87rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; min-width: 5rem; }
th { color: var(--soft); font-weight: 600; } code { background: var(--code); padding: 0 .25rem; font-size: .85em; }
small { color: var(--soft); }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } .scroll { overflow: visible; } tr { break-inside: avoid; } }
"""


def page(title: str, tree: Tree) -> str:
    """Return the text as a whole HTML page."""
    head = (
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(NOTHING_FROM_ELSEWHERE)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{_text(title)}</title>",
        f"<style>{STYLE}</style>",
    )
    body = (f"<h1>{_text(title)}</h1>", *filter(None, map(_block, tree.blocks)))
    parts = (
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        *head,
        "</head>",
        "<body>",
        "<main>",
        *body,
        "</main>",
        "</body>",
        "</html>",
    )
    return "\n".join(parts) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(words, level):
            tag = f"h{min(max(level, 2), 6)}"
            return f"<{tag}>{_line(words)}</{tag}>"
        case Paragraph(words):
            return f"<p>{_line(words)}</p>"
        case Small(words, _):
            return f"<p><small>{_line(words)}</small></p>"
        case Steps(items):
            return f"<ol>{_items(items)}</ol>"
        case Bullets(items):
            return f"<ul>{_items(items)}</ul>"
        case Grid():
            return _grid(block)
        case Fold(summary, blocks):
            inner = "\n".join(filter(None, map(_block, blocks)))
            return f"<details open><summary>{_text(summary)}</summary>\n{inner}\n</details>"
        case Chart() | Bars():
            return ""  # The table beside it says the same.
        case _ as never:
            assert_never(never)


def _items(items: tuple[Line, ...]) -> str:
    return "".join(f"<li>{_line(item)}</li>" for item in items)


def _grid(grid: Grid) -> str:
    header = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in grid.header)
    rows = "\n".join(f"<tr>{''.join(f'<td>{_line(cell)}</td>' for cell in row)}</tr>" for row in grid.rows)
    return f'<div class="scroll"><table>\n<thead><tr>{header}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>'


def _line(words: Line) -> str:
    return "".join(map(_words, words))


def _words(part: Inline) -> str:
    match part:
        case Plain(text):
            return _text(text)
        case Strong(text):
            return f"<strong>{_text(text)}</strong>"
        case Code(text):
            return f"<code>{_text(text)}</code>"
        case Link(text, url):
            return _link(text, url)
        case IssueLink(ref):
            return _link(ref.locator, ref.url)
        case Mention(person):
            return _text(person.called)
        case _ as never:
            assert_never(never)


def _link(text: str, url: str) -> str:
    if not url.startswith(("https://", "http://")):
        return _text(text)
    return f'<a href="{_text(url)}" rel="noreferrer noopener">{_text(text)}</a>'


def _text(text: str) -> str:
    return escape(clean(text))
