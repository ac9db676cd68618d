"""Translates between stored wiki text and the Atlassian Document Format of REST v3, for the nodes our texts use.

What has no counterpart here keeps its text. ADF nests without limit, so depth is capped as Jira caps it.
"""

import re
from typing import Any

from integration.sandbox.jira.refusals import JiraRefusal

NOT_ADF = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
DEEPEST = 40
_MARKS = {"strong": "*", "em": "_", "strike": "-", "underline": "+"}
_HEADING = re.compile(r"h([1-6])\.\s+(.*)")
_LIST_ITEM = re.compile(r"([*#-]+)\s+(.*)")


def text_of(value: object) -> str:
    """Return the wiki text of an ADF document; 400 when the value is not one."""
    if not isinstance(value, dict) or value.get("type") != "doc" or not isinstance(value.get("content"), list):
        raise JiraRefusal(400, NOT_ADF)
    return "\n\n".join(filter(None, (_block(node, "", 0) for node in value["content"])))


def _block(node: Any, bullets: str, depth: int) -> str:
    if not isinstance(node, dict) or depth > DEEPEST:
        raise JiraRefusal(400, NOT_ADF)
    content = node.get("content") or []
    match node.get("type"):
        case "heading":
            return f"h{node.get('attrs', {}).get('level', 2)}. {_inline(content)}"
        case "bulletList" | "orderedList" as kind:
            marker = bullets + ("*" if kind == "bulletList" else "#")
            return "\n".join(_item(item, marker, depth + 1) for item in content)
        case "codeBlock":
            return "{code}\n" + _inline(content) + "\n{code}"
        case "blockquote":
            return "{quote}\n" + "\n\n".join(_block(child, "", depth + 1) for child in content) + "\n{quote}"
        case "rule":
            return "----"
        case "table":
            return "\n".join(_row(row, depth + 1) for row in content)
        case "panel":
            return "{panel}\n" + "\n\n".join(_block(child, "", depth + 1) for child in content) + "\n{panel}"
        case "expand" | "nestedExpand":
            title = node.get("attrs", {}).get("title", "")
            inner = "\n\n".join(_block(child, "", depth + 1) for child in content)
            return f"{{expand:{title}}}\n{inner}\n{{expand}}"
        case _:
            return _inline(content)


def _item(item: Any, marker: str, depth: int) -> str:
    lines = []
    for child in item.get("content") or []:
        is_list = child.get("type") in ("bulletList", "orderedList")
        lines.append(_block(child, marker, depth + 1) if is_list else f"{marker} {_block(child, '', depth + 1)}")
    return "\n".join(lines)


def _row(row: Any, depth: int) -> str:
    cells = row.get("content") or []
    fence = "||" if cells and all(cell.get("type") == "tableHeader" for cell in cells) else "|"
    texts = [" ".join(_block(child, "", depth + 1) for child in cell.get("content") or []) or " " for cell in cells]
    return fence + fence.join(texts) + fence


def _inline(content: list[Any]) -> str:
    return "".join(_leaf(node) for node in content)


def _leaf(node: Any) -> str:
    attrs = node.get("attrs") or {}
    match node.get("type"):
        case "hardBreak":
            return "\n"
        case "mention":
            return f"[~accountid:{attrs.get('id', '')}]"
        case "inlineCard":
            return f"[{attrs.get('url', '')}]"
        case "emoji":
            return str(attrs.get("text") or attrs.get("shortName", ""))
        case _:
            return _marked(str(node.get("text", "")), node.get("marks") or [])


def _marked(text: str, marks: list[Any]) -> str:
    for mark in marks:
        kind = mark.get("type")
        if kind == "link":
            href = mark.get("attrs", {}).get("href", "")
            text = f"[{text}|{href}]" if text != href else f"[{href}]"
        elif kind == "code":
            text = f"{{{{{text}}}}}"
        elif kind in _MARKS:
            text = f"{_MARKS[kind]}{text}{_MARKS[kind]}"
    return text


def document_of(text: str | None) -> dict[str, Any] | None:
    """Return the ADF document of stored wiki text: headings, lists, code and paragraphs; None for no text."""
    if not text:
        return None
    content: list[dict[str, Any]] = []
    for part in re.split(r"(\{(?:code|noformat)[^}]*\}.*?\{(?:code|noformat)\})", text, flags=re.DOTALL):
        if part.startswith(("{code", "{noformat")):
            inner = re.sub(r"^\{[^}]*\}\n?|\n?\{[^}]*\}$", "", part)
            content.append({"type": "codeBlock", "attrs": {}, "content": _texts(inner)})
        else:
            for chunk in re.split(r"\n\s*\n", part):
                content.extend(_chunk(chunk.strip("\n")))
    return {"version": 1, "type": "doc", "content": content}


def _chunk(chunk: str) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    for line in filter(str.strip, chunk.split("\n")):
        heading, item = _HEADING.match(line), _LIST_ITEM.match(line)
        if heading:
            blocks.append({"type": "heading", "attrs": {"level": int(heading[1])}, "content": _texts(heading[2])})
        elif item:
            kind = "orderedList" if item[1].startswith("#") else "bulletList"
            entry = {"type": "listItem", "content": [{"type": "paragraph", "content": _texts(item[2])}]}
            if blocks and blocks[-1]["type"] == kind:
                blocks[-1]["content"].append(entry)
            else:
                blocks.append({"type": kind, "content": [entry]})
        elif blocks and blocks[-1]["type"] == "paragraph":
            blocks[-1]["content"] += [{"type": "hardBreak"}, *_texts(line)]
        else:
            blocks.append({"type": "paragraph", "content": _texts(line)})
    return blocks


def _texts(text: str) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    for part in re.split(r"(\[~accountid:[^\]]+\])", text):
        if part.startswith("[~accountid:"):
            nodes.append({"type": "mention", "attrs": {"id": part[12:-1]}})
        elif part:
            nodes.append({"type": "text", "text": part})
    return nodes
