"""Collects running text: white space as a browser shows it, styles, links, and mentions."""

import re

from integration.postmortem.document import Link, Mark, Mention, Style, Text

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
        self._people: list[Mention] = []

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

    def mention(self, start: int, person: str) -> None:
        """Note whom the text since ``start`` names, as markup would write it."""
        self._people.append(Mention(person, start, self.length))

    def text(self) -> Text:
        """Return what was collected, trimmed, with bare addresses as links and typed mentions noted."""
        plain = "".join(self._parts).rstrip()
        links = [Link(plain[start:end].strip(), url, start, end) for start, end, url in self._links]
        known = {link.url for link in links}
        bare = (Link(found[0], found[0], *found.span()) for found in ADDRESS.finditer(plain) if found[0] not in known)
        typed = (Mention(found[0], *found.span()) for found in MENTION.finditer(self._without_code(plain)))
        ends = ((mark, min(mark.end, len(plain))) for mark in self._marks)
        marks = (Mark(mark.style, mark.start, end) for mark, end in ends if mark.start < end)
        return Text(
            plain,
            (*links, *bare),
            (*self._people, *typed),
            tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end))),
        )

    def _without_code(self, plain: str) -> str:
        """Blank what is set as code: a mention in it is none."""
        pieces, at = [], 0
        for mark in self._marks:
            if mark.style is Style.CODE and mark.start >= at:
                pieces += [plain[at : mark.start], " " * (mark.end - mark.start)]
                at = mark.end
        return "".join((*pieces, plain[at:]))

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self.length += len(text)
