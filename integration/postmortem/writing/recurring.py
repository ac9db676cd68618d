"""Earlier incidents as a later one shows them, folded; and what an earlier incident is told once it came back. Pure."""

from integration.postmortem.assessment import ActionView, Assessment
from integration.postmortem.kinship import Likeness
from integration.postmortem.precedents import Precedent
from integration.postmortem.rules.came_back import CameBack
from integration.postmortem.rules.crossing import Border, told_elsewhere
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.rules.lessons import border_of
from integration.postmortem.rules.recurrence_words import name_of
from integration.postmortem.rules.recurring import Alike
from integration.postmortem.writing.tree import (
    Fold,
    Grid,
    Inline,
    IssueLink,
    Line,
    Link,
    Paragraph,
    Plain,
    Small,
    Tree,
    line,
)
from integration.postmortem.writing.wording import count, day, sentence
from mappings.models import Policy

MOST_TOLD, LONGEST = 2, 120
"""Actions of one earlier incident that are told, and characters of each."""
MOST_LISTED = 20
"""Tickets that are named when it is asked about them again."""
_IN = {
    Likeness.SAME: "category, sub-category and system",
    Likeness.SYSTEM: "system",
    Likeness.SORT: "category and sub-category",
}
_HOW = (
    "Alike in what sort of cause is written and in the system, never by a score; whether it came back is for people to say. "
    "`followthrough alike` ranks all incidents by their words."
)


def alike_fold(assessment: Assessment, policy: Policy) -> tuple[Fold, ...]:
    """Return the fold with earlier incidents of the same kind; none where nothing is shown."""
    view = assessment.recurrence
    if not view.alike:
        return ()
    here = border_of(assessment.case, policy)
    rows = tuple(_row(each, here, policy, assessment.names_kept) for each in view.alike)
    grid = Grid(("Earlier incident", "Alike in", "What was decided", "Proof"), rows)
    title = f"Earlier incidents of the same kind ({len(view.alike)})"
    return (Fold(title, (grid, Small(sentence(f"{_counted(view.confidential)}{_HOW}")))),)


def _counted(hidden: int) -> str:
    if not hidden:
        return ""
    return f"{count(hidden, 'more is', 'more are')} confidential and only counted here. "


def _row(each: Alike, here: Border, policy: Policy, people: frozenset[str]) -> tuple[Line, ...]:
    earlier = each.earlier
    return (
        _origin(earlier, here),
        line(_IN[each.likeness]),
        line(_decided(earlier, here, policy, people)),
        line(_proof(earlier)),
    )


def _origin(earlier: Precedent, here: Border) -> Line:
    weight = Plain(f" · {earlier.severity or 'unclassified'}")
    if here.holds(earlier):
        opened = Plain(f" · {day(earlier.opened_at.date())}") if earlier.opened_at else Plain("")
        return (IssueLink(earlier.ref), weight, opened)
    name = f"incident {name_of(earlier, here)}"
    linked: Inline = Link(name, earlier.ref.url) if earlier.ref.url else Plain(name)
    return (linked, weight)


def _decided(earlier: Precedent, here: Border, policy: Policy, people: frozenset[str]) -> str:
    """Inside the border its actions, across it a lesson that names nobody."""
    if here.holds(earlier) and earlier.actions:
        said = "; ".join(_short(action.description) for action in earlier.actions[:MOST_TOLD])
        more = len(earlier.actions) - MOST_TOLD
        return f"{said}; and {more} more" if more > 0 else said
    if not earlier.lessons:
        return "no lesson is written yet"
    told = told_elsewhere(earlier.lessons[0], earlier, here, policy, people)
    return told or policy.learning.lessons.withheld


def _proof(earlier: Precedent) -> str:
    if not earlier.actions:
        return "no actions yet"
    verified = sum(action.is_verified for action in earlier.actions)
    risks = sum(action.outcome == ProofState.RISK_ACCEPTED.value for action in earlier.actions)
    said = f"{verified} of {count(len(earlier.actions), 'action', 'actions')} verified"
    return f"{said}, {count(risks, 'risk', 'risks')} accepted" if risks else said


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1].rstrip() + "…"


def came_back_tree(back: CameBack, actions: tuple[ActionView, ...], policy: Policy) -> Tree:
    """Say, once, that an incident came back, and what is asked about its actions: the question first, then the lines to copy."""
    about = f" ({', '.join(back.categories)})" if back.categories else ""
    where: Line = (Plain("another incident"),)
    if back.ref is not None:
        where = (IssueLink(back.ref),)
    elif back.link:
        where = (Link("a later incident", back.link),)
    lapses = policy.learning.recurrence.evidence_lapses
    tickets = [(view.action_id, view.ticket.ref) for view in actions if view.ticket is not None]
    head: Line = (Plain("This has come back, in "), *where, Plain(f"{about}. "))
    if not tickets:
        return Tree(
            (Paragraph((*head, Plain("No action had a ticket here; what would have helped is worth a line."))),)
        )
    asks = "What did the actions here not reach? "
    then = (
        "What was verified before counts no more: `/evidence <claim> <link>` on the ticket, then `/verify <what you looked at>`."
        if lapses
        else "If one of them did not hold: `/reject <reason>` on its ticket."
    )
    listed: list[Inline] = []
    for name, ref in tickets[:MOST_LISTED]:
        listed += [Plain(", " if listed else "Asked about again: "), Plain(f"{name} "), IssueLink(ref)]
    return Tree((Paragraph((*head, *sentence(asks + then))), Paragraph((*listed, Plain(".")))))
