"""Renders Jira's wiki markup to the HTML that ``renderedFields`` and ``renderedBody`` show, for what issue texts use.

Not a full renderer: blocks, nested lists, tables, panels and the inline marks of ``wiki_inline``. Nesting is capped.
"""

import re
from html import escape

from integration.sandbox.jira.wiki_inline import Inline, Names

DEEPEST = 20
_BORDER = 'style="border-width: 1px;"'
_HEADING = re.compile(r"\s*h([1-6])\.\s+(.*)")
_ITEM = re.compile(r"\s*([*#]+|-)\s+(\S.*)")
_RULE = re.compile(r"\s*-{4,5}\s*$")
_ROW = re.compile(r"\s*\|")
_MACRO = re.compile(r"\s*\{(code|noformat|quote|panel|expand)(?::([^}\n]*))?\}(.*)", re.DOTALL)
_BLOCK_QUOTE = re.compile(r"\s*bq\.\s+(.*)")


def html_of(text: str | None, names: Names) -> str:
    """Return Jira's HTML of a wiki text; the empty text for none."""
    if not text or not text.strip():
        return ""
    return "\n\n".join(_Blocks(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), names, 0).rendered())


class _Blocks:
    """The blocks of some lines. ``rendered`` reads them once, from the first to the last."""

    def __init__(self, lines: list[str], names: Names, depth: int) -> None:
        self._lines, self._names, self._depth = lines, names, depth
        self._at = 0
        self._done: list[str] = []

    def rendered(self) -> list[str]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not line.strip():
                self._at += 1
            elif (macro := _MACRO.match(line)) and self._macro(macro):
                continue
            elif _ROW.match(line):
                self._done.append(self._table())
            elif _ITEM.match(line) and not _RULE.match(line):
                self._done.append(self._list())
            else:
                self._line_or_paragraph(line)
        return self._done

    def _inline(self, text: str) -> str:
        return Inline(self._names).html(text)

    def _line_or_paragraph(self, line: str) -> None:
        if heading := _HEADING.match(line):
            text = heading[2].strip()
            anchor = re.sub(r"[^\w.,:;()&'\"!?/-]", "", text)
            self._done.append(f'<h{heading[1]}><a name="{escape(anchor)}"></a>{self._inline(text)}</h{heading[1]}>')
        elif _RULE.match(line):
            self._done.append("<hr />")
        elif quote := _BLOCK_QUOTE.match(line):
            self._done.append(f"<blockquote><p>{self._inline(quote[1].strip())}</p></blockquote>")
        else:
            self._done.append(self._paragraph())
            return
        self._at += 1

    def _starts_block(self, line: str) -> bool:
        patterns = (_HEADING, _ITEM, _RULE, _ROW, _MACRO, _BLOCK_QUOTE)
        return not line.strip() or any(pattern.match(line) for pattern in patterns)

    def _paragraph(self) -> str:
        first = self._at
        self._at += 1
        while self._at < len(self._lines) and not self._starts_block(self._lines[self._at]):
            self._at += 1
        return f"<p>{self._inline(chr(10).join(line.strip() for line in self._lines[first : self._at]))}</p>"

    # Macros

    def _macro(self, opened: re.Match[str]) -> bool:
        # Renders a macro that closes; one that never does is text: False, and nothing is read.
        name, options, rest = opened[1], opened[2] or "", opened[3]
        closing = "{" + name + "}"
        body: list[str] = []
        line, at = rest, self._at
        while closing not in line:
            body.append(line)
            at += 1
            if at >= len(self._lines):
                return False
            line = self._lines[at]
        last, _, after = line.partition(closing)
        body.append(last)
        while body and not body[0].strip():
            body.pop(0)
        while body and not body[-1].strip():
            body.pop()
        self._done.append(self._panel(name, options, body))
        self._lines[at] = after
        self._at = at
        return True

    def _panel(self, name: str, options: str, body: list[str]) -> str:
        if name == "code":
            language = next((part for part in options.split("|") if part and "=" not in part), "java")
            pre = f'<pre class="code-{escape(language)}">{escape(chr(10).join(body), quote=False)}\n</pre>'
            opening = f'<div class="code panel" {_BORDER}><div class="codeContent panelContent">'
            return f"{opening}\n{pre}\n</div></div>"
        if name == "noformat":
            pre = f"<pre>{escape(chr(10).join(body), quote=False)}\n</pre>"
            opening = f'<div class="preformatted panel" {_BORDER}><div class="preformattedContent panelContent">'
            return f"{opening}\n{pre}\n</div></div>"
        inner = "\n".join(self._nested(body))
        title = next((part[6:] for part in options.split("|") if part.startswith("title=")), "")
        if name == "quote":
            return f"<blockquote>{inner}</blockquote>"
        if name == "expand":
            shown = escape(title or options or "Click here to expand...", quote=False)
            control = f'<div class="expand-control"><span class="expand-control-text">{shown}</span></div>'
            return f'<div class="expand-container">{control}<div class="expand-content">{inner}</div></div>'
        head = (
            f'<div class="panelHeader" style="border-bottom-width: 1px;"><b>{escape(title, quote=False)}</b></div>'
            if title
            else ""
        )
        return f'<div class="panel" style="border-width: 1px;">{head}<div class="panelContent">\n{inner}\n</div></div>'

    def _nested(self, body: list[str]) -> list[str]:
        if self._depth >= DEEPEST:
            return [f"<p>{escape(chr(10).join(body), quote=False)}</p>"]
        return _Blocks(body, self._names, self._depth + 1).rendered()

    # Tables and lists

    def _table(self) -> str:
        rows: list[str] = []
        while self._at < len(self._lines) and _ROW.match(self._lines[self._at]):
            row = self._lines[self._at].strip()
            self._at += 1
            # A cell may go on over lines until the row is closed.
            while not row.endswith("|") and self._at < len(self._lines) and self._continues_cell(self._lines[self._at]):
                row += "\n" + self._lines[self._at].strip()
                self._at += 1
            rows.append(self._row(row))
        body = "\n".join(rows)
        return f"<div class='table-wrap'>\n<table class='confluenceTable'><tbody>\n{body}\n</tbody></table>\n</div>"

    @staticmethod
    def _continues_cell(line: str) -> bool:
        return bool(line.strip()) and not _ROW.match(line)

    def _row(self, row: str) -> str:
        # Bars inside links, code and after a backslash belong to the cell; an escaped bracket opens no link.
        held = re.sub(r"\\.|\[[^\[\]\n]*\]|\{\{.*?\}\}", lambda m: m[0].replace("|", "\ue002"), row)
        cells: list[str] = []
        for fence, cell in re.findall(r"(\|\|?)([^|]*)", held):
            text = cell.replace("\ue002", "|").strip()
            cells.append(self._cell("th" if fence == "||" else "td", text) if cell else "")
        return "<tr>\n" + "\n".join(filter(None, cells)) + "\n</tr>"

    def _cell(self, tag: str, text: str) -> str:
        kind = "confluenceTh" if tag == "th" else "confluenceTd"
        lines = text.split("\n")
        has_blocks = any(_ITEM.match(line) for line in lines)
        inner = "\n".join(self._nested(lines)) if has_blocks else self._inline(text)
        return f"<{tag} class='{kind}'>{inner}</{tag}>"

    def _list(self) -> str:
        items: list[tuple[str, str]] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            found = _ITEM.match(line)
            if found and not _RULE.match(line):
                items.append((found[1], found[2]))
            elif items and not self._starts_block(line):
                items[-1] = (items[-1][0], items[-1][1] + "\n" + line.strip())
            else:
                break
            self._at += 1
        return self._list_html([(marker[:DEEPEST], self._inline(text)) for marker, text in items], 1)

    def _list_html(self, items: list[tuple[str, str]], level: int) -> str:
        # Nested by the length of the markers; a change of kind at one level begins a new list.
        lists: list[str] = []
        at = 0
        while at < len(items):
            kind = items[at][0][min(level, len(items[at][0])) - 1]
            entries: list[str] = []
            while at < len(items) and items[at][0][min(level, len(items[at][0])) - 1] == kind:
                own = items[at][1] if len(items[at][0]) <= level else ""
                end = at + (1 if len(items[at][0]) <= level else 0)
                first_child = end
                while end < len(items) and len(items[end][0]) > level:
                    end += 1
                children = self._list_html(items[first_child:end], level + 1) if end > first_child else ""
                entries.append(f"\t<li>{own}" + (f"\n{children}\n\t" if children else "") + "</li>")
                at = end
            opening = {"#": "<ol>", "*": "<ul>", "-": '<ul class="alternate" type="square">'}[kind]
            lists.append(opening + "\n" + "\n".join(entries) + "\n" + ("</ol>" if kind == "#" else "</ul>"))
        return "\n".join(lists)
