"""The ticket of a recommendation: what is recommended, from which incident, by when it is to be answered, and the two lines that answer it. Pure."""

from datetime import date

from integration.postmortem.decisions import Decision
from integration.postmortem.people import Person
from integration.postmortem.recommendations import Recommendation
from integration.postmortem.writing.notices import mentions
from integration.postmortem.writing.tree import (
    IssueLink,
    Link,
    Paragraph,
    Plain,
    Small,
    Steps,
    Strong,
    Tree,
    line,
)
from integration.postmortem.writing.wording import day, sentence, stop

LONGEST_TITLE, LONGEST_REASON = 90, 200
WITHHELD = "The recommendation names people, clients or figures, so it stays with its incident."


def recommendation_title(each: Recommendation, told: str) -> str:
    """Return the title; what may not be told here is not in it."""
    if not told:
        return "A recommendation to governance"
    return told if len(told) <= LONGEST_TITLE else f"{told[: LONGEST_TITLE - 1].rstrip()}…"


def recommendation_tree(each: Recommendation, told: str, due: date, reviewers: tuple[Person, ...]) -> Tree:
    """Return the text of the ticket."""
    if each.confidential:
        return Tree((Paragraph(line("Its incident is confidential by now, so nothing more stands here.")),))
    asked = (*mentions(reviewers), Plain(": ")) if reviewers else ()
    return Tree(
        (
            Paragraph((*asked, *line(Strong(f"Adopt it, or decline it? One line by {day(due)} is enough.")))),
            Steps(
                (
                    (*sentence("Adopted: `/adopt <link to the change>`"),),
                    (*sentence("Declined: `/decline <reason>`"),),
                )
            ),
            Paragraph(line("Recommended: ", Strong(told))) if told else Paragraph(line(WITHHELD)),
            Paragraph(line("By the post-mortem of ", IssueLink(each.source.ref), f"{_sort(each)}.")),
            Small(line("The answer stands in the summary of its month.")),
        )
    )


def _sort(each: Recommendation) -> str:
    parts = (each.source.severity, *dict.fromkeys(each.source.categories))
    told = ", ".join(part for part in parts if part)
    return f" ({told})" if told else ""


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST_REASON else f"{plain[: LONGEST_REASON - 1].rstrip()}…"


def recommendation_overdue(due: date, reviewers: tuple[Person, ...]) -> Tree:
    """Ask once more, on the day after."""
    asked = (*mentions(reviewers), Plain(": ")) if reviewers else ()
    text = (
        f"this was to be answered by {day(due)}. `/adopt <link to the change>`, or `/decline <reason>`: either is fine."
    )
    return Tree((Paragraph((*asked, *sentence(text if reviewers else text[0].upper() + text[1:]))),))


def recommendation_outcome(each: Recommendation, answer: Decision | None) -> Tree:
    """Say with what the ticket is closed. Who answered stands in the comment above."""
    if answer is None:
        return Tree((Paragraph(line("The post-mortem recommends this no more, so nothing is left to decide here.")),))
    if answer.word == "adopt":
        return Tree((Paragraph(line("Adopted: ", Link(answer.subject, answer.subject), ". Thank you.")),))
    return Tree((Paragraph(line(f"Declined: {stop(_short(answer.args))} Thank you for saying why.")),))
