"""What the people of the story write: the incident as it is reported, and its post-mortem, in either tracker's markup.

A text is a list of parts (headings, paragraphs, lists, tables), so that both trackers are told the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Markup = Literal["markdown", "wiki"]

TITLE = "The shop assistant recommends recalled products"
REPORT = (
    "Customers of Nordlicht were offered a heater that was recalled in spring. The chat of the web shop still recommends it. "
    "Seen at 14:00 UTC by support; a customer asked whether it is safe now."
)


LAUNCH_TITLE = "Launch the Hansen shop assistant"
LAUNCH = (
    "Hansen, our second client, gets a shop assistant of its own. It recommends products from the catalogue that Hansen exports every night; "
    "retrieval is the one of Nordlicht. Customers see it from Monday."
)


@dataclass(frozen=True)
class Heading:
    """The heading of a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list; an entry that begins with two blanks belongs to the one above it."""

    entries: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table; the first row is its head."""

    rows: tuple[tuple[str, ...], ...]


Part = Heading | Paragraph | Items | Table


@dataclass(frozen=True)
class Dates:
    """The days of the story, counted from the moment at which it is told."""

    now: datetime

    def at(self, hours: float) -> str:
        """Return an instant so many hours from now, as a timeline writes it."""
        return (self.now + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M UTC")

    def day(self, days: int) -> str:
        """Return the day so many days from now."""
        return (self.now + timedelta(days=days)).date().isoformat()


def postmortem(dates: Dates, mention: Callable[[str], str], *, complete: bool) -> tuple[Part, ...]:
    """Return the post-mortem. Its first draft (``complete=False``) leaves out a section, an owner and a date."""
    where_else = (
        Heading("Where else?"),
        Table(
            (
                ("System", "State", "How it was checked"),
                (
                    "Hansen shop assistant",
                    "not affected",
                    "its retriever filters already; 200 recalled articles asked for",
                ),
                ("Nordlicht e-mail assistant", "affected", "same index; switched to the old one at the same time"),
            )
        ),
    )
    meeting = (
        Heading("Review meeting"),
        Items((f"Day: {dates.day(1)}", "Attendees: engineer on call, product owner of search, head of support")),
    )
    return (
        *(meeting if complete else ()),
        *_what_happened(dates),
        *(where_else if complete else ()),
        *_why(),
        Heading("Remediation actions"),
        Table(
            (
                ("ID", "Action", "Owner", "Due", "Horizon", "Kind", "Done when", "Cause", "Priority"),
                (
                    "A1",
                    "Filter recalled products at query time",
                    mention("dana") if complete else "the search team",
                    dates.day(5),
                    "immediate",
                    "technical",
                    "no recalled product among 1,000 replayed questions",
                    "1",
                    "highest",
                ),
                (
                    "A2",
                    "Alert when a recalled product is recommended",
                    mention("omar"),
                    dates.day(15) if complete else "soon",
                    "short-term",
                    "monitoring",
                    "a replay of the first day raises the alert within five minutes",
                    "1, monitoring",
                    "high",
                ),
            )
        ),
        *_what_for(),
    )


def _what_happened(dates: Dates) -> tuple[Part, ...]:
    return (
        Heading("Summary"),
        Paragraph(
            "The shop assistant of Nordlicht recommended products that had been recalled, because retrieval did not filter on product status."
        ),
        Items(("Model outputs involved: yes", "Data suspected: yes", "Groups affected differently: no")),
        Heading("Timeline"),
        Items(
            (
                f"{dates.at(-130)} Began: release 41 went out with the new retriever",
                f"{dates.at(-5)} Detected: a customer asked support about a recalled heater",
                f"{dates.at(-4.5)} The assistant was switched back to the old index",
                f"{dates.at(-0.7)} Resolved: recalled products are filtered at query time",
            )
        ),
        Heading("Impact"),
        Items(
            (
                "Users affected: 312",
                "Money: none",
                "Data: none",
                "Downstream effects: the e-mail assistant, see below",
                "Reputation: one complaint",
                "Regulatory implications: none, counsel was asked",
            )
        ),
    )


def _why() -> tuple[Part, ...]:
    return (
        Heading("Root causes"),
        Items(
            (
                "Retrieval does not filter on product status",
                "  Category: data, rows that should be excluded",
                "  Phase: deployment",
                "  Version: release 41, index of the day before",
                "  Why? The index has no product status",
                "  Why? The status column was dropped when the catalogue was exported",
                "  Why? Nobody owns the export's schema",
                "  Why was it not caught? The evaluation set holds no recalled products",
                "  Why was it let through? The release check looks at relevance only",
                "  Evidence: the export of release 41 has no status column",
            )
        ),
        Heading("Contributing factors"),
        Items(
            (
                "Monitoring: no alert on recalled products",
                "Communication: none",
                "Documentation: none",
                "Tooling: none",
                "Governance: none",
                "Leadership or resourcing: none",
            )
        ),
    )


def _what_for() -> tuple[Part, ...]:
    return (
        Heading("Lessons learned"),
        Paragraph("A filter that everybody assumes has to be tested where the answer leaves the house."),
        Heading("Governance recommendations"),
        Paragraph("None, because the release checklist asks for it from now on."),
        *_dimensions(),
        Heading("Monitoring gap"),
        Items(
            (
                "What existed: a relevance monitor",
                "Why it missed: it does not know product status",
                "What would catch it: a daily replay with recalled products",
                "Cost against benefit: two hours once, against a recall that reaches customers",
            )
        ),
    )


def _dimensions() -> tuple[Part, ...]:
    return (
        Heading("Model behaviour"),
        Items(
            (
                "Comparison with the baseline: of 200 replayed questions, the former index leads to no recalled product, this one to 61",
                "Segments: heaters and toys; other shelves have no recalls this year",
                "Confidence: the assistant is as sure of recalled products as of others",
                "Operating envelope: inside; questions about products are what it is for",
            )
        ),
        Heading("Data investigation"),
        Items(
            (
                "Profile: 1,204 of 88,000 rows are recalled products",
                "Comparison with the training baseline: the ranker was trained on rows on sale only",
                "Quality checks: row counts and duplicates, none on the status",
                "Lineage: the catalogue, its nightly export, the index of release 41",
            )
        ),
    )


def written(parts: tuple[Part, ...], markup: Markup) -> str:
    """Return the text in GitHub's Markdown or in Jira's wiki markup."""
    return "\n\n".join(_markdown(part) if markup == "markdown" else _wiki(part) for part in parts)


def _markdown(part: Part) -> str:
    match part:
        case Heading(text):
            return f"## {text}"
        case Paragraph(text):
            return text
        case Items(entries):
            return "\n".join(f"  - {each.strip()}" if each.startswith("  ") else f"- {each}" for each in entries)
        case Table(rows):
            lines = [f"| {' | '.join(row)} |" for row in rows]
            return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def _wiki(part: Part) -> str:
    match part:
        case Heading(text):
            return f"h2. {text}"
        case Paragraph(text):
            return text
        case Items(entries):
            return "\n".join(f"** {each.strip()}" if each.startswith("  ") else f"* {each}" for each in entries)
        case Table(rows):
            head, *others = rows
            return "\n".join([f"||{'||'.join(head)}||", *(f"|{'|'.join(row)}|" for row in others)])
