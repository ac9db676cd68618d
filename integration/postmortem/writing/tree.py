"""The small tree in which the service writes. It knows nothing of Markdown or wiki markup: each tracker renders and escapes it (DESIGN 3, S15).

All text in it is treated as untrusted by the renderers, whoever wrote it; only :class:`Mention` makes a mention and only :class:`Link` and
:class:`IssueLink` make links.
"""

import hashlib
from dataclasses import dataclass

from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person


@dataclass(frozen=True)
class Plain:
    """Text as it is."""

    text: str


@dataclass(frozen=True)
class Strong:
    """Text that a skimming reader should see."""

    text: str


@dataclass(frozen=True)
class Code:
    """A line to copy, or a literal value, on one line."""

    text: str


@dataclass(frozen=True)
class Link:
    """A link to an http or https address; anything else is rendered as its text alone."""

    text: str
    url: str


@dataclass(frozen=True)
class IssueLink:
    """A reference to an issue of the same tracker, rendered as the tracker links its own."""

    ref: IssueRef


@dataclass(frozen=True)
class Mention:
    """A person, notified only if ``notify``; otherwise shown by name without a mention."""

    person: Person
    notify: bool = False


Inline = Plain | Strong | Code | Link | IssueLink | Mention
Line = tuple[Inline, ...]


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the largest that a comment should have."""

    line: Line
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """One paragraph."""

    line: Line


@dataclass(frozen=True)
class Steps:
    """A numbered list: what to do, in this order."""

    items: tuple[Line, ...]


@dataclass(frozen=True)
class Bullets:
    """A list of equals."""

    items: tuple[Line, ...]


@dataclass(frozen=True)
class Grid:
    """A table. Every row has as many cells as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A timeline as a picture where the tracker draws one, and nothing where it does not: a table always stands beside it.

    ``days`` are the days in order, each with its entries of clock time and words.
    """

    days: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True)
class Bars:
    """A chart of numbers as a picture: bars for ``now``, and a line or further bars for ``before`` (name and numbers) where there is one.

    ``now`` is what the bars are called and their numbers, one for each of ``labels``. A table with the same numbers always stands beside it.
    """

    title: str
    labels: tuple[str, ...]
    now: tuple[str, tuple[int, ...]]
    before: tuple[str, tuple[int, ...]] | None = None

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what is drawn."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


@dataclass(frozen=True)
class Fold:
    """Details that open on a click where the tracker can do that, and follow under a small heading where it cannot.

    What ``can_wait`` is left out where nothing folds: ``/status`` shows it.
    """

    summary: str
    blocks: "tuple[Block, ...]"
    can_wait: bool = False


@dataclass(frozen=True)
class Small:
    """A line of small print. ``volatile`` small print (when it was judged) does not count as a change of meaning."""

    line: Line
    volatile: bool = False


Block = Heading | Paragraph | Steps | Bullets | Grid | Chart | Bars | Fold | Small


@dataclass(frozen=True)
class Tree:
    """One comment or ticket body."""

    blocks: tuple[Block, ...]

    @property
    def digest(self) -> str:
        """Return the SHA-256 over everything but volatile small print: equal digests mean that nothing new is said."""
        lasting = [block for block in self.blocks if not (isinstance(block, Small) and block.volatile)]
        return hashlib.sha256(repr(lasting).encode()).hexdigest()


def line(*parts: Inline | str) -> Line:
    """Return a line from inlines and plain strings."""
    return tuple(Plain(part) if isinstance(part, str) else part for part in parts)
