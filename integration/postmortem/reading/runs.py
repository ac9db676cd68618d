"""Collects running text: white space as a browser shows it, styles, links, and mentions."""

import re

from integration.postmortem.document import Link, Mark, Style, Text

# Brackets belong to an address in pairs; a full stop at its end belongs to the sentence.
ADDRESS = re.compile(r"https?://(?:[^\s<>\"'`|\[\]()]|\([^\s<>()]*\))+(?<![.,;:!?])", re.IGNORECASE)
# GitHub logins, and teams as organisation/team (docs.github.com, "Mentioning people and teams"); Jira's wiki mentions.
MENTION = re.compile(r"(?<![\w@/.\[~-])@[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:/[A-Za-z0-9._-]+)?|\[~[^\]\s]{1,200}\]")
BLANKS = re.compile(r"[ \t\r\n\f]+")


class Run:
    """Running text in the making. ``length`` is the number of characters so far, and so the offset of the next one."""

    def __init__(self) -> None:
        self.length = 0
        self._parts: list[str] = []
        self._fresh_line = True
        self._marks: list[Mark] = []
        self._links: list[tuple[int, int, str]] = []
        self._mentions: list[str] = []

    def write(self, raw: str) -> None:
        """Add text; white space becomes one blank, and none at the start of a line."""
        words = BLANKS.sub(" ", raw)
        if self._fresh_line:
            words = words.lstrip(" ")
        if words:
            self._add(words)
            self._fresh_line = words.endswith(" ")

    def new_line(self) -> None:
        """Start a new line, unless we are on one already."""
        if self._parts and not self._parts[-1].endswith("\n"):
            last = self._parts.pop()
            self.length -= len(last)
            self._add(last.rstrip(" ") + "\n")
            self._fresh_line = True

    def mark(self, style: Style, start: int) -> None:
        """Set what was written since ``start`` in that style."""
        self._marks.append(Mark(style, start, self.length))

    def link(self, start: int, address: str) -> None:
        """Make what was written since ``start`` a link."""
        self._links.append((start, self.length, address))

    def picture(self, alternative: str, address: str) -> None:
        """Add a picture: people see it, a reader of words sees its alternative text."""
        start = self.length
        self.write(alternative)
        self.link(start, address)

    def mention(self, person: str) -> None:
        """Note whom the text names, as markup would write it."""
        self._mentions.append(person)

    def text(self) -> Text:
        """Return what was collected, trimmed, with bare addresses as links and typed mentions noted."""
        plain = "".join(self._parts).rstrip()
        links = tuple(Link(plain[start:end].strip(), url) for start, end, url in self._links)
        known = {link.url for link in links}
        bare = tuple(Link(url, url) for url in ADDRESS.findall(plain) if url not in known)
        marks = (
            Mark(m.style, m.start, min(m.end, len(plain))) for m in self._marks if m.start < min(m.end, len(plain))
        )
        return Text(
            plain,
            links + bare,
            (*self._mentions, *MENTION.findall(self._without_code(plain))),
            tuple(marks),
        )

    def _without_code(self, plain: str) -> str:
        for mark in self._marks:
            if mark.style is Style.CODE:
                plain = plain[: mark.start] + " " * (mark.end - mark.start) + plain[mark.end :]
        return plain

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self.length += len(text)
